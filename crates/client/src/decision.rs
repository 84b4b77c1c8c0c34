//! What the operator has decided about the own business, and what the business says against it.

use std::{collections::BTreeMap, rc::Rc};

use tresen_proto::{FetchDecisions, ObjectDecision, ReplyBody, RequestBody};
use tresen_statement::{DecisionKind, DecisionNotice, Signed, Unverified};
use tresen_types::Timestamp;
use tresen_view::{Answer, DecisionAnswer, DecisionView, DecisionWord};

use crate::{
    client::Inner,
    connection::Phase,
    error::{Error, Result},
    template::unhex,
};

/// The decisions with their answers, newest first. What the server hasn't signed isn't shown.
pub(crate) async fn decisions(inner: &Rc<Inner>) -> Result<Answer> {
    let own = inner.own()?;
    inner.link.reach(Phase::Authenticated).await?;
    let request = RequestBody::FetchDecisions(FetchDecisions {});
    let ReplyBody::Decisions(reply) = inner.link.request(request).await? else {
        return Err(Error::Answer("decisions"));
    };
    let server_key = inner.link.server_key()?;
    let (mut views, mut answers) = (Vec::new(), BTreeMap::new());
    for decision in reply.decisions {
        let signed = Unverified::<DecisionNotice>::decode(&decision.notice)?.verify(&server_key)?;
        let notice = signed.value();
        if notice.business != own.account {
            return Err(Error::Untrusted("the decision is about another business"));
        }
        match notice.answers {
            Some(of) => {
                let is_withdrawn = notice.kind == DecisionKind::Withdrawn;
                let note = notice.note.clone();
                answers.insert(of, DecisionAnswer { is_withdrawn, note, at: notice.at });
            }
            None => {
                let view = view(&signed, decision.objection, decision.objected_at);
                views.push((signed.hash(), view));
            }
        }
    }
    let seen = inner.store.read(|tx| tx.decisions_seen())?;
    let views = views.into_iter().map(|(hash, view)| {
        let answer: Option<DecisionAnswer> = answers.remove(&hash);
        let newest = answer.as_ref().map_or(view.at, |answer| answer.at.max(view.at));
        DecisionView { answer, is_new: newest > seen, ..view }
    });
    Ok(Answer::Decisions(views.collect()))
}

/// Notes that the decisions up to this moment were seen on this device.
pub(crate) fn seen(inner: &Inner, until: Timestamp) -> Result<Answer> {
    inner.store.write(|tx| {
        let until = until.max(tx.decisions_seen()?);
        tx.set_decisions_seen(until)
    })?;
    Ok(Answer::Done)
}

/// Objects to a decision.
pub(crate) async fn object(inner: &Rc<Inner>, decision: &str, text: String) -> Result<Answer> {
    let notice = unhex(decision).ok_or(Error::Invalid("64 hexadecimal digits name a decision"))?;
    inner.link.reach(Phase::Authenticated).await?;
    let request = ObjectDecision { notice: notice.to_vec(), text };
    let ReplyBody::Done(_) = inner.link.request(RequestBody::ObjectDecision(request)).await? else {
        return Err(Error::Answer("objection"));
    };
    decisions(inner).await
}

fn view(signed: &Signed<DecisionNotice>, objection: String, objected_at: i64) -> DecisionView {
    let notice = signed.value();
    DecisionView {
        decision: signed.hash().iter().map(|byte| format!("{byte:02x}")).collect(),
        word: match notice.kind {
            DecisionKind::Warned => DecisionWord::Warned,
            DecisionKind::Suspended => DecisionWord::Suspended,
            DecisionKind::Tier => DecisionWord::Tier,
            DecisionKind::Lifted | DecisionKind::Upheld | DecisionKind::Withdrawn => {
                DecisionWord::Lifted
            }
        },
        categories: notice.categories,
        customers_max: notice.customers_max,
        is_reported: notice.report.is_some(),
        note: notice.note.clone(),
        at: notice.at,
        objection: (objected_at > 0).then(|| (objection, Timestamp::from_millis(objected_at))),
        answer: None,
        is_new: false,
    }
}
