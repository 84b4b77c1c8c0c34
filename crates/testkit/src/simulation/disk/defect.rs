//! What devices are told by a server that is broken on purpose, beside what its store does.

use std::{collections::BTreeSet, sync::Arc};

use tresen_store::{
    DeliveryEvent, Outcome, StoreError,
    delivery::{CommittedBatch, ConversationKind, Delivered, EntryKind, MailboxEntry},
};
use tresen_types::{ConversationId, DeviceId};

use crate::simulation::Defect;

/// Of so many messages one is kept from its receivers.
const LOST_OF: u64 = 64;

/// Groups of accounts' own devices. Elsewhere receipts tell a customer that a sequence number isn't the one
/// that was given.
pub(super) type OwnGroups = BTreeSet<ConversationId>;

/// Changes what is answered to the sender of an event, and told to its receivers.
pub(super) fn distort(
    defect: Defect,
    own: &mut OwnGroups,
    event: &DeliveryEvent,
    outcome: &mut Result<Outcome, StoreError>,
    told: &mut CommittedBatch,
) {
    let (conversation, sender) = match event {
        DeliveryEvent::Message(message) => (message.conversation, message.sender.device),
        DeliveryEvent::Commit(commit) => (commit.conversation, commit.sender.device),
        DeliveryEvent::CreateConversation(create) => {
            if create.conversation.kind == ConversationKind::Own {
                own.insert(create.conversation.id);
            }
            return;
        }
        _other => return,
    };
    if defect == Defect::Twisting
        && own.contains(&conversation)
        && is_twisted(sender)
        && let Ok(Outcome::Accepted(accepted) | Outcome::Duplicate(accepted)) = outcome
    {
        accepted.sequence = twist(accepted.sequence);
    }
    let delivered = std::mem::take(&mut told.delivered);
    for Delivered { entry, devices } in delivered {
        let (twisted, others): (Vec<_>, Vec<_>) =
            devices.into_iter().partition(|device| is_twisted(*device));
        for devices in [twisted, others] {
            let Some(first) = devices.first() else { continue };
            let entries = distort_entries(defect, own, *first, vec![MailboxEntry::clone(&entry)]);
            for entry in entries {
                told.delivered.push(Delivered { entry: Arc::new(entry), devices: devices.clone() });
            }
        }
    }
}

/// Changes what a device finds in its mailbox.
pub(super) fn distort_entries(
    defect: Defect,
    own: &OwnGroups,
    device: DeviceId,
    mut entries: Vec<MailboxEntry>,
) -> Vec<MailboxEntry> {
    match defect {
        Defect::Twisting if is_twisted(device) => {
            let is_own = |entry: &&mut MailboxEntry| {
                entry.conversation.is_some_and(|conversation| own.contains(&conversation))
            };
            for entry in entries.iter_mut().filter(is_own) {
                entry.sequence = twist(entry.sequence);
            }
        }
        Defect::Losing => entries.retain(|entry| {
            entry.kind != EntryKind::Application || !entry.sequence.is_multiple_of(LOST_OF)
        }),
        _other => {}
    }
    entries
}

/// Half of all devices are told another order.
fn is_twisted(device: DeviceId) -> bool {
    device.as_bytes().first().is_some_and(|byte| byte % 2 == 1)
}

/// The other one of two neighbours.
const fn twist(sequence: u64) -> u64 {
    match sequence {
        0 => 0,
        odd if odd % 2 == 1 => odd + 1,
        even => even - 1,
    }
}
