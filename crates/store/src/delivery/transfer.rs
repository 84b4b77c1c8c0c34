//! Moves everything from one delivery store to another: a directory, or a database of PostgreSQL.
//!
//! The flow: both stand still. The target is empty, or holds a move that was interrupted. Section by
//! section, page by page in the order of the keys, rows are read and written, each page in one
//! transaction together with the place where it ends: a move that was interrupted goes on there. Then
//! both sides are read again and compared, and only then the target may be opened. The source isn't
//! changed.
//!
//! Cursors, sequence numbers, epochs, receipts and seen nonces stay what they are, so that no device
//! notices. Rows have the encoding of the embedded store; what differs between the two (where a payload
//! lies that several mailboxes share) isn't seen here.

use std::path::PathBuf;

use bytes::Bytes;
use embedded::EmbeddedTables;
use postgres::PostgresTables;
use tresen_types::{
    Timestamp,
    limits::{DAY_MS, MAILBOX_DAYS},
};
use xxhash_rust::xxh3::xxh3_128_with_seed;

use crate::{ErrorKind, StoreError};

mod embedded;
mod postgres;

pub(super) use embedded::is_unfinished;

/// A store into which somebody moves isn't opened before that has ended.
pub(super) const UNFINISHED_MOVE: StoreError =
    StoreError::new(ErrorKind::Conflict, "a move into these mailboxes hasn't ended");

/// Where a delivery store lies.
#[derive(Clone, Debug)]
pub enum DeliveryPlace {
    /// The directory of an embedded one.
    Directory(PathBuf),
    /// The URL of a database.
    Postgres(String),
}

/// What was moved and compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    /// Conversations.
    pub conversations: u64,
    /// Entries of mailboxes.
    pub entries: u64,
    /// Seen nonces.
    pub nonces: u64,
}

/// A kind of row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Section {
    /// Conversation → sequence number and head.
    Conversation,
    /// Conversation and part → public group state.
    GroupState,
    /// Device and conversation → nothing.
    Membership,
    /// Account and conversation → nothing.
    Party,
    /// Device and cursor → the entry.
    Mailbox,
    /// Charges that are due, open or settled → number and value.
    Charge,
    /// Device and nonce → what was answered.
    Nonce,
    /// The same, of the generation before; in the target it is with the present one.
    NonceBefore,
}

const SECTIONS: [Section; 8] = [
    Section::Conversation,
    Section::GroupState,
    Section::Membership,
    Section::Party,
    Section::Mailbox,
    Section::Charge,
    Section::Nonce,
    Section::NonceBefore,
];

impl Section {
    /// Rows of one page: what a page weighs is bounded by this.
    const fn page_rows(self) -> usize {
        match self {
            Self::GroupState => 32,
            Self::Mailbox => 256,
            _ => 2_048,
        }
    }

    fn number(self) -> i64 {
        SECTIONS.iter().zip(0..).find(|(one, _at)| **one == self).map_or(0, |(_one, at)| at)
    }
}

/// One row.
struct Row {
    /// Its key in the order of the side that it was read from.
    place: Vec<u8>,
    key: Vec<u8>,
    value: Bytes,
    /// The key of the payload, where several mailboxes share the value.
    shared: Option<[u8; 16]>,
}

/// How far a move has come.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Progress {
    section: i64,
    after: Vec<u8>,
}

/// The tables of a store that stands still.
trait Tables {
    /// The rows of a section after a place, in order; fewer than a page at the end.
    fn page(&mut self, section: Section, after: &[u8]) -> Result<Vec<Row>, StoreError>;

    /// Adds rows, in one transaction with the progress. Adding them twice is as adding them once.
    fn put(
        &mut self,
        section: Section,
        rows: &[Row],
        progress: &Progress,
    ) -> Result<(), StoreError>;

    /// The move into this store that hasn't ended.
    fn progress(&mut self) -> Result<Option<Progress>, StoreError>;

    /// Begins a move into this store: nonces will belong to this generation.
    fn begin(&mut self, generation: u64) -> Result<(), StoreError>;

    /// A cursor that no mailbox of this store has reached.
    fn cursor_ceiling(&mut self) -> Result<u64, StoreError>;

    /// Ends a move: from here on, cursors from `ceiling` on are given out.
    fn finish(&mut self, ceiling: u64) -> Result<(), StoreError>;
}

/// Moves a store. `tell` learns how many rows were written so far.
///
/// Both stores must be closed, on all nodes. When it fails, nothing is lost: it may be called again with
/// the same source and target, and goes on.
///
/// # Errors
/// `Conflict` when the target holds something else, or differs from the source in the end.
pub fn transfer_delivery(
    from: &DeliveryPlace,
    to: &DeliveryPlace,
    now: Timestamp,
    tell: &mut dyn FnMut(u64),
) -> Result<Moved, StoreError> {
    let mut source = open(from)?;
    let mut target = open(to)?;
    if source.progress()?.is_some() {
        let what = "the source is itself the target of a move that hasn't ended";
        return Err(StoreError::new(ErrorKind::Conflict, what));
    }
    let progress = target.progress()?;
    if progress.is_none() {
        for section in SECTIONS {
            if !target.page(section, &[])?.is_empty() {
                return Err(StoreError::new(ErrorKind::Conflict, "the target isn't empty"));
            }
        }
        let generation = now.as_millis().max(0) / (MAILBOX_DAYS * DAY_MS);
        target.begin(u64::try_from(generation).unwrap_or(0))?;
    }
    copy(&mut *source, &mut *target, progress, tell)?;
    let (there, here) = (Digest::of(&mut *source)?, Digest::of(&mut *target)?);
    if there != here {
        let what = "what was moved differs from the source: was the source open meanwhile?";
        return Err(StoreError::new(ErrorKind::Conflict, what));
    }
    target.finish(source.cursor_ceiling()?)?;
    Ok(there.moved)
}

fn open(place: &DeliveryPlace) -> Result<Box<dyn Tables>, StoreError> {
    Ok(match place {
        DeliveryPlace::Directory(directory) => Box::new(EmbeddedTables::open(directory)?),
        DeliveryPlace::Postgres(url) => Box::new(PostgresTables::open(url)?),
    })
}

fn copy(
    source: &mut dyn Tables,
    target: &mut dyn Tables,
    progress: Option<Progress>,
    tell: &mut dyn FnMut(u64),
) -> Result<(), StoreError> {
    let mut place = progress.unwrap_or(Progress { section: 0, after: Vec::new() });
    let mut written: u64 = 0;
    for section in SECTIONS {
        if section.number() < place.section {
            continue;
        }
        if section.number() > place.section {
            place = Progress { section: section.number(), after: Vec::new() };
        }
        loop {
            let rows = source.page(section, &place.after)?;
            let Some(last) = rows.last() else { break };
            place.after.clone_from(&last.place);
            target.put(section, &rows, &place)?;
            written = written.saturating_add(u64::try_from(rows.len()).unwrap_or(u64::MAX));
            tell(written);
        }
    }
    Ok(())
}

/// What a store holds, independent of the order.
#[derive(Debug, Default, PartialEq, Eq)]
struct Digest {
    moved: Moved,
    sum: u128,
}

impl Digest {
    fn of(tables: &mut dyn Tables) -> Result<Self, StoreError> {
        let mut digest = Self::default();
        for section in SECTIONS {
            let mut after = Vec::new();
            // Nonces of both generations are the same thing here.
            let seed = section.min(Section::Nonce).number().unsigned_abs();
            loop {
                let rows = tables.page(section, &after)?;
                let Some(last) = rows.last() else { break };
                after.clone_from(&last.place);
                for row in &rows {
                    let value = xxh3_128_with_seed(&row.value, seed);
                    let bytes = [row.key.as_slice(), &value.to_le_bytes()].concat();
                    digest.sum = digest.sum.wrapping_add(xxh3_128_with_seed(&bytes, seed));
                }
                let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
                match section {
                    Section::Conversation => digest.moved.conversations += count,
                    Section::Mailbox => digest.moved.entries += count,
                    Section::Nonce | Section::NonceBefore => digest.moved.nonces += count,
                    Section::GroupState
                    | Section::Membership
                    | Section::Party
                    | Section::Charge => {}
                }
            }
        }
        Ok(digest)
    }
}

/// Swaps the two parts of a nonce's key: the embedded store begins with the nonce, PostgreSQL with the
/// device. `first` is the length of what comes first now.
fn swap(key: &[u8], first: usize) -> Result<Vec<u8>, StoreError> {
    let (head, tail) =
        key.split_at_checked(first).ok_or(StoreError::corrupt("a nonce's key is too short"))?;
    Ok([tail, head].concat())
}
