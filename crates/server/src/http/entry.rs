//! What is behind an entry link, for a page that has no connection yet.

use http::{HeaderMap, StatusCode};
use tresen_proto::{ErrorCode, encode_frame};
use tresen_types::EntryId;

use super::{
    Context,
    answer::{self, Answer},
};
use crate::{directory, error::refused};

/// Answers the description of an entry link.
pub(super) async fn answer(context: &Context, entry: &str, headers: &HeaderMap) -> Answer {
    let Ok(entry) = entry.parse::<EntryId>() else {
        return answer::error(&refused(ErrorCode::NotFound, "there is no such entry link"));
    };
    let prefix = context.prefix(headers);
    match directory::describe_entry(&context.app, prefix, entry).await {
        Ok(description) => answer::protobuf(StatusCode::OK, encode_frame(&description)),
        Err(error) => answer::error(&error),
    }
}
