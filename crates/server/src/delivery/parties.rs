//! Whose conversation it is: what never changes about one, kept in memory for the send path.

use std::sync::Arc;

use tresen_proto::ErrorCode;
use tresen_store::delivery::ConversationRecord;
use tresen_types::{AccountId, ConversationId, GroupId};

use crate::{ServerError, app::App, error::refused};

/// The accounts and the group of a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Parties {
    pub(crate) group: GroupId,
    accounts: Vec<AccountId>,
}

impl Parties {
    pub(crate) fn of(record: &ConversationRecord) -> Self {
        Self { group: record.group_id, accounts: record.accounts.clone() }
    }

    /// Fails unless the account takes part: to others the conversation doesn't exist.
    pub(crate) fn check_part(&self, account: AccountId) -> Result<(), ServerError> {
        if self.accounts.contains(&account) { Ok(()) } else { Err(unknown()) }
    }

    /// The other account; none in an own group.
    pub(crate) fn other_than(&self, account: AccountId) -> Option<AccountId> {
        self.accounts.iter().copied().find(|other| *other != account)
    }
}

/// The parties of a conversation.
pub(crate) async fn load(
    app: &App,
    conversation: ConversationId,
) -> Result<Arc<Parties>, ServerError> {
    let generation = match app.parties.find(&conversation) {
        Ok(known) => return Ok(known),
        Err(generation) => generation,
    };
    let record = require(app, conversation).await?;
    let parties = Arc::new(Parties::of(&record));
    app.parties.keep(generation, conversation, Arc::clone(&parties));
    Ok(parties)
}

/// The whole record of a conversation, or `NotFound`.
pub(crate) async fn require(
    app: &App,
    conversation: ConversationId,
) -> Result<ConversationRecord, ServerError> {
    app.delivery.conversation(conversation).await?.ok_or(unknown())
}

const fn unknown() -> ServerError {
    refused(ErrorCode::NotFound, "no such conversation")
}
