//! Bytes that an answer names become a blob for the page.

use bytes::Bytes;
use js_sys::{Array, Uint8Array};
use tresen_client::{Client, FileSink, LocalFuture, Result};
use tresen_view::{Failure, FailureKind, FileRef};
use web_sys::{Blob, BlobPropertyBag};

/// Collects parts; the browser keeps them outside this module's memory.
struct Parts(Array);

impl FileSink for Parts {
    fn append(&mut self, bytes: Bytes) -> LocalFuture<'_, Result<()>> {
        self.0.push(&Uint8Array::from(bytes.as_ref()));
        Box::pin(std::future::ready(Ok(())))
    }
}

/// Copies a file out of the store.
pub(crate) async fn collect(
    client: &Client,
    file: FileRef,
    media_type: &str,
) -> Result<Blob, Failure> {
    let mut parts = Parts(Array::new());
    let copied = client.copy_file(file, &mut parts).await;
    client.release_file(file);
    copied?;
    let options = BlobPropertyBag::new();
    options.set_type(media_type);
    Blob::new_with_u8_array_sequence_and_options(&parts.0, &options).map_err(|_no_memory| Failure {
        kind: FailureKind::StorageFull,
        detail: "the browser makes no blob".to_owned(),
    })
}
