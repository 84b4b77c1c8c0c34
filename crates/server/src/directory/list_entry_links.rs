//! A business's entry links with their counters.

use tresen_proto::{EntryLinkUse, EntryLinks};
use tresen_statement::{EntryLink, Unverified};

use crate::{ServerError, app::App, limits::Subject, session::DeviceSession};

/// Lists the links, newest first.
pub(crate) async fn list_entry_links(
    app: &App,
    session: &DeviceSession,
) -> Result<EntryLinks, ServerError> {
    app.rates.take(Subject::QueryDevice(session.device), app.now())?;
    session.check_business()?;
    let mut links = app.control.entry_links(session.account).await?;
    let issued_at = |bytes: &[u8]| {
        Unverified::<EntryLink>::decode(bytes).ok().map(|link| link.claimed().issued_at)
    };
    links.sort_by_cached_key(|link| std::cmp::Reverse(issued_at(&link.bytes)));
    let entry_links = links
        .into_iter()
        .map(|link| EntryLinkUse { entry_link: link.bytes, uses: link.uses, visits: link.clicks })
        .collect();
    Ok(EntryLinks { entry_links })
}
