//! Conversations that the server delivers to this device and that the store doesn't know: after a
//! recovery, or when an older copy of the store was put back.

use std::rc::Rc;

use tresen_proto::{ListConversations, ReplyBody, RequestBody, read_id};
use tresen_types::{AccountId, ConversationId, GroupId, Timestamp};

use crate::{
    client::Inner,
    error::{Error, Result},
    runtime,
    store::{ConversationKind, ConversationRecord, ConversationState, Tx},
};

/// Asks the server for them, if there may be any; they are joined like those whose state was lost.
pub(crate) async fn find_unknown(inner: &Rc<Inner>) -> Result<()> {
    if !inner.store.read(|tx| tx.are_conversations_unknown())? {
        return Ok(());
    }
    let own = inner.own()?;
    let request = RequestBody::ListConversations(ListConversations {});
    let ReplyBody::Conversations(listed) = inner.link.request(request).await? else {
        return Err(Error::Answer("conversations"));
    };
    inner.store.write(|tx| {
        for summary in listed.conversations.iter().filter(|summary| !summary.is_own_group) {
            let mut counterpart = None;
            for account in &summary.accounts {
                let account: AccountId = read_id(account)?;
                if account != own.account {
                    counterpart = Some(account);
                }
            }
            let id: ConversationId = read_id(&summary.conversation)?;
            if counterpart.is_some() && tx.conversation(id)?.is_none() {
                lost(tx, id, ConversationKind::Business, counterpart, inner.now())?;
            }
        }
        tx.set_conversations_unknown(false)
    })
}

/// A conversation that this device is to come back into.
pub(crate) fn lost(
    tx: &Tx<'_>,
    id: ConversationId,
    kind: ConversationKind,
    counterpart: Option<AccountId>,
    since: Timestamp,
) -> Result<()> {
    if tx.conversation(id)?.is_some_and(|known| known.state != ConversationState::Left) {
        return Ok(());
    }
    let group = GroupId::new(runtime::random());
    let mut record = ConversationRecord::new(id, group, kind, counterpart, since);
    record.state = ConversationState::Lost;
    tx.put_conversation(&record)
}
