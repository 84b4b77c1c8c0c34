//! A conversation's public group state, for a device that comes back (PROTOCOL D9).

use bytes::Bytes;
use tresen_proto::{FetchGroup, GroupState, read_id};
use tresen_types::ConversationId;

use super::{group, parties};
use crate::{ServerError, app::App, limits::Subject, session::DeviceSession};

/// Answers to all devices of the conversation's accounts, members or not.
pub(crate) async fn fetch_group(
    app: &App,
    session: &DeviceSession,
    request: FetchGroup,
) -> Result<GroupState, ServerError> {
    app.rates.take(Subject::QueryDevice(session.device), app.now())?;
    let conversation: ConversationId = read_id(&request.conversation)?;
    let record = parties::require(app, conversation).await?;
    parties::Parties::of(&record).check_part(session.account)?;
    let state = group::state_of(&record)?;
    Ok(GroupState {
        epoch: record.epoch,
        group_info: Bytes::copy_from_slice(state.group_info()),
        ratchet_tree: record.ratchet_tree,
        proposals: record.pending_proposals,
    })
}
