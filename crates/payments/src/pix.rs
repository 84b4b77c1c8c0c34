//! The static Pix code: EMV tag, length, value, with a checksum at the end (BR Code).

use crate::{
    error::Error,
    limits::{
        PIX_BYTES_MAX, PIX_CITY_BYTES_MAX, PIX_KEY_BYTES_MAX, PIX_NAME_BYTES_MAX,
        PIX_REFERENCE_BYTES_MAX,
    },
};

const NO_REFERENCE: &str = "***";
const GUI: &str = "br.gov.bcb.pix";

/// A static Pix code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pix {
    /// The creditor's key.
    pub key: String,
    /// The creditor.
    pub name: String,
    /// The creditor's town.
    pub city: String,
    /// The amount in centavos; the payer types it when there is none.
    pub cents: Option<i64>,
    /// The reference; empty for none.
    pub reference: String,
}

impl Pix {
    /// Writes the code. Letters outside ASCII lose their marks or fall away: the code knows none.
    ///
    /// # Errors
    /// When a field doesn't fit.
    pub fn write(&self) -> Result<String, Error> {
        let is_key = (1..=PIX_KEY_BYTES_MAX).contains(&self.key.len())
            && self.key.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_key {
            return Err(Error::Account);
        }
        let is_reference = self.reference.len() <= PIX_REFERENCE_BYTES_MAX
            && self.reference.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !is_reference {
            return Err(Error::Reference);
        }
        let reference =
            if self.reference.is_empty() { NO_REFERENCE } else { self.reference.as_str() };
        let mut code = String::new();
        put(&mut code, "00", "01")?;
        let mut account = String::new();
        put(&mut account, "00", GUI)?;
        put(&mut account, "01", &self.key)?;
        put(&mut code, "26", &account)?;
        put(&mut code, "52", "0000")?;
        put(&mut code, "53", "986")?;
        if let Some(cents) = self.cents {
            if cents <= 0 {
                return Err(Error::Amount);
            }
            put(&mut code, "54", &format!("{}.{:02}", cents / 100, cents % 100))?;
        }
        put(&mut code, "58", "BR")?;
        put(&mut code, "59", &plain(&self.name, PIX_NAME_BYTES_MAX)?)?;
        put(&mut code, "60", &plain(&self.city, PIX_CITY_BYTES_MAX)?)?;
        let mut more = String::new();
        put(&mut more, "05", reference)?;
        put(&mut code, "62", &more)?;
        code.push_str("6304");
        let sum = checksum(code.as_bytes());
        code.push_str(&format!("{sum:04X}"));
        Ok(code)
    }
}

/// Reads a static code.
///
/// # Errors
/// When the checksum is wrong, a field is missing, doubled or not as we would write it.
pub fn read(code: &str) -> Result<Pix, Error> {
    if code.len() > PIX_BYTES_MAX {
        return Err(Error::Limit);
    }
    let mut pix = Pix {
        key: String::new(),
        name: String::new(),
        city: String::new(),
        cents: None,
        reference: String::new(),
    };
    let mut rest = code;
    while !rest.is_empty() {
        let (tag, value, after) = take(rest)?;
        match tag {
            "26" => value_of(value, "01")?.clone_into(&mut pix.key),
            "54" => pix.cents = Some(cents(value)?),
            "59" => value.clone_into(&mut pix.name),
            "60" => value.clone_into(&mut pix.city),
            "62" => {
                let reference = value_of(value, "05")?;
                if reference != NO_REFERENCE {
                    reference.clone_into(&mut pix.reference);
                }
            }
            _fixed => {}
        }
        rest = after;
    }
    if pix.write()? == code { Ok(pix) } else { Err(Error::Malformed) }
}

fn cents(value: &str) -> Result<i64, Error> {
    let (units, cents) = value.split_once('.').ok_or(Error::Malformed)?;
    let number = |text: &str| {
        let is_number = !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
        is_number.then(|| text.parse::<i64>().ok()).flatten().ok_or(Error::Malformed)
    };
    number(units)?
        .checked_mul(100)
        .and_then(|units| units.checked_add(number(cents).ok()?))
        .ok_or(Error::Amount)
}

fn value_of<'a>(fields: &'a str, wanted: &str) -> Result<&'a str, Error> {
    let mut rest = fields;
    while !rest.is_empty() {
        let (tag, value, after) = take(rest)?;
        if tag == wanted {
            return Ok(value);
        }
        rest = after;
    }
    Err(Error::Malformed)
}

/// Splits off a tag and its value.
fn take(fields: &str) -> Result<(&str, &str, &str), Error> {
    let (tag, rest) = fields.split_at_checked(2).ok_or(Error::Malformed)?;
    let (length, rest) = rest.split_at_checked(2).ok_or(Error::Malformed)?;
    let length: usize = length.parse().map_err(|_no_number| Error::Malformed)?;
    let (value, rest) = rest.split_at_checked(length).ok_or(Error::Malformed)?;
    Ok((tag, value, rest))
}

fn put(code: &mut String, tag: &str, value: &str) -> Result<(), Error> {
    if value.is_empty() || value.len() > 99 {
        return Err(Error::Text);
    }
    code.push_str(tag);
    code.push_str(&format!("{:02}", value.len()));
    code.push_str(value);
    Ok(())
}

/// A text as the code knows it: ASCII, cut at its length.
fn plain(text: &str, bytes_max: usize) -> Result<String, Error> {
    let plain: String = text.trim().chars().filter_map(ascii).take(bytes_max).collect();
    let plain = plain.trim_end();
    if plain.is_empty() { Err(Error::Text) } else { Ok(plain.to_owned()) }
}

fn ascii(letter: char) -> Option<char> {
    Some(match letter {
        'á' | 'à' | 'â' | 'ã' | 'ä' => 'a',
        'Á' | 'À' | 'Â' | 'Ã' | 'Ä' => 'A',
        'é' | 'ê' | 'è' => 'e',
        'É' | 'Ê' | 'È' => 'E',
        'í' => 'i',
        'Í' => 'I',
        'ó' | 'ô' | 'õ' | 'ö' => 'o',
        'Ó' | 'Ô' | 'Õ' | 'Ö' => 'O',
        'ú' | 'ü' => 'u',
        'Ú' | 'Ü' => 'U',
        'ç' => 'c',
        'Ç' => 'C',
        letter if letter.is_ascii_graphic() || letter == ' ' => letter,
        _other => return None,
    })
}

/// CRC-16/CCITT-FALSE.
fn checksum(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xFFFF_u16, |sum, byte| {
        (0..8).fold(sum ^ (u16::from(*byte) << 8), |sum, _bit| {
            if sum & 0x8000 == 0 { sum << 1 } else { (sum << 1) ^ 0x1021 }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_has_the_published_check_value() {
        assert_eq!(checksum(b"123456789"), 0x29B1);
    }
}
