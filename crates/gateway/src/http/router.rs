//! From a request to what answers it: the one `match` here is the index of the API.

use std::{io, rc::Rc};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode, header::CONTENT_TYPE};
use hyper::body::Incoming;
use serde_json::{Value, json};

use super::{
    answer::{Answer, error_answer, json_answer, text_answer},
    params::Params,
    small_body, target,
};
use crate::{
    api::{self, Caller},
    api_error::ApiError,
    config::CallFault,
    gateway::Gateway,
};

/// One call.
pub(crate) struct Call {
    pub(crate) gateway: Rc<Gateway>,
    pub(crate) method: Method,
    pub(crate) segments: Vec<String>,
    pub(crate) headers: HeaderMap,
    pub(crate) params: Params,
    pub(crate) body: Bytes,
}

impl Call {
    /// There is no such object for this caller.
    pub(crate) fn unknown(&self, id: &str) -> ApiError {
        ApiError::unknown_object(self.method.as_str(), id)
    }
}

/// Answers a request.
pub(super) async fn answer(gateway: Rc<Gateway>, request: Request<Incoming>) -> io::Result<Answer> {
    gateway.metrics.calls.increment();
    let fault = gateway.config.faults.as_ref().and_then(|it| it.of_call(request.uri().path()));
    match fault {
        Some(CallFault::Status(status)) => return Ok(faulty(status)),
        Some(CallFault::Slow(pause)) => tokio::time::sleep(pause).await,
        Some(CallFault::Drop) => return Err(dropped()),
        Some(CallFault::Double) | None => {}
    }
    let answered = route(Rc::clone(&gateway), request).await;
    if fault == Some(CallFault::Double) {
        return Err(dropped());
    }
    let answer = answered.unwrap_or_else(|error| error_answer(&error));
    if !answer.status().is_success() {
        gateway.metrics.refused.increment();
    }
    Ok(answer)
}

/// A connection that ends without an answer, because somebody wanted to see it.
fn dropped() -> io::Error {
    io::Error::other("a fault that was asked for")
}

fn faulty(status: u16) -> Answer {
    let error = match status {
        429 => ApiError::new(130_429).after(1_000),
        503 => ApiError::new(2),
        _ => ApiError::new(131_000),
    };
    let mut answer = error_answer(&error);
    *answer.status_mut() = StatusCode::from_u16(status).unwrap_or(error.status());
    answer
}

async fn route(gateway: Rc<Gateway>, request: Request<Incoming>) -> Result<Answer, ApiError> {
    let (head, body) = request.into_parts();
    let segments = target::segments(head.uri.path())
        .ok_or_else(|| ApiError::unknown_object(head.method.as_str(), "?"))?;
    if head.method == Method::GET && segments.len() == 1 && segments.iter().any(|s| s == "health") {
        return Ok(health(&gateway));
    }
    let query = head.uri.query().unwrap_or_default().to_owned();
    let content_type =
        head.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).map(ToOwned::to_owned);
    let is_upload = head.method == Method::POST
        && segments.iter().map(String::as_str).eq([gateway.ids.phone.as_str(), "media"]);
    if is_upload {
        let params = Params::read(&query, None, &[])?;
        let (method, headers, small) = (head.method, head.headers, Bytes::new());
        let call = Call { gateway, method, segments, headers, params, body: small };
        let caller = api::auth::caller(&call)?;
        return Ok(ok(&Box::pin(api::media::post(&call, &caller, body)).await?));
    }
    let body = small_body(&gateway, body).await?;
    let params = Params::read(&query, content_type.as_deref(), &body)?;
    let call = Call { gateway, method: head.method, segments, headers: head.headers, params, body };
    let segments: Vec<&str> = call.segments.iter().map(String::as_str).collect();
    // The two calls that bring the app's secret instead of a token.
    if let ["oauth", "access_token"] = segments[..] {
        return Ok(ok(&api::tokens::access_token(&call)?));
    }
    // The signed URL is the right to the one file; a token beside it is looked at by nobody.
    if let ("GET", ["download", id]) = (call.method.as_str(), &segments[..]) {
        return api::media::download(&call, id).await;
    }
    let caller = api::auth::caller(&call)?;
    if let ["metrics"] = segments[..] {
        return Ok(text_answer(call.gateway.metrics.text(&call.gateway)?));
    }
    Ok(ok(&Box::pin(graph(&call, &caller, &segments)).await?))
}

/// The objects with their edges.
async fn graph(call: &Call, caller: &Caller, segments: &[&str]) -> Result<Value, ApiError> {
    let ids = &call.gateway.ids;
    let verb = call.method.as_str();
    let (id, edge) = match segments {
        [] => return Ok(json!({ "id": ids.app, "name": "Tresen gateway" })),
        ["debug_token"] => return api::tokens::debug_token(call, caller),
        ["me", "permissions"] => return Ok(api::tokens::permissions(caller)),
        ["me"] => return Ok(json!({ "id": ids.business, "name": call.gateway.name() })),
        ["events"] if verb == "GET" => return api::events::events(call, caller).await,
        ["deliveries"] => return api::events::deliveries(call, caller, "").await,
        ["deliveries", action] => return api::events::deliveries(call, caller, action).await,
        ["subscribers"] => return api::events::subscribers(call, caller, "").await,
        ["subscribers", id] => return api::events::subscribers(call, caller, id).await,
        [id, "message_qrdls", code] if *id == ids.phone => {
            return api::entry::edge(call, caller, code).await;
        }
        [id] => (*id, ""),
        [id, edge] => (*id, *edge),
        [id, ..] => return Err(call.unknown(id)),
    };
    if id == ids.phone {
        return match (verb, edge) {
            ("POST", "messages") => api::messages::post(call, caller).await,
            ("POST", "marketing_messages") => api::messages::marketing(call, caller).await,
            (_, "") => api::phone::node(call, caller).await,
            (_, "whatsapp_business_profile") => api::phone::profile(call, caller).await,
            ("GET", "settings") => api::phone::settings(call, caller),
            (_, "block_users") => api::customers::block_users(call, caller).await,
            ("GET", "customers") => api::customers::list(call, caller).await,
            (_, "message_qrdls") => api::entry::edge(call, caller, "").await,
            (_, edge) => Err(not_here(call, id, edge)),
        };
    }
    if id == ids.business {
        return match (verb, edge) {
            ("GET", "") => api::business::node(call, caller),
            ("GET", "phone_numbers") => api::business::phone_numbers(call, caller),
            (_, "message_templates") => api::templates::edge(call, caller).await,
            ("POST", "upsert_message_templates") => api::templates::upsert(call, caller).await,
            (_, "subscribed_apps") => api::subscriptions::subscribed_apps(call, caller).await,
            (_, edge) => Err(not_here(call, id, edge)),
        };
    }
    if id == ids.portfolio {
        return match (verb, edge) {
            ("GET", "") => Ok(json!({ "id": ids.portfolio, "name": call.gateway.name() })),
            ("GET", "owned_whatsapp_business_accounts") => {
                Ok(json!({ "data": [api::business::node(call, caller)?] }))
            }
            (_, edge) => Err(not_here(call, id, edge)),
        };
    }
    if id == ids.app || id == "app" {
        return match edge {
            "" => Ok(json!({ "id": ids.app, "name": "Tresen gateway" })),
            "subscriptions" => api::subscriptions::subscriptions(call, caller).await,
            edge => Err(not_here(call, id, edge)),
        };
    }
    if edge.is_empty() && id.starts_with('5') {
        return api::templates::node(call, caller, id).await;
    }
    if edge.is_empty() {
        return api::media::node(call, caller, id).await;
    }
    Err(call.unknown(id))
}

/// Edges of the API that have nothing behind them here.
const DOCUMENTED_EDGES: &[&str] = &[
    "activities",
    "assigned_users",
    "block_users",
    "business_compliance_info",
    "call_permissions",
    "calls",
    "conversational_automation",
    "deregister",
    "flows",
    "groups",
    "media",
    "message_qrdls",
    "message_templates",
    "messages_encrypted",
    "migrate_flows",
    "migrate_message_templates",
    "official_business_account",
    "payments",
    "register",
    "request_code",
    "settings",
    "signups",
    "smb_app_data",
    "template_analytics",
    "uploads",
    "username",
    "username_suggestions",
    "verify_code",
    "whatsapp_business_encryption",
    "whatsapp_business_profile",
    "whatsapp_commerce_settings",
];

/// What isn't there: never an empty success.
fn not_here(call: &Call, id: &str, edge: &str) -> ApiError {
    if DOCUMENTED_EDGES.contains(&edge) {
        return ApiError::with(3, format!("'{edge}' isn't served by this gateway"));
    }
    call.unknown(id)
}

fn ok(value: &Value) -> Answer {
    json_answer(StatusCode::OK, value)
}

/// Whether the gateway is well: for a watchdog, without a token and without facts.
fn health(gateway: &Gateway) -> Answer {
    let is_live = gateway.is_live();
    let status = if is_live { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let word = if is_live { "ok" } else { "offline" };
    json_answer(status, &json!({ "status": word }))
}
