//! Requests that make or move a group and wait for the server's answer. They are kept and sent again
//! word for word after the connection broke: the nonce in them makes that harmless.

use std::rc::Rc;

use prost::Message;
use tresen_mls::Group;
use tresen_proto::{Accepted, CreateConversation, ErrorCode, ReplyBody, RequestBody};
use tresen_types::ConversationId;
use tresen_view::Event;

use super::{
    commit::{confirm, discard},
    resync,
};
use crate::{
    client::Inner,
    error::{Error, Result},
    store::{ConversationState, HandshakeKind, HandshakeRecord},
};

/// Encodes a request to be kept.
pub(super) fn encode(request: &impl Message) -> Vec<u8> {
    request.encode_to_vec()
}

fn decode<M: Message + Default>(record: &HandshakeRecord) -> Result<M> {
    M::decode(&record.request[..]).map_err(|_malformed| Error::Damaged("kept request"))
}

/// Sends all requests that wait. Called after authentication, before the mailbox is taken in, with
/// the gate held: entries of the epoch after an accepted commit make sense only then.
pub(crate) async fn resume_handshakes(inner: &Rc<Inner>) -> Result<()> {
    for record in inner.store.read(|tx| tx.handshakes())? {
        let outcome = match record.kind {
            HandshakeKind::Create => create(inner, &record).await,
            HandshakeKind::Commit => resume_commit(inner, &record).await,
            HandshakeKind::ExternalCommit => {
                resync::send(inner, record.conversation, decode(&record)?).await
            }
        };
        match outcome {
            Ok(()) => {}
            Err(Error::Refused { code, .. }) => {
                tracing::warn!(?code, "a kept request was refused");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Sends the request that makes a conversation.
pub(super) async fn send_create(inner: &Rc<Inner>, conversation: ConversationId) -> Result<()> {
    let waiting = inner.store.read(|tx| tx.handshakes())?;
    let is_it = |record: &&HandshakeRecord| {
        record.conversation == conversation && record.kind == HandshakeKind::Create
    };
    match waiting.iter().find(is_it) {
        Some(record) => create(inner, record).await,
        // The connection was faster: it has sent it again by itself.
        None => Ok(()),
    }
}

async fn create(inner: &Rc<Inner>, record: &HandshakeRecord) -> Result<()> {
    let request: CreateConversation = decode(record)?;
    match inner.link.request(RequestBody::CreateConversation(request)).await {
        Ok(ReplyBody::Accepted(accepted)) => created(inner, record.conversation, &accepted),
        Ok(_) => Err(Error::Answer("creation of a conversation")),
        Err(error) if is_final(&error) => {
            inner.store.write(|tx| {
                let known = tx.known_conversation(record.conversation)?;
                Group::delete(tx, known.group)?;
                if let Some(mut account) = tx.account()?
                    && account.own_group == Some(record.conversation)
                {
                    account.own_group = None;
                    tx.put_account(&account)?;
                }
                tx.delete_conversation(record.conversation)
            })?;
            inner.emit(Event::ConversationsChanged);
            Err(error)
        }
        Err(error) => Err(error),
    }
}

fn created(inner: &Inner, conversation: ConversationId, accepted: &Accepted) -> Result<()> {
    inner.store.write(|tx| {
        tx.delete_handshake(conversation)?;
        tx.change_conversation(conversation, |record| {
            record.state = ConversationState::Open;
            record.sequence = record.sequence.max(accepted.sequence);
        })?;
        Ok(())
    })?;
    inner.emit(Event::ConversationsChanged);
    inner.emit(Event::HeaderChanged { conversation });
    inner.outbox_wake.notify();
    // The account's other devices read along.
    inner.duties.devices();
    Ok(())
}

async fn resume_commit(inner: &Rc<Inner>, record: &HandshakeRecord) -> Result<()> {
    match inner.link.request(RequestBody::Commit(decode(record)?)).await {
        Ok(ReplyBody::Accepted(accepted)) => confirm(inner, record.conversation, &accepted),
        Ok(_) => Err(Error::Answer("commit")),
        Err(error) if is_final(&error) => {
            discard(inner, record.conversation)?;
            Err(error)
        }
        Err(error) => Err(error),
    }
}

/// Whether sending the same again can't help.
pub(super) fn is_final(error: &Error) -> bool {
    match error {
        Error::Refused { code, .. } => !matches!(
            code,
            ErrorCode::RateLimited
                | ErrorCode::StorageFull
                | ErrorCode::Unavailable
                | ErrorCode::Internal
                | ErrorCode::Unauthenticated
                | ErrorCode::DeviceRevoked
        ),
        _ => false,
    }
}
