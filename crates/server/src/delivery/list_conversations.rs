//! The conversations of an account, also those that the asking device isn't yet a member of.

use tresen_proto::{ConversationSummary, Conversations};
use tresen_store::delivery::{ConversationKind, ConversationRecord};

use crate::{
    ServerError,
    app::App,
    limits::{CONVERSATIONS_PAGE, Subject},
    session::DeviceSession,
};

/// Lists them.
pub(crate) async fn list_conversations(
    app: &App,
    session: &DeviceSession,
) -> Result<Conversations, ServerError> {
    app.rates.take(Subject::QueryDevice(session.device), app.now())?;
    let ids = app.delivery.conversations_of_account(session.account).await?;
    let mut conversations = Vec::with_capacity(ids.len());
    for id in ids.into_iter().take(CONVERSATIONS_PAGE) {
        if let Some(record) = app.delivery.conversation(id).await? {
            conversations.push(summary(session, &record));
        }
    }
    Ok(Conversations { conversations })
}

fn summary(session: &DeviceSession, record: &ConversationRecord) -> ConversationSummary {
    ConversationSummary {
        conversation: record.id.as_bytes().to_vec(),
        accounts: record.accounts.iter().map(|account| account.as_bytes().to_vec()).collect(),
        is_member: record.active_member(session.device).is_some(),
        is_own_group: record.kind == ConversationKind::Own,
        epoch: record.epoch,
    }
}
