//! The team's part of the customer card: labels, resting, a reminder, fields.

use leptos::{prelude::*, task::spawn_local};
use tresen_types::{ConversationId, Timestamp};
use tresen_view::{Answer, CardField, Command, Event, ReminderView, RowMarks, TeamCommand};

use super::{chat::Facts, desk::desk};
use crate::{
    actions::{call, tell_failure},
    components::{Button, ButtonSize, Field, FieldKind, Glyph, Icon, MenuItem, Pill, PillKind},
    i18n::{b, fill, t, time},
    state::on_event,
};

/// Does something whose answer is only that it is done.
pub(super) fn act(command: TeamCommand) {
    spawn_local(async move {
        if let Err(failure) = call(Command::Team(Box::new(command))).await {
            tell_failure(&failure);
        }
    });
}

/// When a conversation may wake again.
pub(super) fn snooze_items(conversation: ConversationId, is_asleep: bool) -> Vec<MenuItem> {
    let item = |label: &str, until: Option<Timestamp>| {
        MenuItem::new(Glyph::Hourglass, label, move || {
            act(TeamCommand::Snooze { conversation, until });
        })
    };
    let mut items = vec![
        item(b().snooze_hour, Some(time::now().plus_millis(3_600_000))),
        item(b().snooze_evening, Some(time::at_hour(0, 18))),
        item(b().snooze_tomorrow, Some(time::at_hour(1, 9))),
        item(b().snooze_week, Some(time::at_hour(7, 9))),
    ];
    if is_asleep {
        items.push(item(b().snooze_end, None));
    }
    items
}

/// The sections.
#[component]
pub(super) fn TeamSections(facts: Facts) -> impl IntoView {
    let marks = Memo::new(move |_| {
        facts.row.with(|row| row.as_ref().map(|row| row.marks.clone()).unwrap_or_default())
    });
    view! {
        <h3 class="sect">{b().labels}</h3>
        <Labels facts marks />
        <h3 class="sect">{b().later}</h3>
        <Later facts marks />
        <h3 class="sect">{b().fields}</h3>
        <Fields conversation=facts.conversation />
    }
}

#[component]
fn Labels(facts: Facts, marks: Memo<RowMarks>) -> impl IntoView {
    let desk = desk();
    let conversation = facts.conversation;
    move || {
        let labels = desk.team.with(|team| team.labels.clone());
        let set = marks.with(|marks| marks.labels.clone());
        if labels.is_empty() {
            return view! {
                <p class="hint">
                    <a href="/business/teamwork">{b().labels_none}</a>
                </p>
            }
            .into_any();
        }
        let chips = labels
            .into_iter()
            .map(|label| {
                let is_on = set.iter().any(|known| known.label == label.label);
                let id = label.label.clone();
                view! {
                    <button
                        type="button"
                        class=format!("chip label-{}", label.colour)
                        class:on=is_on
                        aria-pressed=if is_on { "true" } else { "false" }
                        on:click=move |_| {
                            act(TeamCommand::SetLabel {
                                conversation,
                                label: id.clone(),
                                is_set: !is_on,
                            });
                        }
                    >
                        <i aria-hidden="true"></i>
                        <span dir="auto">{label.name}</span>
                    </button>
                }
            })
            .collect_view();
        view! { <div class="row wrap chips">{chips}</div> }.into_any()
    }
}

#[component]
fn Later(facts: Facts, marks: Memo<RowMarks>) -> impl IntoView {
    let conversation = facts.conversation;
    let day = RwSignal::new(String::new());
    let what = RwSignal::new(String::new());
    let remind = move || {
        let Some(at) = time::of_day(&day.get_untracked(), 9) else { return };
        let reminder = Some(ReminderView { at, text: what.get_untracked().trim().to_owned() });
        act(TeamCommand::Remind { conversation, reminder });
        day.set(String::new());
        what.set(String::new());
    };
    let asleep = move || {
        marks.with(|marks| marks.snoozed_until).map(|until| {
            let text = fill(b().snoozed_until, &[("time", &time::day_time(until))]);
            view! { <Pill text kind=PillKind::Wait glyph=Glyph::Hourglass /> }
        })
    };
    let reminder = move || {
        marks.with(|marks| marks.reminder.clone()).map(|reminder| {
            let words = fill(b().remind_at, &[("time", &time::date(reminder.at))]);
            view! {
                <div class="row sp fact">
                    <span class="grow" dir="auto">
                        <b>{words}</b>
                        " "
                        {reminder.text}
                    </span>
                    <Button
                        size=ButtonSize::Small
                        label=t().remove
                        on_press=move || act(TeamCommand::Remind { conversation, reminder: None })
                    />
                </div>
            }
        })
    };
    view! {
        {asleep}
        <Button
            size=ButtonSize::Small
            glyph=Glyph::Hourglass
            label=b().snooze
            on_press=move || desk().snooze_at.set(Some((window_middle(), 160)))
        />
        {reminder}
        <details class="more">
            <summary>{b().remind}</summary>
            <div class="stack">
                <Field id="remind-day" kind=FieldKind::Day label=b().remind_day value=day />
                <Field id="remind-what" label=b().remind_what value=what max_length=500 />
                <Button size=ButtonSize::Small label=b().remind on_press=remind />
            </div>
        </details>
    }
}

/// About where a menu is seen that no button has opened.
pub(super) fn window_middle() -> i32 {
    let width = window().inner_width().ok().and_then(|width| width.as_f64()).unwrap_or(600.0);
    #[expect(clippy::cast_possible_truncation, reason = "pixels of a window")]
    let middle = (width / 2.0) as i32 - 120;
    middle
}

#[component]
fn Fields(conversation: ConversationId) -> impl IntoView {
    let fields = RwSignal::new(Vec::<CardField>::new());
    let fetch = move || {
        spawn_local(async move {
            let card = Command::Team(Box::new(TeamCommand::Card { conversation }));
            if let Ok(Answer::CardFields(found)) = call(card).await {
                fields.try_set(found);
            }
        });
    };
    on_event(move |event| {
        if matches!(event, Event::HeaderChanged { conversation: of } if *of == conversation) {
            fetch();
        }
    });
    fetch();
    let (name, value) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let add = move || {
        let field = CardField { name: name.get_untracked(), value: value.get_untracked() };
        if field.name.trim().is_empty() || field.value.trim().is_empty() {
            return;
        }
        act(TeamCommand::SetField { conversation, field });
        name.set(String::new());
        value.set(String::new());
    };
    let rows = move || {
        let remove = |field: CardField| {
            move |_| {
                let field = CardField { value: String::new(), ..field.clone() };
                act(TeamCommand::SetField { conversation, field });
            }
        };
        fields
            .get()
            .into_iter()
            .map(|field| {
                let label = fill(b().field_remove, &[("name", &field.name)]);
                view! {
                    <div class="row sp fact">
                        <span class="grow" dir="auto">
                            <b>{field.name.clone()}</b>
                            " "
                            {field.value.clone()}
                        </span>
                        <button
                            type="button"
                            class="ib"
                            aria-label=label.clone()
                            title=label
                            on:click=remove(field)
                        >
                            <Icon glyph=Glyph::X small=true />
                        </button>
                    </div>
                }
            })
            .collect_view()
    };
    view! {
        {rows}
        <details class="more">
            <summary>{b().field_add}</summary>
            <div class="stack">
                <Field id="field-name" label=b().field_name value=name max_length=60 />
                <Field id="field-value" label=b().field_value value max_length=500 />
                <Button size=ButtonSize::Small label=b().field_add on_press=add />
            </div>
        </details>
    }
}
