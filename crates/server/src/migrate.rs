//! Moves what an installation has stored to where it is to be stored from now on.
//!
//! ```text
//! 1. conversations and mailboxes
//! 2. accounts, devices, consents and so on
//! 3. blobs
//! ```
//!
//! Each part is compared on both sides in the end. No node may run on either side: of a folder the lock
//! says so, of a database the operator has to. What was broken off goes on when it is called again. The
//! server's secrets (`server.key`) are a file that the operator copies.

use std::{panic, thread};

use tresen_store::{
    SharedClock,
    delivery::{DeliveryPlace, transfer_delivery},
    transfer::{Progress, Side, transfer},
};

use crate::{
    Config, ServerError,
    app::{DELIVERY_DIRECTORY, lock, make_private_directory, open_blobs, open_control},
};

/// What is on both sides now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Migrated {
    /// Conversations.
    pub conversations: u64,
    /// Entries of mailboxes.
    pub mailbox_entries: u64,
    /// Requests that were answered and may be asked again.
    pub nonces: u64,
    /// Rows of the control plane.
    pub rows: u64,
    /// Blobs, also unfinished ones.
    pub blobs: u64,
    /// Their bytes.
    pub blob_bytes: u64,
}

/// Moves everything that is stored where `from` says to where `to` says. `tell` learns how many rows and
/// blobs were written so far.
///
/// # Errors
/// Fails when a side is in use, when the target holds something else, and when a store does; the source
/// is as it was, and the move may be called again.
pub async fn migrate(
    from: &Config,
    to: &Config,
    clock: &SharedClock,
    mut tell: impl FnMut(u64) + Send,
) -> Result<Migrated, ServerError> {
    make_private_directory(&to.data_dir)?;
    let _locks = [lock(&from.data_dir)?, lock(&to.data_dir)?];
    let (source, target, now) = (place(from), place(to), clock.now());
    // It blocks, and has a runtime of its own for a database; nothing else goes on in this process.
    let moved = thread::scope(|scope| {
        scope.spawn(|| transfer_delivery(&source, &target, now, &mut tell)).join()
    })
    .unwrap_or_else(|panic| panic::resume_unwind(panic))?;
    let mut written = moved.conversations + moved.entries + moved.nonces;
    let (from_control, to_control) = (open_control(from)?, open_control(to)?);
    let (from_blobs, to_blobs) = (open_blobs(from, clock)?, open_blobs(to, clock)?);
    let source = Side { control: &from_control, blobs: &from_blobs };
    let target = Side { control: &to_control, blobs: &to_blobs };
    let transferred = transfer(source, target, |progress| {
        written += match progress {
            Progress::Rows { count, .. } => count,
            Progress::Blob { .. } => 1,
            Progress::Verified { .. } => 0,
        };
        tell(written);
    })
    .await?;
    Ok(Migrated {
        conversations: moved.conversations,
        mailbox_entries: moved.entries,
        nonces: moved.nonces,
        rows: transferred.rows,
        blobs: transferred.blobs,
        blob_bytes: transferred.blob_bytes,
    })
}

fn place(config: &Config) -> DeliveryPlace {
    match &config.database {
        Some(database) => DeliveryPlace::Postgres(database.url.clone()),
        None => DeliveryPlace::Directory(config.data_dir.join(DELIVERY_DIRECTORY)),
    }
}
