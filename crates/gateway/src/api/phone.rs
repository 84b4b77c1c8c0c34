//! The number and the business's profile.

use serde_json::{Value, json};
use tresen_view::{Answer, Command};

use super::{Caller, profile, project};
use crate::{
    api_error::ApiError,
    error::Error,
    gateway::Gateway,
    http::{answer::success, router::Call},
    standing::Standing,
    store::{Callback, Level},
    webhook::receiver,
};

/// The number as the API shows it.
pub(crate) fn object(gateway: &Gateway) -> Result<Value, ApiError> {
    let number = &gateway.ids.display_number;
    let (of_phone, of_business, of_app) = gateway.store.read(|tx| {
        let url = |level| Ok::<_, Error>(tx.callback(level)?.map(|callback| callback.url));
        Ok((url(Level::Phone)?, url(Level::Business)?, url(Level::App)?))
    })?;
    let mut configuration = json!({});
    if let Value::Object(fields) = &mut configuration {
        let known = [
            ("phone_number", of_phone),
            ("whatsapp_business_account", of_business),
            ("application", of_app),
        ];
        for (name, url) in known {
            fields.extend(url.map(|url| (name.to_owned(), Value::String(url))));
        }
    }
    let standing = gateway.standing.borrow().clone();
    let tier = standing.as_ref().map(Standing::tier);
    Ok(json!({
        "id": gateway.ids.phone,
        "display_phone_number": spaced(number),
        "verified_name": gateway.name(),
        "quality_rating": standing.as_ref().map_or("UNKNOWN", |known| known.rating.as_str()),
        "messaging_limit_tier": tier,
        "whatsapp_business_manager_messaging_limit": tier,
        "code_verification_status": "VERIFIED",
        "name_status": "APPROVED",
        "status": if gateway.is_live() { "CONNECTED" } else { "DISCONNECTED" },
        "platform_type": "CLOUD_API",
        "throughput": { "level": "STANDARD" },
        "account_mode": "LIVE",
        "is_official_business_account": false,
        "is_on_biz_app": true,
        "webhook_configuration": configuration,
        "conversational_automation": profile::automation_object(gateway),
    }))
}

/// `+999 123 456 789 012`.
fn spaced(number: &str) -> String {
    let mut text = String::from("+");
    for (place, digit) in number.chars().enumerate() {
        if place > 0 && place.is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// `GET /{number}` and `POST /{number}`.
pub(crate) async fn node(call: &Call, caller: &Caller) -> Result<Value, ApiError> {
    if call.method == http::Method::GET {
        caller.may_read(&call.gateway)?;
        return Ok(project(&call.params, object(&call.gateway)?));
    }
    caller.may_manage(&call.gateway)?;
    let fields = call.params.fields();
    if fields.contains_key("pin") {
        let details = "there is no PIN: an owner lets devices in, and removes them";
        return Err(ApiError::with(3, details));
    }
    if let Some(name) = call.params.text("new_display_name") {
        return profile::change(call, caller, |profile| {
            profile.name = name;
            Ok(())
        })
        .await;
    }
    let Some(Value::Object(wish)) = fields.get("webhook_configuration") else {
        let words = "One of webhook_configuration and new_display_name is required.";
        return Err(ApiError::parameter(words));
    };
    let text = |name: &str| wish.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let url = text("override_callback_uri");
    if url.is_empty() {
        call.gateway.store.write(|tx| tx.delete_callback(Level::Phone))?;
    } else {
        let verify_token = text("verify_token");
        let callback = Callback { url, verify_token, fields: Vec::new(), is_local: false };
        receiver::set(&call.gateway, Level::Phone, &callback).await?;
    }
    Ok(success())
}

/// `GET` and `POST /{number}/settings`.
pub(crate) fn settings(call: &Call, caller: &Caller) -> Result<Value, ApiError> {
    let gateway = &call.gateway;
    if call.method == http::Method::POST {
        caller.may_manage(gateway)?;
        return change_settings(call);
    }
    caller.may_read(gateway)?;
    let checks_keys = gateway.settings.borrow().checks_keys;
    Ok(json!({
        "calling": { "status": "DISABLED" },
        "user_identity_change": { "enable_identity_key_check": checks_keys },
        "payload_encryption": { "status": "DISABLED" },
        "storage_configuration": { "status": "IN_COUNTRY_STORAGE_DISABLED" },
    }))
}

/// Whether webhooks tell the hashes of customers' keys; nothing else can be switched.
fn change_settings(call: &Call) -> Result<Value, ApiError> {
    let fields = call.params.fields();
    for name in ["calling", "payload_encryption", "storage_configuration"] {
        let status = fields.get(name).and_then(|wish| wish.get("status")?.as_str());
        if status.is_some_and(|status| !status.ends_with("DISABLED")) {
            return Err(ApiError::with(3, format!("'{name}' isn't served by this gateway")));
        }
    }
    if let Some(wish) = fields.get("user_identity_change") {
        let wanted = wish.get("enable_identity_key_check").and_then(|wanted| match wanted {
            Value::Bool(wanted) => Some(*wanted),
            Value::String(word) => word.parse().ok(),
            _ => None,
        });
        let wanted = wanted.ok_or_else(|| {
            ApiError::parameter("Param enable_identity_key_check must be true or false.")
        })?;
        call.gateway.change_settings(|settings| settings.checks_keys = wanted)?;
    }
    Ok(success())
}

/// `GET /{number}/whatsapp_commerce_settings`: the catalogue, if there is one.
pub(crate) async fn commerce(call: &Call, caller: &Caller) -> Result<Value, ApiError> {
    caller.may_read(&call.gateway)?;
    let asked = call.gateway.client.call(Command::Catalogue { account: None }).await?;
    let Answer::Catalogue(catalogue) = asked else { return Err(Error::unexpected().into()) };
    let is_there = catalogue.edition > 0;
    Ok(json!({ "data": [{
        "id": call.gateway.ids.catalogue,
        "is_catalog_visible": is_there,
        "is_cart_enabled": is_there,
    }]}))
}

/// `GET /{number}/official_business_account`: nobody verifies names yet.
pub(crate) fn official(call: &Call, caller: &Caller) -> Result<Value, ApiError> {
    caller.may_read(&call.gateway)?;
    let number = &call.gateway.ids.phone;
    Ok(json!({ "id": number, "oba_status": "NOT_STARTED", "status_message": "not applied for" }))
}
