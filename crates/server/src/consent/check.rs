//! What one account may send to the other, from memory or the control store.

use std::sync::Arc;

use tresen_proto::ErrorCode;
use tresen_statement::{Consent, ConsentState, Unverified};
use tresen_store::control::ConsentState as StoredState;
use tresen_types::{AccountId, AccountKind, Category};

use crate::{ServerError, app::App, cluster::notice::Notice, error::refused};

/// What stands between a business and a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Permission {
    /// The newest consent, given or revoked.
    pub(crate) consent: Option<Arc<Consent>>,
    /// Whether the customer has blocked the business.
    pub(crate) customer_blocks: bool,
    /// Whether the business has blocked the customer.
    pub(crate) business_blocks: bool,
}

impl Permission {
    /// Whether the live consent covers a category.
    pub(crate) fn allows(&self, category: Category) -> bool {
        self.consent.as_ref().is_some_and(|consent| consent.allows(category))
    }

    /// Fails unless `sender` may reach the other with this category. What a business sends goes
    /// through [`super::gate`] beside, which knows more.
    pub(crate) fn check(&self, sender: AccountKind, category: Category) -> Result<(), ServerError> {
        let is_blocked = match sender {
            AccountKind::Business => self.customer_blocks,
            AccountKind::Person => self.business_blocks,
        };
        if is_blocked {
            return Err(refused(ErrorCode::Blocked, "the other side has blocked this account"));
        }
        match sender {
            AccountKind::Person => Ok(()),
            AccountKind::Business if self.allows(category) => Ok(()),
            AccountKind::Business => Err(refused(
                ErrorCode::ConsentMissing,
                "the customer hasn't allowed this category, or no longer does",
            )),
        }
    }
}

/// The pair of a business and a customer, whichever comes first; none for two of a kind.
pub(crate) fn pair(one: AccountId, other: AccountId) -> Option<(AccountId, AccountId)> {
    match (one.kind(), other.kind()) {
        (AccountKind::Business, AccountKind::Person) => Some((one, other)),
        (AccountKind::Person, AccountKind::Business) => Some((other, one)),
        _same_kind => None,
    }
}

/// What stands between two accounts.
pub(crate) async fn permission(
    app: &App,
    one: AccountId,
    other: AccountId,
) -> Result<Permission, ServerError> {
    let Some(pair) = pair(one, other) else {
        return Err(refused(ErrorCode::Forbidden, "only a customer and a business can talk"));
    };
    let generation = match app.permissions.find(&pair) {
        Ok(known) => return Ok(known),
        Err(generation) => generation,
    };
    let (business, customer) = pair;
    let consent = app.control.consent(business, customer).await?;
    let permission = Permission {
        // It was verified before it was stored.
        consent: match consent {
            Some(record) => {
                let consent = Unverified::<Consent>::decode(&record.bytes)?;
                let mut consent = consent.claimed().clone();
                // The end of an account revokes also what no signed statement does.
                if record.state == StoredState::Revoked {
                    consent.state = ConsentState::Revoked;
                }
                Some(Arc::new(consent))
            }
            None => None,
        },
        customer_blocks: app.control.has_blocked(customer, business).await?,
        business_blocks: app.control.has_blocked(business, customer).await?,
    };
    app.permissions.keep(generation, pair, permission.clone());
    Ok(permission)
}

/// Whether there ever was a consent between two accounts.
pub(crate) async fn has_record(
    app: &App,
    one: AccountId,
    other: AccountId,
) -> Result<bool, ServerError> {
    match pair(one, other) {
        Some(_pair) => Ok(permission(app, one, other).await?.consent.is_some()),
        None => Ok(false),
    }
}

/// Forgets what is in memory, here and at the other nodes, after a consent or block has changed: it
/// counts from now on.
pub(crate) fn forget(app: &App, one: AccountId, other: AccountId) {
    if let Some((business, customer)) = pair(one, other) {
        app.permissions.forget(&(business, customer));
        app.tell(&Notice::PermissionChanged { business, customer });
    }
}
