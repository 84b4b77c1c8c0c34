//! Who writes with the business: what may be sent to whom now, and who is blocked.

use http::Method;
use serde_json::{Map, Value, json};
use tresen_types::{Categories, Category};
use tresen_view::{Answer, Command, ConversationHeader};

use super::Caller;
use crate::{
    api_error::ApiError,
    error::Error,
    gateway::Gateway,
    http::router::Call,
    limits::{BLOCK_USERS_MAX, CUSTOMERS_PAGE},
    store::CustomerRecord,
};

/// `GET /{number}/customers`: the window, the permission and what may be sent now. `user` names one.
pub(crate) async fn list(call: &Call, caller: &Caller) -> Result<Value, ApiError> {
    caller.may_read(&call.gateway)?;
    let gateway = &call.gateway;
    if let Some(user) = call.params.text("user") {
        let customer = find(gateway, &user)?.ok_or_else(|| call.unknown(&user))?;
        return Ok(json!({ "data": [state(gateway, &customer).await?] }));
    }
    let after = call.params.text("after").unwrap_or_default();
    let found = gateway.store.read(|tx| tx.customers_after(&after, CUSTOMERS_PAGE))?;
    let cursor = found.last().map(|one| one.wa_id.clone()).unwrap_or(after);
    let mut data = Vec::with_capacity(found.len());
    for customer in &found {
        data.push(state(gateway, customer).await?);
    }
    Ok(json!({ "data": data, "paging": { "cursors": { "after": cursor } } }))
}

/// What the API says about a customer.
async fn state(gateway: &Gateway, customer: &CustomerRecord) -> Result<Value, ApiError> {
    let header = header(gateway, customer).await?;
    let allowed = header.consent.unwrap_or_default();
    let is_open = header.window.is_open && header.can_write;
    let mut templates = if header.can_write { names(allowed) } else { Vec::new() };
    templates.retain(|name| *name != "SERVICE");
    Ok(json!({
        "wa_id": customer.wa_id,
        "user_id": customer.user_id,
        "profile": { "name": customer.name },
        "is_blocked": header.row.is_blocked,
        "customer_service_window": {
            "is_open": header.window.is_open,
            "closes_at": header.window.closes_at.map(|end| end.as_millis() / 1_000),
        },
        "consent": { "categories": names(allowed) },
        "allowed_now": {
            "free_form": is_open,
            "templates": templates,
        },
    }))
}

/// The categories as the API writes them.
pub(crate) fn names(categories: Categories) -> Vec<&'static str> {
    [
        (Category::Service, "SERVICE"),
        (Category::Utility, "UTILITY"),
        (Category::Marketing, "MARKETING"),
        (Category::Authentication, "AUTHENTICATION"),
    ]
    .into_iter()
    .filter(|(category, _)| categories.contains(*category))
    .map(|(_, name)| name)
    .collect()
}

async fn header(
    gateway: &Gateway,
    customer: &CustomerRecord,
) -> Result<Box<ConversationHeader>, ApiError> {
    let command = Command::Header { conversation: customer.conversation };
    match gateway.client.call(command).await? {
        Answer::Header(header) => Ok(header),
        _ => Err(Error::unexpected().into()),
    }
}

/// A customer by number or user id.
fn find(gateway: &Gateway, user: &str) -> Result<Option<CustomerRecord>, ApiError> {
    let digits: String = user.chars().filter(char::is_ascii_digit).collect();
    Ok(gateway.store.read(|tx| match tx.customer_by_user_id(user)? {
        Some(known) => Ok(Some(known)),
        None => tx.customer_by_wa_id(&digits),
    })?)
}

/// `GET`, `POST` and `DELETE /{number}/block_users`.
pub(crate) async fn block_users(call: &Call, caller: &Caller) -> Result<Value, ApiError> {
    let gateway = &call.gateway;
    let is_blocked = match call.method {
        Method::GET => return blocked(call, caller).await,
        Method::POST => true,
        Method::DELETE => false,
        _ => return Err(call.unknown("block_users")),
    };
    caller.may_message()?;
    let listed = match call.params.fields().get("block_users") {
        Some(Value::Array(listed)) if !listed.is_empty() => listed.clone(),
        Some(Value::String(text)) => serde_json::from_str(text)
            .map_err(|_json| ApiError::parameter("Param block_users must be an array."))?,
        _ => return Err(ApiError::parameter("The parameter block_users is required.")),
    };
    if listed.len() > BLOCK_USERS_MAX {
        return Err(ApiError::parameter("Param block_users has too many entries."));
    }
    let (mut done, mut failed) = (Vec::new(), Vec::new());
    for one in &listed {
        let named = ["user", "user_id"].into_iter().find_map(|name| one.get(name)?.as_str());
        let input = named.ok_or_else(|| ApiError::parameter("Param block_users needs a user."))?;
        let known = find(gateway, input)?;
        let outcome = match &known {
            None => Err(ApiError::with(139_102, "nobody with this number or user id is known")),
            Some(customer) => {
                let conversation = customer.conversation;
                let command = Command::SetBlocked { conversation, is_blocked };
                gateway.client.call(command).await.map_err(ApiError::from)
            }
        };
        let mut told = Map::new();
        told.insert("input".to_owned(), input.into());
        if let Some(customer) = known {
            told.insert("wa_id".to_owned(), customer.wa_id.into());
            told.insert("user_id".to_owned(), customer.user_id.into());
        }
        match outcome {
            Ok(_) => done.push(Value::Object(told)),
            Err(error) => {
                told.insert("errors".to_owned(), json!([error.in_webhook()]));
                failed.push(Value::Object(told));
            }
        }
    }
    let mut lists = Map::new();
    lists.insert(if is_blocked { "added_users" } else { "removed_users" }.to_owned(), done.into());
    let has_failed = !failed.is_empty();
    if has_failed {
        lists.insert("failed_users".to_owned(), failed.into());
    }
    let mut answer = json!({ "messaging_product": "whatsapp", "block_users": lists });
    if let (true, Value::Object(fields)) = (has_failed, &mut answer) {
        let error = ApiError::with(139_100, "some users couldn't be blocked or unblocked");
        fields.insert("errors".to_owned(), json!([error.in_webhook()]));
    }
    Ok(answer)
}

async fn blocked(call: &Call, caller: &Caller) -> Result<Value, ApiError> {
    caller.may_read(&call.gateway)?;
    let gateway = &call.gateway;
    let mut data = Vec::new();
    let mut after = String::new();
    loop {
        let page = gateway.store.read(|tx| tx.customers_after(&after, CUSTOMERS_PAGE))?;
        let Some(last) = page.last() else { break };
        after.clone_from(&last.wa_id);
        for customer in &page {
            if header(gateway, customer).await?.row.is_blocked {
                data.push(json!({
                    "messaging_product": "whatsapp",
                    "wa_id": customer.wa_id,
                    "user_id": customer.user_id,
                }));
            }
        }
    }
    Ok(json!({ "data": data }))
}
