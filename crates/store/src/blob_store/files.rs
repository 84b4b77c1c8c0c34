//! The bytes of the blobs, as files.
//!
//! The flow: parts are appended at the offset that is on disk already; what a broken upload left
//! beyond the recorded offset is cut off first; the last part is synced before the blob counts as
//! finished. Files lie two directories deep by the first two bytes of their id, which is random.
//! All calls block on the disk: run them where blocking is allowed.

use std::{
    fs::{self, File, OpenOptions},
    io::{ErrorKind as IoErrorKind, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use tresen_types::BlobId;

use crate::{ErrorKind, StoreError};

/// The bytes of the blobs below one directory.
#[derive(Clone, Debug)]
pub(super) struct BlobFiles {
    directory: PathBuf,
}

impl BlobFiles {
    /// Keeps blobs below `directory`, which is made if it isn't there.
    ///
    /// # Errors
    /// Fails when the directory can't be made.
    pub(super) fn open(directory: &Path) -> Result<Self, StoreError> {
        fs::create_dir_all(directory)?;
        Ok(Self { directory: directory.to_owned() })
    }

    /// Writes a part at `offset`, and cuts off what was beyond it: what a broken upload left there was
    /// never acknowledged. Synced before it returns; returns the new offset.
    ///
    /// # Errors
    /// `Conflict` when fewer than `offset` bytes are there; `Full` when the disk is full: then the
    /// part is cut off again.
    pub(super) fn append(&self, blob: BlobId, offset: u64, part: &[u8]) -> Result<u64, StoreError> {
        let path = self.path(blob);
        let parent = path.parent().unwrap_or(&self.directory);
        let is_new = !path.try_exists()?;
        if is_new {
            fs::create_dir_all(parent)?;
        }
        let mut file = OpenOptions::new().create(true).truncate(false).write(true).open(&path)?;
        if file.metadata()?.len() < offset {
            return Err(StoreError::new(ErrorKind::Conflict, "a part before this one is missing"));
        }
        file.set_len(offset)?;
        file.seek(SeekFrom::Start(offset))?;
        if let Err(error) = file.write_all(part).and_then(|()| file.sync_data()) {
            // Half a part is of no use; on a full disk cutting it off gives the space back.
            drop(file.set_len(offset));
            return Err(error.into());
        }
        if is_new {
            self.sync_directories(parent)?;
        }
        let length = u64::try_from(part.len())
            .map_err(|_too_long| StoreError::new(ErrorKind::LimitExceeded, "a part is too long"))?;
        Ok(offset.saturating_add(length))
    }

    /// Opens a blob's file for reading from `start` on.
    ///
    /// # Errors
    /// `NotFound` for an unknown blob.
    pub(super) fn open_at(&self, blob: BlobId, start: u64) -> Result<File, StoreError> {
        let mut file = File::open(self.path(blob))?;
        file.seek(SeekFrom::Start(start))?;
        Ok(file)
    }

    /// Deletes a blob's bytes; an unknown one is fine.
    ///
    /// # Errors
    /// Fails when the disk does.
    pub(super) fn delete(&self, blob: BlobId) -> Result<(), StoreError> {
        match fs::remove_file(self.path(blob)) {
            Err(error) if error.kind() != IoErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    fn path(&self, blob: BlobId) -> PathBuf {
        let [first, second, ..] = blob.as_bytes();
        self.directory
            .join(format!("{first:02x}"))
            .join(format!("{second:02x}"))
            .join(blob.to_string())
    }

    /// Makes a new file's name durable, from the file's directory up to ours.
    fn sync_directories(&self, parent: &Path) -> Result<(), StoreError> {
        for directory in parent.ancestors() {
            File::open(directory)?.sync_all()?;
            if directory == self.directory {
                break;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    fn read(files: &BlobFiles, blob: BlobId, start: u64) -> Vec<u8> {
        let mut bytes = Vec::new();
        files.open_at(blob, start).unwrap().read_to_end(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn an_upload_that_breaks_off_anywhere_is_resumed() {
        let directory = tempfile::tempdir().unwrap();
        let blob = BlobId::new([7; 16]);
        let content: Vec<u8> = (0..=255_u8).cycle().take(10_000).collect();
        for tenth in 0..10 {
            let files = BlobFiles::open(directory.path()).unwrap();
            files.delete(blob).unwrap();
            let broken_at = tenth * 1_000;
            let acknowledged = files.append(blob, 0, &content[..broken_at]).unwrap();
            // A crash in the middle of the next part leaves bytes that nobody acknowledged.
            files.append(blob, acknowledged, b"torn").unwrap();
            let files = BlobFiles::open(directory.path()).unwrap();
            let end = files.append(blob, acknowledged, &content[broken_at..]).unwrap();
            assert_eq!(end, 10_000);
            assert_eq!(read(&files, blob, 0), content);
        }
    }

    #[test]
    fn ranges_gaps_and_deletion() {
        let directory = tempfile::tempdir().unwrap();
        let files = BlobFiles::open(directory.path()).unwrap();
        let blob = BlobId::new([9; 16]);
        assert_eq!(files.append(blob, 1, b"x").unwrap_err().kind(), ErrorKind::Conflict);
        files.append(blob, 0, b"hello world").unwrap();
        assert_eq!(read(&files, blob, 6), b"world");
        assert_eq!(read(&files, blob, 100), b"");
        files.delete(blob).unwrap();
        files.delete(blob).unwrap();
        assert_eq!(files.open_at(blob, 0).unwrap_err().kind(), ErrorKind::NotFound);
    }
}
