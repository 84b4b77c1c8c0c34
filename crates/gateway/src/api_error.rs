//! Errors as the Cloud API documents them: code, HTTP status and words.

use http::StatusCode;
use serde_json::{Value, json};
use tresen_view::{Failure, FailureKind, RefusalView};

use crate::{error::Error, limits::AWAY_RETRY_MS};

/// An error that a caller is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    /// The documented code.
    pub code: u32,
    /// The documented second code.
    pub subcode: Option<u32>,
    /// The words after the code.
    pub title: String,
    /// What exactly; goes into `error_data`.
    pub details: Option<String>,
    /// In how many milliseconds it may work.
    pub retry_ms: Option<i64>,
}

impl ApiError {
    /// An error with a code and the documented words.
    pub(crate) fn new(code: u32) -> Self {
        Self {
            code,
            subcode: None,
            title: title_of(code).to_owned(),
            details: None,
            retry_ms: None,
        }
    }

    /// An error with a code and details.
    pub(crate) fn with(code: u32, details: impl Into<String>) -> Self {
        Self { details: Some(details.into()), ..Self::new(code) }
    }

    /// `(#100)` with these words.
    pub(crate) fn parameter(words: impl Into<String>) -> Self {
        Self { title: words.into(), ..Self::new(100) }
    }

    /// There is no such object, or it isn't the caller's: both look the same.
    pub(crate) fn unknown_object(method: &str, id: &str) -> Self {
        let title = format!(
            "Unsupported {} request. Object with ID '{id}' does not exist, cannot be loaded due to \
             missing permissions, or does not support this operation",
            method.to_ascii_lowercase(),
        );
        Self { title, subcode: Some(33), ..Self::new(100) }
    }

    /// With a time to wait.
    pub(crate) const fn after(mut self, retry_ms: i64) -> Self {
        self.retry_ms = Some(retry_ms);
        self
    }

    /// The HTTP status.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        match self.code {
            0 | 190 => StatusCode::UNAUTHORIZED,
            10 | 200..=299 | 368 | 130_497 | 131_005 | 131_031 => StatusCode::FORBIDDEN,
            132_001 => StatusCode::NOT_FOUND,
            2 | 133_004 => StatusCode::SERVICE_UNAVAILABLE,
            3 | 131_000 | 131_016 | 131_045 | 131_057 | 133_000 => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
            _ => StatusCode::BAD_REQUEST,
        }
    }

    /// The body. `trace` names this answer in the gateway's log.
    #[must_use]
    pub fn body(&self, trace: &str) -> Value {
        let kind = match self.subcode {
            Some(33) => "GraphMethodException",
            _ => "OAuthException",
        };
        let message = match self.subcode {
            Some(33) => self.title.clone(),
            _ => format!("(#{}) {}", self.code, self.title),
        };
        let mut error = json!({ "message": message, "type": kind, "code": self.code });
        if let Value::Object(fields) = &mut error {
            if let Some(subcode) = self.subcode {
                fields.insert("error_subcode".to_owned(), subcode.into());
            }
            if let Some(details) = &self.details {
                let data = json!({ "messaging_product": "whatsapp", "details": details });
                fields.insert("error_data".to_owned(), data);
            }
            if self.retry_ms.is_some() {
                fields.insert("is_transient".to_owned(), true.into());
            }
            fields.insert("fbtrace_id".to_owned(), trace.into());
        }
        json!({ "error": error })
    }

    /// As it stands in a webhook.
    #[must_use]
    pub fn in_webhook(&self) -> Value {
        json!({
            "code": self.code,
            "title": self.title,
            "message": self.title,
            "error_data": { "details": self.details.clone().unwrap_or_else(|| self.title.clone()) },
        })
    }
}

/// The documented words of a code.
const fn title_of(code: u32) -> &'static str {
    match code {
        0 => "Authentication Error",
        2 => "Service temporarily unavailable",
        3 => "Application does not have the capability to make this API call.",
        4 => "Application request limit reached",
        10 => "Application does not have permission for this action",
        80_007 => "Rate limit issues",
        100 => "Invalid parameter",
        190 => "Invalid OAuth access token - Cannot parse access token",
        130_429 => "Rate limit hit",
        131_000 => "Something went wrong",
        131_005 => "Access denied",
        131_008 => "Required parameter is missing",
        131_009 => "Parameter value is not valid",
        131_016 => "Service unavailable",
        131_021 => "Recipient cannot be sender",
        131_026 => "Message undeliverable",
        131_042 => "Business eligibility payment issue",
        131_048 => "Spam rate limit hit",
        131_047 => "Re-engagement message",
        131_049 => "This message was not delivered to maintain healthy ecosystem engagement.",
        137_000 => "Recipient identity key hash mismatch",
        139_100 => "Failed to block/unblock users",
        139_102 => "Blocklist operation failed",
        131_050 => "User has stopped messages from this business",
        131_051 => "Unsupported message type",
        131_052 => "Media download error",
        131_053 => "Media upload error",
        131_056 => "(Business Account, Consumer Account) pair rate limit hit",
        131_064 => "Message limit after template misclassification",
        132_007 => "Template format character policy violated",
        132_000 => "Number of parameters does not match the expected number of params",
        132_012 => "Parameter format does not match format in the created template",
        132_015 => "Template is paused",
        132_016 => "Template is disabled",
        132_001 => "Template name does not exist in the translation",
        _ => "An unknown error occurred",
    }
}

/// What the server refuses, in the API's words.
impl From<&RefusalView> for ApiError {
    fn from(refusal: &RefusalView) -> Self {
        let code = match refusal.reason.as_str() {
            "window_closed" | "template_required" => 131_047,
            "no_consent" => 131_050,
            "template_unknown" | "template_not_approved" => 132_001,
            "category_mismatch" => 132_007,
            "customer_limit" | "quiet_hours" => 131_049,
            "category_suspended" => 131_064,
            "tier_reached" => 131_048,
            "unpaid" => 131_042,
            _ => 131_026,
        };
        let details = match refusal.until {
            Some(until) => {
                format!("{}; again from {} on", refusal.reason, until.as_millis() / 1_000)
            }
            None => refusal.reason.clone(),
        };
        Self::with(code, details)
    }
}

/// What the SDK refuses, in the API's words.
impl From<&Failure> for ApiError {
    fn from(failure: &Failure) -> Self {
        match failure.kind {
            FailureKind::Offline | FailureKind::Busy | FailureKind::StorageFull => {
                Self::with(131_016, "the server can't be reached now").after(AWAY_RETRY_MS)
            }
            FailureKind::ConsentMissing => {
                Self::with(131_050, "the customer has taken back the permission")
            }
            FailureKind::Blocked => Self::with(131_026, "one side has blocked the other"),
            FailureKind::NotFound => {
                Self::with(131_026, "there is no such conversation or message")
            }
            FailureKind::WindowClosed => Self::with(131_047, "the service window is closed"),
            FailureKind::TooLarge => Self::with(131_009, "a limit is exceeded"),
            FailureKind::Invalid => Self::with(131_009, failure.detail.clone()),
            FailureKind::DeviceRevoked => {
                Self::with(131_005, "this gateway was removed from the business")
            }
            FailureKind::Internal
            | FailureKind::FingerprintMismatch
            | FailureKind::LinkUsedUp
            | FailureKind::LinkExpired
            | FailureKind::LinkRevoked
            | FailureKind::WrongCode
            | FailureKind::NameTaken
            | FailureKind::Untrusted
            | FailureKind::OtherWindow
            | FailureKind::OtherServer
            | FailureKind::PasskeyNeeded
            | FailureKind::PriceChanged
            | FailureKind::SoldOut
            | FailureKind::TooLate
            | FailureKind::AlreadyThere => Self::new(131_000),
        }
    }
}

impl From<Failure> for ApiError {
    fn from(failure: Failure) -> Self {
        Self::from(&failure)
    }
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        if let Error::Sdk(failure) = &error {
            return failure.into();
        }
        tracing::error!(%error, "a call failed");
        Self::new(131_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_refused_later_has_its_documented_code_and_says_until_when() {
        let refusal = |reason: &str, until| {
            let reason = reason.to_owned();
            ApiError::from(&RefusalView {
                reason,
                until,
                free_text: false,
                templates: tresen_types::Categories::default(),
                invitation: false,
            })
        };
        for (reason, code) in [
            ("window_closed", 131_047),
            ("template_required", 131_047),
            ("no_consent", 131_050),
            ("template_unknown", 132_001),
            ("template_not_approved", 132_001),
            ("category_mismatch", 132_007),
            ("customer_limit", 131_049),
            ("quiet_hours", 131_049),
            ("category_suspended", 131_064),
            ("tier_reached", 131_048),
            ("unpaid", 131_042),
            ("anything else", 131_026),
        ] {
            assert_eq!(refusal(reason, None).code, code, "{reason}");
        }
        let until = tresen_types::Timestamp::from_millis(1_700_000_000_000);
        let told = refusal("quiet_hours", Some(until)).in_webhook();
        let details = told.pointer("/error_data/details").and_then(Value::as_str);
        assert_eq!(details, Some("quiet_hours; again from 1700000000 on"));
    }

    #[test]
    fn every_code_has_words_and_its_http_status() {
        for (code, status) in [
            (0, 401),
            (190, 401),
            (10, 403),
            (131_005, 403),
            (132_001, 404),
            (2, 503),
            (3, 500),
            (131_000, 500),
            (131_016, 500),
            (4, 400),
            (100, 400),
            (80_007, 400),
            (130_429, 400),
            (131_008, 400),
            (131_009, 400),
            (131_021, 400),
            (131_026, 400),
            (131_042, 400),
            (131_047, 400),
            (131_048, 400),
            (131_049, 400),
            (131_050, 400),
            (131_051, 400),
            (131_052, 400),
            (131_053, 400),
            (131_056, 400),
            (131_064, 400),
            (132_000, 400),
            (132_007, 400),
            (132_012, 400),
            (132_015, 400),
            (132_016, 400),
            (137_000, 400),
            (139_100, 400),
            (139_102, 400),
        ] {
            let error = ApiError::new(code);
            assert_eq!(error.status().as_u16(), status, "{code}");
            assert_ne!(error.title, title_of(u32::MAX), "{code}");
        }
    }
}
