//! The subset of CBOR that statements use: definite lengths, shortest form, arrays by position.
//!
//! [`Writer`] can only produce that form. [`Reader`] reads a little more (minicbor accepts longer
//! forms), therefore every decoder encodes the result again and compares. Counts and lengths are
//! checked before anything is allocated; no type is recursive, so depth is bounded by the code.

use std::convert::Infallible;

use minicbor::{Decoder, Encoder, data::Type};
use tresen_types::{Categories, Timestamp};

use crate::error::Error;

/// Writes deterministic CBOR into memory.
#[derive(Debug)]
pub struct Writer(Encoder<Vec<u8>>);

impl Writer {
    pub(crate) fn new() -> Self {
        Self(Encoder::new(Vec::new()))
    }

    pub(crate) fn with_capacity(bytes: usize) -> Self {
        Self(Encoder::new(Vec::with_capacity(bytes)))
    }

    /// Adds an item that another writer has made.
    pub(crate) fn encoded(&mut self, item: &[u8]) {
        self.0.writer_mut().extend_from_slice(item);
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.0.into_writer()
    }

    pub(crate) fn array(&mut self, length: usize) {
        // A length in memory always fits: usize is at most 64 bits on every target.
        written(self.0.array(u64::try_from(length).unwrap_or(u64::MAX)));
    }

    pub(crate) fn uint(&mut self, value: impl Into<u64>) {
        written(self.0.u64(value.into()));
    }

    pub(crate) fn time(&mut self, time: Timestamp) {
        written(self.0.i64(time.as_millis()));
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

    pub(crate) fn list<T>(&mut self, items: &[T], mut write: impl FnMut(&mut Self, &T)) {
        self.array(items.len());
        for item in items {
            write(self, item);
        }
    }

    pub(crate) fn optional<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        match value {
            None => written(self.0.null()),
            Some(value) => write(self, value),
        }
    }
}

fn written<T>(result: Result<T, minicbor::encode::Error<Infallible>>) {
    result.map(drop).expect("writing into a vector cannot fail");
}

/// Reads what [`Writer`] writes.
#[derive(Debug)]
pub struct Reader<'b>(Decoder<'b>);

impl<'b> Reader<'b> {
    pub(crate) fn new(bytes: &'b [u8]) -> Self {
        Self(Decoder::new(bytes))
    }

    pub(crate) fn finish(&self) -> Result<(), Error> {
        if self.0.position() == self.0.input().len() { Ok(()) } else { Err(Error::Malformed) }
    }

    pub(crate) fn array(&mut self, length: usize) -> Result<(), Error> {
        if self.length()? == length { Ok(()) } else { Err(Error::Malformed) }
    }

    pub(crate) fn length(&mut self) -> Result<usize, Error> {
        let length = self.0.array().map_err(malformed)?.ok_or(Error::Malformed)?;
        usize::try_from(length).map_err(|_too_large| Error::Limit)
    }

    pub(crate) fn uint(&mut self) -> Result<u64, Error> {
        self.0.u64().map_err(malformed)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, Error> {
        self.0.u32().map_err(malformed)
    }

    pub(crate) fn u16(&mut self) -> Result<u16, Error> {
        self.0.u16().map_err(malformed)
    }

    pub(crate) fn byte<T>(&mut self, from_byte: impl FnOnce(u8) -> Option<T>) -> Result<T, Error> {
        from_byte(self.0.u8().map_err(malformed)?).ok_or(Error::Value)
    }

    pub(crate) fn categories(&mut self) -> Result<Categories, Error> {
        self.byte(Categories::from_bits)
    }

    pub(crate) fn time(&mut self) -> Result<Timestamp, Error> {
        self.0.i64().map(Timestamp::from_millis).map_err(malformed)
    }

    pub(crate) fn bool(&mut self) -> Result<bool, Error> {
        self.0.bool().map_err(malformed)
    }

    pub(crate) fn bytes(&mut self, bytes_max: usize) -> Result<&'b [u8], Error> {
        let bytes = self.0.bytes().map_err(malformed)?;
        if bytes.len() <= bytes_max { Ok(bytes) } else { Err(Error::Limit) }
    }

    pub(crate) fn fixed<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        self.bytes(N)?.try_into().map_err(|_wrong_length| Error::Malformed)
    }

    pub(crate) fn text(&mut self, bytes_max: usize) -> Result<&'b str, Error> {
        let text = self.0.str().map_err(malformed)?;
        if text.len() <= bytes_max { Ok(text) } else { Err(Error::Limit) }
    }

    pub(crate) fn list<T>(
        &mut self,
        count_max: usize,
        mut read: impl FnMut(&mut Self) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let count = self.length()?;
        if count > count_max {
            return Err(Error::Limit);
        }
        (0..count).map(|_item| read(self)).collect()
    }

    pub(crate) fn is_text(&self) -> Result<bool, Error> {
        Ok(self.0.datatype().map_err(malformed)? == Type::String)
    }

    pub(crate) fn optional<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        if self.0.datatype().map_err(malformed)? == Type::Null {
            self.0.null().map_err(malformed)?;
            return Ok(None);
        }
        read(self).map(Some)
    }
}

// The cause names positions and types only, and no caller could act on it.
fn malformed(_cause: minicbor::decode::Error) -> Error {
    Error::Malformed
}
