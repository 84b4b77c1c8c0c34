//! What one account may send to the other, from memory or the control store.

use tresen_proto::ErrorCode;
use tresen_store::control::ConsentState;
use tresen_types::{AccountId, AccountKind, Categories, Category};

use crate::{ServerError, app::App, cluster::notice::Notice, error::refused};

/// What stands between a business and a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Permission {
    /// Whether there ever was a consent.
    pub(crate) has_record: bool,
    /// What the live consent allows; nothing without one.
    pub(crate) categories: Categories,
    /// Whether the customer has blocked the business.
    pub(crate) customer_blocks: bool,
    /// Whether the business has blocked the customer.
    pub(crate) business_blocks: bool,
}

impl Permission {
    /// Whether the live consent covers a category.
    pub(crate) const fn allows(&self, category: Category) -> bool {
        self.categories.contains(category)
    }

    /// Fails unless `sender` may send a message of this category to the other.
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
        has_record: consent.is_some(),
        categories: consent
            .filter(|consent| consent.state == ConsentState::Given)
            .map_or(Categories::NONE, |consent| consent.categories),
        customer_blocks: app.control.has_blocked(customer, business).await?,
        business_blocks: app.control.has_blocked(business, customer).await?,
    };
    app.permissions.keep(generation, pair, permission);
    Ok(permission)
}

/// Whether there ever was a consent between two accounts.
pub(crate) async fn has_record(
    app: &App,
    one: AccountId,
    other: AccountId,
) -> Result<bool, ServerError> {
    match pair(one, other) {
        Some(_pair) => Ok(permission(app, one, other).await?.has_record),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn permission(categories: Categories) -> Permission {
        Permission { has_record: true, categories, customer_blocks: false, business_blocks: false }
    }

    #[test]
    fn a_business_needs_the_category_and_a_customer_does_not() {
        let none = permission(Categories::NONE);
        let service = permission([Category::Service].into_iter().collect());
        let business = AccountKind::Business;
        assert_eq!(
            none.check(business, Category::Service).unwrap_err().code(),
            ErrorCode::ConsentMissing
        );
        assert!(service.check(business, Category::Service).is_ok());
        assert!(service.check(business, Category::Marketing).is_err());
        assert!(none.check(AccountKind::Person, Category::Service).is_ok());
    }

    #[test]
    fn a_block_stops_the_other_side_only() {
        let service = permission([Category::Service].into_iter().collect());
        let customer_blocks = Permission { customer_blocks: true, ..service };
        let refused = customer_blocks.check(AccountKind::Business, Category::Service);
        assert_eq!(refused.unwrap_err().code(), ErrorCode::Blocked);
        assert!(customer_blocks.check(AccountKind::Person, Category::Service).is_ok());
        let business_blocks = Permission { business_blocks: true, ..service };
        assert!(business_blocks.check(AccountKind::Business, Category::Service).is_ok());
        assert!(business_blocks.check(AccountKind::Person, Category::Service).is_err());
    }
}
