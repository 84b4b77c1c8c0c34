//! What the store says about an event, as the client hears it.

use prost::Message as _;
use tresen_proto::{Accepted, ErrorCode, Refused};
use tresen_store::Outcome;

use crate::{ServerError, error::refused};

/// The answer to an accepted event, or the refusal; `epoch` is the conversation's after it.
pub(crate) fn accepted(outcome: Outcome, epoch: u64) -> Result<Accepted, ServerError> {
    match outcome {
        Outcome::Accepted(it) | Outcome::Duplicate(it) => Ok(Accepted {
            sequence: it.sequence,
            accepted_at_ms: it.accepted_at.as_millis(),
            receipt: it.receipt,
            epoch,
        }),
        // A bundle's answer is that of its first message.
        Outcome::Created(messages) => {
            let first = messages.into_iter().next().unwrap_or_default();
            accepted(Outcome::Accepted(first), epoch)
        }
        Outcome::AlreadyExists => {
            Err(refused(ErrorCode::Conflict, "another conversation has this id"))
        }
        Outcome::EpochConflict { current } => {
            Err(ServerError::Epoch { code: ErrorCode::EpochConflict, current })
        }
        Outcome::EpochTooOld { current } => {
            Err(ServerError::Epoch { code: ErrorCode::EpochTooOld, current })
        }
        Outcome::EpochInFuture { current } => {
            Err(ServerError::Epoch { code: ErrorCode::EpochInFuture, current })
        }
        Outcome::Refused(refusal) => {
            let refusal = Refused::decode(refusal)
                .map_err(|_never| refused(ErrorCode::Internal, "a refusal isn't readable"))?;
            Err(ServerError::NotAdmitted(Box::new(refusal)))
        }
        Outcome::NotAMember => {
            Err(refused(ErrorCode::NotMember, "the device is no member of the conversation"))
        }
        Outcome::UnknownConversation => Err(refused(ErrorCode::NotFound, "no such conversation")),
        Outcome::Done | Outcome::Expired { .. } => {
            Err(refused(ErrorCode::Internal, "the store answered something else"))
        }
    }
}

/// Whether an event that is answered by nothing was done.
pub(crate) fn done(outcome: Outcome) -> Result<(), ServerError> {
    match outcome {
        Outcome::Done => Ok(()),
        other => accepted(other, 0).map(|_accepted| ()),
    }
}
