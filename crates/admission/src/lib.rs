//! Who may send what to whom, and why not: decided from what the caller knows, without I/O.
//!
//! The server calls [`admit`] on its send path, and a business's app calls it before it offers an
//! input field, so that both say the same. A [`Refusal`] names its reason, until when it holds, and
//! what is allowed instead. [`Window`] is the rule of the service window; the receiving device
//! checks with it too. [`Signals`] and [`Tier`] say how many customers a business may begin with. [`stop_word`] finds the wish to hear no more in free text.
//!
//! Times are arguments: nothing in here reads a clock.
#![deny(missing_docs)]
#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod decision;
mod history;
mod quality;
mod refusal;
mod stop;
mod window;

pub use decision::{Admitted, Attempt, Standing, admit};
pub use history::{History, MARKETING_MONTHLY_DEFAULT};
pub use quality::{QUALITY_DAYS, Rating, Signals, TIER_STAYS_MS, Tier};
pub use refusal::{Instead, Reason, Refusal};
pub use stop::stop_word;
pub use window::{STEPS_MS, WINDOW_MS, WINDOW_TOLERANCE_MS, Window};
