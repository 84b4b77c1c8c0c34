//! A bounded cache in front of the control store that never keeps what a write has made old.
//!
//! A reader takes the generation before it asks the store and hands it back with what it found: the
//! answer is kept only when nothing was forgotten in between. A full cache starts anew.
//!
//! Where several nodes share the store, an answer also has a greatest age: another node's word that
//! something has changed may be lost.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tresen_store::SharedClock;
use tresen_types::Timestamp;

/// Values by key.
pub(crate) struct Cache<K, V> {
    entries_max: usize,
    age: Option<Age>,
    state: Mutex<CacheState<K, V>>,
}

/// How long an answer counts.
#[derive(Clone)]
pub(crate) struct Age {
    /// The clock that ages are measured with.
    pub(crate) clock: SharedClock,
    /// The greatest age, in milliseconds.
    pub(crate) max_ms: i64,
}

struct CacheState<K, V> {
    generation: u64,
    /// With the time at which the store was asked.
    entries: BTreeMap<K, (V, Timestamp)>,
}

impl<K, V> fmt::Debug for Cache<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache").field("entries_max", &self.entries_max).finish_non_exhaustive()
    }
}

/// The moment before a look into the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Generation {
    number: u64,
    at: Timestamp,
}

impl<K: Ord, V: Clone> Cache<K, V> {
    pub(crate) const fn new(entries_max: usize, age: Option<Age>) -> Self {
        let state = CacheState { generation: 0, entries: BTreeMap::new() };
        Self { entries_max, age, state: Mutex::new(state) }
    }

    fn lock(&self) -> MutexGuard<'_, CacheState<K, V>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The value, or the generation with which to keep what the store says.
    pub(crate) fn find(&self, key: &K) -> Result<V, Generation> {
        let at = self.age.as_ref().map_or(Timestamp::default(), |age| age.clock.now());
        let state = self.lock();
        state
            .entries
            .get(key)
            .filter(|(_value, since)| self.counts(*since, at))
            .map(|(value, _since)| value.clone())
            .ok_or(Generation { number: state.generation, at })
    }

    fn counts(&self, since: Timestamp, now: Timestamp) -> bool {
        // A clock that was set back makes everything old.
        let is_young = |age: &Age| (0..age.max_ms).contains(&now.millis_since(since));
        self.age.as_ref().is_none_or(is_young)
    }

    /// Keeps what the store said, unless something was forgotten since `generation`.
    pub(crate) fn keep(&self, generation: Generation, key: K, value: V) {
        let mut state = self.lock();
        if state.generation != generation.number {
            return;
        }
        if state.entries.len() >= self.entries_max {
            state.entries.clear();
        }
        state.entries.insert(key, (value, generation.at));
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
    use std::sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    };

    use super::*;

    #[test]
    fn an_answer_counts_until_it_is_too_old() {
        let now = Arc::new(AtomicI64::new(1_000));
        let told = Arc::clone(&now);
        let clock = move || Timestamp::from_millis(told.load(Ordering::Relaxed));
        let cache = Cache::new(10, Some(Age { clock: Arc::new(clock), max_ms: 50 }));
        let asked = cache.find(&1).unwrap_err();
        // The answer is as old as the question.
        now.store(1_020, Ordering::Relaxed);
        cache.keep(asked, 1, "here");
        now.store(1_049, Ordering::Relaxed);
        assert_eq!(cache.find(&1), Ok("here"));
        now.store(1_050, Ordering::Relaxed);
        assert!(cache.find(&1).is_err());
        now.store(900, Ordering::Relaxed);
        assert!(cache.find(&1).is_err(), "the clock was set back");
    }

    #[test]
    fn an_answer_from_before_a_write_is_not_kept() {
        let cache = Cache::new(10, None);
        let before = cache.find(&1).unwrap_err();
        cache.forget(&1);
        cache.keep(before, 1, "old");
        let after = cache.find(&1).unwrap_err();
        cache.keep(after, 1, "new");
        assert_eq!(cache.find(&1), Ok("new"));
    }

    #[test]
    fn a_full_cache_starts_anew() {
        let cache = Cache::new(2, None);
        for key in 0..3 {
            let generation = cache.find(&key).unwrap_err();
            cache.keep(generation, key, key);
        }
        assert!(cache.find(&0).is_err());
        assert_eq!(cache.find(&2), Ok(2));
    }
}
