//! What messages would cost, before they are sent. Nothing is set aside.

use tresen_billing::{Country, Credit, Error, Purse, Rated, Terms};
use tresen_proto::{ErrorCode, Quote, QuoteMessages};
use tresen_types::Category;

use super::terms;
use crate::{
    ServerError,
    app::App,
    error::refused,
    limits::{QUOTE_MESSAGES_MAX, Subject},
    session::DeviceSession,
};

/// Prices the messages one after the other, as the gate would at this moment.
pub(crate) async fn quote_messages(
    app: &App,
    session: &DeviceSession,
    request: QuoteMessages,
) -> Result<Quote, ServerError> {
    let now = app.now();
    app.rates.take(Subject::QueryDevice(session.device), now)?;
    session.check_business()?;
    let category = u8::try_from(request.category).ok().and_then(Category::from_byte);
    let category = category.ok_or_else(|| refused(ErrorCode::Malformed, "the category"))?;
    let messages = request.groups.iter().map(|group| group.messages);
    if messages.fold(0, u64::saturating_add) > QUOTE_MESSAGES_MAX {
        return Err(refused(ErrorCode::LimitExceeded, "too many messages for a quote"));
    }
    let terms = terms::load(app, session.account).await?;
    let mut purse = Purse::decode(&app.delivery.purse(session.account).await?)?;
    let before = purse.taken;
    // What can't be paid is priced all the same.
    let free = Terms { credit: Credit::Postpaid, cap: None, ..Terms::clone(&terms) };
    let (mut covered, mut is_covered) = (0_u64, true);
    for group in &request.groups {
        let country = Country::of_language(&group.language);
        let rated = Rated { country, category, in_window: group.in_window };
        for _message in 0..group.messages {
            is_covered = is_covered && purse.charge(&terms, now, &rated).is_ok();
            covered = covered.saturating_add(u64::from(is_covered));
            purse = match purse.charge(&free, now, &rated) {
                Ok(charged) => charged.purse,
                Err(Error::NoCard) => {
                    return Err(refused(ErrorCode::NotFound, "there are no prices at this time"));
                }
                Err(error) => return Err(error.into()),
            };
        }
    }
    Ok(Quote {
        currency: terms.cards.currency().map_or_else(String::new, |code| code.to_string()),
        amount: purse.taken.minus(before)?.0,
        covered,
    })
}
