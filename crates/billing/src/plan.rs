//! How a business pays: flat, by managed customer, by delivered message, and mixes of these.

use std::collections::BTreeMap;

use tresen_types::Category;

use crate::{Error, Micros, limits::PLAN_PARTS_MAX};

/// A part of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanPart {
    /// So much a month.
    Flat {
        /// For the month.
        monthly: Micros,
    },
    /// So much a month for every customer with whom there was a billable message.
    PerCustomer {
        /// For one customer and month.
        monthly: Micros,
        /// Customers that cost nothing.
        included: u64,
    },
    /// Every delivered message by the rate card.
    PerMessage,
}

/// A business's plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    parts: Vec<PlanPart>,
    free_monthly: BTreeMap<Category, u64>,
}

impl Plan {
    /// Takes the parts and how many messages of each category a month are free.
    ///
    /// # Errors
    /// [`Error::Negative`], or [`Error::Limit`] when there are too many parts.
    pub fn new(parts: Vec<PlanPart>, free_monthly: BTreeMap<Category, u64>) -> Result<Self, Error> {
        let is_negative = |part: &PlanPart| match part {
            PlanPart::Flat { monthly } | PlanPart::PerCustomer { monthly, .. } => {
                *monthly < Micros::ZERO
            }
            PlanPart::PerMessage => false,
        };
        if parts.len() > PLAN_PARTS_MAX {
            return Err(Error::Limit);
        }
        if parts.iter().any(is_negative) {
            return Err(Error::Negative);
        }
        Ok(Self { parts, free_monthly })
    }

    /// Its parts.
    #[must_use]
    pub fn parts(&self) -> &[PlanPart] {
        &self.parts
    }

    /// Whether messages cost something by themselves.
    #[must_use]
    pub fn is_per_message(&self) -> bool {
        self.parts.contains(&PlanPart::PerMessage)
    }

    /// How many messages of a category a month are free.
    #[must_use]
    pub fn free_monthly(&self, category: Category) -> u64 {
        self.free_monthly.get(&category).copied().unwrap_or_default()
    }

    /// What a month costs beside its messages.
    ///
    /// # Errors
    /// [`Error::Overflow`].
    pub fn monthly_fee(&self, customers: u64) -> Result<Micros, Error> {
        self.parts.iter().try_fold(Micros::ZERO, |sum, part| match part {
            PlanPart::Flat { monthly } => sum.plus(*monthly),
            PlanPart::PerCustomer { monthly, included } => {
                sum.plus(monthly.times(customers.saturating_sub(*included))?)
            }
            PlanPart::PerMessage => Ok(sum),
        })
    }
}
