//! The clock of everybody in the sandbox: this machine's, and what was advanced.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use tresen_gateway::{Clock, system_clock};
use tresen_store::SharedClock;
use tresen_types::Timestamp;

/// How far the clock may be advanced in all, in milliseconds: ten years.
const AHEAD_MS_MAX: i64 = 10 * 365 * 24 * 60 * 60 * 1_000;

/// A clock that can be advanced.
#[derive(Clone)]
pub(crate) struct SandboxClock {
    machine: Clock,
    ahead_ms: Arc<AtomicI64>,
}

impl SandboxClock {
    pub(crate) fn new() -> Self {
        Self { machine: system_clock(), ahead_ms: Arc::default() }
    }

    /// What is added to this machine's clock.
    pub(crate) fn ahead_ms(&self) -> Arc<AtomicI64> {
        Arc::clone(&self.ahead_ms)
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.machine)().plus_millis(self.ahead_ms.load(Ordering::Relaxed))
    }

    /// Advances it. Says whether it goes so far.
    pub(crate) fn advance(&self, millis: i64) -> bool {
        let ahead = self.ahead_ms.load(Ordering::Relaxed).saturating_add(millis);
        let is_possible = millis >= 0 && ahead <= AHEAD_MS_MAX;
        if is_possible {
            self.ahead_ms.store(ahead, Ordering::Relaxed);
        }
        is_possible
    }

    /// As the gateway wants it.
    pub(crate) fn of_gateway(&self) -> Clock {
        let clock = self.clone();
        Arc::new(move || clock.now())
    }

    /// As the server wants it.
    pub(crate) fn of_server(&self) -> SharedClock {
        let clock = self.clone();
        Arc::new(move || clock.now())
    }
}
