//! Natively: tokio's current-thread runtime with a `LocalSet`.

use std::{future::Future, time::Duration};

use jiff::tz::TimeZone;
use tresen_statement::{Date, LocalTime};
use tresen_types::Timestamp;

/// Starts a task on this thread.
pub(crate) fn spawn(task: impl Future<Output = ()> + 'static) {
    drop(tokio::task::spawn_local(task));
}

/// Waits.
pub(crate) async fn sleep(duration_ms: u64) {
    tokio::time::sleep(Duration::from_millis(duration_ms)).await;
}

/// This machine's clock, milliseconds since the Unix epoch.
#[expect(clippy::disallowed_types, reason = "the one place that reads the native clock")]
pub(crate) fn now_millis() -> i64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_millis()).ok())
        .unwrap_or(0)
}

/// The civil time in a time zone; `None` when this machine doesn't know the zone.
pub(crate) fn local_time(time_zone: &str, now: Timestamp) -> Option<LocalTime> {
    let zone = TimeZone::get(time_zone).ok()?;
    let civil = jiff::Timestamp::from_millisecond(now.as_millis()).ok()?.to_zoned(zone);
    let date = Date::from_civil(
        u16::try_from(civil.year()).ok()?,
        u8::try_from(civil.month()).ok()?,
        u8::try_from(civil.day()).ok()?,
    )?;
    let minute = i16::from(civil.hour()) * 60 + i16::from(civil.minute());
    Some(LocalTime { date, minute: u16::try_from(minute).ok()? })
}
