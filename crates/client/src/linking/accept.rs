//! On the new device: uses an invitation, shows the digits, and becomes a device of the account.

use std::rc::Rc;

use prost::Message as _;
use tresen_mls::EphemeralKey;
use tresen_proto::{
    ErrorCode, OpenLink, ReplyBody, RequestBody,
    linking::{Challenge, Offer, Verdict},
    read_id,
};
use tresen_statement::{
    DeviceCertificate, DeviceList, LinkInvitation, Role, Signed, SigningKey, Unverified,
    fingerprint,
};
use tresen_types::{AccountKind, ConversationId, DeviceId, GroupId, Timestamp};
use tresen_view::{Answer, Event, LinkStep};
use zeroize::Zeroizing;

use super::{
    approve::SEAL_LABEL,
    mailbox::{self, Slot},
    secrets::LinkSecrets,
    token::Token,
    transcript::{Transcript, commitment},
};
use crate::{
    account::pin_own_devices,
    archive,
    client::Inner,
    config::Seed,
    connection::{Phase, authenticate},
    error::{Error, Result},
    limits::LINK_TRIES_MAX,
    runtime,
    store::{
        AccountRecord, ContactRecord, ConversationKind, ConversationRecord, ConversationState,
    },
};

/// A device that isn't linked yet.
struct Newcomer {
    token: Token,
    invitation: LinkInvitation,
    ephemeral: EphemeralKey,
    device_seed: Seed,
    transcript: Transcript,
}

/// Uses the invitation up to the point where the digits are shown; the rest follows by events.
pub(crate) async fn accept_invitation(inner: &Rc<Inner>, token: &str) -> Result<Answer> {
    if inner.own_or_none().is_some() {
        return Err(Error::AccountExists);
    }
    let token = Token::read(token)?;
    inner.link.reach(Phase::Greeted).await?;
    let newcomer = begin(inner, token).await?;
    let step = LinkStep::ShowCode {
        business_name: newcomer.token.name.clone(),
        code: newcomer.transcript.code()?,
        expires_at: newcomer.transcript.expires_at,
    };
    inner.emit(Event::Link(step.clone()));
    let task_inner = Rc::clone(inner);
    inner.spawn(async move {
        match finish(&task_inner, newcomer).await {
            Ok(device) => task_inner.emit(Event::Link(LinkStep::Linked { device })),
            Err(error) => {
                tracing::warn!(%error, "this device isn't linked");
                task_inner.emit(Event::Link(LinkStep::Failed));
            }
        }
    });
    Ok(Answer::Link(step))
}

async fn begin(inner: &Inner, token: Token) -> Result<Newcomer> {
    let mailbox = token.invitation;
    let request = OpenLink { invitation: mailbox.to_vec() };
    let reply = match inner.link.request(RequestBody::OpenLink(request)).await {
        Err(error) if error.is_refused_with(ErrorCode::Unauthenticated) => {
            return Err(Error::PasskeyNeeded);
        }
        reply => reply?,
    };
    let ReplyBody::LinkPayload(payload) = reply else { return Err(Error::Answer("invitation")) };
    let invitation = Unverified::<LinkInvitation>::decode(&payload.payload)?;
    let ephemeral = EphemeralKey::generate()?;
    let device_seed: Seed = Zeroizing::new(runtime::random());
    let signature_key = SigningKey::from_seed(&device_seed).public();
    let device = DeviceId::new(runtime::random());
    let new_nonce: [u8; 32] = runtime::random();
    let committed = commitment(ephemeral.public(), &new_nonce, &signature_key, device);
    mailbox::post(inner, mailbox, Slot::Commitment, committed.to_vec()).await?;
    let offer = Offer {
        ephemeral: ephemeral.public().to_vec(),
        signature_key: signature_key.to_vec(),
        device: device.as_bytes().to_vec(),
    };
    mailbox::post(inner, mailbox, Slot::Offer, offer.encode_to_vec()).await?;
    let challenge: Challenge =
        mailbox::read(mailbox::expect(inner, mailbox, Slot::Challenge, LINK_TRIES_MAX).await?)?;
    let account_key: [u8; 32] = mailbox::read_fixed(&challenge.account_key)?;
    // The link that came from person to person decides whose key it must be.
    if fingerprint(&account_key) != token.fingerprint {
        return Err(Error::FingerprintMismatch);
    }
    let invitation = invitation.verify(&account_key)?.into_value();
    let owner_device = read_id(&challenge.device)?;
    let is_right = invitation.account == token.account
        && invitation.invitation == token.invitation
        && invitation.issued_by == owner_device;
    if !is_right {
        return Err(Error::Untrusted("the invitation is another one"));
    }
    let transcript = Transcript {
        origin: inner.origin.as_str().to_owned(),
        account: token.account,
        account_key,
        owner_device,
        new_device: device,
        signature_key,
        ephemeral: ephemeral.public().to_vec(),
        new_nonce,
        owner_nonce: mailbox::read_fixed(&challenge.nonce)?,
        expires_at: Timestamp::from_millis(challenge.expires_at_ms),
    };
    // Only now, that the owner's nonce is known.
    mailbox::post(inner, mailbox, Slot::Reveal, new_nonce.to_vec()).await?;
    Ok(Newcomer { token, invitation, ephemeral, device_seed, transcript })
}

async fn finish(inner: &Rc<Inner>, newcomer: Newcomer) -> Result<DeviceId> {
    let mailbox = newcomer.token.invitation;
    let verdict = loop {
        if let Some(verdict) = mailbox::fetch(inner, mailbox, Slot::Verdict).await? {
            break verdict;
        }
        if inner.now() >= newcomer.transcript.expires_at {
            return Err(Error::LinkExpired);
        }
    };
    let verdict: Verdict = mailbox::read(verdict)?;
    if verdict.is_refused {
        return Err(Error::WrongCode);
    }
    let transcript = newcomer.transcript.hash();
    let plain = newcomer.ephemeral.open(&transcript, SEAL_LABEL, &verdict.sealed)?;
    let secrets =
        LinkSecrets::decode(&plain[..]).map_err(|_malformed| Error::Untrusted("sealed secrets"))?;
    let (certificate, list) = check(&newcomer, &secrets)?;
    keep(inner, &newcomer, &secrets, &certificate, &list)?;
    inner.reload_own()?;
    // On this connection if it still stands; otherwise the next one does it.
    let own = inner.own()?;
    if let Err(error) = authenticate(inner, &own).await {
        tracing::debug!(%error, "the new device connects again");
    }
    archive::wake(inner);
    Ok(own.device)
}

/// What was sealed must be what was agreed on.
fn check(
    newcomer: &Newcomer,
    secrets: &LinkSecrets,
) -> Result<(Signed<DeviceCertificate>, Signed<DeviceList>)> {
    let transcript = &newcomer.transcript;
    let certificate = Unverified::<DeviceCertificate>::decode(&secrets.certificate)?
        .verify(&transcript.account_key)?;
    let list =
        Unverified::<DeviceList>::decode(&secrets.device_list)?.verify(&transcript.account_key)?;
    let value = certificate.value();
    let is_right = value.account == transcript.account
        && value.device == transcript.new_device
        && value.signature_key == transcript.signature_key
        && value.role == newcomer.invitation.role
        && list.value().lists(&certificate);
    if !is_right {
        return Err(Error::Untrusted("the certificate is another device's"));
    }
    if !secrets.account_seed.is_empty() {
        let seed = mailbox::read_fixed::<32>(&secrets.account_seed)?;
        let seed = Zeroizing::new(seed);
        let is_key = SigningKey::from_seed(&seed).public() == transcript.account_key;
        if !is_key || value.role != Role::Owner {
            return Err(Error::Untrusted("an account key that doesn't fit"));
        }
    }
    Ok((certificate, list))
}

/// Writes the account in one transaction; the own group is joined as soon as the device is live.
fn keep(
    inner: &Inner,
    newcomer: &Newcomer,
    secrets: &LinkSecrets,
    certificate: &Signed<DeviceCertificate>,
    list: &Signed<DeviceList>,
) -> Result<()> {
    let transcript = &newcomer.transcript;
    let own_group: ConversationId = read_id(&secrets.own_group)?;
    let account_seed = match secrets.account_seed.as_slice() {
        [] => None,
        seed => Some(Zeroizing::new(mailbox::read_fixed::<32>(seed)?)),
    };
    let now = inner.now();
    let is_business = transcript.account.kind() == AccountKind::Business;
    inner.store.write(|tx| {
        if tx.account()?.is_some() {
            return Err(Error::AccountExists);
        }
        tx.put_account(&AccountRecord {
            account: transcript.account,
            device: transcript.new_device,
            name: if is_business { certificate.value().name.clone() } else { secrets.name.clone() },
            business_name: secrets.business_name.clone(),
            language: secrets.language.clone(),
            account_seed,
            device_seed: newcomer.device_seed.clone(),
            certificate: certificate.encode(),
            own_group: Some(own_group),
            is_registered: true,
            has_archive: !is_business,
            is_revoked: false,
        })?;
        tx.put_contact(&ContactRecord {
            account: transcript.account,
            account_key: transcript.account_key,
            device_list: Vec::new(),
            device_list_sequence: 0,
            profile: Vec::new(),
            name: if is_business { &secrets.business_name } else { &secrets.name }.clone(),
            is_blocked: false,
        })?;
        pin_own_devices(tx, transcript.account, list, &[certificate.encode()])?;
        let mut record = ConversationRecord::new(
            own_group,
            GroupId::new(runtime::random()),
            ConversationKind::Own,
            None,
            now,
        );
        // Not lost, but joined the same way: by an external commit.
        record.state = ConversationState::Lost;
        tx.put_conversation(&record)?;
        for key in &secrets.keys {
            tx.add_archive_key(&key.record()?)?;
        }
        archive::ask_for_restore(tx)
    })
}
