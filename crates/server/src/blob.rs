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
