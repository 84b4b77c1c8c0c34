//! The control store's suite on SQLite.
#![expect(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

use std::sync::Arc;

use tempfile::TempDir;
use tresen_store::{
    ControlStore,
    conformance::{self, ControlOpener},
};

fn in_memory() -> ControlOpener {
    let store = Arc::new(ControlStore::in_memory().unwrap());
    Box::new(move || Arc::clone(&store))
}

fn in_a_file() -> ControlOpener {
    let directory = TempDir::new().unwrap();
    Box::new(move || Arc::new(ControlStore::open(&directory.path().join("control")).unwrap()))
}

#[test]
fn sqlite_in_memory_conforms() {
    conformance::control(&mut in_memory);
}

#[test]
fn sqlite_in_a_file_conforms() {
    conformance::control(&mut in_a_file);
}
