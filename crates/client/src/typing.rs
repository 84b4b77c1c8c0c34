//! Typing: an encrypted signal that is relayed to who is connected, and never stored. The other side
//! hears of it in the conversation, if the setting allows; colleagues hear in the own group where
//! somebody is answering.
//!
//! The key is exported from the group, so only members can read or write one; it is bound to the
//! sending device that the server names, which must be a member.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use bytes::Bytes;
use chacha20poly1305::{
    ChaCha20Poly1305, Key, Nonce,
    aead::{Aead as _, KeyInit as _, Payload},
};
use tresen_mls::Group;
use tresen_proto::{ClientBody, Signal, read_id};
use tresen_types::{ConversationId, DeviceId};
use tresen_view::{Answer, Event};

use crate::{
    client::Inner,
    error::{Error, Result},
    limits::{TYPING_INTERVAL_MS, TYPING_MS},
    names, runtime, settings,
    store::{ConversationState, Tx},
};

const LABEL: &str = "tresen/signal";
const NONCE_BYTES: usize = 12;
/// What a signal says: its version and "is typing".
const IS_TYPING: [u8; 2] = [1, 1];
/// What a signal in the own group begins with; the conversation's id follows.
const IS_ANSWERING: [u8; 2] = [1, 2];

/// Who types where, and when this device said so last.
#[derive(Default)]
pub(crate) struct TypingState {
    others: RefCell<BTreeMap<(ConversationId, DeviceId), i64>>,
    said: RefCell<BTreeMap<ConversationId, i64>>,
}

impl TypingState {
    /// Whether somebody of the other side types at `now`: everybody but `own_devices`.
    pub(crate) fn devices(&self, conversation: ConversationId, now_ms: i64) -> Vec<DeviceId> {
        self.others
            .borrow()
            .iter()
            .filter(|((of, _), until)| *of == conversation && **until > now_ms)
            .map(|((_, device), _)| *device)
            .collect()
    }

    /// A message of the device came: it isn't typing any more.
    pub(crate) fn stop(&self, conversation: ConversationId, device: DeviceId) {
        self.others.borrow_mut().remove(&(conversation, device));
    }
}

/// Says that this person is typing.
pub(crate) fn send(inner: &Inner, conversation: ConversationId) -> Result<Answer> {
    let own = inner.own()?;
    let now_ms = inner.local_now_ms();
    let last = inner.typing.said.borrow().get(&conversation).copied().unwrap_or(0);
    if now_ms.saturating_sub(last) < TYPING_INTERVAL_MS {
        return Ok(Answer::Done);
    }
    let signals = inner.store.read(|tx| {
        let record = tx.known_conversation(conversation)?;
        let mut signals = Vec::new();
        if record.state != ConversationState::Open {
            return Ok(signals);
        }
        if settings::read(tx)?.typing {
            signals.push((conversation, seal(tx, conversation, own.device, &IS_TYPING)?));
        }
        if let Some(group) = own.record.own_group.filter(|_group| own.is_business())
            && tx.known_conversation(group)?.state == ConversationState::Open
        {
            let plain = [&IS_ANSWERING[..], conversation.as_bytes()].concat();
            signals.push((group, seal(tx, group, own.device, &plain)?));
        }
        Ok(signals)
    })?;
    inner.typing.said.borrow_mut().insert(conversation, now_ms);
    for (group, ciphertext) in signals {
        let signal = Signal {
            conversation: group.as_bytes().to_vec(),
            ciphertext: Bytes::from(ciphertext),
            sender_device: Vec::new(),
        };
        // Without a connection nobody needs to know.
        drop(inner.link.send(ClientBody::Signal(signal)));
    }
    Ok(Answer::Done)
}

/// Takes in somebody's signal; what can't be read is nothing.
pub(crate) fn receive(inner: &Rc<Inner>, signal: &Signal) {
    match open(inner, signal) {
        Ok(Some(event)) => {
            inner.emit(event);
            inner.emit(Event::ConversationsChanged);
        }
        Ok(None) => {}
        Err(error) => tracing::debug!(%error, "a signal can't be read"),
    }
}

fn open(inner: &Inner, signal: &Signal) -> Result<Option<Event>> {
    let own = inner.own()?;
    let group: ConversationId = read_id(&signal.conversation)?;
    let device: DeviceId = read_id(&signal.sender_device)?;
    let found = inner.store.read(|tx| {
        let members = tx.members(group)?;
        let Some(member) = members.into_iter().find(|member| member.device == device) else {
            return Ok(None);
        };
        let Some(plain) = unseal(tx, group, device, &signal.ciphertext)? else {
            return Ok(None);
        };
        let is_colleague = own.is_business() && member.account == own.account;
        let conversation = if own.record.own_group == Some(group) {
            plain
                .strip_prefix(&IS_ANSWERING[..])
                .and_then(|id| ConversationId::try_from(id).ok())
                .filter(|_conversation| is_colleague)
        } else {
            // What a colleague says to the customer is heard in the own group.
            let is_heard = plain == IS_TYPING && !is_colleague && settings::read(tx)?.typing;
            is_heard.then_some(group)
        };
        let Some(conversation) = conversation else { return Ok(None) };
        let name = names::of_sender(tx, member.account, device)?;
        Ok(Some((conversation, name, is_colleague)))
    })?;
    let Some((conversation, name, is_colleague)) = found else { return Ok(None) };
    let until = inner.local_now_ms().saturating_add(TYPING_MS);
    inner.typing.others.borrow_mut().insert((conversation, device), until);
    Ok(Some(Event::Typing { conversation, name, is_colleague }))
}

fn cipher(tx: &Tx<'_>, conversation: ConversationId) -> Result<ChaCha20Poly1305> {
    let record = tx.known_conversation(conversation)?;
    let group = Group::load(tx, record.group)?;
    let key = group.export_secret(LABEL, conversation.as_bytes(), 32)?;
    Ok(ChaCha20Poly1305::new(Key::from_slice(&key)))
}

fn seal(
    tx: &Tx<'_>,
    conversation: ConversationId,
    device: DeviceId,
    plain: &[u8],
) -> Result<Vec<u8>> {
    let nonce: [u8; NONCE_BYTES] = runtime::random();
    let sealed = cipher(tx, conversation)?
        .encrypt(Nonce::from_slice(&nonce), Payload { msg: plain, aad: device.as_bytes() })
        .map_err(|_aead| Error::Internal("signal"))?;
    Ok([&nonce[..], &sealed].concat())
}

fn unseal(
    tx: &Tx<'_>,
    conversation: ConversationId,
    device: DeviceId,
    ciphertext: &[u8],
) -> Result<Option<Vec<u8>>> {
    let Some((nonce, sealed)) = ciphertext.split_at_checked(NONCE_BYTES) else { return Ok(None) };
    let payload = Payload { msg: sealed, aad: device.as_bytes() };
    Ok(cipher(tx, conversation)?.decrypt(Nonce::from_slice(nonce), payload).ok())
}
