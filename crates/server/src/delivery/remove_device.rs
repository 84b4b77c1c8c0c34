//! Cuts a removed device off: session, mailbox, and a proposal in each of its groups (DESIGN 6).
//!
//! Two steps, so that the members hear of the new device list before the proposals that follow from
//! it: a proposal without its reason would be refused.

use tresen_mls_public::server_remove_proposal;
use tresen_proto::ErrorCode;
use tresen_store::DeliveryEvent;
use tresen_types::{ConversationId, DeviceId};

use super::outcome;
use crate::{ServerError, app::App};

/// How often a proposal is made again when commits keep coming.
const PROPOSE_ATTEMPTS_MAX: usize = 3;

/// Ends the device's sessions and its mailbox at once. Returns the conversations that it was in.
pub(crate) async fn cut_off(
    app: &App,
    device: DeviceId,
) -> Result<Vec<ConversationId>, ServerError> {
    app.tickets.revoke(device);
    if let Some(connection) = app.registry().handle_of(device) {
        connection.close(ErrorCode::DeviceRevoked, 0);
    }
    let conversations = app.delivery.conversations_of(device).await?;
    outcome::done(app.delivery.submit(DeliveryEvent::DropDevice { device }).await?)?;
    Ok(conversations)
}

/// Proposes the device's removal in the conversation's present epoch; the next commit there heals,
/// and raises the floor under which messages are refused.
pub(crate) async fn propose(
    app: &App,
    conversation: ConversationId,
    device: DeviceId,
) -> Result<(), ServerError> {
    // A commit may come between the look and the proposal, which then is of an epoch that is over.
    for _attempt in 0..PROPOSE_ATTEMPTS_MAX {
        let Some(record) = app.delivery.conversation(conversation).await? else { return Ok(()) };
        let Some(member) = record.members.iter().find(|member| member.device == device) else {
            return Ok(());
        };
        let body = server_remove_proposal(
            app.keys.signing_seed(),
            record.group_id,
            record.epoch,
            member.leaf_index,
        )?;
        let event = DeliveryEvent::Proposal { conversation, body: body.into() };
        outcome::done(app.delivery.submit(event).await?)?;
        let after = app.delivery.conversation(conversation).await?;
        if after.is_none_or(|after| after.epoch == record.epoch) {
            return Ok(());
        }
    }
    // Every commit proposes it again (see `commit`), so that giving up here loses nothing.
    Ok(())
}
