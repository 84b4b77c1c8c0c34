//! What people are called.

use tresen_types::{AccountId, AccountKind, DeviceId};

use crate::{error::Result, store::Tx};

/// The name of who wrote something: an agent's by the device, a customer's by the account.
pub(crate) fn of_sender(tx: &Tx<'_>, account: AccountId, device: DeviceId) -> Result<String> {
    if account.kind() == AccountKind::Business
        && let Some(certificate) = tx.certificate(account, device)?
    {
        return Ok(certificate.name);
    }
    of_account(tx, account)
}

/// The name of an account; empty when it isn't known.
pub(crate) fn of_account(tx: &Tx<'_>, account: AccountId) -> Result<String> {
    Ok(tx.contact(account)?.map(|contact| contact.name).unwrap_or_default())
}
