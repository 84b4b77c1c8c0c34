//! What can be booked, and which slots are free.

use tresen_content::{
    booking::{
        Busy, Calendar, CalendarOp, DaySpan, Entry, Person, Rules, Search, Service, Slot, Verdict,
        Zone, free_slots,
    },
    limits::ENTRY_TITLE_BYTES_MAX,
};
use tresen_statement::{Date, Interval};
use tresen_types::{Currency, MessageId, Money, Timestamp, limits::DAY_MS};
use tresen_view::{
    Answer, BookingRulesView, EntryView, Event, MoneyView, PersonView, ScheduleChange,
    ScheduleView, ServiceView, SlotView,
};

use super::{
    ledger::{self, Ledger},
    view::slot_view,
};
use crate::{
    client::Inner,
    error::{Error, Result},
    limits::FREE_DAYS_MAX,
    runtime, shop, template,
};

const MINUTE_MS: i64 = 60_000;

/// What can be booked.
pub(crate) fn schedule(inner: &Inner) -> Result<Answer> {
    let own = inner.own()?;
    if !own.is_business() {
        return Err(Error::Forbidden);
    }
    let ledger = inner.store.read(|tx| ledger::read(inner, tx, &own))?;
    Ok(Answer::Schedule(Box::new(schedule_view(&ledger))))
}

/// Changes what can be booked; shown at once, in force as the own group orders it.
pub(crate) fn change_schedule(inner: &Inner, change: ScheduleChange) -> Result<Answer> {
    let own = inner.own()?;
    if !own.is_business() {
        return Err(Error::Forbidden);
    }
    let ledger = inner.store.write(|tx| {
        let op = op_of(inner, &ledger::read(inner, tx, &own)?.calendar, change)?;
        ledger::say(inner, tx, &own, op)?;
        ledger::read(inner, tx, &own)
    })?;
    inner.outbox_wake.notify();
    inner.emit(Event::DealsChanged);
    Ok(Answer::Schedule(Box::new(schedule_view(&ledger))))
}

fn op_of(inner: &Inner, calendar: &Calendar, change: ScheduleChange) -> Result<CalendarOp> {
    Ok(match change {
        ScheduleChange::SetService(service) => CalendarOp::SetService(service_of(service)?),
        ScheduleChange::DropService { id } => CalendarOp::DropService { id },
        ScheduleChange::SetPerson(person) => CalendarOp::SetPerson(person_of(person)?),
        ScheduleChange::DropPerson { id } => CalendarOp::DropPerson { id },
        ScheduleChange::SetRules(rules) => CalendarOp::SetRules(rules_of(inner, rules)?),
        ScheduleChange::Enter { title, service, slot } => {
            let op = entry_of(calendar, &title, &service, slot)?;
            // What is said is ordered later; what is taken already needs no order.
            if calendar.clone().apply(&op, inner.now()) != Verdict::Granted {
                return Err(Error::SoldOut);
            }
            op
        }
        ScheduleChange::Strike { entry } => {
            calendar.entries.get(&entry).ok_or(Error::NotFound("entry"))?;
            CalendarOp::Strike { entry }
        }
    })
}

fn entry_of(calendar: &Calendar, title: &str, service: &str, slot: SlotView) -> Result<CalendarOp> {
    let title = title.trim();
    if title.is_empty() || title.len() > ENTRY_TITLE_BYTES_MAX {
        return Err(Error::Invalid("who comes"));
    }
    let service = calendar.services.get(service).ok_or(Error::NotFound("service"))?;
    calendar.people.get(&slot.person).ok_or(Error::NotFound("person"))?;
    let minutes = i64::from(service.minutes).saturating_add(i64::from(service.buffer));
    Ok(CalendarOp::Enter {
        entry: MessageId::new(runtime::random()),
        title: title.to_owned(),
        service: service.name.clone(),
        person: slot.person,
        start: slot.start,
        until: slot.start.plus_millis(minutes.saturating_mul(MINUTE_MS)),
    })
}

/// Slots of a service that are free.
pub(crate) fn free(
    inner: &Inner,
    service: &str,
    person: Option<&str>,
    from: Timestamp,
    days: u32,
    without_notice: bool,
) -> Result<Answer> {
    let own = inner.own()?;
    if !own.is_business() {
        return Err(Error::Forbidden);
    }
    let ledger = inner.store.read(|tx| ledger::read(inner, tx, &own))?;
    let mut calendar = ledger.calendar;
    if let Some(rules) = calendar.rules.as_mut().filter(|_rules| without_notice) {
        rules.notice_minutes = 0;
    }
    let slots = free_in(inner, &calendar, service, person, from, days)?;
    Ok(Answer::Slots(slots.iter().map(slot_view).collect()))
}

/// Slots of a service that are free in a calendar.
pub(super) fn free_in(
    inner: &Inner,
    calendar: &Calendar,
    service: &str,
    person: Option<&str>,
    from: Timestamp,
    days: u32,
) -> Result<Vec<Slot>> {
    let rules = calendar.rules.as_ref().ok_or(Error::NotFound("rules"))?;
    let service = calendar.services.get(service).ok_or(Error::NotFound("service"))?;
    let people: Vec<&Person> =
        calendar.people.values().filter(|one| person.is_none_or(|id| one.id == id)).collect();
    let busy: Vec<Busy<'_>> = calendar.busy().map(|(_booking, busy)| busy).collect();
    let notice = i64::from(rules.notice_minutes).saturating_mul(MINUTE_MS);
    let from = from.max(inner.now().plus_millis(notice));
    let span = i64::from(days.min(FREE_DAYS_MAX)).saturating_mul(DAY_MS);
    let until = from.plus_millis(span);
    let local = |at| runtime::local_time(&rules.time_zone, at);
    let search = Search { rules, service, people: &people, busy: &busy, from, until };
    Ok(free_slots(&search, &Zone::new(&local)))
}

fn service_of(view: ServiceView) -> Result<Service> {
    let service = Service {
        id: id_of(view.id),
        name: view.name.trim().to_owned(),
        minutes: view.minutes,
        buffer: view.buffer,
        price: view.price.as_ref().map(money_of).transpose()?,
        deposit: view
            .deposit
            .filter(|deposit| deposit.minor > 0)
            .as_ref()
            .map(money_of)
            .transpose()?,
        people: view.people,
    };
    service.check().map_err(|_limit| Error::Invalid("a service"))?;
    Ok(service)
}

fn person_of(view: PersonView) -> Result<Person> {
    let interval = |(start, end): (u16, u16)| Interval { start, end };
    let weekly: Vec<Vec<Interval>> =
        view.weekly.into_iter().map(|day| day.into_iter().map(interval).collect()).collect();
    let person = Person {
        id: id_of(view.id),
        name: view.name.trim().to_owned(),
        weekly: weekly.try_into().map_err(|_days| Error::Invalid("a week"))?,
        away: spans_of(&view.away)?,
    };
    person.check().map_err(|_limit| Error::Invalid("a roster"))?;
    Ok(person)
}

fn rules_of(inner: &Inner, view: BookingRulesView) -> Result<Rules> {
    if runtime::local_time(&view.time_zone, inner.now()).is_none() {
        return Err(Error::Invalid("a time zone"));
    }
    let reminder = match view.reminder.as_deref() {
        None | Some("") => None,
        Some(hash) => Some(template::unhex(hash).ok_or(Error::Invalid("a template"))?),
    };
    let rules = Rules {
        time_zone: view.time_zone,
        cancel_hours: view.cancel_hours,
        notice_minutes: view.notice_minutes,
        grid_minutes: view.grid_minutes,
        closed: spans_of(&view.closed)?,
        reminder,
    };
    rules.check().map_err(|_limit| Error::Invalid("the rules"))?;
    Ok(rules)
}

fn id_of(id: String) -> String {
    if !id.is_empty() {
        return id;
    }
    let random: [u8; 6] = runtime::random();
    random.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn money_of(money: &MoneyView) -> Result<Money> {
    let currency =
        Currency::parse(&money.currency).map_err(|_unknown| Error::Invalid("a currency"))?;
    Ok(Money { minor: money.minor, currency })
}

fn spans_of(spans: &[(u32, u32)]) -> Result<Vec<DaySpan>> {
    let date = |days| Date::from_days(days).ok_or(Error::Invalid("a day"));
    spans
        .iter()
        .map(|(first, last)| Ok(DaySpan { first: date(*first)?, last: date(*last)? }))
        .collect()
}

fn schedule_view(ledger: &Ledger) -> ScheduleView {
    let calendar = &ledger.calendar;
    let mut services: Vec<ServiceView> = calendar.services.values().map(service_view).collect();
    services.sort_by(|one, other| one.name.cmp(&other.name));
    let mut people: Vec<PersonView> = calendar.people.values().map(person_view).collect();
    people.sort_by(|one, other| one.name.cmp(&other.name));
    let rules = calendar.rules.as_ref().map(|rules| BookingRulesView {
        time_zone: rules.time_zone.clone(),
        cancel_hours: rules.cancel_hours,
        notice_minutes: rules.notice_minutes,
        grid_minutes: rules.grid_minutes,
        closed: spans_view(&rules.closed),
        reminder: rules
            .reminder
            .map(|hash| hash.iter().map(|byte| format!("{byte:02x}")).collect()),
    });
    let mut entries: Vec<EntryView> =
        calendar.entries.iter().map(|(id, entry)| entry_view(calendar, *id, entry)).collect();
    entries.sort_by_key(|entry| entry.slot.start);
    ScheduleView { services, people, rules, is_ready: ledger.is_settled, entries }
}

fn entry_view(calendar: &Calendar, id: MessageId, entry: &Entry) -> EntryView {
    let person = calendar.people.get(&entry.person);
    EntryView {
        entry: id,
        title: entry.title.clone(),
        service: entry.service.clone(),
        slot: SlotView {
            start: entry.start,
            person: entry.person.clone(),
            name: person.map(|person| person.name.clone()).unwrap_or_default(),
        },
        is_held: entry.is_held,
    }
}

fn service_view(service: &Service) -> ServiceView {
    ServiceView {
        id: service.id.clone(),
        name: service.name.clone(),
        minutes: service.minutes,
        buffer: service.buffer,
        price: service.price.map(shop::money_view),
        deposit: service.deposit.map(shop::money_view),
        people: service.people.clone(),
    }
}

fn person_view(person: &Person) -> PersonView {
    let day = |day: &Vec<Interval>| day.iter().map(|work| (work.start, work.end)).collect();
    PersonView {
        id: person.id.clone(),
        name: person.name.clone(),
        weekly: person.weekly.iter().map(day).collect(),
        away: spans_view(&person.away),
    }
}

fn spans_view(spans: &[DaySpan]) -> Vec<(u32, u32)> {
    spans.iter().map(|span| (span.first.days(), span.last.days())).collect()
}
