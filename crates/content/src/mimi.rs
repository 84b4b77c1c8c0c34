//! MIMI content, draft -08: the structure inside every application message.
//!
//! Checked against the draft's examples (fixtures/mimi). Deterministic CBOR (RFC 8949, 4.2.1) only.

mod codec;
mod value;

use std::{collections::BTreeMap, fmt};

use tresen_types::MessageId;
pub use value::{ExtensionKey, Value};

/// The extension that holds the sender's URI.
pub const EXTENSION_SENDER: ExtensionKey = ExtensionKey::Number(1);
/// The extension that holds the room's URI.
pub const EXTENSION_ROOM: ExtensionKey = ExtensionKey::Number(2);

/// The content of one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MimiContent {
    /// Random; makes the message id and the franking tag hide the content.
    pub salt: [u8; 16],
    /// The message that this one replaces: an edit, a deletion, a reaction taken back.
    pub replaces: Option<MessageId>,
    /// The topic, empty for none.
    pub topic_id: Vec<u8>,
    /// When the message disappears.
    pub expires: Option<Expiration>,
    /// The message that this one answers or reacts to.
    pub in_reply_to: Option<MessageId>,
    /// Further fields; 1 is the sender's URI and 2 the room's.
    pub extensions: BTreeMap<ExtensionKey, Value>,
    /// The body.
    pub nested_part: NestedPart,
}

impl MimiContent {
    /// The sender's URI, if there is one.
    #[must_use]
    pub fn sender_uri(&self) -> Option<&str> {
        self.extensions.get(&EXTENSION_SENDER).and_then(Value::as_text)
    }

    /// The room's URI, if there is one.
    #[must_use]
    pub fn room_uri(&self) -> Option<&str> {
        self.extensions.get(&EXTENSION_ROOM).and_then(Value::as_text)
    }
}

/// When a message disappears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expiration {
    /// Whether `time` counts from reading, instead of from 1970.
    pub is_relative: bool,
    /// Seconds.
    pub time: u32,
}

/// What a part is for. Values from 9 to 255 are unknown to the draft and kept as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disposition(pub u8);

impl Disposition {
    /// Nothing is said.
    pub const UNSPECIFIED: Self = Self(0);
    /// To be shown.
    pub const RENDER: Self = Self(1);
    /// A reaction.
    pub const REACTION: Self = Self(2);
    /// A part of a profile.
    pub const PROFILE: Self = Self(3);
    /// To be shown inside another part.
    pub const INLINE: Self = Self(4);
    /// An icon.
    pub const ICON: Self = Self(5);
    /// A file.
    pub const ATTACHMENT: Self = Self(6);
    /// A call or conference.
    pub const SESSION: Self = Self(7);
    /// A preview of another part.
    pub const PREVIEW: Self = Self(8);
}

/// A part, with what it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NestedPart {
    /// What it is for.
    pub disposition: Disposition,
    /// Its language, empty for none.
    pub language: String,
    /// What it holds.
    pub part: Part,
}

/// What a part holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Nothing, as in a deletion.
    Null,
    /// The content itself.
    Single {
        /// Its media type.
        content_type: String,
        /// Its bytes.
        content: Vec<u8>,
    },
    /// Content that lies elsewhere.
    External(Box<ExternalPart>),
    /// Two parts or more.
    Multi {
        /// How they belong together.
        semantics: PartSemantics,
        /// The parts.
        parts: Vec<NestedPart>,
    },
}

/// How the parts of a multipart belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartSemantics {
    /// The receiver shows the one it understands best.
    ChooseOne,
    /// They are one thing.
    SingleUnit,
    /// The receiver shows all.
    ProcessAll,
}

/// Content that lies elsewhere, encrypted.
#[derive(Clone, PartialEq, Eq)]
pub struct ExternalPart {
    /// The media type of the content.
    pub content_type: String,
    /// Where it lies.
    pub url: String,
    /// When it disappears, in seconds since 1970; 0 for never.
    pub expires: u32,
    /// The size of the content, in bytes.
    pub size: u64,
    /// The IANA number of the AEAD; 0 for none.
    pub enc_alg: u16,
    /// The key.
    pub key: Vec<u8>,
    /// The nonce.
    pub nonce: Vec<u8>,
    /// The additional data.
    pub aad: Vec<u8>,
    /// The hash function; 1 is SHA-256, 0 none.
    pub hash_alg: u8,
    /// The hash of what lies there.
    pub content_hash: Vec<u8>,
    /// A description that can stand for the content.
    pub description: String,
    /// The file's name.
    pub filename: String,
}

impl fmt::Debug for ExternalPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without the key, which opens the file for whoever reads a log.
        f.debug_struct("ExternalPart")
            .field("content_type", &self.content_type)
            .field("size", &self.size)
            .field("enc_alg", &self.enc_alg)
            .finish_non_exhaustive()
    }
}
