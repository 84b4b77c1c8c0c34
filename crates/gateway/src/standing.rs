//! How the business stands: its rating and to how many it may write, as the API names them.

use serde_json::{Value, json};
use tresen_view::{Answer, Command, StandingView};

use crate::{
    error::{Error, Result},
    gateway::Gateway,
    ids::BusinessIds,
    store::Tx,
    webhook::fields,
};

/// What was told last: rating and limit.
const TOLD: &str = "standing_told";
/// The most that a limit of any number is written as.
const UNLIMITED: i64 = -1;

/// How the business stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    /// `GREEN`, `YELLOW` or `RED`.
    pub(crate) rating: String,
    /// Customers of 24 hours; none for any number.
    pub(crate) customers_max: Option<u64>,
}

impl From<StandingView> for Standing {
    fn from(view: StandingView) -> Self {
        Self { rating: view.rating.to_ascii_uppercase(), customers_max: view.customers_max }
    }
}

impl Standing {
    /// The limit as the API names it: the next step that isn't more.
    pub(crate) const fn tier(&self) -> &'static str {
        match self.customers_max {
            None => "TIER_UNLIMITED",
            Some(100_000..) => "TIER_100K",
            Some(10_000..) => "TIER_10K",
            Some(2_000..) => "TIER_2K",
            Some(_) => "TIER_250",
        }
    }
}

/// Asks the server.
pub(crate) async fn ask(gateway: &Gateway) -> Result<Standing> {
    match gateway.client.call(Command::Standing).await? {
        Answer::Standing(view) => Ok((*view).into()),
        _ => Err(Error::unexpected()),
    }
}

/// What is news, each with its field.
pub(crate) fn news(
    ids: &BusinessIds,
    tx: &Tx<'_>,
    now: &Standing,
) -> Result<Vec<(&'static str, Value)>> {
    let limit = now.customers_max.map_or(UNLIMITED, |most| i64::try_from(most).unwrap_or(i64::MAX));
    let told = tx.meta(TOLD)?;
    let words = format!("{} {limit}", now.rating);
    if told.as_deref() == Some(words.as_str()) {
        return Ok(Vec::new());
    }
    tx.set_meta(TOLD, &words)?;
    // What held before the gateway was there isn't news.
    let Some((rating, before)) = told.as_deref().and_then(|told| told.split_once(' ')) else {
        return Ok(Vec::new());
    };
    let before: i64 = before.parse().unwrap_or(limit);
    let mut news = Vec::new();
    let quality = |event: &str| {
        json!({ "display_phone_number": ids.display_number, "event": event,
            "current_limit": now.tier() })
    };
    if before != limit {
        let is_more = limit == UNLIMITED || (before != UNLIMITED && limit > before);
        news.push((fields::QUALITY, quality(if is_more { "UPGRADE" } else { "DOWNGRADE" })));
        let capability = json!({ "max_daily_conversations_per_business": limit,
            "max_daily_conversation_per_phone": limit, "max_phone_numbers_per_business": 1 });
        news.push((fields::CAPABILITY, capability));
    }
    match (rating == "RED", now.rating == "RED") {
        (false, true) => news.push((fields::QUALITY, quality("FLAGGED"))),
        (true, false) => news.push((fields::QUALITY, quality("UNFLAGGED"))),
        _ => {}
    }
    Ok(news)
}

#[cfg(test)]
mod tests {
    use tresen_types::{AccountId, AccountKind};

    use super::*;
    use crate::store::Store;

    #[test]
    fn a_change_is_told_once_and_the_first_look_is_no_news() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let ids = BusinessIds::of(AccountId::from_random(AccountKind::Business, [1; 16]));
        let look = |rating: &str, customers_max| {
            let now = Standing { rating: rating.to_owned(), customers_max };
            let news = store.write(|tx| news(&ids, tx, &now)).unwrap();
            let word =
                |value: &Value| value.get("event").and_then(Value::as_str).map(str::to_owned);
            news.iter().map(|(field, value)| (*field, word(value))).collect::<Vec<_>>()
        };
        assert_eq!(look("GREEN", Some(250)), []);
        assert_eq!(look("GREEN", Some(250)), []);
        let up = (fields::QUALITY, Some("UPGRADE".to_owned()));
        assert_eq!(look("YELLOW", Some(2_000)), [up, (fields::CAPABILITY, None)]);
        assert_eq!(look("RED", Some(2_000)), [(fields::QUALITY, Some("FLAGGED".to_owned()))]);
        let down = (fields::QUALITY, Some("DOWNGRADE".to_owned()));
        let better = (fields::QUALITY, Some("UNFLAGGED".to_owned()));
        assert_eq!(look("GREEN", Some(250)), [down, (fields::CAPABILITY, None), better]);
    }
}
