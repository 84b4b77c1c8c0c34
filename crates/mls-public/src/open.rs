//! A new group: what its creator hands in.

use openmls::prelude::{Extensions, GroupContext, ProposalStore, PublicGroup};
use openmls_rust_crypto::RustCrypto;
use tresen_types::{GroupId, limits::CONVERSATION_MEMBERS_MAX};

use crate::{
    error::{Error, Result},
    member::{Member, ServerKey},
    state::{PublicGroupState, Rows, members},
    wire,
};

/// A group that was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The state to store.
    pub state: PublicGroupState,
    /// The group's id.
    pub group_id: GroupId,
    /// Its epoch.
    pub epoch: u64,
    /// The code point of its suite.
    pub suite: u16,
    /// Its members.
    pub members: Vec<Member>,
}

/// Checks a new group: the tree with all signatures in it, the group info's signature and tree hash,
/// the suite, the key for external commits, and that exactly `server` may propose from outside.
///
/// # Errors
/// [`Error::Malformed`], [`Error::Invalid`], [`Error::NotAllowed`], [`Error::UnsupportedSuite`].
pub fn open_group(group_info: &[u8], ratchet_tree: &[u8], server: &ServerKey) -> Result<Opened> {
    let info = wire::group_info(group_info)?;
    wire::check_suite(info.ciphersuite())?;
    let group_id = GroupId::try_from(info.group_id().as_slice())
        .map_err(|_wrong_length| Error::Malformed("group id"))?;
    if info.extensions().external_pub().is_none() {
        return Err(Error::NotAllowed("a group info without a key for external commits"));
    }
    if info.extensions().ratchet_tree().is_some() {
        return Err(Error::NotAllowed("a group info with a tree"));
    }
    let suite = u16::from(info.ciphersuite());
    let rows = Rows::default();
    let tree = wire::ratchet_tree(ratchet_tree)?;
    let (group, _info) =
        PublicGroup::from_external(&RustCrypto::default(), &rows, tree, info, ProposalStore::new())
            .map_err(|_refused| Error::Invalid("group"))?;
    check_extensions(group.group_context().extensions(), server)?;
    let members = members(&group)?;
    if members.len() > CONVERSATION_MEMBERS_MAX {
        return Err(Error::NotAllowed("too many members"));
    }
    let epoch = group.group_context().epoch().as_u64();
    let state = PublicGroupState::new(group_id, group_info.to_vec(), rows);
    Ok(Opened { state, group_id, epoch, suite, members })
}

/// The group context holds the server's key and nothing else.
fn check_extensions(extensions: &Extensions<GroupContext>, server: &ServerKey) -> Result<()> {
    let expected = vec![server.external_sender()];
    if extensions.external_senders() != Some(&expected) {
        return Err(Error::NotAllowed("other external senders than the server"));
    }
    if extensions.iter().count() != 1 {
        return Err(Error::NotAllowed("other extensions of the group"));
    }
    Ok(())
}
