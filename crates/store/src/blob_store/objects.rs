//! Blobs as objects of S3, one for each piece.

use std::{collections::VecDeque, path::Path, sync::Arc};

use bytes::Bytes;
use tresen_types::BlobId;

use super::{
    location::Location,
    reader::{BlobReader, ObjectRange},
    s3::S3,
};
use crate::{
    ControlStore, ErrorKind, SharedClock, StoreError,
    control::{BlobPartRecord, BlobRecord},
    limits::BLOB_OBJECT_BYTES_MAX,
};

/// A bucket with blobs.
#[derive(Debug)]
pub(super) struct BlobObjects {
    s3: S3,
    /// What the names of our objects begin with.
    prefix: String,
}

impl BlobObjects {
    pub(super) fn connect(
        url: &str,
        credentials: Option<&Path>,
        clock: SharedClock,
    ) -> Result<Self, StoreError> {
        let location = Location::parse(url)?;
        let prefix = location.prefix.clone();
        S3::new(&location, credentials, clock).map(|s3| Self { s3, prefix })
    }

    /// Makes an object of a piece between recording that it comes and that it is there.
    pub(super) async fn append(
        &self,
        control: &ControlStore,
        id: BlobId,
        offset: u64,
        piece: Bytes,
    ) -> Result<BlobRecord, StoreError> {
        if piece.len() > BLOB_OBJECT_BYTES_MAX {
            return Err(StoreError::new(ErrorKind::LimitExceeded, "a piece is too long"));
        }
        let mut name = [0; 8];
        getrandom::fill(&mut name)
            .map_err(|_no_source| StoreError::new(ErrorKind::Io, "no randomness"))?;
        let part = BlobPartRecord {
            blob: id,
            start: offset,
            name,
            length: u64::try_from(piece.len()).unwrap_or(u64::MAX),
        };
        control.announce_blob_part(part).await?;
        self.s3.put(&self.key(id, name), piece).await?;
        control.finish_blob_part(part).await
    }

    pub(super) async fn read(
        objects: Arc<Self>,
        control: &ControlStore,
        id: BlobId,
        start: u64,
        length: u64,
    ) -> Result<BlobReader, StoreError> {
        let end = start.saturating_add(length);
        let mut ranges = VecDeque::new();
        for part in control.finished_blob_parts(id).await? {
            let first = part.start.max(start);
            let last = part.start.saturating_add(part.length).min(end);
            if first < last {
                ranges.push_back(ObjectRange {
                    key: objects.key(id, part.name),
                    start: first.saturating_sub(part.start),
                    length: last.saturating_sub(first),
                });
            }
        }
        if ranges.is_empty() && length > 0 {
            return Err(StoreError::new(ErrorKind::NotFound, "no such bytes"));
        }
        Ok(BlobReader::of_objects(objects, ranges, length))
    }

    /// A part of an object.
    pub(super) async fn get(
        &self,
        key: &str,
        start: u64,
        length: u64,
    ) -> Result<Bytes, StoreError> {
        self.s3.get(key, start, length).await
    }

    /// Deletes the objects of a blob, also of pieces that never counted.
    pub(super) async fn delete(
        &self,
        control: &ControlStore,
        id: BlobId,
    ) -> Result<(), StoreError> {
        for part in control.blob_parts(id).await? {
            self.s3.delete(&self.key(id, part.name)).await?;
        }
        Ok(())
    }

    fn key(&self, id: BlobId, name: [u8; 8]) -> String {
        format!("{}{id}/{:016x}", self.prefix, u64::from_be_bytes(name))
    }
}
