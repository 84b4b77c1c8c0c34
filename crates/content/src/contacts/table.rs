//! An address book as a table: the first row names the columns, as Google, Outlook, phones and people do.

use tresen_payments::csv;

use super::{Contact, ContactsError, Draft, add};

/// What a column says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    Name,
    Given,
    Family,
    Organisation,
    Phone,
    Email,
    Note,
    Unknown,
}

/// Words of a column's name, the first that fits counts; in small letters without marks.
const WORDS: &[(&str, Column)] = &[
    ("phonetic", Column::Unknown),
    ("label", Column::Unknown),
    ("type", Column::Unknown),
    ("e-mail", Column::Email),
    ("email", Column::Email),
    ("mail", Column::Email),
    ("ईमेल", Column::Email),
    ("fax", Column::Unknown),
    ("phone", Column::Phone),
    ("mobile", Column::Phone),
    ("handy", Column::Phone),
    ("telefon", Column::Phone),
    ("mobil", Column::Phone),
    ("tel", Column::Phone),
    ("फ़ोन", Column::Phone),
    ("फोन", Column::Phone),
    ("मोबाइल", Column::Phone),
    ("organization", Column::Organisation),
    ("organisation", Column::Organisation),
    ("company", Column::Organisation),
    ("firma", Column::Organisation),
    ("कंपनी", Column::Organisation),
    ("first name", Column::Given),
    ("given name", Column::Given),
    ("vorname", Column::Given),
    ("last name", Column::Family),
    ("family name", Column::Family),
    ("surname", Column::Family),
    ("nachname", Column::Family),
    ("middle name", Column::Unknown),
    ("nickname", Column::Unknown),
    ("file as", Column::Unknown),
    ("name", Column::Name),
    ("नाम", Column::Name),
    ("notes", Column::Note),
    ("note", Column::Note),
    ("notiz", Column::Note),
    ("bemerkung", Column::Note),
];

/// The first row of what is written; names that mail programs know.
const WRITTEN: [&str; 5] = ["name", "organisation", "phone", "email", "link"];

/// A table with a link for each, and the first number and address of those who have several.
pub(super) fn write(contacts: &[Contact], link: &str) -> String {
    let mut rows = vec![WRITTEN.map(ToOwned::to_owned).to_vec()];
    rows.extend(contacts.iter().map(|contact| {
        let first = |ways: &[String]| ways.first().cloned().unwrap_or_default();
        let (phone, email) = (first(&contact.phones), first(&contact.emails));
        vec![contact.name.clone(), contact.organisation.clone(), phone, email, link.to_owned()]
    }));
    csv::write(&rows)
}

pub(super) fn read(bytes: &[u8]) -> Result<Vec<Draft>, ContactsError> {
    let rows = csv::read(bytes).map_err(|error| match error {
        tresen_payments::Error::Limit => ContactsError::TooLarge,
        _broken => ContactsError::BrokenOff,
    })?;
    let mut rows = rows.into_iter();
    let columns: Vec<Column> =
        rows.next().unwrap_or_default().iter().map(|name| column(name)).collect();
    let is_known = |column: &Column| {
        matches!(column, Column::Name | Column::Given | Column::Phone | Column::Email)
    };
    if !columns.iter().any(is_known) {
        return Err(ContactsError::NoColumns);
    }
    let mut drafts = Vec::new();
    for row in rows {
        let mut draft = Draft::default();
        for (column, field) in columns.iter().zip(row) {
            match column {
                Column::Name => put(&mut draft.name, field),
                Column::Given => put(&mut draft.given, field),
                Column::Family => put(&mut draft.family, field),
                Column::Organisation => put(&mut draft.organisation, field),
                // Google puts several into one field.
                Column::Phone => draft.phones.extend(field.split(":::").map(ToOwned::to_owned)),
                Column::Email => draft.emails.extend(field.split(":::").map(ToOwned::to_owned)),
                Column::Note => put(&mut draft.note, field),
                Column::Unknown => {}
            }
        }
        add(&mut drafts, draft)?;
    }
    Ok(drafts)
}

/// The first column of a kind that says something counts.
fn put(place: &mut String, field: String) {
    if place.is_empty() {
        // What our own files put before what a spreadsheet takes for a formula.
        *place = field.strip_prefix('\'').map(ToOwned::to_owned).unwrap_or(field);
    }
}

fn column(name: &str) -> Column {
    let name = name.to_lowercase();
    let found = WORDS.iter().find(|(word, _column)| name.contains(word));
    found.map_or(Column::Unknown, |(_word, column)| *column)
}
