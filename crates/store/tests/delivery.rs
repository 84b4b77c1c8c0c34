//! The conformance suite on both delivery stores, and what only the embedded one can show.
#![expect(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use bytes::Bytes;
use tempfile::TempDir;
use tresen_store::{
    DeliveryEvent, ErrorKind,
    conformance::{self, Opener},
    delivery::{
        DeliveryOptions, DeliveryStore, EmbeddedDelivery, MemoryDelivery, MemoryEngine, Notice,
        Outcome,
    },
};
use tresen_types::{DeviceId, Timestamp};

fn in_memory() -> Opener {
    let engine = MemoryEngine::default();
    Box::new(move |options| Box::new(MemoryDelivery::open(&engine, options).unwrap()))
}

fn on_disk() -> Opener {
    let directory = TempDir::new().unwrap();
    Box::new(move |options| Box::new(EmbeddedDelivery::open(directory.path(), options).unwrap()))
}

#[test]
fn the_memory_store_conforms() {
    conformance::delivery(&mut in_memory);
}

#[test]
fn the_embedded_store_conforms() {
    conformance::delivery(&mut on_disk);
}

#[test]
fn the_memory_store_follows_the_model() {
    conformance::delivery_model(&mut in_memory, 200);
}

#[test]
fn the_embedded_store_follows_the_model() {
    conformance::delivery_model(&mut on_disk, 12);
}

fn options() -> DeliveryOptions {
    let now = AtomicI64::new(1_760_000_000_000);
    DeliveryOptions::new(Arc::new(move || {
        Timestamp::from_millis(now.fetch_add(1, Ordering::Relaxed))
    }))
}

fn notice(text: &str) -> DeliveryEvent {
    DeliveryEvent::Enqueue(Notice {
        devices: vec![DeviceId::new([1; 8])],
        conversation: None,
        sender: None,
        class: 0,
        body: Bytes::from(text.to_owned()),
    })
}

/// What a crash of the machine would leave: the files as they are while the store runs.
fn copy_files(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_files(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

async fn waiting(store: &EmbeddedDelivery) -> Vec<String> {
    let read = store.read_after(DeviceId::new([1; 8]), 0, usize::MAX, usize::MAX);
    let entries = read.await.unwrap();
    entries.iter().map(|entry| String::from_utf8_lossy(&entry.body).into_owned()).collect()
}

#[tokio::test]
async fn what_was_answered_is_in_the_files() {
    let directory = TempDir::new().unwrap();
    let store = EmbeddedDelivery::open(directory.path(), options()).unwrap();
    let mut texts = Vec::new();
    for round in 0..5 {
        let text = format!("notice {round}");
        assert_eq!(store.submit(notice(&text)).await, Ok(Outcome::Done));
        texts.push(text);
        let image = TempDir::new().unwrap();
        copy_files(directory.path(), image.path());
        let after_crash = EmbeddedDelivery::open(image.path(), options()).unwrap();
        assert_eq!(waiting(&after_crash).await, texts);
    }
}

#[tokio::test]
async fn with_the_hook_a_crash_loses_what_was_answered() {
    let directory = TempDir::new().unwrap();
    let mut broken = options();
    broken.acknowledge_before_write = true;
    let store = EmbeddedDelivery::open(directory.path(), broken).unwrap();
    let submissions: Vec<_> =
        (0..3).map(|round| store.submit(notice(&round.to_string()))).collect();
    for submission in submissions {
        assert_eq!(submission.await, Ok(Outcome::Done));
    }
    assert!(waiting(&store).await.is_empty(), "answered, and nowhere to be found");
    // Without a crash nothing is lost.
    drop(store);
    let store = EmbeddedDelivery::open(directory.path(), options()).unwrap();
    assert_eq!(waiting(&store).await, ["0", "1", "2"]);
}

#[tokio::test]
async fn a_store_is_opened_once() {
    let directory = TempDir::new().unwrap();
    let _store = EmbeddedDelivery::open(directory.path(), options()).unwrap();
    let second = EmbeddedDelivery::open(directory.path(), options());
    assert_eq!(second.unwrap_err().kind(), ErrorKind::Io);
}
