//! An engine in memory, for tests and as the measure of the other. It can lose power.

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
}

/// The values of keys before a batch.
type Undo = Vec<(Table, Slice, Option<Slice>)>;

const NO_POWER: StoreError = StoreError::new(ErrorKind::Io, "the machine has lost power");

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
        content.life += 1;
        Self { content: Arc::clone(&self.content), life: content.life }
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
        let mut undo = Undo::new();
        for (table, key, change) in batch {
            let entries = content.tables.entry(*table).or_default();
            let before = match change {
                Change::Put(value) => entries.insert(key.clone(), value.clone()),
                Change::Remove | Change::RemoveOnce => entries.remove(key),
            };
            undo.push((*table, key.clone(), before));
        }
        if sync {
            content.unsynced.clear();
        } else {
            content.unsynced.push(undo);
        }
        Ok(())
    }

    fn recover(&self) -> Result<(), StoreError> {
        self.read().map(drop)
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
}
