//! What the SDK needs of its surroundings: tasks, time and randomness, under the same names natively
//! and in the browser. Everything runs on one thread.

#[cfg(target_arch = "wasm32")]
#[path = "runtime/browser.rs"]
mod platform;
#[cfg(not(target_arch = "wasm32"))]
#[path = "runtime/native.rs"]
mod platform;

use std::{future::Future, pin::pin};

use futures::future::{Either, select};
pub(crate) use platform::{local_time, now_millis, sleep, spawn};

/// Random bytes from the operating system or the browser.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("a system without randomness can't keep secrets");
    bytes
}

/// How long a task waits until it looks again by itself: after faults soon, and less and less often when
/// that doesn't help.
pub(crate) fn pause_ms(faults: u32, fault_pause_ms: u64, interval_ms: u64) -> u64 {
    match faults {
        0 => interval_ms,
        _ => fault_pause_ms.saturating_mul(1 << faults.min(12)).min(interval_ms),
    }
}

/// A random number below `bound`, for jitter.
pub(crate) fn jitter_ms(bound: u64) -> u64 {
    u64::from_be_bytes(random()).checked_rem(bound).unwrap_or(0)
}

/// Runs a future for at most this long; `None` when the time was over first.
pub(crate) async fn within<F: Future>(limit_ms: u64, future: F) -> Option<F::Output> {
    match select(pin!(future), pin!(sleep(limit_ms))).await {
        Either::Left((output, _sleep)) => Some(output),
        Either::Right(((), _future)) => None,
    }
}
