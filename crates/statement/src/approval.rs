//! The operator's or the business's word that a template may be sent (PROTOCOL 5.1).

use tresen_types::{AccountId, AccountKind, Category, Timestamp};

use crate::{
    cbor::{Reader, Writer},
    error::Error,
    limits::{APPROVAL_MS_MAX, LANGUAGE_BYTES_MAX, TEMPLATE_NAME_BYTES_MAX},
    signed::Statement,
    template::TemplateDoc,
    text,
};

byte_enum! {
    /// Who signs an approval.
    ApprovalProfile {
        /// The operator, who saw the text.
        Reviewed = 0,
        /// The business itself; the operator sees hash and category only.
        SelfSigned = 1,
    }
}

byte_enum! {
    /// Whether a template may be sent.
    ApprovalStatus {
        /// It may.
        Approved = 0,
        /// It may not, for a reason.
        Rejected = 1,
        /// Not for now: reports or a wrong category are being looked at.
        Paused = 2,
        /// No more.
        Disabled = 3,
    }
}

byte_enum! {
    /// Why a template isn't approved.
    RejectionReason {
        /// It insults, threatens or deceives.
        AbusiveContent = 0,
        /// Its form is wrong.
        InvalidFormat = 1,
        /// It is advertising in another category's clothes.
        Promotional = 2,
        /// Its words don't fit what it claims to be for.
        ContentMismatch = 3,
        /// It belongs into another category.
        IncorrectCategory = 4,
        /// It tries to cheat.
        Scam = 5,
    }
}

/// Whether a template may be sent, and until when. Signed by the key that the profile names: the
/// server's for a reviewed template, the account's for a self-signed one. The highest sequence wins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// The business.
    pub business: AccountId,
    /// The [`hash`](TemplateDoc::hash) of the template.
    pub template: [u8; 32],
    /// The template's name.
    pub name: String,
    /// The template's language.
    pub language: String,
    /// The template's category: what senders may use it as.
    pub category: Category,
    /// Who signs.
    pub profile: ApprovalProfile,
    /// Whether it may be sent.
    pub status: ApprovalStatus,
    /// Why not, when it is not approved.
    pub reason: Option<RejectionReason>,
    /// Counts the approvals of this template.
    pub sequence: u64,
    /// The beginning of its validity.
    pub not_before: Timestamp,
    /// The end of its validity.
    pub not_after: Timestamp,
}

impl Approval {
    /// Whether the template may be sent at `at`.
    #[must_use]
    pub fn allows_at(&self, at: Timestamp) -> bool {
        self.status == ApprovalStatus::Approved && (self.not_before..self.not_after).contains(&at)
    }

    /// Whether it speaks of this template: hash, business, name, language and category.
    #[must_use]
    pub fn is_for(&self, template: &TemplateDoc) -> bool {
        self.template == template.hash()
            && self.business == template.business
            && self.name == template.name
            && self.language == template.language
            && self.category == template.category
    }

    /// Whether this one takes the place of `old`.
    #[must_use]
    pub fn supersedes(&self, old: &Self) -> bool {
        self.business == old.business
            && self.template == old.template
            && self.sequence > old.sequence
    }

    /// The key that may sign it, of the two that the caller trusts.
    #[must_use]
    pub const fn key<'a>(
        &self,
        operator_key: &'a [u8; 32],
        business_key: &'a [u8; 32],
    ) -> &'a [u8; 32] {
        match self.profile {
            ApprovalProfile::Reviewed => operator_key,
            ApprovalProfile::SelfSigned => business_key,
        }
    }

    fn is_consistent(&self) -> bool {
        let length = self.not_after.millis_since(self.not_before);
        self.business.kind() == AccountKind::Business
            && (1..=APPROVAL_MS_MAX).contains(&length)
            && (self.status == ApprovalStatus::Approved) == self.reason.is_none()
    }
}

impl Statement for Approval {
    const LABEL: &'static str = "tresen/approval/1";
    const FIELDS: usize = 11;

    fn write(&self, writer: &mut Writer) {
        writer.bytes(self.business.as_bytes());
        writer.bytes(&self.template);
        writer.text(&self.name);
        writer.text(&self.language);
        writer.uint(self.category.as_byte());
        writer.uint(self.profile.as_byte());
        writer.uint(self.status.as_byte());
        writer.optional(self.reason, |writer, reason| writer.uint(reason.as_byte()));
        writer.uint(self.sequence);
        writer.time(self.not_before);
        writer.time(self.not_after);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let approval = Self {
            business: AccountId::new(reader.fixed()?),
            template: reader.fixed()?,
            name: text::line(reader.text(TEMPLATE_NAME_BYTES_MAX)?)?,
            language: text::language(reader.text(LANGUAGE_BYTES_MAX)?)?,
            category: reader.byte(Category::from_byte)?,
            profile: reader.byte(ApprovalProfile::from_byte)?,
            status: reader.byte(ApprovalStatus::from_byte)?,
            reason: reader.optional(|reader| reader.byte(RejectionReason::from_byte))?,
            sequence: reader.uint()?,
            not_before: reader.time()?,
            not_after: reader.time()?,
        };
        if approval.is_consistent() { Ok(approval) } else { Err(Error::Value) }
    }
}
