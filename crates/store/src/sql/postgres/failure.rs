//! The one border between PostgreSQL's errors and ours.

use std::{error::Error as _, io};

use tokio_postgres::Error as DriverError;

use crate::{ErrorKind, StoreError};

/// What a failure means for the transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// It met another one: run it again.
    Met,
    /// Its key is taken, maybe just now.
    Doubled,
    /// The connection is of no more use.
    Lost,
    /// The same would happen again.
    Refused,
}

/// The server can't be reached, or doesn't answer; nothing was written.
pub(super) const fn unavailable() -> StoreError {
    StoreError::new(ErrorKind::Unavailable, "the database can't be reached")
}

/// The connection broke during the commit.
pub(super) const fn in_doubt() -> StoreError {
    StoreError::new(ErrorKind::InDoubt, "the connection to the control database broke at a commit")
}

/// Why no connection was made.
pub(super) fn connecting(error: &DriverError) -> StoreError {
    let code = error.code().map(|code| code.code());
    tracing::warn!(code, "the database can't be reached");
    match code {
        // A wrong password, role or database doesn't heal by waiting.
        Some("28000" | "28P01" | "3D000" | "42501") => {
            StoreError::new(ErrorKind::Io, "the database refuses this server")
        }
        _ => unavailable(),
    }
}

/// Whether an error at a commit leaves open what became of it. When the server says no, it didn't
/// commit, unless it was shutting down: then it may have waited for its standby.
pub(super) fn leaves_doubt(error: &DriverError) -> bool {
    match error.code().map(|code| code.code()) {
        None | Some("40003" | "57P01" | "57P02" | "57P03") => true,
        Some(code) => code.starts_with("08"),
    }
}

/// What an error means, and what the caller is told. It holds the code alone: a message may hold
/// what was written.
pub(super) fn classify(error: &DriverError) -> (Failure, StoreError) {
    let Some(code) = error.code().map(|code| code.code()) else {
        let is_lost =
            error.is_closed() || error.source().is_some_and(|source| source.is::<io::Error>());
        if is_lost {
            tracing::warn!("the connection to the control database broke");
            return (Failure::Lost, unavailable());
        }
        tracing::error!(%error, "the control database's answer isn't understood");
        return (Failure::Refused, failed());
    };
    match code {
        "40001" | "40P01" => {
            let error = StoreError::new(ErrorKind::Overloaded, "too many write the same record");
            (Failure::Met, error)
        }
        "23505" => (Failure::Doubled, conflict()),
        "53100" => (Failure::Refused, StoreError::new(ErrorKind::Full, "the disk is full")),
        "55P03" | "57014" => {
            tracing::warn!(code, "the control database is slow");
            let error = StoreError::new(ErrorKind::Overloaded, "the control database is slow");
            (Failure::Refused, error)
        }
        // Shut down, not up yet, idle for too long, or no longer the primary.
        "57P01" | "57P02" | "57P03" | "57P05" | "25P03" | "25006" => {
            tracing::warn!(code, "the control database ended the connection");
            (Failure::Lost, unavailable())
        }
        "XX001" | "XX002" => {
            tracing::error!(code, "the control database is damaged");
            (Failure::Refused, StoreError::corrupt("the control database is damaged"))
        }
        _ if code.starts_with("08") => (Failure::Lost, unavailable()),
        _ if code.starts_with("23") => (Failure::Refused, conflict()),
        _ if code.starts_with("53") => {
            tracing::error!(code, "the control database has too little of something");
            (Failure::Refused, unavailable())
        }
        _ => {
            tracing::error!(code, "the control database failed");
            (Failure::Refused, failed())
        }
    }
}

const fn conflict() -> StoreError {
    StoreError::new(ErrorKind::Conflict, "another record stands in the way")
}

const fn failed() -> StoreError {
    StoreError::new(ErrorKind::Io, "the control database failed")
}
