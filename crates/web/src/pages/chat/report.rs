//! Reporting: which messages, exactly what is opened, why.

use leptos::{prelude::*, task::spawn_local};
use tresen_types::{MessageId, card::Card};
use tresen_view::{Command, MessageBody, MessageView, ReportCause};

use super::talk::Talk;
use crate::{
    actions::{call, tell_failure},
    components::{Button, ButtonKind, Checkbox, Field, FieldKind, Sheet},
    i18n::{fill, money::money, t, time},
    state::app,
};

/// Messages that a report may hold.
const MESSAGES_MAX: usize = 8;
/// Messages that are offered: the newest, and the one that it began with.
const OFFERED_MAX: usize = 12;

const CAUSES: [ReportCause; 5] = [
    ReportCause::Unwanted,
    ReportCause::Fraud,
    ReportCause::Impersonation,
    ReportCause::Abuse,
    ReportCause::Illegal,
];

fn cause_words(cause: ReportCause) -> &'static str {
    match cause {
        ReportCause::Unwanted => t().report_unwanted,
        ReportCause::Fraud => t().report_fraud,
        ReportCause::Impersonation => t().report_impersonation,
        ReportCause::Abuse => t().report_abuse,
        ReportCause::Illegal => t().report_illegal,
    }
}

/// What the operator would read of a message; `None` for what can't be reported.
fn words(view: &MessageView) -> Option<String> {
    if view.is_own {
        return None;
    }
    match &view.body {
        MessageBody::Text { text } => Some(text.clone()),
        MessageBody::Template(template) => Some(template.text()),
        MessageBody::Attachment(file) => {
            let parts = [file.name.as_str(), file.caption.as_str()];
            let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            Some(parts.join(": "))
        }
        MessageBody::Card(card) => Some(match card.as_ref() {
            Card::Place(place) => [place.name.as_str(), place.address.as_str()].join(" "),
            Card::Contacts(contacts) => {
                contacts.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join(", ")
            }
            Card::Offer(offer) => offer.body.clone(),
        }),
        MessageBody::Choice(choice) => Some(choice.title.clone()),
        MessageBody::Payment(payment) => {
            Some([money(&payment.amount).as_str(), payment.note.as_str()].join(" "))
        }
        MessageBody::Quotation(known) => {
            Some([money(&known.bill.total).as_str(), known.note.as_str()].join(" "))
        }
        MessageBody::Slots(slots) => Some(slots.terms.name.clone()),
        MessageBody::Order(_)
        | MessageBody::Booking(_)
        | MessageBody::Deal(_)
        | MessageBody::Unsupported { .. }
        | MessageBody::Deleted
        | MessageBody::System(_)
        | MessageBody::Refused { .. } => None,
    }
}

/// The messages to choose from, newest first.
fn offered(talk: Talk, begun_with: MessageId) -> Vec<(MessageId, String, String)> {
    let all: Vec<MessageView> = talk
        .messages
        .with_untracked(|all| all.iter().rev().map(|entry| entry.view.get_untracked()).collect());
    let mut found = Vec::new();
    for view in all {
        let is_in = found.len() < OFFERED_MAX || view.message == begun_with;
        if let Some(words) = words(&view).filter(|_| is_in) {
            found.push((view.message, words, time::date_time(view.at)));
        }
    }
    found
}

/// The sheet.
#[component]
pub(super) fn ReportSheet(
    talk: Talk,
    message: MessageId,
    on_close: impl Fn() + 'static,
) -> impl IntoView {
    let choices: Vec<_> = offered(talk, message)
        .into_iter()
        .map(|(id, words, at)| (id, words, at, RwSignal::new(id == message)))
        .collect();
    let boxes = choices
        .iter()
        .map(|(_, words, at, checked)| {
            let (label, hint) = (words.clone(), at.clone());
            view! { <Checkbox label hint checked=*checked /> }
        })
        .collect_view();
    let chosen = StoredValue::new(
        choices.iter().map(|(id, _, _, checked)| (*id, *checked)).collect::<Vec<_>>(),
    );
    let picked = move || {
        chosen.with_value(|all| {
            all.iter().filter(|(_, on)| on.get()).map(|(id, _)| *id).collect::<Vec<_>>()
        })
    };
    let count = Memo::new(move |_| picked().len());
    let cause = RwSignal::new(ReportCause::Unwanted);
    let note = RwSignal::new(String::new());
    let is_busy = RwSignal::new(false);
    let conversation = talk.conversation;
    let send = move || {
        let messages = untrack(picked);
        if messages.is_empty() || messages.len() > MESSAGES_MAX || is_busy.get_untracked() {
            return;
        }
        is_busy.set(true);
        let note = note.get_untracked().trim().to_owned();
        let cause = cause.get_untracked();
        spawn_local(async move {
            match call(Command::Report { conversation, messages, cause, note }).await {
                Ok(_) => {
                    app().tell(t().report_done);
                    talk.over.try_set(None);
                }
                Err(failure) => tell_failure(&failure),
            }
            is_busy.try_set(false);
        });
    };
    let label = Signal::derive(move || t().report_send.of(u64::try_from(count.get()).unwrap_or(0)));
    let is_wrong = Signal::derive(move || !(1..=MESSAGES_MAX).contains(&count.get()));
    view! {
        <Sheet title=t().report on_close side=true>
            <div class="stack">
                <p class="mut">{fill(t().report_intro, &[("shop", &talk.name())])}</p>
                <h3 class="sect">{t().report_which}</h3>
                <div class="stack report-which">{boxes}</div>
                <Causes cause />
                <Field
                    id="report-note"
                    kind=FieldKind::Lines
                    label=t().report_note
                    value=note
                    max_length=300
                />
                <p class="hint">{t().report_opened}</p>
                <Button
                    kind=ButtonKind::DangerFill
                    wide=true
                    label
                    busy=is_busy
                    disabled=is_wrong
                    on_press=send
                />
            </div>
        </Sheet>
    }
}

/// What is wrong; a group of radio buttons.
#[component]
fn Causes(cause: RwSignal<ReportCause>) -> impl IntoView {
    let choices = CAUSES
        .into_iter()
        .map(|one| {
            let is_on = Memo::new(move |_| cause.get() == one);
            view! {
                <label class="lrow div sw-row">
                    <input
                        type="radio"
                        class="vh"
                        name="report-cause"
                        prop:checked=is_on
                        on:change=move |_| cause.set(one)
                    />
                    <span class="rd" class:on=is_on aria-hidden="true"></span>
                    <span class="grow a">{cause_words(one)}</span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset>
            <legend class="legend">{t().report_cause}</legend>
            {choices}
        </fieldset>
    }
}
