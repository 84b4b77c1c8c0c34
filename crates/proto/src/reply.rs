//! What a server answers.

use bytes::Bytes;
use prost::Message;

use crate::ErrorReply;

/// The replies.
#[derive(Clone, PartialEq, Eq, prost::Oneof)]
pub enum ReplyBody {
    /// Refused.
    #[prost(message, tag = "2")]
    Error(ErrorReply),
    /// Done; nothing more to say.
    #[prost(message, tag = "3")]
    Done(Done),
    /// The connection is authenticated.
    #[prost(message, tag = "4")]
    Session(Session),
    /// Persisted.
    #[prost(message, tag = "5")]
    Accepted(Accepted),
    /// What is behind an entry link.
    #[prost(message, tag = "6")]
    Entry(EntryDescription),
    /// An account's public keys.
    #[prost(message, tag = "7")]
    Directory(Directory),
    /// The business's entry links.
    #[prost(message, tag = "8")]
    EntryLinks(EntryLinks),
    /// Newest consents.
    #[prost(message, tag = "9")]
    Consents(Consents),
    /// Blocked accounts.
    #[prost(message, tag = "10")]
    Blocks(Blocks),
    /// One key package a device.
    #[prost(message, tag = "11")]
    ClaimedKeyPackages(ClaimedKeyPackages),
    /// A conversation's public group state.
    #[prost(message, tag = "12")]
    GroupState(GroupState),
    /// The account's conversations.
    #[prost(message, tag = "13")]
    Conversations(Conversations),
    /// A slot of a link mailbox.
    #[prost(message, tag = "14")]
    LinkPayload(LinkPayload),
    /// A wrapping of the recovery root.
    #[prost(message, tag = "15")]
    RecoveryRecord(RecoveryRecord),
    /// Archive segments.
    #[prost(message, tag = "16")]
    ArchiveSegments(ArchiveSegments),
    /// A passkey challenge.
    #[prost(message, tag = "17")]
    PasskeyChallenge(PasskeyChallenge),
    /// A template.
    #[prost(message, tag = "18")]
    Template(Template),
    /// A business's templates.
    #[prost(message, tag = "19")]
    Templates(Templates),
    /// A business's balance and usage.
    #[prost(message, tag = "20")]
    Usage(UsageReport),
    /// What messages would cost.
    #[prost(message, tag = "21")]
    Quote(Quote),
    /// A business's catalogue.
    #[prost(message, tag = "27")]
    Catalogue(Catalogue),
    /// Pictures of a catalogue.
    #[prost(message, tag = "28")]
    Pictures(Pictures),
    /// How a business stands.
    #[prost(message, tag = "22")]
    Standing(Standing),
    /// How a business's claim on a domain stands.
    #[prost(message, tag = "29")]
    Domain(Domain),
    /// What the operator has decided about a business.
    #[prost(message, tag = "30")]
    Decisions(Decisions),
    /// What a browser needs to let this server wake it.
    #[prost(message, tag = "32")]
    PushTerms(PushTerms),
}

/// Done; nothing more to say.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct Done {}

/// The connection is authenticated.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct Session {
    /// Bearer token for the blob store, valid as long as the connection.
    #[prost(string, tag = "1")]
    pub token: String,
    /// The device's acknowledged cursor.
    #[prost(uint64, tag = "2")]
    pub cursor: u64,
    /// Key packages left, without the last-resort one.
    #[prost(uint32, tag = "3")]
    pub key_package_stock: u32,
    /// Whether a last-resort key package is stored.
    #[prost(bool, tag = "4")]
    pub has_last_resort: bool,
    /// Sequence of the account's newest device list.
    #[prost(uint64, tag = "5")]
    pub device_list_sequence: u64,
    /// The server's clock, milliseconds since the Unix epoch.
    #[prost(int64, tag = "6")]
    pub server_time_ms: i64,
}

/// Persisted: the server answers this only after the disk has it.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct Accepted {
    /// Position in the conversation.
    #[prost(uint64, tag = "1")]
    pub sequence: u64,
    /// The server's clock, milliseconds since the Unix epoch.
    #[prost(int64, tag = "2")]
    pub accepted_at_ms: i64,
    /// For an application message: the acceptance receipt (crate `statement`).
    #[prost(bytes = "bytes", tag = "3")]
    pub receipt: Bytes,
    /// The conversation's epoch after it.
    #[prost(uint64, tag = "4")]
    pub epoch: u64,
}

/// What is behind an entry link: enough for a page to verify and to ask.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct EntryDescription {
    /// Signed `EntryLink`.
    #[prost(bytes = "vec", tag = "1")]
    pub entry_link: Vec<u8>,
    /// Signed `Profile`.
    #[prost(bytes = "vec", tag = "2")]
    pub profile: Vec<u8>,
    /// The business's key, device list and certificates.
    #[prost(message, optional, tag = "3")]
    pub directory: Option<Directory>,
}

/// An account's public keys.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct Directory {
    /// The account.
    #[prost(bytes = "vec", tag = "1")]
    pub account: Vec<u8>,
    /// Its Ed25519 identity key.
    #[prost(bytes = "vec", tag = "2")]
    pub account_key: Vec<u8>,
    /// Newest signed `DeviceList`.
    #[prost(bytes = "vec", tag = "3")]
    pub device_list: Vec<u8>,
    /// Signed `DeviceCertificate` of each listed device.
    #[prost(bytes = "vec", repeated, tag = "4")]
    pub certificates: Vec<Vec<u8>>,
    /// Signed `Profile` of a business; else empty.
    #[prost(bytes = "vec", tag = "5")]
    pub profile: Vec<u8>,
    /// Signed `DomainRecord` of a business whose domain was found to be its own; else empty.
    #[prost(bytes = "vec", tag = "6")]
    pub domain: Vec<u8>,
}

/// An entry link with its counters.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct EntryLinkUse {
    /// Signed `EntryLink`.
    #[prost(bytes = "vec", tag = "1")]
    pub entry_link: Vec<u8>,
    /// Conversations that began through it.
    #[prost(uint64, tag = "2")]
    pub uses: u64,
    /// Times that it was looked at.
    #[prost(uint64, tag = "3")]
    pub visits: u64,
}

/// The business's entry links, newest first.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct EntryLinks {
    /// The links.
    #[prost(message, repeated, tag = "1")]
    pub entry_links: Vec<EntryLinkUse>,
}

/// Newest consents.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct Consents {
    /// Signed `Consent`, one a pair.
    #[prost(bytes = "vec", repeated, tag = "1")]
    pub consents: Vec<Vec<u8>>,
}

/// Blocked accounts.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct Blocks {
    /// Account ids.
    #[prost(bytes = "vec", repeated, tag = "1")]
    pub accounts: Vec<Vec<u8>>,
}

/// A key package of one device.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct ClaimedKeyPackage {
    /// The device.
    #[prost(bytes = "vec", tag = "1")]
    pub device: Vec<u8>,
    /// MLS key package; empty when the device has none left.
    #[prost(bytes = "vec", tag = "2")]
    pub key_package: Vec<u8>,
}

/// One key package a device.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct ClaimedKeyPackages {
    /// In the order of the device list.
    #[prost(message, repeated, tag = "1")]
    pub key_packages: Vec<ClaimedKeyPackage>,
}

/// A conversation's public group state.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct GroupState {
    /// The current epoch.
    #[prost(uint64, tag = "1")]
    pub epoch: u64,
    /// MLS group info.
    #[prost(bytes = "bytes", tag = "2")]
    pub group_info: Bytes,
    /// MLS ratchet tree.
    #[prost(bytes = "bytes", tag = "3")]
    pub ratchet_tree: Bytes,
    /// Proposals that wait for the next commit.
    #[prost(bytes = "bytes", repeated, tag = "4")]
    pub proposals: Vec<Bytes>,
}

/// A conversation of the account, as the server knows it.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct ConversationSummary {
    /// The conversation.
    #[prost(bytes = "vec", tag = "1")]
    pub conversation: Vec<u8>,
    /// Its accounts.
    #[prost(bytes = "vec", repeated, tag = "2")]
    pub accounts: Vec<Vec<u8>>,
    /// Whether the session's device is a member.
    #[prost(bool, tag = "3")]
    pub is_member: bool,
    /// Whether it is the account's own group.
    #[prost(bool, tag = "4")]
    pub is_own_group: bool,
    /// Its epoch.
    #[prost(uint64, tag = "5")]
    pub epoch: u64,
}

/// The account's conversations.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct Conversations {
    /// Newest activity first.
    #[prost(message, repeated, tag = "1")]
    pub conversations: Vec<ConversationSummary>,
}

/// A slot of a link mailbox.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct LinkPayload {
    /// Opaque.
    #[prost(bytes = "bytes", tag = "1")]
    pub payload: Bytes,
}

/// A wrapping of the recovery root.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct RecoveryRecord {
    /// The account.
    #[prost(bytes = "vec", tag = "1")]
    pub account: Vec<u8>,
    /// Opaque.
    #[prost(bytes = "bytes", tag = "2")]
    pub record: Bytes,
}

/// One archive segment.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct ArchiveSegment {
    /// Its 16-byte id.
    #[prost(bytes = "vec", tag = "1")]
    pub segment: Vec<u8>,
    /// The blob.
    #[prost(bytes = "vec", tag = "2")]
    pub blob: Vec<u8>,
    /// Opaque.
    #[prost(bytes = "bytes", tag = "3")]
    pub header: Bytes,
    /// Position in the archive.
    #[prost(uint64, tag = "4")]
    pub position: u64,
}

/// Archive segments, oldest first.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct ArchiveSegments {
    /// The segments.
    #[prost(message, repeated, tag = "1")]
    pub segments: Vec<ArchiveSegment>,
    /// Whether there are no more.
    #[prost(bool, tag = "2")]
    pub is_complete: bool,
}

/// A passkey challenge.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct PasskeyChallenge {
    /// 32 random bytes.
    #[prost(bytes = "vec", tag = "1")]
    pub challenge: Vec<u8>,
}

/// A template with its newest approval.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct Template {
    /// The `TemplateDoc` (crate `statement`).
    #[prost(bytes = "vec", tag = "1")]
    pub document: Vec<u8>,
    /// Signed `Approval`; empty as long as nobody has decided.
    #[prost(bytes = "vec", tag = "2")]
    pub approval: Vec<u8>,
    /// Whether this server lets businesses approve their templates by themselves.
    #[prost(bool, tag = "3")]
    pub counts_self_signed: bool,
}

/// A business's templates, each by its hash.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct Templates {
    /// The templates.
    #[prost(message, repeated, tag = "1")]
    pub templates: Vec<ListedTemplate>,
}

/// One of a business's templates.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct ListedTemplate {
    /// The hash of the document.
    #[prost(bytes = "vec", tag = "1")]
    pub hash: Vec<u8>,
    /// The sequence of the newest approval; 0 as long as nobody has decided.
    #[prost(uint64, tag = "2")]
    pub approval_sequence: u64,
}

/// A business's balance and usage. Amounts are millionths of the currency's unit.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct UsageReport {
    /// The currency's code; empty where the operator has no prices.
    #[prost(string, tag = "1")]
    pub currency: String,
    /// Whether the business pays before.
    #[prost(bool, tag = "2")]
    pub is_prepaid: bool,
    /// What it may still spend; what it owes, below zero, where it pays later.
    #[prost(int64, tag = "3")]
    pub available: i64,
    /// What is set aside for messages on their way.
    #[prost(int64, tag = "4")]
    pub reserved: i64,
    /// What is spent or set aside this month.
    #[prost(int64, tag = "5")]
    pub spent: i64,
    /// The most that may be spent in a month; below zero for no cap.
    #[prost(int64, tag = "6")]
    pub cap: i64,
    /// The highest mark of the cap that was passed, in per cent; 0 for none.
    #[prost(uint32, tag = "7")]
    pub alert_percent: u32,
    /// The months, oldest first.
    #[prost(message, repeated, tag = "8")]
    pub months: Vec<UsageMonth>,
    /// Messages whose end is known, in this order.
    #[prost(message, repeated, tag = "9")]
    pub rows: Vec<UsageRow>,
    /// Where the next ones begin; empty when there are no more.
    #[prost(bytes = "vec", tag = "10")]
    pub next: Vec<u8>,
}

/// What became of the messages that were accepted in a month.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct UsageMonth {
    /// Like `2026-11`.
    #[prost(string, tag = "1")]
    pub month: String,
    /// Messages that were delivered.
    #[prost(uint64, tag = "2")]
    pub delivered: u64,
    /// Their prices.
    #[prost(int64, tag = "3")]
    pub captured: i64,
    /// Messages that failed or expired.
    #[prost(uint64, tag = "4")]
    pub lost: u64,
    /// Their prices, given back.
    #[prost(int64, tag = "5")]
    pub released: i64,
}

/// What became of one message.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct UsageRow {
    /// The message's nonce.
    #[prost(bytes = "vec", tag = "1")]
    pub nonce: Vec<u8>,
    /// The device that sent it.
    #[prost(bytes = "vec", tag = "2")]
    pub device: Vec<u8>,
    /// The customer's country; `ZZ` where nobody knows it.
    #[prost(string, tag = "3")]
    pub country: String,
    /// The category.
    #[prost(uint32, tag = "4")]
    pub category: u32,
    /// The hash of the template.
    #[prost(bytes = "vec", tag = "5")]
    pub template: Vec<u8>,
    /// Whether it was sent within the service window.
    #[prost(bool, tag = "6")]
    pub in_window: bool,
    /// What it cost, or would have.
    #[prost(int64, tag = "7")]
    pub price: i64,
    /// When the server accepted it.
    #[prost(int64, tag = "8")]
    pub accepted_at_ms: i64,
    /// When a device of the customer had it, or it was lost.
    #[prost(int64, tag = "9")]
    pub settled_at_ms: i64,
    /// Whether a device of the customer has it.
    #[prost(bool, tag = "10")]
    pub is_delivered: bool,
}

/// What messages would cost now.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct Quote {
    /// The currency's code; empty where the operator has no prices.
    #[prost(string, tag = "1")]
    pub currency: String,
    /// All of them, in millionths of the currency's unit.
    #[prost(int64, tag = "2")]
    pub amount: i64,
    /// How many of them balance and cap cover, in the order of the groups.
    #[prost(uint64, tag = "3")]
    pub covered: u64,
}

/// A business's newest catalogue.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct Catalogue {
    /// Its sequence; 0 when there is none.
    #[prost(uint64, tag = "1")]
    pub sequence: u64,
    /// The signed pages; empty when the asker knows this edition.
    #[prost(bytes = "vec", repeated, tag = "2")]
    pub pages: Vec<Vec<u8>>,
}

/// Pictures of a catalogue.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct Pictures {
    /// One for each hash that was asked for; empty where there is none.
    #[prost(bytes = "vec", repeated, tag = "1")]
    pub pictures: Vec<Vec<u8>>,
}

/// How a business stands: what customers make of its messages, and what follows.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct Standing {
    /// How many customers it may begin with in 24 hours; none for any number.
    #[prost(uint64, optional, tag = "1")]
    pub customers_max: Option<u64>,
    /// How many it has begun with in the last 24 hours.
    #[prost(uint64, tag = "2")]
    pub customers: u64,
    /// Whether the operator has set the number, so that it doesn't move by itself.
    #[prost(bool, tag = "3")]
    pub is_fixed: bool,
    /// `green`, `yellow` or `red`.
    #[prost(string, tag = "4")]
    pub rating: String,
    /// Messages of templates that were delivered in the days that count.
    #[prost(uint64, tag = "5")]
    pub delivered: u64,
    /// What the rating comes from.
    #[prost(message, repeated, tag = "6")]
    pub causes: Vec<StandingCause>,
}

/// A part of what a rating comes from.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct StandingCause {
    /// `reports`, `blocks` or `stops`.
    #[prost(string, tag = "1")]
    pub cause: String,
    /// How many in the days that count.
    #[prost(uint64, tag = "2")]
    pub count: u64,
}

/// How a business's claim on a domain stands.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct Domain {
    /// Signed `DomainClaim`; empty when there is none.
    #[prost(bytes = "vec", tag = "1")]
    pub claim: Vec<u8>,
    /// The server's newest signed `DomainRecord`; empty before the first.
    #[prost(bytes = "vec", tag = "2")]
    pub record: Vec<u8>,
    /// Why it wasn't found the last time, as a stable word; empty when it was.
    #[prost(string, tag = "3")]
    pub trouble: String,
    /// When it was looked for last, in milliseconds; 0 for never.
    #[prost(int64, tag = "4")]
    pub checked_at: i64,
}

/// What the operator has decided about a business, newest first.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct Decisions {
    /// Decisions and answers.
    #[prost(message, repeated, tag = "1")]
    pub decisions: Vec<Decision>,
}

/// A decision with what the business says against it.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct Decision {
    /// Signed `DecisionNotice`.
    #[prost(bytes = "vec", tag = "1")]
    pub notice: Vec<u8>,
    /// The business's objection; empty without one.
    #[prost(string, tag = "2")]
    pub objection: String,
    /// When it objected, in milliseconds; 0 without an objection.
    #[prost(int64, tag = "3")]
    pub objected_at: i64,
}

/// What a browser needs to let this server wake it.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct PushTerms {
    /// The server's key to push services (RFC 8292), an uncompressed point of P-256; empty when this
    /// server wakes nobody.
    #[prost(bytes = "vec", tag = "1")]
    pub server_key: Vec<u8>,
}
