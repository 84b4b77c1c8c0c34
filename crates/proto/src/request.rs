//! What a client asks for. The oneof is the index of the server: one request, one operation, one file.

use bytes::Bytes;
use prost::Message;

/// The requests.
#[derive(Clone, PartialEq, Eq, prost::Oneof)]
pub enum RequestBody {
    /// Proves that the connection belongs to a device (D16: `tresen/session/1` over origin, account, device and the hello's nonce).
    #[prost(message, tag = "2")]
    Authenticate(Authenticate),
    /// Makes a person's account with its first device.
    #[prost(message, tag = "3")]
    RegisterPerson(RegisterPerson),
    /// Makes a business's account with its owner's device, by a one-time claim link.
    #[prost(message, tag = "4")]
    ClaimBusiness(ClaimBusiness),
    /// Adds this device to an existing account by the account key itself (recovery).
    #[prost(message, tag = "5")]
    RegisterDevice(RegisterDevice),
    /// Asks what is behind an entry link; needs no session.
    #[prost(message, tag = "6")]
    FetchEntry(FetchEntry),
    /// Asks for an account's key, newest device list and certificates; allowed to the account itself and to those who share a conversation or consent with it.
    #[prost(message, tag = "7")]
    FetchDirectory(FetchDirectory),
    /// Publishes the business's profile; its sequence must be higher than the last.
    #[prost(message, tag = "8")]
    PublishProfile(PublishProfile),
    /// Publishes a newer device list: adds and removes devices.
    #[prost(message, tag = "9")]
    PublishDeviceList(PublishDeviceList),
    /// Publishes, changes or revokes an entry link of the business.
    #[prost(message, tag = "10")]
    PublishEntryLink(PublishEntryLink),
    /// Asks for the business's entry links with their counters.
    #[prost(message, tag = "11")]
    ListEntryLinks(ListEntryLinks),
    /// Gives, changes or revokes the customer's consent; the highest sequence wins.
    #[prost(message, tag = "12")]
    PublishConsent(PublishConsent),
    /// Asks for the newest consents in which the session's account is a side.
    #[prost(message, tag = "13")]
    FetchConsents(FetchConsents),
    /// Blocks or unblocks an account: the server refuses its messages to the session's account.
    #[prost(message, tag = "14")]
    SetBlock(SetBlock),
    /// Asks whom the session's account blocks.
    #[prost(message, tag = "15")]
    FetchBlocks(FetchBlocks),
    /// Adds key packages to the device's stock.
    #[prost(message, tag = "16")]
    UploadKeyPackages(UploadKeyPackages),
    /// Takes one key package of each named device, atomically.
    #[prost(message, tag = "17")]
    ClaimKeyPackages(ClaimKeyPackages),
    /// Creates a conversation with its group at epoch 1 (or 0 for a group of one): one atomic bundle (D3).
    #[prost(message, tag = "18")]
    CreateConversation(CreateConversation),
    /// Moves a conversation to its next epoch: compare-and-swap on the epoch the commit was made in, one atomic bundle (D3).
    #[prost(message, tag = "19")]
    Commit(Commit),
    /// Sends one application message.
    #[prost(message, tag = "20")]
    Send(Send),
    /// Asks for a conversation's public group state, to come back by an external commit (D9).
    #[prost(message, tag = "21")]
    FetchGroup(FetchGroup),
    /// Leaves a conversation: delivery to the device stops at once.
    #[prost(message, tag = "22")]
    Leave(Leave),
    /// Asks for the conversations that the session's account is part of, also those that this device isn't yet a member of.
    #[prost(message, tag = "23")]
    ListConversations(ListConversations),
    /// Opens a one-time invitation for a new device.
    #[prost(message, tag = "24")]
    CreateInvitation(CreateInvitation),
    /// The new device uses an invitation; needs no session, and gives one that can do nothing but link.
    #[prost(message, tag = "25")]
    OpenLink(OpenLink),
    /// Puts a payload into a link mailbox; every slot is written once.
    #[prost(message, tag = "26")]
    PostLink(PostLink),
    /// Waits for a slot of a link mailbox to be written.
    #[prost(message, tag = "27")]
    FetchLink(FetchLink),
    /// Stores a wrapping of the recovery root, replacing the one of the same lookup key.
    #[prost(message, tag = "28")]
    StoreRecovery(StoreRecovery),
    /// Asks for a wrapping of the recovery root; needs no session, is rate limited.
    #[prost(message, tag = "29")]
    FetchRecovery(FetchRecovery),
    /// Adds an uploaded blob to the account's archive.
    #[prost(message, tag = "30")]
    AppendArchive(AppendArchive),
    /// Asks for the account's archive segments after a position.
    #[prost(message, tag = "31")]
    FetchArchive(FetchArchive),
    /// Asks for a challenge to make or to use a passkey.
    #[prost(message, tag = "32")]
    FetchPasskeyChallenge(FetchPasskeyChallenge),
    /// Stores a passkey of the session's account, made for the last challenge on this connection.
    #[prost(message, tag = "33")]
    RegisterPasskey(RegisterPasskey),
    /// Proves a passkey for the last challenge on this connection.
    #[prost(message, tag = "34")]
    ProvePasskey(ProvePasskey),
    /// Stores a template of the business; the operator decides about it.
    #[prost(message, tag = "35")]
    PublishTemplate(PublishTemplate),
    /// Asks for a template by its hash, with its newest approval.
    #[prost(message, tag = "36")]
    FetchTemplate(FetchTemplate),
    /// Asks for the business's templates, with how far they were decided about.
    #[prost(message, tag = "37")]
    ListTemplates(ListTemplates),
    /// Stores the business's own approval of its template, where the server lets it.
    #[prost(message, tag = "38")]
    PublishApproval(PublishApproval),
    /// A customer reports messages of a business to the operator.
    #[prost(message, tag = "39")]
    PublishReport(PublishReport),
    /// Asks for the business's balance and usage.
    #[prost(message, tag = "42")]
    FetchUsage(FetchUsage),
    /// Limits what the business spends in a month.
    #[prost(message, tag = "43")]
    SetSpendingCap(SetSpendingCap),
    /// Asks what messages would cost.
    #[prost(message, tag = "44")]
    QuoteMessages(QuoteMessages),
    /// Claims a domain for the business; the server looks for the claim there.
    #[prost(message, tag = "46")]
    ClaimDomain(ClaimDomain),
    /// Asks how the business's claim on a domain stands.
    #[prost(message, tag = "47")]
    FetchDomain(FetchDomain),
    /// Takes back the business's claim on a domain.
    #[prost(message, tag = "48")]
    WithdrawDomain(WithdrawDomain),
    /// Asks what the operator has decided about the business.
    #[prost(message, tag = "49")]
    FetchDecisions(FetchDecisions),
    /// Objects to a decision of the operator.
    #[prost(message, tag = "50")]
    ObjectDecision(ObjectDecision),
    /// Ends a person's account for good.
    #[prost(message, tag = "51")]
    DeleteAccount(DeleteAccount),
    /// Has the device woken up through a push service while it isn't connected.
    #[prost(message, tag = "54")]
    RegisterPush(RegisterPush),
    /// Ends that.
    #[prost(message, tag = "55")]
    WithdrawPush(WithdrawPush),
    /// Asks for the key that the server proves itself with to push services.
    #[prost(message, tag = "56")]
    FetchPush(FetchPush),
    /// Publishes an edition of the business's catalogue.
    #[prost(message, tag = "60")]
    PublishCatalogue(PublishCatalogue),
    /// Asks for a business's catalogue.
    #[prost(message, tag = "61")]
    FetchCatalogue(FetchCatalogue),
    /// Keeps a picture of the business's catalogue.
    #[prost(message, tag = "62")]
    StorePicture(StorePicture),
    /// Asks for pictures of a catalogue.
    #[prost(message, tag = "63")]
    FetchPictures(FetchPictures),
    /// Asks how the business stands.
    #[prost(message, tag = "45")]
    FetchStanding(FetchStanding),
}

/// A welcome and the devices that it is for.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct WelcomeFor {
    /// Device ids.
    #[prost(bytes = "vec", repeated, tag = "1")]
    pub devices: Vec<Vec<u8>>,
    /// MLS welcome.
    #[prost(bytes = "bytes", tag = "2")]
    pub welcome: Bytes,
}

/// Proves that the connection belongs to a device (D16: `tresen/session/1` over origin, account, device and the hello's nonce). Answers [`crate::Session`]; mailbox entries follow by themselves.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct Authenticate {
    /// The protocol version that the client chose from the hello.
    #[prost(uint32, tag = "1")]
    pub version: u32,
    /// The account.
    #[prost(bytes = "vec", tag = "2")]
    pub account: Vec<u8>,
    /// The device.
    #[prost(bytes = "vec", tag = "3")]
    pub device: Vec<u8>,
    /// Signed `SessionProof` (crate `statement`) by the device key.
    #[prost(bytes = "vec", tag = "4")]
    pub proof: Vec<u8>,
}

/// Makes a person's account with its first device. Needs an open entry link, which bounds invented accounts. Answers [`crate::Session`]: the connection is authenticated.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct RegisterPerson {
    /// The protocol version that the client chose from the hello.
    #[prost(uint32, tag = "1")]
    pub version: u32,
    /// The entry link that the person came through.
    #[prost(bytes = "vec", tag = "2")]
    pub entry: Vec<u8>,
    /// Signed `DeviceList`, sequence 1.
    #[prost(bytes = "vec", tag = "3")]
    pub device_list: Vec<u8>,
    /// Signed `DeviceCertificate` of the first device; carries the account key.
    #[prost(bytes = "vec", tag = "4")]
    pub certificate: Vec<u8>,
    /// Signed `SessionProof` by the device key: proof of possession.
    #[prost(bytes = "vec", tag = "5")]
    pub proof: Vec<u8>,
}

/// Makes a business's account with its owner's device, by a one-time claim link. Answers [`crate::Session`].
#[derive(Clone, PartialEq, Eq, Message)]
pub struct ClaimBusiness {
    /// The protocol version that the client chose from the hello.
    #[prost(uint32, tag = "1")]
    pub version: u32,
    /// The secret of the claim link.
    #[prost(bytes = "vec", tag = "2")]
    pub claim_token: Vec<u8>,
    /// Signed `DeviceList`, sequence 1.
    #[prost(bytes = "vec", tag = "3")]
    pub device_list: Vec<u8>,
    /// Signed `DeviceCertificate` of the owner's device.
    #[prost(bytes = "vec", tag = "4")]
    pub certificate: Vec<u8>,
    /// Signed `SessionProof` by the device key.
    #[prost(bytes = "vec", tag = "5")]
    pub proof: Vec<u8>,
}

/// Adds this device to an existing account by the account key itself (recovery). Answers [`crate::Session`].
#[derive(Clone, PartialEq, Eq, Message)]
pub struct RegisterDevice {
    /// The protocol version that the client chose from the hello.
    #[prost(uint32, tag = "1")]
    pub version: u32,
    /// Signed `DeviceList` that supersedes the newest and names this device.
    #[prost(bytes = "vec", tag = "2")]
    pub device_list: Vec<u8>,
    /// Signed `DeviceCertificate` of this device.
    #[prost(bytes = "vec", tag = "3")]
    pub certificate: Vec<u8>,
    /// Signed `SessionProof` by the device key.
    #[prost(bytes = "vec", tag = "4")]
    pub proof: Vec<u8>,
}

/// Asks what is behind an entry link; needs no session. Answers [`crate::EntryDescription`].
#[derive(Clone, PartialEq, Eq, Message)]
pub struct FetchEntry {
    /// The entry link.
    #[prost(bytes = "vec", tag = "1")]
    pub entry: Vec<u8>,
}

/// Asks for an account's key, newest device list and certificates; allowed to the account itself and to those who share a conversation or consent with it. Answers [`crate::Directory`].
#[derive(Clone, PartialEq, Eq, Message)]
pub struct FetchDirectory {
    /// The account.
    #[prost(bytes = "vec", tag = "1")]
    pub account: Vec<u8>,
}

/// Publishes the business's profile; its sequence must be higher than the last. Answers [`crate::Done`].
#[derive(Clone, PartialEq, Eq, Message)]
pub struct PublishProfile {
    /// Signed `Profile`.
    #[prost(bytes = "vec", tag = "1")]
    pub profile: Vec<u8>,
}

/// Publishes a newer device list: adds and removes devices. The server ends the sessions and mailboxes of removed devices at once and proposes their removal in every conversation. Answers [`crate::Done`].
#[derive(Clone, PartialEq, Eq, Message)]
pub struct PublishDeviceList {
    /// Signed `DeviceList`.
    #[prost(bytes = "vec", tag = "1")]
    pub device_list: Vec<u8>,
    /// Signed `DeviceCertificate` of each added device.
    #[prost(bytes = "vec", repeated, tag = "2")]
    pub certificates: Vec<Vec<u8>>,
}

/// Publishes, changes or revokes an entry link of the business. Answers [`crate::Done`].
#[derive(Clone, PartialEq, Eq, Message)]
pub struct PublishEntryLink {
    /// Signed `EntryLink`.
    #[prost(bytes = "vec", tag = "1")]
    pub entry_link: Vec<u8>,
}

/// Asks for the business's entry links with their counters. Answers [`crate::EntryLinks`].
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct ListEntryLinks {}

/// Gives, changes or revokes the customer's consent; the highest sequence wins. Answers [`crate::Done`].
#[derive(Clone, PartialEq, Eq, Message)]
pub struct PublishConsent {
    /// Signed `Consent` by the customer's device.
    #[prost(bytes = "vec", tag = "1")]
    pub consent: Vec<u8>,
}

/// Asks for the newest consents in which the session's account is a side. Answers [`crate::Consents`].
#[derive(Clone, PartialEq, Eq, Message)]
pub struct FetchConsents {
    /// Only those with this account; empty for all.
    #[prost(bytes = "vec", tag = "1")]
    pub other: Vec<u8>,
}

/// Blocks or unblocks an account: the server refuses its messages to the session's account. Answers [`crate::Done`].
#[derive(Clone, PartialEq, Eq, Message)]
pub struct SetBlock {
    /// The other account.
    #[prost(bytes = "vec", tag = "1")]
    pub account: Vec<u8>,
    /// Whether it is blocked from now on.
    #[prost(bool, tag = "2")]
    pub is_blocked: bool,
}

/// Asks whom the session's account blocks. Answers [`crate::Blocks`].
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct FetchBlocks {}

/// Adds key packages to the device's stock. Answers [`crate::Done`].
#[derive(Clone, PartialEq, Eq, Message)]
pub struct UploadKeyPackages {
    /// MLS key packages, each used once.
    #[prost(bytes = "vec", repeated, tag = "1")]
    pub key_packages: Vec<Vec<u8>>,
    /// The last-resort key package, if it is to be replaced; else empty.
    #[prost(bytes = "vec", tag = "2")]
    pub last_resort: Vec<u8>,
}

/// Takes one key package of each named device, atomically. Needs a relationship with the account: the own one, a business with an open entry link, or consent. Answers [`crate::ClaimedKeyPackages`].
#[derive(Clone, PartialEq, Eq, Message)]
pub struct ClaimKeyPackages {
    /// The account.
    #[prost(bytes = "vec", tag = "1")]
    pub account: Vec<u8>,
    /// The devices; empty for all of the newest device list.
    #[prost(bytes = "vec", repeated, tag = "2")]
    pub devices: Vec<Vec<u8>>,
    /// For a first contact: the entry link; else empty.
    #[prost(bytes = "vec", tag = "3")]
    pub entry: Vec<u8>,
}

/// Creates a conversation with its group at epoch 1 (or 0 for a group of one): one atomic bundle (D3). Answers [`crate::Accepted`].
#[derive(Clone, PartialEq, Eq, Message)]
pub struct CreateConversation {
    /// The stable id, chosen by the creator.
    #[prost(bytes = "vec", tag = "1")]
    pub conversation: Vec<u8>,
    /// The business; empty for the account's own group.
    #[prost(bytes = "vec", tag = "2")]
    pub counterpart: Vec<u8>,
    /// MLS group info of the current epoch, with external public key.
    #[prost(bytes = "bytes", tag = "3")]
    pub group_info: Bytes,
    /// MLS ratchet tree of the current epoch.
    #[prost(bytes = "bytes", tag = "4")]
    pub ratchet_tree: Bytes,
    /// A welcome for the other members.
    #[prost(message, repeated, tag = "5")]
    pub welcomes: Vec<WelcomeFor>,
    /// Signed `Consent`; empty for the own group or when one is on record.
    #[prost(bytes = "vec", tag = "6")]
    pub consent: Vec<u8>,
    /// First application messages, accepted with the rest.
    #[prost(bytes = "bytes", repeated, tag = "7")]
    pub messages: Vec<Bytes>,
    /// Makes the request idempotent.
    #[prost(bytes = "vec", tag = "8")]
    pub nonce: Vec<u8>,
}

/// Moves a conversation to its next epoch: compare-and-swap on the epoch the commit was made in, one atomic bundle (D3). Answers [`crate::Accepted`], or `EpochConflict`.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct Commit {
    /// The conversation.
    #[prost(bytes = "vec", tag = "1")]
    pub conversation: Vec<u8>,
    /// MLS commit (PublicMessage), also an external one.
    #[prost(bytes = "bytes", tag = "2")]
    pub commit: Bytes,
    /// MLS group info of the epoch after it.
    #[prost(bytes = "bytes", tag = "3")]
    pub group_info: Bytes,
    /// A welcome for those it adds.
    #[prost(message, repeated, tag = "4")]
    pub welcomes: Vec<WelcomeFor>,
    /// Makes the request idempotent.
    #[prost(bytes = "vec", tag = "5")]
    pub nonce: Vec<u8>,
}

/// Sends one application message. Session, consent, block, epoch and limits are checked. Answers [`crate::Accepted`] once it is on disk.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct Send {
    /// The conversation.
    #[prost(bytes = "vec", tag = "1")]
    pub conversation: Vec<u8>,
    /// MLS PrivateMessage; its authenticated data is [`crate::aad::AuthenticatedData`].
    #[prost(bytes = "bytes", tag = "2")]
    pub message: Bytes,
}

/// Asks for a conversation's public group state, to come back by an external commit (D9). Answers [`crate::GroupState`].
#[derive(Clone, PartialEq, Eq, Message)]
pub struct FetchGroup {
    /// The conversation.
    #[prost(bytes = "vec", tag = "1")]
    pub conversation: Vec<u8>,
}

/// Leaves a conversation: delivery to the device stops at once. Answers [`crate::Done`].
#[derive(Clone, PartialEq, Eq, Message)]
pub struct Leave {
    /// The conversation.
    #[prost(bytes = "vec", tag = "1")]
    pub conversation: Vec<u8>,
    /// Signed `LeaveNotice`, passed on to the members.
    #[prost(bytes = "vec", tag = "2")]
    pub notice: Vec<u8>,
}

/// Asks for the conversations that the session's account is part of, also those that this device isn't yet a member of. Answers [`crate::Conversations`].
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct ListConversations {}

/// Opens a one-time invitation for a new device. Answers [`crate::Done`].
#[derive(Clone, PartialEq, Eq, Message)]
pub struct CreateInvitation {
    /// Signed `LinkInvitation`.
    #[prost(bytes = "vec", tag = "1")]
    pub invitation: Vec<u8>,
}

/// The new device uses an invitation; needs no session, and gives one that can do nothing but link. Answers [`crate::LinkPayload`] with the signed invitation.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct OpenLink {
    /// The invitation's 16-byte secret id.
    #[prost(bytes = "vec", tag = "1")]
    pub invitation: Vec<u8>,
}

/// Puts a payload into a link mailbox; every slot is written once. Answers [`crate::Done`].
#[derive(Clone, PartialEq, Eq, Message)]
pub struct PostLink {
    /// The 16-byte id of the link mailbox.
    #[prost(bytes = "vec", tag = "1")]
    pub mailbox: Vec<u8>,
    /// The step of the protocol, 0 to 7.
    #[prost(uint32, tag = "2")]
    pub slot: u32,
    /// Opaque, at most 16 KiB.
    #[prost(bytes = "bytes", tag = "3")]
    pub payload: Bytes,
}

/// Waits for a slot of a link mailbox to be written. Answers [`crate::LinkPayload`], or `NotFound` when the time is over.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct FetchLink {
    /// The 16-byte id of the link mailbox.
    #[prost(bytes = "vec", tag = "1")]
    pub mailbox: Vec<u8>,
    /// The step of the protocol.
    #[prost(uint32, tag = "2")]
    pub slot: u32,
    /// How long to wait, at most 30,000.
    #[prost(uint32, tag = "3")]
    pub wait_ms: u32,
}

/// Stores a wrapping of the recovery root, replacing the one of the same lookup key. Answers [`crate::Done`].
#[derive(Clone, PartialEq, Eq, Message)]
pub struct StoreRecovery {
    /// SHA-256 of the 32-byte lookup key that the code or passkey yields.
    #[prost(bytes = "vec", tag = "1")]
    pub lookup_hash: Vec<u8>,
    /// Opaque, at most 16 KiB.
    #[prost(bytes = "bytes", tag = "2")]
    pub record: Bytes,
}

/// Asks for a wrapping of the recovery root; needs no session, is rate limited. Answers [`crate::RecoveryRecord`].
#[derive(Clone, PartialEq, Eq, Message)]
pub struct FetchRecovery {
    /// The 32-byte lookup key.
    #[prost(bytes = "vec", tag = "1")]
    pub lookup_key: Vec<u8>,
}

/// Adds an uploaded blob to the account's archive. Answers [`crate::Done`].
#[derive(Clone, PartialEq, Eq, Message)]
pub struct AppendArchive {
    /// The segment's 16-byte id.
    #[prost(bytes = "vec", tag = "1")]
    pub segment: Vec<u8>,
    /// The blob, of class archive.
    #[prost(bytes = "vec", tag = "2")]
    pub blob: Vec<u8>,
    /// Opaque, encrypted by the client, at most 1 KiB.
    #[prost(bytes = "bytes", tag = "3")]
    pub header: Bytes,
}

/// Asks for the account's archive segments after a position. Answers [`crate::ArchiveSegments`].
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct FetchArchive {
    /// 0, or the position of the last known segment.
    #[prost(uint64, tag = "1")]
    pub after: u64,
}

/// Asks for a challenge to make or to use a passkey. Answers [`crate::PasskeyChallenge`].
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct FetchPasskeyChallenge {}

/// Stores a passkey of the session's account, made for the last challenge on this connection. Answers [`crate::Done`].
#[derive(Clone, PartialEq, Eq, Message)]
pub struct RegisterPasskey {
    /// The credential's id.
    #[prost(bytes = "vec", tag = "1")]
    pub credential_id: Vec<u8>,
    /// WebAuthn attestation object (no attestation is asked for).
    #[prost(bytes = "vec", tag = "2")]
    pub attestation_object: Vec<u8>,
    /// WebAuthn client data (JSON).
    #[prost(bytes = "vec", tag = "3")]
    pub client_data: Vec<u8>,
}

/// Proves a passkey for the last challenge on this connection. Answers [`crate::RecoveryRecord`] of the passkey's wrapping.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct ProvePasskey {
    /// The credential's id.
    #[prost(bytes = "vec", tag = "1")]
    pub credential_id: Vec<u8>,
    /// WebAuthn authenticator data.
    #[prost(bytes = "vec", tag = "2")]
    pub authenticator_data: Vec<u8>,
    /// WebAuthn client data (JSON).
    #[prost(bytes = "vec", tag = "3")]
    pub client_data: Vec<u8>,
    /// WebAuthn signature.
    #[prost(bytes = "vec", tag = "4")]
    pub signature: Vec<u8>,
}

/// Stores a template of the business; the operator decides about it. Answers [`crate::Done`].
#[derive(Clone, PartialEq, Eq, Message)]
pub struct PublishTemplate {
    /// The `TemplateDoc` (crate `statement`).
    #[prost(bytes = "vec", tag = "1")]
    pub document: Vec<u8>,
}

/// Asks for a template by its hash, with its newest approval. Answers [`crate::Template`].
#[derive(Clone, PartialEq, Eq, Message)]
pub struct FetchTemplate {
    /// The business.
    #[prost(bytes = "vec", tag = "1")]
    pub account: Vec<u8>,
    /// The hash of the document.
    #[prost(bytes = "vec", tag = "2")]
    pub hash: Vec<u8>,
}

/// Asks for the business's templates, with how far they were decided about. Answers [`crate::Templates`].
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct ListTemplates {}

/// Stores the business's own approval of its template, where the server lets it. Answers [`crate::Done`].
#[derive(Clone, PartialEq, Eq, Message)]
pub struct PublishApproval {
    /// `Approval` (crate `statement`), signed with the account's key.
    #[prost(bytes = "vec", tag = "1")]
    pub approval: Vec<u8>,
}

/// A customer reports messages of a business to the operator. Answers [`crate::Done`].
#[derive(Clone, PartialEq, Eq, Message)]
pub struct PublishReport {
    /// `Report` (crate `statement`), signed by the device.
    #[prost(bytes = "vec", tag = "1")]
    pub report: Vec<u8>,
}

/// Asks for the business's balance and usage. Answers [`crate::UsageReport`].
#[derive(Clone, PartialEq, Eq, Message)]
pub struct FetchUsage {
    /// The place after which messages are listed, as an answer named it; empty for the first.
    #[prost(bytes = "vec", tag = "1")]
    pub after: Vec<u8>,
}

/// Limits what the business spends in a month. Answers [`crate::Done`].
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct SetSpendingCap {
    /// The cap in millionths of the currency's unit; none for no cap.
    #[prost(int64, optional, tag = "1")]
    pub monthly: Option<i64>,
}

/// Asks what messages of templates would cost now, one after the other. Answers [`crate::Quote`].
#[derive(Clone, PartialEq, Eq, Message)]
pub struct QuoteMessages {
    /// The category.
    #[prost(uint32, tag = "1")]
    pub category: u32,
    /// The messages.
    #[prost(message, repeated, tag = "2")]
    pub groups: Vec<QuoteGroup>,
}

/// Messages that have the same price.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct QuoteGroup {
    /// The language of the customers' consents, whose region is their country.
    #[prost(string, tag = "1")]
    pub language: String,
    /// Whether they are sent within the service window.
    #[prost(bool, tag = "2")]
    pub in_window: bool,
    /// How many.
    #[prost(uint64, tag = "3")]
    pub messages: u64,
}

/// Publishes an edition of the business's catalogue; its sequence must be higher than the last. Answers [`crate::Done`].
#[derive(Clone, PartialEq, Eq, Message)]
pub struct PublishCatalogue {
    /// Signed `CataloguePage`s, all of one edition, in their order.
    #[prost(bytes = "vec", repeated, tag = "1")]
    pub pages: Vec<Vec<u8>>,
}

/// Asks for a business's catalogue. Answers [`crate::Catalogue`].
#[derive(Clone, PartialEq, Eq, Message)]
pub struct FetchCatalogue {
    /// The business.
    #[prost(bytes = "vec", tag = "1")]
    pub account: Vec<u8>,
    /// The edition that is known; the answer has no pages when it is the newest.
    #[prost(uint64, tag = "2")]
    pub known_sequence: u64,
}

/// Keeps a picture of the business's catalogue: WebP, PNG or JPEG. Answers [`crate::Done`].
#[derive(Clone, PartialEq, Eq, Message)]
pub struct StorePicture {
    /// The picture.
    #[prost(bytes = "vec", tag = "1")]
    pub bytes: Vec<u8>,
}

/// Asks for pictures of a catalogue. Answers [`crate::Pictures`].
#[derive(Clone, PartialEq, Eq, Message)]
pub struct FetchPictures {
    /// The business.
    #[prost(bytes = "vec", tag = "1")]
    pub account: Vec<u8>,
    /// SHA-256 of each.
    #[prost(bytes = "vec", repeated, tag = "2")]
    pub hashes: Vec<Vec<u8>>,
}

/// Asks how the business stands. Answers [`crate::Standing`].
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct FetchStanding {}

/// Claims a domain for the business; the server looks for the claim there, now and later. Answers [`crate::Domain`].
#[derive(Clone, PartialEq, Eq, Message)]
pub struct ClaimDomain {
    /// Signed `DomainClaim` by the account key.
    #[prost(bytes = "vec", tag = "1")]
    pub claim: Vec<u8>,
}

/// Asks how the business's claim on a domain stands. Answers [`crate::Domain`].
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct FetchDomain {}

/// Takes back the business's claim on a domain. Answers [`crate::Done`].
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct WithdrawDomain {}

/// Asks what the operator has decided about the business. Answers [`crate::Decisions`].
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct FetchDecisions {}

/// Objects to a decision of the operator, once. Answers [`crate::Done`].
#[derive(Clone, PartialEq, Eq, Message)]
pub struct ObjectDecision {
    /// The hash of the signed notice.
    #[prost(bytes = "vec", tag = "1")]
    pub notice: Vec<u8>,
    /// Why.
    #[prost(string, tag = "2")]
    pub text: String,
}

/// Has the device woken up through a push service (RFC 8030) while it isn't connected; takes the place of what it registered before. Answers [`crate::Done`].
#[derive(Clone, PartialEq, Eq, Message)]
pub struct RegisterPush {
    /// The push resource, an absolute URL.
    #[prost(string, tag = "1")]
    pub endpoint: String,
    /// The device's public key for pushes: an uncompressed point of P-256 (RFC 8291).
    #[prost(bytes = "vec", tag = "2")]
    pub public_key: Vec<u8>,
    /// The 16 bytes of its authentication secret (RFC 8291).
    #[prost(bytes = "vec", tag = "3")]
    pub auth: Vec<u8>,
}

/// The device isn't woken up any more. Answers [`crate::Done`].
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct WithdrawPush {}

/// Asks for the key that the server proves itself with to push services. Answers [`crate::PushTerms`].
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct FetchPush {}

/// Ends a person's account for good: its devices, sessions, key packages, mailboxes, archive, blocks and ways back are gone, its consents are revoked. Answers [`crate::Done`]; the session ends after it.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct DeleteAccount {
    /// The account's last signed `DeviceList`: it names no device.
    #[prost(bytes = "vec", tag = "1")]
    pub device_list: Vec<u8>,
    /// Signed revocations of the consents, by this session's device, for the businesses to keep.
    #[prost(bytes = "vec", repeated, tag = "2")]
    pub consents: Vec<Vec<u8>>,
}
