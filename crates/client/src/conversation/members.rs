//! Who is in a conversation's group, written down beside it.

use tresen_mls::Group;
use tresen_types::{DeviceId, MessageId, Timestamp};
use tresen_view::SystemLine;

use crate::{
    account::claimed_identity,
    error::{Error, Result},
    lines::{self, Place},
    names,
    store::{ConversationKind, ConversationRecord, MemberRecord, Tx},
};

/// Writes down the group's members. With `place`, a line tells each that came or went; its ids are
/// the answer.
pub(crate) fn sync_members(
    tx: &Tx<'_>,
    record: &ConversationRecord,
    group: &Group,
    at: Timestamp,
    place: Option<Place>,
) -> Result<Vec<MessageId>> {
    let mut lines_added = Vec::new();
    let mut present: Vec<DeviceId> = Vec::new();
    let before = tx.members(record.id)?;
    for member in group.members()? {
        let (account, device) =
            claimed_identity(&member.identity).ok_or(Error::Damaged("identity of a member"))?;
        present.push(device);
        if before.iter().any(|known| known.device == device) {
            continue;
        }
        tx.add_member(record.id, &MemberRecord { account, device, since: at })?;
        if let Some(place) = place {
            let name = names::of_sender(tx, account, device)?;
            lines_added.extend(lines::add(tx, place, &SystemLine::Joined { name })?);
        }
    }
    for gone in before.iter().filter(|known| !present.contains(&known.device)) {
        let has_left = tx.has_left(record.id, gone.device)?;
        tx.remove_member(record.id, gone.device)?;
        if record.kind == ConversationKind::Own {
            tx.retire_archive_keys()?;
        }
        // Who left has a line already.
        if let Some(place) = place.filter(|_place| !has_left) {
            let name = names::of_sender(tx, gone.account, gone.device)?;
            lines_added.extend(lines::add(tx, place, &SystemLine::Removed { name })?);
        }
    }
    Ok(lines_added)
}
