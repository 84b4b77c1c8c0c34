//! Control parts and system lines: arrays that begin with a version.

use tresen_types::{MessageId, limits::DISPLAY_NAME_BYTES_MAX};

use crate::{
    cbor::{Reader, Writer},
    error::Error,
    limits::RECEIPT_IDS_MAX,
};

/// The version of all our own parts.
pub(crate) const VERSION: u8 = 1;

/// How far messages came on the sender's side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReceiptKind {
    /// They are on a device.
    Delivered,
    /// A person saw them.
    Read,
    /// A person heard them.
    Played,
}

/// Which messages a receipt is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReceiptMessages {
    /// These.
    Each(Vec<MessageId>),
    /// This one and all before it.
    UpTo(MessageId),
}

/// Tells the other side what arrived or was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// What happened to them.
    pub kind: ReceiptKind,
    /// The messages.
    pub messages: ReceiptMessages,
}

impl Receipt {
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.array(3);
        writer.uint(VERSION);
        writer.uint(match self.kind {
            ReceiptKind::Delivered => 0_u8,
            ReceiptKind::Read => 1,
            ReceiptKind::Played => 2,
        });
        match &self.messages {
            ReceiptMessages::Each(ids) => {
                writer.list(ids, |writer, id| writer.message_id(*id));
            }
            ReceiptMessages::UpTo(id) => writer.message_id(*id),
        }
        writer.finish()
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, Error> {
        exact(bytes, Self::encode, |reader| {
            reader.array(3)?;
            read_version(reader)?;
            let kind = match reader.u8()? {
                0 => ReceiptKind::Delivered,
                1 => ReceiptKind::Read,
                2 => ReceiptKind::Played,
                _unknown => return Err(Error::Value),
            };
            let messages = if reader.kind()? == minicbor::data::Type::Bytes {
                ReceiptMessages::UpTo(reader.message_id()?)
            } else {
                ReceiptMessages::Each(reader.list(RECEIPT_IDS_MAX, Reader::message_id)?)
            };
            Ok(Self { kind, messages })
        })
    }
}

/// What a system line is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SystemCode {
    /// The business closed the conversation.
    Closed,
    /// It is open again.
    Reopened,
    /// An agent took it.
    Assigned,
}

/// A line about the conversation, for everybody in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct System {
    /// What it is about; known ones are shown in the reader's language.
    pub code: SystemCode,
    /// Whom it is about, if anybody.
    pub name: String,
    /// The same in words, for programs that know no codes.
    pub text: String,
}

impl System {
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.array(3);
        writer.uint(VERSION);
        writer.uint(match self.code {
            SystemCode::Closed => 0_u8,
            SystemCode::Reopened => 1,
            SystemCode::Assigned => 2,
        });
        writer.text(&self.name);
        writer.finish()
    }

    pub(super) fn decode(bytes: &[u8], text: String) -> Result<Self, Error> {
        exact(bytes, Self::encode, |reader| {
            reader.array(3)?;
            read_version(reader)?;
            let code = match reader.u8()? {
                0 => SystemCode::Closed,
                1 => SystemCode::Reopened,
                2 => SystemCode::Assigned,
                _unknown => return Err(Error::Value),
            };
            Ok(Self { code, name: reader.text(DISPLAY_NAME_BYTES_MAX)?, text })
        })
    }
}

pub(super) fn encode_name(name: &str) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.array(2);
    writer.uint(VERSION);
    writer.text(name);
    writer.finish()
}

pub(super) fn decode_name(bytes: &[u8]) -> Result<String, Error> {
    exact(
        bytes,
        |name: &String| encode_name(name),
        |reader| {
            reader.array(2)?;
            read_version(reader)?;
            reader.text(DISPLAY_NAME_BYTES_MAX)
        },
    )
}

pub(super) fn encode_typing(is_typing: bool) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.array(2);
    writer.uint(VERSION);
    writer.bool(is_typing);
    writer.finish()
}

pub(super) fn decode_typing(bytes: &[u8]) -> Result<bool, Error> {
    exact(
        bytes,
        |is_typing: &bool| encode_typing(*is_typing),
        |reader| {
            reader.array(2)?;
            read_version(reader)?;
            reader.bool()
        },
    )
}

pub(crate) fn read_version(reader: &mut Reader<'_>) -> Result<(), Error> {
    if reader.u8()? == VERSION { Ok(()) } else { Err(Error::Value) }
}

/// Reads a part to its end, and refuses any encoding but the one that we would write.
pub(crate) fn exact<T>(
    bytes: &[u8],
    encode: impl FnOnce(&T) -> Vec<u8>,
    read: impl FnOnce(&mut Reader<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let mut reader = Reader::new(bytes);
    let value = read(&mut reader)?;
    reader.finish()?;
    if encode(&value) == bytes { Ok(value) } else { Err(Error::NotDeterministic) }
}
