//! What was sent and what became of it: counted from the gateway's own store, prices from the bill.

use serde_json::{Value, json};
use tresen_types::Timestamp;
use tresen_view::{Answer, Command};

use super::Caller;
use crate::{
    api_error::ApiError,
    error::Error,
    gateway::Gateway,
    http::{params::Params, router::Call},
    limits::{ANALYTICS_POINTS_MAX, USAGE_PAGES_MAX},
    templates,
};

const HALF_HOUR_S: i64 = 1_800;
const DAY_S: i64 = 86_400;

/// A stretch of time in slots, in seconds since 1970.
#[derive(Clone, Copy, Debug)]
struct Span {
    start: i64,
    end: i64,
    slot: i64,
}

/// The analytics that `fields` asks for, beside the node's own fields.
pub(super) async fn asked(
    gateway: &Gateway,
    params: &Params,
) -> Result<Vec<(&'static str, Value)>, ApiError> {
    let fields = params.text("fields").unwrap_or_default();
    let mut found = Vec::new();
    for name in ["analytics", "conversation_analytics", "pricing_analytics"] {
        let Some(calls) = calls_of(&fields, name) else { continue };
        let span = span(|key| argument(calls, key))?;
        found.push((
            name,
            match name {
                "analytics" => sent(gateway, span)?,
                "conversation_analytics" => by_category(gateway, span).await?,
                _ => prices(gateway, span).await?,
            },
        ));
    }
    Ok(found)
}

/// `analytics.start(1).end(2)`: what follows a name.
fn calls_of<'a>(fields: &'a str, name: &str) -> Option<&'a str> {
    let mark = format!("{name}.");
    let mut rest = fields;
    let mut is_start = true;
    while let Some((before, after)) = rest.split_once(&mark) {
        let is_word = before.chars().last().map_or(is_start, |last| last == ',' || last == ' ');
        if is_word {
            return Some(after);
        }
        (rest, is_start) = (after, false);
    }
    None
}

fn argument(calls: &str, key: &str) -> Option<String> {
    let (_, rest) = calls.split_once(&format!("{key}("))?;
    Some(rest.split_once(')')?.0.trim_matches(['"', '\'', ' ']).to_owned())
}

fn span(of: impl Fn(&str) -> Option<String>) -> Result<Span, ApiError> {
    let wrong = |name: &str| ApiError::parameter(format!("Param {name} has a wrong value."));
    let time = |name: &str| {
        let given = of(name).and_then(|text| text.parse().ok());
        given.filter(|at: &i64| (0..=i64::from(u32::MAX)).contains(at)).ok_or_else(|| wrong(name))
    };
    let (start, end) = (time("start")?, time("end")?);
    let slot = match of("granularity").unwrap_or_default().to_ascii_uppercase().as_str() {
        "HALF_HOUR" => HALF_HOUR_S,
        "DAY" | "DAILY" | "" => DAY_S,
        _ => return Err(wrong("granularity")),
    };
    let points = end.saturating_sub(start).div_euclid(slot);
    if start >= end || points > ANALYTICS_POINTS_MAX {
        return Err(wrong("end"));
    }
    Ok(Span { start, end, slot })
}

impl Span {
    const fn times(self) -> (Timestamp, Timestamp) {
        (
            Timestamp::from_millis(self.start.saturating_mul(1_000)),
            Timestamp::from_millis(self.end.saturating_mul(1_000)),
        )
    }

    fn begin_of(self, slot: i64) -> i64 {
        self.start.saturating_add(slot.saturating_mul(self.slot))
    }

    fn slot_of(self, at: Timestamp) -> Option<i64> {
        let at = at.as_millis().div_euclid(1_000);
        let is_in = (self.start..self.end).contains(&at);
        is_in.then(|| at.saturating_sub(self.start).div_euclid(self.slot))
    }
}

/// Messages by time.
fn sent(gateway: &Gateway, span: Span) -> Result<Value, ApiError> {
    let (start, end) = span.times();
    let counted = gateway.store.read(|tx| tx.count_sent(start, end, span.slot, None))?;
    let points: Vec<Value> = counted
        .iter()
        .map(|one| {
            let start = span.begin_of(one.slot);
            json!({ "start": start, "end": start.saturating_add(span.slot), "sent": one.sent,
                "delivered": one.delivered })
        })
        .collect();
    let granularity = if span.slot == DAY_S { "DAY" } else { "HALF_HOUR" };
    Ok(json!({ "phone_numbers": [gateway.ids.display_number], "granularity": granularity,
        "data_points": points }))
}

/// Messages by category, as conversations of the old count.
async fn by_category(gateway: &Gateway, span: Span) -> Result<Value, ApiError> {
    let known = templates::all(gateway).await?;
    let (start, end) = span.times();
    let mut points: Vec<Value> = Vec::new();
    let mut of = |category: &str, counted: Vec<crate::store::Counted>| {
        points.extend(counted.iter().map(|one| {
            let start = span.begin_of(one.slot);
            json!({ "start": start, "end": start.saturating_add(span.slot),
                "conversation": one.sent, "phone_number": gateway.ids.display_number,
                "conversation_category": category, "cost": 0.0 })
        }));
    };
    of("SERVICE", gateway.store.read(|tx| tx.count_sent(start, end, span.slot, Some("")))?);
    for template in &known {
        let id = crate::ids::template_id(&template.template);
        let counted = gateway.store.read(|tx| tx.count_sent(start, end, span.slot, Some(&id)))?;
        of(templates::category(template.category), counted);
    }
    Ok(json!({ "data": [{ "data_points": points }] }))
}

/// Prices by time, country and category, from the bill.
async fn prices(gateway: &Gateway, span: Span) -> Result<Value, ApiError> {
    let mut points: Vec<Value> = Vec::new();
    let mut after = None;
    for _page in 0..USAGE_PAGES_MAX {
        let Answer::Usage(usage) = gateway.client.call(Command::Usage { after }).await? else {
            return Err(Error::unexpected().into());
        };
        for one in usage.messages.iter().filter(|one| one.is_delivered) {
            let Some(slot) = span.slot_of(one.accepted_at) else { continue };
            let start = span.begin_of(slot);
            let kind = if one.in_window { "FREE_CUSTOMER_SERVICE" } else { "REGULAR" };
            points.push(json!({
                "start": start,
                "end": start.saturating_add(span.slot),
                "phone_number": gateway.ids.display_number,
                "country": one.country,
                "pricing_type": kind,
                "pricing_category": templates::category(one.category),
                "volume": 1,
                "cost": one.price.parse::<f64>().unwrap_or(0.0),
            }));
        }
        after = usage.next;
        if after.is_none() {
            break;
        }
    }
    Ok(json!({ "data": [{ "data_points": points }] }))
}

/// `GET /{business}/template_analytics`.
pub(crate) fn of_templates(call: &Call, caller: &Caller) -> Result<Value, ApiError> {
    caller.may_read(&call.gateway)?;
    let gateway = &call.gateway;
    let span = span(|key| call.params.text(key))?;
    let ids = call.params.names("template_ids").unwrap_or_default();
    if ids.is_empty() {
        return Err(ApiError::parameter("The parameter template_ids is required."));
    }
    let (start, end) = span.times();
    let mut points: Vec<Value> = Vec::new();
    for id in ids.iter().take(crate::limits::TEMPLATES_PAGE_MAX) {
        for one in gateway.store.read(|tx| tx.count_sent(start, end, span.slot, Some(id)))? {
            let start = span.begin_of(one.slot);
            points.push(json!({ "template_id": id, "start": start,
                "end": start.saturating_add(span.slot), "sent": one.sent,
                "delivered": one.delivered, "read": one.read }));
        }
    }
    Ok(json!({ "data": [{ "granularity": "DAILY", "product_type": "cloud_api",
        "data_points": points }] }))
}
