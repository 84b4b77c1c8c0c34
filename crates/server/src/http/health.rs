//! Whether the node is there, and whether it takes requests.

use http::StatusCode;

use super::{
    Context,
    answer::{self, Answer},
};

/// The process runs.
pub(super) fn alive() -> Answer {
    answer::text(StatusCode::OK, "ok\n")
}

/// The node takes requests: not while it stops.
pub(super) fn ready(context: &Context) -> Answer {
    if context.stop.is_cancelled() {
        answer::text(StatusCode::SERVICE_UNAVAILABLE, "stopping\n")
    } else {
        answer::text(StatusCode::OK, "ready\n")
    }
}
