//! The bytes of a webhook and their signatures. ASCII alone, compact, nothing escaped that needn't be:
//! so a signature also fits what programs make of the parsed body again.

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::secret::{hex, mac1, mac256};

/// JSON in ASCII, with lower-case escapes.
pub(crate) fn ascii(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    let mut units = [0_u16; 2];
    for character in json.chars() {
        if character.is_ascii() {
            text.push(character);
        } else {
            for unit in character.encode_utf16(&mut units) {
                text.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    text
}

/// The headers that prove where a body comes from.
pub(crate) fn headers(app_secret: &str, body: &[u8]) -> HeaderMap {
    let key = app_secret.as_bytes();
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("x-hub-signature-256", format!("sha256={}", hex(&mac256(key, body)))),
        ("x-hub-signature", format!("sha1={}", hex(&mac1(key, body)))),
    ] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_ascii_with_lower_case_escapes_and_nothing_else_escaped() {
        let json = serde_json::json!({ "a": "Grüß/@ 👋\n" }).to_string();
        assert_eq!(ascii(&json), r#"{"a":"Gr\u00fc\u00df/@ \ud83d\udc4b\n"}"#);
    }

    #[test]
    fn signatures_are_those_of_the_rfcs() {
        let headers = headers("key", b"The quick brown fox jumps over the lazy dog");
        let of = |name: &str| headers.get(name).unwrap().to_str().unwrap().to_owned();
        assert_eq!(
            of("x-hub-signature-256"),
            "sha256=f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8"
        );
        assert_eq!(of("x-hub-signature"), "sha1=de7c9b85b8b78aa6bc8a7a36f70a90701c9db4d9");
    }
}
