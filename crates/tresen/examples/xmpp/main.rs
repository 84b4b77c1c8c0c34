//! A load generator for XMPP servers, to compare with `tresen bench` (`bench/ejabberd.sh` runs both).
//!
//! ```text
//! xmpp pairs   --users N --window W [--receipts]   pairs of users who write to each other
//! xmpp offline --users N --messages M              messages for users who are away
//! xmpp idle    --users N                           connections that say nothing
//! ```
//!
//! It does what `tresen bench` does, in the other protocol: TLS, users in pairs with a window of
//! messages outstanding, CPU-seconds of the server's processes. XMPP has no answer to a message; a
//! place in the window is free again when the other side has the message, or with receipts when its
//! receipt has come back. Users are made by registration in band.
#![expect(clippy::print_stdout, reason = "a command for developers talks to the terminal")]

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use anyhow::Context as _;
use clap::{Parser, ValueEnum};
use rustls_pki_types::{CertificateDer, pem::PemObject as _};
use serde::Serialize;

mod idle;
#[path = "../../src/bench/measure.rs"]
mod measure;
mod offline;
mod pairs;
mod process;
mod wire;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Pairs of users who write to each other.
    Pairs,
    /// Messages for users who are away.
    Offline,
    /// Connections that say nothing.
    Idle,
}

/// A load generator for XMPP servers.
#[derive(Debug, Parser)]
struct Args {
    /// What is measured.
    kind: Kind,
    /// Where the server listens, with TLS from the first byte.
    #[arg(long, default_value = "127.0.0.1:5223")]
    address: SocketAddr,
    /// The certificate of the server, as PEM.
    #[arg(long)]
    certificate: PathBuf,
    /// The processes of the server, with all that they have started.
    #[arg(long, value_delimiter = ',')]
    pids: Vec<u32>,
    /// Users.
    #[arg(long, default_value_t = 100)]
    users: usize,
    /// Messages that each user keeps outstanding.
    #[arg(long, default_value_t = 1)]
    window: usize,
    /// Messages for each user who is away.
    #[arg(long, default_value_t = 50)]
    messages: usize,
    /// Whether every message asks for a receipt.
    #[arg(long)]
    receipts: bool,
    /// How long it is measured.
    #[arg(long, default_value_t = 8)]
    seconds: u64,
}

/// What was measured; what a kind doesn't measure is absent.
#[derive(Debug, Default, Serialize)]
struct Report {
    kind: &'static str,
    users: usize,
    window: usize,
    receipts: bool,
    server_cpu_seconds: f64,
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
    accepted_per_server_cpu_second: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    server_kib_per_connection: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logins_per_server_cpu_second: Option<f64>,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let target = target(&args)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let report = tokio::task::LocalSet::new().block_on(&runtime, async {
        match args.kind {
            Kind::Pairs => pairs::run(&args, &target).await,
            Kind::Offline => offline::run(&args, &target).await,
            Kind::Idle => idle::run(&args, &target).await,
        }
    })?;
    println!("{}", serde_json::to_string(&report)?);
    Ok(())
}

fn target(args: &Args) -> anyhow::Result<wire::Target> {
    let mut roots = rustls::RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(&args.certificate).context("certificate")? {
        roots.add(certificate?)?;
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(wire::Target { address: args.address, tls: Arc::new(tls) })
}
