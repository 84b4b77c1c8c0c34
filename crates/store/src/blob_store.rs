//! Blobs: the bytes in files or in S3, what is known of them in the control store.
//!
//! The flow of an upload: pieces come in order; each is written where the control store says that the
//! upload stands, and counts when its bytes are durable and the control store has them recorded. What
//! a broken upload left beyond that is never read. In files a blob is one file, cut off to the recorded
//! length before it grows. In S3 every piece is an object of its own under a random name: nothing is
//! ever overwritten, so two nodes that take the same upload can't harm one another, and the record
//! of the one that came first decides. The name is recorded before the object is made, so that no
//! object is ever forgotten.

use std::{path::Path, sync::Arc};

use bytes::Bytes;
use tokio::sync::Mutex;
use tresen_types::BlobId;

use crate::{
    ControlStore, ErrorKind, SharedClock, StoreError,
    control::BlobRecord,
    limits::{BLOB_LOCKS, BLOB_OBJECT_BYTES_MAX, BLOB_PIECE_BYTES},
};

mod files;
mod http;
mod location;
mod objects;
mod reader;
mod s3;

use files::BlobFiles;
use objects::BlobObjects;
pub use reader::BlobReader;

/// Where blobs are kept.
#[derive(Debug)]
pub struct BlobStore {
    backend: Backend,
}

#[derive(Debug)]
enum Backend {
    Files {
        files: BlobFiles,
        /// Blobs share these by their first byte.
        writing: Box<[Mutex<()>]>,
    },
    Objects(Arc<BlobObjects>),
}

impl BlobStore {
    /// Keeps blobs in files below `directory`, which is made if it isn't there.
    ///
    /// # Errors
    /// Fails when the directory can't be made.
    pub fn open(directory: &Path) -> Result<Self, StoreError> {
        let files = BlobFiles::open(directory)?;
        let writing = (0..BLOB_LOCKS).map(|_lock| Mutex::new(())).collect();
        Ok(Self { backend: Backend::Files { files, writing } })
    }

    /// Keeps blobs where a URL says: `file:PATH`, or
    /// `s3://BUCKET/PREFIX?endpoint=https://HOST&region=REGION`.
    ///
    /// Without an endpoint it is that of AWS. `style=host` puts the bucket in front of the endpoint's
    /// name; `sslrootcert=FILE` names the authorities to trust in place of the public ones. The keys
    /// for S3 come from `credentials`, a file with `aws_access_key_id`, `aws_secret_access_key` and,
    /// if there is one, `aws_session_token`, each as `name = value`.
    ///
    /// # Errors
    /// `Io` when the URL or the credentials can't be used. Whether the bucket answers shows at the
    /// first blob.
    pub fn connect(
        url: &str,
        credentials: Option<&Path>,
        clock: SharedClock,
    ) -> Result<Self, StoreError> {
        match url.strip_prefix("file:") {
            Some(path) => Self::open(Path::new(path)),
            None => BlobObjects::connect(url, credentials, clock)
                .map(|objects| Self { backend: Backend::Objects(Arc::new(objects)) }),
        }
    }

    /// How many bytes are best appended at once: so many are lost at most when an upload breaks off.
    #[must_use]
    pub const fn piece_bytes(&self) -> usize {
        match self.backend {
            Backend::Files { .. } => BLOB_PIECE_BYTES,
            Backend::Objects(_) => BLOB_OBJECT_BYTES_MAX,
        }
    }

    /// Writes a piece at `offset`, which is where the upload stands, and records it.
    ///
    /// # Errors
    /// `NotFound` for an unknown blob; `Conflict` when the upload stands elsewhere; `LimitExceeded`
    /// for more than was announced, for a piece that is too long, or for too many pieces; `Full` when
    /// the disk is full; `Unavailable` when S3 or the database can't be reached. The piece may be
    /// sent again after every error.
    pub async fn append(
        &self,
        control: &ControlStore,
        id: BlobId,
        offset: u64,
        piece: Bytes,
    ) -> Result<BlobRecord, StoreError> {
        match &self.backend {
            Backend::Files { files, writing } => {
                // One piece of a blob is written at a time: the second finds what the first recorded.
                let [first, ..] = id.as_bytes();
                let lock = writing.get(usize::from(*first) % BLOB_LOCKS).ok_or(NO_BLOB)?;
                let _turn = lock.lock().await;
                check_turn(control, id, offset, &piece).await?;
                let files = files.clone();
                let end = blocking(move || files.append(id, offset, &piece)).await?;
                control.record_received(id, end).await
            }
            Backend::Objects(objects) => {
                check_turn(control, id, offset, &piece).await?;
                objects.append(control, id, offset, piece).await
            }
        }
    }

    /// Reads `length` bytes from `start` on, piece by piece.
    ///
    /// # Errors
    /// `NotFound` for a blob without bytes.
    pub async fn read(
        &self,
        control: &ControlStore,
        id: BlobId,
        start: u64,
        length: u64,
    ) -> Result<BlobReader, StoreError> {
        match &self.backend {
            Backend::Files { files, .. } => {
                let files = files.clone();
                let file = blocking(move || files.open_at(id, start)).await?;
                Ok(BlobReader::of_file(file, length))
            }
            Backend::Objects(objects) => {
                BlobObjects::read(Arc::clone(objects), control, id, start, length).await
            }
        }
    }

    /// Deletes a blob, bytes first; returns whether there was one.
    ///
    /// # Errors
    /// Fails when the disk, S3 or the database does; then some bytes may be gone, and the blob is
    /// still known, to be deleted again.
    pub async fn delete(&self, control: &ControlStore, id: BlobId) -> Result<bool, StoreError> {
        match &self.backend {
            Backend::Files { files, .. } => {
                let files = files.clone();
                blocking(move || files.delete(id)).await?;
            }
            Backend::Objects(objects) => objects.delete(control, id).await?,
        }
        control.delete_blob(id).await
    }
}

const NO_BLOB: StoreError = StoreError::new(ErrorKind::NotFound, "no such blob");

/// Refuses a piece that isn't the next one of its blob.
async fn check_turn(
    control: &ControlStore,
    id: BlobId,
    offset: u64,
    piece: &Bytes,
) -> Result<(), StoreError> {
    let blob = control.blob(id).await?.ok_or(NO_BLOB)?;
    if offset != blob.received || blob.is_finished {
        return Err(StoreError::new(ErrorKind::Conflict, "the upload stands elsewhere"));
    }
    let length = u64::try_from(piece.len()).unwrap_or(u64::MAX);
    if offset.saturating_add(length) > blob.size {
        let what = "more than the blob's announced size";
        return Err(StoreError::new(ErrorKind::LimitExceeded, what));
    }
    Ok(())
}

/// Runs what blocks on the disk where that is allowed.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_ended| {
        Err(StoreError::new(ErrorKind::Io, "a task that works on the disk ended early"))
    })
}
