//! What happens in a simulation, line by line, as one number: two runs of a seed agree in it.

use std::{
    fmt,
    sync::{Mutex, PoisonError},
};

use tokio::time::Instant;

/// The offset and the prime of FNV-1a.
const FNV: (u64, u64) = (0xCBF2_9CE4_8422_2325, 0x0000_0100_0000_01B3);

/// What has happened so far.
#[derive(Debug)]
pub(super) struct Trace {
    began: Instant,
    is_told: bool,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    hash: u64,
    lines: u64,
}

impl Trace {
    /// Begins now; `is_told` prints every line to the standard error.
    pub(super) fn new(is_told: bool) -> Self {
        let state = Mutex::new(State { hash: FNV.0, lines: 0 });
        Self { began: Instant::now(), is_told, state }
    }

    /// Milliseconds since the beginning.
    pub(super) fn now_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Notes what happens now.
    #[expect(clippy::print_stderr, reason = "who replays a seed reads along")]
    pub(super) fn note(&self, what: fmt::Arguments<'_>) {
        let line = format!("{:>8} {what}", self.now_ms());
        if self.is_told {
            eprintln!("{line}");
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.lines += 1;
        for byte in line.bytes() {
            state.hash = (state.hash ^ u64::from(byte)).wrapping_mul(FNV.1);
        }
    }

    /// The number of all lines together, and how many there were.
    pub(super) fn digest(&self) -> (u64, u64) {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        (state.hash, state.lines)
    }
}
