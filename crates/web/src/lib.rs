//! The web app: three WASM modules out of one crate.
//!
//! Two paint, each the pages of its part: the *shell* ([`run_shell`], in front of the counter, in three
//! parts, the later ones being [`chats`] and [`seldom`]) and the *desk* ([`run_desk`], behind it). Pages
//! are made of components, read the state's signals and call actions, which ask the worker. The page
//! behind an entry link verifies the signed statements by
//! itself and doesn't wait for the worker. The *worker* holds the SDK, its keys and its store. `port`
//! is what they post to each other; `boot.js` knows which address needs which module.
//!
//! ```text
//! pages → components, actions → port → worker → SDK
//!            ↓           ↓
//!          i18n        state
//! ```

#![expect(
    clippy::needless_pass_by_value,
    reason = "a component owns its properties, whether it only reads them or not"
)]
#![expect(
    unreachable_pub,
    reason = "the component macro puts each component's function into a module of its own"
)]

pub mod actions;
mod app;
pub mod components;
pub mod i18n;
mod locales;
pub mod pages;
mod parts;
pub mod port;
pub mod router;
pub mod state;

pub use app::{Frame, chats, run_desk, run_shell, seldom};
pub use leptos::prelude::AnyView;
pub use parts::{Part, Seldom};
