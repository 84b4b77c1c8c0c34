//! A business publishes, changes or revokes an entry link.

use tresen_proto::{Done, ErrorCode, PublishEntryLink};
use tresen_statement::{EntryLink, Unverified};
use tresen_store::control::EntryLinkRecord;

use crate::{
    ServerError, account,
    app::App,
    error::refused,
    limits::Subject,
    session::{DeviceSession, check_clock},
};

/// Stores a link that the account key signed; its sequence must rise, its counters stay.
pub(crate) async fn publish_entry_link(
    app: &App,
    session: &DeviceSession,
    request: PublishEntryLink,
) -> Result<Done, ServerError> {
    let now = app.now();
    app.rates.take(Subject::PublishDevice(session.device), now)?;
    session.check_business()?;
    session.check_owner()?;
    let devices = account::require(app, session.account).await?;
    let link = Unverified::<EntryLink>::decode(&request.entry_link)?
        .verify(devices.account_key())?
        .into_value();
    if link.account != session.account {
        return Err(refused(ErrorCode::Forbidden, "the entry link is another account's"));
    }
    check_clock(link.issued_at, now)?;
    let record = EntryLinkRecord {
        entry: link.entry,
        account: link.account,
        sequence: link.sequence,
        bytes: request.entry_link,
        uses: 0,
        uses_max: link.uses_max.map(u64::from),
        clicks: 0,
        expires_at: link.expires_at,
        is_revoked: link.is_revoked,
    };
    app.control.put_entry_link(record).await?;
    Ok(Done {})
}
