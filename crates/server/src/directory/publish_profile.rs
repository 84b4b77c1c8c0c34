//! A business publishes its profile.

use tresen_proto::{Done, ErrorCode, PublishProfile};
use tresen_statement::{Profile, Unverified, skeleton};
use tresen_store::control::ProfileRecord;

use crate::{
    ServerError, account, app::App, error::refused, limits::Subject, session::DeviceSession,
};

/// Stores a profile that the account key signed; its sequence must rise, its name not look like a
/// checked business's.
pub(crate) async fn publish_profile(
    app: &App,
    session: &DeviceSession,
    request: PublishProfile,
) -> Result<Done, ServerError> {
    app.rates.take(Subject::PublishDevice(session.device), app.now())?;
    session.check_business()?;
    session.check_owner()?;
    let devices = account::require(app, session.account).await?;
    let profile = Unverified::<Profile>::decode(&request.profile)?.verify(devices.account_key())?;
    if profile.value().account != session.account {
        return Err(refused(ErrorCode::Forbidden, "the profile is another account's"));
    }
    let record = ProfileRecord {
        account: session.account,
        sequence: profile.value().sequence,
        bytes: request.profile,
        skeleton: skeleton(&profile.value().name),
    };
    if !app.control.put_profile(record).await? {
        return Err(refused(
            ErrorCode::NameTaken,
            "the name looks like that of a business whose domain was checked",
        ));
    }
    Ok(Done {})
}
