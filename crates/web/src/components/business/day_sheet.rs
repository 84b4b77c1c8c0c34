//! The hours of one or several days, or of a single date.

use leptos::prelude::*;
use tresen_statement::limits::INTERVALS_MAX;
use tresen_view::{ClosedDay, HoursView};

use crate::{
    components::{Button, ButtonKind, Glyph, IconButton, Sheet, Switch, Wrong},
    i18n::{b, t, time},
    router,
};

/// What is edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// Days of the week, Monday first, and the hours they have in common.
    Days([bool; 7], Vec<(u16, u16)>),
    /// A date; `None` for a new one.
    Special(Option<ClosedDay>),
}

/// What a day has when it is opened for the first time.
const USUAL: (u16, u16) = (9 * 60, 18 * 60);
const DAY: u16 = 1_440;

/// The sheet; nothing changes before "Apply".
#[component]
pub(super) fn DaySheet(
    target: Target,
    hours: RwSignal<HoursView>,
    on_close: impl Fn() + 'static,
) -> impl IntoView {
    let (days, date, intervals, is_special) = match &target {
        Target::Days(days, intervals) => (*days, None, intervals.clone(), false),
        Target::Special(None) => ([false; 7], None, Vec::new(), true),
        Target::Special(Some(day)) => ([false; 7], Some(day.date), day.intervals.clone(), true),
    };
    let old_date = date;
    let is_open = RwSignal::new(!intervals.is_empty());
    let intervals = RwSignal::new(if intervals.is_empty() { vec![USUAL] } else { intervals });
    let days = RwSignal::new(days);
    let date = RwSignal::new(date.map(date_value).unwrap_or_default());
    let error = RwSignal::new(None::<&'static str>);
    let apply = move || {
        let chosen = if is_open.get_untracked() { intervals.get_untracked() } else { Vec::new() };
        let Some(chosen) = tidy(chosen) else {
            error.set(Some(b().hours_wrong));
            return;
        };
        if is_special {
            let Some(date) = parse_date(&date.get_untracked()) else {
                error.set(Some(b().special_missing));
                return;
            };
            hours.update(|hours| {
                hours.exceptions.retain(|day| day.date != date && Some(day.date) != old_date);
                hours.exceptions.push(ClosedDay { date, intervals: chosen });
                hours.exceptions.sort_by_key(|day| day.date);
            });
        } else {
            let days = days.get_untracked();
            if !days.contains(&true) {
                error.set(Some(b().no_day));
                return;
            }
            hours.update(|hours| {
                for (day, is_on) in hours.weekly.iter_mut().zip(days) {
                    if is_on {
                        day.clone_from(&chosen);
                    }
                }
            });
        }
        router::back();
    };
    let title = if is_special { b().special } else { t().hours };
    let open_label = if is_special { b().open_this } else { b().open_these };
    view! {
        <Sheet title on_close>
            <form
                novalidate=true
                class="stack"
                on:submit=move |event| {
                    event.prevent_default();
                    apply();
                }
            >
                {if is_special {
                    view! { <DateField date /> }.into_any()
                } else {
                    view! { <DayChips days /> }.into_any()
                }}
                <Switch
                    label=open_label
                    on=is_open
                    on_change=move |on| {
                        error.set(None);
                        is_open.set(on);
                    }
                />
                {move || is_open.get().then(|| view! { <Intervals intervals error /> })}
                <Wrong error=Signal::derive(move || error.get().map(str::to_owned)) />
                <Button
                    kind=ButtonKind::Primary
                    wide=true
                    submit=true
                    label=b().apply
                    on_press=|| ()
                />
            </form>
        </Sheet>
    }
}

#[component]
fn DateField(date: RwSignal<String>) -> impl IntoView {
    view! {
        <div class="field">
            <label for="special-date">{b().special_date}</label>
            <input
                id="special-date"
                class="inp"
                type="date"
                prop:value=date
                on:change=move |event| date.set(event_target_value(&event))
            />
        </div>
    }
}

/// Which days the hours are for.
#[component]
fn DayChips(days: RwSignal<[bool; 7]>) -> impl IntoView {
    let chips = (0_u8..7)
        .map(|day| {
            let at = usize::from(day);
            let is_on = Memo::new(move |_| days.with(|days| days.get(at) == Some(&true)));
            view! {
                <label class="chip" class:on=is_on>
                    <input
                        type="checkbox"
                        class="vh"
                        aria-label=time::weekday(day)
                        prop:checked=is_on
                        on:change=move |event| {
                            let checked = event_target_checked(&event);
                            days.update(|days| {
                                if let Some(day) = days.get_mut(at) {
                                    *day = checked;
                                }
                            });
                        }
                    />
                    <span aria-hidden="true">{time::weekday_short(day)}</span>
                </label>
            }
        })
        .collect_view();
    let weekdays = [true, true, true, true, true, false, false];
    view! {
        <fieldset>
            <legend class="vh">{b().days}</legend>
            <div class="chips">{chips}</div>
            <div class="row">
                <Button
                    kind=ButtonKind::Text
                    label=b().weekdays
                    on_press=move || days.set(weekdays)
                />
                <Button
                    kind=ButtonKind::Text
                    label=b().every_day
                    on_press=move || days.set([true; 7])
                />
            </div>
        </fieldset>
    }
}

#[component]
fn Intervals(
    intervals: RwSignal<Vec<(u16, u16)>>,
    error: RwSignal<Option<&'static str>>,
) -> impl IntoView {
    let count = Memo::new(move |_| intervals.with(Vec::len));
    let change = move |at: usize, change: &dyn Fn(&mut (u16, u16))| {
        error.set(None);
        intervals.update(|all| {
            if let Some(interval) = all.get_mut(at) {
                change(interval);
                settle(interval);
            }
        });
    };
    let line = move |at: usize| {
        let now =
            Signal::derive(move || intervals.with(|all| all.get(at).copied().unwrap_or(USUAL)));
        view! {
            <div class="ival">
                {time_field(
                    b().from,
                    Signal::derive(move || now.get().0),
                    move |minute| change(at, &|interval| interval.0 = minute),
                )}
                <span aria-hidden="true">"–"</span>
                {time_field(
                    b().until,
                    Signal::derive(move || now.get().1),
                    move |minute| change(at, &|interval| interval.1 = minute),
                )}
                <span class="hint grow">
                    {move || (now.get().1 > DAY).then_some(b().next_day)}
                </span>
                {(count.get() > 1)
                    .then(|| {
                        view! {
                            <IconButton
                                glyph=Glyph::X
                                label=b().remove_hours
                                on_press=move || {
                                    intervals
                                        .update(|all| {
                                            if at < all.len() {
                                                all.remove(at);
                                            }
                                        });
                                }
                            />
                        }
                    })}
            </div>
        }
    };
    view! {
        {move || (0..count.get()).map(line).collect_view()}
        {move || {
            (count.get() < INTERVALS_MAX)
                .then(|| {
                    view! {
                        <div>
                            <Button
                                kind=ButtonKind::Text
                                glyph=Glyph::Plus
                                label=b().add_hours
                                on_press=move || intervals.update(add)
                            />
                        </div>
                    }
                })
        }}
    }
}

fn time_field(
    label: &'static str,
    value: Signal<u16>,
    on_change: impl Fn(u16) + 'static,
) -> AnyView {
    view! {
        <input
            class="inp time"
            type="time"
            required=true
            aria-label=label
            prop:value=move || time_value(value.get())
            on:change=move |event| {
                if let Some(minute) = parse_time(&event_target_value(&event)) {
                    on_change(minute);
                }
            }
        />
    }
    .into_any()
}

/// Adds hours an hour after the last ones.
fn add(all: &mut Vec<(u16, u16)>) {
    let last = all.last().map_or(USUAL.0, |(_, end)| *end);
    let start = last.saturating_add(60).min(DAY - 60);
    all.push((start, start.saturating_add(120).min(DAY)));
}

/// An end before its start is one of the next day.
fn settle(interval: &mut (u16, u16)) {
    interval.1 %= DAY;
    if interval.1 <= interval.0 {
        interval.1 += DAY;
    }
}

/// In order; `None` when two of them overlap.
fn tidy(mut intervals: Vec<(u16, u16)>) -> Option<Vec<(u16, u16)>> {
    intervals.sort_unstable();
    let overlap = intervals.windows(2).any(|pair| match pair {
        [first, second] => second.0 < first.1,
        _ => false,
    });
    (!overlap).then_some(intervals)
}

fn time_value(minute: u16) -> String {
    let minute = minute % DAY;
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

fn parse_time(text: &str) -> Option<u16> {
    let mut parts = text.split(':');
    let hour = parts.next()?.parse::<u16>().ok().filter(|hour| *hour < 24)?;
    let minute = parts.next()?.parse::<u16>().ok().filter(|minute| *minute < 60)?;
    Some(hour * 60 + minute)
}

fn date_value((year, month, day): (i32, u8, u8)) -> String {
    format!("{year:04}-{month:02}-{day:02}")
}

fn parse_date(text: &str) -> Option<(i32, u8, u8)> {
    let mut parts = text.split('-');
    let date =
        (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let year = u16::try_from(date.0).ok()?;
    tresen_statement::Date::from_civil(year, date.1, date.2)?;
    Some(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_past_midnight_end_on_the_next_day() {
        let mut bar = (18 * 60, 2 * 60);
        settle(&mut bar);
        assert_eq!(bar, (18 * 60, 26 * 60));
        let mut whole_day = (0, 0);
        settle(&mut whole_day);
        assert_eq!(whole_day, (0, 1_440));
    }

    #[test]
    fn overlapping_hours_are_refused() {
        assert_eq!(tidy(vec![(900, 1_080), (540, 780)]), Some(vec![(540, 780), (900, 1_080)]));
        assert_eq!(tidy(vec![(540, 780), (700, 900)]), None);
    }

    #[test]
    fn times_and_dates_are_read_strictly() {
        assert_eq!(parse_time("09:30"), Some(570));
        assert_eq!(parse_time("24:00"), None);
        assert_eq!(time_value(1_500), "01:00");
        assert_eq!(parse_date("2026-02-29"), None);
        assert_eq!(parse_date("2026-12-24"), Some((2026, 12, 24)));
        assert_eq!(date_value((2026, 12, 4)), "2026-12-04");
    }
}
