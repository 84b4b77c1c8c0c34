//! The third check: an instance of a template that was approved, and nothing else.
//!
//! Until there is a transparency log, the operator's signed approval stands in for it; the log's
//! proof becomes one more condition here.

use tresen_content::template::TemplateMessage;
use tresen_proto::aad::AuthenticatedData;
use tresen_statement::{Approval, ApprovalProfile, TemplateDoc, Unverified};
use tresen_types::Timestamp;

use crate::Refusal;

/// What a device fetched for a template, and the keys that it trusts.
#[derive(Clone, Copy, Debug)]
pub struct TemplateFacts<'a> {
    /// The template, as the server or the message gave it.
    pub document: &'a [u8],
    /// The approval.
    pub approval: &'a [u8],
    /// The operator's key.
    pub operator_key: &'a [u8; 32],
    /// The business's pinned account key.
    pub business_key: &'a [u8; 32],
    /// Whether approvals by the business itself count: verified businesses and servers of one.
    pub self_signed_counts: bool,
}

pub(crate) fn check_template(
    known: &TemplateFacts<'_>,
    instance: &TemplateMessage,
    data: &AuthenticatedData,
    accepted_at: Timestamp,
) -> Result<TemplateDoc, Refusal> {
    // The hash outside, which was priced, is the hash inside, which is rendered.
    if data.template != Some(instance.template) {
        return Err(Refusal::TemplatePart);
    }
    let is_named = TemplateDoc::hash_of(known.document) == instance.template;
    let template =
        TemplateDoc::decode(known.document).map_err(|_invalid| Refusal::TemplateChanged)?;
    if !is_named || template.business != data.account {
        return Err(Refusal::TemplateChanged);
    }
    let approval =
        Unverified::<Approval>::decode(known.approval).map_err(|_invalid| Refusal::NotApproved)?;
    let profile = approval.claimed().profile;
    if profile == ApprovalProfile::SelfSigned && !known.self_signed_counts {
        return Err(Refusal::NotApproved);
    }
    let key = *approval.claimed().key(known.operator_key, known.business_key);
    let approval = approval.verify(&key).map_err(|_forged| Refusal::NotApproved)?.into_value();
    if !approval.is_for(&template) || !approval.allows_at(accepted_at) {
        return Err(Refusal::NotApproved);
    }
    if data.category != approval.category {
        return Err(Refusal::Category);
    }
    instance.check(&template).map_err(|violation| Refusal::Parameters(violation.mismatch))?;
    Ok(template)
}
