//! The owner types the digits: the new device becomes one of the account's.

use std::rc::Rc;

use prost::Message as _;
use tresen_mls::seal_to;
use tresen_proto::{PublishDeviceList, ReplyBody, RequestBody, linking::Verdict};
use tresen_statement::{
    DeviceCertificate, DeviceKind, DeviceList, ListedDevice, Role, Signed, Unverified,
};
use tresen_view::{Answer, Event, LinkStep};
use zeroize::Zeroizing;

use super::{
    Waiting,
    mailbox::{self, Slot},
    secrets::{LinkSecrets, SealedKey},
    watch,
};
use crate::{
    account::{NewDevice, Own, certify, pin_own_devices},
    archive,
    client::Inner,
    connection::Phase,
    conversation::ensure_own_group,
    error::{Error, Result},
    limits::LINK_ARCHIVE_MS_MAX,
    runtime,
};

/// What the sealed secrets are bound to beside the transcript.
pub(super) const SEAL_LABEL: &[u8] = b"tresen/link-secrets/1";

/// Compares the digits and links the device. A wrong code burns the invitation.
pub(crate) async fn approve_link(inner: &Rc<Inner>, code: &str) -> Result<Answer> {
    let own = inner.own()?;
    own.account_key()?;
    let waiting = inner.linking.waiting.borrow_mut().take();
    let waiting = waiting.ok_or(Error::NotFound("a device that waits"))?;
    if inner.now() >= waiting.transcript.expires_at {
        watch::refuse(inner, waiting.invitation).await;
        inner.emit(Event::Link(LinkStep::Failed));
        return Err(Error::LinkExpired);
    }
    if !waiting.transcript.is_code(code)? {
        watch::refuse(inner, waiting.invitation).await;
        inner.emit(Event::Link(LinkStep::Failed));
        return Err(Error::WrongCode);
    }
    match link(inner, &waiting).await {
        Ok(()) => {
            let device = waiting.transcript.new_device;
            inner.emit(Event::Link(LinkStep::Linked { device }));
            Ok(Answer::Link(LinkStep::Linked { device }))
        }
        Err(error) => {
            watch::refuse(inner, waiting.invitation).await;
            inner.emit(Event::Link(LinkStep::Failed));
            Err(error)
        }
    }
}

async fn link(inner: &Rc<Inner>, waiting: &Waiting) -> Result<()> {
    inner.link.reach(Phase::Live).await?;
    // A person's may be made only now; a person with two devices has an archive.
    ensure_own_group(inner).await?;
    inner.store.write(archive::turn_on)?;
    inner.reload_own()?;
    let own = &inner.own()?;
    // So that the new device finds everything; what doesn't come through in time follows later.
    match runtime::within(LINK_ARCHIVE_MS_MAX, archive::flush(inner)).await {
        Some(Ok(())) => {}
        Some(Err(error)) => tracing::warn!(%error, "the archive isn't complete yet"),
        None => tracing::warn!("the archive takes long"),
    }
    let (certificate, list) = certificate_and_list(inner, own, waiting)?;
    let request =
        PublishDeviceList { device_list: list.encode(), certificates: vec![certificate.encode()] };
    match inner.link.request(RequestBody::PublishDeviceList(request)).await? {
        ReplyBody::Done(_) => {}
        _ => return Err(Error::Answer("device list")),
    }
    inner.store.write(|tx| pin_own_devices(tx, own.account, &list, &[certificate.encode()]))?;
    inner.emit(Event::DevicesChanged);
    // The server tells this device too, but what is pinned already is no news then.
    inner.duties.devices();
    let sealed = seal(inner, own, waiting, &certificate, &list)?;
    let verdict = Verdict { sealed, is_refused: false }.encode_to_vec();
    mailbox::post(inner, waiting.invitation, Slot::Verdict, verdict).await
}

fn certificate_and_list(
    inner: &Inner,
    own: &Own,
    waiting: &Waiting,
) -> Result<(Signed<DeviceCertificate>, Signed<DeviceList>)> {
    let account_key = own.account_key()?;
    let now = inner.now();
    let new = NewDevice {
        account: own.account,
        device: waiting.transcript.new_device,
        signature_key: waiting.transcript.signature_key,
        kind: if own.is_business() { DeviceKind::Agent } else { DeviceKind::Customer },
        role: waiting.role,
        name: if own.is_business() { &waiting.name } else { "" },
    };
    let certificate = certify(account_key, new, now)?;
    let contact = inner.store.read(|tx| tx.contact(own.account))?;
    let contact = contact.ok_or(Error::Damaged("own account"))?;
    let mut list = Unverified::<DeviceList>::decode(&contact.device_list)?
        .verify(&contact.account_key)?
        .into_value();
    if list.contains(new.device) {
        return Err(Error::Untrusted("a device id that exists"));
    }
    list.sequence = list.sequence.saturating_add(1);
    list.issued_at = now;
    list.devices.push(ListedDevice {
        device: new.device,
        certificate_hash: certificate.hash(),
        added_at: now,
    });
    list.devices.sort_by_key(|listed| listed.device);
    Ok((certificate, Signed::sign(list, account_key)?))
}

fn seal(
    inner: &Inner,
    own: &Own,
    waiting: &Waiting,
    certificate: &Signed<DeviceCertificate>,
    list: &Signed<DeviceList>,
) -> Result<Vec<u8>> {
    // The account key goes to owners alone; a person's stays on the first device.
    let account_seed = match (waiting.role, &own.record.account_seed) {
        (Role::Owner, Some(seed)) => seed.to_vec(),
        _ => Vec::new(),
    };
    let secrets = LinkSecrets {
        certificate: certificate.encode(),
        device_list: list.encode(),
        account_seed,
        business_name: own.record.business_name.clone(),
        language: own.record.language.clone(),
        own_group: own.record.own_group.map(|id| id.as_bytes().to_vec()).unwrap_or_default(),
        keys: inner.store.read(SealedKey::ring)?,
        name: if own.is_business() { String::new() } else { own.record.name.clone() },
    };
    let plain = Zeroizing::new(secrets.encode_to_vec());
    let transcript = &waiting.transcript;
    Ok(seal_to(&transcript.ephemeral, &transcript.hash(), SEAL_LABEL, &plain)?)
}
