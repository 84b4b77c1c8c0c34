//! A business approves its own template, where the server lets it.

use std::rc::Rc;

use tresen_proto::{PublishApproval, ReplyBody, RequestBody};
use tresen_statement::{
    Approval, ApprovalProfile, ApprovalStatus, Signed, TemplateDoc, Unverified,
};
use tresen_types::limits::DAY_MS;
use tresen_view::Answer;

use super::{fetch, list, send::unhex};
use crate::{
    client::Inner,
    connection::Phase,
    error::{Error, Result},
    limits::SELF_APPROVAL_DAYS,
};

/// Signs that the template may be sent, with the account's key.
pub(crate) async fn approve(inner: &Rc<Inner>, template: &str) -> Result<Answer> {
    let own = inner.own()?;
    let signer = own.account_key()?;
    let hash = unhex(template).ok_or(Error::Invalid("64 hexadecimal digits name a template"))?;
    inner.link.reach(Phase::Authenticated).await?;
    fetch(inner, own.account, hash).await?;
    let record = inner.store.read(|tx| tx.template(own.account, hash))?;
    let record = record.ok_or(Error::NotFound("template"))?;
    let template = TemplateDoc::decode(&record.document)?;
    let known = Unverified::<Approval>::decode(&record.approval);
    let now = inner.now();
    let approval = Approval {
        business: own.account,
        template: hash,
        name: template.name,
        language: template.language,
        category: template.category,
        profile: ApprovalProfile::SelfSigned,
        status: ApprovalStatus::Approved,
        reason: None,
        sequence: known.map_or(1, |known| known.claimed().sequence.saturating_add(1)),
        not_before: now,
        not_after: now.plus_millis(SELF_APPROVAL_DAYS.saturating_mul(DAY_MS)),
    };
    let approval = Signed::sign(approval, signer)?.encode();
    let request = RequestBody::PublishApproval(PublishApproval { approval });
    let ReplyBody::Done(_) = inner.link.request(request).await? else {
        return Err(Error::Answer("approval"));
    };
    fetch(inner, own.account, hash).await?;
    let view = inner.store.read(|tx| list::view_of(tx, own.account, hash))?;
    Ok(Answer::Template(Box::new(view)))
}
