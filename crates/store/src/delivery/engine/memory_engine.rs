//! An engine in memory, for tests and as the measure of the other. It can lose power, and fail.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use bytes::Bytes;

use super::{Batch, Change, Engine, Slice, Table, Visit};
use crate::{ErrorKind, StoreError};

/// An engine in memory. Clones share their content, so that a store can be closed and opened again.
#[derive(Clone, Debug, Default)]
pub struct MemoryEngine {
    content: Arc<RwLock<Content>>,
    /// In which of the machine's lives it was opened.
    life: u64,
}

#[derive(Debug, Default)]
struct Content {
    tables: BTreeMap<Table, BTreeMap<Slice, Slice>>,
    nonce_generation: u64,
    life: u64,
    /// What brings back the state before each batch since the last sync.
    unsynced: Vec<Undo>,
    /// The next batches fail.
    failing: Option<Failing>,
}

/// Batches that fail.
#[derive(Clone, Copy, Debug)]
struct Failing {
    left: u32,
    /// Whether their changes are made all the same.
    are_made: bool,
}

/// The values of keys before a batch.
type Undo = Vec<(Table, Slice, Option<Slice>)>;

const NO_POWER: StoreError = StoreError::new(ErrorKind::Io, "the machine has lost power");
const BROKEN: StoreError = StoreError::new(ErrorKind::Io, "the disk failed");

impl MemoryEngine {
    /// Loses power: of the batches that weren't synced, the first `kept` remain. All handles from before
    /// fail; the one that is returned is of the next life.
    #[must_use]
    pub fn lose_power(&self, kept: usize) -> Self {
        let mut content = self.content.write().unwrap_or_else(PoisonError::into_inner);
        let kept = kept.min(content.unsynced.len());
        let lost = content.unsynced.split_off(kept);
        for (table, key, before) in lost.into_iter().rev().flat_map(|undo| undo.into_iter().rev()) {
            let table = content.tables.entry(table).or_default();
            match before {
                Some(value) => table.insert(key, value),
                None => table.remove(&key),
            };
        }
        content.unsynced.clear();
        content.failing = None;
        content.life += 1;
        Self { content: Arc::clone(&self.content), life: content.life }
    }

    /// Lets the next `count` batches fail. Nobody can know whether a batch that failed was made:
    /// `are_made` says it.
    pub fn fail_next(&self, count: u32, are_made: bool) {
        let mut content = self.content.write().unwrap_or_else(PoisonError::into_inner);
        content.failing = Some(Failing { left: count, are_made });
    }

    fn read(&self) -> Result<RwLockReadGuard<'_, Content>, StoreError> {
        let content = self.content.read().unwrap_or_else(PoisonError::into_inner);
        if content.life == self.life { Ok(content) } else { Err(NO_POWER) }
    }

    fn write(&self) -> Result<RwLockWriteGuard<'_, Content>, StoreError> {
        let content = self.content.write().unwrap_or_else(PoisonError::into_inner);
        if content.life == self.life { Ok(content) } else { Err(NO_POWER) }
    }
}

impl Engine for MemoryEngine {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Slice>, StoreError> {
        let content = self.read()?;
        Ok(content.tables.get(&table).and_then(|table| table.get(key)).cloned())
    }

    fn scan(
        &self,
        table: Table,
        from: &[u8],
        to: &[u8],
        visit: Visit<'_>,
    ) -> Result<(), StoreError> {
        let content = self.read()?;
        let Some(table) = content.tables.get(&table) else { return Ok(()) };
        if from > to {
            return Ok(());
        }
        for (key, value) in
            table.range::<[u8], _>((std::ops::Bound::Included(from), std::ops::Bound::Included(to)))
        {
            if visit(key, value.clone())?.is_break() {
                break;
            }
        }
        Ok(())
    }

    fn append(&self, key: u64, record: &Bytes, sync: bool) -> Result<(), StoreError> {
        let change = Change::Put(Slice::from(&**record));
        self.commit(&vec![(Table::Log, Slice::from(key.to_be_bytes()), change)], sync)
    }

    fn commit(&self, batch: &Batch, sync: bool) -> Result<(), StoreError> {
        let mut content = self.write()?;
        let failing = content.failing.filter(|failing| failing.left > 0);
        content.failing = failing.map(|it| Failing { left: it.left.saturating_sub(1), ..it });
        if failing.is_some_and(|failing| !failing.are_made) {
            return Err(BROKEN);
        }
        let mut undo = Undo::new();
        for (table, key, change) in batch {
            let entries = content.tables.entry(*table).or_default();
            let before = match change {
                Change::Put(value) => entries.insert(key.clone(), value.clone()),
                Change::Remove | Change::RemoveOnce => entries.remove(key),
            };
            undo.push((*table, key.clone(), before));
        }
        if failing.is_some() {
            // Made, and not known to be: a loss of power takes it or leaves it.
            content.unsynced.push(undo);
            return Err(BROKEN);
        }
        if sync {
            content.unsynced.clear();
        } else {
            content.unsynced.push(undo);
        }
        Ok(())
    }

    fn recover(&self) -> Result<(), StoreError> {
        // What is there from now on stays, as after a disk was read again.
        self.write()?.unsynced.clear();
        Ok(())
    }

    fn rotate_nonces(&self, generation: u64) -> Result<(), StoreError> {
        let mut content = self.write()?;
        content.unsynced.clear();
        let passed = generation.saturating_sub(content.nonce_generation);
        if passed > 0 {
            content.nonce_generation = generation;
            let present = content.tables.remove(&Table::Nonce).unwrap_or_default();
            content.tables.remove(&Table::NonceBefore);
            if passed == 1 {
                content.tables.insert(Table::NonceBefore, present);
            }
        }
        Ok(())
    }

    fn free_space(&self) -> Option<u64> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(engine: &MemoryEngine, key: &str, sync: bool) -> Result<(), StoreError> {
        let change = Change::Put(Slice::from(key));
        engine.commit(&vec![(Table::Meta, Slice::from(key), change)], sync)
    }

    fn has(engine: &MemoryEngine, key: &str) -> bool {
        engine.get(Table::Meta, key.as_bytes()).unwrap().is_some()
    }

    #[test]
    fn without_power_the_end_of_what_was_not_synced_is_lost() {
        let engine = MemoryEngine::default();
        put(&engine, "one", false).unwrap();
        put(&engine, "two", true).unwrap();
        put(&engine, "three", false).unwrap();
        put(&engine, "four", false).unwrap();
        let next = engine.lose_power(1);
        assert!(["one", "two", "three"].into_iter().all(|key| has(&next, key)));
        assert!(!has(&next, "four"));
        assert!(put(&engine, "five", true).is_err(), "the old process is dead");
        put(&next, "five", false).unwrap();
        assert!(!has(&next.lose_power(0), "five"));
    }

    #[test]
    fn a_batch_that_fails_is_made_or_not() {
        let engine = MemoryEngine::default();
        engine.fail_next(1, false);
        assert!(put(&engine, "one", true).is_err());
        engine.fail_next(1, true);
        assert!(put(&engine, "two", true).is_err());
        put(&engine, "three", false).unwrap();
        assert!(!has(&engine, "one") && has(&engine, "two") && has(&engine, "three"));
        let next = engine.lose_power(0);
        assert!(!has(&next, "two") && !has(&next, "three"));
        next.fail_next(1, true);
        assert!(put(&next, "four", true).is_err());
        next.recover().unwrap();
        assert!(has(&next.lose_power(0), "four"));
    }
}
