//! What texts that are shown to strangers may hold.

use crate::error::Error;

/// Checks a text of one line: no control characters, nothing that changes the direction of what
/// stands beside it (look-alike names are made with these).
pub(crate) fn line(text: &str) -> Result<String, Error> {
    if text.chars().any(is_forbidden) { Err(Error::Value) } else { Ok(text.to_owned()) }
}

/// Checks a text of several lines: as [`line()`], but with line feeds.
pub(crate) fn lines(text: &str) -> Result<String, Error> {
    if text.chars().any(|c| c != '\n' && is_forbidden(c)) {
        Err(Error::Value)
    } else {
        Ok(text.to_owned())
    }
}

/// Checks an origin: scheme and host as browsers write them, without path or trailing slash.
pub(crate) fn origin(text: &str) -> Result<String, Error> {
    // Plain http is for `localhost` and tests; which scheme is acceptable is the caller's rule.
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let is_host = |host: &str| {
        !host.is_empty()
            && host.bytes().all(|byte| {
                byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-:[]".contains(&byte)
            })
    };
    if host.is_some_and(is_host) { Ok(text.to_owned()) } else { Err(Error::Value) }
}

/// Checks the form of a language tag: letters, digits and hyphens.
pub(crate) fn language(text: &str) -> Result<String, Error> {
    let is_tag =
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if is_tag { Ok(text.to_owned()) } else { Err(Error::Value) }
}

/// Checks a website: https, printable ASCII, and a host.
pub(crate) fn website(text: &str) -> Result<String, Error> {
    let rest = text.strip_prefix("https://").ok_or(Error::Value)?;
    let has_host = !rest.is_empty() && !rest.starts_with(['/', '?', '#', '@']);
    if has_host && rest.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(text.to_owned())
    } else {
        Err(Error::Value)
    }
}

fn is_forbidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{2028}' | '\u{2029}'
            | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_turn_the_text_around() {
        assert!(line("Bäckerei Korn & Söhne").is_ok());
        assert!(line("शर्मा मिठाई").is_ok());
        assert_eq!(line("abc\u{202e}def"), Err(Error::Value));
        assert_eq!(line("two\nlines"), Err(Error::Value));
        assert!(lines("two\nlines").is_ok());
    }

    #[test]
    fn origins_and_websites_have_one_form() {
        assert!(origin("https://tresen.example").is_ok());
        assert!(origin("http://localhost:8080").is_ok());
        for wrong in ["https://", "https://a/", "https://A", "ftp://a", "https://a b", ""] {
            assert_eq!(origin(wrong), Err(Error::Value), "{wrong}");
        }
        assert!(website("https://korn.example/brot?x=1").is_ok());
        for wrong in ["http://korn.example", "https:///x", "https://a b", "javascript:alert(1)"] {
            assert_eq!(website(wrong), Err(Error::Value), "{wrong}");
        }
    }
}
