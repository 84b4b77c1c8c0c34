//! An address book that a business brings along: vCard 2.1 to 4.0, or a table (CSV).
//!
//! ```text
//! bytes ─▶ vcard, or table ─▶ Draft: whatever fields say ─▶ Contact: clean, within limits, once
//! ```
//!
//! What stands in it is asserted by the business, and by nobody else: it is no consent, and opens no
//! conversation. A business can invite these people by its link, outside of here.

mod table;
mod vcard;

use std::{borrow::Cow, collections::BTreeSet};

use crate::limits::{
    ADDRESS_BOOK_BYTES_MAX, ADDRESS_BOOK_CONTACTS_MAX, CONTACT_NOTE_CHARACTERS_MAX,
    CONTACT_TEXT_CHARACTERS_MAX, CONTACT_WAYS_MAX, PHONE_DIGITS,
};

/// Somebody in an address book.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Contact {
    /// The name as it is shown; what else is known stands for it where there is none.
    pub name: String,
    /// The organisation; may be empty.
    pub organisation: String,
    /// Phone numbers: digits, with a plus before those that name a country.
    pub phones: Vec<String>,
    /// Addresses of electronic mail.
    pub emails: Vec<String>,
    /// A few words; may be empty.
    pub note: String,
}

/// What an address book holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddressBook {
    /// The contacts, in the order in which they stand there, each once.
    pub contacts: Vec<Contact>,
    /// How many stand there again, word for word.
    pub doubled: usize,
    /// How many have neither a name nor a number nor an address.
    pub empty: usize,
}

impl AddressBook {
    /// A CSV table for a mail program: name, organisation, phone, email and, for each, `link`.
    #[must_use]
    pub fn invitations(&self, link: &str) -> String {
        table::write(&self.contacts, link)
    }
}

/// Why a file isn't read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContactsError {
    /// The file, or a part of it, is over its limit.
    #[error("the address book is too large")]
    TooLarge,
    /// It is packed: what comes out of it could be of any size.
    #[error("the address book is packed; unpack it first")]
    Packed,
    /// It is a picture, a document or another kind of file.
    #[error("the file is no address book")]
    NotText,
    /// A table whose first row names no column that is known.
    #[error("the first row of the table names neither names nor numbers")]
    NoColumns,
    /// A card or a quote is never closed.
    #[error("the address book is broken off")]
    BrokenOff,
}

/// Reads an address book.
///
/// # Errors
/// When the bytes are none, or over a limit.
pub fn read(bytes: &[u8]) -> Result<AddressBook, ContactsError> {
    if bytes.len() > ADDRESS_BOOK_BYTES_MAX {
        return Err(ContactsError::TooLarge);
    }
    if PACKED.iter().any(|begin| bytes.starts_with(begin)) {
        return Err(ContactsError::Packed);
    }
    if bytes.contains(&0) {
        return Err(ContactsError::NotText);
    }
    let text = decode(bytes);
    let drafts = if vcard::is_one(&text) { vcard::read(&text)? } else { table::read(bytes)? };
    Ok(book(drafts))
}

/// How files begin that hold others: zip, gzip, bzip2, xz, 7z, zstd, rar.
const PACKED: [&[u8]; 7] =
    [b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"\x28\xb5\x2f\xfd", b"Rar!"];

/// What fields say about somebody, before anybody has looked at it.
#[derive(Default)]
struct Draft {
    name: String,
    /// Given and family name, where the name isn't said in one.
    given: String,
    family: String,
    organisation: String,
    phones: Vec<String>,
    emails: Vec<String>,
    note: String,
}

/// UTF-8, or else Latin-1, as spreadsheets and old phones write it.
fn decode(bytes: &[u8]) -> Cow<'_, str> {
    match str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text.trim_start_matches('\u{feff}')),
        Err(_latin) => Cow::Owned(bytes.iter().map(|byte| char::from(*byte)).collect()),
    }
}

fn book(drafts: Vec<Draft>) -> AddressBook {
    let mut book = AddressBook::default();
    let mut seen = BTreeSet::new();
    for draft in drafts {
        let Some(contact) = contact(draft) else {
            book.empty = book.empty.saturating_add(1);
            continue;
        };
        if seen.insert(contact.clone()) {
            book.contacts.push(contact);
        } else {
            book.doubled = book.doubled.saturating_add(1);
        }
    }
    book
}

fn contact(draft: Draft) -> Option<Contact> {
    let phones = distinct(draft.phones.iter().filter_map(|phone| clean_phone(phone)));
    let emails = distinct(draft.emails.iter().filter_map(|email| clean_email(email)));
    let organisation = clean(&draft.organisation, CONTACT_TEXT_CHARACTERS_MAX);
    let parts = [draft.given, draft.family].join(" ");
    let candidates =
        [&draft.name, &parts, &organisation].map(|name| clean(name, CONTACT_TEXT_CHARACTERS_MAX));
    let named = candidates.into_iter().find(|name| !name.is_empty());
    let name = named.or_else(|| emails.first().or(phones.first()).cloned())?;
    let note = clean(&draft.note, CONTACT_NOTE_CHARACTERS_MAX);
    Some(Contact { name, organisation, phones, emails, note })
}

fn distinct(all: impl Iterator<Item = String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for one in all {
        if kept.len() < CONTACT_WAYS_MAX && !kept.contains(&one) {
            kept.push(one);
        }
    }
    kept
}

/// A text in one line, without what can't be seen and what turns the text around it: only so many
/// characters of it. Letters of any script stay, and what joins them and emoji.
fn clean(text: &str, characters_max: usize) -> String {
    let letters = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter });
    let visible: String = letters.filter(|letter| !is_trick(*letter)).collect();
    let line = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(characters_max).collect::<String>().trim_end().to_owned()
}

/// Whether a character turns the text around it, or is there without being seen.
const fn is_trick(letter: char) -> bool {
    matches!(
        letter,
        '\u{ad}'
            | '\u{200b}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
    )
}

/// A number as it is dialled; none when it can't be one.
fn clean_phone(text: &str) -> Option<String> {
    let text = text.trim();
    let text = text.strip_prefix("tel:").unwrap_or(text);
    // Parameters of an address, and what is dialled when somebody answers.
    let text = text.split([';', ',', 'x', 'X']).next().unwrap_or_default();
    if text.chars().any(char::is_alphabetic) {
        return None;
    }
    // The figures of other scripts are figures too.
    let digits: String =
        text.chars().filter_map(figure).filter_map(|digit| char::from_digit(digit, 10)).collect();
    let is_global = text.trim_start().starts_with('+') || text.trim_start().starts_with("(+");
    let rest = digits.strip_prefix("00").filter(|_rest| !is_global);
    let (plus, digits) = match rest {
        Some(rest) => ("+", rest.to_owned()),
        None if is_global => ("+", digits),
        None => ("", digits),
    };
    PHONE_DIGITS.contains(&digits.len()).then(|| format!("{plus}{digits}"))
}

/// What a figure stands for: ASCII, Arabic, Persian, Devanagari.
fn figure(letter: char) -> Option<u32> {
    let zero = match letter {
        '0'..='9' => '0',
        '\u{660}'..='\u{669}' => '\u{660}',
        '\u{6f0}'..='\u{6f9}' => '\u{6f0}',
        '\u{966}'..='\u{96f}' => '\u{966}',
        _other => return None,
    };
    u32::from(letter).checked_sub(u32::from(zero))
}

fn clean_email(text: &str) -> Option<String> {
    let text = text.trim();
    let text = text.strip_prefix("mailto:").unwrap_or(text);
    let (user, host) = text.rsplit_once('@')?;
    let is_sound = |part: &str| {
        !part.is_empty()
            && !part.chars().any(|letter| {
                letter.is_whitespace()
                    || letter.is_control()
                    || is_trick(letter)
                    || matches!(letter, '<' | '>' | '"' | '@' | ',' | ';')
            })
    };
    let is_short = text.chars().count() <= CONTACT_TEXT_CHARACTERS_MAX;
    (is_sound(user) && is_sound(host) && is_short).then(|| text.to_owned())
}

/// Adds a contact, if there is room for more.
fn add(drafts: &mut Vec<Draft>, draft: Draft) -> Result<(), ContactsError> {
    if drafts.len() >= ADDRESS_BOOK_CONTACTS_MAX {
        return Err(ContactsError::TooLarge);
    }
    drafts.push(draft);
    Ok(())
}
