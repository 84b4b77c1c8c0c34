//! The cases of the blob store, each on fresh storage.
#![expect(clippy::unwrap_used, reason = "a store that doesn't conform makes its suite panic")]

use std::sync::Arc;

use bytes::Bytes;
use tresen_types::{AccountId, AccountKind, BlobId, Timestamp};

use crate::{
    BlobStore, ControlStore, ErrorKind,
    control::{BlobClass, BlobRecord},
    limits::BLOB_OBJECT_BYTES_MAX,
};

/// A node's two halves of the blob store.
#[derive(Clone, Debug)]
pub struct BlobNode {
    /// The bytes.
    pub blobs: Arc<BlobStore>,
    /// What is known of them.
    pub control: Arc<ControlStore>,
}

/// Makes nodes on one storage: one after the other for restarts, or several at once for a cluster.
pub type BlobOpener = Box<dyn FnMut() -> BlobNode>;

/// Runs all cases, each on fresh storage. Runs on tokio, as the blob store does.
pub async fn blobs(new_storage: &mut dyn FnMut() -> BlobOpener) {
    an_upload_goes_on_after_every_restart(new_storage()).await;
    a_piece_counts_where_the_upload_stands(new_storage()).await;
    a_piece_that_comes_twice_counts_once(new_storage()).await;
    what_is_deleted_is_gone(new_storage()).await;
}

const NOW: Timestamp = Timestamp::from_millis(1_760_000_000_000);
const BLOB: BlobId = BlobId::new([7; 16]);

impl BlobNode {
    async fn announce(&self, size: usize) {
        let blob = BlobRecord {
            id: BLOB,
            account: AccountId::from_random(AccountKind::Person, [1; 16]),
            class: BlobClass::Media,
            size: u64::try_from(size).unwrap(),
            received: 0,
            is_finished: false,
            expires_at: None,
            created_at: NOW,
        };
        self.control.create_blob(blob, u64::MAX).await.unwrap();
    }

    async fn received(&self) -> usize {
        let blob = self.control.blob(BLOB).await.unwrap().unwrap();
        usize::try_from(blob.received).unwrap()
    }

    async fn append(&self, offset: usize, piece: &[u8]) -> Result<BlobRecord, ErrorKind> {
        let (offset, piece) = (u64::try_from(offset).unwrap(), Bytes::copy_from_slice(piece));
        let appended = self.blobs.append(&self.control, BLOB, offset, piece).await;
        appended.map_err(|error| error.kind())
    }

    async fn read(&self, start: usize, length: usize) -> Result<Vec<u8>, ErrorKind> {
        let (start, length) = (u64::try_from(start).unwrap(), u64::try_from(length).unwrap());
        let reader = self.blobs.read(&self.control, BLOB, start, length).await;
        let mut reader = reader.map_err(|error| error.kind())?;
        let mut bytes = Vec::new();
        while let Some(piece) = reader.next().await.map_err(|error| error.kind())? {
            bytes.extend_from_slice(&piece);
        }
        assert_eq!(reader.remaining(), 0);
        Ok(bytes)
    }
}

/// Bytes that differ from place to place.
fn content(length: usize) -> Vec<u8> {
    (0..length).map(|at| u8::try_from(at * 31 / 7 % 251).unwrap()).collect()
}

async fn an_upload_goes_on_after_every_restart(mut open: BlobOpener) {
    let content = content(2 * BLOB_OBJECT_BYTES_MAX + 12_345);
    open().announce(content.len()).await;
    for length in [1, 1_000_000, 777, BLOB_OBJECT_BYTES_MAX, 65_536, BLOB_OBJECT_BYTES_MAX] {
        let node = open();
        let offset = node.received().await;
        let piece = &content[offset..(offset + length).min(content.len())];
        let blob = node.append(offset, piece).await.unwrap();
        assert_eq!(usize::try_from(blob.received).unwrap(), offset + piece.len());
        assert_eq!(blob.is_finished, offset + piece.len() == content.len());
    }
    let node = open();
    assert_eq!(node.received().await, content.len());
    assert!(node.read(0, content.len()).await.unwrap() == content, "every byte in its place");
    for (start, length) in [(0, 1), (1, 1), (999_990, 20), (5_000_000, 2_000_000), (3, 0)] {
        let read = node.read(start, length).await.unwrap();
        assert!(read == content[start..start + length], "{length} bytes from {start}");
    }
    let end = content.len();
    assert_eq!(node.read(end - 5, 5).await.unwrap(), content[end - 5..]);
    assert_eq!(node.read(end - 5, 6).await, Err(ErrorKind::Corrupt), "never less than promised");
}

async fn a_piece_counts_where_the_upload_stands(mut open: BlobOpener) {
    let node = open();
    assert_eq!(node.append(0, b"x").await, Err(ErrorKind::NotFound));
    node.announce(10).await;
    assert_eq!(node.read(0, 1).await, Err(ErrorKind::NotFound));
    assert_eq!(node.append(1, b"x").await, Err(ErrorKind::Conflict));
    assert_eq!(node.append(0, b"12345678901").await, Err(ErrorKind::LimitExceeded));
    node.append(0, b"12345").await.unwrap();
    assert_eq!(node.append(0, b"12345").await, Err(ErrorKind::Conflict));
    assert_eq!(node.append(5, b"123456").await, Err(ErrorKind::LimitExceeded));
    assert!(node.append(5, b"67890").await.unwrap().is_finished);
    assert_eq!(node.append(10, b"1").await, Err(ErrorKind::Conflict));
    assert_eq!(node.read(0, 10).await.unwrap(), b"1234567890");
}

async fn a_piece_that_comes_twice_counts_once(mut open: BlobOpener) {
    let nodes = [open(), open()];
    let content = content(40_000);
    nodes[0].announce(content.len()).await;
    while let Some(rest) = content.get(nodes[0].received().await..).filter(|it| !it.is_empty()) {
        let offset = content.len() - rest.len();
        // The first has less than the second: whichever counts, its end is where the upload stands.
        let (first, second) = tokio::join!(
            nodes[0].append(offset, &rest[..3_000.min(rest.len())]),
            nodes[1].append(offset, &rest[..7_000.min(rest.len())]),
        );
        let counted = match (first, second) {
            (Ok(blob), Err(ErrorKind::Conflict)) | (Err(ErrorKind::Conflict), Ok(blob)) => blob,
            other => panic!("one of them counts: {other:?}"),
        };
        assert_eq!(usize::try_from(counted.received).unwrap(), nodes[1].received().await);
    }
    assert_eq!(nodes[1].read(0, content.len()).await.unwrap(), content);
}

async fn what_is_deleted_is_gone(mut open: BlobOpener) {
    let node = open();
    node.announce(10).await;
    node.append(0, b"12345").await.unwrap();
    assert!(node.blobs.delete(&node.control, BLOB).await.unwrap());
    assert!(!node.blobs.delete(&node.control, BLOB).await.unwrap());
    assert_eq!(node.read(0, 5).await, Err(ErrorKind::NotFound));
    assert_eq!(node.append(5, b"67890").await, Err(ErrorKind::NotFound));
    // The id may come again, as an upload that is sent again after it was given up.
    node.announce(3).await;
    node.append(0, b"abc").await.unwrap();
    assert_eq!(open().read(0, 3).await.unwrap(), b"abc");
}
