//! Reads an account's verified devices, from memory or the control store.

use std::sync::Arc;

use tresen_proto::ErrorCode;
use tresen_store::control::AccountState;
use tresen_types::AccountId;

use super::devices::AccountDevices;
use crate::{ServerError, app::App, cluster::notice::Notice, error::refused};

/// The account's devices; none when there is no such account in use.
pub(crate) async fn load(
    app: &App,
    account: AccountId,
) -> Result<Option<Arc<AccountDevices>>, ServerError> {
    let generation = match app.accounts.find(&account) {
        Ok(known) => return Ok(Some(known)),
        Err(generation) => generation,
    };
    let Some(record) = app.control.account(account).await? else { return Ok(None) };
    if record.state != AccountState::Active {
        return Ok(None);
    }
    let Some(list) = app.control.device_list(account).await? else { return Ok(None) };
    let devices = app.control.devices(account).await?;
    let account_key =
        record.account_key.as_slice().try_into().map_err(|_other_length| damaged())?;
    let certificates = devices.iter().map(|device| device.certificate.as_slice());
    // What was verified when it was stored verifies again, unless a newer list came between the two
    // reads: then the client asks again.
    let verified = AccountDevices::verify(account_key, &list.bytes, certificates)
        .map_err(|_mixed| damaged())?;
    let verified = Arc::new(verified);
    app.accounts.keep(generation, account, Arc::clone(&verified));
    Ok(Some(verified))
}

/// The same as the store has it at this moment: where several nodes share it, another node's word that a
/// device has come may be late or lost. A device that asks has seen the newcomer already, and leaves a
/// group whose commit it can't check.
pub(crate) async fn load_newest(
    app: &App,
    account: AccountId,
) -> Result<Option<Arc<AccountDevices>>, ServerError> {
    if app.cluster().is_some() {
        app.accounts.forget(&account);
    }
    load(app, account).await
}

/// The account's devices, or `NotFound`.
pub(crate) async fn require(
    app: &App,
    account: AccountId,
) -> Result<Arc<AccountDevices>, ServerError> {
    load(app, account).await?.ok_or(refused(ErrorCode::NotFound, "no such account"))
}

/// Forgets what is in memory, here and at the other nodes, after the store has changed.
pub(crate) fn forget(app: &App, account: AccountId) {
    app.accounts.forget(&account);
    app.tell(&Notice::AccountChanged { account });
}

const fn damaged() -> ServerError {
    refused(ErrorCode::Unavailable, "the account's devices are changing; try again")
}
