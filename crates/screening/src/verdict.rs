//! What becomes of a message.

use tresen_content::template::Mismatch;
use tresen_statement::TemplateDoc;

/// A message that passed the checks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Shown. With a template: rendered from it.
    Show {
        /// The template, verified.
        template: Option<Box<TemplateDoc>>,
    },
    /// Put on the shelf of what wasn't requested: unread, without a notification.
    Shelve {
        /// The template, verified.
        template: Option<Box<TemplateDoc>>,
    },
    /// A receipt or the like: acted on, never shown.
    Control,
    /// A step of what this device doesn't know: nothing comes of it.
    Aside,
}

/// The check that a message failed. Nothing of it is rendered; a warning with this reason stands in
/// its place, and the customer can report it with its evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The sender that the server saw isn't the leaf that signed.
    Sender,
    /// The content isn't what was committed to.
    Franking,
    /// Text in the control class, or a receipt outside of it.
    Class,
    /// A template tag with other text inside, or a template inside without its tag.
    TemplatePart,
    /// No receipt of the server for exactly this message.
    Receipt,
    /// The template couldn't be had by its hash.
    TemplateUnknown,
    /// What was fetched isn't what the hash names, or isn't this business's.
    TemplateChanged,
    /// No good signature says that the template was approved when the message was accepted.
    NotApproved,
    /// The message claims another category than the approval, or free text claims any.
    Category,
    /// The values aren't what the template allows.
    Parameters(Mismatch),
    /// The own last message to this business is longer ago than the window.
    Window,
    /// The server says to have accepted it earlier than can be.
    BackDated,
}

impl Refusal {
    /// The stable word for the warning and for logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sender => "sender",
            Self::Franking => "franking",
            Self::Class => "class",
            Self::TemplatePart => "template_part",
            Self::Receipt => "receipt",
            Self::TemplateUnknown => "template_unknown",
            Self::TemplateChanged => "template_changed",
            Self::NotApproved => "not_approved",
            Self::Category => "category",
            Self::Parameters(_) => "parameters",
            Self::Window => "window",
            Self::BackDated => "back_dated",
        }
    }
}
