//! The state of a group as the server stores it: bytes in one column.
//!
//! Beside the group info it holds the tree, the context, the transcript hash and the pending
//! proposals in the form in which OpenMLS writes them. They were checked when they came in, so they
//! aren't checked again at every commit; in particular a leaf's key package may expire meanwhile.

mod rows;

use openmls::prelude::{GroupId as MlsGroupId, PublicGroup};
pub(crate) use rows::Rows;
use rows::Values;
use tresen_types::GroupId;

use crate::{
    error::{Error, Result},
    member::Member,
    wire,
};

/// The first byte of the stored form.
const VERSION: u8 = 1;

/// The public state of a group in one epoch.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicGroupState {
    group_id: GroupId,
    group_info: Vec<u8>,
    values: Values,
}

impl PublicGroupState {
    pub(crate) fn new(group_id: GroupId, group_info: Vec<u8>, rows: Rows) -> Self {
        Self { group_id, group_info, values: rows.into_values() }
    }

    /// The group's id.
    #[must_use]
    pub const fn group_id(&self) -> GroupId {
        self.group_id
    }

    /// The group info of this epoch, for devices that come back by an external commit.
    #[must_use]
    pub fn group_info(&self) -> &[u8] {
        &self.group_info
    }

    /// The ratchet tree of this epoch, for devices that join.
    ///
    /// # Errors
    /// [`Error::DamagedState`].
    pub fn ratchet_tree(&self) -> Result<Vec<u8>> {
        wire::write_tree(&self.load()?.1.export_ratchet_tree())
    }

    /// The epoch.
    ///
    /// # Errors
    /// [`Error::DamagedState`].
    pub fn epoch(&self) -> Result<u64> {
        Ok(self.load()?.1.group_context().epoch().as_u64())
    }

    /// The members.
    ///
    /// # Errors
    /// [`Error::DamagedState`].
    pub fn members(&self) -> Result<Vec<Member>> {
        members(&self.load()?.1)
    }

    /// The number of proposals that wait for a commit.
    #[must_use]
    pub const fn pending_proposals(&self) -> usize {
        self.values.proposals()
    }

    /// The bytes to store.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(self.group_id.as_bytes());
        rows::write_bytes(&mut bytes, &self.group_info);
        self.values.write(&mut bytes);
        bytes
    }

    /// Reads stored bytes.
    ///
    /// # Errors
    /// [`Error::DamagedState`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        Self::read(bytes).ok_or(Error::DamagedState)
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.strip_prefix(&[VERSION])?;
        let (group_id, bytes) = bytes.split_first_chunk::<16>()?;
        let (group_info, bytes) = rows::read_bytes(bytes)?;
        let values = Values::read(bytes)?;
        Some(Self { group_id: GroupId::new(*group_id), group_info: group_info.to_vec(), values })
    }

    /// A copy of the rows to work on, and the group that they hold.
    pub(crate) fn load(&self) -> Result<(Rows, PublicGroup)> {
        let rows = Rows::new(self.values.clone());
        let id = MlsGroupId::from_slice(self.group_id.as_bytes());
        match PublicGroup::load(&rows, &id) {
            Ok(Some(group)) if *group.group_id() == id => Ok((rows, group)),
            _ => Err(Error::DamagedState),
        }
    }
}

impl std::fmt::Debug for PublicGroupState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PublicGroupState").field("group_id", &self.group_id).finish_non_exhaustive()
    }
}

pub(crate) fn members(group: &PublicGroup) -> Result<Vec<Member>> {
    group.members().map(|member| Member::from_openmls(&member)).collect()
}
