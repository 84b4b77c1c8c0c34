//! Templates as a business writes and sends them.

use serde::{Deserialize, Serialize};
use tresen_types::{
    Category, Timestamp,
    card::{PlaceOnMap, ProductSection},
};

use crate::{OutgoingFile, TemplateContent};

/// A template to be made. In its texts, `{{1}}` or `{{name}}` stands for a parameter: the first is
/// number 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateDraft {
    /// Its name: lower-case letters, digits and underscores.
    pub name: String,
    /// The language of its texts, BCP 47.
    pub language: String,
    /// What the business writes about with it.
    pub category: Category,
    /// A line above the body; may be empty.
    #[serde(default)]
    pub header: String,
    /// A file, place or item above the body instead; its parameter is the one of that type.
    #[serde(default)]
    pub header_file: Option<HeaderFile>,
    /// The body.
    pub body: String,
    /// A small line below; may be empty.
    #[serde(default)]
    pub footer: String,
    /// The buttons.
    #[serde(default)]
    pub buttons: Vec<ButtonDraft>,
    /// The cards of a carousel, in the place of header, footer and buttons; empty for none.
    #[serde(default)]
    pub cards: Vec<CardDraft>,
    /// An offer that ends.
    #[serde(default)]
    pub offer: Option<OfferDraft>,
    /// What differs from message to message.
    #[serde(default)]
    pub parameters: Vec<ParameterDraft>,
    /// The domains that links may lead to.
    #[serde(default)]
    pub link_domains: Vec<String>,
    /// How long a message is worth delivering, in seconds; 0 for as long as the server keeps it.
    #[serde(default)]
    pub time_to_live_s: u32,
}

/// A card of a carousel to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardDraft {
    /// What its file is: a picture or a film, the same for all cards.
    pub kind: HeaderFile,
    /// The parameter with the file, named as in the texts, without the braces.
    pub media: String,
    /// The text.
    pub body: String,
    /// The buttons: of the same kinds for all cards.
    pub buttons: Vec<ButtonDraft>,
}

/// An offer that ends, to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferDraft {
    /// The text.
    pub text: String,
    /// The parameter with the end, of the type [`ParameterType::Date`]; none for an offer without one.
    #[serde(default)]
    pub ends: Option<String>,
}

/// What stands above a body instead of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeaderFile {
    /// A picture.
    Image,
    /// A film.
    Video,
    /// A document.
    Document,
    /// A place on the map.
    Place,
    /// An item of the catalogue.
    Goods,
}

/// A parameter to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParameterDraft {
    /// Its name; empty where all go by their numbers.
    #[serde(default)]
    pub name: String,
    /// Its type.
    pub kind: ParameterType,
    /// How long a value may be; 0 for the most that the type allows.
    #[serde(default)]
    pub length_max: u16,
    /// An example for those who review the template.
    #[serde(default)]
    pub example: String,
}

/// The type of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParameterType {
    /// A few words.
    Text,
    /// A number.
    Number,
    /// An amount of money.
    Amount,
    /// A day.
    Date,
    /// A code.
    Code,
    /// The end of a button's URL.
    UrlSuffix,
    /// What a quick reply hands back.
    Payload,
    /// A file.
    File,
    /// A place.
    Place,
    /// Items of the catalogue.
    Goods,
}

/// A button to be made; a parameter is named as in the texts, without the braces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ButtonDraft {
    /// Answers with its text.
    QuickReply {
        /// The text.
        text: String,
        /// The parameter that is handed back.
        #[serde(default)]
        payload: Option<String>,
    },
    /// Opens a page.
    Url {
        /// The text.
        text: String,
        /// The URL, or its beginning.
        url: String,
        /// The parameter that ends it.
        #[serde(default)]
        suffix: Option<String>,
    },
    /// Calls.
    Phone {
        /// The text.
        text: String,
        /// The number.
        number: String,
    },
    /// Copies a coupon's code.
    CopyCode {
        /// The text.
        text: String,
        /// The parameter with the code.
        code: String,
    },
    /// Copies a one-time code.
    OneTimeCode {
        /// The text.
        text: String,
        /// The parameter with the code.
        code: String,
    },
    /// Opens the catalogue.
    Goods {
        /// The text.
        text: String,
        /// The parameter with the items that are opened; none for all of them.
        #[serde(default)]
        goods: Option<String>,
    },
}

/// The value of a parameter, in the order of the template's parameters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueDraft {
    /// A few words.
    Text(String),
    /// A number: 1250 with 2 decimals is 12.50.
    Number {
        /// All its digits.
        digits: i64,
        /// How many are behind the point.
        decimals: u8,
    },
    /// An amount of money.
    Amount {
        /// In the currency's smallest unit.
        minor: i64,
        /// The currency's code, like `EUR`.
        currency: String,
    },
    /// A day.
    Date(Timestamp),
    /// A code.
    Code(String),
    /// The end of a button's URL.
    UrlSuffix(String),
    /// What a quick reply hands back.
    Payload(String),
    /// A file; the caption doesn't count.
    File(Box<OutgoingFile>),
    /// A place.
    Place(PlaceOnMap),
    /// Items of the catalogue.
    Goods(Vec<ProductSection>),
}

/// Whether a template may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TemplateStatus {
    /// Nobody has decided yet.
    Pending,
    /// It may.
    Approved,
    /// It may not.
    Rejected,
    /// Not for now.
    Paused,
    /// No more.
    Disabled,
}

/// A template of the own business.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateView {
    /// The hash of the document, 64 hexadecimal digits: names it in [`crate::Command::SendTemplate`].
    pub template: String,
    /// Its name.
    pub name: String,
    /// Its language.
    pub language: String,
    /// Counts the versions of this name and language.
    pub version: u32,
    /// What the business writes about with it.
    pub category: Category,
    /// The line above the body, as it was written; empty without one, or for a file or place.
    pub header: String,
    /// The file or place above the body.
    pub header_file: Option<HeaderFile>,
    /// The body, with `{{1}}` or `{{name}}` for each parameter.
    pub body: String,
    /// The small line below; may be empty.
    pub footer: String,
    /// The buttons.
    pub buttons: Vec<ButtonDraft>,
    /// The cards of a carousel.
    pub cards: Vec<CardDraft>,
    /// The offer that ends.
    pub offer: Option<OfferDraft>,
    /// The parameters.
    pub parameters: Vec<ParameterDraft>,
    /// The domains that links may lead to.
    pub link_domains: Vec<String>,
    /// How long a message is worth delivering, in seconds; 0 for as long as the server keeps it.
    pub time_to_live_s: u32,
    /// Whether it holds what can't be written by hand: a file, a place, cards, an offer.
    pub is_special: bool,
    /// Whether the server lets the business decide about it.
    pub counts_self_approval: bool,
    /// Whether it may be sent.
    pub status: TemplateStatus,
    /// Why not, as a stable word.
    pub reason: Option<String>,
    /// Until when the decision holds.
    pub until: Option<Timestamp>,
    /// What in it looks like advertising or is too loose: hints, no refusals.
    pub findings: Vec<RemarkView>,
}

impl TemplateView {
    /// The same as a draft, for a next version or another language.
    #[must_use]
    pub fn draft(&self) -> TemplateDraft {
        TemplateDraft {
            name: self.name.clone(),
            language: self.language.clone(),
            category: self.category,
            header: self.header.clone(),
            header_file: self.header_file,
            body: self.body.clone(),
            footer: self.footer.clone(),
            buttons: self.buttons.clone(),
            cards: self.cards.clone(),
            offer: self.offer.clone(),
            parameters: self.parameters.clone(),
            link_domains: self.link_domains.clone(),
            time_to_live_s: self.time_to_live_s,
        }
    }
}

/// What is to be said about a part of a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemarkView {
    /// The part, as a stable word: `header`, `body`, `footer`, `button`, `parameter`, `template` …
    pub place: String,
    /// Which of its kind, from 0: of buttons and parameters.
    pub number: u8,
    /// What, as a stable word.
    pub what: String,
    /// The words of the text that it is about; may be empty.
    pub words: String,
}

/// A draft as its messages would look, with the examples in the places of the values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplatePreview {
    /// What a customer would see.
    pub content: TemplateContent,
    /// What reads like advertising or is too loose: hints.
    pub findings: Vec<RemarkView>,
    /// The rules that it breaks: it can't be published with them.
    pub problems: Vec<RemarkView>,
}
