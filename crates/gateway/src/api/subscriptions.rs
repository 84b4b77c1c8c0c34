//! Where webhooks go, set over the API.

use http::Method;
use serde_json::{Value, json};

use super::Caller;
use crate::{
    api_error::ApiError,
    http::{answer::success, router::Call},
    store::{Callback, Level},
    webhook::{fields, receiver},
};

/// `GET|POST|DELETE /{app}/subscriptions`.
pub(crate) async fn subscriptions(call: &Call, caller: &Caller) -> Result<Value, ApiError> {
    let gateway = &call.gateway;
    caller.may_manage(gateway)?;
    match call.method {
        Method::GET => {
            let known = gateway.store.read(|tx| tx.callback(Level::App))?;
            let data: Vec<Value> = known.iter().map(described).collect();
            Ok(json!({ "data": data }))
        }
        Method::POST => {
            let object = call.params.required("object")?;
            if object != "whatsapp_business_account" {
                return Err(ApiError::parameter(
                    "Param object must be one of {WHATSAPP_BUSINESS_ACCOUNT}.",
                ));
            }
            let url = call.params.required("callback_url")?;
            let verify_token = call.params.required("verify_token")?;
            let fields = match call.params.names("fields") {
                Some(names) => fields::known(&names)?,
                None => fields::default(),
            };
            let callback = Callback { url, verify_token, fields, is_local: false };
            receiver::set(gateway, Level::App, &callback).await?;
            Ok(success())
        }
        Method::DELETE => {
            gateway.store.write(|tx| tx.delete_callback(Level::App))?;
            Ok(success())
        }
        _ => Err(call.unknown(&gateway.ids.app)),
    }
}

fn described(callback: &Callback) -> Value {
    let fields: Vec<Value> =
        callback.fields.iter().map(|name| json!({ "name": name, "version": "v23.0" })).collect();
    json!({
        "object": "whatsapp_business_account",
        "callback_url": callback.url,
        "active": true,
        "fields": fields,
    })
}

/// `GET|POST|DELETE /{business}/subscribed_apps`.
pub(crate) async fn subscribed_apps(call: &Call, caller: &Caller) -> Result<Value, ApiError> {
    let gateway = &call.gateway;
    caller.may_manage(gateway)?;
    match call.method {
        Method::GET => {
            let of_business = gateway.store.read(|tx| tx.callback(Level::Business))?;
            let mut app = json!({ "whatsapp_business_api_data": {
                "id": gateway.ids.app,
                "name": "Tresen gateway",
                "link": gateway.config.public_url,
            }});
            if let (Some(callback), Value::Object(fields)) = (of_business, &mut app) {
                fields.insert("override_callback_uri".to_owned(), callback.url.into());
            }
            let is_out = gateway.store.read(|tx| tx.meta(fields::UNSUBSCRIBED))?;
            let is_out = is_out.as_deref() == Some("yes");
            let data = if is_out { Vec::new() } else { vec![app] };
            Ok(json!({ "data": data }))
        }
        Method::POST => {
            gateway.store.write(|tx| tx.set_meta(fields::UNSUBSCRIBED, "no"))?;
            match call.params.text("override_callback_uri").filter(|url| !url.is_empty()) {
                Some(url) => {
                    let verify_token = call.params.required("verify_token")?;
                    let callback =
                        Callback { url, verify_token, fields: Vec::new(), is_local: false };
                    receiver::set(gateway, Level::Business, &callback).await?;
                }
                None => gateway.store.write(|tx| tx.delete_callback(Level::Business))?,
            }
            Ok(success())
        }
        Method::DELETE => {
            gateway.store.write(|tx| {
                tx.delete_callback(Level::Business)?;
                tx.set_meta(fields::UNSUBSCRIBED, "yes")
            })?;
            Ok(success())
        }
        _ => Err(call.unknown(&gateway.ids.business)),
    }
}
