//! A bounded cache in front of the control store that never keeps what a write has made old.
//!
//! A reader takes the generation before it asks the store and hands it back with what it found: the
//! answer is kept only when nothing was forgotten in between. A full cache starts anew.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Values by key.
#[derive(Debug)]
pub(crate) struct Cache<K, V> {
    entries_max: usize,
    state: Mutex<CacheState<K, V>>,
}

#[derive(Debug)]
struct CacheState<K, V> {
    generation: u64,
    entries: BTreeMap<K, V>,
}

/// The moment before a look into the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Generation(u64);

impl<K: Ord, V: Clone> Cache<K, V> {
    pub(crate) const fn new(entries_max: usize) -> Self {
        let state = CacheState { generation: 0, entries: BTreeMap::new() };
        Self { entries_max, state: Mutex::new(state) }
    }

    fn lock(&self) -> MutexGuard<'_, CacheState<K, V>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The value, or the generation with which to keep what the store says.
    pub(crate) fn find(&self, key: &K) -> Result<V, Generation> {
        let state = self.lock();
        state.entries.get(key).cloned().ok_or(Generation(state.generation))
    }

    /// Keeps what the store said, unless something was forgotten since `generation`.
    pub(crate) fn keep(&self, generation: Generation, key: K, value: V) {
        let mut state = self.lock();
        if state.generation != generation.0 {
            return;
        }
        if state.entries.len() >= self.entries_max {
            state.entries.clear();
        }
        state.entries.insert(key, value);
    }

    /// Forgets a value, after the store has changed.
    pub(crate) fn forget(&self, key: &K) {
        let mut state = self.lock();
        state.generation = state.generation.wrapping_add(1);
        state.entries.remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_from_before_a_write_is_not_kept() {
        let cache = Cache::new(10);
        let before = cache.find(&1).unwrap_err();
        cache.forget(&1);
        cache.keep(before, 1, "old");
        let after = cache.find(&1).unwrap_err();
        cache.keep(after, 1, "new");
        assert_eq!(cache.find(&1), Ok("new"));
    }

    #[test]
    fn a_full_cache_starts_anew() {
        let cache = Cache::new(2);
        for key in 0..3 {
            let generation = cache.find(&key).unwrap_err();
            cache.keep(generation, key, key);
        }
        assert!(cache.find(&0).is_err());
        assert_eq!(cache.find(&2), Ok(2));
    }
}
