//! An engine in memory, for tests and as the measure of the other.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use super::{Batch, Change, Engine, Slice, Table, Visit};
use crate::StoreError;

/// An engine in memory. Clones share their content, so that a store can be closed and opened again.
#[derive(Clone, Debug, Default)]
pub struct MemoryEngine {
    content: Arc<RwLock<Content>>,
}

#[derive(Debug, Default)]
struct Content {
    tables: BTreeMap<Table, BTreeMap<Slice, Slice>>,
    nonce_generation: u64,
}

impl Engine for MemoryEngine {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Slice>, StoreError> {
        let content = self.content.read().unwrap_or_else(PoisonError::into_inner);
        Ok(content.tables.get(&table).and_then(|table| table.get(key)).cloned())
    }

    fn scan(
        &self,
        table: Table,
        from: &[u8],
        to: &[u8],
        visit: Visit<'_>,
    ) -> Result<(), StoreError> {
        let content = self.content.read().unwrap_or_else(PoisonError::into_inner);
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

    fn commit(&self, batch: &Batch, _sync: bool) -> Result<(), StoreError> {
        let mut content = self.content.write().unwrap_or_else(PoisonError::into_inner);
        for (table, key, change) in batch {
            let table = content.tables.entry(*table).or_default();
            match change {
                Change::Put(value) => {
                    table.insert(key.clone(), value.clone());
                }
                Change::Remove | Change::RemoveOnce => {
                    table.remove(key);
                }
            }
        }
        Ok(())
    }

    fn recover(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn rotate_nonces(&self, generation: u64) -> Result<(), StoreError> {
        let mut content = self.content.write().unwrap_or_else(PoisonError::into_inner);
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
