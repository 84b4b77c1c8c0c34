//! The third line of an inbox row: since when somebody waits, and who has the chat.

use leptos::prelude::*;
use tresen_types::Timestamp;
use tresen_view::{ConversationRow, LabelView};

use crate::{
    components::{Avatar, Glyph, Pill, PillKind},
    i18n::{b, fill, t, time},
};

/// The line. `now` moves every half minute.
#[component]
pub fn RowTags(view: ArcRwSignal<ConversationRow>, now: RwSignal<Timestamp>) -> impl IntoView {
    let facts = Memo::new(move |_| {
        view.with(|row| (row.waiting_since, row.assignee.clone(), row.is_closed, row.marks.clone()))
    });
    move || {
        let (since, assignee, is_closed, marks) = facts.get();
        let asleep = marks.snoozed_until.filter(|until| *until > now.get());
        let is_due = marks.reminder.as_ref().is_some_and(|reminder| reminder.at <= now.get());
        let wait = since.filter(|_| !is_closed && asleep.is_none()).map(|since| {
            let text = waits(now.get().millis_since(since));
            view! { <Pill text kind=PillKind::Wait /> }
        });
        let closed = is_closed.then(|| {
            view! { <Pill text=t().closed_chat kind=PillKind::Ok glyph=Glyph::Check /> }
        });
        let holder = assignee.map(|reader| {
            let name = if reader.is_this { t().you.to_owned() } else { reader.name.clone() };
            view! {
                <span class="holder">
                    <Avatar name=reader.name size=22 />
                    <bdi>{name}</bdi>
                </span>
            }
        });
        view! {
            <span class="tags">
                {marks
                    .is_mentioned
                    .then(|| {
                        view! {
                            <Pill text=b().mentioned kind=PillKind::Brand glyph=Glyph::StickyNote />
                        }
                    })}
                {is_due
                    .then(|| {
                        view! { <Pill text=b().remind_due kind=PillKind::Wait glyph=Glyph::Clock /> }
                    })}
                {wait}
                {asleep
                    .map(|until| {
                        let text = fill(b().snoozed_until, &[("time", &time::day_time(until))]);
                        view! { <Pill text glyph=Glyph::Hourglass /> }
                    })}
                {closed}
                {labels(marks.labels)}
                <span class="grow"></span>
                {holder}
            </span>
        }
    }
}

fn labels(labels: Vec<LabelView>) -> AnyView {
    labels
        .into_iter()
        .map(|label| {
            view! {
                <span class=format!("chip small on label-{}", label.colour)>
                    <i aria-hidden="true"></i>
                    <span class="ell" dir="auto">
                        {label.name}
                    </span>
                </span>
            }
        })
        .collect_view()
        .into_any()
}

/// "waiting 14 min".
#[must_use]
pub fn waits(millis: i64) -> String {
    let minutes = u64::try_from(millis / 60_000).unwrap_or(0);
    match minutes {
        0 => b().waits_now.to_owned(),
        1..=89 => b().waits_minutes.of(minutes),
        90..=2_879 => b().waits_hours.of((minutes + 30) / 60),
        _ => b().waits_days.of(minutes / 1_440),
    }
}
