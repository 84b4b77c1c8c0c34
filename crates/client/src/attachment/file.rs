//! Files beside commands and answers: what an interface hands in, and what it may read.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::Rc,
};

use bytes::Bytes;
use tresen_content::attachment::CHUNK_BYTES;
use tresen_types::MessageId;
use tresen_view::{Failure, FileRef};

use crate::{
    client::Client,
    error::{Error, Result},
    file::{FileSink, FileSource},
    store::Store,
};

/// Bytes that one step of a copy holds.
const COPY_BYTES: usize = 1 << 20;

/// The files that are on their way between an interface and the SDK.
#[derive(Default)]
pub(crate) struct Files {
    offered: RefCell<BTreeMap<FileRef, Rc<dyn FileSource>>>,
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
    fn offer(&self, source: Rc<dyn FileSource>) -> FileRef {
        let file = self.next();
        self.offered.borrow_mut().insert(file, source);
        file
    }

    /// Takes what was offered for a command.
    pub(super) fn take(&self, file: FileRef) -> Result<Rc<dyn FileSource>> {
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
    pub fn offer_file(&self, source: Rc<dyn FileSource>) -> FileRef {
        self.inner().attachments.files.offer(source)
    }

    /// Offers bytes under a name that the caller chose.
    pub fn offer_file_as(&self, file: FileRef, source: Rc<dyn FileSource>) {
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

    /// Copies a file that an answer named into a sink.
    ///
    /// # Errors
    /// When there is no such file, or the sink fails.
    pub async fn copy_file(&self, file: FileRef, sink: &mut dyn FileSink) -> Result<(), Failure> {
        let given = self.inner().attachments.files.given(file)?;
        let mut offset = 0_u64;
        while offset < given.size {
            let bytes = read_stored(&self.inner().store, given, offset, COPY_BYTES)?;
            let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            sink.append(Bytes::from(bytes)).await?;
            offset = offset.saturating_add(length);
        }
        Ok(())
    }

    /// Forgets the name of a file that an answer named.
    pub fn release_file(&self, file: FileRef) {
        self.inner().attachments.files.given.borrow_mut().remove(&file);
    }
}
