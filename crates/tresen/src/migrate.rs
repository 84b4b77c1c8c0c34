//! `tresen migrate`: moves what a server has stored to where it is to be stored from now on. All nodes
//! are stopped meanwhile.

use std::{path::Path, sync::Arc};

use anyhow::bail;
use serde::Serialize;
use tempfile::TempDir;
use tresen_server::{
    Config, SystemClock,
    config::DatabaseConfig,
    migrate::{Migrated, migrate},
};
use tresen_store::SharedClock;

use crate::{cli::MigrateArgs, output};

/// Rows between two lines in the log.
const TOLD_ROWS: u64 = 50_000;

/// The last line of standard output.
#[derive(Serialize)]
struct Report {
    conversations: u64,
    mailbox_entries: u64,
    nonces: u64,
    rows: u64,
    blobs: u64,
    blob_bytes: u64,
}

/// Moves, compares, and says what was moved.
pub(crate) fn run(args: &MigrateArgs) -> anyhow::Result<()> {
    let credentials = args.blob_credentials.as_deref();
    // A database has no folder: its lock lies in one that nobody else has.
    let scratch = TempDir::new()?;
    let from = side(&args.from, args.from_blobs.as_deref(), credentials, scratch.path(), "from")?;
    let to = side(&args.to, args.to_blobs.as_deref(), credentials, scratch.path(), "to")?;
    let clock: SharedClock = Arc::new(SystemClock);
    let mut next = TOLD_ROWS;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let Migrated { conversations, mailbox_entries, nonces, rows, blobs, blob_bytes } = runtime
        .block_on(migrate(&from, &to, &clock, |written| {
            if written >= next {
                tracing::info!(rows = written, "written");
                next = written.saturating_add(TOLD_ROWS);
            }
        }))?;
    output::last_line(&Report { conversations, mailbox_entries, nonces, rows, blobs, blob_bytes })
}

fn side(
    place: &str,
    blobs: Option<&str>,
    credentials: Option<&Path>,
    scratch: &Path,
    name: &str,
) -> anyhow::Result<Config> {
    let mut config = Config::default();
    config.blobs = blobs.map(ToOwned::to_owned);
    config.blob_credentials_file = credentials.map(ToOwned::to_owned);
    if ["postgres://", "postgresql://"].iter().any(|scheme| place.starts_with(scheme)) {
        if blobs.is_none() {
            bail!("a database holds no blobs: say with --{name}-blobs where they are");
        }
        config.database = Some(DatabaseConfig::new(place));
        config.data_dir = scratch.join(name);
        std::fs::create_dir(&config.data_dir)?;
    } else {
        config.data_dir = place.into();
    }
    Ok(config)
}
