//! Placeholders of quick replies, greetings and away messages: `{name}` is the customer, `{agent}` who
//! answers, anything else in braces is asked for.

/// What stands for the customer.
pub const NAME: &str = "name";
/// What stands for who answers.
pub const AGENT: &str = "agent";
/// The longest name of a placeholder, in characters; anything longer is text.
const PLACEHOLDER_CHARACTERS_MAX: usize = 40;

/// The placeholders of a text in their order, each once.
#[must_use]
pub fn placeholders(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for piece in pieces(text) {
        if let Piece::Placeholder(name) = piece
            && !found.iter().any(|known| known == name)
        {
            found.push(name.to_owned());
        }
    }
    found
}

/// Fills the placeholders; one without a value stays as it is.
#[must_use]
pub fn fill(text: &str, value_of: impl Fn(&str) -> Option<String>) -> String {
    let mut filled = String::with_capacity(text.len());
    for piece in pieces(text) {
        match piece {
            Piece::Text(text) => filled.push_str(text),
            Piece::Placeholder(name) => {
                if let Some(value) = value_of(name) {
                    filled.push_str(&value);
                } else {
                    filled.push('{');
                    filled.push_str(name);
                    filled.push('}');
                }
            }
        }
    }
    filled
}

enum Piece<'a> {
    Text(&'a str),
    Placeholder(&'a str),
}

fn pieces(mut text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    while let Some((before, after)) = text.split_once('{') {
        pieces.push(Piece::Text(before));
        match after.split_once('}') {
            Some((name, rest)) if is_name(name) => {
                pieces.push(Piece::Placeholder(name));
                text = rest;
            }
            _ => {
                pieces.push(Piece::Text("{"));
                text = after;
            }
        }
    }
    pieces.push(Piece::Text(text));
    pieces
}

fn is_name(name: &str) -> bool {
    let is_fitting = |character: char| {
        character.is_alphanumeric() || character == ' ' || character == '_' || is_mark(character)
    };
    !name.trim().is_empty()
        && name.chars().count() <= PLACEHOLDER_CHARACTERS_MAX
        && name.chars().all(is_fitting)
}

/// Vowel signs and the like, which stand on letters in many scripts.
fn is_mark(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36f}' | '\u{900}'..='\u{97f}' | '\u{200c}' | '\u{200d}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_ones_are_filled_and_others_are_asked_for() {
        let text = "Hello {name}, ready on {day} at {time}. {name}: {agent}";
        assert_eq!(placeholders(text), ["name", "day", "time", "agent"]);
        let filled = fill(text, |name| match name {
            NAME => Some("{day}".to_owned()),
            AGENT => Some("Ben".to_owned()),
            "day" => Some("Monday".to_owned()),
            _ => None,
        });
        assert_eq!(filled, "Hello {day}, ready on Monday at {time}. {day}: Ben");
    }

    #[test]
    fn braces_without_a_name_are_text() {
        for text in ["{}", "a { b", "{ }", "}{", "{<b>}", "{{"] {
            assert!(placeholders(text).is_empty(), "{text}");
            assert_eq!(fill(text, |_| Some("x".to_owned())), text);
        }
        assert_eq!(placeholders("{{नाम}"), ["नाम"]);
    }
}
