//! The file of the young generation's records: appended to, synced, and begun anew after a
//! checkpoint, over its own old bytes, so that a sync has no new blocks to note.
//!
//! ```text
//! record: length u32 | generation u64 | key u64 | checksum u64 | payload
//! ```
//!
//! Numbers are little-endian. The checksum covers the rest of the record and follows from the
//! checksum before it, so that reading ends at the first byte that wasn't written in this generation,
//! in this order: what a crash left half written is not there, and what lies behind it neither.

use std::{
    fs::{File, OpenOptions},
    io::IoSlice,
    os::unix::fs::FileExt as _,
    path::Path,
};

use bytes::Bytes;
use rustix::io::{Errno, pwritev};
use xxhash_rust::xxh3::Xxh3;

use crate::{StoreError, limits::LOG_RECORD_BYTES_MAX};

const HEAD_BYTES: usize = 28;

/// The file, open for one writer.
#[derive(Debug)]
pub(super) struct LogFile {
    file: File,
    generation: u64,
    end: Position,
    /// Where the last successful sync stood: what lies behind it may be lost.
    synced: Position,
}

/// A place between two records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Position {
    offset: u64,
    checksum: u64,
}

impl Position {
    const fn start(generation: u64) -> Self {
        Self { offset: 0, checksum: generation }
    }
}

impl LogFile {
    /// Opens or makes the file, and makes durable what it holds of `generation`.
    pub(super) fn open(path: &Path, generation: u64) -> Result<Self, StoreError> {
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(false).open(path)?;
        file.sync_all()?;
        if let Some(directory) = path.parent() {
            // A new file is only there when its name is.
            File::open(directory)?.sync_all()?;
        }
        let start = Position::start(generation);
        let mut log = Self { file, generation, end: start, synced: start };
        let mut end = start;
        log.read(u64::MAX, |_key, _payload, position| end = position)?;
        (log.end, log.synced) = (end, end);
        Ok(log)
    }

    /// The generation that is written.
    pub(super) const fn generation(&self) -> u64 {
        self.generation
    }

    /// The records, in the order of their appending.
    pub(super) fn records(&self) -> Result<Vec<(u64, Bytes)>, StoreError> {
        let mut records = Vec::new();
        self.read(self.end.offset, |key, payload, _position| records.push((key, payload)))?;
        Ok(records)
    }

    /// Appends a record; with `sync` it and all before it are durable when this returns.
    ///
    /// After an error it is unknown whether the record is there: [`LogFile::rewind`] next.
    pub(super) fn append(
        &mut self,
        key: u64,
        payload: &[u8],
        sync: bool,
    ) -> Result<(), StoreError> {
        let length = u32::try_from(payload.len()).ok();
        let length = length.filter(|_length| payload.len() <= LOG_RECORD_BYTES_MAX);
        let length = length.ok_or(StoreError::corrupt("a record is larger than a batch"))?;
        let (head, checksum) = head_of(length, self.generation, key, payload, self.end.checksum);
        write_all(&self.file, &head, payload, self.end.offset)?;
        self.end = Position { offset: next_offset(self.end.offset, payload), checksum };
        if sync {
            self.file.sync_data()?;
            self.synced = self.end;
        }
        Ok(())
    }

    /// Forgets what was appended since the last successful sync, and goes on there.
    pub(super) const fn rewind(&mut self) {
        self.end = self.synced;
    }

    /// Forgets all records: they are of an older generation from now on.
    pub(super) const fn restart(&mut self, generation: u64) {
        self.generation = generation;
        self.end = Position::start(generation);
        self.synced = self.end;
    }

    /// Reads up to `limit` bytes of whole records.
    fn read(
        &self,
        limit: u64,
        mut visit: impl FnMut(u64, Bytes, Position),
    ) -> Result<(), StoreError> {
        let size = usize::try_from(self.file.metadata()?.len().min(limit))
            .map_err(|_too_long| StoreError::corrupt("the log is larger than the memory"))?;
        let mut bytes = vec![0; size];
        self.file.read_exact_at(&mut bytes, 0)?;
        let bytes = Bytes::from(bytes);
        let mut position = Position::start(self.generation);
        let mut rest = &bytes[..];
        while let Some((key, payload, checksum, tail)) = next_record(rest, self, position) {
            position = Position { offset: next_offset(position.offset, payload), checksum };
            visit(key, bytes.slice_ref(payload), position);
            rest = tail;
        }
        Ok(())
    }
}

/// The next record of `bytes`: key, payload, checksum and what follows; none where they end.
fn next_record<'bytes>(
    bytes: &'bytes [u8],
    log: &LogFile,
    position: Position,
) -> Option<(u64, &'bytes [u8], u64, &'bytes [u8])> {
    let (head, rest) = bytes.split_first_chunk::<HEAD_BYTES>()?;
    let (length, after) = head.split_first_chunk::<4>()?;
    let (_generation, after) = after.split_first_chunk::<8>()?;
    let (key, _checksum) = after.split_first_chunk::<8>()?;
    let length = u32::from_le_bytes(*length);
    let key = u64::from_le_bytes(*key);
    let (payload, tail) = rest.split_at_checked(usize::try_from(length).ok()?)?;
    let (expected, checksum) = head_of(length, log.generation, key, payload, position.checksum);
    (*head == expected).then_some((key, payload, checksum, tail))
}

/// A record's head and its checksum.
fn head_of(
    length: u32,
    generation: u64,
    key: u64,
    payload: &[u8],
    before: u64,
) -> ([u8; HEAD_BYTES], u64) {
    let mut head = [0; HEAD_BYTES];
    let numbers =
        length.to_le_bytes().into_iter().chain(generation.to_le_bytes()).chain(key.to_le_bytes());
    head.iter_mut().zip(numbers).for_each(|(to, from)| *to = from);
    let (covered, place) = head.split_at_mut(HEAD_BYTES - 8);
    let mut hash = Xxh3::with_seed(before);
    hash.update(covered);
    hash.update(payload);
    let checksum = hash.digest();
    place.copy_from_slice(&checksum.to_le_bytes());
    (head, checksum)
}

fn next_offset(offset: u64, payload: &[u8]) -> u64 {
    let bytes = u64::try_from(HEAD_BYTES + payload.len()).unwrap_or(u64::MAX);
    offset.saturating_add(bytes)
}

/// Writes both parts at `offset`: in one call, unless the disk takes less.
fn write_all(file: &File, head: &[u8], payload: &[u8], offset: u64) -> Result<(), StoreError> {
    let written = loop {
        match pwritev(file, &[IoSlice::new(head), IoSlice::new(payload)], offset) {
            Ok(written) => break written,
            Err(Errno::INTR) => {}
            Err(error) => return Err(std::io::Error::from(error).into()),
        }
    };
    if written == head.len() + payload.len() {
        return Ok(());
    }
    file.write_all_at(head, offset)?;
    let after = offset.saturating_add(u64::try_from(head.len()).unwrap_or(u64::MAX));
    Ok(file.write_all_at(payload, after)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payloads(log: &LogFile) -> Vec<(u64, Vec<u8>)> {
        log.records().unwrap().into_iter().map(|(key, bytes)| (key, bytes.to_vec())).collect()
    }

    fn append(log: &mut LogFile, keys: std::ops::Range<u64>) {
        for key in keys {
            log.append(key, &[u8::try_from(key).unwrap(); 10], true).unwrap();
        }
    }

    #[test]
    fn a_file_cut_anywhere_holds_the_records_before_the_cut() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log");
        let mut log = LogFile::open(&path, 7).unwrap();
        append(&mut log, 0..3);
        let whole = std::fs::read(&path).unwrap();
        let record = HEAD_BYTES + 10;
        assert_eq!(whole.len(), 3 * record);
        for cut in 0..=whole.len() {
            std::fs::write(&path, &whole[..cut]).unwrap();
            let log = LogFile::open(&path, 7).unwrap();
            assert_eq!(payloads(&log).len(), cut / record, "cut at {cut}");
        }
        for changed in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[changed] ^= 1;
            std::fs::write(&path, &bytes).unwrap();
            let log = LogFile::open(&path, 7).unwrap();
            assert_eq!(payloads(&log).len(), changed / record, "changed at {changed}");
        }
    }

    #[test]
    fn what_lies_behind_the_end_never_comes_back() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log");
        let mut log = LogFile::open(&path, 1).unwrap();
        append(&mut log, 0..5);
        // Two records of this generation lie where the next one ends, and look whole.
        log.end = Position { offset: 0, checksum: log.generation };
        append(&mut log, 9..10);
        assert_eq!(payloads(&LogFile::open(&path, 1).unwrap()), vec![(9, vec![9; 10])]);
        // And those of an older generation.
        log.restart(2);
        append(&mut log, 3..4);
        assert_eq!(payloads(&LogFile::open(&path, 2).unwrap()), vec![(3, vec![3; 10])]);
        assert!(payloads(&LogFile::open(&path, 3).unwrap()).is_empty());
    }

    #[test]
    fn after_a_failed_sync_only_what_was_synced_counts() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log");
        let mut log = LogFile::open(&path, 1).unwrap();
        append(&mut log, 0..1);
        log.append(1, b"acknowledgement", false).unwrap();
        log.append(2, b"not synced", false).unwrap();
        log.rewind();
        assert_eq!(payloads(&log), vec![(0, vec![0; 10])]);
        append(&mut log, 3..4);
        let expected = vec![(0, vec![0; 10]), (3, vec![3; 10])];
        assert_eq!(payloads(&LogFile::open(&path, 1).unwrap()), expected);
    }
}
