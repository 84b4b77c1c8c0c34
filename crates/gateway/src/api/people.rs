//! Who works for the business, and what became of its account of late.

use serde_json::{Value, json};
use tresen_view::{Answer, Command, DeviceView, Role};

use super::{Caller, project};
use crate::{
    api_error::ApiError,
    error::Error,
    gateway::Gateway,
    http::{answer::success, router::Call},
    ids,
    limits::{ACTIVITIES_PAGE, ACTIVITIES_PAGE_MAX},
    store::EventRecord,
    watch::ACCOUNT,
    webhook::fields,
};

async fn devices(gateway: &Gateway) -> Result<Vec<DeviceView>, ApiError> {
    match gateway.client.call(Command::Devices).await? {
        Answer::Devices(devices) => Ok(devices),
        _ => Err(Error::unexpected().into()),
    }
}

/// `GET` and `DELETE /{business}/assigned_users`: the business's devices. People come in by an invitation.
pub(crate) async fn assigned_users(call: &Call, caller: &Caller) -> Result<Value, ApiError> {
    let gateway = &call.gateway;
    if call.method == http::Method::DELETE {
        return remove(call, caller).await;
    }
    caller.may_read(gateway)?;
    let devices = devices(gateway).await?;
    let shown = |device: &DeviceView| {
        let tasks = match device.role {
            Some(Role::Owner) => json!(["MANAGE", "DEVELOP", "MANAGE_TEMPLATES", "MESSAGING"]),
            _ => json!(["MESSAGING"]),
        };
        let object = json!({
            "id": ids::user(device.device),
            "name": device.name,
            "user_type": if device.is_this { "SYSTEM_USER" } else { "BUSINESS_USER" },
            "tasks": tasks,
            "business": { "id": gateway.ids.portfolio, "name": gateway.name() },
        });
        project(&call.params, object)
    };
    let data: Vec<Value> = devices.iter().map(shown).collect();
    let cursor = |device: Option<&DeviceView>| device.map(|one| ids::user(one.device));
    Ok(json!({
        "data": data,
        "paging": { "cursors": { "before": cursor(devices.first()), "after": cursor(devices.last()) } },
        "summary": { "total_count": devices.len() },
    }))
}

/// Removes a device, as an owner does in the app: it reads nothing from then on.
async fn remove(call: &Call, caller: &Caller) -> Result<Value, ApiError> {
    let gateway = &call.gateway;
    caller.may_manage(gateway)?;
    let user = call.params.required("user")?;
    let devices = devices(gateway).await?;
    let found = devices.iter().find(|device| ids::user(device.device) == user);
    let found = found.ok_or_else(|| call.unknown(&user))?;
    if !gateway.is_owner() {
        let details = "owners remove people; this gateway was let in as a colleague";
        return Err(ApiError::with(131_005, details));
    }
    gateway.client.call(Command::RemoveDevice { device: found.device }).await?;
    gateway.look.notify_waiters();
    Ok(success())
}

/// `GET /{business}/activities`: what was told of the account in the last seven days, newest first.
pub(crate) fn activities(call: &Call, caller: &Caller) -> Result<Value, ApiError> {
    let gateway = &call.gateway;
    caller.may_read(gateway)?;
    let number = |name: &str| call.params.text(name).and_then(|text| text.parse::<i64>().ok());
    let limit = number("limit").and_then(|limit| u32::try_from(limit).ok());
    let limit = limit.unwrap_or(ACTIVITIES_PAGE).clamp(1, ACTIVITIES_PAGE_MAX);
    let after = number("after").unwrap_or(i64::MAX);
    let wanted = call.params.names("activity_type");
    let found = gateway.store.read(|tx| tx.events_of(ACCOUNT, after, limit))?;
    let cursors = json!({
        "before": found.first().map(|first| first.number.to_string()),
        "after": found.last().map(|last| last.number.to_string()),
    });
    let mut data = Vec::new();
    for event in &found {
        let activity = activity(gateway, event)?;
        let kind = activity["activity_type"].as_str().unwrap_or_default();
        if wanted.as_ref().is_none_or(|wanted| wanted.iter().any(|one| one == kind)) {
            data.push(activity);
        }
    }
    Ok(json!({ "data": data, "paging": { "cursors": cursors } }))
}

fn activity(gateway: &Gateway, event: &EventRecord) -> Result<Value, ApiError> {
    let value: Value =
        serde_json::from_str(&event.value).map_err(|_json| Error::Damaged("event"))?;
    let word = value["event"].as_str().unwrap_or_default();
    let (kind, description) = match event.field.as_str() {
        fields::SECURITY if word == "DEVICE_ADDED" => ("USER_ADDED", "A device came in"),
        fields::SECURITY => ("USER_REMOVED", "A device was removed"),
        fields::TEMPLATE_STATUS => ("TEMPLATE_UPDATED", "A template's status is another"),
        fields::TEMPLATE_COMPONENTS => ("TEMPLATE_UPDATED", "A template has another version"),
        fields::TEMPLATE_CATEGORY => ("TEMPLATE_UPDATED", "A template's category is another"),
        fields::ACCOUNT => ("COMPLIANCE_ACTION", "The operator has decided"),
        fields::ALERTS | fields::QUALITY => ("COMPLIANCE_ACTION", "The rating has changed"),
        _ => ("ACCOUNT_UPDATED", "The account has changed"),
    };
    let at = jiff::Timestamp::from_millisecond(event.at.as_millis())
        .map_err(|_range| Error::Damaged("event"))?;
    Ok(json!({
        "id": event.number.to_string(),
        "activity_type": kind,
        "timestamp": at.to_string(),
        "actor_type": "SYSTEM",
        "actor_id": gateway.ids.business,
        "actor_name": gateway.name(),
        "description": description,
        "details": value,
    }))
}
