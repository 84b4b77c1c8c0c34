//! A customer reports messages: it opens just those, each with the server's proof that it was sent.

use std::rc::Rc;

use tresen_proto::{PublishReport, ReplyBody, RequestBody};
use tresen_statement::{Report, ReportItem, ReportReason, Signed, limits::REPORT_ITEMS_MAX};
use tresen_types::{ConversationId, MessageId};
use tresen_view::{Answer, ReportCause};

use crate::{
    client::Inner,
    connection::Phase,
    error::{Error, Result},
    store::MessageKind,
};

/// Signs and hands in a report.
pub(crate) async fn report(
    inner: &Rc<Inner>,
    conversation: ConversationId,
    messages: &[MessageId],
    cause: ReportCause,
    note: String,
) -> Result<Answer> {
    let own = inner.own()?;
    if own.is_business() {
        return Err(Error::Forbidden);
    }
    if messages.is_empty() || messages.len() > REPORT_ITEMS_MAX {
        return Err(Error::TooLarge("messages of a report"));
    }
    let report = inner.store.read(|tx| {
        let record = tx.known_conversation(conversation)?;
        let business = record.counterpart.ok_or(Error::NotFound("business"))?;
        let mut items = Vec::with_capacity(messages.len());
        for id in messages {
            let message = tx.known_message(*id)?;
            let is_theirs = message.conversation == conversation
                && message.sender_account == business
                && matches!(message.kind, MessageKind::Content | MessageKind::Shelved);
            if !is_theirs || !message.is_reportable {
                return Err(Error::Invalid("a message that can't be reported"));
            }
            items.push(ReportItem { content: message.content, receipt: message.receipt });
        }
        Ok(Report {
            origin: inner.origin.as_str().to_owned(),
            business,
            reporter: own.account,
            device: own.device,
            conversation,
            reason: match cause {
                ReportCause::Unwanted => ReportReason::Unwanted,
                ReportCause::Fraud => ReportReason::Fraud,
                ReportCause::Impersonation => ReportReason::Impersonation,
                ReportCause::Abuse => ReportReason::Abuse,
                ReportCause::Illegal => ReportReason::Illegal,
            },
            note,
            items,
            at: inner.now(),
        })
    })?;
    let report = Signed::sign(report, &own.signer)?.encode();
    inner.link.reach(Phase::Authenticated).await?;
    let request = RequestBody::PublishReport(PublishReport { report });
    match inner.link.request(request).await? {
        ReplyBody::Done(_) => Ok(Answer::Done),
        _ => Err(Error::Answer("report")),
    }
}
