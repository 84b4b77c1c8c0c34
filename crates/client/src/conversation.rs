//! Conversations: opened, joined, kept in step with their groups, left.

mod commit;
mod create;
mod devices;
mod leave;
mod members;
mod open;
mod own_group;
mod proposals;
mod resync;
mod unknown;

pub(crate) use commit::{Prepared, commit, note_accepted_sequence};
pub(crate) use create::resume_handshakes;
pub(crate) use devices::bring_in_devices;
pub(crate) use leave::leave;
pub(crate) use members::sync_members;
pub(crate) use open::{OpenWish, open};
pub(crate) use own_group::ensure_own_group;
pub(crate) use proposals::{
    commit_pending_proposals, commit_proposals_of, departed_leaves, renew, renew_leaves,
};
pub(crate) use resync::resync_lost;
pub(crate) use unknown::{find_unknown, lost};
