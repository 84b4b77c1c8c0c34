//! Limits of bills.

/// Tiers of one rate.
pub(crate) const TIERS_MAX: usize = 16;
/// Countries of one rate card.
pub(crate) const COUNTRIES_MAX: usize = 300;
/// Parts of one plan.
pub(crate) const PLAN_PARTS_MAX: usize = 8;
