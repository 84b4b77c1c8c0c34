//! References that a bank carries unchanged, so that a statement finds its request again: the
//! creditor reference (ISO 11649, `RF…`) and the Swiss QR reference.

use crate::{error::Error, limits::CREDITOR_REFERENCE_CHARACTERS_MAX};

const QR_REFERENCE_DIGITS: usize = 27;
/// The carry of the recursive modulo 10.
const CARRY: [u8; 10] = [0, 9, 4, 6, 8, 2, 7, 1, 3, 5];

/// Makes `RF`, two check digits and the body; the body has capital letters and digits.
///
/// # Errors
/// [`Error::Reference`].
pub fn creditor_reference(body: &str) -> Result<String, Error> {
    let is_form = (1..=CREDITOR_REFERENCE_CHARACTERS_MAX).contains(&body.len())
        && body.bytes().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit());
    let rest = remainder_97(body.bytes().chain(*b"RF00"));
    match rest {
        Some(rest) if is_form => Ok(format!("RF{:02}{body}", 98_u32.saturating_sub(rest))),
        _ => Err(Error::Reference),
    }
}

/// Whether a creditor reference's digits check.
#[must_use]
pub fn is_creditor_reference(reference: &str) -> bool {
    let Some((head, body)) = reference.split_at_checked(4) else { return false };
    head.starts_with("RF")
        && head.bytes().skip(2).all(|digit| digit.is_ascii_digit())
        && (1..=CREDITOR_REFERENCE_CHARACTERS_MAX).contains(&body.len())
        && remainder_97(body.bytes().chain(head.bytes())) == Some(1)
}

/// Makes the 27 digits of a Swiss QR reference of at most 26.
///
/// # Errors
/// [`Error::Reference`].
pub fn qr_reference(digits: &str) -> Result<String, Error> {
    if digits.is_empty() || digits.len() >= QR_REFERENCE_DIGITS {
        return Err(Error::Reference);
    }
    let check = check_digit(digits).ok_or(Error::Reference)?;
    Ok(format!("{digits:0>26}{check}"))
}

/// Whether a Swiss QR reference's digits check.
#[must_use]
pub fn is_qr_reference(reference: &str) -> bool {
    reference.len() == QR_REFERENCE_DIGITS
        && reference.split_at_checked(QR_REFERENCE_DIGITS.saturating_sub(1)).is_some_and(
            |(digits, check)| check_digit(digits).is_some_and(|digit| digit.to_string() == check),
        )
}

fn check_digit(digits: &str) -> Option<u8> {
    let mut carry = 0_u8;
    for byte in digits.bytes() {
        let digit = byte.is_ascii_digit().then(|| byte.wrapping_sub(b'0'))?;
        carry = *CARRY.get(usize::from(carry.wrapping_add(digit) % 10))?;
    }
    Some(10_u8.wrapping_sub(carry) % 10)
}

/// The number that letters and digits stand for, modulo 97 (ISO 7064).
pub(crate) fn remainder_97(letters: impl Iterator<Item = u8>) -> Option<u32> {
    let mut rest = 0_u32;
    for letter in letters {
        let value = char::from(letter).to_digit(36)?;
        let shift = if value < 10 { 10 } else { 100 };
        rest = rest.wrapping_mul(shift).wrapping_add(value) % 97;
    }
    Some(rest)
}
