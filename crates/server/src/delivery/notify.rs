//! Signed statements for other devices: who gets them, and into their mailboxes.

use std::collections::BTreeSet;

use bytes::Bytes;
use tresen_proto::EntryKind;
use tresen_store::{
    DeliveryEvent,
    delivery::{Notice, Sender},
    limits::NOTICE_DEVICES_MAX,
};
use tresen_types::{AccountId, ConversationId, DeviceId};

use super::outcome;
use crate::{ServerError, account, app::App, mailbox::notice_class};

/// The listed devices of an account; none when there is no such account.
pub(crate) async fn devices_of(
    app: &App,
    account: AccountId,
) -> Result<BTreeSet<DeviceId>, ServerError> {
    let devices = account::load(app, account).await?;
    Ok(devices.map(|devices| devices.devices().collect()).unwrap_or_default())
}

/// The devices that share a conversation with this one.
pub(crate) async fn peers_of_device(
    app: &App,
    device: DeviceId,
) -> Result<BTreeSet<DeviceId>, ServerError> {
    let mut peers = BTreeSet::new();
    for conversation in app.delivery.conversations_of(device).await? {
        if let Some(record) = app.delivery.conversation(conversation).await? {
            let members = record.members.iter().filter(|member| !member.has_left);
            peers.extend(members.map(|member| member.device));
        }
    }
    Ok(peers)
}

/// Puts a statement into the devices' mailboxes.
pub(crate) async fn enqueue(
    app: &App,
    devices: BTreeSet<DeviceId>,
    kind: EntryKind,
    conversation: Option<ConversationId>,
    sender: Option<Sender>,
    body: Bytes,
) -> Result<(), ServerError> {
    let devices: Vec<DeviceId> = devices.into_iter().collect();
    for some in devices.chunks(NOTICE_DEVICES_MAX) {
        let event = DeliveryEvent::Enqueue(Notice {
            devices: some.to_vec(),
            conversation,
            sender,
            class: notice_class(kind),
            body: body.clone(),
        });
        outcome::done(app.delivery.submit(event).await?)?;
    }
    Ok(())
}
