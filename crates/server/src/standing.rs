//! How a business stands: its tier, which moves with what customers make of its messages.
//!
//! ```text
//! review           every hour: signals of the last days, and a step of the tier where they ask for one
//! fetch_standing   the business sees its tier, its rating and where that comes from
//! ```
//!
//! The tier is enforced at the gate (`consent::gate`), by the purse (crate `billing`).

mod fetch_standing;
pub(crate) mod review;

pub(crate) use fetch_standing::fetch_standing;
