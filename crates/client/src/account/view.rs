//! The account as an interface shows it.

use tresen_statement::Role as SignedRole;
use tresen_view::{AccountView, Role};

use crate::client::Inner;

/// The account on this device, if there is one that is registered.
pub(crate) fn account_view(inner: &Inner) -> Option<AccountView> {
    let own = inner.own_or_none().filter(|own| own.record.is_registered)?;
    let ways = inner.store.read(|tx| tx.ways_back()).unwrap_or_default();
    Some(AccountView {
        account: own.account,
        kind: own.kind(),
        name: own.record.name.clone(),
        device: own.device,
        role: role_view(own.role),
        business_name: own.record.business_name.clone(),
        has_recovery: ways.iter().any(|way| way.credential.is_none()),
        has_passkey: ways.iter().any(|way| way.credential.is_some()),
        is_primary: own.record.account_seed.is_some(),
    })
}

/// What a device may do; `None` for a person's.
pub(crate) const fn role_view(role: SignedRole) -> Option<Role> {
    match role {
        SignedRole::Owner => Some(Role::Owner),
        SignedRole::Agent => Some(Role::Agent),
        SignedRole::Member => None,
    }
}
