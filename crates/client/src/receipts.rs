//! Receipts that this device sends: delivered after the message is on its disk, read when a person
//! has seen it. Owed in the message's row, queued when the device is live, many in one message.

use tresen_content::{
    Content, Message,
    message::{Receipt, ReceiptKind, ReceiptMessages},
};
use tresen_types::{ConversationId, MessageId};

use crate::{
    account::Own,
    client::Inner,
    connection::Phase,
    error::Result,
    limits::RECEIPT_IDS_MAX,
    outgoing,
    store::{ConversationState, Tx},
};

/// Queues what is owed, when the device is live; during the catch-up it waits.
pub(crate) fn queue_owed_if_live(inner: &Inner, tx: &Tx<'_>, own: &Own) -> Result<bool> {
    if inner.link.phase() == Phase::Live { queue_owed(inner, tx, own) } else { Ok(false) }
}

/// Queues all receipts that are owed; tells whether there were any.
pub(crate) fn queue_owed(inner: &Inner, tx: &Tx<'_>, own: &Own) -> Result<bool> {
    let mut has_queued = false;
    for conversation in tx.conversations_that_owe()? {
        let is_open = tx
            .conversation(conversation)?
            .is_some_and(|record| record.state == ConversationState::Open);
        for (is_read, kind) in [(true, ReceiptKind::Read), (false, ReceiptKind::Delivered)] {
            loop {
                let ids = tx.take_owed(conversation, is_read, RECEIPT_IDS_MAX)?;
                if ids.is_empty() {
                    break;
                }
                if is_open {
                    queue(inner, tx, own, conversation, kind, ids)?;
                    has_queued = true;
                }
            }
        }
    }
    Ok(has_queued)
}

/// Queues the word that a voice message is heard, where somebody is there to hear it.
pub(crate) fn queue_played(
    inner: &Inner,
    tx: &Tx<'_>,
    own: &Own,
    conversation: ConversationId,
    message: MessageId,
) -> Result<()> {
    let record = tx.conversation(conversation)?;
    if record.is_none_or(|record| record.state != ConversationState::Open) {
        return Ok(());
    }
    queue(inner, tx, own, conversation, ReceiptKind::Played, vec![message])
}

fn queue(
    inner: &Inner,
    tx: &Tx<'_>,
    own: &Own,
    conversation: ConversationId,
    kind: ReceiptKind,
    ids: Vec<MessageId>,
) -> Result<()> {
    let receipt = Receipt { kind, messages: ReceiptMessages::Each(ids) };
    let content = Content::new(Message::Receipt(receipt));
    outgoing::queue_control(inner, tx, own, conversation, &content)
}
