//! An address book as cards: vCard 2.1, 3.0 (RFC 2426) and 4.0 (RFC 6350).
//!
//! Lines are unfolded one by one, and what isn't looked for, such as photos, is never copied.

use super::{ContactsError, Draft, add};
use crate::limits::CONTACT_FIELD_BYTES_MAX;

const BEGIN: &str = "BEGIN:VCARD";
const END: &str = "END:VCARD";

/// Whether a text begins as cards do.
pub(super) fn is_one(text: &str) -> bool {
    let first = text.trim_start();
    first.get(..BEGIN.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(BEGIN))
}

pub(super) fn read(text: &str) -> Result<Vec<Draft>, ContactsError> {
    let mut drafts = Vec::new();
    let mut card: Option<Draft> = None;
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let bare = line.trim_end();
        if bare.eq_ignore_ascii_case(BEGIN) {
            // A card within a card, as an agent's, is none of this one.
            card = Some(Draft::default());
        } else if bare.eq_ignore_ascii_case(END) {
            if let Some(card) = card.take() {
                add(&mut drafts, card)?;
            }
        } else if let Some(card) = &mut card
            && let Some(property) = Property::of(line)
        {
            let value = value(&property, &mut lines);
            take_in(card, &property, &value);
        }
    }
    if card.is_some() { Err(ContactsError::BrokenOff) } else { Ok(drafts) }
}

/// A line that is looked for, as far as its colon.
struct Property<'a> {
    name: Name,
    is_quoted_printable: bool,
    is_latin: bool,
    begin: &'a str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Name {
    Formatted,
    Parts,
    Organisation,
    Phone,
    Email,
    Note,
}

impl<'a> Property<'a> {
    fn of(line: &'a str) -> Option<Self> {
        let colon = unquoted_colon(line)?;
        let (head, rest) = line.split_at_checked(colon)?;
        let mut parts = head.split(';');
        let name = parts.next()?;
        // Apple puts a group before the name.
        let name = name.rsplit('.').next().unwrap_or(name);
        let name = match name.to_ascii_uppercase().as_str() {
            "FN" => Name::Formatted,
            "N" => Name::Parts,
            "ORG" => Name::Organisation,
            "TEL" => Name::Phone,
            "EMAIL" => Name::Email,
            "NOTE" => Name::Note,
            _other => return None,
        };
        let mut property = Self {
            name,
            is_quoted_printable: false,
            is_latin: false,
            begin: rest.strip_prefix(':')?,
        };
        for parameter in parts {
            let parameter = parameter.to_ascii_uppercase();
            property.is_quoted_printable |= parameter.ends_with("QUOTED-PRINTABLE");
            property.is_latin |= parameter.ends_with("ISO-8859-1");
        }
        Some(property)
    }
}

/// The colon that ends name and parameters.
fn unquoted_colon(line: &str) -> Option<usize> {
    let mut is_quoted = false;
    for (at, letter) in line.char_indices() {
        match letter {
            '"' => is_quoted = !is_quoted,
            ':' if !is_quoted => return Some(at),
            _other => {}
        }
    }
    None
}

/// The whole value: lines that were folded put together, no more of them than fit.
fn value<'a>(
    property: &Property<'a>,
    lines: &mut std::iter::Peekable<impl Iterator<Item = &'a str>>,
) -> String {
    let mut value = property.begin.trim_end_matches('\r').to_owned();
    loop {
        let is_soft = property.is_quoted_printable && value.ends_with('=');
        let Some(next) = lines.next_if(|next| is_soft || next.starts_with([' ', '\t'])) else {
            break;
        };
        if is_soft {
            value.pop();
        }
        let next = next.trim_end_matches('\r');
        let more = if is_soft { next } else { next.get(1..).unwrap_or_default() };
        if value.len() <= CONTACT_FIELD_BYTES_MAX {
            value.push_str(more);
        }
    }
    if property.is_quoted_printable { unprintable(&value, property.is_latin) } else { value }
}

/// Bytes written as `=C3=A4`.
fn unprintable(value: &str, is_latin: bool) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        match hexadecimal(rest.clone()).filter(|_decoded| byte == b'=') {
            Some(decoded) => {
                bytes.push(decoded);
                rest.by_ref().take(2).for_each(drop);
            }
            None => bytes.push(byte),
        }
    }
    if is_latin {
        return bytes.into_iter().map(char::from).collect();
    }
    super::decode(&bytes).into_owned()
}

/// The byte that the next two figures stand for.
fn hexadecimal(mut next: std::str::Bytes<'_>) -> Option<u8> {
    let high = char::from(next.next()?).to_digit(16)?;
    let low = char::from(next.next()?).to_digit(16)?;
    u8::try_from(high.checked_mul(16)?.checked_add(low)?).ok()
}

fn take_in(card: &mut Draft, property: &Property<'_>, value: &str) {
    match property.name {
        Name::Formatted if card.name.is_empty() => card.name = unescape(value),
        Name::Parts => {
            let mut parts = components(value);
            card.family = parts.next().unwrap_or_default();
            card.given = parts.next().unwrap_or_default();
        }
        Name::Organisation if card.organisation.is_empty() => {
            card.organisation = components(value).next().unwrap_or_default();
        }
        Name::Phone => card.phones.push(value.to_owned()),
        Name::Email => card.emails.push(unescape(value)),
        Name::Note if card.note.is_empty() => card.note = unescape(value),
        Name::Formatted | Name::Organisation | Name::Note => {}
    }
}

/// The parts between semicolons that aren't escaped.
fn components(value: &str) -> impl Iterator<Item = String> {
    let mut is_escaped = false;
    let parts = value.split(move |letter| {
        let is_end = letter == ';' && !is_escaped;
        is_escaped = letter == '\\' && !is_escaped;
        is_end
    });
    parts.map(unescape)
}

fn unescape(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut letters = value.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some('n' | 'N') => text.push('\n'),
                Some(other) => text.push(other),
                None => {}
            },
            other => text.push(other),
        }
    }
    text
}
