//! Bookings: one encoding, slots on days with few or many hours, and no slot that two have.

use std::{collections::BTreeMap, fs, path::Path};

use proptest::prelude::*;
use tresen_content::{
    Content, Error, Message,
    booking::{
        Booking, BookingProgress, BookingState, BookingStep, Busy, Calendar, CalendarLine,
        CalendarOp, DaySpan, DeclineReason, Person, Rules, Search, Service, ServiceTerms, Slot,
        SlotOffer, Verdict, Zone, free_slots,
    },
    message::Private,
    shop::{Deal, ShopMessage},
};
use tresen_statement::{Date, Interval, LocalTime};
use tresen_types::{ConversationId, Currency, MessageId, Money, Timestamp};

use crate::samples::{SALT, scope};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;

fn at(ms: i64) -> Timestamp {
    Timestamp::from_millis(ms)
}

fn id(number: u64) -> MessageId {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    MessageId::new(bytes)
}

const fn chat(number: u8) -> ConversationId {
    ConversationId::new([number; 16])
}

fn slot(start: i64) -> Slot {
    Slot { start: at(start), person: "asha".to_owned(), name: "Asha".to_owned() }
}

fn date(year: u16, month: u8, day: u8) -> Date {
    Date::from_civil(year, month, day).expect("a day")
}

fn utc(date: Date, minute: i64) -> Timestamp {
    at(i64::from(date.days()) * 24 * HOUR_MS + minute * MINUTE_MS)
}

fn shown(instant: Timestamp, offset_ms: i64) -> Option<LocalTime> {
    let local = instant.as_millis() + offset_ms;
    let days = u32::try_from(local.div_euclid(24 * HOUR_MS)).ok()?;
    let minute = u16::try_from(local.rem_euclid(24 * HOUR_MS) / MINUTE_MS).ok()?;
    Some(LocalTime { date: Date::from_days(days)?, minute })
}

/// Berlin in 2026: summer time from 29 March to 25 October, 01:00 UTC each.
fn berlin(instant: Timestamp) -> Option<LocalTime> {
    let is_summer = (utc(date(2026, 3, 29), 60)..utc(date(2026, 10, 25), 60)).contains(&instant);
    shown(instant, if is_summer { 2 * HOUR_MS } else { HOUR_MS })
}

fn kolkata(instant: Timestamp) -> Option<LocalTime> {
    shown(instant, 330 * MINUTE_MS)
}

fn rules(grid: u16) -> Rules {
    Rules {
        time_zone: "Europe/Berlin".to_owned(),
        cancel_hours: 24,
        notice_minutes: 0,
        grid_minutes: grid,
        closed: Vec::new(),
        reminder: Some([7; 32]),
    }
}

fn service(minutes: u16, buffer: u16) -> Service {
    Service {
        id: "nails".to_owned(),
        name: "Maniküre".to_owned(),
        minutes,
        buffer,
        price: Some(Money { minor: 80_000, currency: Currency::EUR }),
        deposit: Some(Money { minor: 20_000, currency: Currency::EUR }),
        people: Vec::new(),
    }
}

fn person(start: u16, end: u16) -> Person {
    Person {
        id: "asha".to_owned(),
        name: "Asha".to_owned(),
        weekly: std::array::from_fn(|_day| vec![Interval { start, end }]),
        away: Vec::new(),
    }
}

fn found(
    rules: &Rules,
    service: &Service,
    person: &Person,
    busy: &[Busy<'_>],
    span: (Timestamp, Timestamp),
    zone: &dyn Fn(Timestamp) -> Option<LocalTime>,
) -> Vec<(Date, u16)> {
    let search = Search { rules, service, people: &[person], busy, from: span.0, until: span.1 };
    free_slots(&search, &Zone::new(zone))
        .iter()
        .map(|slot| zone(slot.start).expect("a zone"))
        .map(|local| (local.date, local.minute))
        .collect()
}

/// The slots of one day of the shop's clock.
fn of_day(
    service: &Service,
    person: &Person,
    day: Date,
    zone: &dyn Fn(Timestamp) -> Option<LocalTime>,
) -> Vec<u16> {
    let span = (utc(day, -12 * 60), utc(day, 36 * 60));
    let found = found(&rules(60), service, person, &[], span, zone);
    found.into_iter().filter(|(date, _)| *date == day).map(|(_, minute)| minute).collect()
}

#[test]
fn a_day_has_its_slots() {
    let slots = of_day(&service(60, 0), &person(9 * 60, 12 * 60), date(2026, 6, 1), &berlin);
    assert_eq!(slots, [540, 600, 660]);
    // What is kept free afterwards may lie beyond the end of work.
    let slots = of_day(&service(60, 30), &person(9 * 60, 12 * 60), date(2026, 6, 1), &berlin);
    assert_eq!(slots, [540, 600, 660]);
    let slots = of_day(&service(90, 0), &person(9 * 60, 12 * 60), date(2026, 6, 1), &berlin);
    assert_eq!(slots, [540, 600]);
}

#[test]
fn a_skipped_hour_has_no_slot() {
    // 02:00 to 03:00 isn't there on this night.
    let slots = of_day(&service(60, 0), &person(60, 5 * 60), date(2026, 3, 29), &berlin);
    assert_eq!(slots, [60, 180, 240]);
    // What would end in it takes its time all the same.
    let slots = of_day(&service(120, 0), &person(60, 4 * 60), date(2026, 3, 29), &berlin);
    assert_eq!(slots, [60], "01:00 to 04:00 is two hours on this night");
}

#[test]
fn a_repeated_hour_is_offered_once() {
    let day = date(2026, 10, 25);
    let slots = of_day(&service(60, 0), &person(60, 4 * 60), day, &berlin);
    assert_eq!(slots, [60, 120, 180]);
    let search = Search {
        rules: &rules(60),
        service: &service(60, 0),
        people: &[&person(60, 4 * 60)],
        busy: &[],
        from: utc(day, -120),
        until: utc(day, 180),
    };
    let starts: Vec<i64> = free_slots(&search, &Zone::new(&berlin))
        .iter()
        .map(|slot| slot.start.millis_since(utc(day, 0)) / HOUR_MS)
        .collect();
    // 01:00 and 02:00 of summer time, 03:00 of winter time: an hour lies between.
    assert_eq!(starts, [-1, 0, 2]);
}

#[test]
fn a_leap_day_is_a_day() {
    for (year, days) in [(2028, vec![28, 29]), (2027, vec![28])] {
        let span = (utc(date(year, 2, 28), 0), utc(date(year, 3, 1), 0));
        let slots =
            found(&rules(60), &service(60, 0), &person(10 * 60, 11 * 60), &[], span, &kolkata);
        let expected: Vec<_> = days.iter().map(|day| (date(year, 2, *day), 600)).collect();
        assert_eq!(slots, expected);
    }
}

#[test]
fn work_may_reach_over_midnight() {
    let span = (utc(date(2026, 6, 1), 0), utc(date(2026, 6, 2), 0));
    let slots = found(&rules(60), &service(90, 0), &person(22 * 60, 26 * 60), &[], span, &kolkata);
    // From 05:30 of the shop's clock to 05:30 of the next day.
    let (today, tomorrow) = (date(2026, 6, 1), date(2026, 6, 2));
    assert_eq!(slots, [(today, 22 * 60), (today, 23 * 60), (tomorrow, 0)]);
    // Closed days are those on which the work begins.
    let mut closed = rules(60);
    closed.closed.push(DaySpan { first: today, last: today });
    let person = person(22 * 60, 26 * 60);
    assert_eq!(found(&closed, &service(90, 0), &person, &[], span, &kolkata), []);
}

#[test]
fn what_is_taken_isnt_free() {
    let day = date(2026, 6, 1);
    let person = person(9 * 60, 13 * 60);
    let span = (utc(day, 0), utc(day, 24 * 60));
    // 10:00 to 11:00 and a quarter of buffer, in Berlin.
    let taken = Busy { person: "asha", start: utc(day, 8 * 60), until: utc(day, 9 * 60 + 15) };
    let free = |buffer: u16, busy: &[Busy<'_>]| -> Vec<u16> {
        found(&rules(60), &service(60, buffer), &person, busy, span, &berlin)
            .into_iter()
            .map(|(_day, minute)| minute)
            .collect()
    };
    assert_eq!(free(0, &[taken]), [540, 720]);
    // Its own buffer would reach into it.
    assert_eq!(free(15, &[taken]), [720]);
    let other = Busy { person: "ravi", ..taken };
    assert_eq!(free(0, &[other]), [540, 600, 660, 720]);
    let mut away = person.clone();
    away.away.push(DaySpan { first: day, last: day });
    assert_eq!(found(&rules(60), &service(60, 0), &away, &[], span, &berlin), []);
}

fn terms() -> ServiceTerms {
    service(60, 15).terms(&rules(30))
}

fn booking(slot: Option<Slot>) -> Booking {
    Booking { offer: id(9), service: terms(), slot, note: "French".to_owned() }
}

fn grant(slot: Slot, is_confirmed: bool, turn: u64) -> BookingStep {
    BookingStep::Grant { slot, is_confirmed, turn }
}

#[test]
fn a_booking_is_held_confirmed_moved_and_cancelled_in_time() {
    let start = 1_800_000_000_000;
    let mut progress = BookingProgress::new(id(1), &booking(Some(slot(start))), at(0));
    assert_eq!(progress.state, BookingState::Asked);
    // Nobody but the business can give it.
    assert!(!progress.apply(false, id(2), &grant(slot(start), true, 1), at(1)));
    assert!(progress.apply(true, id(2), &grant(slot(start), false, 4), at(1)));
    assert_eq!((progress.state, progress.wish.clone()), (BookingState::Held, None));
    assert!(progress.apply(true, id(3), &BookingStep::Confirm, at(2)));
    assert!(!progress.apply(true, id(4), &BookingStep::Confirm, at(2)));
    let ask = BookingStep::Ask { offer: id(9), slot: slot(start + HOUR_MS) };
    assert!(progress.apply(false, id(5), &ask, at(3)));
    assert_eq!(progress.state, BookingState::Confirmed, "the old slot stays until then");
    assert!(progress.apply(true, id(6), &grant(slot(start + HOUR_MS), false, 7), at(4)));
    assert_eq!((progress.state, progress.moves), (BookingState::Confirmed, 1));
    // One that was granted earlier and comes later doesn't count.
    assert!(!progress.apply(true, id(7), &grant(slot(start), true, 6), at(5)));
    let mut late = progress.clone();
    let mut unpaid = BookingProgress::new(id(1), &booking(Some(slot(start))), at(0));
    assert!(!unpaid.apply(true, id(2), &BookingStep::Lapse, at(1)), "nothing is held");
    assert!(unpaid.apply(true, id(3), &grant(slot(start), false, 7), at(1)));
    let mut paid = unpaid.clone();
    assert!(!unpaid.apply(false, id(4), &BookingStep::Lapse, at(2)), "the business says so");
    assert!(unpaid.apply(true, id(5), &BookingStep::Lapse, at(2)));
    assert_eq!(unpaid.state, BookingState::CancelledByBusiness);
    assert!(paid.apply(true, id(6), &BookingStep::Confirm, at(2)));
    assert!(!paid.apply(true, id(7), &BookingStep::Lapse, at(3)), "the money came before");
    assert_eq!(paid.state, BookingState::Confirmed);
    let cancel = BookingStep::Cancel { note: String::new() };
    let last = progress.service.cancel_until(at(start + HOUR_MS));
    assert!(!late.apply(false, id(8), &cancel, last.plus_millis(1)));
    assert!(!late.apply(true, id(8), &BookingStep::NoShow, at(start)), "it hasn't begun");
    assert!(late.apply(true, id(8), &BookingStep::NoShow, at(start + HOUR_MS)));
    assert!(progress.apply(false, id(8), &cancel, last));
    assert_eq!(progress.state, BookingState::CancelledByCustomer);
    assert!(!progress.apply(true, id(9), &grant(slot(start), true, 9), last));
}

#[test]
fn who_comes_too_late_can_ask_again_or_wait() {
    let start = 1_800_000_000_000;
    let mut progress = BookingProgress::new(id(1), &booking(Some(slot(start))), at(0));
    let decline =
        |ask| BookingStep::Decline { ask, reason: DeclineReason::Taken, note: String::new() };
    assert!(!progress.apply(true, id(2), &decline(id(7)), at(1)), "another ask's answer");
    assert!(progress.apply(true, id(2), &decline(id(1)), at(1)));
    assert_eq!(progress.state, BookingState::Declined);
    let ask = BookingStep::Ask { offer: id(9), slot: slot(start + HOUR_MS) };
    assert!(progress.apply(false, id(3), &ask, at(2)));
    assert_eq!(progress.state, BookingState::Asked);
    let waiting = BookingProgress::new(id(1), &booking(None), at(0));
    assert_eq!((waiting.state, waiting.wish), (BookingState::Waiting, None));
}

fn deals() -> Vec<Deal> {
    let slots = vec![slot(1_000), slot(2_000)];
    let booking_id = id(3);
    let step = |step| Deal::BookingStep { booking: booking_id, step };
    vec![
        Deal::Slots(SlotOffer {
            service: terms(),
            slots,
            expires_at: at(5),
            booking: Some(booking_id),
        }),
        Deal::Booking(booking(Some(slot(1_000)))),
        Deal::Booking(booking(None)),
        step(BookingStep::Ask { offer: id(9), slot: slot(2_000) }),
        step(grant(slot(2_000), true, 12)),
        step(BookingStep::Confirm),
        step(BookingStep::Decline {
            ask: id(1),
            reason: DeclineReason::Expired,
            note: "zu spät".to_owned(),
        }),
        step(BookingStep::Cancel { note: "krank".to_owned() }),
        step(BookingStep::NoShow),
    ]
}

fn enter(entry: u64, start: i64, until: i64) -> CalendarOp {
    CalendarOp::Enter {
        entry: id(entry),
        title: "Frau Süß, 0170".to_owned(),
        service: "Nails".to_owned(),
        person: "asha".to_owned(),
        start: at(start),
        until: at(until),
    }
}

#[test]
fn who_comes_without_a_chat_has_a_place_of_their_own() {
    let mut calendar = Calendar::default();
    let ask = |number, start, until| CalendarOp::Reserve {
        ask: id(number),
        booking: id(number),
        conversation: chat(3),
        person: "asha".to_owned(),
        start: at(start),
        until: at(until),
    };
    assert_eq!(calendar.apply(&enter(1, 100, 200), at(0)), Verdict::Granted);
    assert_eq!(calendar.apply(&enter(1, 100, 200), at(0)), Verdict::Late, "said again");
    assert_eq!(calendar.apply(&ask(2, 150, 250), at(0)), Verdict::Taken);
    assert_eq!(calendar.apply(&ask(3, 200, 300), at(0)), Verdict::Granted, "right after it");
    // Two agents have written somebody down without hearing of each other: the later one is seen.
    assert_eq!(calendar.apply(&enter(4, 250, 350), at(0)), Verdict::Taken);
    assert!(!calendar.entries[&id(4)].is_held);
    assert_eq!(calendar.apply(&ask(5, 320, 350), at(0)), Verdict::Granted, "it takes no time");
    assert_eq!(calendar.apply(&enter(6, 10, 20), at(50)), Verdict::Late, "it is over");
    assert_eq!(calendar.apply(&enter(6, 20, 10), at(0)), Verdict::Late);
    assert_eq!(calendar.busy().count(), 3);

    assert_eq!(calendar.apply(&CalendarOp::Strike { entry: id(4) }, at(0)), Verdict::Late);
    assert_eq!(calendar.apply(&CalendarOp::Strike { entry: id(1) }, at(0)), Verdict::Freed);
    assert!(calendar.entries.is_empty());
    assert_eq!(calendar.apply(&ask(7, 100, 200), at(0)), Verdict::Granted);
    calendar.apply(&enter(8, 400, 500), at(0));
    calendar.forget(at(501));
    assert!(calendar.entries.is_empty());
}

fn operations() -> Vec<CalendarOp> {
    let mut calendar = Calendar::default();
    let reserve = CalendarOp::Reserve {
        ask: id(1),
        booking: id(2),
        conversation: chat(3),
        person: "asha".to_owned(),
        start: at(10),
        until: at(20),
    };
    let mut all = vec![
        reserve,
        CalendarOp::SetRules(Rules {
            closed: vec![DaySpan { first: date(2026, 12, 24), last: date(2026, 12, 26) }],
            ..rules(30)
        }),
        CalendarOp::SetService(Service { people: vec!["asha".to_owned()], ..service(60, 15) }),
        CalendarOp::SetPerson(person(540, 1_500)),
        CalendarOp::Remind { booking: id(2), start: at(10) },
    ];
    for op in &all {
        calendar.apply(op, at(0));
    }
    let lines = calendar.lines();
    assert_eq!(lines.len(), 4);
    assert_eq!(Calendar::of_lines(lines.clone()), calendar);
    all.extend([
        CalendarOp::Refuse { ask: id(1), booking: id(2), conversation: chat(3) },
        CalendarOp::Release { booking: id(2) },
        CalendarOp::DropService { id: "nails".to_owned() },
        CalendarOp::DropPerson { id: "asha".to_owned() },
        CalendarOp::Snapshot { through: 9, part: 0, parts: 1, lines },
    ]);
    all
}

fn operations_without_a_chat() -> Vec<CalendarOp> {
    let mut calendar = Calendar::default();
    calendar.apply(&enter(4, 30, 40), at(0));
    let lines = calendar.lines();
    assert_eq!(lines.len(), 1);
    assert_eq!(Calendar::of_lines(lines.clone()), calendar);
    vec![
        enter(4, 30, 40),
        CalendarOp::Strike { entry: id(4) },
        CalendarOp::Snapshot { through: 9, part: 0, parts: 1, lines },
    ]
}

fn contents() -> Vec<Content> {
    let shop_content = |deal: Deal| {
        let text = "Maniküre".to_owned();
        Content::new(Message::Shop(Box::new(ShopMessage { deal, text })))
    };
    let shop = deals().into_iter().map(shop_content);
    // Last, so that the seeds of the fuzzer keep their numbers.
    let later = shop_content(Deal::BookingStep { booking: id(1), step: BookingStep::Lapse });
    let private = |op| Content::new(Message::Private(Box::new(Private::Calendar(op))));
    let without_chat = operations_without_a_chat().into_iter().map(private);
    shop.chain(operations().into_iter().map(private)).chain([later]).chain(without_chat).collect()
}

#[test]
fn all_of_it_comes_back_as_it_was() {
    for content in contents() {
        let encoded = content.encode(SALT, &scope()).expect("content");
        let received = Content::decode(&encoded.bytes, &scope()).expect("the same");
        assert_eq!(received.content, content);
    }
}

#[test]
fn all_of_it_is_in_the_corpus_of_the_fuzzer() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/mimi_content");
    for (number, content) in contents().iter().enumerate() {
        let bytes = content.encode(SALT, &scope()).expect("content").bytes;
        let seed = fs::read(folder.join(format!("booking-{number:02}"))).expect("a seed");
        assert_eq!(seed, bytes, "{number}");
    }
}

#[test]
fn what_makes_no_sense_is_refused() {
    let refused = |deal: Deal| {
        let text = String::new();
        let content = Content::new(Message::Shop(Box::new(ShopMessage { deal, text })));
        let encoded = content.encode(SALT, &scope()).expect("bytes");
        assert_eq!(Content::decode(&encoded.bytes, &scope()), Err(Error::Value));
    };
    let offer = |service: ServiceTerms, slots: Vec<Slot>| {
        Deal::Slots(SlotOffer { service, slots, expires_at: at(5), booking: None })
    };
    refused(offer(ServiceTerms { minutes: 0, ..terms() }, vec![slot(1)]));
    refused(offer(ServiceTerms { cancel_hours: 9_999, ..terms() }, vec![slot(1)]));
    refused(offer(terms(), vec![slot(2), slot(1)]));
    let nothing = Some(Money { minor: 0, currency: Currency::EUR });
    refused(offer(ServiceTerms { deposit: nothing, ..terms() }, Vec::new()));
    let all = operations().into_iter().chain(operations_without_a_chat());
    for line in all.filter_map(|op| match op {
        CalendarOp::Snapshot { lines, .. } => Some(lines),
        _other => None,
    }) {
        for line in line {
            let bytes = line.encode();
            assert_eq!(CalendarLine::decode(&bytes), Ok(line));
            assert!(CalendarLine::decode(&bytes[1..]).is_err());
        }
    }
}

/// A small generator of numbers, so that a run is known by its seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

/// A device of the business: what it has said and the server hasn't ordered yet, and what it has
/// taken in.
#[derive(Default)]
struct Agent {
    queue: Vec<CalendarOp>,
    calendar: Calendar,
    /// How many operations of the own group it has seen.
    seen: usize,
    /// Steps that it has to send into conversations.
    outbox: Vec<(MessageId, BookingStep)>,
}

#[derive(Default)]
struct Shop {
    log: Vec<(usize, CalendarOp)>,
    agents: Vec<Agent>,
    /// What both sides of each conversation see.
    bookings: BTreeMap<MessageId, BookingProgress>,
    messages: u64,
}

const SLOTS: u64 = 12;

fn start_of(number: u64) -> Timestamp {
    at(1_800_000_000_000 + i64::try_from(number).expect("small") * HOUR_MS)
}

fn slot_of(dice: &mut Dice) -> Slot {
    let person = ["asha", "ravi"][usize::try_from(dice.below(2)).expect("small")];
    // Every second one overlaps its neighbours.
    let start = start_of(dice.below(SLOTS))
        .plus_millis(i64::try_from(dice.below(2)).expect("small") * (HOUR_MS / 2));
    Slot { start, person: person.to_owned(), name: person.to_owned() }
}

impl Shop {
    fn message(&mut self) -> MessageId {
        self.messages += 1;
        id(self.messages)
    }

    fn reserve(ask: MessageId, booking: MessageId, slot: &Slot) -> CalendarOp {
        CalendarOp::Reserve {
            ask,
            booking,
            conversation: chat(1),
            person: slot.person.clone(),
            start: slot.start,
            until: slot.start.plus_millis(HOUR_MS),
        }
    }

    /// A customer books, moves or cancels.
    fn customer(&mut self, dice: &mut Dice) {
        let message = self.message();
        if self.bookings.len() < 20 || dice.below(12) == 0 {
            let asked = Booking {
                offer: id(0),
                service: terms(),
                slot: Some(slot_of(dice)),
                note: String::new(),
            };
            self.bookings.insert(message, BookingProgress::new(message, &asked, at(0)));
            return;
        }
        let number = usize::try_from(dice.below(self.bookings.len() as u64)).expect("small");
        let Some(progress) = self.bookings.values_mut().nth(number) else { return };
        let step = if dice.below(4) == 0 {
            BookingStep::Cancel { note: String::new() }
        } else {
            BookingStep::Ask { offer: id(0), slot: slot_of(dice) }
        };
        progress.apply(false, message, &step, at(0));
    }

    /// An agent's device looks at a booking: asks for what is wished, gives back what is over; or its
    /// person moves it.
    fn attend(&mut self, agent: usize, dice: &mut Dice) {
        let draw = self.message();
        let Some(number) = dice.below(self.bookings.len().max(1) as u64).try_into().ok() else {
            return;
        };
        let Some((booking, progress)) = self.bookings.iter().nth(number) else { return };
        let op = if progress.state.is_over() {
            CalendarOp::Release { booking: *booking }
        } else if dice.below(5) == 0 {
            Self::reserve(draw, *booking, &slot_of(dice))
        } else if let Some(wish) = &progress.wish {
            Self::reserve(wish.ask, *booking, &wish.slot)
        } else {
            return;
        };
        self.agents[agent].queue.push(op);
    }

    /// The server orders what an agent has said.
    fn accept(&mut self, agent: usize) {
        let said = std::mem::take(&mut self.agents[agent].queue);
        self.log.extend(said.into_iter().map(|op| (agent, op)));
    }

    /// An agent takes in what was said, and tells customers what its own words came to.
    fn take_in(&mut self, number: usize, upto: usize) {
        let agent = &mut self.agents[number];
        while agent.seen < upto {
            let (by, op) = &self.log[agent.seen];
            let verdict = agent.calendar.apply(op, at(0));
            agent.seen += 1;
            let CalendarOp::Reserve { ask, booking, person, start, .. } = op else { continue };
            let step = match verdict {
                _ if *by != number => continue,
                Verdict::Granted => BookingStep::Grant {
                    slot: Slot { start: *start, person: person.clone(), name: person.clone() },
                    is_confirmed: true,
                    turn: agent.seen as u64,
                },
                Verdict::Taken => BookingStep::Decline {
                    ask: *ask,
                    reason: DeclineReason::Taken,
                    note: String::new(),
                },
                _late => continue,
            };
            agent.outbox.push((*booking, step));
        }
    }

    /// A step reaches its conversation; steps of one device may be overtaken by those of another.
    fn send(&mut self, agent: usize) {
        if self.agents[agent].outbox.is_empty() {
            return;
        }
        let (booking, step) = self.agents[agent].outbox.remove(0);
        let message = self.message();
        if let Some(progress) = self.bookings.get_mut(&booking) {
            progress.apply(true, message, &step, at(0));
        }
    }

    fn is_booked_once(calendar: &Calendar) -> bool {
        let mut taken: Vec<_> = calendar
            .busy()
            .map(|(_booking, busy)| (busy.person.to_owned(), busy.start, busy.until))
            .collect();
        taken.sort_unstable();
        taken.windows(2).all(|pair| pair[0].0 != pair[1].0 || pair[0].2 <= pair[1].1)
    }
}

fn live_through(seed: u64, steps: u32) -> usize {
    let mut dice = Dice(seed | 1);
    let mut shop = Shop { agents: (0..3).map(|_| Agent::default()).collect(), ..Shop::default() };
    for _step in 0..steps {
        let agent = usize::try_from(dice.below(3)).expect("small");
        match dice.below(10) {
            0..3 => shop.customer(&mut dice),
            3..6 => shop.attend(agent, &mut dice),
            6 => shop.accept(agent),
            7..9 => {
                let behind = shop.log.len() - shop.agents[agent].seen;
                let more = usize::try_from(dice.below(behind as u64 + 1)).expect("small");
                shop.take_in(agent, shop.agents[agent].seen + more);
                assert!(Shop::is_booked_once(&shop.agents[agent].calendar));
            }
            _send => shop.send(agent),
        }
    }
    // All are online again, until nothing is left to say.
    loop {
        let mut is_quiet = true;
        for agent in 0..3 {
            let open: Vec<_> = shop
                .bookings
                .iter()
                .filter_map(|(booking, progress)| match &progress.wish {
                    _ if progress.state.is_over() => {
                        Some(CalendarOp::Release { booking: *booking })
                    }
                    Some(wish) => Some(Shop::reserve(wish.ask, *booking, &wish.slot)),
                    None => None,
                })
                .filter(|op| {
                    let mut tried = shop.agents[agent].calendar.clone();
                    tried.apply(op, at(0)) != Verdict::Late
                })
                .collect();
            is_quiet &= open.is_empty() && shop.agents[agent].queue.is_empty();
            shop.agents[agent].queue.extend(open);
            shop.accept(agent);
            for one in 0..3 {
                shop.take_in(one, shop.log.len());
            }
            while !shop.agents[agent].outbox.is_empty() {
                is_quiet = false;
                shop.send(agent);
            }
        }
        if is_quiet {
            break;
        }
    }
    let calendar = &shop.agents[0].calendar;
    assert!(shop.agents.iter().all(|agent| agent.calendar == *calendar), "all see the same");
    assert!(Shop::is_booked_once(calendar), "no slot has two bookings");
    let mut held = 0;
    for (booking, progress) in &shop.bookings {
        let known = calendar.bookings.get(booking).filter(|known| known.is_held);
        let told = progress.slot.as_ref().filter(|_slot| progress.state.has_slot());
        assert_eq!(
            known.map(|known| (known.person.as_str(), known.start)),
            told.map(|slot| (slot.person.as_str(), slot.start)),
            "customer and calendar agree"
        );
        held += usize::from(told.is_some());
    }
    held
}

#[test]
fn ten_thousand_steps_of_three_agents_and_their_customers_book_no_slot_twice() {
    assert!(live_through(20_261_122, 10_000) > 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_order_things_come_in_no_slot_is_booked_twice(seed in any::<u64>()) {
        live_through(seed, 600);
    }

    #[test]
    fn damaged_bytes_are_refused(
        which in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let contents = contents();
        let content = which.get(&contents);
        let mut bytes = content.encode(SALT, &scope()).expect("content").bytes;
        *place.get_mut(&mut bytes) = byte;
        if let Ok(received) = Content::decode(&bytes, &scope()) {
            let again = received.content.encode(SALT, &scope());
            prop_assert!(again.is_ok());
        }
    }
}
