//! The blob store's suite on files and SQLite.
#![expect(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

use std::sync::Arc;

use tempfile::TempDir;
use tresen_store::{
    BlobStore, ControlStore,
    conformance::{self, BlobNode, BlobOpener},
};

fn files() -> BlobOpener {
    let directory = TempDir::new().unwrap();
    let node = BlobNode {
        blobs: Arc::new(BlobStore::open(&directory.path().join("blobs")).unwrap()),
        control: Arc::new(ControlStore::in_memory().unwrap()),
    };
    Box::new(move || {
        // One process has the files at a time: its store is what the nodes share.
        assert!(directory.path().exists());
        node.clone()
    })
}

#[tokio::test]
async fn files_conform() {
    conformance::blobs(&mut files).await;
}
