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
    /// Whether the operator has set the limit, so that it doesn't move by itself.
    pub(crate) is_fixed: bool,
    /// What the rating comes from, in words.
    pub(crate) causes: String,
}

impl From<StandingView> for Standing {
    fn from(view: StandingView) -> Self {
        let causes = view.causes.iter().filter(|(_, count)| *count > 0);
        let causes: Vec<String> = causes.map(|(cause, count)| format!("{count} {cause}")).collect();
        Self {
            rating: view.rating.to_ascii_uppercase(),
            customers_max: view.customers_max,
            is_fixed: view.is_fixed,
            causes: causes.join(", "),
        }
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
    let fixed = if now.is_fixed { "fixed" } else { "free" };
    let words = format!("{} {limit} {fixed}", now.rating);
    if told.as_deref() == Some(words.as_str()) {
        return Ok(Vec::new());
    }
    tx.set_meta(TOLD, &words)?;
    // What held before the gateway was there isn't news.
    let Some(told) = told else { return Ok(Vec::new()) };
    let mut parts = told.split(' ');
    let rating = parts.next().unwrap_or_default();
    let before: i64 = parts.next().and_then(|text| text.parse().ok()).unwrap_or(limit);
    let was_fixed = parts.next().unwrap_or(fixed);
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
    if rating != now.rating {
        news.push((fields::ALERTS, alert(ids, now)));
    }
    // A limit that the operator has set is a decision; one that moves by itself is none.
    if was_fixed != fixed {
        news.push((fields::ACCOUNT, decided(now)));
    }
    Ok(news)
}

/// What customers think of the business has changed.
fn alert(ids: &BusinessIds, now: &Standing) -> Value {
    let (severity, status) = match now.rating.as_str() {
        "RED" => ("CRITICAL", "ACTIVE"),
        "YELLOW" => ("WARNING", "ACTIVE"),
        _ => ("INFORMATIONAL", "NONE"),
    };
    let causes = if now.causes.is_empty() { "nothing of late" } else { &now.causes };
    json!({
        "entity_type": "PHONE_NUMBER",
        "entity_id": ids.phone,
        "alert_info": {
            "alert_severity": severity,
            "alert_status": status,
            "alert_type": "QUALITY_RATING",
            "alert_description": format!("The rating is {}: {causes}.", now.rating),
        },
    })
}

/// The operator has set the limit, or has let it go.
fn decided(now: &Standing) -> Value {
    if now.is_fixed {
        let restriction = json!({ "restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING",
            "current_limit": now.tier() });
        json!({ "event": "ACCOUNT_RESTRICTION", "restriction_info": [restriction] })
    } else {
        json!({ "event": "ACCOUNT_RESTRICTION_REMOVED", "current_limit": now.tier() })
    }
}

#[cfg(test)]
mod tests {
    use tresen_types::{AccountId, AccountKind};

    use super::*;
    use crate::store::Store;

    #[test]
    fn an_alert_says_what_it_comes_from() {
        let ids = BusinessIds::of(AccountId::from_random(AccountKind::Business, [1; 16]));
        let causes = "3 reports".to_owned();
        let now =
            Standing { rating: "RED".to_owned(), customers_max: None, is_fixed: false, causes };
        let told = alert(&ids, &now);
        assert_eq!(told["alert_info"]["alert_severity"], "CRITICAL");
        assert_eq!(told["alert_info"]["alert_description"], "The rating is RED: 3 reports.");
    }

    #[test]
    fn a_change_is_told_once_and_the_first_look_is_no_news() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let ids = BusinessIds::of(AccountId::from_random(AccountKind::Business, [1; 16]));
        let look = |rating: &str, customers_max, is_fixed| {
            let rating = rating.to_owned();
            let causes = "3 reports".to_owned();
            let now = Standing { rating, customers_max, is_fixed, causes };
            let news = store.write(|tx| news(&ids, tx, &now)).unwrap();
            let word =
                |value: &Value| value.get("event").and_then(Value::as_str).map(str::to_owned);
            news.iter().map(|(field, value)| (*field, word(value))).collect::<Vec<_>>()
        };
        let said = |event: &str| Some(event.to_owned());
        assert_eq!(look("GREEN", Some(250), false), []);
        assert_eq!(look("GREEN", Some(250), false), []);
        let up = (fields::QUALITY, said("UPGRADE"));
        let alert = (fields::ALERTS, None);
        let capability = (fields::CAPABILITY, None);
        assert_eq!(look("YELLOW", Some(2_000), false), [up, capability.clone(), alert.clone()]);
        let flagged = (fields::QUALITY, said("FLAGGED"));
        assert_eq!(look("RED", Some(2_000), false), [flagged, alert.clone()]);
        let down = (fields::QUALITY, said("DOWNGRADE"));
        let restricted = (fields::ACCOUNT, said("ACCOUNT_RESTRICTION"));
        assert_eq!(look("RED", Some(250), true), [down, capability, restricted]);
        let better = (fields::QUALITY, said("UNFLAGGED"));
        let free = (fields::ACCOUNT, said("ACCOUNT_RESTRICTION_REMOVED"));
        assert_eq!(look("GREEN", Some(250), false), [better, alert, free]);
    }
}
