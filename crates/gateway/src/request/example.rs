//! Bodies of sends, for programs of our own that measure and check.

use serde_json::{Value, json};

/// A text.
#[must_use]
pub fn text(to: &str, text: &str) -> Value {
    json!({
        "messaging_product": "whatsapp",
        "to": to,
        "type": "text",
        "text": { "body": text },
    })
}

/// A message of a template with texts in its body.
#[must_use]
pub fn template(to: &str, name: &str, language: &str, values: &[&str]) -> Value {
    let values: Vec<Value> =
        values.iter().map(|value| json!({ "type": "text", "text": value })).collect();
    json!({
        "messaging_product": "whatsapp",
        "to": to,
        "type": "template",
        "template": {
            "name": name,
            "language": { "code": language },
            "components": [{ "type": "body", "parameters": values }],
        },
    })
}
