//! Reads a range of a blob, piece by piece.

use std::{
    collections::VecDeque,
    fs::File,
    io::{self, Read as _},
    sync::Arc,
};

use bytes::Bytes;

use super::{blocking, objects::BlobObjects};
use crate::{StoreError, limits::BLOB_READ_BYTES};

/// A range of a blob that is being read.
#[derive(Debug)]
pub struct BlobReader {
    source: Source,
    remaining: u64,
}

#[derive(Debug)]
enum Source {
    /// Stands at the next byte; none while it is read or after it failed.
    File(Option<File>),
    Objects {
        objects: Arc<BlobObjects>,
        ranges: VecDeque<ObjectRange>,
    },
}

/// A part of an object.
#[derive(Debug)]
pub(super) struct ObjectRange {
    /// The object.
    pub(super) key: String,
    /// Where in it the part begins.
    pub(super) start: u64,
    /// How long the part is.
    pub(super) length: u64,
}

const SHORT: StoreError = StoreError::corrupt("a blob is shorter than it is recorded");

impl BlobReader {
    pub(super) const fn of_file(file: File, length: u64) -> Self {
        Self { source: Source::File(Some(file)), remaining: length }
    }

    pub(super) const fn of_objects(
        objects: Arc<BlobObjects>,
        ranges: VecDeque<ObjectRange>,
        length: u64,
    ) -> Self {
        Self { source: Source::Objects { objects, ranges }, remaining: length }
    }

    /// How much is still to come.
    #[must_use]
    pub const fn remaining(&self) -> u64 {
        self.remaining
    }

    /// The next bytes; none at the end.
    ///
    /// # Errors
    /// Fails when the disk or S3 does; `Corrupt` when there is less than was promised.
    pub async fn next(&mut self) -> Result<Option<Bytes>, StoreError> {
        if self.remaining == 0 {
            return Ok(None);
        }
        let limit = self.remaining.min(BLOB_READ_BYTES);
        let bytes = match &mut self.source {
            Source::File(place) => {
                let file = place.take().ok_or(SHORT)?;
                let (file, bytes) = blocking(move || Ok(read_file(file, limit)?)).await?;
                *place = Some(file);
                bytes
            }
            Source::Objects { objects, ranges } => {
                let range = ranges.front_mut().ok_or(SHORT)?;
                let bytes = objects.get(&range.key, range.start, range.length.min(limit)).await?;
                let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
                range.start = range.start.saturating_add(length);
                range.length = range.length.saturating_sub(length);
                if range.length == 0 {
                    ranges.pop_front();
                }
                bytes
            }
        };
        if bytes.is_empty() {
            return Err(SHORT);
        }
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.remaining = self.remaining.saturating_sub(length);
        Ok(Some(bytes))
    }
}

fn read_file(mut file: File, length: u64) -> io::Result<(File, Bytes)> {
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
    (&mut file).take(length).read_to_end(&mut bytes)?;
    Ok((file, bytes.into()))
}
