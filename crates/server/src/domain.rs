//! Domains of businesses: claimed by the owner, looked at by the server, dated, and looked at again.
//!
//! ```text
//! claim ── stored ──▶ check ── look (dns, file) ──▶ record, signed by the server
//! recheck ── what is due ──▶ check                  fetch_directory shows the newest to customers
//! ```
//!
//! Whoever claims a domain decides where this server connects to. So only public addresses are
//! reached, no redirect is followed, and size, time and number of looks are bounded.

mod check;
mod claim;
pub mod dns;
mod fetch;
mod file;
pub(crate) mod guard;
pub(crate) mod https;
mod look;
pub(crate) mod recheck;
mod withdraw;

pub(crate) use check::check_due;
pub(crate) use claim::claim;
pub(crate) use fetch::{fetch, shown};
pub(crate) use look::Trouble;
pub(crate) use withdraw::withdraw;
