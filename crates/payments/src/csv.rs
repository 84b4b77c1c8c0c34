//! Comma-separated values as they come from spreadsheets and banks: UTF-8 or Latin-1, comma,
//! semicolon or tab, quoted or not.

use std::borrow::Cow;

use crate::{
    error::Error,
    limits::{COLUMNS_MAX, FIELD_BYTES_MAX, FILE_BYTES_MAX, ROWS_MAX},
};

/// Reads the rows of a file; empty ones fall away.
///
/// # Errors
/// When a quote isn't closed, or a limit is broken.
pub fn read(bytes: &[u8]) -> Result<Vec<Vec<String>>, Error> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(Error::Limit);
    }
    let text = decode(bytes);
    let mut reader = Reader { delimiter: delimiter(&text), ..Reader::default() };
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        if reader.is_quoted {
            match letter {
                '"' if letters.peek() == Some(&'"') => {
                    letters.next();
                    reader.push('"')?;
                }
                '"' => reader.is_quoted = false,
                other => reader.push(other)?,
            }
            continue;
        }
        match letter {
            '"' if reader.field.trim().is_empty() => {
                reader.field.clear();
                reader.is_quoted = true;
            }
            '\n' => reader.end_row()?,
            '\r' => {}
            other if other == reader.delimiter => reader.end_field()?,
            other => reader.push(other)?,
        }
    }
    if reader.is_quoted {
        return Err(Error::Malformed);
    }
    reader.end_row()?;
    Ok(reader.rows)
}

/// Writes rows with commas, every field that needs it quoted. What a spreadsheet would take for a
/// formula begins with an apostrophe.
#[must_use]
pub fn write(rows: &[Vec<String>]) -> String {
    let mut text = String::new();
    for row in rows {
        let fields: Vec<String> = row.iter().map(|field| quoted(field)).collect();
        text.push_str(&fields.join(","));
        text.push_str("\r\n");
    }
    text
}

fn quoted(field: &str) -> String {
    let is_number = field.parse::<f64>().is_ok();
    let is_formula = !is_number && field.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let field = if is_formula { format!("'{field}") } else { field.to_owned() };
    if field.contains(['"', ',', ';', '\n', '\r', '\t']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field
    }
}

#[derive(Default)]
struct Reader {
    delimiter: char,
    field: String,
    row: Vec<String>,
    rows: Vec<Vec<String>>,
    is_quoted: bool,
}

impl Reader {
    fn push(&mut self, letter: char) -> Result<(), Error> {
        if self.field.len() >= FIELD_BYTES_MAX {
            return Err(Error::Limit);
        }
        self.field.push(letter);
        Ok(())
    }

    fn end_field(&mut self) -> Result<(), Error> {
        if self.row.len() >= COLUMNS_MAX {
            return Err(Error::Limit);
        }
        let field = std::mem::take(&mut self.field);
        self.row.push(field.trim().to_owned());
        Ok(())
    }

    fn end_row(&mut self) -> Result<(), Error> {
        self.end_field()?;
        let row = std::mem::take(&mut self.row);
        if row.iter().all(String::is_empty) {
            return Ok(());
        }
        if self.rows.len() >= ROWS_MAX {
            return Err(Error::Limit);
        }
        self.rows.push(row);
        Ok(())
    }
}

pub(crate) fn decode(bytes: &[u8]) -> Cow<'_, str> {
    match str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text.trim_start_matches('\u{feff}')),
        Err(_latin) => Cow::Owned(bytes.iter().map(|byte| char::from(*byte)).collect()),
    }
}

/// Lines that decide what separates fields: banks write their own name above the header.
const LINES_LOOKED_AT: usize = 16;

/// What separates fields: the letter that stands most often outside quotes.
fn delimiter(text: &str) -> char {
    let count = |wanted: char| {
        let mut is_quoted = false;
        let mut count = 0_usize;
        for letter in text.lines().take(LINES_LOOKED_AT).flat_map(str::chars) {
            is_quoted ^= letter == '"';
            count = count.saturating_add(usize::from(!is_quoted && letter == wanted));
        }
        count
    };
    [';', '\t'].into_iter().find(|candidate| count(*candidate) > count(',')).unwrap_or(',')
}
