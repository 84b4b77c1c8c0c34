//! `tresen bench`: how much one core of a server does, on the real protocol.
//!
//! Starts a server process of its own on CPU 0, with TLS and fsync, drives it from CPU 1, and prints
//! one JSON object on the last line of standard output. Figures are CPU-seconds of the server and
//! ratios, since wall time says more about the machine than about the program.

mod fanout;
mod gateway;
mod idle;
mod lossy_disk;
mod measure;
mod messages;
mod offline;
mod photos;
mod server_process;

pub(crate) use lossy_disk::LossyDisk;
pub(crate) use measure::{cpu_seconds, rss_kib};
use serde::Serialize;
pub(crate) use server_process::{ServerOptions, ServerProcess};

use crate::cli::{BenchArgs, BenchKind};

/// Bytes of ciphertext in a message, as the bars of DESIGN section 8 have it.
const CIPHERTEXT_BYTES: usize = 400;

/// What `tresen bench` prints. Figures that a kind doesn't measure are absent.
#[derive(Debug, Default, Serialize)]
struct Report {
    kind: &'static str,
    seconds: f64,
    window: usize,
    receipts: bool,
    durable: bool,
    tls: bool,
    server_cpu_seconds: f64,
    server_rss_kib: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pairs: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    connections: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivered: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivered_per_second: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivered_per_server_cpu_second: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    server_share_of_core: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    latency_ms_p50: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    latency_ms_p99: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    server_kib_per_connection: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    server_kib_per_connection_after_traffic: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logins_per_server_cpu_second: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    accepted_per_server_cpu_second: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    drained_per_server_cpu_second: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uploads_per_server_cpu_second: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    downloads_per_server_cpu_second: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    photo_bytes: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gateway_cpu_seconds: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gateway_rss_kib: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sends_per_second: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sends_per_gateway_cpu_second: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    webhooks: Option<u64>,
    lost: u64,
    doubled: u64,
    reordered: u64,
}

/// Runs one kind of bench and prints its report.
pub(crate) fn run(args: &BenchArgs) -> anyhow::Result<()> {
    server_process::pin_this_process(1)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let report = runtime.block_on(async {
        match args.kind {
            BenchKind::Messages => messages::run(args).await,
            BenchKind::Idle => idle::run(args).await,
            BenchKind::Offline => offline::run(args).await,
            BenchKind::Fanout => fanout::run(args).await,
            BenchKind::Photos => photos::run(args).await,
            BenchKind::Gateway => gateway::run(args).await,
        }
    })?;
    crate::output::last_line(&report)?;
    anyhow::ensure!(report.lost == 0, "{} accepted messages were lost", report.lost);
    anyhow::ensure!(report.doubled == 0, "{} messages came twice", report.doubled);
    anyhow::ensure!(report.reordered == 0, "{} messages came out of order", report.reordered);
    Ok(())
}
