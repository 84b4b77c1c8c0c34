//! What programs ask about their token.

use serde_json::{Value, json};

use super::{Caller, auth};
use crate::{api_error::ApiError, http::router::Call, secret::same};

/// `GET|POST /oauth/access_token`: the app's own token.
pub(crate) fn access_token(call: &Call) -> Result<Value, ApiError> {
    let grant = call.params.required("grant_type")?;
    if grant != "client_credentials" {
        return Err(ApiError::parameter("Param grant_type must be one of {CLIENT_CREDENTIALS}."));
    }
    let (id, secret) = (call.params.required("client_id")?, call.params.required("client_secret")?);
    let gateway = &call.gateway;
    let is_right = same(id.as_bytes(), gateway.ids.app.as_bytes())
        & same(secret.as_bytes(), gateway.app_secret.as_bytes());
    if !is_right {
        return Err(ApiError::parameter("Error validating client secret."));
    }
    Ok(json!({ "access_token": format!("{id}|{secret}"), "token_type": "bearer" }))
}

/// `GET /debug_token`: what a token is.
pub(crate) fn debug_token(call: &Call, _caller: &Caller) -> Result<Value, ApiError> {
    let gateway = &call.gateway;
    let token = call.params.required("input_token")?;
    let app = &gateway.ids.app;
    Ok(match auth::who(gateway, &token) {
        Ok(known) => {
            let targets = [&gateway.ids.business];
            let granular: Vec<Value> = known
                .scopes
                .names()
                .iter()
                .map(|scope| json!({ "scope": scope, "target_ids": targets }))
                .collect();
            json!({ "data": {
                "app_id": app,
                "type": "SYSTEM_USER",
                "application": "Tresen gateway",
                "is_valid": true,
                "expires_at": 0,
                "scopes": known.scopes.names(),
                "granular_scopes": granular,
            }})
        }
        Err(error) => json!({ "data": {
            "app_id": app,
            "is_valid": false,
            "scopes": [],
            "error": { "code": error.code, "message": error.title },
        }}),
    })
}

/// `GET /me/permissions`.
pub(crate) fn permissions(caller: &Caller) -> Value {
    let granted = |scope: &&str| json!({ "permission": scope, "status": "granted" });
    let data: Vec<Value> = caller.scopes.names().iter().map(granted).collect();
    json!({ "data": data })
}
