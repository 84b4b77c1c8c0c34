//! Where the stores take the time from.

use std::sync::Arc;

use tresen_types::Timestamp;

/// Tells the time. Any `Fn() -> Timestamp` is a clock.
pub trait Clock: Send + Sync + 'static {
    /// The time now.
    fn now(&self) -> Timestamp;
}

impl<F: Fn() -> Timestamp + Send + Sync + 'static> Clock for F {
    fn now(&self) -> Timestamp {
        self()
    }
}

/// A clock that several parts share.
pub type SharedClock = Arc<dyn Clock>;
