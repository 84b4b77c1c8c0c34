//! What businesses offer: public, signed, and open to whoever has to do with the business.

mod fetch;
mod fetch_pictures;
mod publish;
mod store_picture;

pub(crate) use fetch::fetch;
pub(crate) use fetch_pictures::fetch_pictures;
pub(crate) use publish::publish;
pub(crate) use store_picture::store_picture;
use tresen_proto::{ErrorCode, read_id};
use tresen_types::AccountId;

use crate::{
    ServerError, app::App, consent::check, error::refused, limits::Subject, session::DeviceSession,
};

/// The business that is asked about, if the asker has to do with it.
async fn business(
    app: &App,
    session: &DeviceSession,
    account: &[u8],
) -> Result<AccountId, ServerError> {
    app.rates.take(Subject::QueryDevice(session.device), app.now())?;
    let business: AccountId = read_id(account)?;
    if business != session.account && !check::has_record(app, session.account, business).await? {
        return Err(refused(ErrorCode::NotFound, "no such account, or nothing to do with it"));
    }
    Ok(business)
}
