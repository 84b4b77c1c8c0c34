//! What the database's errors mean for a batch.

use crate::{ErrorKind, StoreError};

/// What an error of the database means.
#[derive(Clone, Debug)]
pub(in crate::delivery) enum Trouble {
    /// The transaction met another one: nothing was written, and it may succeed when it is tried again.
    Conflict,
    /// The connection is gone, or there never was one. What was under way without a commit was undone.
    Lost,
    /// The database says no, and would say it again; nothing was written.
    Refused(StoreError),
}

impl From<tokio_postgres::Error> for Trouble {
    fn from(error: tokio_postgres::Error) -> Self {
        let Some(problem) = error.as_db_error() else { return Self::Lost };
        let code = problem.code().code();
        match code {
            // Serialisation, deadlock, a key that another one has inserted meanwhile, a lock that
            // wasn't given in time.
            "40001" | "40P01" | "23505" | "55P03" => Self::Conflict,
            "53100" => {
                Self::Refused(StoreError::new(ErrorKind::Full, "the database's disk is full"))
            }
            "57014" => Self::Refused(StoreError::new(
                ErrorKind::Overloaded,
                "the database takes too long; nothing was written",
            )),
            // A standby, a plan or a statement that doesn't fit any more: a new connection helps.
            "25006" | "26000" | "0A000" => Self::Lost,
            _ if ["08", "28", "3D", "53", "57"].iter().any(|class| code.starts_with(class)) => {
                tracing::warn!(error.code = code, "the database ended the connection");
                Self::Lost
            }
            _ => {
                tracing::error!(error.code = code, "the database refused a statement");
                Self::Refused(StoreError::corrupt("the database refused a statement"))
            }
        }
    }
}

/// The database isn't there at the moment.
pub(in crate::delivery) const AWAY: StoreError = StoreError::new(
    ErrorKind::Unavailable,
    "the database can't be reached at the moment; nothing was written",
);

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        if error.kind() == ErrorKind::Unavailable { Self::Lost } else { Self::Refused(error) }
    }
}

impl From<Trouble> for StoreError {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Conflict => {
                Self::new(ErrorKind::Overloaded, "too many want to write the same at once")
            }
            Trouble::Lost => AWAY,
            Trouble::Refused(error) => error,
        }
    }
}
