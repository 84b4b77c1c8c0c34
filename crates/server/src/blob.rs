//! The rules of the blob store: who may upload how much, who may read, how long it stays. The bytes'
//! way over HTTP is in `http::blob`.

mod append;
mod create;
mod delete;
mod open;
mod status;

pub(crate) use append::append;
pub(crate) use create::create;
pub(crate) use delete::{delete, delete_for_good};
pub(crate) use open::open;
pub(crate) use status::status;
use tresen_proto::ErrorCode;

use crate::{ServerError, error::refused};

const fn unknown() -> ServerError {
    refused(ErrorCode::NotFound, "no such blob")
}

/// Runs what blocks on the disk where that is allowed.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ServerError> + Send + 'static,
) -> Result<T, ServerError> {
    tokio::task::spawn_blocking(work).await.map_err(|source| ServerError::File {
        what: "a task that works on the disk ended early",
        source: std::io::Error::other(source),
    })?
}
