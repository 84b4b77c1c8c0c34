//! Who calls: a bearer of a token, or who knows the app's secret.

use http::header::AUTHORIZATION;
use tresen_types::Timestamp;

use crate::{
    api_error::ApiError,
    gateway::Gateway,
    http::router::Call,
    scope::Scopes,
    secret::{hex, mac256, same, sha256},
};

/// Who calls.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// What counts its calls.
    pub(crate) key: String,
    pub(crate) scopes: Scopes,
}

/// The caller of a request.
pub(crate) fn caller(call: &Call) -> Result<Caller, ApiError> {
    let header = call.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let of_header = header.and_then(|value| {
        let (scheme, token) = value.trim().split_once(' ')?;
        let is_known = ["bearer", "oauth"].contains(&scheme.to_ascii_lowercase().as_str());
        is_known.then(|| token.trim().to_owned())
    });
    let token = match (of_header, header) {
        (Some(token), _) => token,
        (None, Some(_)) => return Err(ApiError::new(190)),
        (None, None) => call.params.text("access_token").ok_or_else(nothing)?,
    };
    let caller = who(&call.gateway, &token)?;
    if let Some(proof) = call.params.text("appsecret_proof") {
        let expected = hex(&mac256(call.gateway.app_secret.as_bytes(), token.as_bytes()));
        if !same(expected.as_bytes(), proof.to_ascii_lowercase().as_bytes()) {
            return Err(ApiError::parameter(
                "Invalid appsecret_proof provided in the API argument",
            ));
        }
    }
    Ok(caller)
}

/// Whose token it is.
pub(crate) fn who(gateway: &Gateway, token: &str) -> Result<Caller, ApiError> {
    let app = format!("{}|{}", gateway.ids.app, gateway.app_secret.as_str());
    if same(app.as_bytes(), token.as_bytes()) {
        let scopes = Scopes { messaging: false, management: true };
        return Ok(Caller { key: "app".to_owned(), scopes });
    }
    let hash = sha256(token.as_bytes());
    let known = gateway.store.read(|tx| tx.token(&hash)).map_err(ApiError::from)?;
    match known {
        Some(token) if token.revoked_at.is_none() => {
            Ok(Caller { key: token.id.to_string(), scopes: token.scopes })
        }
        Some(_revoked) => {
            let title = "Error validating access token: the token was revoked".to_owned();
            Err(ApiError { title, ..ApiError::new(190) })
        }
        None => Err(ApiError::new(190)),
    }
}

fn nothing() -> ApiError {
    let title = "An access token is required to request this resource.".to_owned();
    ApiError { title, ..ApiError::new(190) }
}

impl Caller {
    /// May the caller handle messages?
    pub(crate) fn may_message(&self) -> Result<(), ApiError> {
        if self.scopes.messaging { Ok(()) } else { Err(lacks("whatsapp_business_messaging")) }
    }

    /// May the caller manage, and not too often?
    pub(crate) fn may_manage(&self, gateway: &Gateway) -> Result<(), ApiError> {
        if !self.scopes.management {
            return Err(lacks("whatsapp_business_management"));
        }
        self.takes_turn(gateway)
    }

    /// May the caller read what both scopes read?
    pub(crate) fn may_read(&self, gateway: &Gateway) -> Result<(), ApiError> {
        if !self.scopes.management && !self.scopes.messaging {
            return Err(lacks("whatsapp_business_management"));
        }
        self.takes_turn(gateway)
    }

    fn takes_turn(&self, gateway: &Gateway) -> Result<(), ApiError> {
        let now: Timestamp = gateway.now();
        let taken = gateway.rates.borrow_mut().management.take(&self.key, now);
        taken.map_err(|retry_ms| ApiError::new(80_007).after(retry_ms))
    }
}

fn lacks(scope: &str) -> ApiError {
    ApiError::with(10, format!("the token lacks the scope {scope}"))
}
