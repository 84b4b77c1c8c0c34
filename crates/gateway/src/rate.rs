//! How often something may happen: a burst, then one per interval, for each key.

use std::collections::BTreeMap;

use tresen_types::Timestamp;

use crate::limits::RATE_KEYS_MAX;

const MICROS_PER_MILLI: i64 = 1_000;

/// How often something may happen. Remembers for each key when it will have rested.
#[derive(Debug)]
pub(crate) struct Rate {
    interval_us: i64,
    burst: i64,
    rested_at_us: BTreeMap<String, i64>,
}

impl Rate {
    /// `burst` at once, then one per interval.
    pub(crate) const fn new(burst: u32, interval_us: i64) -> Self {
        Self { interval_us, burst: burst as i64, rested_at_us: BTreeMap::new() }
    }

    /// Takes one; if it is too early, says in how many milliseconds there is the next.
    pub(crate) fn take(&mut self, key: &str, now: Timestamp) -> Result<(), i64> {
        let now_us = now.as_millis().saturating_mul(MICROS_PER_MILLI);
        let rested = self.rested_at_us.get(key).copied().unwrap_or(now_us).max(now_us);
        let ahead = rested.saturating_sub(now_us);
        let allowed = self.burst.saturating_sub(1).saturating_mul(self.interval_us);
        if ahead > allowed {
            return Err(ahead.saturating_sub(allowed) / MICROS_PER_MILLI + 1);
        }
        if self.rested_at_us.len() >= RATE_KEYS_MAX && !self.rested_at_us.contains_key(key) {
            self.rested_at_us.retain(|_key, rested| *rested > now_us);
            if self.rested_at_us.len() >= RATE_KEYS_MAX {
                return Err(self.interval_us / MICROS_PER_MILLI + 1);
            }
        }
        self.rested_at_us.insert(key.to_owned(), rested.saturating_add(self.interval_us));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_then_one_per_interval_for_each_key() {
        let mut rate = Rate::new(3, 1_000_000);
        let at = Timestamp::from_millis;
        for _ in 0..3 {
            assert_eq!(rate.take("a", at(0)), Ok(()));
        }
        assert_eq!(rate.take("a", at(0)), Err(1_001));
        assert_eq!(rate.take("b", at(0)), Ok(()));
        assert_eq!(rate.take("a", at(1_000)), Ok(()));
        assert!(rate.take("a", at(1_000)).is_err());
        // A clock that is set back doesn't open the gate.
        assert!(rate.take("a", at(500)).is_err());
    }
}
