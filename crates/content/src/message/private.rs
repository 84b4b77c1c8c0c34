//! What an account tells its own devices, in its own group (PROTOCOL D6).
//!
//! Every operation is `[version, number, fields…]`. Operations about a conversation carry a time or
//! a position, so that the newest wins on every device alike.

use tresen_types::{
    AccountId, ConversationId, DeviceId, GroupId, Timestamp,
    limits::{DISPLAY_NAME_BYTES_MAX, TEXT_BYTES_MAX},
};

use super::control::{VERSION, exact, read_version};
use crate::{
    booking::CalendarOp,
    cbor::{Reader, Writer},
    error::Error,
    limits::{
        KEY_RING_KEYS_MAX, LABEL_BYTES_MAX, MENTIONS_MAX, RECORD_SUBJECT_BYTES_MAX, RECORDS_MAX,
    },
    secret::SecretKey,
};

/// The key of one archive segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentKey {
    /// The segment.
    pub segment: [u8; 16],
    /// Its key.
    pub key: SecretKey,
}

/// The bytes of a note's id.
pub const NOTE_ID_BYTES: usize = 16;

/// A value under a key that all devices of the account share: a label of a chat, a quick reply, a star.
///
/// The own group's order decides: of two values under one key the one that was told later counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnRecord {
    /// What it is, as a number; one of a later version is kept and handed on.
    pub kind: u8,
    /// The conversation or message that it is about; empty for the account itself.
    pub subject: Vec<u8>,
    /// Which one of its kind and subject; empty where there is one alone.
    pub name: String,
    /// The value; empty takes it away.
    pub value: String,
    /// Of one that is told again to a newcomer: the sequence of the operation that told it first. 0 for
    /// one that is told now.
    pub sequence: u64,
    /// When it was set.
    pub at: Timestamp,
}

impl OwnRecord {
    fn write(&self, writer: &mut Writer) {
        writer.array(6);
        writer.uint(self.kind);
        writer.bytes(&self.subject);
        writer.text(&self.name);
        writer.text(&self.value);
        writer.uint(self.sequence);
        writer.time(self.at);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        reader.array(6)?;
        Ok(Self {
            kind: reader.u8()?,
            subject: reader.bytes(RECORD_SUBJECT_BYTES_MAX)?.to_vec(),
            name: reader.text(LABEL_BYTES_MAX)?,
            value: reader.text(TEXT_BYTES_MAX)?,
            sequence: reader.u64()?,
            at: reader.time()?,
        })
    }
}

/// An operation of the own group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Private {
    /// Gives a conversation to an agent's device, or to nobody.
    Assign {
        /// The conversation.
        conversation: ConversationId,
        /// Who has it now.
        to: Option<DeviceId>,
        /// When.
        at: Timestamp,
    },
    /// Closes a conversation.
    Close {
        /// The conversation.
        conversation: ConversationId,
        /// When.
        at: Timestamp,
    },
    /// Opens it again.
    Reopen {
        /// The conversation.
        conversation: ConversationId,
        /// When.
        at: Timestamp,
    },
    /// Everything up to here was read on one of the devices.
    ReadPosition {
        /// The conversation.
        conversation: ConversationId,
        /// The server's sequence in the conversation.
        sequence: u64,
    },
    /// A text that isn't sent yet; empty takes it away.
    Draft {
        /// The conversation.
        conversation: ConversationId,
        /// The text.
        text: String,
        /// When.
        at: Timestamp,
    },
    /// A note about a conversation, for colleagues.
    Note {
        /// The conversation.
        conversation: ConversationId,
        /// The note's own id, so that it is there once however often it is told.
        note: [u8; NOTE_ID_BYTES],
        /// The text.
        text: String,
        /// The colleagues' devices that it is for.
        mentions: Vec<DeviceId>,
        /// When.
        at: Timestamp,
    },
    /// A setting of the account, such as an entry link's private label.
    Setting {
        /// Its name.
        name: String,
        /// Its value; empty for none.
        value: String,
        /// When.
        at: Timestamp,
    },
    /// What the account keeps in common, each under its own key: the newest counts.
    Records {
        /// The records.
        records: Vec<OwnRecord>,
    },
    /// Keys of archive segments.
    KeyRing {
        /// The keys.
        segments: Vec<SegmentKey>,
    },
    /// Tells the other devices of a conversation, before they are in its group.
    ConversationIntroduced {
        /// The conversation.
        conversation: ConversationId,
        /// Its group now.
        group: GroupId,
        /// The other side.
        counterpart: AccountId,
        /// What the other side is called, as far as this device knows.
        name: String,
        /// When it began.
        at: Timestamp,
    },
    /// An operation of the business's calendar.
    Calendar(CalendarOp),
}

const ASSIGN: u8 = 0;
const CLOSE: u8 = 1;
const REOPEN: u8 = 2;
const READ_POSITION: u8 = 3;
const DRAFT: u8 = 4;
// 5 was a label, which is a record now.
const NOTE: u8 = 6;
const SETTING: u8 = 7;
const KEY_RING: u8 = 8;
const CONVERSATION_INTRODUCED: u8 = 9;
const CALENDAR: u8 = 20;
const RECORDS: u8 = 10;

/// The longest operation: version, number and five fields.
const ELEMENTS_MAX: usize = 7;

impl Private {
    /// The operation's number and how many fields follow it.
    const fn head(&self) -> (u8, usize) {
        match self {
            Self::Assign { .. } => (ASSIGN, 3),
            Self::Close { .. } => (CLOSE, 2),
            Self::Reopen { .. } => (REOPEN, 2),
            Self::ReadPosition { .. } => (READ_POSITION, 2),
            Self::Draft { .. } => (DRAFT, 3),
            Self::Note { .. } => (NOTE, 5),
            Self::Setting { .. } => (SETTING, 3),
            Self::KeyRing { .. } => (KEY_RING, 1),
            Self::Records { .. } => (RECORDS, 1),
            Self::ConversationIntroduced { .. } => (CONVERSATION_INTRODUCED, 5),
            Self::Calendar(_) => (CALENDAR, 1),
        }
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        let (number, fields) = self.head();
        writer.array(fields.saturating_add(2));
        writer.uint(VERSION);
        writer.uint(number);
        self.write_fields(&mut writer);
        writer.finish()
    }

    fn write_fields(&self, writer: &mut Writer) {
        match self {
            Self::Assign { conversation, to, at } => {
                writer.bytes(conversation.as_bytes());
                writer.optional(*to, |writer, device| writer.bytes(device.as_bytes()));
                writer.time(*at);
            }
            Self::Close { conversation, at } | Self::Reopen { conversation, at } => {
                writer.bytes(conversation.as_bytes());
                writer.time(*at);
            }
            Self::ReadPosition { conversation, sequence } => {
                writer.bytes(conversation.as_bytes());
                writer.uint(*sequence);
            }
            Self::Draft { conversation, text, at } => {
                writer.bytes(conversation.as_bytes());
                writer.text(text);
                writer.time(*at);
            }
            Self::Note { conversation, note, text, mentions, at } => {
                writer.bytes(conversation.as_bytes());
                writer.bytes(note);
                writer.text(text);
                writer.list(mentions, |writer, device| writer.bytes(device.as_bytes()));
                writer.time(*at);
            }
            Self::Records { records } => {
                writer.list(records, |writer, record| record.write(writer));
            }
            Self::Setting { name, value, at } => {
                writer.text(name);
                writer.text(value);
                writer.time(*at);
            }
            Self::KeyRing { segments } => writer.list(segments, |writer, segment| {
                writer.array(2);
                writer.bytes(&segment.segment);
                writer.bytes(segment.key.as_bytes());
            }),
            Self::ConversationIntroduced { conversation, group, counterpart, name, at } => {
                writer.bytes(conversation.as_bytes());
                writer.bytes(group.as_bytes());
                writer.bytes(counterpart.as_bytes());
                writer.text(name);
                writer.time(*at);
            }
            Self::Calendar(op) => op.write(writer),
        }
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, Error> {
        exact(bytes, Self::encode, |reader| {
            // The exact count follows from the number, and is compared when encoding again.
            reader.array_up_to(ELEMENTS_MAX)?;
            read_version(reader)?;
            let number = reader.u8()?;
            Self::read_fields(number, reader)
        })
    }

    fn read_fields(number: u8, reader: &mut Reader<'_>) -> Result<Self, Error> {
        Ok(match number {
            ASSIGN => Self::Assign {
                conversation: read_conversation(reader)?,
                to: reader.optional(|reader| reader.fixed().map(DeviceId::new))?,
                at: reader.time()?,
            },
            CLOSE => Self::Close { conversation: read_conversation(reader)?, at: reader.time()? },
            REOPEN => Self::Reopen { conversation: read_conversation(reader)?, at: reader.time()? },
            READ_POSITION => Self::ReadPosition {
                conversation: read_conversation(reader)?,
                sequence: reader.u64()?,
            },
            DRAFT => Self::Draft {
                conversation: read_conversation(reader)?,
                text: reader.text(TEXT_BYTES_MAX)?,
                at: reader.time()?,
            },
            NOTE => Self::Note {
                conversation: read_conversation(reader)?,
                note: reader.fixed()?,
                text: reader.text(TEXT_BYTES_MAX)?,
                mentions: reader.list(MENTIONS_MAX, |reader| reader.fixed().map(DeviceId::new))?,
                at: reader.time()?,
            },
            RECORDS => Self::Records { records: reader.list(RECORDS_MAX, OwnRecord::read)? },
            SETTING => Self::Setting {
                name: reader.text(LABEL_BYTES_MAX)?,
                value: reader.text(TEXT_BYTES_MAX)?,
                at: reader.time()?,
            },
            KEY_RING => Self::KeyRing {
                segments: reader.list(KEY_RING_KEYS_MAX, |reader| {
                    reader.array(2)?;
                    let segment = reader.fixed()?;
                    Ok(SegmentKey { segment, key: SecretKey::new(reader.fixed()?) })
                })?,
            },
            CONVERSATION_INTRODUCED => Self::ConversationIntroduced {
                conversation: read_conversation(reader)?,
                group: GroupId::new(reader.fixed()?),
                counterpart: AccountId::new(reader.fixed()?),
                name: reader.text(DISPLAY_NAME_BYTES_MAX)?,
                at: reader.time()?,
            },
            CALENDAR => Self::Calendar(CalendarOp::read(reader)?),
            _unknown => return Err(Error::Value),
        })
    }
}

fn read_conversation(reader: &mut Reader<'_>) -> Result<ConversationId, Error> {
    reader.fixed().map(ConversationId::new)
}
