//! International bank account numbers (ISO 13616), checked by their digits.

use std::fmt;

use crate::{error::Error, reference::remainder_97};

const CHARACTERS_MIN: usize = 15;
const CHARACTERS_MAX: usize = 34;

/// A bank account number whose check digits are right.
#[derive(Clone, PartialEq, Eq)]
pub struct Iban(String);

impl Iban {
    /// Reads a number as people write it, with spaces and small letters.
    ///
    /// # Errors
    /// [`Error::Account`].
    pub fn parse(text: &str) -> Result<Self, Error> {
        let number: String = text
            .chars()
            .filter(|letter| !letter.is_whitespace())
            .map(|letter| letter.to_ascii_uppercase())
            .collect();
        let is_form = (CHARACTERS_MIN..=CHARACTERS_MAX).contains(&number.len())
            && number.bytes().all(|letter| letter.is_ascii_alphanumeric())
            && number.bytes().take(2).all(|letter| letter.is_ascii_uppercase())
            && number.bytes().skip(2).take(2).all(|letter| letter.is_ascii_digit());
        if !is_form {
            return Err(Error::Account);
        }
        let (head, body) = number.split_at(4);
        if remainder_97(body.bytes().chain(head.bytes())) != Some(1) {
            return Err(Error::Account);
        }
        Ok(Self(number))
    }

    /// The number without spaces.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The country's two letters.
    #[must_use]
    pub fn country(&self) -> &str {
        self.0.get(..2).unwrap_or_default()
    }

    /// Whether it is a Swiss number for payments with a QR reference.
    #[must_use]
    pub fn is_qr_iban(&self) -> bool {
        matches!(self.country(), "CH" | "LI")
            && self
                .0
                .get(4..9)
                .and_then(|bank| bank.parse::<u32>().ok())
                .is_some_and(|bank| (30_000..=31_999).contains(&bank))
    }
}

impl fmt::Display for Iban {
    /// In groups of four, as people read it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, letter) in self.0.chars().enumerate() {
            if index > 0 && index % 4 == 0 {
                formatter.write_str(" ")?;
            }
            write!(formatter, "{letter}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Iban {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Iban({}…)", self.country())
    }
}
