//! What can be booked: services, people with their hours, and the rules.

use leptos::{prelude::*, task::spawn_local};
use tresen_statement::Date;
use tresen_types::Currency;
use tresen_view::{
    Answer, BookingRulesView, Command, MoneyView, PersonView, ScheduleChange, ServiceView,
    TemplateStatus, TemplateView,
};

use super::{super::templates::title, Book};
use crate::{
    actions::{call, tell_failure},
    components::{Button, ButtonKind, Field, FieldKind, Glyph, IconButton},
    i18n::{b, fill, money::money, t, time},
    state::app,
};

/// The hours of a new person, from Monday to Saturday.
const HOURS: &str = "10:00-18:00";
const DAY_MINUTES: u16 = 1_440;
/// The fields of the days of a week.
const DAY_IDS: [&str; 7] = ["bk-mon", "bk-tue", "bk-wed", "bk-thu", "bk-fri", "bk-sat", "bk-sun"];

#[component]
pub(super) fn Setup(book: Book) -> impl IntoView {
    view! {
        <RulesForm book />
        <People book />
        <Services book />
    }
}

fn change(book: Book, change: ScheduleChange, done: impl Fn() + 'static) {
    spawn_local(async move {
        match call(Command::ChangeSchedule(Box::new(change))).await {
            Ok(Answer::Schedule(found)) => {
                book.schedule.try_set(Some(*found));
                done();
            }
            Ok(_) => {}
            Err(failure) => tell_failure(&failure),
        }
    });
}

fn number(text: RwSignal<String>) -> Option<u16> {
    text.get_untracked().trim().parse().ok()
}

#[component]
fn RulesForm(book: Book) -> impl IntoView {
    let field = |text: &str| RwSignal::new(text.to_owned());
    let zone = RwSignal::new(time::own_time_zone());
    let (cancel, notice, grid, reminder) = (field("24"), field("60"), field("30"), field(""));
    let closed = RwSignal::new(Vec::<(u32, u32)>::new());
    let templates = RwSignal::new(Vec::<TemplateView>::new());
    if let Some(rules) = book.schedule.get_untracked().and_then(|known| known.rules) {
        zone.set(rules.time_zone);
        cancel.set(rules.cancel_hours.to_string());
        notice.set(rules.notice_minutes.to_string());
        grid.set(rules.grid_minutes.to_string());
        reminder.set(rules.reminder.unwrap_or_default());
        closed.set(rules.closed);
    }
    spawn_local(async move {
        if let Ok(Answer::Templates(found)) = call(Command::Templates).await {
            let may = |known: &TemplateView| known.status == TemplateStatus::Approved;
            templates.try_set(found.into_iter().filter(may).collect());
        }
    });
    let save = move || {
        let (Some(cancel_hours), Some(notice_minutes), Some(grid_minutes)) =
            (number(cancel), number(notice), number(grid))
        else {
            app().tell(b().bk_bad_number);
            return;
        };
        let chosen = reminder.get_untracked();
        let rules = BookingRulesView {
            time_zone: zone.get_untracked().trim().to_owned(),
            cancel_hours,
            notice_minutes,
            grid_minutes,
            closed: closed.get_untracked(),
            reminder: (!chosen.is_empty()).then_some(chosen),
        };
        change(book, ScheduleChange::SetRules(rules), || app().tell(t().saved));
    };
    let options = move || {
        let option = |known: TemplateView| {
            let is_on = known.template == reminder.get();
            view! { <option value=known.template selected=is_on>{title(&known.name)}</option> }
        };
        templates.get().into_iter().map(option).collect_view()
    };
    let b = b();
    view! {
        <section class="card pad stack">
            <h2>{b.bk_rules}</h2>
            <Field id="bk-zone" label=b.bk_zone.to_owned() value=zone />
            <Field id="bk-cancel" label=b.bk_cancel_hours.to_owned() value=cancel />
            <Field id="bk-notice" label=b.bk_notice.to_owned() value=notice />
            <Field id="bk-grid" label=b.bk_grid.to_owned() value=grid />
            <Spans id=["bk-closed-first", "bk-closed-last"] title=b.bk_closed spans=closed />
            <div class="field">
                <label for="bk-reminder">{b.bk_reminder}</label>
                <select
                    class="inp"
                    id="bk-reminder"
                    on:change=move |event| reminder.set(event_target_value(&event))
                >
                    <option value="">{b.bk_no_reminder}</option>
                    {options}
                </select>
                <p class="hint">{b.bk_reminder_hint}</p>
            </div>
            <Button kind=ButtonKind::Primary label=b.bk_save_rules.to_owned() on_press=save />
        </section>
    }
}

/// Days from one to another.
#[component]
fn Spans(
    id: [&'static str; 2],
    title: &'static str,
    spans: RwSignal<Vec<(u32, u32)>>,
) -> impl IntoView {
    let [first_id, last_id] = id;
    let (first, last) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let add = move || {
        let begin = days_of(&first.get_untracked());
        let end = days_of(&last.get_untracked()).or(begin);
        match (begin, end) {
            (Some(begin), Some(end)) if begin <= end => {
                spans.update(|spans| spans.push((begin, end)));
                first.set(String::new());
                last.set(String::new());
            }
            _strange => app().tell(b().bk_bad_day),
        }
    };
    let row = move |(index, (begin, end)): (usize, (u32, u32))| {
        let name = if begin == end {
            day_name(begin)
        } else {
            format!("{} – {}", day_name(begin), day_name(end))
        };
        let label = fill(b().bk_remove, &[("name", &name)]);
        let remove = move || {
            spans.update(|spans| {
                if index < spans.len() {
                    spans.remove(index);
                }
            });
        };
        view! {
            <div class="row">
                <span class="grow">{name}</span>
                <IconButton glyph=Glyph::X label on_press=remove />
            </div>
        }
    };
    let add_label = fill(b().bk_add_days, &[("name", title)]);
    view! {
        <h3>{title}</h3>
        {move || spans.get().into_iter().enumerate().map(row).collect_view()}
        <div class="row wrap">
            <Field id=first_id label=b().bk_first_day.to_owned() value=first kind=FieldKind::Day />
            <Field id=last_id label=b().bk_last_day.to_owned() value=last kind=FieldKind::Day />
        </div>
        <Button kind=ButtonKind::Text glyph=Glyph::Plus label=add_label on_press=add />
    }
}

fn days_of(text: &str) -> Option<u32> {
    let mut parts = text.trim().split('-');
    let year = parts.next()?.parse().ok()?;
    let month = parts.next()?.parse().ok()?;
    let day = parts.next()?.parse().ok()?;
    Date::from_civil(year, month, day).map(Date::days)
}

fn day_name(days: u32) -> String {
    let Some(date) = Date::from_days(days) else { return String::new() };
    let (year, month, day) = date.civil();
    time::plain_day(year, month, day)
}

#[component]
fn People(book: Book) -> impl IntoView {
    let id = RwSignal::new(String::new());
    let name = RwSignal::new(String::new());
    let hours: [RwSignal<String>; 7] = std::array::from_fn(|day| {
        RwSignal::new(if day < 6 { HOURS.to_owned() } else { String::new() })
    });
    let away = RwSignal::new(Vec::<(u32, u32)>::new());
    let edit = move |person: PersonView| {
        id.set(person.id);
        name.set(person.name);
        away.set(person.away);
        for (field, day) in hours.iter().zip(&person.weekly) {
            field.set(hours_text(day));
        }
    };
    let save = move || {
        let weekly: Option<Vec<Vec<(u16, u16)>>> =
            hours.iter().map(|field| parse_hours(&field.get_untracked())).collect();
        let Some(weekly) = weekly else {
            app().tell(b().bk_bad_hours);
            return;
        };
        let person = PersonView {
            id: id.get_untracked(),
            name: name.get_untracked(),
            weekly,
            away: away.get_untracked(),
        };
        change(book, ScheduleChange::SetPerson(person), move || {
            id.try_set(String::new());
            name.try_set(String::new());
            away.try_set(Vec::new());
        });
    };
    let row = move |person: PersonView| {
        let (gone, shown) = (person.id.clone(), person.name.clone());
        let label = fill(b().bk_remove, &[("name", &shown)]);
        let remove = move || change(book, ScheduleChange::DropPerson { id: gone.clone() }, || ());
        let summary = person.weekly.first().map(|day| hours_text(day)).unwrap_or_default();
        view! {
            <div class="row">
                <button type="button" class="lrow grow" on:click=move |_| edit(person.clone())>
                    <span class="grow">
                        <span class="a" dir="auto">{shown}</span>
                        <span class="c num">{summary}</span>
                    </span>
                </button>
                <IconButton glyph=Glyph::X label on_press=remove />
            </div>
        }
    };
    let people = move || book.schedule.get().map(|known| known.people).unwrap_or_default();
    let days = (0_u8..)
        .zip(DAY_IDS)
        .zip(hours)
        .map(|((day, id), value)| view! { <Field id label=time::weekday(day) value /> })
        .collect_view();
    let label = Signal::derive(move || {
        if id.with(String::is_empty) { b().bk_add_person } else { b().bk_save }.to_owned()
    });
    view! {
        <section class="card pad stack">
            <h2>{b().bk_people}</h2>
            {move || people().into_iter().map(row).collect_view()}
            <Field id="bk-person" label=b().bk_person_name.to_owned() value=name />
            <p class="hint">{b().bk_hours_hint}</p>
            <div class="bk-week">{days}</div>
            <Spans id=["bk-away-first", "bk-away-last"] title=b().bk_away spans=away />
            <Button kind=ButtonKind::Primary label on_press=save />
        </section>
    }
}

fn hours_text(day: &[(u16, u16)]) -> String {
    let clock = |minute: u16| {
        let minute = minute % DAY_MINUTES;
        format!("{}:{:02}", minute / 60, minute % 60)
    };
    let spans = day.iter().map(|(start, end)| format!("{}-{}", clock(*start), clock(*end)));
    spans.collect::<Vec<_>>().join(", ")
}

/// Reads "9:00-13:00, 14:00-18:00"; an end before its start is on the next day.
fn parse_hours(text: &str) -> Option<Vec<(u16, u16)>> {
    let clock = |text: &str| -> Option<u16> {
        let (hour, minute) = text.trim().split_once([':', '.']).unwrap_or((text.trim(), "0"));
        let (hour, minute) = (hour.parse::<u16>().ok()?, minute.parse::<u16>().ok()?);
        (hour <= 24 && minute < 60).then(|| hour * 60 + minute)
    };
    let span = |part: &str| {
        let (start, end) = part.split_once(['-', '–'])?;
        let (start, end) = (clock(start)?, clock(end)?);
        Some((start, if end <= start { end + DAY_MINUTES } else { end }))
    };
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(span).collect()
}

#[component]
fn Services(book: Book) -> impl IntoView {
    let field = |text: &str| RwSignal::new(text.to_owned());
    let (name, minutes, buffer) = (field(""), field("60"), field("0"));
    let (price, deposit, currency) = (field(""), field(""), field("EUR"));
    let known = book.schedule.get_untracked().and_then(|known| {
        known.services.into_iter().find_map(|service| service.price).map(|price| price.currency)
    });
    if let Some(known) = known {
        currency.set(known);
    }
    let save = move || {
        let code = currency.get_untracked().trim().to_owned();
        let parsed = Currency::parse(&code).ok();
        // `None` for what is no amount, `Some(None)` for nothing.
        let amount = |text: RwSignal<String>| -> Option<Option<MoneyView>> {
            let text = text.get_untracked();
            if text.trim().is_empty() {
                return Some(None);
            }
            let minor = tresen_payments::bank::minor(&text, parsed?).filter(|minor| *minor >= 0)?;
            Some(Some(MoneyView { minor, currency: code.clone() }))
        };
        let (Some(price), Some(deposit)) = (amount(price), amount(deposit)) else {
            app().tell(b().cat_bad_price);
            return;
        };
        let (Some(minutes), Some(buffer)) = (number(minutes), number(buffer)) else {
            app().tell(b().bk_bad_number);
            return;
        };
        let name_now = name.get_untracked();
        let service = ServiceView {
            name: name_now,
            minutes,
            buffer,
            price,
            deposit,
            ..ServiceView::default()
        };
        change(book, ScheduleChange::SetService(service), move || {
            name.try_set(String::new());
        });
    };
    let row = move |service: ServiceView| {
        let label = fill(b().bk_remove, &[("name", &service.name)]);
        let gone = service.id.clone();
        let remove = move || change(book, ScheduleChange::DropService { id: gone.clone() }, || ());
        let takes = fill(t().slots_minutes, &[("n", &service.minutes.to_string())]);
        let price = service.price.as_ref().map(money).unwrap_or_default();
        view! {
            <div class="row">
                <span class="grow" dir="auto">{service.name}</span>
                <span class="mut">{takes}</span>
                <span class="num">{price}</span>
                <IconButton glyph=Glyph::X label on_press=remove />
            </div>
        }
    };
    let services = move || book.schedule.get().map(|known| known.services).unwrap_or_default();
    let b = b();
    view! {
        <section class="card pad stack">
            <h2>{b.bk_services}</h2>
            {move || services().into_iter().map(row).collect_view()}
            <Field id="bk-service" label=b.bk_service_name.to_owned() value=name />
            <Field id="bk-minutes" label=b.bk_minutes.to_owned() value=minutes />
            <Field id="bk-buffer" label=b.bk_buffer.to_owned() value=buffer />
            <Field id="bk-price" label=b.cat_price.to_owned() value=price />
            <Field id="bk-deposit" label=b.bk_deposit.to_owned() value=deposit />
            <Field id="bk-currency" label=b.cat_currency.to_owned() value=currency />
            <Button kind=ButtonKind::Primary label=b.bk_add_service.to_owned() on_press=save />
        </section>
    }
}
