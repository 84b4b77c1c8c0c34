//! Words, as the search compares them: in small letters, without accents.

use std::ops::Range;

/// Letters with an accent, each behind the letter that it counts as.
const ACCENTS: [&str; 22] = [
    "aàáâãäåāăąǎạảấầẩẫậắằẳẵặ",
    "cçćĉċč",
    "dďđ",
    "eèéêëēĕėęěẹẻẽếềểễệ",
    "gĝğġģǧ",
    "hĥħ",
    "iìíîïĩīĭįıǐỉị",
    "jĵ",
    "kķǩ",
    "lĺļľŀł",
    "nñńņňŉ",
    "oòóôõöøōŏőơǒọỏốồổỗộớờởỡợ",
    "rŕŗř",
    "sśŝşšș",
    "tţťŧț",
    "uùúûüũūŭůűųưǔụủứừửữự",
    "wŵẁẃẅ",
    "yýÿŷỳỵỷỹ",
    "zźżž",
    "еѐёэ",
    "иѝй",
    "ειέή",
];

/// Letters of a word that count; more of it are dropped.
const LETTERS_MAX: usize = 40;
/// Words in a snippet, and those of them before the first hit.
const SNIPPET_WORDS: usize = 16;
const SNIPPET_BEFORE: usize = 4;

/// What is searched for: whole words, and one that may be unfinished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) whole: Vec<String>,
    pub(super) begun: String,
}

impl Wanted {
    /// Reads what somebody typed; `None` when there is no word in it.
    pub(super) fn read(typed: &str) -> Option<Self> {
        let mut whole: Vec<String> = words(typed).map(|(_place, word)| word).collect();
        let begun = whole.pop()?;
        Some(Self { whole, begun })
    }

    /// Whether a text has all of it.
    pub(super) fn is_in(&self, text: &str) -> bool {
        let found: Vec<String> = words(text).map(|(_place, word)| word).collect();
        found.iter().any(|word| word.starts_with(&self.begun))
            && self.whole.iter().all(|wanted| found.contains(wanted))
    }

    fn is_hit(&self, word: &str) -> bool {
        word.starts_with(&self.begun) || self.whole.iter().any(|wanted| wanted == word)
    }

    /// The text around the first hit, in pieces; `true` stands for what was searched for.
    pub(super) fn snippet(&self, text: &str) -> Vec<(String, bool)> {
        let found: Vec<(Range<usize>, bool)> =
            words(text).map(|(place, word)| (place, self.is_hit(&word))).collect();
        let first = found.iter().position(|(_place, is_hit)| *is_hit).unwrap_or(0);
        let from = first.saturating_sub(SNIPPET_BEFORE);
        let shown = found.get(from..).unwrap_or_default();
        let is_cut = shown.len() > SNIPPET_WORDS;
        let mut pieces: Vec<(String, bool)> = Vec::new();
        let mut at = 0;
        if from > 0 {
            at = shown.first().map_or(0, |(place, _)| place.start);
            pieces.push(("…".to_owned(), false));
        }
        let mut end = text.len();
        for (place, is_hit) in shown.iter().take(SNIPPET_WORDS) {
            end = place.end;
            if *is_hit {
                push(&mut pieces, text.get(at..place.start), false);
                push(&mut pieces, text.get(place.clone()), true);
                at = place.end;
            }
        }
        let end = if is_cut { end } else { text.len() };
        push(&mut pieces, text.get(at..end), false);
        if is_cut {
            push(&mut pieces, Some("…"), false);
        }
        pieces
    }
}

fn push(pieces: &mut Vec<(String, bool)>, text: Option<&str>, is_hit: bool) {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return };
    match pieces.last_mut() {
        Some((last, false)) if !is_hit => last.push_str(text),
        _ => pieces.push((text.to_owned(), is_hit)),
    }
}

/// The words of a text with their places in it.
pub(super) fn words(text: &str) -> impl Iterator<Item = (Range<usize>, String)> {
    let mut rest = text.char_indices().peekable();
    std::iter::from_fn(move || {
        while rest.next_if(|(_at, letter)| !is_letter(*letter)).is_some() {}
        let (start, _) = *rest.peek()?;
        let (mut end, mut word, mut length) = (start, String::new(), 0);
        while let Some((at, letter)) = rest.next_if(|(_at, letter)| is_letter(*letter)) {
            end = at.saturating_add(letter.len_utf8());
            if length < LETTERS_MAX && !is_silent(letter) {
                length = length.saturating_add(1);
                word.extend(letter.to_lowercase().filter(|part| !is_silent(*part)).map(plain));
            }
        }
        Some((start..end, word))
    })
    .filter(|(_place, word)| !word.is_empty())
}

/// Whether a word goes on: letters, digits, accents, and what joins letters in Indian scripts.
fn is_letter(letter: char) -> bool {
    letter.is_alphanumeric() || is_silent(letter) || is_indian_sign(letter)
}

/// Accents that stand alone, and joiners.
const fn is_silent(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}' | '\u{200c}' | '\u{200d}')
}

/// Nukta and virama, at the same place in the block of each script.
fn is_indian_sign(letter: char) -> bool {
    matches!(letter, '\u{900}'..='\u{d7f}') && matches!(u32::from(letter) & 0x7f, 0x3c | 0x4d)
}

/// A letter without its accent.
fn plain(letter: char) -> char {
    if letter.is_ascii() {
        return letter;
    }
    let line = ACCENTS.iter().find(|line| line.contains(letter));
    line.and_then(|line| line.chars().next()).unwrap_or(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain_words(text: &str) -> Vec<String> {
        words(text).map(|(_place, word)| word).collect()
    }

    #[test]
    fn words_lose_capitals_accents_and_punctuation() {
        assert_eq!(
            plain_words("Zwei BRÖTCHEN, s'il-vous plaît!"),
            ["zwei", "brotchen", "s", "il", "vous", "plait"]
        );
        // An accent of its own, and one in the letter.
        assert_eq!(plain_words("Cafe\u{301} Café"), ["cafe", "cafe"]);
        assert_eq!(plain_words("नमस्ते जी"), ["नमस्ते", "जी"]);
        assert_eq!(plain_words(" … 🎂 \u{301} "), Vec::<String>::new());
        assert_eq!(plain_words(&"ä".repeat(99)), ["a".repeat(LETTERS_MAX)]);
    }

    #[test]
    fn the_last_word_may_be_unfinished() {
        let wanted = Wanted::read("zwei Cro").unwrap();
        assert!(wanted.is_in("Bitte zwei Croissants"));
        assert!(!wanted.is_in("Bitte zweimal Croissants"));
        assert!(!wanted.is_in("zwei Brote"));
        assert_eq!(Wanted::read("\" ( *"), None);
    }

    #[test]
    fn a_snippet_stands_around_the_hit() {
        let wanted = Wanted::read("croiss").unwrap();
        let expected = [("two ", false), ("croissants", true), (", please", false)];
        let expected: Vec<_> =
            expected.into_iter().map(|(text, is_hit)| (text.to_owned(), is_hit)).collect();
        assert_eq!(wanted.snippet("two croissants, please"), expected);
        let long = format!("{}croissants{}", "one ".repeat(40), " more".repeat(40));
        let pieces = wanted.snippet(&long);
        assert_eq!(pieces[0], ("…one one one one ".to_owned(), false));
        assert_eq!(pieces[1], ("croissants".to_owned(), true));
        assert_eq!(pieces[2].0.matches("more").count(), 11);
        assert!(pieces[2].0.ends_with("more…"));
        assert_eq!(wanted.snippet(""), []);
    }
}
