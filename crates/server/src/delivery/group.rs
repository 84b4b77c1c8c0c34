//! Whether a group's leaves are who they may be: listed devices of the conversation's accounts.

use std::{collections::BTreeMap, sync::Arc};

use tresen_mls_public::{Member, PublicGroupState, ServerKey};
use tresen_proto::{ErrorCode, SERVER_IDENTITY};
use tresen_statement::{DeviceCertificate, Unverified};
use tresen_store::delivery::ConversationRecord;
use tresen_types::{AccountId, DeviceId};

use crate::{ServerError, account, account::devices::AccountDevices, app::App, error::refused};

/// The verified devices of a conversation's accounts.
#[derive(Debug)]
pub(super) struct Eligible(BTreeMap<AccountId, Arc<AccountDevices>>);

impl Eligible {
    pub(super) async fn load(
        app: &App,
        accounts: impl IntoIterator<Item = AccountId>,
    ) -> Result<Self, ServerError> {
        let mut eligible = BTreeMap::new();
        for id in accounts {
            if let Some(devices) = account::load(app, id).await? {
                eligible.insert(id, devices);
            } else if account::last_list(app, id).await?.is_none() {
                return Err(refused(ErrorCode::NotFound, "no such account"));
            }
            // Of an account that has ended no leaf is listed: a commit may take them out.
        }
        Ok(Self(eligible))
    }

    /// The listed device of a leaf; fails for a leaf that may not be in the group.
    pub(super) fn device_of(&self, leaf: &Member) -> Result<(AccountId, DeviceId), ServerError> {
        let account = claimed(leaf)?.0;
        let devices = self
            .0
            .get(&account)
            .ok_or(refused(ErrorCode::InvalidGroup, "a leaf of an account that takes no part"))?;
        Ok((account, devices.check_leaf(&leaf.identity, &leaf.signature_key)?))
    }

    /// Whether the device is in its account's newest list.
    pub(super) fn is_listed(&self, account: AccountId, device: DeviceId) -> bool {
        self.0.get(&account).is_some_and(|devices| devices.contains(device))
    }
}

/// Whose leaf it says it is. What stands in a group was verified when it came in.
pub(super) fn claimed(leaf: &Member) -> Result<(AccountId, DeviceId), ServerError> {
    let certificate = Unverified::<DeviceCertificate>::decode(&leaf.identity)?;
    Ok((certificate.claimed().account, certificate.claimed().device))
}

/// The server as the external sender of every group.
pub(super) fn server_key(app: &App) -> ServerKey {
    ServerKey { public_key: app.server_key(), identity: SERVER_IDENTITY.to_vec() }
}

/// The public state of a conversation's group. The store's field for the group info holds the whole
/// state, which contains the group info.
pub(super) fn state_of(record: &ConversationRecord) -> Result<PublicGroupState, ServerError> {
    Ok(PublicGroupState::from_bytes(&record.group_info)?)
}
