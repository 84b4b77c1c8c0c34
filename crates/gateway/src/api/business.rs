//! The business account and its one number.

use serde_json::{Value, json};

use super::{Caller, analytics, phone, project};
use crate::{api_error::ApiError, gateway::Gateway, http::router::Call};

/// `GET /{business}`.
pub(crate) async fn node(call: &Call, caller: &Caller) -> Result<Value, ApiError> {
    caller.may_read(&call.gateway)?;
    let mut shown = project(&call.params, object(&call.gateway));
    if let Value::Object(fields) = &mut shown {
        for (name, counted) in analytics::asked(&call.gateway, &call.params).await? {
            fields.insert(name.to_owned(), counted);
        }
    }
    Ok(shown)
}

/// The business account as the API shows it.
fn object(gateway: &Gateway) -> Value {
    json!({
        "id": gateway.ids.business,
        "name": gateway.name(),
        "timezone_id": "0",
        "message_template_namespace": gateway.ids.business,
        "account_review_status": "APPROVED",
        "on_behalf_of_business_info": { "id": gateway.ids.portfolio, "name": gateway.name() },
    })
}

/// `GET /{firm}/owned_whatsapp_business_accounts`.
pub(crate) fn owned(call: &Call, caller: &Caller) -> Result<Value, ApiError> {
    caller.may_read(&call.gateway)?;
    Ok(json!({ "data": [project(&call.params, object(&call.gateway))] }))
}

/// `GET /{business}/phone_numbers`.
pub(crate) fn phone_numbers(call: &Call, caller: &Caller) -> Result<Value, ApiError> {
    caller.may_read(&call.gateway)?;
    let number = project(&call.params, phone::object(&call.gateway)?);
    let cursor = &call.gateway.ids.phone;
    Ok(json!({
        "data": [number],
        "paging": { "cursors": { "before": cursor, "after": cursor } },
    }))
}
