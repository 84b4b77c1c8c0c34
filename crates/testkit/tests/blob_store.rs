//! The blob store on S3, over the real protocol: the suite, and what only another machine can do.
#![expect(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

use std::sync::Arc;

use tresen_store::{
    BlobStore, ControlStore, ErrorKind, SharedClock,
    conformance::{self, BlobNode, BlobOpener},
    control::{BlobClass, BlobRecord},
};
use tresen_testkit::{
    postgres::{Postgres, PostgresOptions},
    s3::S3,
};
use tresen_types::{AccountId, AccountKind, BlobId, Timestamp};

const NOW: Timestamp = Timestamp::from_millis(1_760_000_000_000);
const BLOB: BlobId = BlobId::new([7; 16]);

fn clock() -> SharedClock {
    Arc::new(|| NOW)
}

async fn announce(control: &ControlStore, size: u64) {
    let blob = BlobRecord {
        id: BLOB,
        account: AccountId::from_random(AccountKind::Person, [1; 16]),
        class: BlobClass::Media,
        size,
        received: 0,
        is_finished: false,
        expires_at: None,
        created_at: NOW,
    };
    control.create_blob(blob, u64::MAX).await.unwrap();
}

#[tokio::test]
async fn s3_and_postgresql_conform() {
    let options = PostgresOptions { fsync: false, ..PostgresOptions::default() };
    let postgres = Postgres::start_with(options).unwrap();
    let s3 = S3::start().await.unwrap();
    let mut storage = 0;
    conformance::blobs(&mut || -> BlobOpener {
        storage += 1;
        let url = s3.url(&format!("bucket/storage {storage}").replace(' ', "-"));
        let credentials = s3.credentials().to_owned();
        let database = postgres.fresh_database().unwrap();
        Box::new(move || BlobNode {
            blobs: Arc::new(BlobStore::connect(&url, Some(&credentials), clock()).unwrap()),
            control: Arc::new(ControlStore::connect(&database).unwrap()),
        })
    })
    .await;
}

#[tokio::test]
async fn a_store_that_is_busy_is_asked_again_and_one_that_is_away_harms_nothing() {
    let s3 = S3::start().await.unwrap();
    let blobs = BlobStore::connect(&s3.url("bucket"), Some(s3.credentials()), clock()).unwrap();
    let control = ControlStore::in_memory().unwrap();
    announce(&control, 6).await;
    s3.refuse_next(2, 503);
    blobs.append(&control, BLOB, 0, "abc".into()).await.unwrap();
    assert_eq!(s3.requests(), 3);
    s3.refuse_next(usize::MAX, 500);
    let refused = blobs.append(&control, BLOB, 3, "def".into()).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Unavailable);
    let mut reader = blobs.read(&control, BLOB, 0, 3).await.unwrap();
    assert_eq!(reader.next().await.unwrap_err().kind(), ErrorKind::Unavailable);
    s3.refuse_next(0, 500);
    assert_eq!(control.blob(BLOB).await.unwrap().unwrap().received, 3);
    assert!(blobs.append(&control, BLOB, 3, "def".into()).await.unwrap().is_finished);
    let mut reader = blobs.read(&control, BLOB, 2, 3).await.unwrap();
    assert_eq!(reader.next().await.unwrap().unwrap(), "c");
    assert_eq!(reader.next().await.unwrap().unwrap(), "de");
    assert!(reader.next().await.unwrap().is_none());
}

#[tokio::test]
async fn no_object_is_forgotten() {
    let s3 = S3::start().await.unwrap();
    let blobs = BlobStore::connect(&s3.url("bucket"), Some(s3.credentials()), clock()).unwrap();
    let control = ControlStore::in_memory().unwrap();
    announce(&control, 6).await;
    // Two nodes make an object of the same piece; only one of them counts.
    let other = BlobStore::connect(&s3.url("bucket"), Some(s3.credentials()), clock()).unwrap();
    let (first, second) = tokio::join!(
        blobs.append(&control, BLOB, 0, "abc".into()),
        other.append(&control, BLOB, 0, "abc".into()),
    );
    assert!(first.is_ok() != second.is_ok());
    assert!(!s3.object_names().is_empty());
    s3.refuse_next(usize::MAX, 500);
    let refused = blobs.delete(&control, BLOB).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Unavailable);
    assert!(control.blob(BLOB).await.unwrap().is_some(), "known, to be deleted again");
    s3.refuse_next(0, 500);
    assert!(blobs.delete(&control, BLOB).await.unwrap());
    assert!(s3.object_names().is_empty());
}

#[tokio::test]
async fn a_wrong_key_is_refused_at_once() {
    let s3 = S3::start().await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let credentials = directory.path().join("credentials");
    let text = "aws_access_key_id = AKIDTEST\naws_secret_access_key = wrong\n";
    std::fs::write(&credentials, text).unwrap();
    let blobs = BlobStore::connect(&s3.url("bucket"), Some(&credentials), clock()).unwrap();
    let control = ControlStore::in_memory().unwrap();
    announce(&control, 3).await;
    let refused = blobs.append(&control, BLOB, 0, "abc".into()).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Io);
    assert_eq!(s3.requests(), 1);
    assert!(s3.object_names().is_empty());
}
