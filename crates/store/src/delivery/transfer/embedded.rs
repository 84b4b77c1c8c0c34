//! The tables of an embedded store that stands still.

use std::{ops::ControlFlow, path::Path, sync::Arc};

use bytes::Bytes;
use tresen_types::{DeviceId, Nonce};

use super::{Progress, Row, Section, Tables, swap};
use crate::{
    StoreError,
    delivery::{
        codec,
        engine::{Batch, Change, Engine, FjallEngine, Slice, Table, shared},
        ledger::{CURSOR_KEY, Ledger},
    },
};

/// The tables, and nothing beside them: what was young is in them too.
pub(super) struct EmbeddedTables {
    engine: Arc<FjallEngine>,
}

const MOVE_KEY: &[u8] = b"move";

/// Whether a move into this store was begun and hasn't ended.
pub(in crate::delivery) fn is_unfinished<E: Engine>(engine: &E) -> Result<bool, StoreError> {
    Ok(engine.get(Table::Meta, MOVE_KEY)?.is_some())
}

impl EmbeddedTables {
    pub(super) fn open(directory: &Path) -> Result<Self, StoreError> {
        let engine = Arc::new(FjallEngine::open(directory)?);
        Ledger::open(Arc::clone(&engine))?.checkpoint()?;
        Ok(Self { engine })
    }

    fn row(&self, section: Section, key: &[u8], value: Slice) -> Result<Row, StoreError> {
        let place = key.to_vec();
        let row = Row { key: place.clone(), place, value: shared(value), shared: None };
        Ok(match section {
            Section::Conversation => {
                let sequence = match self.engine.get(Table::Sequence, key)? {
                    Some(number) => codec::decode_number(&number)?,
                    None => 0,
                };
                let value = [&sequence.to_le_bytes(), &*row.value].concat().into();
                Row { value, ..row }
            }
            Section::Mailbox if codec::is_reference(&row.value) => {
                let (_device, cursor) = codec::read_mailbox_key(key)?;
                let payload = self.engine.get(Table::Payload, &cursor.to_be_bytes())?;
                let payload = payload.ok_or(StoreError::corrupt("an entry refers to nothing"))?;
                // Unique: an embedded store uses each cursor once, and a writer of PostgreSQL begins
                // with random bytes.
                let id = u128::from(cursor).to_be_bytes();
                Row { value: shared(payload), shared: Some(id), ..row }
            }
            Section::Nonce | Section::NonceBefore => Row { key: swap(key, Nonce::LENGTH)?, ..row },
            _ => row,
        })
    }
}

const fn table(section: Section) -> Table {
    match section {
        Section::Conversation => Table::Conversation,
        Section::GroupState => Table::GroupState,
        Section::Membership => Table::Membership,
        Section::Party => Table::Party,
        Section::Mailbox => Table::Mailbox,
        Section::Charge => Table::Charge,
        Section::Nonce => Table::Nonce,
        Section::NonceBefore => Table::NonceBefore,
    }
}

impl Tables for EmbeddedTables {
    fn page(&mut self, section: Section, after: &[u8]) -> Result<Vec<Row>, StoreError> {
        let mut found = Vec::new();
        // The next key that there can be.
        let from = if after.is_empty() { Vec::new() } else { [after, &[0]].concat() };
        self.engine.scan(table(section), &from, &[0xff; 64], &mut |key, value| {
            found.push((key.to_vec(), value));
            Ok(if found.len() >= section.page_rows() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            })
        })?;
        found.into_iter().map(|(key, value)| self.row(section, &key, value)).collect()
    }

    fn put(
        &mut self,
        section: Section,
        rows: &[Row],
        progress: &Progress,
    ) -> Result<(), StoreError> {
        let mut batch = Batch::new();
        let mut put = |table: Table, key: &[u8], value: &[u8]| {
            batch.push((table, Slice::from(key), Change::Put(Slice::from(value))));
        };
        for row in rows {
            match section {
                Section::Conversation => {
                    let (sequence, head) = split_sequence(&row.value)?;
                    put(Table::Conversation, &row.key, head);
                    put(Table::Sequence, &row.key, &sequence.to_le_bytes());
                }
                Section::Nonce | Section::NonceBefore => {
                    put(Table::Nonce, &swap(&row.key, DeviceId::LENGTH)?, &row.value);
                }
                section => put(table(section), &row.key, &row.value),
            }
        }
        put(Table::Meta, MOVE_KEY, &encode_progress(progress));
        self.engine.commit(&batch, true)
    }

    fn progress(&mut self) -> Result<Option<Progress>, StoreError> {
        let Some(value) = self.engine.get(Table::Meta, MOVE_KEY)? else { return Ok(None) };
        let (number, after) = split_sequence(&value)?;
        let section = i64::try_from(number)
            .map_err(|_large| StoreError::corrupt("the progress of a move is unreadable"))?;
        Ok(Some(Progress { section, after: after.to_vec() }))
    }

    fn begin(&mut self, generation: u64) -> Result<(), StoreError> {
        self.engine.rotate_nonces(generation)?;
        self.put(Section::Conversation, &[], &Progress { section: 0, after: Vec::new() })
    }

    fn cursor_ceiling(&mut self) -> Result<u64, StoreError> {
        match self.engine.get(Table::Meta, CURSOR_KEY)? {
            Some(value) => codec::decode_number(&value),
            None => Ok(1),
        }
    }

    fn finish(&mut self, ceiling: u64) -> Result<(), StoreError> {
        let ceiling = Slice::from(ceiling.to_le_bytes());
        let batch = vec![
            (Table::Meta, Slice::from(CURSOR_KEY), Change::Put(ceiling)),
            (Table::Meta, Slice::from(MOVE_KEY), Change::Remove),
        ];
        self.engine.commit(&batch, true)
    }
}

fn encode_progress(progress: &Progress) -> Vec<u8> {
    [&progress.section.to_le_bytes()[..], &progress.after].concat()
}

/// A number in front of bytes.
pub(super) fn split_sequence(value: &[u8]) -> Result<(u64, &[u8]), StoreError> {
    let (number, rest) = value
        .split_first_chunk::<8>()
        .ok_or(StoreError::corrupt("a conversation's row is too short"))?;
    Ok((u64::from_le_bytes(*number), rest))
}

/// A value that is a conversation's row.
pub(super) fn join_sequence(sequence: u64, head: &[u8]) -> Bytes {
    [&sequence.to_le_bytes(), head].concat().into()
}
