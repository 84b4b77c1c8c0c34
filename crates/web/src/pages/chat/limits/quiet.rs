//! A part of every day in which nothing that can wait comes.

use leptos::prelude::*;
use tresen_types::Category;
use tresen_view::QuietView;

use super::{Limits, keep_zone};
use crate::{
    components::Switch,
    i18n::{fill, t, time},
};

/// Nine in the evening to eight in the morning.
const USUAL: (u16, u16) = (21 * 60, 8 * 60);

/// The words that are signed.
pub(super) fn words(quiet: &QuietView) -> String {
    let (from, to) = (time::minute_of_day(quiet.start), time::minute_of_day(quiet.end));
    fill(t().quiet_signed, &[("from", &from), ("to", &to)])
}

/// The switch and the two times.
#[component]
pub(super) fn QuietFields(limits: Limits) -> impl IntoView {
    let quiet = Memo::new(move |_| {
        limits.view.with(|view| view.as_ref().and_then(|view| view.limits.quiet))
    });
    let is_on = Memo::new(move |_| quiet.get().is_some());
    let is_anything = Memo::new(move |_| {
        limits
            .view
            .with(|view| view.as_ref().is_some_and(|view| !view.limits.categories.is_empty()))
    });
    let set = move |times: Option<(u16, u16)>| {
        limits.change(|draft| {
            draft.quiet = times.map(|(start, end)| QuietView {
                start,
                end,
                categories: [Category::Utility, Category::Marketing].into_iter().collect(),
            });
            keep_zone(draft);
        });
    };
    move || {
        is_anything.get().then(|| {
            view! {
                <Switch
                    label=t().quiet
                    hint=t().quiet_hint
                    on=is_on
                    on_change=move |is_on| set(is_on.then_some(USUAL))
                />
                {move || quiet.get().map(|now| times(now, set))}
            }
        })
    }
}

fn times(now: QuietView, set: impl Fn(Option<(u16, u16)>) + Copy + 'static) -> AnyView {
    let field = move |label: &'static str, minute: u16, is_start: bool| {
        let change = move |event: web_sys::Event| {
            let Some(minute) = minute_of(&event_target_value(&event)) else { return };
            let (start, end) = if is_start { (minute, now.end) } else { (now.start, minute) };
            if start != end {
                set(Some((start, end)));
            }
        };
        view! {
            <label class="grow">
                <span class="hint">{label}</span>
                <input class="inp" type="time" prop:value=clock_of(minute) on:change=change />
            </label>
        }
    };
    view! {
        <div class="halves quiet-times">
            {field(t().quiet_from, now.start, true)}
            {field(t().quiet_until, now.end, false)}
        </div>
    }
    .into_any()
}

/// As a field for times has it: "21:00".
fn clock_of(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

fn minute_of(clock: &str) -> Option<u16> {
    let (hours, minutes) = clock.split_once(':')?;
    let minutes = minutes.split(':').next()?.parse::<u16>().ok().filter(|minute| *minute < 60)?;
    let hours = hours.parse::<u16>().ok().filter(|hour| *hour < 24)?;
    Some(hours * 60 + minutes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_day_come_back() {
        for minute in [0, 59, 480, 1_439] {
            assert_eq!(minute_of(&clock_of(minute)), Some(minute));
        }
        assert_eq!(minute_of("24:00"), None);
        assert_eq!(minute_of(""), None);
    }
}
