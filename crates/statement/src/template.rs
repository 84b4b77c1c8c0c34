//! Templates (PROTOCOL 5.1): the fixed text of a business's messages, known by its hash.
//!
//! A [`TemplateDoc`] isn't signed: its [`hash`](TemplateDoc::hash) is, in an
//! [`Approval`](crate::Approval), and every message of the template repeats it. A text is a row of
//! pieces, fixed words and numbers of [`Parameter`]s, so that nothing has to be parsed where the
//! message is shown. Components and limits are the Cloud API's. [`TemplateDoc::problems`] tells an
//! author every broken rule; the strict decoder refuses a template that has one.

mod codec;
mod component;
mod link;
mod parameter;
mod rules;
mod wording;

pub use component::{Button, Card, Header, LimitedTimeOffer, MediaKind, Piece, TemplateText};
pub use link::{is_under, link_hosts};
pub use parameter::{Charset, Parameter, ParameterKind};
pub use rules::{Place, Problem, Rule, is_domain};
use sha2::{Digest as _, Sha256};
use tresen_types::{AccountId, Category};

use crate::{
    cbor::{Reader, Writer},
    error::Error,
    limits::TEMPLATE_BYTES_MAX,
};

const LABEL: &[u8] = b"tresen/tpl/1\0";

/// One version of a template in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateDoc {
    /// The business.
    pub business: AccountId,
    /// Its name: lower-case letters, digits and underscores.
    pub name: String,
    /// The language of its texts.
    pub language: String,
    /// Counts the versions of this name and language.
    pub version: u32,
    /// What the business writes about with it.
    pub category: Category,
    /// What stands above the body.
    pub header: Option<Header>,
    /// The body.
    pub body: TemplateText,
    /// The small line below; empty for none.
    pub footer: String,
    /// The buttons.
    pub buttons: Vec<Button>,
    /// The cards of a carousel; empty for none.
    pub carousel: Vec<Card>,
    /// An offer that ends.
    pub offer: Option<LimitedTimeOffer>,
    /// What differs from message to message.
    pub parameters: Vec<Parameter>,
    /// The domains that links may lead to, sorted.
    pub link_domains: Vec<String>,
    /// How long a message is worth delivering, in seconds; 0 for the server's default.
    pub time_to_live_s: u32,
}

impl TemplateDoc {
    /// The one encoding.
    ///
    /// # Errors
    /// [`Error::Value`] when a rule is broken ([`problems`](Self::problems) says which),
    /// [`Error::Limit`] when the whole is too large.
    pub fn encode(&self) -> Result<Vec<u8>, Error> {
        let bytes = self.to_bytes();
        // The strict decoder knows all rules: what it refuses is not encoded.
        Self::decode(&bytes).map(|_same| bytes)
    }

    /// Reads a template strictly: one encoding, within all limits, no broken rule.
    ///
    /// # Errors
    /// When the bytes are anything else than the encoding of a valid template.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        if bytes.len() > TEMPLATE_BYTES_MAX {
            return Err(Error::Limit);
        }
        let mut reader = Reader::new(bytes);
        let template = codec::read(&mut reader)?;
        reader.finish()?;
        if template.to_bytes() != bytes {
            return Err(Error::NotDeterministic);
        }
        if template.problems().is_empty() { Ok(template) } else { Err(Error::Value) }
    }

    /// Every rule that the template breaks, in the order of its parts.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        rules::check(self)
    }

    /// The parameter with a number.
    #[must_use]
    pub fn parameter(&self, number: u8) -> Option<&Parameter> {
        self.parameters.get(usize::from(number))
    }

    /// All texts that a reader sees, with their place: for lints and for search.
    #[must_use]
    pub fn texts(&self) -> Vec<(Place, &TemplateText)> {
        let mut texts = Vec::new();
        if let Some(Header::Text(text)) = &self.header {
            texts.push((Place::Header, text));
        }
        texts.push((Place::Body, &self.body));
        texts.extend((0..).zip(&self.carousel).map(|(at, card)| (Place::Card(at), &card.body)));
        texts
    }

    /// The hash by which approvals and messages name an encoded template.
    #[must_use]
    pub fn hash_of(bytes: &[u8]) -> [u8; 32] {
        Sha256::new().chain_update(LABEL).chain_update(bytes).finalize().into()
    }

    /// The hash of this template.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        Self::hash_of(&self.to_bytes())
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        codec::write(self, &mut writer);
        writer.finish()
    }
}
