//! The event log, the log of deliveries, and further receivers: what the original doesn't have.
//!
//! ```text
//! GET  /events?after=&limit=&wait_seconds=     the same objects as webhooks, oldest first
//! GET  /deliveries?before=&limit=              to whom what was brought, newest first
//! POST /deliveries/replay {event, subscriber}  once more
//! POST /deliveries/test {subscriber}           a signed sample, now; the receiver's status comes back
//! GET, POST /subscribers; DELETE /subscribers/ID
//! ```

use std::{rc::Rc, time::Duration};

use http::Method;
use serde_json::{Value, json};

use super::Caller;
use crate::{
    api_error::ApiError,
    gateway::Gateway,
    http::{answer::success, router::Call},
    limits::{EVENTS_PAGE, EVENTS_PAGE_MAX, EVENTS_WAIT_S_MAX, SUBSCRIBERS_MAX},
    media::incoming,
    store::{Callback, DeliveryState, EventRecord, MAIN, SubscriberRecord},
    webhook::{deliver, fields, receiver},
};

/// `GET /events`.
pub(crate) async fn events(call: &Call, caller: &Caller) -> Result<Value, ApiError> {
    caller.may_manage(&call.gateway)?;
    let gateway = &call.gateway;
    let after = match call.params.text("after").as_deref() {
        None | Some("") => 0,
        Some("now" | "latest") => gateway.store.read(|tx| tx.newest_event())?,
        Some(cursor) => number(cursor, "after")?,
    };
    let limit = limit(call)?;
    let wait = call.params.text("wait_seconds").or_else(|| call.params.text("wait"));
    let wait = wait.map_or(Ok(0), |text| number(&text, "wait_seconds"))?;
    let wait_s = u64::try_from(wait).unwrap_or(0).min(EVENTS_WAIT_S_MAX);
    let mut found = page(gateway, after, limit).await?;
    if found.is_empty() && wait_s > 0 {
        let patience = Duration::from_secs(wait_s);
        let arrival = async {
            loop {
                let arrived = gateway.deliveries.arrived();
                let found = page(gateway, after, limit).await?;
                if !found.is_empty() {
                    return Ok::<_, ApiError>(found);
                }
                arrived.await;
            }
        };
        found = match tokio::time::timeout(patience, arrival).await {
            Ok(found) => found?,
            Err(_elapsed) => Vec::new(),
        };
    }
    let newest = found.last().map_or(after, |event| event.number);
    let mut data = Vec::with_capacity(found.len());
    for event in &found {
        let mut told = deliver::envelope(gateway, event)?;
        if let Value::Object(fields) = &mut told {
            fields.insert("cursor".to_owned(), event.number.to_string().into());
        }
        data.push(told);
    }
    Ok(json!({ "data": data, "paging": { "cursors": { "after": newest.to_string() } } }))
}

/// Events whose files are described; one whose file can't be fetched now ends the page.
async fn page(gateway: &Rc<Gateway>, after: i64, limit: u32) -> Result<Vec<EventRecord>, ApiError> {
    let mut found = gateway.store.read(|tx| tx.events_after(after, limit))?;
    for place in 0..found.len() {
        let Some(event) = found.get_mut(place) else { break };
        let Some(message) = event.media else { continue };
        match incoming::complete(gateway, &event.value, message).await? {
            Some(value) => {
                gateway.store.write(|tx| tx.complete_event(event.number, &value))?;
                event.value = value;
            }
            None => {
                found.truncate(place);
                break;
            }
        }
    }
    Ok(found)
}

/// `/deliveries` and what is below it.
pub(crate) async fn deliveries(
    call: &Call,
    caller: &Caller,
    action: &str,
) -> Result<Value, ApiError> {
    caller.may_manage(&call.gateway)?;
    match (&call.method, action) {
        (&Method::GET, "") => list(call),
        (&Method::POST, "replay") => replay(call),
        (&Method::POST, "test") => test(call).await,
        _ => Err(call.unknown("deliveries")),
    }
}

fn list(call: &Call) -> Result<Value, ApiError> {
    let before = match call.params.text("before") {
        None => i64::MAX,
        Some(cursor) => number(&cursor, "before")?,
    };
    let limit = limit(call)?;
    let found = call.gateway.store.read(|tx| tx.deliveries(before, limit))?;
    let oldest = found.last().map(|one| one.event.to_string()).unwrap_or_default();
    let data: Vec<Value> = found
        .iter()
        .map(|one| {
            json!({
                "event": one.event.to_string(),
                "subscriber": one.subscriber.to_string(),
                "field": one.field,
                "state": match one.state {
                    DeliveryState::Waiting => "waiting",
                    DeliveryState::Taken => "taken",
                    DeliveryState::GivenUp => "given_up",
                },
                "attempts": one.attempts,
                "http_status": one.status,
                "timestamp": one.at.as_millis() / 1_000,
            })
        })
        .collect();
    Ok(json!({ "data": data, "paging": { "cursors": { "before": oldest } } }))
}

fn replay(call: &Call) -> Result<Value, ApiError> {
    let event = number(&call.params.required("event")?, "event")?;
    let subscriber = subscriber_of(call)?;
    let gateway = &call.gateway;
    let now = gateway.now();
    let lane = gateway.store.write(|tx| tx.replay(event, subscriber, now))?;
    let lane = lane.ok_or_else(|| call.unknown(&event.to_string()))?;
    gateway.deliveries.added(&[(subscriber, lane)], now);
    Ok(success())
}

async fn test(call: &Call) -> Result<Value, ApiError> {
    let subscriber = subscriber_of(call)?;
    match deliver::sample(&call.gateway, subscriber).await? {
        None => Err(ApiError::parameter("There is no receiver.")),
        Some(status) => {
            let is_taken = status.is_some_and(|status| (200..300).contains(&status));
            Ok(json!({ "success": is_taken, "http_status": status }))
        }
    }
}

fn subscriber_of(call: &Call) -> Result<i64, ApiError> {
    let subscriber = match call.params.text("subscriber") {
        None => return Ok(MAIN),
        Some(text) => number(&text, "subscriber")?,
    };
    let is_there =
        subscriber == MAIN || call.gateway.store.read(|tx| tx.subscriber(subscriber))?.is_some();
    if is_there { Ok(subscriber) } else { Err(call.unknown(&subscriber.to_string())) }
}

/// `/subscribers` and `/subscribers/ID`.
pub(crate) async fn subscribers(call: &Call, caller: &Caller, id: &str) -> Result<Value, ApiError> {
    let gateway = &call.gateway;
    caller.may_manage(gateway)?;
    match (&call.method, id) {
        (&Method::GET, "") => {
            let known = gateway.store.read(|tx| tx.subscribers())?;
            let data: Vec<Value> = known.iter().map(described).collect();
            Ok(json!({ "data": data }))
        }
        (&Method::POST, "") => {
            let fields = match call.params.names("fields") {
                Some(names) => fields::known(&names)?,
                None => fields::default(),
            };
            let callback = Callback {
                url: call.params.required("callback_url")?,
                verify_token: call.params.required("verify_token")?,
                fields,
                is_local: false,
            };
            let count = gateway.store.read(|tx| tx.subscribers())?.len();
            if count >= SUBSCRIBERS_MAX {
                return Err(ApiError::parameter("There are too many subscribers."));
            }
            receiver::check(gateway, &callback).await?;
            let id = gateway.store.write(|tx| tx.add_subscriber(&callback))?;
            Ok(json!({ "id": id.to_string() }))
        }
        (&Method::DELETE, id) => {
            let known = id.parse().ok();
            let is_gone = match known {
                Some(number) => gateway.store.write(|tx| tx.delete_subscriber(number))?,
                None => false,
            };
            if is_gone { Ok(success()) } else { Err(call.unknown(id)) }
        }
        _ => Err(call.unknown(id)),
    }
}

fn described(subscriber: &SubscriberRecord) -> Value {
    json!({
        "id": subscriber.id.to_string(),
        "callback_url": subscriber.callback.url,
        "fields": subscriber.callback.fields,
    })
}

fn limit(call: &Call) -> Result<u32, ApiError> {
    let limit = match call.params.text("limit") {
        None => EVENTS_PAGE,
        Some(text) => u32::try_from(number(&text, "limit")?).unwrap_or(EVENTS_PAGE_MAX),
    };
    Ok(limit.clamp(1, EVENTS_PAGE_MAX))
}

fn number(text: &str, name: &str) -> Result<i64, ApiError> {
    let number = text.parse().ok().filter(|number: &i64| *number >= 0);
    number.ok_or_else(|| ApiError::parameter(format!("Param {name} must be a number.")))
}
