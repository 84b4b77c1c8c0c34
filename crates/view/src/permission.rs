//! What a business may send to a customer now, and why not: windows, refusals, templates.

use serde::{Deserialize, Serialize};
use tresen_types::{Categories, Category, Timestamp};

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
    /// A file, by its name.
    File(String),
    /// A place, by its name and address.
    Place(String, String),
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
}

impl TemplateContent {
    /// The body as plain text.
    #[must_use]
    pub fn text(&self) -> String {
        self.body.iter().map(|span| span.text.as_str()).collect()
    }
}
