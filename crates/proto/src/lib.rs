//! The protocol between client and server (PROTOCOL D14): protobuf frames in binary WebSocket
//! messages, one frame a message. Sans-I/O: bytes in, values out.
//!
//! ```text
//! server → client   Hello{nonce, origin, time, limits}            once, first
//! client → server   Request{id, Authenticate | Register | … }     any number, replies carry the id
//! server → client   Reply{id, ok | error}
//! server → client   Deliver{entries}                              after authentication, pushed
//! server → client   Drained{cursor}                               the mailbox was empty: live now
//! client → server   Acknowledge{cursor}                           cumulative, no reply
//! both              Signal{conversation, ciphertext}              typing and presence, never stored
//! server → client   Closing{code, reconnect_after_ms}             before the server hangs up
//! ```
//!
//! Identifiers travel as bytes; [`read_id`] turns them into the types of `tresen-types`. Everything
//! that is signed is opaque here (crate `statement`), and so is every MLS object but for
//! the header that the server needs ([`mls_header`]) and the authenticated data ([`aad`]).
#![deny(missing_docs)]
#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

pub mod aad;
mod error;
mod frame;
pub mod linking;
pub mod mls_header;
mod reader;
mod reply;
mod request;

pub use error::{ErrorCode, ProtocolError};
pub use frame::{
    Acknowledge, ClientBody, ClientFrame, Closing, Deliver, Drained, Entry, EntryKind, ErrorReply,
    Hello, Ping, Pong, Refused, Reply, Request, ServerBody, ServerFrame, Signal,
    decode_client_frame, decode_server_frame, encode_frame,
};
pub use reply::{
    Accepted, ArchiveSegment, ArchiveSegments, Blocks, Catalogue, ClaimedKeyPackage,
    ClaimedKeyPackages, Consents, ConversationSummary, Conversations, Decision, Decisions,
    Directory, Domain, Done, EntryDescription, EntryLinkUse, EntryLinks, GroupState, LinkPayload,
    ListedTemplate, PasskeyChallenge, Pictures, PushTerms, Quote, RecoveryRecord, ReplyBody,
    Session, Standing, StandingCause, Template, Templates, UsageMonth, UsageReport, UsageRow,
};
pub use request::{
    AppendArchive, Authenticate, ClaimBusiness, ClaimDomain, ClaimKeyPackages, Commit,
    CreateConversation, CreateInvitation, DeleteAccount, FetchArchive, FetchBlocks, FetchCatalogue,
    FetchConsents, FetchDecisions, FetchDirectory, FetchDomain, FetchEntry, FetchGroup, FetchLink,
    FetchPasskeyChallenge, FetchPictures, FetchPush, FetchRecovery, FetchStanding, FetchTemplate,
    FetchUsage, Leave, ListConversations, ListEntryLinks, ListTemplates, ObjectDecision, OpenLink,
    PostLink, ProvePasskey, PublishApproval, PublishCatalogue, PublishConsent, PublishDeviceList,
    PublishEntryLink, PublishProfile, PublishReport, PublishTemplate, QuoteGroup, QuoteMessages,
    RegisterDevice, RegisterPasskey, RegisterPerson, RegisterPush, RequestBody, Send, SetBlock,
    SetSpendingCap, StorePicture, StoreRecovery, UploadKeyPackages, WelcomeFor, WithdrawDomain,
    WithdrawPush,
};

/// The version of this protocol; the hello names the versions that a server speaks.
pub const PROTOCOL_VERSION: u32 = 1;

/// The credential identity beside the server's key, as the external sender of every group.
pub const SERVER_IDENTITY: &[u8] = b"tresen/server/1";

/// The path of the WebSocket.
pub const SOCKET_PATH: &str = "/v1/socket";
/// The path of the blob store; a blob is `BLOB_PATH/<blob id>`.
pub const BLOB_PATH: &str = "/v1/blob";
/// The path of public entry descriptions: `ENTRY_PATH/<entry id>` answers an [`EntryDescription`].
pub const ENTRY_PATH: &str = "/v1/entry";

/// Reads an identifier out of a frame's byte field.
///
/// # Errors
/// [`ProtocolError::Identifier`] when the length is another.
pub fn read_id<'a, Id>(bytes: &'a [u8]) -> Result<Id, ProtocolError>
where
    Id: TryFrom<&'a [u8]>,
{
    Id::try_from(bytes).map_err(|_wrong_length| ProtocolError::Identifier)
}
