//! The keys of an account and a device, and what they sign at the start.

use std::fmt;

use tresen_mls::DeviceKeys;
use tresen_proto::Hello;
use tresen_statement::{
    DeviceCertificate, DeviceKind, DeviceList, ListedDevice, Role, SessionProof, Signed,
    SigningKey, Unverified,
};
use tresen_types::{AccountId, AccountKind, DeviceId, Timestamp};
use zeroize::Zeroizing;

use crate::{
    config::Seed,
    error::{Error, Result},
    limits::{CERTIFICATE_BACKDATE_MS, CERTIFICATE_LIFETIME_MS},
    runtime,
    store::{AccountRecord, CertificateRecord, ContactRecord, Tx},
};

/// The account on this device, ready to sign.
pub(crate) struct Own {
    pub(crate) account: AccountId,
    pub(crate) device: DeviceId,
    /// The account key; missing on an agent's device.
    account_key: Option<SigningKey>,
    /// The device's key as the groups use it.
    pub(crate) keys: DeviceKeys,
    /// The same key, for statements.
    pub(crate) signer: SigningKey,
    /// The signed certificate: the identity in all groups.
    pub(crate) certificate: Vec<u8>,
    /// What this device may do.
    pub(crate) role: Role,
    pub(crate) record: AccountRecord,
}

impl fmt::Debug for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Own").field("account", &self.account).finish_non_exhaustive()
    }
}

impl Own {
    /// Makes the keys usable.
    pub(crate) fn from_record(record: AccountRecord) -> Result<Self> {
        let certificate = Unverified::<DeviceCertificate>::decode(&record.certificate)?;
        Ok(Self {
            account: record.account,
            device: record.device,
            account_key: record.account_seed.as_ref().map(|seed| SigningKey::from_seed(seed)),
            keys: DeviceKeys::from_seed(&record.device_seed),
            signer: SigningKey::from_seed(&record.device_seed),
            certificate: record.certificate.clone(),
            role: certificate.claimed().role,
            record,
        })
    }

    /// Person or business.
    pub(crate) const fn kind(&self) -> AccountKind {
        self.account.kind()
    }

    /// Whether it is a business's.
    pub(crate) fn is_business(&self) -> bool {
        self.kind() == AccountKind::Business
    }

    /// The account key.
    pub(crate) fn account_key(&self) -> Result<&SigningKey> {
        self.account_key.as_ref().ok_or(Error::Forbidden)
    }

    /// Proves this device on a connection.
    pub(crate) fn session_proof(&self, hello: &Hello) -> Result<Vec<u8>> {
        let nonce = <[u8; 32]>::try_from(&hello.nonce[..])
            .map_err(|_length| Error::Answer("nonce of the hello"))?;
        let proof = SessionProof {
            origin: hello.origin.clone(),
            account: self.account,
            device: self.device,
            nonce,
        };
        Ok(Signed::sign(proof, &self.signer)?.encode())
    }
}

/// A new account with its first device.
pub(crate) struct NewAccount {
    pub(crate) record: AccountRecord,
    pub(crate) contact: ContactRecord,
    pub(crate) certificate: CertificateRecord,
}

impl NewAccount {
    /// Makes the keys, the first certificate and the first device list.
    pub(crate) fn make(
        kind: AccountKind,
        name: &str,
        business_name: &str,
        language: &str,
        now: Timestamp,
    ) -> Result<Self> {
        let account = AccountId::from_random(kind, runtime::random());
        let account_seed: Seed = Zeroizing::new(runtime::random());
        let device_seed: Seed = Zeroizing::new(runtime::random());
        let account_key = SigningKey::from_seed(&account_seed);
        let device = DeviceId::new(runtime::random());
        let (device_kind, role, device_name) = match kind {
            AccountKind::Person => (DeviceKind::Customer, Role::Member, ""),
            AccountKind::Business => (DeviceKind::Agent, Role::Owner, name),
        };
        let signature_key = SigningKey::from_seed(&device_seed).public();
        let certificate = certify(
            &account_key,
            NewDevice {
                account,
                device,
                signature_key,
                kind: device_kind,
                role,
                name: device_name,
            },
            now,
        )?;
        let list = DeviceList {
            account,
            sequence: 1,
            issued_at: now,
            devices: vec![ListedDevice {
                device,
                certificate_hash: certificate.hash(),
                added_at: now,
            }],
        };
        let list = Signed::sign(list, &account_key)?;
        let certificate_bytes = certificate.encode();
        Ok(Self {
            contact: ContactRecord {
                account,
                account_key: account_key.public(),
                device_list: list.encode(),
                device_list_sequence: 1,
                profile: Vec::new(),
                name: if business_name.is_empty() { name } else { business_name }.to_owned(),
                is_blocked: false,
            },
            certificate: CertificateRecord {
                account,
                device,
                certificate: certificate_bytes.clone(),
                name: device_name.to_owned(),
                signature_key,
                is_listed: true,
            },
            record: AccountRecord {
                account,
                device,
                name: name.to_owned(),
                business_name: business_name.to_owned(),
                language: language.to_owned(),
                account_seed: Some(account_seed),
                device_seed,
                certificate: certificate_bytes,
                own_group: None,
                is_registered: false,
                has_archive: false,
                is_revoked: false,
            },
        })
    }

    /// Writes it, not yet registered.
    pub(crate) fn store(&self, tx: &Tx<'_>) -> Result<()> {
        tx.put_account(&self.record)?;
        tx.put_contact(&self.contact)?;
        tx.put_certificate(&self.certificate)
    }
}

/// What a certificate says about a new device.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewDevice<'a> {
    pub(crate) account: AccountId,
    pub(crate) device: DeviceId,
    pub(crate) signature_key: [u8; 32],
    pub(crate) kind: DeviceKind,
    pub(crate) role: Role,
    /// The agent's name; empty for a person's device.
    pub(crate) name: &'a str,
}

/// Signs a device's certificate.
pub(crate) fn certify(
    account_key: &SigningKey,
    new: NewDevice<'_>,
    now: Timestamp,
) -> Result<Signed<DeviceCertificate>> {
    let certificate = DeviceCertificate {
        account: new.account,
        account_key: account_key.public(),
        device: new.device,
        signature_key: new.signature_key,
        kind: new.kind,
        role: new.role,
        name: new.name.to_owned(),
        not_before: now.plus_millis(-CERTIFICATE_BACKDATE_MS),
        not_after: now.plus_millis(CERTIFICATE_LIFETIME_MS),
        sequence: 1,
    };
    Ok(Signed::sign(certificate, account_key)?)
}
