//! The number and the business's profile.

use serde_json::{Value, json};
use tresen_view::{Answer, Command};

use super::{Caller, project};
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
    let Some(Value::Object(wish)) = call.params.fields().get("webhook_configuration") else {
        let words = "The parameter webhook_configuration is required; nothing else is changed.";
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

/// `GET /{number}/settings`.
pub(crate) fn settings(call: &Call, caller: &Caller) -> Result<Value, ApiError> {
    caller.may_read(&call.gateway)?;
    Ok(json!({
        "calling": { "status": "DISABLED" },
        "user_identity_change": { "enable_identity_key_check": false },
        "payload_encryption": { "status": "DISABLED" },
        "storage_configuration": { "status": "IN_COUNTRY_STORAGE_DISABLED" },
    }))
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

/// Changes what is given of the profile, and signs it anew.
async fn publish(call: &Call, caller: &Caller) -> Result<Value, ApiError> {
    caller.may_manage(&call.gateway)?;
    if !call.gateway.is_owner() {
        let details = "the profile is signed by an owner; this gateway was let in as a colleague";
        return Err(ApiError::with(131_005, details));
    }
    let Answer::Profile(view) = call.gateway.client.call(Command::OwnProfile).await? else {
        return Err(Error::unexpected().into());
    };
    let mut profile = view.profile;
    for name in ["email", "profile_picture_handle"] {
        if call.params.text(name).is_some_and(|value| !value.is_empty()) {
            return Err(ApiError::parameter(format!("Param {name} is not part of a profile.")));
        }
    }
    for (name, place) in [
        ("about", &mut profile.line),
        ("address", &mut profile.address),
        ("description", &mut profile.about),
    ] {
        if let Some(text) = call.params.text(name) {
            *place = text;
        }
    }
    if let Some(websites) = call.params.names("websites") {
        profile.websites = websites;
    }
    let command = Command::PublishProfile(Box::new(profile));
    call.gateway.client.call(command).await.map_err(|failure| match failure.kind {
        tresen_view::FailureKind::Invalid | tresen_view::FailureKind::TooLarge => {
            ApiError::parameter(format!("Invalid parameter: {}", failure.detail))
        }
        _ => failure.into(),
    })?;
    Ok(success())
}

/// `GET` and `POST /{number}/whatsapp_business_profile`.
pub(crate) async fn profile(call: &Call, caller: &Caller) -> Result<Value, ApiError> {
    if call.method == http::Method::POST {
        return publish(call, caller).await;
    }
    caller.may_read(&call.gateway)?;
    let Answer::Profile(view) = call.gateway.client.call(Command::OwnProfile).await? else {
        return Err(Error::unexpected().into());
    };
    let profile = json!({
        "messaging_product": "whatsapp",
        "about": view.profile.line,
        "address": view.profile.address,
        "description": view.profile.about,
        "websites": view.profile.websites,
        "vertical": "OTHER",
    });
    let Value::Object(mut chosen) = project(&call.params, profile) else {
        return Err(Error::unexpected().into());
    };
    chosen.insert("messaging_product".to_owned(), "whatsapp".into());
    Ok(json!({ "data": [chosen] }))
}
