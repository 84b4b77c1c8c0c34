//! Leaving: the server stops delivery at once and tells the members.

use std::rc::Rc;

use tresen_mls::Group;
use tresen_proto::{Leave, ReplyBody, RequestBody};
use tresen_statement::{LeaveNotice, Signed};
use tresen_types::ConversationId;
use tresen_view::{Answer, Event};

use crate::{
    client::Inner,
    connection::Phase,
    error::{Error, Result},
    store::ConversationState,
};

/// Leaves a conversation; its messages stay on this device.
pub(crate) async fn leave(inner: &Rc<Inner>, conversation: ConversationId) -> Result<Answer> {
    let own = inner.own()?;
    if own.record.own_group == Some(conversation) {
        return Err(Error::Invalid("the own group can't be left"));
    }
    inner.link.reach(Phase::Authenticated).await?;
    let notice =
        LeaveNotice { conversation, account: own.account, device: own.device, at: inner.now() };
    let request = Leave {
        conversation: conversation.as_bytes().to_vec(),
        notice: Signed::sign(notice, &own.signer)?.encode(),
    };
    let ReplyBody::Done(_) = inner.link.request(RequestBody::Leave(request)).await? else {
        return Err(Error::Answer("leave"));
    };
    inner.store.write(|tx| {
        let record = tx.change_conversation(conversation, |record| {
            record.state = ConversationState::Left;
            record.draft = String::new();
        })?;
        tx.remove_member(conversation, own.device)?;
        tx.delete_handshake(conversation)?;
        tx.clear_outbox(conversation)?;
        Ok(Group::delete(tx, record.group)?)
    })?;
    inner.emit(Event::HeaderChanged { conversation });
    inner.emit(Event::ConversationsChanged);
    Ok(Answer::Done)
}
