//! The one error type of the sandbox.

use serde_json::{Value, json};
use tresen_view::Failure;

/// Short for a result with this crate's error.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why something in the sandbox failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A control call can't be understood.
    #[error("{0}")]
    Invalid(String),
    /// There is no such customer, message or template.
    #[error("not found: {0}")]
    NotFound(&'static str),
    /// The customer is offline.
    #[error("the customer is offline")]
    Offline,
    /// It took too long.
    #[error("it took too long: {0}")]
    Slow(&'static str),
    /// The SDK refused.
    #[error("sdk: {0:?}")]
    Sdk(Failure),
    /// The SDK couldn't be opened.
    #[error("sdk: {0}")]
    Client(#[from] tresen_client::Error),
    /// The gateway failed.
    #[error("gateway: {0}")]
    Gateway(#[from] tresen_gateway::Error),
    /// The server failed.
    #[error("server: {0}")]
    Server(#[from] tresen_server::ServerError),
    /// A socket or a folder failed.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: &'static str,
        /// Why not.
        source: std::io::Error,
    },
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Self::Sdk(failure)
    }
}

impl Error {
    /// The SDK answered something else than what was asked.
    pub(crate) fn unexpected() -> Self {
        Self::Invalid("an answer to something else".to_owned())
    }

    /// The HTTP status of a control call that failed.
    pub(crate) const fn status(&self) -> u16 {
        match self {
            Self::Invalid(_) => 400,
            Self::NotFound(_) => 404,
            Self::Offline | Self::Sdk(_) => 409,
            Self::Slow(_) => 504,
            Self::Client(_) | Self::Gateway(_) | Self::Server(_) | Self::Io { .. } => 500,
        }
    }

    /// The body of a control call that failed.
    pub(crate) fn body(&self) -> Value {
        json!({ "error": { "message": self.to_string() } })
    }
}
