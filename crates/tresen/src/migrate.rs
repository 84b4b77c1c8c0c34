//! `tresen migrate`: moves what a server has stored to where it is to be stored from now on. All nodes
//! are stopped meanwhile.

use std::path::Path;

use serde::Serialize;
use tresen_server::{DELIVERY_DIRECTORY, SystemClock};
use tresen_store::{
    Clock as _,
    delivery::{DeliveryPlace, Moved, transfer_delivery},
};

use crate::{cli::MigrateArgs, output};

/// Rows between two lines in the log.
const TOLD_ROWS: u64 = 50_000;

/// The last line of standard output.
#[derive(Serialize)]
struct Report {
    conversations: u64,
    mailbox_entries: u64,
    nonces: u64,
}

/// Moves, compares, and says what was moved.
pub(crate) fn run(args: &MigrateArgs) -> anyhow::Result<()> {
    let (from, to) = (place(&args.from), place(&args.to));
    let mut next = TOLD_ROWS;
    let Moved { conversations, entries, nonces } =
        transfer_delivery(&from, &to, SystemClock.now(), &mut |rows| {
            if rows >= next {
                tracing::info!(rows, "written");
                next = next.saturating_add(TOLD_ROWS);
            }
        })?;
    output::last_line(&Report { conversations, mailbox_entries: entries, nonces })
}

fn place(text: &str) -> DeliveryPlace {
    if ["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme)) {
        DeliveryPlace::Postgres(text.to_owned())
    } else {
        DeliveryPlace::Directory(Path::new(text).join(DELIVERY_DIRECTORY))
    }
}
