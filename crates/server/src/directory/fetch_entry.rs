//! What stands behind an entry link: public, for anybody who has the link.

use tresen_proto::{EntryDescription, ErrorCode, FetchEntry, read_id};
use tresen_store::control::EntryUse;
use tresen_types::{AccountId, EntryId};

use super::fetch_directory;
use crate::{ServerError, account, app::App, domain, error::refused, limits::Subject};

/// Describes an entry link over the WebSocket.
pub(crate) async fn fetch_entry(
    app: &App,
    prefix: u64,
    request: FetchEntry,
) -> Result<EntryDescription, ServerError> {
    describe_entry(app, prefix, read_id(&request.entry)?).await
}

/// Describes an entry link for somebody of the network `prefix`, and counts the visit.
pub(crate) async fn describe_entry(
    app: &App,
    prefix: u64,
    entry: EntryId,
) -> Result<EntryDescription, ServerError> {
    app.rates.take(Subject::EntryPrefix(prefix), app.now())?;
    let business = check_entry(app, entry).await?;
    let link = app.control.entry_link(entry).await?.ok_or(unknown())?;
    let devices = account::require(app, business).await?;
    let profile = app.control.profile(business).await?.map(|it| it.bytes).unwrap_or_default();
    let domain = domain::shown(app, business).await?;
    app.control.count_click(entry).await?;
    Ok(EntryDescription {
        entry_link: link.bytes,
        profile: profile.clone(),
        directory: Some(fetch_directory::describe(&devices, profile, domain)),
    })
}

/// The business behind an entry link that may be used now.
pub(crate) async fn check_entry(app: &App, entry: EntryId) -> Result<AccountId, ServerError> {
    entry_of(&app.control.check_use(entry, app.now()).await?)
}

/// Turns the store's answer about an entry link into the refusal that says why.
pub(crate) const fn entry_of(answer: &EntryUse) -> Result<AccountId, ServerError> {
    match answer {
        EntryUse::Allowed(business) => Ok(*business),
        EntryUse::UsedUp => Err(refused(ErrorCode::EntryUsedUp, "the entry link is used up")),
        EntryUse::Expired => Err(refused(ErrorCode::EntryExpired, "the entry link has expired")),
        EntryUse::Revoked => Err(refused(ErrorCode::EntryRevoked, "the entry link was revoked")),
        EntryUse::Unknown => Err(unknown()),
    }
}

const fn unknown() -> ServerError {
    refused(ErrorCode::NotFound, "there is no such entry link")
}
