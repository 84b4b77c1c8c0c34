//! Follows the public state of MLS groups for the delivery service (PROTOCOL D3).
//!
//! The flow: [`open_group`] checks what the creator of a group hands in; [`apply_commit`] checks
//! each commit against the state and gives the next one, which the server stores in the same
//! transaction in which it compares the epoch; [`add_proposal`] keeps proposals for the next commit.
//! The functions are pure: a state goes in, a state comes out, nothing is kept here.
//!
//! This crate has no secret of any group and can't decrypt. What it can't check (the confirmation
//! tag's value, the membership tag, whether a path decrypts) the members check. It knows nothing of
//! certificates either: whether an identity may be a member is the server's question.
#![deny(missing_docs)]

mod commit;
mod error;
mod key_package;
mod member;
mod open;
mod proposal;
mod state;
mod wire;

pub use commit::{Applied, apply_commit};
pub use error::{Error, Result};
pub use key_package::{KeyPackageSummary, inspect_key_package, inspect_welcome};
pub use member::{Member, ServerKey};
pub use open::{Opened, open_group};
pub use proposal::{Kept, ProposalKind, add_proposal, server_remove_proposal};
pub use state::PublicGroupState;
