//! Other accounts' keys and devices: verified, pinned, and never going back (PROTOCOL D7).

use std::rc::Rc;

use tresen_proto::{Directory, FetchDirectory, ReplyBody, RequestBody, read_id};
use tresen_statement::{DeviceCertificate, DeviceList, Profile, Signed, Unverified, fingerprint};
use tresen_types::{AccountId, AccountKind};

use super::domain;
use crate::{
    client::Inner,
    error::{Error, Result},
    store::{CertificateRecord, ContactRecord, Tx},
};

/// Which key an account may be pinned with when it is seen for the first time.
#[derive(Clone, Copy, Debug)]
pub(crate) enum PinRule {
    /// The one whose fingerprint stands in the link.
    Fingerprint([u8; 16]),
    /// The one that the server names first: a customer that comes to a business.
    FirstSeen,
}

/// Fetches and pins an account.
pub(crate) async fn fetch_directory(inner: &Rc<Inner>, account: AccountId) -> Result<()> {
    let request = FetchDirectory { account: account.as_bytes().to_vec() };
    let reply = inner.link.request(RequestBody::FetchDirectory(request)).await?;
    let ReplyBody::Directory(directory) = reply else { return Err(Error::Answer("directory")) };
    if read_id::<AccountId>(&directory.account)? != account {
        return Err(Error::Untrusted("the directory is another account's"));
    }
    inner.store.write(|tx| pin_with_domain(inner, tx, &directory, PinRule::FirstSeen).map(drop))
}

/// Verifies what a directory says and keeps it, with the domain that the server has checked.
pub(crate) fn pin_with_domain(
    inner: &Inner,
    tx: &Tx<'_>,
    directory: &Directory,
    rule: PinRule,
) -> Result<ContactRecord> {
    let contact = pin_directory(tx, directory, rule)?;
    if contact.account.kind() == AccountKind::Business {
        domain::keep(inner, tx, &contact, &directory.domain)?;
    }
    Ok(contact)
}

/// Verifies what a directory says and keeps it. A pinned key stays, a device list never goes back.
fn pin_directory(tx: &Tx<'_>, directory: &Directory, rule: PinRule) -> Result<ContactRecord> {
    let account: AccountId = read_id(&directory.account)?;
    let account_key = <[u8; 32]>::try_from(&directory.account_key[..])
        .map_err(|_length| Error::Untrusted("account key"))?;
    if let PinRule::Fingerprint(expected) = rule
        && fingerprint(&account_key) != expected
    {
        return Err(Error::FingerprintMismatch);
    }
    let known = tx.contact(account)?;
    if known.as_ref().is_some_and(|known| known.account_key != account_key) {
        return Err(Error::Untrusted("the account's key isn't the pinned one"));
    }
    let mut contact = known.unwrap_or_else(|| ContactRecord {
        account,
        account_key,
        device_list: Vec::new(),
        device_list_sequence: 0,
        profile: Vec::new(),
        name: String::new(),
        is_blocked: false,
    });
    contact = keep_device_list(tx, contact, &directory.device_list, &directory.certificates)?;
    if account.kind() == AccountKind::Business && !directory.profile.is_empty() {
        keep_profile(&mut contact, &directory.profile)?;
    }
    tx.put_contact(&contact)?;
    Ok(contact)
}

/// Takes in a device list of a pinned account. Certificates of new devices come with it, or are
/// fetched later: until then their devices aren't admitted. Tells whether it was news.
pub(crate) fn pin_device_list(tx: &Tx<'_>, list: &[u8]) -> Result<bool> {
    let unverified = Unverified::<DeviceList>::decode(list)?;
    let Some(contact) = tx.contact(unverified.claimed().account)? else { return Ok(false) };
    let before = contact.device_list_sequence;
    let contact = keep_device_list(tx, contact, list, &[])?;
    tx.put_contact(&contact)?;
    Ok(contact.device_list_sequence > before)
}

/// Keeps a newer device list of the own account, with the certificates of its new devices.
pub(crate) fn pin_own_devices(
    tx: &Tx<'_>,
    account: AccountId,
    list: &Signed<DeviceList>,
    certificates: &[Vec<u8>],
) -> Result<()> {
    let contact = tx.contact(account)?.ok_or(Error::Damaged("own account"))?;
    let contact = keep_device_list(tx, contact, &list.encode(), certificates)?;
    tx.put_contact(&contact)
}

/// Whether the account has ended: its newest list names nobody.
pub(crate) fn has_ended(contact: &ContactRecord) -> bool {
    Unverified::<DeviceList>::decode(&contact.device_list)
        .is_ok_and(|list| list.claimed().devices.is_empty())
}

fn keep_device_list(
    tx: &Tx<'_>,
    mut contact: ContactRecord,
    list: &[u8],
    certificates: &[Vec<u8>],
) -> Result<ContactRecord> {
    let list = Unverified::<DeviceList>::decode(list)?.verify(&contact.account_key)?;
    if list.value().account != contact.account {
        return Err(Error::Untrusted("the device list is another account's"));
    }
    if list.value().sequence < contact.device_list_sequence {
        return Err(Error::Untrusted("the device list is older than the known one"));
    }
    tx.unlist_certificates(contact.account)?;
    for bytes in certificates {
        let certificate =
            Unverified::<DeviceCertificate>::decode(bytes)?.verify(&contact.account_key)?;
        if list.value().lists(&certificate) {
            keep_certificate(tx, &certificate)?;
        }
    }
    // Certificates that were known before and are still listed.
    for known in tx.certificates(contact.account)? {
        let certificate = Unverified::<DeviceCertificate>::decode(&known.certificate)?
            .verify(&contact.account_key)?;
        if list.value().lists(&certificate) {
            tx.put_certificate(&CertificateRecord { is_listed: true, ..known })?;
        }
    }
    contact.device_list_sequence = list.value().sequence;
    contact.device_list = list.encode();
    Ok(contact)
}

fn keep_certificate(tx: &Tx<'_>, certificate: &Signed<DeviceCertificate>) -> Result<()> {
    let value = certificate.value();
    tx.put_certificate(&CertificateRecord {
        account: value.account,
        device: value.device,
        certificate: certificate.encode(),
        name: value.name.clone(),
        signature_key: value.signature_key,
        is_listed: true,
    })
}

fn keep_profile(contact: &mut ContactRecord, bytes: &[u8]) -> Result<()> {
    let profile = Unverified::<Profile>::decode(bytes)?.verify(&contact.account_key)?;
    if profile.value().account != contact.account {
        return Err(Error::Untrusted("the profile is another account's"));
    }
    if !contact.profile.is_empty() {
        let known = Unverified::<Profile>::decode(&contact.profile)?;
        if known.claimed().sequence > profile.value().sequence {
            return Ok(());
        }
    }
    contact.name.clone_from(&profile.value().name);
    contact.profile = profile.encode();
    Ok(())
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use tresen_statement::{ListedDevice, SigningKey};
    use tresen_types::Timestamp;

    use super::*;
    use crate::{account::NewAccount, config::StoreLocation, store::Store};

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn business() -> (NewAccount, Directory) {
        let new = NewAccount::make(AccountKind::Business, "Anna", "Korn", "en", NOW).unwrap();
        let directory = Directory {
            account: new.record.account.as_bytes().to_vec(),
            account_key: new.contact.account_key.to_vec(),
            device_list: new.contact.device_list.clone(),
            certificates: vec![new.certificate.certificate.clone()],
            profile: Vec::new(),
            domain: Vec::new(),
        };
        (new, directory)
    }

    /// A list with this sequence, which names the account's device or nobody.
    fn list(new: &NewAccount, sequence: u64, is_listed: bool) -> Vec<u8> {
        let key = SigningKey::from_seed(new.record.account_seed.as_ref().unwrap());
        let certificate =
            Unverified::<DeviceCertificate>::decode(&new.certificate.certificate).unwrap();
        let certificate = certificate.verify(&key.public()).unwrap();
        let device = ListedDevice {
            device: new.record.device,
            certificate_hash: certificate.hash(),
            added_at: NOW,
        };
        let devices = if is_listed { vec![device] } else { Vec::new() };
        let account = new.record.account;
        let list = DeviceList { account, sequence, issued_at: NOW, devices };
        Signed::sign(list, &key).unwrap().encode()
    }

    fn store() -> Store {
        block_on(Store::open(StoreLocation::Memory)).unwrap()
    }

    #[test]
    fn a_link_pins_its_own_key_only() {
        let (new, directory) = business();
        let pin = |rule| store().write(|tx| pin_directory(tx, &directory, rule));
        let right = fingerprint(&new.contact.account_key);
        assert!(pin(PinRule::Fingerprint(right)).is_ok());
        let wrong = pin(PinRule::Fingerprint([1; 16]));
        assert!(matches!(wrong, Err(Error::FingerprintMismatch)));
    }

    #[test]
    fn a_pinned_key_stays() {
        let store = store();
        let (_, directory) = business();
        store.write(|tx| pin_directory(tx, &directory, PinRule::FirstSeen)).unwrap();
        // The server says now that the same account has another key.
        let (_, mut other) = business();
        other.account.clone_from(&directory.account);
        let changed = store.write(|tx| pin_directory(tx, &other, PinRule::FirstSeen));
        assert!(matches!(changed, Err(Error::Untrusted(_))));
    }

    #[test]
    fn a_device_list_never_goes_back() {
        let store = store();
        let (new, mut directory) = business();
        store.write(|tx| pin_directory(tx, &directory, PinRule::FirstSeen)).unwrap();
        let is_listed = || {
            let (account, device) = (new.record.account, new.record.device);
            store.read(|tx| tx.certificate(account, device)).unwrap().unwrap().is_listed
        };
        assert!(is_listed());
        assert!(store.write(|tx| pin_device_list(tx, &list(&new, 3, false))).unwrap());
        assert!(!is_listed());
        // An older list would let the removed device in again.
        directory.device_list = list(&new, 2, true);
        let older = store.write(|tx| pin_directory(tx, &directory, PinRule::FirstSeen));
        assert!(matches!(older, Err(Error::Untrusted(_))));
        assert!(!is_listed());
        assert!(store.write(|tx| pin_device_list(tx, &list(&new, 4, true))).unwrap());
        assert!(is_listed());
    }
}
