//! What the operating system says about a process, and percentiles.

use std::fs;

use anyhow::Context as _;

/// `sysconf(_SC_CLK_TCK)` is 100 on every Linux that Rust runs on.
const TICKS_PER_SECOND: f64 = 100.0;

/// CPU-seconds (user and system) of a process and all its threads so far.
pub(crate) fn cpu_seconds(pid: u32) -> anyhow::Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).context("the server's process")?;
    // The name in parentheses may hold spaces; fields 14 and 15 count from the beginning of the line.
    let (_name, rest) = stat.rsplit_once(')').context("the form of /proc/PID/stat")?;
    let ticks: u64 = rest
        .split_whitespace()
        .skip(11)
        .take(2)
        .map(|field| field.parse::<u64>().unwrap_or(0))
        .sum();
    #[expect(clippy::cast_precision_loss, reason = "ticks of one run are far below 2^52")]
    Ok(ticks as f64 / TICKS_PER_SECOND)
}

/// Resident memory of a process, in KiB.
pub(crate) fn rss_kib(pid: u32) -> anyhow::Result<u64> {
    let status =
        fs::read_to_string(format!("/proc/{pid}/status")).context("the server's process")?;
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.split_whitespace().next())
        .and_then(|kib| kib.parse().ok())
        .context("VmRSS of the server")
}

/// The value below which `share` (0 to 1) of the samples lie, in milliseconds; the samples are microseconds.
pub(crate) fn percentile_ms(samples: &mut [u32], share: f64) -> Option<f64> {
    if samples.is_empty() {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an index below the number of samples"
    )]
    let at = ((samples.len() - 1) as f64 * share) as usize;
    let (_, sample, _) = samples.select_nth_unstable(at);
    Some(f64::from(*sample) / 1_000.0)
}

/// A count as a float, for ratios.
#[expect(clippy::cast_precision_loss, reason = "counts of one run are far below 2^52")]
pub(crate) const fn ratio(count: u64, seconds: f64) -> f64 {
    if seconds > 0.0 { count as f64 / seconds } else { 0.0 }
}
