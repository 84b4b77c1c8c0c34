//! Bytes of files, handed over beside commands and answers.

use std::{future::Future, pin::Pin};

use bytes::Bytes;

use crate::error::{Error, Result};

/// A future on this thread.
pub type LocalFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// A file that is read in ranges: a path natively, a `File` or `Blob` in the browser.
pub trait FileSource {
    /// Its size, in bytes.
    fn size_bytes(&self) -> u64;

    /// Reads a range, as far as the file has it.
    fn read(&self, offset: u64, length: usize) -> LocalFuture<'_, Result<Bytes>>;
}

/// A file that is written from its start to its end.
pub trait FileSink {
    /// Appends bytes.
    fn append(&mut self, bytes: Bytes) -> LocalFuture<'_, Result<()>>;
}

/// A file in memory.
#[derive(Clone, Debug)]
pub struct FileBytes(pub Bytes);

impl FileSource for FileBytes {
    fn size_bytes(&self) -> u64 {
        u64::try_from(self.0.len()).unwrap_or(u64::MAX)
    }

    fn read(&self, offset: u64, length: usize) -> LocalFuture<'_, Result<Bytes>> {
        let length_all = self.0.len();
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(length_all);
        let end = start.saturating_add(length).min(length_all);
        Box::pin(std::future::ready(Ok(self.0.slice(start..end))))
    }
}

/// A file on the disk.
#[cfg(not(target_arch = "wasm32"))]
#[derive(Debug)]
pub struct FilePath {
    path: std::path::PathBuf,
    size_bytes: u64,
}

#[cfg(not(target_arch = "wasm32"))]
impl FilePath {
    /// Looks at a file.
    ///
    /// # Errors
    /// When it isn't there or isn't a file.
    pub async fn open(path: impl Into<std::path::PathBuf>) -> Result<Self> {
        let path = path.into();
        let metadata = tokio::fs::metadata(&path).await.map_err(|_io| Error::File)?;
        if !metadata.is_file() {
            return Err(Error::File);
        }
        Ok(Self { path, size_bytes: metadata.len() })
    }
}

#[cfg(not(target_arch = "wasm32"))]
impl FileSource for FilePath {
    fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    fn read(&self, offset: u64, length: usize) -> LocalFuture<'_, Result<Bytes>> {
        use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
        let read = async move {
            let mut file = tokio::fs::File::open(&self.path).await?;
            file.seek(std::io::SeekFrom::Start(offset)).await?;
            let mut bytes = Vec::with_capacity(length);
            let length = u64::try_from(length).unwrap_or(u64::MAX);
            file.take(length).read_to_end(&mut bytes).await?;
            Ok(Bytes::from(bytes))
        };
        Box::pin(async move { read.await.map_err(|_io: std::io::Error| Error::File) })
    }
}

/// A file or blob of the browser.
#[cfg(target_arch = "wasm32")]
#[derive(Clone, Debug)]
pub struct FileBlob(pub web_sys::Blob);

#[cfg(target_arch = "wasm32")]
impl FileSource for FileBlob {
    fn size_bytes(&self) -> u64 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a size is a whole number"
        )]
        let size = self.0.size() as u64;
        size
    }

    fn read(&self, offset: u64, length: usize) -> LocalFuture<'_, Result<Bytes>> {
        Box::pin(async move {
            #[expect(clippy::cast_precision_loss, reason = "files are far below 2^53 bytes")]
            let (start, end) = (offset as f64, offset as f64 + length as f64);
            let slice = self.0.slice_with_f64_and_f64(start, end).map_err(|_js| Error::File)?;
            let buffer = wasm_bindgen_futures::JsFuture::from(slice.array_buffer())
                .await
                .map_err(|_js| Error::File)?;
            Ok(Bytes::from(js_sys::Uint8Array::new(&buffer).to_vec()))
        })
    }
}
