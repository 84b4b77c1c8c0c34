//! Leaving a group.

use super::Group;
use crate::{
    error::{Error, Result},
    keys::DeviceKeys,
    store::GroupStore,
    wire,
};

impl Group {
    /// Proposes that this device leaves (a `SelfRemove` proposal): any other member commits it. The
    /// device itself can't write to the group from here on. The server stops delivery at once.
    ///
    /// # Errors
    /// [`Error::PendingCommit`], [`Error::NotAMember`], [`Error::Storage`].
    pub fn leave_proposal(&mut self, store: &dyn GroupStore, keys: &DeviceKeys) -> Result<Vec<u8>> {
        self.check_member()?;
        if self.has_pending_commit() {
            return Err(Error::PendingCommit);
        }
        self.change(store, |mls, provider| {
            let proposal = mls
                .leave_group_via_self_remove(provider, keys)
                .map_err(|_failed| Error::Crypto("leave proposal"))?;
            wire::write(&proposal)
        })
    }
}
