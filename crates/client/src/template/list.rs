//! The business's templates with what was decided about them.

use std::{collections::BTreeMap, rc::Rc};

use tresen_content::template::lint::lint;
use tresen_proto::{ListTemplates, ReplyBody, RequestBody};
use tresen_statement::{
    Approval, ApprovalStatus, Header, ParameterKind, RejectionReason, TemplateDoc, Unverified,
};
use tresen_types::AccountId;
use tresen_view::{Answer, TemplateStatus, TemplateView};

use super::{draft, fetch, remark};
use crate::{
    client::Inner,
    connection::Phase,
    error::{Error, Result},
    store::{TemplateRecord, Tx},
};

/// All templates, by name, language and version.
pub(crate) async fn list(inner: &Rc<Inner>) -> Result<Answer> {
    let own = inner.own()?;
    if !own.is_business() {
        return Err(Error::Forbidden);
    }
    match inner.link.reach(Phase::Authenticated).await {
        Ok(()) => refresh(inner).await?,
        // What is known is shown.
        Err(Error::Offline) => {}
        Err(error) => return Err(error),
    }
    let mut views = inner
        .store
        .read(|tx| tx.templates(own.account)?.iter().map(view).collect::<Result<Vec<_>>>())?;
    views.sort_by(|a, b| (&a.name, &a.language, a.version).cmp(&(&b.name, &b.language, b.version)));
    Ok(Answer::Templates(views))
}

/// Brings what this device knows up to date: one request, and one for each new or newly decided one.
pub(super) async fn refresh(inner: &Rc<Inner>) -> Result<()> {
    let own = inner.own()?;
    let reply = inner.link.request(RequestBody::ListTemplates(ListTemplates {})).await?;
    let ReplyBody::Templates(list) = reply else { return Err(Error::Answer("templates")) };
    let known: BTreeMap<[u8; 32], u64> = inner.store.read(|tx| {
        let known = tx.templates(own.account)?;
        Ok(known.iter().map(|known| (known.hash, sequence_of(&known.approval))).collect())
    })?;
    for listed in list.templates {
        let hash = <[u8; 32]>::try_from(listed.hash.as_slice())
            .map_err(|_length| Error::Answer("templates"))?;
        if known.get(&hash) != Some(&listed.approval_sequence) {
            fetch(inner, own.account, hash).await?;
        }
    }
    Ok(())
}

/// One template.
pub(super) fn view_of(tx: &Tx<'_>, account: AccountId, hash: [u8; 32]) -> Result<TemplateView> {
    view(&tx.template(account, hash)?.ok_or(Error::NotFound("template"))?)
}

fn sequence_of(approval: &[u8]) -> u64 {
    Unverified::<Approval>::decode(approval).map_or(0, |approval| approval.claimed().sequence)
}

fn view(record: &TemplateRecord) -> Result<TemplateView> {
    let template = TemplateDoc::decode(&record.document)?;
    let approval = Unverified::<Approval>::decode(&record.approval).ok();
    let approval = approval.as_ref().map(Unverified::claimed);
    Ok(TemplateView {
        template: hex(&record.hash),
        version: template.version,
        category: template.category,
        header: match &template.header {
            Some(Header::Text(text)) => draft::source(&template, text),
            Some(Header::Media { .. } | Header::Location { .. } | Header::Goods { .. }) | None => {
                String::new()
            }
        },
        header_file: draft::header_file(&template),
        body: draft::source(&template, &template.body),
        footer: template.footer.clone(),
        buttons: draft::button_drafts(&template, &template.buttons),
        cards: draft::card_drafts(&template),
        offer: draft::offer_draft(&template),
        link_domains: template.link_domains.clone(),
        time_to_live_s: template.time_to_live_s,
        is_special: is_special(&template),
        counts_self_approval: record.counts_self_signed,
        parameters: template.parameters.iter().map(draft::parameter_draft).collect(),
        status: approval.map_or(TemplateStatus::Pending, |approval| match approval.status {
            ApprovalStatus::Approved => TemplateStatus::Approved,
            ApprovalStatus::Rejected => TemplateStatus::Rejected,
            ApprovalStatus::Paused => TemplateStatus::Paused,
            ApprovalStatus::Disabled => TemplateStatus::Disabled,
        }),
        reason: approval.and_then(|approval| approval.reason).map(|reason| word(reason).to_owned()),
        until: approval.map(|approval| approval.not_after),
        findings: lint(&template).iter().map(remark::of_finding).collect(),
        name: template.name,
        language: template.language,
    })
}

const fn word(reason: RejectionReason) -> &'static str {
    match reason {
        RejectionReason::AbusiveContent => "abusive_content",
        RejectionReason::InvalidFormat => "invalid_format",
        RejectionReason::Promotional => "promotional",
        RejectionReason::ContentMismatch => "content_mismatch",
        RejectionReason::IncorrectCategory => "incorrect_category",
        RejectionReason::Scam => "scam",
    }
}

fn is_special(template: &TemplateDoc) -> bool {
    let has_media = matches!(template.header, Some(Header::Media { .. } | Header::Location { .. }));
    let has_goods = template.parameters.iter().any(|known| known.kind == ParameterKind::Goods);
    has_media || has_goods || !template.carousel.is_empty() || template.offer.is_some()
}

/// 64 hexadecimal digits.
fn hex(hash: &[u8; 32]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}
