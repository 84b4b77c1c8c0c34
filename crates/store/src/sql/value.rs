//! Parameters and rows.

use tresen_types::{AccountId, BlobId, DeviceId, EntryId};

use crate::StoreError;

/// A parameter or a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Integer(i64),
    Text(String),
    Blob(Vec<u8>),
}

/// A truth value as the database has it.
pub(crate) const fn flag(is_true: bool) -> Value {
    Value::Integer(if is_true { 1 } else { 0 })
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Blob(bytes)
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Self::Blob(bytes.to_vec())
    }
}

impl<const N: usize> From<[u8; N]> for Value {
    fn from(bytes: [u8; N]) -> Self {
        Self::Blob(bytes.to_vec())
    }
}

impl From<tresen_types::Timestamp> for Value {
    fn from(time: tresen_types::Timestamp) -> Self {
        Self::Integer(time.as_millis())
    }
}

impl TryFrom<u64> for Value {
    type Error = StoreError;

    fn try_from(number: u64) -> Result<Self, StoreError> {
        match i64::try_from(number) {
            Ok(number) => Ok(Self::Integer(number)),
            Err(_too_large) => Err(StoreError::new(
                crate::ErrorKind::LimitExceeded,
                "a number is larger than the database can hold",
            )),
        }
    }
}

macro_rules! id_value {
    ($($id:ident),*) => {$(
        impl From<$id> for Value {
            fn from(id: $id) -> Self {
                Self::Blob(id.as_bytes().to_vec())
            }
        }
    )*};
}
id_value!(AccountId, BlobId, DeviceId, EntryId);

/// One row of a result. The columns are taken by position, in the order in which the statement lists
/// them.
#[derive(Debug)]
pub(crate) struct Row(Vec<Value>);

const WRONG_COLUMN: StoreError = StoreError::corrupt("a column has another type than expected");

impl Row {
    pub(crate) const fn new(values: Vec<Value>) -> Self {
        Self(values)
    }

    pub(crate) fn into_values(self) -> Vec<Value> {
        self.0
    }

    pub(crate) fn integer(&self, column: usize) -> Result<i64, StoreError> {
        match self.0.get(column) {
            Some(Value::Integer(number)) => Ok(*number),
            _ => Err(WRONG_COLUMN),
        }
    }

    pub(crate) fn unsigned(&self, column: usize) -> Result<u64, StoreError> {
        u64::try_from(self.integer(column)?).map_err(|_negative| WRONG_COLUMN)
    }

    pub(crate) fn byte(&self, column: usize) -> Result<u8, StoreError> {
        u8::try_from(self.integer(column)?).map_err(|_too_large| WRONG_COLUMN)
    }

    pub(crate) fn flag(&self, column: usize) -> Result<bool, StoreError> {
        Ok(self.integer(column)? != 0)
    }

    pub(crate) fn time(&self, column: usize) -> Result<tresen_types::Timestamp, StoreError> {
        self.integer(column).map(tresen_types::Timestamp::from_millis)
    }

    pub(crate) fn text(&self, column: usize) -> Result<String, StoreError> {
        match self.0.get(column) {
            Some(Value::Text(text)) => Ok(text.clone()),
            _ => Err(WRONG_COLUMN),
        }
    }

    pub(crate) fn blob(&self, column: usize) -> Result<&[u8], StoreError> {
        match self.0.get(column) {
            Some(Value::Blob(bytes)) => Ok(bytes),
            _ => Err(WRONG_COLUMN),
        }
    }

    pub(crate) fn bytes(&self, column: usize) -> Result<Vec<u8>, StoreError> {
        self.blob(column).map(<[u8]>::to_vec)
    }

    /// An identifier or another value of fixed length.
    pub(crate) fn id<'row, T: TryFrom<&'row [u8]>>(
        &'row self,
        column: usize,
    ) -> Result<T, StoreError> {
        T::try_from(self.blob(column)?).map_err(|_wrong_length| WRONG_COLUMN)
    }

    /// Like [`Self::id`], with the empty byte string for none.
    pub(crate) fn optional_id<'row, T: TryFrom<&'row [u8]>>(
        &'row self,
        column: usize,
    ) -> Result<Option<T>, StoreError> {
        if self.blob(column)?.is_empty() { Ok(None) } else { self.id(column).map(Some) }
    }

    /// A time, with zero for none.
    pub(crate) fn optional_time(
        &self,
        column: usize,
    ) -> Result<Option<tresen_types::Timestamp>, StoreError> {
        Ok(Some(self.time(column)?).filter(|time| time.as_millis() != 0))
    }
}
