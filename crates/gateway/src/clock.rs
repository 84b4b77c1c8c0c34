//! The gateway's clock.

use std::sync::Arc;

use tresen_types::Timestamp;

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// This machine's clock.
#[must_use]
pub fn system_clock() -> Clock {
    Arc::new(now)
}

#[expect(clippy::disallowed_types, reason = "the one place that reads the machine's clock")]
fn now() -> Timestamp {
    let millis = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_millis()).ok())
        .unwrap_or(0);
    Timestamp::from_millis(millis)
}
