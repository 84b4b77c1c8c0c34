//! Bytes of files, handed over beside commands and answers.

use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;

use crate::error::Result;

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
