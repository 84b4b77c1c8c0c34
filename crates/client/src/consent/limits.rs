//! The customer's own limits, for one business and for all.

use std::rc::Rc;

use tresen_admission::stop_word;
use tresen_statement::{CategoryMax, Consent, QuietHours, Terms, Unverified, WayIn, WeeklyDigest};
use tresen_types::{AccountId, Categories, Category, ConversationId};
use tresen_view::{Answer, DigestView, LimitsDraft, LimitsView, MaxView, QuietView};

use super::change::{Shown, change, publish_soon, without};
use crate::{
    client::Inner,
    error::{Error, Result},
    runtime,
    store::{ConversationKind, ConversationRecord, ConversationState, Tx},
};

/// What a stop word stops: answers that the customer asks for go on.
const STOPPED: [Category; 2] = [Category::Utility, Category::Marketing];

/// Sets what a business may send, how often, and when not.
pub(crate) async fn set_limits(
    inner: &Rc<Inner>,
    conversation: ConversationId,
    draft: LimitsDraft,
    wording: &str,
    language: &str,
) -> Result<Answer> {
    let needs_zone = draft.quiet.is_some() || draft.digest.is_some();
    if needs_zone && runtime::local_time(&draft.time_zone, inner.now()).is_none() {
        return Err(Error::Invalid("a time zone that this device doesn't know"));
    }
    let shown = Shown { wording, language, way_in: WayIn::Sheet };
    let consent = change(inner, conversation, shown, |consent| apply(consent, draft))?;
    inner.store.write(|tx| forget_stop(tx, consent.business))?;
    publish_soon(inner, consent.business).await?;
    inner.store.read(|tx| {
        let record = tx.known_conversation(conversation)?;
        let view = view(inner, tx, &record)?.ok_or(Error::NotFound("consent"))?;
        Ok(Answer::ConsentLimits(Box::new(view)))
    })
}

/// The limits with every business, newest activity first.
pub(crate) fn limits(inner: &Inner) -> Result<Answer> {
    let own = inner.own()?;
    if own.is_business() {
        return Err(Error::Forbidden);
    }
    inner.store.read(|tx| {
        let mut views = Vec::new();
        for record in tx.conversations()? {
            let is_shown = record.kind == ConversationKind::Business
                && record.state != ConversationState::Creating;
            if is_shown && let Some(view) = view(inner, tx, &record)? {
                views.push(view);
            }
        }
        Ok(Answer::Limits(views))
    })
}

/// A customer wrote something: if it says to stop and nothing else, what can be stopped is, and can
/// be taken back.
pub(crate) async fn notice_stop(
    inner: &Rc<Inner>,
    conversation: ConversationId,
    text: &str,
) -> Result<()> {
    let own = inner.own()?;
    if own.is_business() || stop_word(text).is_none() {
        return Ok(());
    }
    let stopped: Categories = STOPPED.into_iter().collect();
    let before = inner.store.read(|tx| {
        let record = tx.known_conversation(conversation)?;
        view(inner, tx, &record)
    })?;
    let Some(before) = before else { return Ok(()) };
    let left = without(before.limits.categories, stopped);
    if left == before.limits.categories {
        return Ok(());
    }
    let language = before.language.clone();
    let shown = Shown { wording: text, language: &language, way_in: WayIn::StopWord };
    let consent = change(inner, conversation, shown, |consent| consent.categories = left)?;
    inner.store.write(|tx| {
        let bits = before.limits.categories.bits().to_string();
        tx.set_text(&stop_name(consent.business), &bits)
    })?;
    publish_soon(inner, consent.business).await
}

/// Takes back what a stop word did.
pub(crate) async fn undo_stop(inner: &Rc<Inner>, conversation: ConversationId) -> Result<Answer> {
    let before = inner.store.read(|tx| {
        let record = tx.known_conversation(conversation)?;
        let business = record.counterpart.ok_or(Error::NotFound("consent"))?;
        let known = view(inner, tx, &record)?.ok_or(Error::NotFound("consent"))?;
        Ok(stopped_of(tx, business)?.map(|categories| (categories, known)))
    })?;
    let (categories, known) = before.ok_or(Error::NotFound("a stop to take back"))?;
    let shown = Shown { wording: "", language: &known.language, way_in: WayIn::Undo };
    let consent = change(inner, conversation, shown, |consent| consent.categories = categories)?;
    inner.store.write(|tx| forget_stop(tx, consent.business))?;
    publish_soon(inner, consent.business).await?;
    Ok(Answer::Done)
}

fn apply(consent: &mut Consent, draft: LimitsDraft) {
    let maxima = |list: &[MaxView]| {
        list.iter().fold(CategoryMax::default(), |all, one| all.with(one.category, one.messages))
    };
    consent.categories = draft.categories;
    consent.monthly_max = maxima(&draft.monthly_max);
    consent.terms = Terms {
        weekly_max: maxima(&draft.weekly_max),
        quiet: draft.quiet.map(|quiet| QuietHours {
            start: quiet.start,
            end: quiet.end,
            categories: quiet.categories,
        }),
        digest: draft.digest.map(|digest| WeeklyDigest {
            weekday: digest.weekday,
            minute: digest.minute,
            categories: digest.categories,
        }),
        time_zone: if draft.quiet.is_some() || draft.digest.is_some() {
            draft.time_zone
        } else {
            String::new()
        },
        way_in: consent.terms.way_in,
    };
}

fn view(inner: &Inner, tx: &Tx<'_>, record: &ConversationRecord) -> Result<Option<LimitsView>> {
    let own = inner.own()?;
    let Some(business) = record.counterpart else { return Ok(None) };
    let Some(consent) = tx.consent(business, own.account)? else { return Ok(None) };
    // It was verified before it was kept.
    let consent = Unverified::<Consent>::decode(&consent)?;
    let consent = consent.claimed();
    let contact = tx.contact(business)?;
    let maxima = |max: &CategoryMax| -> Vec<MaxView> {
        let one = |category| max.of(category).map(|messages| MaxView { category, messages });
        Category::ALL.into_iter().filter_map(one).collect()
    };
    Ok(Some(LimitsView {
        conversation: record.id,
        business,
        name: contact.as_ref().map(|contact| contact.name.clone()).unwrap_or_default(),
        is_blocked: contact.is_some_and(|contact| contact.is_blocked),
        at: consent.at,
        language: consent.language.clone(),
        is_waiting: tx.consents_due(own.account)?.contains(&business),
        stopped: stopped_of(tx, business)?,
        limits: LimitsDraft {
            categories: consent.categories,
            monthly_max: maxima(&consent.monthly_max),
            weekly_max: maxima(&consent.terms.weekly_max),
            quiet: consent.terms.quiet.map(|quiet| QuietView {
                start: quiet.start,
                end: quiet.end,
                categories: quiet.categories,
            }),
            digest: consent.terms.digest.map(|digest| DigestView {
                weekday: digest.weekday,
                minute: digest.minute,
                categories: digest.categories,
            }),
            time_zone: consent.terms.time_zone.clone(),
        },
    }))
}

fn stop_name(business: AccountId) -> String {
    format!("stopped:{business}")
}

/// What was allowed before a stop word; `None` without one.
pub(crate) fn stopped_of(tx: &Tx<'_>, business: AccountId) -> Result<Option<Categories>> {
    let bits = tx.text(&stop_name(business))?.and_then(|bits| bits.parse().ok());
    Ok(bits.and_then(Categories::from_bits).filter(|categories| !categories.is_empty()))
}

fn forget_stop(tx: &Tx<'_>, business: AccountId) -> Result<()> {
    tx.set_text(&stop_name(business), "0")
}
