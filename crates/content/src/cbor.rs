//! The subset of CBOR that content uses: definite lengths, shortest form, sorted keys.
//!
//! [`Writer`] can only produce that form. [`Reader`] reads a little more (minicbor accepts longer
//! forms and any order), therefore every decoder encodes the result again and compares. Counts,
//! lengths and depths are checked before anything is allocated or entered.

use std::convert::Infallible;

use minicbor::{Decoder, Encoder, data::Type};
use tresen_types::{MessageId, Timestamp};

use crate::error::Error;

/// Writes deterministic CBOR into memory.
pub(crate) struct Writer(Encoder<Vec<u8>>);

impl Writer {
    pub(crate) fn new() -> Self {
        Self(Encoder::new(Vec::new()))
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.0.into_writer()
    }

    pub(crate) fn array(&mut self, length: usize) {
        // A length in memory always fits: usize is at most 64 bits on every target.
        written(self.0.array(u64::try_from(length).unwrap_or(u64::MAX)));
    }

    pub(crate) fn map(&mut self, length: usize) {
        written(self.0.map(u64::try_from(length).unwrap_or(u64::MAX)));
    }

    pub(crate) fn uint(&mut self, value: impl Into<u64>) {
        written(self.0.u64(value.into()));
    }

    pub(crate) fn int(&mut self, value: i64) {
        written(self.0.i64(value));
    }

    pub(crate) fn time(&mut self, time: Timestamp) {
        self.int(time.as_millis());
    }

    pub(crate) fn bytes(&mut self, value: &[u8]) {
        written(self.0.bytes(value));
    }

    pub(crate) fn text(&mut self, value: &str) {
        written(self.0.str(value));
    }

    pub(crate) fn bool(&mut self, value: bool) {
        written(self.0.bool(value));
    }

    pub(crate) fn null(&mut self) {
        written(self.0.null());
    }

    pub(crate) fn message_id(&mut self, id: MessageId) {
        self.bytes(id.as_bytes());
    }

    /// Appends what is CBOR already.
    pub(crate) fn raw(&mut self, encoded: &[u8]) {
        self.0.writer_mut().extend_from_slice(encoded);
    }

    pub(crate) fn list<T>(&mut self, items: &[T], mut write: impl FnMut(&mut Self, &T)) {
        self.array(items.len());
        for item in items {
            write(self, item);
        }
    }

    pub(crate) fn optional<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        match value {
            None => self.null(),
            Some(value) => write(self, value),
        }
    }
}

fn written<T>(result: Result<T, minicbor::encode::Error<Infallible>>) {
    result.map(drop).expect("writing into a vector cannot fail");
}

/// Reads what [`Writer`] writes.
pub(crate) struct Reader<'b>(Decoder<'b>);

impl<'b> Reader<'b> {
    pub(crate) fn new(bytes: &'b [u8]) -> Self {
        Self(Decoder::new(bytes))
    }

    pub(crate) fn finish(&self) -> Result<(), Error> {
        if self.0.position() == self.0.input().len() { Ok(()) } else { Err(Error::Malformed) }
    }

    pub(crate) fn kind(&self) -> Result<Type, Error> {
        self.0.datatype().map_err(malformed)
    }

    pub(crate) fn array(&mut self, length: usize) -> Result<(), Error> {
        if self.array_up_to(length)? == length { Ok(()) } else { Err(Error::Malformed) }
    }

    pub(crate) fn array_up_to(&mut self, count_max: usize) -> Result<usize, Error> {
        count(self.0.array().map_err(malformed)?, count_max)
    }

    pub(crate) fn map_up_to(&mut self, count_max: usize) -> Result<usize, Error> {
        count(self.0.map().map_err(malformed)?, count_max)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, Error> {
        self.0.u64().map_err(malformed)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, Error> {
        self.0.u32().map_err(malformed)
    }

    pub(crate) fn u16(&mut self) -> Result<u16, Error> {
        self.0.u16().map_err(malformed)
    }

    pub(crate) fn u8(&mut self) -> Result<u8, Error> {
        self.0.u8().map_err(malformed)
    }

    pub(crate) fn int(&mut self) -> Result<i64, Error> {
        self.0.i64().map_err(malformed)
    }

    pub(crate) fn time(&mut self) -> Result<Timestamp, Error> {
        self.int().map(Timestamp::from_millis)
    }

    pub(crate) fn bool(&mut self) -> Result<bool, Error> {
        self.0.bool().map_err(malformed)
    }

    pub(crate) fn null(&mut self) -> Result<(), Error> {
        self.0.null().map_err(malformed)
    }

    pub(crate) fn bytes(&mut self, bytes_max: usize) -> Result<&'b [u8], Error> {
        let bytes = self.0.bytes().map_err(malformed)?;
        if bytes.len() <= bytes_max { Ok(bytes) } else { Err(Error::Limit) }
    }

    pub(crate) fn fixed<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        self.bytes(N)?.try_into().map_err(|_wrong_length| Error::Malformed)
    }

    pub(crate) fn text(&mut self, bytes_max: usize) -> Result<String, Error> {
        let text = self.0.str().map_err(malformed)?;
        if text.len() <= bytes_max { Ok(text.to_owned()) } else { Err(Error::Limit) }
    }

    pub(crate) fn message_id(&mut self) -> Result<MessageId, Error> {
        self.fixed().map(MessageId::new)
    }

    pub(crate) fn list<T>(
        &mut self,
        count_max: usize,
        mut read: impl FnMut(&mut Self) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let count = self.array_up_to(count_max)?;
        (0..count).map(|_item| read(self)).collect()
    }

    pub(crate) fn optional<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        if self.kind()? == Type::Null {
            self.null()?;
            return Ok(None);
        }
        read(self).map(Some)
    }
}

fn count(length: Option<u64>, count_max: usize) -> Result<usize, Error> {
    let length = length.ok_or(Error::Malformed)?;
    let length = usize::try_from(length).map_err(|_too_large| Error::Limit)?;
    if length <= count_max { Ok(length) } else { Err(Error::Limit) }
}

// The cause names positions and types only, and no caller could act on it.
fn malformed(_cause: minicbor::decode::Error) -> Error {
    Error::Malformed
}
