//! To how many a message of a template goes, as its sender says: not the number, but its size.

use crate::error::Error;

/// How many customers get the same message: up to 10, 100, 1,000, 10,000, 100,000, or more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CampaignSize(u8);

/// The class of everything above 100,000; each below it is a power of ten.
const LARGEST: u8 = 6;

impl CampaignSize {
    /// The size of a message to so many.
    #[must_use]
    pub fn of(customers: u64) -> Self {
        let is_within =
            |class: &u8| Self(*class).customers_max().is_none_or(|most| customers <= most);
        Self((1..LARGEST).find(is_within).unwrap_or(LARGEST))
    }

    /// How many at most; none for more than 100,000.
    #[must_use]
    pub fn customers_max(self) -> Option<u64> {
        (self.0 < LARGEST).then(|| 10_u64.saturating_pow(u32::from(self.0)))
    }

    pub(super) const fn class(self) -> u8 {
        self.0
    }

    pub(super) fn from_class(class: u8) -> Result<Self, Error> {
        if (1..=LARGEST).contains(&class) { Ok(Self(class)) } else { Err(Error::Value) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_powers_of_ten() {
        let most = |customers| CampaignSize::of(customers).customers_max();
        let small = [0, 1, 10, 11, 100, 101, 100_000].map(most);
        assert_eq!(small, [10, 10, 10, 100, 100, 1_000, 100_000].map(Some));
        assert_eq!([100_001, u64::MAX].map(most), [None, None]);
        assert!(CampaignSize::from_class(0).is_err() && CampaignSize::from_class(7).is_err());
    }
}
