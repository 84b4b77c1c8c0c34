//! From a request to what answers it; the index of the API is in [`routes`].

use std::{io, rc::Rc};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode, header::CONTENT_TYPE};
use hyper::body::Incoming;
use serde_json::{Value, json};
use tresen_view::Connection;

use super::{
    answer::{Answer, error_answer, json_answer, text_answer},
    openapi,
    params::Params,
    routes::{self, Op},
    small_body, target,
};
use crate::{
    api::{self, Caller},
    api_error::ApiError,
    config::CallFault,
    gateway::Gateway,
    hosted,
    scope::Scopes,
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
    let parts: Vec<&str> = segments.iter().map(String::as_str).collect();
    let found = routes::find(&gateway.ids, head.method.as_str(), &parts);
    let found = found.map(|(op, id)| (op, id.to_owned()));
    match found.as_ref().map(|(op, _)| *op) {
        Some(Op::Health) => return Ok(health(&gateway)),
        Some(Op::Description) => {
            let url = gateway.config.public_url.clone().unwrap_or_default();
            return Ok(ok(&openapi::description(&gateway.ids, &url)));
        }
        _ => {}
    }
    let query = head.uri.query().unwrap_or_default().to_owned();
    let content_type =
        head.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).map(ToOwned::to_owned);
    let (method, headers) = (head.method, head.headers);
    // Long bodies are read piece by piece, by who knows where to.
    if let Some((op @ (Op::UploadMedia | Op::ContinueUpload), id)) = &found {
        let params = Params::read(&query, None, &[])?;
        let call = Call { gateway, method, segments, headers, params, body: Bytes::new() };
        let caller = api::auth::caller(&call)?;
        return Ok(ok(&match op {
            Op::UploadMedia => Box::pin(api::media::post(&call, &caller, body)).await?,
            _ => Box::pin(api::upload::go_on(&call, &caller, id, body)).await?,
        }));
    }
    let body = small_body(&gateway, body).await?;
    // Signed over its bytes, by somebody who has no token.
    if let Some((Op::ProviderHook, id)) = &found {
        return Ok(ok(&Box::pin(hosted::take_hook(&gateway, id, &headers, &body)).await?));
    }
    let params = Params::read(&query, content_type.as_deref(), &body)?;
    let call = Call { gateway, method, segments, headers, params, body };
    match &found {
        // The two calls that bring the app's secret instead of a token.
        Some((Op::AccessToken, _)) => return Ok(ok(&api::tokens::access_token(&call)?)),
        // The signed URL is the right to the one file; a token beside it is looked at by nobody.
        Some((Op::Download, id)) => return api::media::download(&call, id).await,
        _ => {}
    }
    let caller = api::auth::caller(&call)?;
    match found {
        None => Err(not_here(&call)),
        Some((Op::Metrics, _)) => Ok(text_answer(call.gateway.metrics.text(&call.gateway)?)),
        Some((op, id)) => Ok(ok(&Box::pin(answer_op(&call, &caller, op, &id)).await?)),
    }
}

/// Answers a reading call of the process itself, past sockets and tokens.
pub(crate) async fn read(gateway: Rc<Gateway>, path: &str) -> Result<Value, ApiError> {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let unknown = || ApiError::unknown_object("GET", path);
    let segments = target::segments(path).ok_or_else(unknown)?;
    let parts: Vec<&str> = segments.iter().map(String::as_str).collect();
    let (op, id) = routes::find(&gateway.ids, "GET", &parts).ok_or_else(unknown)?;
    let id = id.to_owned();
    let params = Params::read(query, None, &[])?;
    let (headers, body) = (HeaderMap::new(), Bytes::new());
    let call = Call { gateway, method: Method::GET, segments, headers, params, body };
    let caller = Caller { key: "process".to_owned(), scopes: Scopes::ALL };
    Box::pin(answer_op(&call, &caller, op, &id)).await
}

/// What each call does.
async fn answer_op(call: &Call, caller: &Caller, op: Op, id: &str) -> Result<Value, ApiError> {
    let ids = &call.gateway.ids;
    match op {
        Op::SendMessage => api::messages::post(call, caller).await,
        Op::SendMarketing => api::messages::marketing(call, caller).await,
        Op::Media => api::media::node(call, caller, id).await,
        Op::BeginUpload => api::upload::begin(call, caller),
        Op::ShowUpload => api::upload::show(call, caller, id).await,
        Op::Templates => api::templates::edge(call, caller).await,
        Op::UpsertTemplates => api::templates::upsert(call, caller).await,
        Op::Template => api::templates::node(call, caller, id).await,
        Op::ArchiveTemplates => api::templates::shelf::archive(call, caller, true).await,
        Op::UnarchiveTemplates => api::templates::shelf::archive(call, caller, false).await,
        Op::UnpauseTemplate => api::templates::shelf::unpause(call, caller, id).await,
        Op::CompareTemplates => api::templates::shelf::compare(call, caller, id).await,
        Op::Library => api::templates::library::list(call, caller),
        Op::TemplateAnalytics => api::analytics::of_templates(call, caller),
        Op::Number => api::phone::node(call, caller).await,
        Op::Profile => api::profile::profile(call, caller).await,
        Op::Automation => api::profile::automate(call, caller).await,
        Op::Compliance => api::profile::compliance(call, caller).await,
        Op::AppData => api::app_data::post(call, caller).await,
        Op::AssignedUsers => api::people::assigned_users(call, caller).await,
        Op::Activities => api::people::activities(call, caller),
        Op::Settings => api::phone::settings(call, caller),
        Op::Commerce => api::phone::commerce(call, caller).await,
        Op::Official => api::phone::official(call, caller),
        Op::BlockUsers => api::customers::block_users(call, caller).await,
        Op::Customers => api::customers::list(call, caller).await,
        Op::Codes => api::entry::edge(call, caller, "").await,
        Op::Code => api::entry::edge(call, caller, id).await,
        Op::Business => api::business::node(call, caller).await,
        Op::Numbers => api::business::phone_numbers(call, caller),
        Op::SubscribedApps => api::subscriptions::subscribed_apps(call, caller).await,
        Op::Firm => Ok(json!({ "id": ids.portfolio, "name": call.gateway.name() })),
        Op::OwnedBusinesses => api::business::owned(call, caller),
        Op::ClientBusinesses => Ok(json!({ "data": [] })),
        Op::App | Op::Root => Ok(json!({ "id": ids.app, "name": "Tresen gateway" })),
        Op::Subscriptions => api::subscriptions::subscriptions(call, caller).await,
        Op::DebugToken => api::tokens::debug_token(call, caller),
        Op::Me => Ok(json!({ "id": ids.business, "name": call.gateway.name() })),
        Op::Permissions => Ok(api::tokens::permissions(caller)),
        Op::Events => api::events::events(call, caller).await,
        Op::Deliveries => api::events::deliveries(call, caller, "").await,
        Op::Replay => api::events::deliveries(call, caller, "replay").await,
        Op::TestDelivery => api::events::deliveries(call, caller, "test").await,
        Op::Subscribers => api::events::subscribers(call, caller, "").await,
        Op::Subscriber => api::events::subscribers(call, caller, id).await,
        // Answered before a token is looked at, or while the body comes.
        Op::Health
        | Op::Metrics
        | Op::Description
        | Op::AccessToken
        | Op::Download
        | Op::UploadMedia
        | Op::ContinueUpload
        | Op::ProviderHook => Err(call.unknown(id)),
    }
}

/// Edges of the API that have nothing behind them here. One that is served by another verb is an unsupported
/// request, as in the original.
const DOCUMENTED_EDGES: &[&str] = &[
    "call_permissions",
    "calls",
    "deregister",
    "flows",
    "groups",
    "messages_encrypted",
    "migrate_flows",
    "migrate_message_templates",
    "payments",
    "register",
    "request_code",
    "signups",
    "username",
    "username_suggestions",
    "verify_code",
    "whatsapp_business_encryption",
];

/// What isn't there: never an empty success.
fn not_here(call: &Call) -> ApiError {
    let ids = &call.gateway.ids;
    let mut segments = call.segments.iter();
    let id = segments.next().map_or("", String::as_str);
    let edge = segments.next().map_or("", String::as_str);
    // Other verbs mean nothing anywhere.
    let has_meaning = matches!(call.method, Method::GET | Method::POST | Method::DELETE);
    let is_own = [&ids.phone, &ids.business, &ids.portfolio, &ids.app].iter().any(|own| *own == id);
    if has_meaning && is_own && DOCUMENTED_EDGES.contains(&edge) {
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
    let word = match gateway.client.connection() {
        Connection::Live => "ok",
        Connection::Revoked => "removed",
        Connection::Offline | Connection::Syncing | Connection::Replaced => "offline",
    };
    json_answer(status, &json!({ "status": word }))
}
