//! Whom the session's account blocks.

use tresen_proto::Blocks;

use crate::{ServerError, app::App, limits::Subject, session::DeviceSession};

/// Lists them.
pub(crate) async fn fetch(app: &App, session: &DeviceSession) -> Result<Blocks, ServerError> {
    app.rates.take(Subject::QueryDevice(session.device), app.now())?;
    let accounts = app.control.blocked_accounts(session.account).await?;
    Ok(Blocks { accounts: accounts.iter().map(|account| account.as_bytes().to_vec()).collect() })
}
