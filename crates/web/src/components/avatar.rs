//! A person's circle with initials.

use leptos::prelude::*;

use super::{Glyph, Icon};

/// The first letters of up to two words. In scripts that join letters to syllables, the first
/// consonant with its signs; there one syllable is enough.
#[must_use]
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric));
    let Some(first) = words.next() else { return "·".to_owned() };
    let is_latin = first.chars().next().is_some_and(|letter| letter < '\u{530}');
    if !is_latin {
        return syllable(first);
    }
    [Some(first), words.next_back()]
        .into_iter()
        .flatten()
        .filter_map(|word| word.chars().find(|letter| letter.is_alphanumeric()))
        .flat_map(char::to_uppercase)
        .collect()
}

/// The first letter with the marks that belong to it.
fn syllable(word: &str) -> String {
    let mut text = String::new();
    let mut joins = false;
    for letter in word.chars() {
        let is_mark = matches!(letter, '\u{300}'..='\u{36f}' | '\u{900}'..='\u{903}'
            | '\u{93a}'..='\u{94f}' | '\u{951}'..='\u{957}' | '\u{962}' | '\u{963}' | '\u{200d}');
        if !text.is_empty() && !is_mark && !joins {
            break;
        }
        joins = letter == '\u{94d}';
        text.push(letter);
    }
    text
}

/// One of the ten colours, always the same for a name.
#[must_use]
pub fn avatar_colour(name: &str) -> String {
    const NAMES: [&str; 10] = [
        "indigo", "rose", "lagoon", "crust", "violet", "moss", "brick", "honey", "spruce", "slate",
    ];
    let hash = name.bytes().fold(17_usize, |hash, byte| {
        hash.wrapping_mul(31).wrapping_add(usize::from(byte)) & 0xffff
    });
    format!("c-{}", NAMES.get(hash % NAMES.len()).copied().unwrap_or("slate"))
}

/// A circle with initials, or with an icon for a device; decorative.
#[component]
pub fn Avatar(
    #[prop(into)] name: String,
    /// Pixels; one of 22, 32, 36, 40, 44, 48, 52, 72, 96.
    #[prop(default = 44)]
    size: u16,
    #[prop(optional)] glyph: Option<Glyph>,
) -> impl IntoView {
    let content = match glyph {
        Some(glyph) => view! { <Icon glyph /> }.into_any(),
        None => view! { <span>{initials(&name)}</span> }.into_any(),
    };
    let colour = if glyph.is_some() { "c-slate".to_owned() } else { avatar_colour(&name) };
    view! { <span class=format!("av z{size} {colour}") aria-hidden="true">{content}</span> }
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn initials_of_several_scripts() {
        assert_eq!(initials("Jonas Weber"), "JW");
        assert_eq!(initials("jonas"), "J");
        assert_eq!(initials("प्रिया शर्मा"), "प्रि");
        assert_eq!(initials("  "), "·");
    }
}
