//! Days, people, times: what is free, and what is chosen of it.

use std::collections::BTreeSet;

use leptos::prelude::*;
use tresen_view::SlotView;

use super::{Glyph, Icon, Segment};
use crate::i18n::{t, time::Zoned};

/// What is shown before a person is chosen.
const ANYONE: usize = 0;

/// A picker. With `many`, several times are chosen, else one.
#[component]
pub fn SlotPicker(
    slots: Vec<SlotView>,
    /// The shop's time zone.
    zone: String,
    chosen: RwSignal<Vec<SlotView>>,
    #[prop(optional)] many: bool,
) -> impl IntoView {
    let zoned = StoredValue::new_local(Zoned::new(&zone));
    let mut people: Vec<(String, String)> = Vec::new();
    let mut days: Vec<((u16, u8, u8), SlotView)> = Vec::new();
    for slot in &slots {
        if !people.iter().any(|(id, _name)| *id == slot.person) {
            people.push((slot.person.clone(), slot.name.clone()));
        }
        if let Some(date) = zoned.with_value(|zone| zone.date(slot.start))
            && days.last().is_none_or(|(known, _slot)| *known != date)
        {
            days.push((date, slot.clone()));
        }
    }
    let person = RwSignal::new(ANYONE);
    let day = RwSignal::new(days.first().map(|(date, _slot)| *date));
    let ids: Vec<String> = people.iter().map(|(id, _name)| id.clone()).collect();
    let shown = Memo::new(move |_| {
        let wanted = person.get().checked_sub(1).and_then(|index| ids.get(index));
        let mut starts = BTreeSet::new();
        slots
            .iter()
            .filter(|slot| zoned.with_value(|zone| zone.date(slot.start)) == day.get())
            .filter(|slot| wanted.is_none_or(|id| *id == slot.person))
            // Of anyone, each time stands once.
            .filter(|slot| starts.insert(slot.start))
            .cloned()
            .collect::<Vec<_>>()
    });
    let choices: Vec<(usize, String)> = std::iter::once(t().slots_anyone.to_owned())
        .chain(people.iter().map(|(_id, name)| name.clone()))
        .enumerate()
        .collect();
    let who = (people.len() > 1).then(|| {
        view! {
            <Segment
                name="slot-person"
                label=t().slots_anyone
                choices=choices
                value=person
                on_change=move |index| person.set(index)
            />
        }
    });
    let day_buttons = days
        .into_iter()
        .map(|(date, slot)| {
            let label = zoned.with_value(|zone| zone.short_day(slot.start));
            let is_on = Memo::new(move |_| day.get() == Some(date));
            view! {
                <button
                    type="button"
                    class="slot"
                    class:on=is_on
                    aria-pressed=move || if is_on.get() { "true" } else { "false" }
                    on:click=move |_| day.set(Some(date))
                >
                    {label}
                </button>
            }
        })
        .collect_view();
    let time_button = move |slot: SlotView| {
        let label = zoned.with_value(|zone| zone.time(slot.start));
        let start = slot.start.as_millis().to_string();
        let this = slot.clone();
        let is_on = Memo::new(move |_| chosen.with(|chosen| chosen.contains(&this)));
        let press = move |_| {
            chosen.update(|chosen| {
                if let Some(index) = chosen.iter().position(|known| *known == slot) {
                    chosen.remove(index);
                } else {
                    if !many {
                        chosen.clear();
                    }
                    chosen.push(slot.clone());
                }
            });
        };
        view! {
            <button
                type="button"
                class="slot"
                class:on=is_on
                data-start=start
                aria-pressed=move || if is_on.get() { "true" } else { "false" }
                on:click=press
            >
                {label}
                {move || is_on.get().then(|| view! { <Icon glyph=Glyph::Check small=true /> })}
            </button>
        }
    };
    view! {
        <div class="stack">
            <h3>{t().slots_day}</h3>
            <div class="slots days" role="group" aria-label=t().slots_day>
                {day_buttons}
            </div>
            <div class="row wrap">
                <h3 class="grow">{t().slots_time}</h3>
                {who}
            </div>
            <div class="slots" role="group" aria-label=t().slots_time>
                {move || shown.get().into_iter().map(time_button).collect_view()}
            </div>
        </div>
    }
}
