//! A business's catalogue, for its customers and itself.

use tresen_proto::{Catalogue, FetchCatalogue};

use crate::{ServerError, app::App, session::DeviceSession};

/// Answers the newest edition, without its pages when the asker has them.
pub(crate) async fn fetch(
    app: &App,
    session: &DeviceSession,
    request: FetchCatalogue,
) -> Result<Catalogue, ServerError> {
    let business = super::business(app, session, &request.account).await?;
    let Some(catalogue) = app.control.catalogue(business).await? else {
        return Ok(Catalogue { sequence: 0, pages: Vec::new() });
    };
    let is_known = catalogue.sequence == request.known_sequence;
    let pages = if is_known { Vec::new() } else { catalogue.pages };
    Ok(Catalogue { sequence: catalogue.sequence, pages })
}
