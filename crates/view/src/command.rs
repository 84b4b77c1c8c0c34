//! What an interface may ask of the SDK, and what it gets back.

use serde::{Deserialize, Serialize};
use tresen_types::{
    AccountId, Categories, ConversationId, DeviceId, EntryId, MessageId, Timestamp, card::Card,
};

use crate::{
    AccountView, BookingStepView, BookingView, BroadcastDraft, BroadcastPreview, BroadcastView,
    CardField, CatalogueDraft, CatalogueView, ConsentView, ConversationHeader, ConversationPage,
    ConversationRow, DecisionView, DeviceView, DomainClaimView, DomainWay, EntryLinkView, Event,
    EverydayCommand, FileRef, ImportView, InboxFilter, InboxQuery, LimitsDraft, LimitsView,
    LinkStep, MessagePage, MessageView, OrderDraft, OrderStepView, OrderView, OutgoingFile,
    PaymentDraft, PaymentStepView, PaymentView, PictureView, ProfileDraft, ProfileView,
    PushCommand, RailDraft, Reader, ReportCause, Role, ScheduleChange, ScheduleView, SearchHit,
    Settings, SlotView, SlotsDraft, StandingView, TeamCommand, TeamView, TemplateDraft,
    TemplatePreview, TemplateView, TradeCommand, TradeView, UsageView, ValueDraft, WhyView,
    passkey::{NewPasskey, PasskeyProof, PasskeyRequest},
};

/// A command with the id that its answer will carry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// Chosen by the caller; a repeated id with the same command is answered once more, not done twice.
    pub id: u64,
    /// What is asked.
    pub command: Command,
}

/// What the SDK says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Output {
    /// The answer to a call.
    Answer {
        /// The call's id.
        id: u64,
        /// What came of it.
        result: Result<Answer, Failure>,
    },
    /// Something changed.
    Event(Event),
}

/// What an interface may ask.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(not(feature = "compact"), serde(tag = "do"))]
pub enum Command {
    /// Who am I on this device? Answers [`Answer::Account`].
    Account,
    /// A customer says yes: makes the account if there is none, signs the consent, opens the
    /// conversation. Nothing is made before this. Answers [`Answer::Conversation`].
    OpenConversation {
        /// The entry link.
        entry: EntryId,
        /// The fragment of the link: the business's key fingerprint, 26 characters.
        fingerprint: String,
        /// The customer's chosen name; travels only inside the encryption.
        display_name: String,
        /// What the customer allows.
        categories: Categories,
        /// The wording that was shown, word for word.
        wording: String,
        /// Language of the wording, BCP 47.
        language: String,
    },
    /// Makes a business's account by its one-time claim link. Answers [`Answer::Account`].
    ClaimBusiness {
        /// The secret of the claim link.
        token: String,
        /// The owner's first name, as colleagues and customers see it.
        agent_name: String,
        /// The business's name.
        business_name: String,
        /// The interface's language, BCP 47.
        language: String,
    },
    /// The own business's profile. Answers [`Answer::Profile`].
    OwnProfile,
    /// Signs and publishes the profile. Answers [`Answer::Profile`].
    PublishProfile(Box<ProfileDraft>),
    /// Fetches a business's profile and checked domain anew. Answers [`Answer::Profile`].
    RefreshProfile {
        /// The business.
        account: AccountId,
    },
    /// What the operator has decided about the business. Answers [`Answer::Decisions`].
    Decisions,
    /// Notes that this device has shown the decisions up to a time. Answers [`Answer::Done`].
    DecisionsSeen {
        /// The newest one's time.
        until: Timestamp,
    },
    /// Objects to a decision. Answers [`Answer::Decisions`].
    ObjectDecision {
        /// The decision: see [`DecisionView::decision`].
        decision: String,
        /// Why.
        text: String,
    },
    /// The own business's claim on a domain. Answers [`Answer::Domain`].
    Domain,
    /// Claims a domain, or has it looked for once more. Answers [`Answer::Domain`].
    ClaimDomain {
        /// The domain, as browsers write it.
        domain: String,
        /// Where the claim stands.
        method: DomainWay,
    },
    /// Takes the claim back. Answers [`Answer::Domain`].
    WithdrawDomain,
    /// The profile behind a conversation, verified against the pinned key. Answers [`Answer::Profile`].
    Profile {
        /// The business.
        account: AccountId,
    },
    /// Makes an entry link. Answers [`Answer::EntryLink`].
    CreateEntryLink {
        /// Private name, like "poster in the window".
        label: String,
        /// What the customer's composer starts with.
        prefilled: String,
        /// How many conversations may begin through it.
        uses_max: Option<u32>,
        /// How many days it is valid.
        days: Option<u32>,
    },
    /// Revokes an entry link. Answers [`Answer::Done`].
    RevokeEntryLink {
        /// The link.
        entry: EntryId,
    },
    /// The business's entry links, newest first. Answers [`Answer::EntryLinks`].
    EntryLinks,
    /// A page of the list of conversations. Answers [`Answer::ConversationPage`].
    ConversationPage(InboxQuery),
    /// All of a list of conversations, for programs that walk through it. Answers
    /// [`Answer::Conversations`].
    Conversations {
        /// Which; customers use [`InboxFilter::All`].
        filter: InboxFilter,
    },
    /// Conversations by a part of the other side's name. Answers [`Answer::Conversations`].
    FindConversations {
        /// In small or capital letters; empty for all.
        name: String,
        /// How many, at most 200.
        limit: u32,
    },
    /// One conversation's header. Answers [`Answer::Header`].
    Header {
        /// The conversation.
        conversation: ConversationId,
    },
    /// A page of messages, oldest first within the page. Answers [`Answer::Messages`].
    Messages {
        /// The conversation.
        conversation: ConversationId,
        /// Only those before this position ([`MessageView::position`]); `None` for the newest.
        before: Option<i64>,
        /// How many, at most 200.
        limit: u32,
    },
    /// The page of messages around one, to jump to it. Answers [`Answer::Messages`].
    MessagesAround {
        /// The conversation.
        conversation: ConversationId,
        /// The message.
        message: MessageId,
        /// How many, at most 200.
        limit: u32,
    },
    /// Queues a text. Answers [`Answer::Message`] as soon as it is safe on this device.
    SendText {
        /// The conversation.
        conversation: ConversationId,
        /// WhatsApp formatting, at most 16 KiB.
        text: String,
        /// The quoted message.
        reply_to: Option<MessageId>,
    },
    /// Queues a place, people or an offer. Answers [`Answer::Message`] as soon as it is safe on this
    /// device.
    SendCard {
        /// The conversation.
        conversation: ConversationId,
        /// What is sent.
        card: Box<Card>,
        /// The quoted message.
        reply_to: Option<MessageId>,
    },
    /// Chooses something of an offer or a template that the other side sent. Answers
    /// [`Answer::Message`].
    Choose {
        /// The message with the offer or of the template.
        message: MessageId,
        /// The id of what is chosen; of a template, the button's text, on a card behind the
        /// card's number and a slash.
        choice: String,
    },
    /// Queues a message of an approved template. Answers [`Answer::Message`].
    SendTemplate {
        /// The conversation.
        conversation: ConversationId,
        /// The hash of the template, 64 hexadecimal digits.
        template: String,
        /// The values, in the order of the template's parameters.
        values: Vec<ValueDraft>,
    },
    /// Publishes a template, or the next version of one; the operator decides about it. Answers
    /// [`Answer::Template`].
    CreateTemplate(Box<TemplateDraft>),
    /// How messages of a draft would look, and what is to be said about it. Nothing leaves the device.
    /// Answers [`Answer::TemplatePreview`].
    PreviewTemplate(Box<TemplateDraft>),
    /// Approves an own template, where the server lets businesses do that. Answers
    /// [`Answer::Template`].
    ApproveTemplate {
        /// The hash of the template, 64 hexadecimal digits.
        template: String,
    },
    /// The business's templates with what was decided about them. Answers [`Answer::Templates`].
    Templates,
    /// Who would get a broadcast, who wouldn't, and what it would cost. Answers
    /// [`Answer::BroadcastPreview`].
    PreviewBroadcast(Box<BroadcastDraft>),
    /// Begins a broadcast, to those who allow it now. Answers [`Answer::Broadcast`].
    StartBroadcast(Box<BroadcastDraft>),
    /// The broadcasts of this device and what came of them, newest first. Answers
    /// [`Answer::Broadcasts`].
    Broadcasts,
    /// Lets a broadcast stand still. Answers [`Answer::Broadcast`].
    PauseBroadcast {
        /// Its number.
        broadcast: i64,
    },
    /// Lets a broadcast go on; what couldn't be paid is tried again. Answers [`Answer::Broadcast`].
    ResumeBroadcast {
        /// Its number.
        broadcast: i64,
    },
    /// Ends a broadcast: who hadn't a turn yet gets nothing. Answers [`Answer::Broadcast`].
    CancelBroadcast {
        /// Its number.
        broadcast: i64,
    },
    /// How the business stands: its tier, its rating and where that comes from. Answers
    /// [`Answer::Standing`].
    Standing,
    /// The business's balance and usage. Answers [`Answer::Usage`].
    Usage {
        /// Where the messages begin, as an answer named it; `None` for the first.
        after: Option<String>,
    },
    /// Limits what the business spends in a month; only its owner may. Answers [`Answer::Done`].
    SetSpendingCap {
        /// A decimal amount; `None` takes the limit away.
        monthly: Option<String>,
    },
    /// Queues a photo or file. Answers [`Answer::Message`] as soon as it is safe on this device.
    SendFile {
        /// The conversation.
        conversation: ConversationId,
        /// What and how.
        file: Box<OutgoingFile>,
        /// The quoted message.
        reply_to: Option<MessageId>,
    },
    /// Stops an upload or download; an outgoing message is withdrawn. Answers [`Answer::Done`].
    CancelTransfer {
        /// The message.
        message: MessageId,
    },
    /// Fetches, decrypts and hands over an attachment. Answers [`Answer::File`].
    OpenAttachment {
        /// The message.
        message: MessageId,
    },
    /// The same for a file within a message: of a card. Answers [`Answer::File`].
    OpenPart {
        /// The message.
        message: MessageId,
        /// Which: see [`TemplateCardView::part`](crate::TemplateCardView::part).
        part: u8,
    },
    /// Puts a failed message back into the outbox. Answers [`Answer::Message`].
    Retry {
        /// The message.
        message: MessageId,
    },
    /// Sets or takes back the own reaction. Answers [`Answer::Done`].
    React {
        /// The message.
        message: MessageId,
        /// One emoji; `None` takes it back.
        emoji: Option<String>,
    },
    /// Everything up to this message was seen. Answers [`Answer::Done`].
    MarkRead {
        /// The conversation.
        conversation: ConversationId,
        /// Position of the last seen message.
        through: i64,
    },
    /// The person is typing; called at most every 3 s, never stored. Answers [`Answer::Done`].
    Typing {
        /// The conversation.
        conversation: ConversationId,
    },
    /// Keeps a draft on this device. Answers [`Answer::Done`].
    SaveDraft {
        /// The conversation.
        conversation: ConversationId,
        /// Empty to drop it.
        text: String,
    },
    /// Searches all messages and file names. Answers [`Answer::Hits`].
    Search {
        /// Words; the last one may be unfinished.
        query: String,
        /// Only in this conversation.
        conversation: Option<ConversationId>,
        /// How many, at most 100.
        limit: u32,
    },
    /// Exactly the devices in the group. Answers [`Answer::Readers`].
    WhoCanRead {
        /// The conversation.
        conversation: ConversationId,
    },
    /// The consent that holds in a conversation. Answers [`Answer::Consent`].
    Consent {
        /// The conversation.
        conversation: ConversationId,
    },
    /// The consents that this device has seen, newest first. Answers [`Answer::Consents`].
    Consents {
        /// The conversation.
        conversation: ConversationId,
    },
    /// The customer's yes as a file that others can verify. Answers [`Answer::ConsentFile`].
    ExportConsent {
        /// The conversation.
        conversation: ConversationId,
    },
    /// Why a message of a template came. Answers [`Answer::Why`].
    Why {
        /// The message.
        message: MessageId,
    },
    /// The customer changes or takes back the consent (an empty set revokes). Answers [`Answer::Consent`].
    SetConsent {
        /// The conversation.
        conversation: ConversationId,
        /// What is allowed from now on.
        categories: Categories,
        /// The wording that was shown, word for word.
        wording: String,
        /// Language of the wording, BCP 47.
        language: String,
    },
    /// The customer sets what a business may send, how often, and when not: counts here at once, also
    /// without a connection. Answers [`Answer::ConsentLimits`].
    SetLimits {
        /// The conversation.
        conversation: ConversationId,
        /// What is allowed from now on.
        limits: Box<LimitsDraft>,
        /// The wording that was shown, word for word.
        wording: String,
        /// Language of the wording, BCP 47.
        language: String,
    },
    /// The customer's limits with every business. Answers [`Answer::Limits`].
    Limits,
    /// Takes back what a stop word in the chat did. Answers [`Answer::Done`].
    UndoStop {
        /// The conversation.
        conversation: ConversationId,
    },
    /// The customer opens messages of the business for the operator, just these. Answers
    /// [`Answer::Done`].
    Report {
        /// The conversation.
        conversation: ConversationId,
        /// At most 8 messages of the business.
        messages: Vec<MessageId>,
        /// What is wrong.
        cause: ReportCause,
        /// The same in words; may be empty.
        note: String,
    },
    /// Blocks or unblocks the other side. Answers [`Answer::Done`].
    SetBlocked {
        /// The conversation.
        conversation: ConversationId,
        /// Whether it is blocked from now on.
        is_blocked: bool,
    },
    /// Leaves the conversation; its messages stay on this device. Answers [`Answer::Done`].
    Leave {
        /// The conversation.
        conversation: ConversationId,
    },
    /// An agent takes a chat, gives it to a colleague, or puts it back. Answers [`Answer::Done`].
    Assign {
        /// The conversation.
        conversation: ConversationId,
        /// The colleague's device; `None` puts it back into the queue.
        to: Option<DeviceId>,
    },
    /// Closes or reopens a conversation in the inbox. Answers [`Answer::Done`].
    SetClosed {
        /// The conversation.
        conversation: ConversationId,
        /// Whether it is closed from now on.
        is_closed: bool,
    },
    /// What a team does with its conversations. Answers [`Answer::Done`] where it says nothing else.
    Team(Box<TeamCommand>),
    /// What a person does with a message or a chat. Answers [`Answer::Done`] where it says nothing else.
    Everyday(EverydayCommand),
    /// Being woken up while no page is open.
    Push(PushCommand),
    /// Quotations, and what a gateway tells of payments.
    Trade(Box<TradeCommand>),
    /// The account's devices. Answers [`Answer::Devices`].
    Devices,
    /// Removes a device from the account and from every conversation. Answers [`Answer::Done`].
    RemoveDevice {
        /// The device.
        device: DeviceId,
    },
    /// A device with the account key makes a one-time invitation: for a colleague, or for a person's
    /// own further device, where role and name don't count. Answers [`Answer::Link`] with
    /// [`LinkStep::Invitation`].
    Invite {
        /// What the new device may do.
        role: Role,
        /// The colleague's first name.
        name: String,
    },
    /// The new device uses an invitation. Answers [`Answer::Link`] with [`LinkStep::ShowCode`];
    /// then [`Event::Link`] follows.
    AcceptInvitation {
        /// The secret of the invitation link.
        token: String,
    },
    /// The owner's device has the code that the new device shows. Answers [`Answer::Link`] with
    /// [`LinkStep::Linked`].
    ApproveLink {
        /// The digits, as typed.
        code: String,
    },
    /// Makes a recovery code. Answers [`Answer::RecoveryCode`]; it is shown once.
    CreateRecoveryCode,
    /// Comes back on this device by the recovery code. Answers [`Answer::Account`].
    Recover {
        /// The code, as typed or scanned.
        code: String,
        /// Name of this device's person, for a business account.
        agent_name: Option<String>,
    },
    /// What an authenticator needs for its next ceremony. Answers [`Answer::Passkey`].
    PreparePasskey,
    /// Keeps the passkey that an authenticator made, as a way back. Answers [`Answer::Done`].
    AddPasskey(Box<NewPasskey>),
    /// Comes back on this device by a passkey. Answers [`Answer::Account`].
    RecoverWithPasskey {
        /// What the authenticator says.
        proof: Box<PasskeyProof>,
        /// Name of this device's person, for a business account.
        agent_name: Option<String>,
    },
    /// Proves a passkey before this device is linked to its account. Answers [`Answer::Done`].
    ProvePasskey(Box<PasskeyProof>),
    /// A business's catalogue, the own one without an account. Answers [`Answer::Catalogue`].
    Catalogue {
        /// The business.
        account: Option<AccountId>,
    },
    /// Signs and publishes the own catalogue. Answers [`Answer::Catalogue`].
    PublishCatalogue(Box<CatalogueDraft>),
    /// Pictures of a catalogue. Answers [`Answer::Pictures`].
    Pictures {
        /// The business.
        account: AccountId,
        /// Their hashes, at most 16.
        hashes: Vec<String>,
    },
    /// Reads a catalogue from a CSV file, without publishing it. Answers [`Answer::Catalogue`].
    ReadCatalogue {
        /// The file.
        csv: Vec<u8>,
        /// The currency of its prices.
        currency: String,
    },
    /// The own catalogue as a CSV file. Answers [`Answer::Text`].
    WriteCatalogue,
    /// The customer orders. Answers [`Answer::Message`].
    SendOrder {
        /// The conversation.
        conversation: ConversationId,
        /// What is wanted.
        order: Box<OrderDraft>,
    },
    /// Goes on with an order. Answers [`Answer::Done`].
    StepOrder {
        /// The order.
        order: MessageId,
        /// What happens.
        step: OrderStepView,
    },
    /// Orders, newest first. Answers [`Answer::Orders`].
    Orders {
        /// Only those of this conversation.
        conversation: Option<ConversationId>,
        /// How many, at most 200.
        limit: u32,
    },
    /// The business asks for money. Answers [`Answer::Message`].
    RequestPayment {
        /// The conversation.
        conversation: ConversationId,
        /// What is asked for.
        payment: Box<PaymentDraft>,
    },
    /// Says what is known of a payment. Answers [`Answer::Done`].
    StepPayment {
        /// The request.
        payment: MessageId,
        /// What happens.
        step: PaymentStepView,
    },
    /// Payments, newest first. Answers [`Answer::Payments`].
    Payments {
        /// Only those of this conversation.
        conversation: Option<ConversationId>,
        /// How many, at most 200.
        limit: u32,
    },
    /// What can be booked with the business. Answers [`Answer::Schedule`].
    Schedule,
    /// Changes what can be booked, on all devices of the business. Answers [`Answer::Schedule`].
    ChangeSchedule(Box<ScheduleChange>),
    /// Slots of a service that are free, earliest first. Answers [`Answer::Slots`].
    FreeSlots {
        /// The service's id.
        service: String,
        /// Only with this person.
        person: Option<String>,
        /// No slot begins before.
        from: Timestamp,
        /// For how many days, at most 62.
        days: u32,
        /// Also those that begin sooner than the rules' notice: who stands at the counter needs none.
        without_notice: bool,
    },
    /// The business offers slots. Answers [`Answer::Message`].
    OfferSlots {
        /// The conversation.
        conversation: ConversationId,
        /// What is offered.
        offer: Box<SlotsDraft>,
    },
    /// The customer picks a slot of an offer, or waits for one. Answers [`Answer::Message`].
    Book {
        /// The offer.
        offer: MessageId,
        /// The slot; `None` for the waiting list.
        slot: Option<SlotView>,
        /// A few words; may be empty.
        note: String,
    },
    /// Goes on with a booking. Answers [`Answer::Done`].
    StepBooking {
        /// The booking.
        booking: MessageId,
        /// What happens.
        step: BookingStepView,
    },
    /// Bookings, newest first. Answers [`Answer::Bookings`].
    Bookings {
        /// Only those of this conversation.
        conversation: Option<ConversationId>,
        /// Only those whose slot begins at this time or later, or that have none.
        from: Option<Timestamp>,
        /// How many, at most 500.
        limit: u32,
    },
    /// The ways to pay that the business offers. Answers [`Answer::Rails`].
    Rails,
    /// Changes the ways to pay. Answers [`Answer::Rails`].
    SetRails(Vec<RailDraft>),
    /// Reads a bank statement (CSV), and confirms the payments that it names. Answers
    /// [`Answer::Imported`].
    ImportStatement {
        /// The file.
        csv: Vec<u8>,
        /// The account's currency.
        currency: String,
    },
    /// The settings. Answers [`Answer::Settings`].
    Settings,
    /// Changes the settings. Answers [`Answer::Settings`].
    SetSettings(Settings),
    /// Ends the person's account for good, at the server and on this device; only the device with the
    /// account's key may. Answers [`Answer::Done`]: then there is no account here.
    DeleteAccount,
}

/// What a command came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(not(feature = "compact"), serde(tag = "is", content = "value"))]
pub enum Answer {
    /// Nothing more to say.
    Done,
    /// The account on this device, if there is one.
    Account(Option<AccountView>),
    /// The conversation that was opened.
    Conversation(ConversationId),
    /// A verified profile.
    Profile(Box<ProfileView>),
    /// The operator's decisions, newest first.
    Decisions(Vec<DecisionView>),
    /// The claim on a domain.
    Domain(Box<DomainClaimView>),
    /// One entry link.
    EntryLink(EntryLinkView),
    /// Entry links, newest first.
    EntryLinks(Vec<EntryLinkView>),
    /// A page of the list of conversations.
    ConversationPage(ConversationPage),
    /// Conversations, newest activity first; a queue by waiting time.
    Conversations(Vec<ConversationRow>),
    /// One conversation's header.
    Header(Box<ConversationHeader>),
    /// Messages, oldest first.
    Messages(MessagePage),
    /// One message.
    Message(Box<MessageView>),
    /// One template.
    Template(Box<TemplateView>),
    /// A draft of a template as it would look.
    TemplatePreview(Box<TemplatePreview>),
    /// Templates, by name, language and version.
    Templates(Vec<TemplateView>),
    /// How the business stands.
    Standing(Box<StandingView>),
    /// Who would get a broadcast, and at what price.
    BroadcastPreview(Box<BroadcastPreview>),
    /// One broadcast.
    Broadcast(Box<BroadcastView>),
    /// Broadcasts, newest first.
    Broadcasts(Vec<BroadcastView>),
    /// The business's balance and usage.
    Usage(Box<UsageView>),
    /// An attachment's bytes, handed over beside the answer.
    File {
        /// Names the bytes.
        file: FileRef,
        /// File name.
        name: String,
        /// Media type, as the bytes say.
        media_type: String,
    },
    /// Search hits, newest first.
    Hits(Vec<SearchHit>),
    /// The devices in the group, own ones first.
    Readers(Vec<Reader>),
    /// The consent that holds; `None` when none was given.
    Consent(Option<ConsentView>),
    /// The consents that were seen, newest first.
    Consents(Vec<ConsentView>),
    /// A consent with its proof, as a file for `tresen verify-consent`.
    ConsentFile {
        /// A name for the file.
        name: String,
        /// Its bytes, base64.
        base64: String,
    },
    /// Why a message came.
    Why(Box<WhyView>),
    /// The customer's limits with one business.
    ConsentLimits(Box<LimitsView>),
    /// The customer's limits with every business, newest activity first.
    Limits(Vec<LimitsView>),
    /// The account's devices, this one first.
    Devices(Vec<DeviceView>),
    /// A step of linking.
    Link(LinkStep),
    /// The recovery code: groups of four characters, separated by hyphens.
    RecoveryCode(String),
    /// What an authenticator is asked.
    Passkey(PasskeyRequest),
    /// The settings.
    Settings(Settings),
    /// A catalogue.
    Catalogue(Box<CatalogueView>),
    /// Pictures; those that aren't there are left out.
    Pictures(Vec<PictureView>),
    /// A text file's content.
    Text(String),
    /// Orders, newest first.
    Orders(Vec<OrderView>),
    /// Payments, newest first.
    Payments(Vec<PaymentView>),
    /// What can be booked.
    Schedule(Box<ScheduleView>),
    /// Free slots, earliest first.
    Slots(Vec<SlotView>),
    /// Bookings.
    Bookings(Vec<BookingView>),
    /// Ways to pay.
    Rails(Vec<RailDraft>),
    /// What a bank statement brought.
    Imported(ImportView),
    /// What the team has in common.
    Team(Box<TeamView>),
    /// What a trade command asked for.
    Trade(Box<TradeView>),
    /// The fields of a customer card, by name.
    CardFields(Vec<CardField>),
}

/// Why a command failed, for an interface to say in its own words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What an interface acts on.
    pub kind: FailureKind,
    /// For people who debug; holds no user data.
    pub detail: String,
}

/// The kinds of failure that an interface has words for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// The server can't be reached; what was queued stays queued.
    Offline,
    /// The server refused for now; try again later.
    Busy,
    /// The link's fragment doesn't match the business's key: someone tampered with it.
    FingerprintMismatch,
    /// The link is used up.
    LinkUsedUp,
    /// The link, invitation or code has expired.
    LinkExpired,
    /// The link was revoked, or never existed.
    LinkRevoked,
    /// The name looks like that of a business whose domain was checked.
    NameTaken,
    /// The typed code is wrong.
    WrongCode,
    /// The customer has not said yes, or has taken it back.
    ConsentMissing,
    /// One side has blocked the other.
    Blocked,
    /// This device was removed from its account.
    DeviceRevoked,
    /// A limit (length, size, number) would be exceeded.
    TooLarge,
    /// There is no such thing.
    NotFound,
    /// What was typed can't be used.
    Invalid,
    /// What the server says doesn't verify; nothing was changed.
    Untrusted,
    /// This device's storage is full.
    StorageFull,
    /// Another window has the account open.
    OtherWindow,
    /// What is on this device belongs to another server.
    OtherServer,
    /// The account has a passkey, which this device has to prove first.
    PasskeyNeeded,
    /// A price that was shown is not the price any more.
    PriceChanged,
    /// It can't be had any more.
    SoldOut,
    /// The business may only send templates now.
    WindowClosed,
    /// It is too late to change it.
    TooLate,
    /// The account exists already on this device.
    AlreadyThere,
    /// A bug.
    Internal,
}
