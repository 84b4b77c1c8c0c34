//! On the owner's device: waits for the new device and does the steps up to its code.

use std::rc::Rc;

use prost::Message as _;
use tresen_proto::{
    ErrorCode,
    linking::{Challenge, Offer, Verdict},
    read_id,
};
use tresen_view::{Event, LinkStep};

use super::{
    Waiting,
    mailbox::{self, Slot},
    transcript::{Transcript, commitment},
};
use crate::{
    client::Inner,
    command::seldom,
    connection::Phase,
    error::{Error, Result},
    limits::{LINK_LIFETIME_MS, LINK_RETRY_MS, LINK_TRIES_MAX},
    runtime,
    store::InvitationRecord,
};

/// Begins to wait for the invitations that were open when the client was closed, if there are any.
pub(crate) async fn begin(inner: Rc<Inner>) {
    while matches!(inner.store.read(|tx| tx.invitations()), Ok(open) if !open.is_empty()) {
        match seldom::watch_invitations(Rc::clone(&inner)).await {
            Ok(Ok(())) => return,
            Ok(Err(_)) | Err(_) => runtime::sleep(LINK_RETRY_MS).await,
        }
    }
}

/// Waits for all invitations that were open when the client was closed.
pub(crate) fn resume(inner: &Rc<Inner>) -> Result<()> {
    for record in inner.store.read(|tx| tx.invitations())? {
        inner.spawn(run(Rc::clone(inner), record));
    }
    Ok(())
}

/// Waits until the invitation is used or has ended.
pub(super) async fn run(inner: Rc<Inner>, record: InvitationRecord) {
    let commitment = loop {
        inner.link.until(Phase::Authenticated).await;
        if inner.now() >= record.expires_at {
            forget(&inner, record.id);
            return;
        }
        match mailbox::fetch(&inner, record.id, Slot::Commitment).await {
            Ok(Some(commitment)) => break commitment,
            Ok(None) => {}
            Err(error) if error.is_refused_with(ErrorCode::Forbidden) => return,
            Err(error) => {
                tracing::debug!(%error, "waiting for a new device was interrupted");
                runtime::sleep(LINK_RETRY_MS).await;
            }
        }
    };
    // It is used up now, whatever comes of it.
    forget(&inner, record.id);
    let mailbox = record.id;
    match meet(&inner, &record, &commitment).await {
        Ok(transcript) => {
            let name = record.name.clone();
            let waiting = Waiting { invitation: mailbox, role: record.role, name, transcript };
            let former = inner.linking.waiting.borrow_mut().replace(waiting);
            if let Some(former) = former {
                // One at a time: whose digits are typed must be clear.
                refuse(&inner, former.invitation).await;
            }
            inner.emit(Event::Link(LinkStep::EnterCode { name: record.name }));
        }
        Err(error) => {
            tracing::warn!(%error, "a new device can't be linked");
            refuse(&inner, mailbox).await;
            inner.emit(Event::Link(LinkStep::Failed));
        }
    }
}

/// Exchanges the nonces and checks that the new device is the one that committed.
async fn meet(inner: &Inner, record: &InvitationRecord, committed: &[u8]) -> Result<Transcript> {
    let own = inner.own()?;
    let account_key = own.account_key()?.public();
    let offer: Offer =
        mailbox::read(mailbox::expect(inner, record.id, Slot::Offer, LINK_TRIES_MAX).await?)?;
    let owner_nonce: [u8; 32] = runtime::random();
    let expires_at = inner.now().plus_millis(LINK_LIFETIME_MS);
    let challenge = Challenge {
        nonce: owner_nonce.to_vec(),
        account_key: account_key.to_vec(),
        device: own.device.as_bytes().to_vec(),
        expires_at_ms: expires_at.as_millis(),
    };
    mailbox::post(inner, record.id, Slot::Challenge, challenge.encode_to_vec()).await?;
    let reveal = mailbox::expect(inner, record.id, Slot::Reveal, LINK_TRIES_MAX).await?;
    let transcript = Transcript {
        origin: inner.origin.as_str().to_owned(),
        account: own.account,
        account_key,
        owner_device: own.device,
        new_device: read_id(&offer.device)?,
        signature_key: mailbox::read_fixed(&offer.signature_key)?,
        ephemeral: offer.ephemeral,
        new_nonce: mailbox::read_fixed(&reveal)?,
        owner_nonce,
        expires_at,
    };
    let expected = commitment(
        &transcript.ephemeral,
        &transcript.new_nonce,
        &transcript.signature_key,
        transcript.new_device,
    );
    if committed == expected {
        Ok(transcript)
    } else {
        Err(Error::Untrusted("the new device isn't the one that began"))
    }
}

/// Tells the new device that it won't be linked.
pub(super) async fn refuse(inner: &Inner, mailbox: [u8; 16]) {
    let verdict = Verdict { sealed: Vec::new(), is_refused: true }.encode_to_vec();
    if let Err(error) = mailbox::post(inner, mailbox, Slot::Verdict, verdict).await {
        tracing::debug!(%error, "the new device learns of the refusal when its time is over");
    }
}

fn forget(inner: &Inner, invitation: [u8; 16]) {
    if let Err(error) = inner.store.write(|tx| tx.delete_invitation(invitation)) {
        tracing::error!(%error, "a used invitation can't be forgotten");
    }
}
