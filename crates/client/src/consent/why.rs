//! Why a business's message came: the yes that held then, the wording that was approved, who paid.

use tresen_content::Message;
use tresen_statement::{Approval, ApprovalProfile, Consent, TemplateDoc, Unverified};
use tresen_types::MessageId;
use tresen_view::{Answer, CampaignView, WhyView};

use super::view;
use crate::{
    client::Inner,
    error::{Error, Result},
    timeline,
};

/// What allowed a message of a template.
pub(crate) fn why(inner: &Inner, message: MessageId) -> Result<Answer> {
    let own = inner.own()?;
    inner.store.read(|tx| {
        let record = tx.known_message(message)?;
        let content = timeline::content_of(inner, &record)?;
        let Message::Template(instance) = content.message else {
            return Err(Error::NotFound("a template of this message"));
        };
        let sender = record.sender_account;
        let known = tx.template(sender, instance.template)?.ok_or(Error::NotFound("template"))?;
        let template = TemplateDoc::decode(&known.document)?;
        let approval = Unverified::<Approval>::decode(&known.approval)?;
        let approval = approval.claimed();
        let customer = if own.is_business() {
            let conversation = tx.known_conversation(record.conversation)?;
            conversation.counterpart.ok_or(Error::NotFound("consent"))?
        } else {
            own.account
        };
        let mut consent = None;
        for bytes in tx.consents(sender, customer)? {
            let known = Unverified::<Consent>::decode(&bytes)?;
            if known.claimed().at <= record.at && consent.is_none() {
                consent = Some(view(known.claimed(), !own.is_business()));
            }
        }
        let name = tx.contact(sender)?.map(|contact| contact.name).unwrap_or_default();
        Ok(Answer::Why(Box::new(WhyView {
            category: template.category,
            consent,
            template: template.name,
            version: template.version,
            by_operator: approval.profile != ApprovalProfile::SelfSigned,
            approved_at: approval.not_before,
            sender: name,
            campaign: instance
                .campaign
                .map(|size| CampaignView { customers_max: size.customers_max() }),
        })))
    })
}
