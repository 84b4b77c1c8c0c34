//! Templates with a one-time code: their words are the same for everybody, as with the original.

use serde_json::{Map, Value};
use tresen_view::{ButtonDraft, ParameterType, TemplateDraft};

use super::draft::{odd, parameter};
use crate::{api_error::ApiError, limits::CODE_MINUTES_MAX};

/// The words of a language: the code, the warning, the end of its time.
struct Words {
    code: &'static str,
    warning: &'static str,
    ends: (&'static str, &'static str),
}

const ENGLISH: Words = Words {
    code: "Your verification code is {{1}}.",
    warning: " For your security, do not share this code.",
    ends: ("This code expires in ", " minutes."),
};
const GERMAN: Words = Words {
    code: "Dein Bestätigungscode ist {{1}}.",
    warning: " Gib diesen Code zu deiner Sicherheit nicht weiter.",
    ends: ("Der Code gilt ", " Minuten."),
};
const HINDI: Words = Words {
    code: "आपका सत्यापन कोड {{1}} है।",
    warning: " सुरक्षा के लिए यह कोड किसी को न बताएँ।",
    ends: ("यह कोड ", " मिनट तक मान्य है।"),
};

fn words(language: &str) -> &'static Words {
    match language.split('-').next() {
        Some("de") => &GERMAN,
        Some("hi") => &HINDI,
        _ => &ENGLISH,
    }
}

/// The body; what a program writes itself isn't taken.
pub(super) fn body(draft: &mut TemplateDraft, component: &Map<String, Value>) -> String {
    let words = words(&draft.language);
    drop(parameter(draft, ParameterType::Code, "123456".to_owned()));
    let warns = component.get("add_security_recommendation").and_then(Value::as_bool);
    let warning = if warns == Some(true) { words.warning } else { "" };
    format!("{}{warning}", words.code)
}

/// The line that says how long the code counts.
pub(super) fn footer(language: &str, component: &Map<String, Value>) -> Result<String, ApiError> {
    let Some(minutes) = component.get("code_expiration_minutes") else { return Ok(String::new()) };
    let minutes = minutes.as_u64().filter(|minutes| (1..=CODE_MINUTES_MAX).contains(minutes));
    let minutes = minutes.ok_or_else(|| odd("code_expiration_minutes"))?;
    let (before, after) = words(language).ends;
    Ok(format!("{before}{minutes}{after}"))
}

/// The button that copies the code.
pub(super) fn button(
    draft: &TemplateDraft,
    text: String,
    kind: &str,
) -> Result<ButtonDraft, ApiError> {
    if !["COPY_CODE", "ONE_TAP", "ZERO_TAP"].contains(&kind) {
        return Err(odd("otp_type"));
    }
    let place = draft.parameters.iter().position(|known| known.kind == ParameterType::Code);
    let code = place.ok_or_else(|| odd("OTP"))?.saturating_add(1).to_string();
    let text = if text.is_empty() { "Copy code".to_owned() } else { text };
    Ok(ButtonDraft::OneTimeCode { text, code })
}
