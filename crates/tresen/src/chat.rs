//! `tresen chat`: the SDK on the command line, for scripts and tests.
//!
//! ```text
//! standard input  Call, one JSON object a line ─▶ SDK ─▶ Output, one a line    standard output
//! a command       ─▶ the same calls ─▶ Answer, or events, one a line           standard output
//!                                    ─▶ Failure, one JSON object               standard error
//! ```

mod calls;
mod commands;

use std::{io::Write as _, path::Path, process::ExitCode, time::Duration};

use anyhow::Context as _;
pub(crate) use commands::check_entry_link;
use rustls_pki_types::{CertificateDer, pem::PemObject as _};
use serde::Serialize;
use tresen_client::Trust;
use tresen_view::{Failure, FailureKind};

use crate::{
    cli::ChatArgs,
    device::{Device, io_failure},
    output,
};

/// The bug is ours.
const EXIT_INTERNAL: u8 = 1;
/// It may work later.
const EXIT_LATER: u8 = 3;
/// It won't work like this.
const EXIT_REFUSED: u8 = 4;

/// Does what is asked; the exit code says how it went.
pub(crate) fn run(args: &ChatArgs) -> anyhow::Result<ExitCode> {
    let trust = args.root_certificate.as_deref().map_or(Ok(Trust::Web), read_root)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let outcome = tokio::task::LocalSet::new().block_on(&runtime, work(args, trust));
    // The thread that reads standard input may stand in a read.
    runtime.shutdown_background();
    let Err(failure) = outcome else { return Ok(ExitCode::SUCCESS) };
    let line = serde_json::to_string(&failure)?;
    writeln!(std::io::stderr().lock(), "{line}")?;
    Ok(ExitCode::from(exit_code(failure.kind)))
}

async fn work(args: &ChatArgs, trust: Trust) -> Result<(), Failure> {
    let mut device = Device::open(&args.server, &args.store, trust).await?;
    let patience = Duration::from_secs(args.patience);
    let outcome = match &args.command {
        Some(command) => commands::run(&mut device, command, patience).await,
        None => calls::run(&mut device, patience).await,
    };
    device.client.close().await;
    outcome
}

fn read_root(path: &Path) -> anyhow::Result<Trust> {
    let root = CertificateDer::from_pem_file(path).context("the root certificate can't be read")?;
    Ok(Trust::Root(root.to_vec()))
}

const fn exit_code(kind: FailureKind) -> u8 {
    match kind {
        FailureKind::Offline | FailureKind::Busy => EXIT_LATER,
        FailureKind::Internal => EXIT_INTERNAL,
        FailureKind::FingerprintMismatch
        | FailureKind::LinkUsedUp
        | FailureKind::LinkExpired
        | FailureKind::LinkRevoked
        | FailureKind::WrongCode
        | FailureKind::NameTaken
        | FailureKind::ConsentMissing
        | FailureKind::Blocked
        | FailureKind::DeviceRevoked
        | FailureKind::TooLarge
        | FailureKind::PriceChanged
        | FailureKind::SoldOut
        | FailureKind::WindowClosed
        | FailureKind::TooLate
        | FailureKind::NotFound
        | FailureKind::Invalid
        | FailureKind::Untrusted
        | FailureKind::StorageFull
        | FailureKind::OtherWindow
        | FailureKind::OtherServer
        | FailureKind::PasskeyNeeded
        | FailureKind::AlreadyThere => EXIT_REFUSED,
    }
}

/// Prints one JSON object on a line of its own.
fn print<T: Serialize>(value: &T) -> Result<(), Failure> {
    let line = serde_json::to_string(value)
        .map_err(|error| Failure { kind: FailureKind::Internal, detail: error.to_string() })?;
    output::line(&line).map_err(|error| io_failure(&error))
}
