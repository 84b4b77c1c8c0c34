//! What a business may send to a customer now, and why not: windows, refusals, templates.

use serde::{Deserialize, Serialize};
use tresen_types::{AccountId, Categories, Category, ConversationId, Timestamp};

use crate::{AttachmentView, ConsentView};

/// The service window of a conversation: the business may answer for a day after the customer wrote.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowView {
    /// The end, as far as this device knows; `None` when the customer hasn't written yet.
    pub closes_at: Option<Timestamp>,
    /// Whether it is open now.
    pub is_open: bool,
}

/// Why the server doesn't take a business's message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusalView {
    /// A stable word: `window_closed`, `no_consent`, `template_not_approved`, `customer_limit`,
    /// `quiet_hours` and the others of crate `admission`.
    pub reason: String,
    /// When the same may be tried again; `None` when no time changes it.
    pub until: Option<Timestamp>,
    /// Whether free text is allowed now.
    pub free_text: bool,
    /// The categories of which templates are allowed now.
    pub templates: Categories,
    /// Nothing is allowed but an invitation outside of Tresen.
    pub invitation: bool,
}

/// A part of a template's text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpanView {
    /// The words.
    pub text: String,
    /// Whether they are a value: then no link and no mark in them counts.
    pub is_value: bool,
}

/// What stands above the body of a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TemplateHeader {
    /// A line of text.
    Text(Vec<SpanView>),
    /// A file; opened by its message like any other.
    File(Box<AttachmentView>),
    /// A place, by its name and address.
    Place(String, String),
    /// An item of the catalogue, by its name.
    Goods(String),
}

/// What a button of a template does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TemplateAction {
    /// Answers with the button's text.
    Reply,
    /// Opens this page.
    Open(String),
    /// Calls this number.
    Call(String),
    /// Copies this code.
    Copy(String),
    /// Opens these items of the catalogue; none for all of it.
    Goods(Vec<String>),
}

/// A button of a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateButton {
    /// Its text.
    pub text: String,
    /// What it does.
    pub action: TemplateAction,
}

/// A message of a template, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateContent {
    /// The template's name, for "why do I get this".
    pub name: String,
    /// What the business writes about.
    pub category: Category,
    /// The language of the words.
    pub language: String,
    /// What stands above.
    pub header: Option<TemplateHeader>,
    /// The body.
    pub body: Vec<SpanView>,
    /// The small line below; may be empty.
    pub footer: String,
    /// The buttons.
    pub buttons: Vec<TemplateButton>,
    /// The cards of a carousel; empty for none.
    pub cards: Vec<TemplateCardView>,
    /// An offer that ends.
    pub offer: Option<TemplateOffer>,
}

/// A card of a carousel, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateCardView {
    /// The part of the message that its file is, for [`crate::Command::OpenPart`].
    pub part: u8,
    /// The file; none in the preview of a draft.
    pub file: Option<Box<AttachmentView>>,
    /// The text.
    pub body: Vec<SpanView>,
    /// The buttons; a quick reply is chosen as `2/Order`: the card's number, counted from 1, and the text.
    pub buttons: Vec<TemplateButton>,
}

/// An offer that ends, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateOffer {
    /// The text.
    pub text: String,
    /// The end, if it has one.
    pub ends_at: Option<Timestamp>,
}

impl TemplateContent {
    /// The body as plain text.
    #[must_use]
    pub fn text(&self) -> String {
        self.body.iter().map(|span| span.text.as_str()).collect()
    }
}

/// The most messages of one category in a span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MaxView {
    /// The category.
    pub category: Category,
    /// How many; 0 for none.
    pub messages: u16,
}

/// A part of every day in which what can wait doesn't come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuietView {
    /// The first minute of the day.
    pub start: u16,
    /// The first minute after; before `start` it is on the next day.
    pub end: u16,
    /// What waits: utility and marketing at most.
    pub categories: Categories,
}

/// Once a week for everything of some categories that came since.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DigestView {
    /// The day: 0 is Monday.
    pub weekday: u8,
    /// The minute of that day.
    pub minute: u16,
    /// What waits for it: utility and marketing at most.
    pub categories: Categories,
}

/// What a customer allows a business, how often, and when not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitsDraft {
    /// What may come; nothing revokes.
    pub categories: Categories,
    /// The most in 30 days; two of marketing where neither this nor the week says otherwise.
    #[serde(default)]
    pub monthly_max: Vec<MaxView>,
    /// The most in 7 days.
    #[serde(default)]
    pub weekly_max: Vec<MaxView>,
    /// When nothing of some categories comes.
    #[serde(default)]
    pub quiet: Option<QuietView>,
    /// What comes once a week, together.
    #[serde(default)]
    pub digest: Option<DigestView>,
    /// The IANA name of the zone in which these times are meant; empty without such times.
    #[serde(default)]
    pub time_zone: String,
}

/// A customer's limits with one business.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitsView {
    /// The conversation.
    pub conversation: ConversationId,
    /// The business.
    pub business: AccountId,
    /// Its name.
    pub name: String,
    /// What holds.
    pub limits: LimitsDraft,
    /// When it was signed.
    pub at: Timestamp,
    /// Language of the wording.
    pub language: String,
    /// Whether the server hasn't heard of it yet; it counts on this device.
    pub is_waiting: bool,
    /// What was allowed before a stop word; it can be taken back.
    pub stopped: Option<Categories>,
    /// Whether the business is blocked.
    pub is_blocked: bool,
}

/// Why a message of a business came: everything that allowed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhyView {
    /// What the business wrote about, as its template was approved.
    pub category: Category,
    /// The yes that held when it came; `None` when there was none.
    pub consent: Option<ConsentView>,
    /// The template's name.
    pub template: String,
    /// The template's version.
    pub version: u32,
    /// Whether the operator approved the wording; else the business did it itself.
    pub by_operator: bool,
    /// Since when it is approved.
    pub approved_at: Timestamp,
    /// Who sent it and pays for it.
    pub sender: String,
    /// To how many it went, as the sender says; `None` where it says nothing.
    pub campaign: Option<CampaignView>,
}

/// The size of a campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignView {
    /// How many customers at most; `None` for more than 100,000.
    pub customers_max: Option<u64>,
}

/// What a customer says is wrong with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportCause {
    /// It wasn't asked for.
    Unwanted,
    /// It cheats or steals.
    Fraud,
    /// The sender pretends to be somebody else.
    Impersonation,
    /// It insults or threatens.
    Abuse,
    /// It is something else that isn't allowed.
    Illegal,
}
