//! Files beside commands and answers: what an interface hands in, and what it may read.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;

use bytes::Bytes;
use tresen_content::attachment::CHUNK_BYTES;
use tresen_types::MessageId;
use tresen_view::{Failure, FileRef};

use crate::client::Client;
use crate::error::{Error, Result};
use crate::store::Store;

/// Bytes that a command names by a [`FileRef`].
pub enum FileSource {
    /// In memory.
    Bytes(Bytes),
    /// A file on the disk.
    #[cfg(not(target_arch = "wasm32"))]
    Path(std::path::PathBuf),
    /// A file or blob of the browser.
    #[cfg(target_arch = "wasm32")]
    Blob(web_sys::Blob),
}

impl fmt::Debug for FileSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileSource(..)")
    }
}

impl FileSource {
    /// The size in bytes.
    pub(crate) async fn size(&self) -> Result<u64> {
        match self {
            Self::Bytes(bytes) => u64::try_from(bytes.len()).map_err(|_huge| Error::File),
            #[cfg(not(target_arch = "wasm32"))]
            Self::Path(path) => {
                let metadata = tokio::fs::metadata(path).await.map_err(|_io| Error::File)?;
                if metadata.is_file() { Ok(metadata.len()) } else { Err(Error::File) }
            }
            #[cfg(target_arch = "wasm32")]
            Self::Blob(blob) => {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a size is a whole number"
                )]
                let size = blob.size() as u64;
                std::future::ready(Ok(size)).await
            }
        }
    }

    /// Reads exactly this range.
    pub(crate) async fn read(&self, offset: u64, length: usize) -> Result<Vec<u8>> {
        match self {
            Self::Bytes(bytes) => {
                let start = usize::try_from(offset).map_err(|_huge| Error::File)?;
                let end = start.checked_add(length).ok_or(Error::File)?;
                Ok(bytes.get(start..end).ok_or(Error::File)?.to_vec())
            }
            #[cfg(not(target_arch = "wasm32"))]
            Self::Path(path) => {
                use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
                let read = async {
                    let mut file = tokio::fs::File::open(path).await?;
                    file.seek(std::io::SeekFrom::Start(offset)).await?;
                    let mut bytes = vec![0; length];
                    file.read_exact(&mut bytes).await?;
                    Ok(bytes)
                };
                read.await.map_err(|_io: std::io::Error| Error::File)
            }
            #[cfg(target_arch = "wasm32")]
            Self::Blob(blob) => {
                #[expect(clippy::cast_precision_loss, reason = "files are far below 2^53 bytes")]
                let (start, end) = (offset as f64, (offset as f64) + (length as f64));
                let slice = blob
                    .slice_with_f64_and_f64(start, end)
                    .map_err(|_js| Error::File)?;
                let buffer = wasm_bindgen_futures::JsFuture::from(slice.array_buffer())
                    .await
                    .map_err(|_js| Error::File)?;
                let bytes = js_sys::Uint8Array::new(&buffer).to_vec();
                if bytes.len() == length { Ok(bytes) } else { Err(Error::File) }
            }
        }
    }
}

/// The files that are on their way between an interface and the SDK.
#[derive(Default)]
pub(crate) struct Files {
    offered: RefCell<BTreeMap<FileRef, FileSource>>,
    given: RefCell<BTreeMap<FileRef, Given>>,
    last: Cell<u64>,
}

/// A stored file that an answer named.
#[derive(Clone, Copy, Debug)]
struct Given {
    message: MessageId,
    size: u64,
}

impl Files {
    fn offer(&self, source: FileSource) -> FileRef {
        let file = self.next();
        self.offered.borrow_mut().insert(file, source);
        file
    }

    /// Takes what was offered for a command.
    pub(super) fn take(&self, file: FileRef) -> Result<FileSource> {
        self.offered.borrow_mut().remove(&file).ok_or(Error::NotFound("file"))
    }

    /// Names a stored file for an answer.
    pub(super) fn give(&self, message: MessageId, size: u64) -> FileRef {
        let file = self.next();
        self.given.borrow_mut().insert(file, Given { message, size });
        file
    }

    fn given(&self, file: FileRef) -> Result<Given> {
        self.given.borrow().get(&file).copied().ok_or(Error::NotFound("file"))
    }

    fn next(&self) -> FileRef {
        self.last.set(self.last.get().wrapping_add(1));
        FileRef(self.last.get())
    }
}

/// Reads a range of a stored file.
fn read_stored(store: &Store, given: Given, offset: u64, length: usize) -> Result<Vec<u8>> {
    let left = usize::try_from(given.size.saturating_sub(offset)).unwrap_or(usize::MAX);
    let length = length.min(left);
    let chunk_bytes = u64::try_from(CHUNK_BYTES).map_err(|_never| Error::File)?;
    store.read(|tx| {
        let mut bytes = Vec::with_capacity(length);
        let mut number = offset.checked_div(chunk_bytes).unwrap_or(0);
        let mut skip = usize::try_from(offset.checked_rem(chunk_bytes).unwrap_or(0)).unwrap_or(0);
        while bytes.len() < length {
            let chunk = tx.file_chunk(given.message, number)?.ok_or(Error::Damaged("file"))?;
            let wanted = length.saturating_sub(bytes.len());
            bytes.extend(chunk.into_iter().skip(skip).take(wanted));
            skip = 0;
            number = number.saturating_add(1);
        }
        Ok(bytes)
    })
}

impl Client {
    /// Offers bytes for a command, which names them by what this returns.
    pub fn offer_file(&self, source: FileSource) -> FileRef {
        self.inner().attachments.files.offer(source)
    }

    /// Offers bytes under a name that the caller chose.
    pub fn offer_file_as(&self, file: FileRef, source: FileSource) {
        self.inner().attachments.files.offered.borrow_mut().insert(file, source);
    }

    /// The size of a file that an answer named.
    #[must_use]
    pub fn file_size(&self, file: FileRef) -> Option<u64> {
        self.inner().attachments.files.given(file).ok().map(|given| given.size)
    }

    /// Reads from a file that an answer named; less than `length` bytes at its end.
    ///
    /// # Errors
    /// When there is no such file.
    pub fn read_file(&self, file: FileRef, offset: u64, length: usize) -> Result<Vec<u8>, Failure> {
        let inner = self.inner();
        let given = inner.attachments.files.given(file)?;
        Ok(read_stored(&inner.store, given, offset, length)?)
    }

    /// Forgets the name of a file that an answer named.
    pub fn release_file(&self, file: FileRef) {
        self.inner().attachments.files.given.borrow_mut().remove(&file);
    }
}
