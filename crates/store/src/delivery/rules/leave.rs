//! A device leaves a conversation: delivery stops before the leaf is removed.

use tresen_types::{ConversationId, DeviceId};

use super::{Applied, Records};
use crate::{StoreError, delivery::event::Outcome};

pub(in crate::delivery) fn leave<R: Records>(
    records: &mut R,
    id: ConversationId,
    device: DeviceId,
) -> Result<Applied, StoreError> {
    let Some(mut head) = records.head(id)?.cloned() else {
        return Ok(Outcome::UnknownConversation.into());
    };
    let Some(member) =
        head.members.iter_mut().find(|member| member.device == device && !member.has_left)
    else {
        return Ok(Outcome::NotAMember.into());
    };
    member.has_left = true;
    records.put_head(id, head);
    records.remove_membership(device, id);
    Ok(Outcome::Done.into())
}
