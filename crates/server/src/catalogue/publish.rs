//! A business publishes an edition of its catalogue.

use tresen_proto::{Done, ErrorCode, PublishCatalogue};
use tresen_statement::{CataloguePage, Unverified, limits::CATALOGUE_PAGES_MAX};
use tresen_store::control::CatalogueRecord;

use crate::{
    ServerError, account, app::App, error::refused, limits::Subject, session::DeviceSession,
};

/// Stores the pages of one edition, each signed by the account key, all or none.
pub(crate) async fn publish(
    app: &App,
    session: &DeviceSession,
    request: PublishCatalogue,
) -> Result<Done, ServerError> {
    app.rates.take(Subject::PublishDevice(session.device), app.now())?;
    session.check_business()?;
    session.check_owner()?;
    let devices = account::require(app, session.account).await?;
    let count = u32::try_from(request.pages.len()).unwrap_or(u32::MAX);
    if count == 0 || count > CATALOGUE_PAGES_MAX {
        return Err(refused(ErrorCode::LimitExceeded, "a catalogue has 1 to 12 pages"));
    }
    let mut sequence = None;
    for (number, bytes) in (0_u32..).zip(&request.pages) {
        let page = Unverified::<CataloguePage>::decode(bytes)?.verify(devices.account_key())?;
        let page = page.value();
        if page.account != session.account {
            return Err(refused(ErrorCode::Forbidden, "the catalogue is another account's"));
        }
        let is_next = page.page == number && page.pages == count;
        if !is_next || *sequence.get_or_insert(page.sequence) != page.sequence {
            return Err(refused(ErrorCode::Malformed, "the pages aren't one edition"));
        }
    }
    let record = CatalogueRecord {
        account: session.account,
        sequence: sequence.unwrap_or_default(),
        pages: request.pages,
    };
    app.control.put_catalogue(record).await?;
    Ok(Done {})
}
