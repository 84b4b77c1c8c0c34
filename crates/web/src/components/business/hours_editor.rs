//! Opening hours: days with equal hours in a row, days that differ, the time zone.

use js_sys::{Array, Function, Reflect};
use leptos::prelude::*;
use tresen_view::{ClosedDay, HoursView};
use wasm_bindgen::{JsCast as _, JsValue};

use super::day_sheet::{DaySheet, Target};
use crate::{
    components::{Button, ButtonKind, Glyph, Icon, IconButton},
    i18n::{b, fill, time},
};

/// The editor.
#[component]
pub fn HoursEditor(hours: RwSignal<HoursView>) -> impl IntoView {
    let editing = RwSignal::new(None::<Target>);
    let close = move || {
        editing.try_set(None);
    };
    view! {
        <div class="hours-card">
            {move || {
                hours
                    .with(groups)
                    .into_iter()
                    .map(|group| group_row(&group, hours, editing))
                    .collect_view()
            }}
        </div>
        <ZoneField hours />
        <h2 class="sect-t">{b().special}</h2>
        <p class="hint">{b().special_hint}</p>
        {move || {
            let days = hours.with(|hours| hours.exceptions.clone());
            (!days.is_empty())
                .then(|| {
                    let rows = days
                        .into_iter()
                        .map(|day| special_row(day, hours, editing))
                        .collect_view();
                    view! { <div class="hours-card">{rows}</div> }
                })
        }}
        <div>
            <Button
                kind=ButtonKind::Text
                glyph=Glyph::Plus
                label=b().special_add
                on_press=move || editing.set(Some(Target::Special(None)))
            />
        </div>
        {move || {
            editing.get().map(|target| view! { <DaySheet target hours on_close=close /> })
        }}
    }
}

/// Neighbouring days with the same hours: the first, the last, the hours.
type Group = (u8, u8, Vec<(u16, u16)>);

fn groups(hours: &HoursView) -> Vec<Group> {
    let mut groups = Vec::<Group>::new();
    for (day, intervals) in (0_u8..).zip(&hours.weekly) {
        match groups.last_mut() {
            Some(group) if group.2 == *intervals => group.1 = day,
            _ => groups.push((day, day, intervals.clone())),
        }
    }
    groups
}

fn group_row(
    group: &Group,
    hours: RwSignal<HoursView>,
    editing: RwSignal<Option<Target>>,
) -> AnyView {
    let (first, last, intervals) = group.clone();
    let days = if first == last {
        time::weekday(first)
    } else {
        let names = [("from", &*time::weekday_short(first)), ("to", &*time::weekday_short(last))];
        fill(b().days_range, &names)
    };
    let is_shut = intervals.is_empty();
    let text = spoken(&intervals);
    let press = move |_| {
        let days =
            std::array::from_fn(|day| (usize::from(first)..=usize::from(last)).contains(&day));
        let intervals = hours.with_untracked(|hours| {
            hours.weekly.get(usize::from(first)).cloned().unwrap_or_default()
        });
        editing.set(Some(Target::Days(days, intervals)));
    };
    view! {
        <button type="button" class="lrow div" on:click=press>
            <span class="grow">{days}</span>
            <span class="num hours-t" class:mut=is_shut>
                {text}
            </span>
            <Icon glyph=Glyph::ChevronRight small=true />
        </button>
    }
    .into_any()
}

fn special_row(
    day: ClosedDay,
    hours: RwSignal<HoursView>,
    editing: RwSignal<Option<Target>>,
) -> AnyView {
    let date = day.date;
    let name = date_text(date);
    let text = spoken(&day.intervals);
    let remove = fill(b().remove_day, &[("date", &name)]);
    view! {
        <div class="lrow div special">
            <button
                type="button"
                class="grow row"
                on:click=move |_| editing.set(Some(Target::Special(Some(day.clone()))))
            >
                <span class="grow">{name}</span>
                <span class="num hours-t">{text}</span>
            </button>
            <IconButton
                glyph=Glyph::X
                label=remove
                on_press=move || {
                    hours.update(|hours| hours.exceptions.retain(|other| other.date != date));
                }
            />
        </div>
    }
    .into_any()
}

/// "9:30 – 13:00, 15:00 – 18:00".
fn spoken(intervals: &[(u16, u16)]) -> String {
    if intervals.is_empty() {
        return b().shut.to_owned();
    }
    let texts = intervals
        .iter()
        .map(|(from, to)| format!("{} – {}", time::minute_of_day(*from), time::minute_of_day(*to)));
    texts.collect::<Vec<_>>().join(", ")
}

/// A day that stands in a calendar, with its year.
fn date_text((year, month, day): (i32, u8, u8)) -> String {
    let date = js_sys::Date::new_with_year_month_day(
        u32::try_from(year).unwrap_or(1970),
        i32::from(month) - 1,
        i32::from(day),
    );
    #[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 fit by far")]
    let millis = date.get_time() as i64;
    time::date(tresen_types::Timestamp::from_millis(millis))
}

/// The time zones that the browser knows.
#[component]
fn ZoneField(hours: RwSignal<HoursView>) -> impl IntoView {
    let own = hours.with_untracked(|hours| hours.time_zone.clone());
    let mut zones = known_zones();
    if !zones.contains(&own) {
        zones.insert(0, own);
    }
    let options = zones
        .into_iter()
        .map(|zone| {
            let shown = zone.replace('_', " ");
            let value = zone.clone();
            let is_on = Memo::new(move |_| hours.with(|hours| hours.time_zone == zone));
            view! {
                <option value=value selected=is_on>
                    {shown}
                </option>
            }
        })
        .collect_view();
    view! {
        <div class="field zone">
            <label for="time-zone">{b().zone}</label>
            <select
                id="time-zone"
                class="inp"
                on:change=move |event| {
                    let zone = event_target_value(&event);
                    hours.update(|hours| hours.time_zone = zone);
                }
            >
                {options}
            </select>
        </div>
    }
}

/// `Intl.supportedValuesOf("timeZone")`; empty in a browser that lacks it.
fn known_zones() -> Vec<String> {
    let list = || {
        let intl = Reflect::get(&js_sys::global(), &"Intl".into()).ok()?;
        let function = Reflect::get(&intl, &"supportedValuesOf".into()).ok()?;
        let function = function.dyn_into::<Function>().ok()?;
        function.call1(&intl, &JsValue::from_str("timeZone")).ok()?.dyn_into::<Array>().ok()
    };
    list().map_or_else(Vec::new, |zones| zones.iter().filter_map(|zone| zone.as_string()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_neighbours_are_one_row() {
        let mut hours = HoursView::default();
        for day in 0..5 {
            hours.weekly[day] = vec![(540, 1_080)];
        }
        hours.weekly[5] = vec![(600, 840)];
        let rows = groups(&hours);
        assert_eq!(rows.len(), 3);
        assert_eq!(rows[0], (0, 4, vec![(540, 1_080)]));
        assert_eq!(rows[2], (6, 6, vec![]));
    }
}
