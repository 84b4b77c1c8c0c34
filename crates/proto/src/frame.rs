//! The two kinds of frames, their bodies, and their limits.

use bytes::Bytes;
use prost::Message;
use tresen_types::limits::FRAME_BYTES_MAX;

use crate::{ErrorCode, ProtocolError, ReplyBody, RequestBody};

/// What a client sends.
#[derive(Clone, PartialEq, Message)]
pub struct ClientFrame {
    /// The one body.
    #[prost(oneof = "ClientBody", tags = "1, 2, 3, 4")]
    pub body: Option<ClientBody>,
}

/// The bodies of a [`ClientFrame`].
#[derive(Clone, PartialEq, prost::Oneof)]
pub enum ClientBody {
    /// A request; the reply carries its id.
    #[prost(message, tag = "1")]
    Request(Request),
    /// Everything up to this cursor was persisted by the device.
    #[prost(message, tag = "2")]
    Acknowledge(Acknowledge),
    /// Typing or presence.
    #[prost(message, tag = "3")]
    Signal(Signal),
    /// A sign of life; answered by a [`Pong`].
    #[prost(message, tag = "4")]
    Ping(Ping),
}

/// A request with the id that its reply will carry.
#[derive(Clone, PartialEq, Message)]
pub struct Request {
    /// Chosen by the client, unique within the connection.
    #[prost(uint64, tag = "1")]
    pub id: u64,
    /// What is asked.
    #[prost(
        oneof = "RequestBody",
        tags = "2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 54, 55, 56, 60, 61, 62, 63"
    )]
    pub body: Option<RequestBody>,
}

/// Cumulative acknowledgement: the mailbox entries up to `cursor` may be deleted.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct Acknowledge {
    /// The cursor of the last entry that the device decrypted and persisted.
    #[prost(uint64, tag = "1")]
    pub cursor: u64,
}

/// Typing or presence: encrypted by the sender for the members, relayed to those connected, never stored.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct Signal {
    /// The conversation whose members get it.
    #[prost(bytes = "vec", tag = "1")]
    pub conversation: Vec<u8>,
    /// Opaque, at most 1 KiB.
    #[prost(bytes = "bytes", tag = "2")]
    pub ciphertext: Bytes,
    /// The sending device; set by the server.
    #[prost(bytes = "vec", tag = "3")]
    pub sender_device: Vec<u8>,
}

/// A sign of life.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct Ping {
    /// Echoed in the pong.
    #[prost(uint64, tag = "1")]
    pub id: u64,
}

/// Answers a [`Ping`].
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct Pong {
    /// The ping's id.
    #[prost(uint64, tag = "1")]
    pub id: u64,
    /// The server's clock, milliseconds since the Unix epoch.
    #[prost(int64, tag = "2")]
    pub server_time_ms: i64,
}

/// What a server sends.
#[derive(Clone, PartialEq, Message)]
pub struct ServerFrame {
    /// The one body.
    #[prost(oneof = "ServerBody", tags = "1, 2, 3, 4, 5, 6, 7")]
    pub body: Option<ServerBody>,
}

/// The bodies of a [`ServerFrame`].
#[derive(Clone, PartialEq, prost::Oneof)]
pub enum ServerBody {
    /// The first frame of a connection.
    #[prost(message, tag = "1")]
    Hello(Hello),
    /// The answer to a request.
    #[prost(message, tag = "2")]
    Reply(Reply),
    /// Mailbox entries, oldest first.
    #[prost(message, tag = "3")]
    Deliver(Deliver),
    /// Everything that waited has been delivered on this connection.
    #[prost(message, tag = "4")]
    Drained(Drained),
    /// Typing or presence of another member.
    #[prost(message, tag = "5")]
    Signal(Signal),
    /// Answers a ping.
    #[prost(message, tag = "6")]
    Pong(Pong),
    /// The server hangs up after this frame.
    #[prost(message, tag = "7")]
    Closing(Closing),
}

/// The first frame of a connection.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct Hello {
    /// The versions of this protocol that the server speaks.
    #[prost(uint32, repeated, tag = "1")]
    pub versions: Vec<u32>,
    /// The origin that session proofs and consents are made for, like `https://chat.example`.
    #[prost(string, tag = "2")]
    pub origin: String,
    /// 32 random bytes that the session proof signs.
    #[prost(bytes = "vec", tag = "3")]
    pub nonce: Vec<u8>,
    /// The server's clock, milliseconds since the Unix epoch.
    #[prost(int64, tag = "4")]
    pub server_time_ms: i64,
    /// The server's Ed25519 key: signs acceptance roots, is the external sender of every group.
    #[prost(bytes = "vec", tag = "5")]
    pub server_key: Vec<u8>,
    /// How often an idle client should ping, in milliseconds.
    #[prost(uint32, tag = "6")]
    pub ping_interval_ms: u32,
}

/// The answer to a request.
#[derive(Clone, PartialEq, Message)]
pub struct Reply {
    /// The request's id.
    #[prost(uint64, tag = "1")]
    pub id: u64,
    /// What came of it.
    #[prost(
        oneof = "ReplyBody",
        tags = "2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 27, 28, 29, 30, 32"
    )]
    pub body: Option<ReplyBody>,
}

/// A refusal.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct ErrorReply {
    /// What a client acts on.
    #[prost(enumeration = "ErrorCode", tag = "1")]
    pub code: i32,
    /// For people who debug; holds no user data.
    #[prost(string, tag = "2")]
    pub detail: String,
    /// With an epoch error: the current epoch.
    #[prost(uint64, tag = "3")]
    pub current_epoch: u64,
    /// With a rate limit: when to try again.
    #[prost(uint64, tag = "4")]
    pub retry_after_ms: u64,
    /// With a business's message that isn't taken: why, until when, and what is allowed instead.
    #[prost(message, optional, tag = "5")]
    pub refusal: Option<Refused>,
}

/// Why a business's message isn't taken: the one refusal of the send path.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct Refused {
    /// A stable word (crate `admission`, `Reason`).
    #[prost(string, tag = "1")]
    pub reason: String,
    /// When the same may be tried again, milliseconds since the Unix epoch; 0 when no time changes it.
    #[prost(int64, tag = "2")]
    pub until_ms: i64,
    /// Whether free text is allowed now.
    #[prost(bool, tag = "3")]
    pub free_text: bool,
    /// The categories of which templates are allowed now, as bits.
    #[prost(uint32, tag = "4")]
    pub templates: u32,
    /// Nothing is allowed but an invitation outside of Tresen.
    #[prost(bool, tag = "5")]
    pub invitation: bool,
}

/// Mailbox entries, oldest first.
#[derive(Clone, PartialEq, Message)]
pub struct Deliver {
    /// The entries; their cursors increase.
    #[prost(message, repeated, tag = "1")]
    pub entries: Vec<Entry>,
}

/// What kind of thing waits in a mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, prost::Enumeration)]
#[repr(i32)]
pub enum EntryKind {
    /// No kind: never sent.
    Unspecified = 0,
    /// An MLS application message (PrivateMessage).
    Application = 1,
    /// An MLS commit (PublicMessage).
    Commit = 2,
    /// An MLS welcome, with the ratchet tree of its epoch beside it.
    Welcome = 3,
    /// An MLS proposal (PublicMessage), the server's own external Remove among them.
    Proposal = 4,
    /// A signed device list of an account that the device shares a conversation with.
    DeviceList = 5,
    /// A signed consent, to the business's devices and the customer's other devices.
    Consent = 6,
    /// A signed leave notice: its device has left the conversation.
    Leave = 7,
}

/// One entry of a mailbox.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct Entry {
    /// Position in this device's mailbox; increases, with gaps.
    #[prost(uint64, tag = "1")]
    pub cursor: u64,
    /// What it is.
    #[prost(enumeration = "EntryKind", tag = "2")]
    pub kind: i32,
    /// The conversation, if it belongs to one.
    #[prost(bytes = "vec", tag = "3")]
    pub conversation: Vec<u8>,
    /// Position in the conversation, the same for all members; 0 without a conversation.
    #[prost(uint64, tag = "4")]
    pub sequence: u64,
    /// When the server accepted it, milliseconds since the Unix epoch.
    #[prost(int64, tag = "5")]
    pub accepted_at_ms: i64,
    /// The sending account, as the session proved it.
    #[prost(bytes = "vec", tag = "6")]
    pub sender_account: Vec<u8>,
    /// The sending device, as the session proved it.
    #[prost(bytes = "vec", tag = "7")]
    pub sender_device: Vec<u8>,
    /// The MLS object or signed statement.
    #[prost(bytes = "bytes", tag = "8")]
    pub body: Bytes,
    /// With a welcome: the ratchet tree of its epoch.
    #[prost(bytes = "bytes", tag = "9")]
    pub ratchet_tree: Bytes,
    /// With an application message: the server's acceptance receipt (crate `statement`).
    #[prost(bytes = "bytes", tag = "10")]
    pub receipt: Bytes,
}

/// Everything that waited has been delivered on this connection: the device is live.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct Drained {
    /// The last cursor that was delivered; 0 when nothing ever was.
    #[prost(uint64, tag = "1")]
    pub cursor: u64,
}

/// The server hangs up after this frame.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct Closing {
    /// Why; `Unavailable` for a restart, `Conflict` when the device connected a second time.
    #[prost(enumeration = "ErrorCode", tag = "1")]
    pub code: i32,
    /// The client may come back after this many milliseconds (plus jitter of its own).
    #[prost(uint32, tag = "2")]
    pub reconnect_after_ms: u32,
}

/// Reads a frame that a client sent.
///
/// # Errors
/// [`ProtocolError`] when it is too long, not a frame, or has no body.
pub fn decode_client_frame(bytes: Bytes) -> Result<ClientBody, ProtocolError> {
    let frame: ClientFrame = decode(bytes)?;
    frame.body.ok_or(ProtocolError::Empty)
}

/// Reads a frame that a server sent.
///
/// # Errors
/// [`ProtocolError`] when it is too long, not a frame, or has no body.
pub fn decode_server_frame(bytes: Bytes) -> Result<ServerBody, ProtocolError> {
    let frame: ServerFrame = decode(bytes)?;
    frame.body.ok_or(ProtocolError::Empty)
}

/// Writes a frame of either kind, or a reply body that travels alone over HTTP.
#[must_use]
pub fn encode_frame<F: Message>(frame: &F) -> Vec<u8> {
    frame.encode_to_vec()
}

fn decode<F: Message + Default>(bytes: Bytes) -> Result<F, ProtocolError> {
    if bytes.len() > FRAME_BYTES_MAX {
        return Err(ProtocolError::TooLong);
    }
    F::decode(bytes).map_err(|_not_protobuf| ProtocolError::Frame)
}

macro_rules! into_frames {
    ($($body:ident => $frame:ident),*) => {
        $(
            impl From<$body> for $frame {
                fn from(body: $body) -> Self {
                    Self { body: Some(body) }
                }
            }
        )*
    };
}

into_frames!(ClientBody => ClientFrame, ServerBody => ServerFrame);
