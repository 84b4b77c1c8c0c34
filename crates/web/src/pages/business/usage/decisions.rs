//! What the operator has decided about the shop, with its reason, and the way to object.

use leptos::{prelude::*, task::spawn_local};
use tresen_types::Category;
use tresen_view::{Answer, Command, DecisionView, DecisionWord};

use crate::{
    actions::{call, tell_failure},
    components::{
        Button, ButtonSize, Field, FieldKind, Glyph, Icon, Pill, PillKind, category_label,
    },
    i18n::{b, fill, time},
    pages::business::desk::desk,
};

/// What a business may say, in characters.
const OBJECTION_CHARACTERS_MAX: u32 = 1_000;

/// The list; nothing when nothing was decided.
#[component]
pub(super) fn Decisions() -> impl IntoView {
    let known = RwSignal::new(Vec::<DecisionView>::new());
    // Behind a wait there is no context any more.
    let new_decisions = desk().new_decisions;
    spawn_local(async move {
        if let Ok(Answer::Decisions(decisions)) = call(Command::Decisions).await {
            let newest = decisions
                .iter()
                .map(|one| one.answer.as_ref().map_or(one.at, |answer| answer.at.max(one.at)));
            if let Some(until) = newest.max()
                && decisions.iter().any(|one| one.is_new)
                && call(Command::DecisionsSeen { until }).await.is_ok()
            {
                new_decisions.try_set(0);
            }
            known.try_set(decisions);
        }
    });
    move || {
        let decisions = known.get();
        (!decisions.is_empty()).then(|| {
            let rows = decisions.into_iter().map(|decision| row(known, decision)).collect_view();
            view! {
                <section class="card pad stack" id="decisions">
                    <h2>{b().decisions}</h2>
                    <ul class="plain stack">{rows}</ul>
                </section>
            }
        })
    }
}

fn row(known: RwSignal<Vec<DecisionView>>, decision: DecisionView) -> AnyView {
    let b = b();
    let words = match decision.word {
        DecisionWord::Warned => b.decided_warned.to_owned(),
        DecisionWord::Suspended => {
            let named = Category::ALL.into_iter().filter(|one| decision.categories.contains(*one));
            let named: Vec<_> = named.map(category_label).collect();
            fill(b.decided_suspended, &[("what", &named.join(", "))])
        }
        DecisionWord::Tier => match decision.customers_max {
            Some(most) => fill(b.decided_tier, &[("n", &most.to_string())]),
            None => b.decided_tier_any.to_owned(),
        },
        DecisionWord::Lifted => b.decided_lifted.to_owned(),
    };
    let note = (!decision.note.is_empty())
        .then(|| view! { <p dir="auto" class="pre">{decision.note.clone()}</p> });
    let reported = decision.is_reported.then(|| view! { <p class="hint">{b.decided_report}</p> });
    let may_object = decision.objection.is_none() && decision.word != DecisionWord::Lifted;
    let objection = decision.objection.clone().map(|(text, at)| {
        let head = fill(b.objected, &[("time", &time::date(at))]);
        view! {
            <p class="hint">{head}</p>
            <p dir="auto" class="pre">{text}</p>
        }
    });
    let answer = decision.answer.clone().map(|answer| {
        let words = if answer.is_withdrawn { b.objection_right } else { b.objection_wrong };
        view! {
            <p>
                <b>{words}</b>
                " "
                <span class="hint">{time::date(answer.at)}</span>
            </p>
            <p dir="auto" class="pre">{answer.note}</p>
        }
    });
    let waits = (decision.objection.is_some() && decision.answer.is_none())
        .then(|| view! { <p class="hint">{b.objection_waits}</p> });
    let is_new =
        decision.is_new.then(|| view! { <Pill text=b.decision_new kind=PillKind::Wait /> });
    let form = may_object.then(|| objection_form(known, decision.decision.clone()));
    view! {
        <li class="stack" data-decision=decision.decision.clone()>
            <p class="row">
                <Icon glyph=Glyph::CircleAlert small=true />
                <b class="grow">{words}</b>
                {is_new}
                <span class="hint">{time::date(decision.at)}</span>
            </p>
            {note}
            {reported}
            {objection}
            {waits}
            {answer}
            {form}
        </li>
    }
    .into_any()
}

fn objection_form(known: RwSignal<Vec<DecisionView>>, decision: String) -> AnyView {
    let typed = RwSignal::new(String::new());
    let is_busy = RwSignal::new(false);
    let send = move || {
        let text = typed.get_untracked().trim().to_owned();
        if text.is_empty() || is_busy.get_untracked() {
            return;
        }
        is_busy.set(true);
        let decision = decision.clone();
        spawn_local(async move {
            match call(Command::ObjectDecision { decision, text }).await {
                Ok(Answer::Decisions(decisions)) => {
                    known.try_set(decisions);
                }
                Ok(_) => {}
                Err(failure) => tell_failure(&failure),
            }
            is_busy.try_set(false);
        });
    };
    view! {
        <details>
            <summary class="btn smb">{b().object}</summary>
            <div class="stack">
                <Field
                    id="objection"
                    kind=FieldKind::Lines
                    label=b().object_why
                    value=typed
                    max_length=OBJECTION_CHARACTERS_MAX
                />
                <div>
                    <Button
                        size=ButtonSize::Small
                        label=b().object_send
                        busy=is_busy
                        on_press=send
                    />
                </div>
            </div>
        </details>
    }
    .into_any()
}
