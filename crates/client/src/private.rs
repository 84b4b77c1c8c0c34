//! What the account's devices tell each other in the own group.

use tresen_content::message::Private;
use tresen_types::DeviceId;
use tresen_view::Event;

use crate::account::Own;
use crate::client::Inner;
use crate::error::Result;
use crate::outgoing;
use crate::store::{ConversationState, Tx};

/// Queues something for the account's other devices. A device that is alone tells nobody.
pub(crate) fn tell(inner: &Inner, tx: &Tx<'_>, own: &Own, private: Private) -> Result<()> {
    let Some(group) = own.record.own_group else { return Ok(()) };
    if tx.members(group)?.len() < 2 {
        return Ok(());
    }
    let content = tresen_content::Content::new(tresen_content::Message::Private(Box::new(private)));
    outgoing::queue_control(inner, tx, own, group, &content)
}

/// Takes in what another device of the account said.
pub(crate) fn take_in(
    _inner: &Inner,
    tx: &Tx<'_>,
    _own: &Own,
    private: &Private,
    _from: DeviceId,
) -> Result<Vec<Event>> {
    match private {
        Private::ReadPosition { conversation, sequence } => {
            let Some(position) = tx.position_of_sequence(*conversation, *sequence)? else {
                return Ok(Vec::new());
            };
            tx.change_conversation(*conversation, |record| {
                record.read_position = record.read_position.max(position);
            })?;
            Ok(vec![Event::ConversationsChanged])
        }
        Private::Assign { conversation, to, .. } => {
            if tx.conversation(*conversation)?.is_none() {
                return Ok(Vec::new());
            }
            tx.change_conversation(*conversation, |record| record.assignee = *to)?;
            Ok(vec![Event::HeaderChanged { conversation: *conversation }])
        }
        Private::Close { conversation, .. } | Private::Reopen { conversation, .. } => {
            let is_closed = matches!(private, Private::Close { .. });
            let is_open =
                tx.conversation(*conversation)?.is_some_and(|record| {
                    record.state != ConversationState::Left
                });
            if !is_open {
                return Ok(Vec::new());
            }
            tx.change_conversation(*conversation, |record| record.is_closed = is_closed)?;
            Ok(vec![Event::HeaderChanged { conversation: *conversation }])
        }
        Private::Setting { .. }
        | Private::Draft { .. }
        | Private::Label { .. }
        | Private::Note { .. }
        | Private::KeyRing { .. }
        | Private::ConversationIntroduced { .. } => Ok(Vec::new()),
    }
}
