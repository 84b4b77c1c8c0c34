//! The gateway: one more device of a business that holds its keys on the firm's own machine and
//! speaks the WhatsApp Cloud API, so that existing programs change their base URL and nothing else.
//!
//! ```text
//! program ──HTTP──▶ http ─▶ api ─▶ SDK ══encrypted══▶ server
//! program ◀─webhook── deliver ◀─ queue ◀─ intake ◀─ SDK events
//! ```
//!
//! It is a client like every other and has no private way into the server. Only this crate knows the
//! names of the API's fields.
#![deny(missing_docs)]

mod api;
pub mod api_error;
mod clock;
mod config;
mod error;
mod gateway;
mod hosted;
mod http;
mod ids;
mod intake;
pub mod limits;
pub mod link;
mod media;
mod metrics;
mod outbound;
mod rate;
pub mod request;
mod scope;
mod secret;
mod settings;
mod standing;
mod store;
mod templates;
mod watch;
mod webhook;

pub use clock::{Clock, system_clock};
pub use config::{CallFault, Faults, GatewayConfig, TlsFiles, WebhookFault, WhenAway};
pub use error::{Error, Result};
pub use gateway::{GatewayHandle, spawn};
pub use hosted::{Keys as ProviderKeys, Provider};
pub use http::routes::{Answers, Body, ROUTES, Route};
pub use ids::{BusinessIds, message_of_wamid, template_id, wamid};
pub use scope::Scopes;
pub use store::TokenRecord;
