//! Values of extensions: any CBOR but floats, tags and numbers beyond 64 bits.

use std::cmp::Ordering;

use minicbor::data::Type;

use crate::{
    cbor::{Reader, Writer},
    error::Error,
    limits::{CONTENT_BYTES_MAX, EXTENSION_NAME_BYTES_MAX, VALUE_DEPTH_MAX, VALUE_ELEMENTS_MAX},
};

/// The key of an extension: numbers from 0 up are registered, negative ones and names are private.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExtensionKey {
    /// A number.
    Number(i64),
    /// A name.
    Name(String),
}

impl ExtensionKey {
    pub(super) fn write(&self, writer: &mut Writer) {
        match self {
            Self::Number(number) => writer.int(*number),
            Self::Name(name) => writer.text(name),
        }
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        if reader.kind()? != Type::String {
            return reader.int().map(Self::Number);
        }
        let name = reader.text(EXTENSION_NAME_BYTES_MAX)?;
        if name.is_empty() { Err(Error::Value) } else { Ok(Self::Name(name)) }
    }

    /// Sorts as the encodings do: numbers from 0 up, numbers from -1 down, names by length.
    fn rank(&self) -> (u8, u64, &str) {
        match self {
            Self::Number(number) if *number >= 0 => (0, number.unsigned_abs(), ""),
            Self::Number(number) => (1, number.unsigned_abs(), ""),
            Self::Name(name) => (2, u64::try_from(name.len()).unwrap_or(u64::MAX), name),
        }
    }
}

impl Ord for ExtensionKey {
    fn cmp(&self, other: &Self) -> Ordering {
        self.rank().cmp(&other.rank())
    }
}

impl PartialOrd for ExtensionKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The value of an extension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number.
    Integer(i64),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A text.
    Text(String),
    /// A sequence.
    Array(Vec<Self>),
    /// Pairs; their order doesn't matter, the encoding sorts them.
    Map(Vec<(Self, Self)>),
}

impl Value {
    /// The text, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Null
            | Self::Bool(_)
            | Self::Integer(_)
            | Self::Bytes(_)
            | Self::Array(_)
            | Self::Map(_) => None,
        }
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        match self {
            Self::Null => writer.null(),
            Self::Bool(value) => writer.bool(*value),
            Self::Integer(value) => writer.int(*value),
            Self::Bytes(value) => writer.bytes(value),
            Self::Text(value) => writer.text(value),
            Self::Array(values) => writer.list(values, |writer, value| value.write(writer)),
            Self::Map(pairs) => {
                let mut encoded: Vec<_> = pairs
                    .iter()
                    .map(|(key, value)| {
                        let mut of_key = Writer::new();
                        key.write(&mut of_key);
                        (of_key.finish(), value)
                    })
                    .collect();
                encoded.sort_by(|(one, _), (other, _)| one.cmp(other));
                writer.map(encoded.len());
                for (key, value) in encoded {
                    writer.raw(&key);
                    value.write(writer);
                }
            }
        }
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        Self::read_at(reader, VALUE_DEPTH_MAX)
    }

    fn read_at(reader: &mut Reader<'_>, depth_left: usize) -> Result<Self, Error> {
        let deeper = depth_left.checked_sub(1).ok_or(Error::Limit)?;
        match reader.kind()? {
            Type::Null => reader.null().map(|()| Self::Null),
            Type::Bool => reader.bool().map(Self::Bool),
            Type::Bytes => reader.bytes(CONTENT_BYTES_MAX).map(|bytes| Self::Bytes(bytes.to_vec())),
            Type::String => reader.text(CONTENT_BYTES_MAX).map(Self::Text),
            Type::Array => reader
                .list(VALUE_ELEMENTS_MAX, |reader| Self::read_at(reader, deeper))
                .map(Self::Array),
            Type::Map => {
                let count = reader.map_up_to(VALUE_ELEMENTS_MAX)?;
                let pairs: Vec<(Self, Self)> = (0..count)
                    .map(|_pair| {
                        Ok((Self::read_at(reader, deeper)?, Self::read_at(reader, deeper)?))
                    })
                    .collect::<Result<_, Error>>()?;
                // In the one order that counts, equal keys stand side by side; any other order is
                // refused when the whole is encoded again.
                let has_double = pairs.windows(2).any(|pair| match pair {
                    [(one, _), (next, _)] => one == next,
                    _never => false,
                });
                if has_double { Err(Error::Value) } else { Ok(Self::Map(pairs)) }
            }
            _number => reader.int().map(Self::Integer),
        }
    }
}
