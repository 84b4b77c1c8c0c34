//! What a business may write about (PRODUCT P1).

use serde::{Deserialize, Serialize};

/// The category of a business's message. The discriminant is the byte on the wire (PROTOCOL 5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum Category {
    /// Answers to what the customer wrote.
    Service = 0,
    /// Notices about something that the customer ordered or booked.
    Utility = 1,
    /// Offers.
    Marketing = 2,
    /// One-time codes.
    Authentication = 3,
}

impl Category {
    /// All categories, in the order of their bytes.
    pub const ALL: [Self; 4] =
        [Self::Service, Self::Utility, Self::Marketing, Self::Authentication];

    /// The byte on the wire.
    #[must_use]
    pub const fn as_byte(self) -> u8 {
        self as u8
    }

    /// Reads the byte on the wire; `None` for an unknown one.
    #[must_use]
    pub fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.as_byte() == byte)
    }
}

/// A set of categories, as one bit each: bit `n` stands for the category with byte `n`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Categories(u8);

impl Categories {
    /// The empty set: nothing is allowed.
    pub const NONE: Self = Self(0);

    /// Reads the bits; `None` when a bit without a category is set.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Option<Self> {
        if bits & 0xf0 == 0 { Some(Self(bits)) } else { None }
    }

    /// The bits.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// The set with `category` in it.
    #[must_use]
    pub const fn with(self, category: Category) -> Self {
        Self(self.0 | (1 << category.as_byte()))
    }

    /// Whether `category` is in the set.
    #[must_use]
    pub const fn contains(self, category: Category) -> bool {
        self.0 & (1 << category.as_byte()) != 0
    }

    /// Whether nothing is allowed.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl FromIterator<Category> for Categories {
    fn from_iter<I: IntoIterator<Item = Category>>(categories: I) -> Self {
        categories.into_iter().fold(Self::NONE, Self::with)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn categories_hold_what_was_put_in() {
        let some: Categories = [Category::Service, Category::Marketing].into_iter().collect();
        assert!(some.contains(Category::Marketing));
        assert!(!some.contains(Category::Utility));
        assert_eq!(Categories::from_bits(some.bits()), Some(some));
        assert_eq!(Categories::from_bits(0x10), None);
        assert_eq!(Category::from_byte(4), None);
    }
}
