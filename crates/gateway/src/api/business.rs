//! The business account and its one number.

use serde_json::{Value, json};

use super::{Caller, phone, project};
use crate::{api_error::ApiError, http::router::Call};

/// `GET /{business}`.
pub(crate) fn node(call: &Call, caller: &Caller) -> Result<Value, ApiError> {
    caller.may_read(&call.gateway)?;
    let node = json!({
        "id": call.gateway.ids.business,
        "name": call.gateway.name(),
        "timezone_id": "0",
        "message_template_namespace": call.gateway.ids.business,
    });
    Ok(project(&call.params, node))
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
