//! A business sees how it stands, and where that comes from.

use tresen_billing::Purse;
use tresen_proto::{Standing, StandingCause};

use super::review;
use crate::{ServerError, app::App, billing::book, limits::Subject, session::DeviceSession};

/// Answers tier, rating and causes.
pub(crate) async fn fetch_standing(
    app: &App,
    session: &DeviceSession,
) -> Result<Standing, ServerError> {
    let now = app.now();
    app.rates.take(Subject::QueryDevice(session.device), now)?;
    session.check_business()?;
    // What was delivered a moment ago belongs to it.
    book::book(app).await?;
    let known = review::read(&app.control, session.account, now).await?;
    let purse = Purse::decode(&app.delivery.purse(session.account).await?)?;
    let cause = |(cause, count): (&str, u64)| StandingCause { cause: cause.to_owned(), count };
    Ok(Standing {
        customers_max: known.tier.customers_max(),
        customers: purse.contacts(now),
        is_fixed: known.is_fixed,
        rating: known.signals.rating().as_str().to_owned(),
        delivered: known.signals.delivered,
        causes: known.signals.causes().into_iter().map(cause).collect(),
    })
}
