//! Bookings through the SDK: slots, holds, deposits and moves, on several devices, some of them away.

use tresen_server::admin::Decision;
use tresen_testkit::{
    colleague::{link_colleague, until_readers},
    world::{Actor, World, run},
};
use tresen_types::{Category, ConversationId, MessageId, Timestamp};
use tresen_view::{
    Answer, BookingEvent, BookingRulesView, BookingStateView, BookingStepView, BookingView,
    Command, Connection, DealLine, EntryLinkView, EntryView, Event, Failure, FailureKind,
    MessageBody, MessageState, MessageView, MoneyView, ParameterDraft, ParameterType,
    PaymentStateView, PaymentStepView, PaymentView, PersonView, RailDraft, ScheduleChange,
    ScheduleView, ServiceView, SlotView, SlotsDraft, SlotsView, TemplateDraft,
};

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

async fn change(actor: &Actor, change: ScheduleChange) -> ScheduleView {
    match actor.call(Command::ChangeSchedule(Box::new(change))).await {
        Answer::Schedule(schedule) => *schedule,
        other => panic!("{other:?}"),
    }
}

async fn schedule(actor: &Actor) -> ScheduleView {
    match actor.call(Command::Schedule).await {
        Answer::Schedule(schedule) => *schedule,
        other => panic!("{other:?}"),
    }
}

fn rules() -> BookingRulesView {
    BookingRulesView {
        time_zone: "Asia/Kolkata".to_owned(),
        cancel_hours: 24,
        notice_minutes: 60,
        grid_minutes: 30,
        closed: Vec::new(),
        reminder: None,
    }
}

fn rupees(minor: i64) -> Option<MoneyView> {
    Some(MoneyView { minor, currency: "INR".to_owned() })
}

/// Sets up a salon with one person; gives the service's id.
async fn salon(owner: &Actor, deposit: Option<MoneyView>) -> String {
    change(owner, ScheduleChange::SetRules(rules())).await;
    let asha = PersonView {
        name: "Asha".to_owned(),
        weekly: vec![vec![(540, 1_080)]; 7],
        ..PersonView::default()
    };
    change(owner, ScheduleChange::SetPerson(asha)).await;
    let service = ServiceView {
        name: "Gel nails".to_owned(),
        minutes: 60,
        buffer: 15,
        price: rupees(80_000),
        deposit,
        ..ServiceView::default()
    };
    let schedule = change(owner, ScheduleChange::SetService(service)).await;
    schedule.services[0].id.clone()
}

/// A salon of two agents: the owner, the link of its code, the service, a colleague.
async fn studio(world: &mut World) -> (Actor, EntryLinkView, String, Actor) {
    let (mut anna, link) = world.business("Nail Studio").await;
    let service = salon(&anna, None).await;
    let mut ben = link_colleague(world, &mut anna, "Ben").await;
    until_ready(&mut ben, 1).await;
    (anna, link, service, ben)
}

async fn free(actor: &Actor, service: &str, days: u32) -> Vec<SlotView> {
    let wish = Command::FreeSlots {
        service: service.to_owned(),
        person: None,
        // Two days ahead, so that the rule of cancelling is kept.
        from: in_two_days(),
        days,
        without_notice: false,
    };
    match actor.call(wish).await {
        Answer::Slots(slots) => slots,
        other => panic!("{other:?}"),
    }
}

fn in_two_days() -> Timestamp {
    use tresen_store::Clock as _;
    tresen_server::SystemClock.now().plus_millis(2 * DAY_MS)
}

async fn offer(
    actor: &Actor,
    conversation: ConversationId,
    service: &str,
    slots: Vec<SlotView>,
) -> MessageId {
    let draft = SlotsDraft { service: service.to_owned(), slots, hours: 48, booking: None };
    match actor.call(Command::OfferSlots { conversation, offer: Box::new(draft) }).await {
        Answer::Message(message) => message.message,
        other => panic!("{other:?}"),
    }
}

async fn book(
    customer: &Actor,
    offer: MessageId,
    slot: Option<SlotView>,
) -> Result<MessageId, Failure> {
    match customer.try_call(Command::Book { offer, slot, note: "French".to_owned() }).await? {
        Answer::Message(message) => Ok(message.message),
        other => panic!("{other:?}"),
    }
}

async fn step(actor: &Actor, booking: MessageId, step: BookingStepView) -> Result<(), Failure> {
    actor.try_call(Command::StepBooking { booking, step }).await.map(drop)
}

async fn bookings(actor: &Actor) -> Vec<BookingView> {
    let all = Command::Bookings { conversation: None, from: None, limit: 50 };
    match actor.call(all).await {
        Answer::Bookings(bookings) => bookings,
        other => panic!("{other:?}"),
    }
}

/// Waits for a message.
async fn until_message<T>(
    actor: &mut Actor,
    conversation: ConversationId,
    find: impl Fn(&MessageView) -> Option<T>,
) -> T {
    loop {
        let known = actor.messages(conversation).await;
        if let Some(found) = known.iter().rev().find_map(&find) {
            return found;
        }
        actor
            .until("a message", |event| matches!(event, Event::Message { .. }).then_some(()))
            .await;
    }
}

/// Waits for the newest offer of slots.
async fn until_slots(actor: &mut Actor, conversation: ConversationId) -> SlotsView {
    until_message(actor, conversation, |message| match &message.body {
        MessageBody::Slots(slots) => Some(SlotsView::clone(slots)),
        _other => None,
    })
    .await
}

/// Waits until a booking is as it should be.
async fn until_booking(
    actor: &mut Actor,
    booking: MessageId,
    what: &str,
    is_so: impl Fn(&BookingView) -> bool,
) -> BookingView {
    loop {
        let known = bookings(actor).await;
        if let Some(found) = known.iter().find(|known| known.booking == booking && is_so(known)) {
            return found.clone();
        }
        actor
            .until(what, |event| {
                matches!(event, Event::DealsChanged | Event::Message { .. }).then_some(())
            })
            .await;
    }
}

async fn until_state(
    actor: &mut Actor,
    booking: MessageId,
    state: BookingStateView,
) -> BookingView {
    until_booking(actor, booking, &format!("{state:?}"), |known| known.state == state).await
}

async fn payments(actor: &Actor) -> Vec<PaymentView> {
    match actor.call(Command::Payments { conversation: None, limit: 10 }).await {
        Answer::Payments(payments) => payments,
        other => panic!("{other:?}"),
    }
}

/// Waits until a device knows the calendar.
async fn until_ready(actor: &mut Actor, services: usize) {
    loop {
        let known = schedule(actor).await;
        if known.is_ready && known.services.len() == services {
            return;
        }
        actor.until("the calendar", |event| (*event == Event::DealsChanged).then_some(())).await;
    }
}

/// A customer who has written, so that the shop may answer.
async fn customer(
    world: &mut World,
    owner: &mut Actor,
    link: &EntryLinkView,
    name: &str,
) -> (Actor, ConversationId) {
    let (mut customer, conversation) = world.customer(link, name).await;
    customer.say(conversation, "Hello").await;
    until_sent(&mut customer, conversation).await;
    owner.hear("Hello").await;
    (customer, conversation)
}

/// Waits until nothing of this device is under way in a conversation.
async fn until_sent(actor: &mut Actor, conversation: ConversationId) {
    loop {
        let known = actor.messages(conversation).await;
        if known.iter().all(|message| message.state != Some(MessageState::Queued)) {
            return;
        }
        actor
            .until("it is sent", |event| matches!(event, Event::Message { .. }).then_some(()))
            .await;
    }
}

/// Opens a device again, which has the server's new time then.
async fn again(actor: Actor) -> Actor {
    let mut actor = actor.restart().await;
    actor.until_connection(Connection::Live).await;
    actor
}

#[test]
fn a_slot_is_held_for_its_deposit_confirmed_moved_and_cancelled() {
    run(async {
        let mut world = World::start().await;
        let (mut anna, link) = world.business("Nail Studio").await;
        let (mut priya, conversation) = customer(&mut world, &mut anna, &link, "Priya").await;
        let upi = RailDraft::Upi { address: "studio@bank".to_owned(), name: "Studio".to_owned() };
        anna.call(Command::SetRails(vec![upi])).await;
        let service = salon(&anna, rupees(20_000)).await;
        let slots = free(&anna, &service, 2).await;
        assert!(slots.len() > 20, "{}", slots.len());
        offer(&anna, conversation, &service, slots[..8].to_vec()).await;

        let offered = until_slots(&mut priya, conversation).await;
        assert_eq!((offered.slots.len(), offered.terms.time_zone.as_str()), (8, "Asia/Kolkata"));
        let strange = SlotView { start: slots[9].start, ..offered.slots[0].clone() };
        let refused = book(&priya, offered.offer, Some(strange)).await.expect_err("not offered");
        assert_eq!(refused.kind, FailureKind::SoldOut);
        let first = offered.slots[0].clone();
        let booking = book(&priya, offered.offer, Some(first.clone())).await.expect("asked");

        let held = until_state(&mut priya, booking, BookingStateView::Held).await;
        assert_eq!((held.slot.as_ref(), held.wish), (Some(&first), None));
        until_booking(&mut priya, booking, "the deposit", |known| {
            known.payment == Some(PaymentStateView::Requested)
        })
        .await;
        let asked = payments(&priya).await.remove(0);
        assert_eq!(asked.amount.minor, 20_000);
        assert!(asked.ways[0].code.starts_with("upi://pay"), "{:?}", asked.ways);
        // It isn't free any more, nor is what its buffer reaches into.
        let left = free(&anna, &service, 2).await;
        let close = |slot: &&SlotView| slot.start.millis_since(first.start).abs() < 75 * 60_000;
        assert_eq!(left.iter().filter(close).count(), 0);

        // Only the business may say that it came; then the booking is confirmed by itself.
        assert!(step(&priya, booking, BookingStepView::Confirm).await.is_err());
        let received = PaymentStepView::Received { minor: 20_000 };
        anna.call(Command::StepPayment { payment: asked.payment, step: received }).await;
        let confirmed = until_state(&mut priya, booking, BookingStateView::Confirmed).await;
        assert!(confirmed.may_change);

        // Moved by the customer, to another slot of the same offer.
        let other = offered.slots[5].clone();
        let ask = BookingStepView::Ask { offer: offered.offer, slot: other.clone() };
        step(&priya, booking, ask).await.expect("asked");
        let moved = until_booking(&mut priya, booking, "moved", |known| known.moves == 1).await;
        assert_eq!((moved.state, moved.slot), (BookingStateView::Confirmed, Some(other)));
        assert_eq!(payments(&priya).await.len(), 1, "the deposit isn't asked for twice");
        // And by the business.
        let later = free(&anna, &service, 2).await.last().cloned().expect("a slot");
        let given = BookingStepView::Move { slot: later.clone() };
        step(&anna, booking, given).await.expect("given");
        let moved = until_booking(&mut priya, booking, "moved", |known| known.moves == 2).await;
        assert_eq!(moved.slot, Some(later.clone()));

        let reason = "ill".to_owned();
        step(&priya, booking, BookingStepView::Cancel { reason }).await.expect("in time");
        until_state(&mut anna, booking, BookingStateView::CancelledByCustomer).await;
        loop {
            if free(&anna, &service, 2).await.contains(&later) {
                break;
            }
            anna.until("the slot is free", |event| {
                matches!(event, Event::DealsChanged | Event::ConversationsChanged).then_some(())
            })
            .await;
        }
    });
}

#[test]
fn a_slot_whose_deposit_never_comes_is_given_back() {
    run(async {
        let mut world = World::start().await;
        let (mut anna, link) = world.business("Nail Studio").await;
        let (mut priya, conversation) = customer(&mut world, &mut anna, &link, "Priya").await;
        let (mut meera, hers) = customer(&mut world, &mut anna, &link, "Meera").await;
        let service = salon(&anna, rupees(20_000)).await;
        let slots = free(&anna, &service, 1).await;
        let mut booked = Vec::new();
        for (who, chat, place) in [(&mut priya, conversation, 0), (&mut meera, hers, 4)] {
            offer(&anna, chat, &service, slots[..6].to_vec()).await;
            let offered = until_slots(who, chat).await;
            let slot = Some(offered.slots[place].clone());
            let booking = book(who, offered.offer, slot).await.expect("asked");
            until_state(who, booking, BookingStateView::Held).await;
            until_booking(who, booking, "the deposit", |known| known.payment.is_some()).await;
            booked.push(booking);
        }
        let now = in_two_days().plus_millis(-2 * DAY_MS);
        let asked = payments(&priya).await.remove(0);
        let due_in = asked.expires_at.expect("a time").millis_since(now);
        assert!((23 * HOUR_MS..=24 * HOUR_MS).contains(&due_in), "{due_in}");
        // Meera says that she has paid: then a person looks.
        let claimed = payments(&meera).await.remove(0);
        let claim = Command::StepPayment { payment: claimed.payment, step: PaymentStepView::Claim };
        meera.call(claim).await;
        until_booking(&mut anna, booked[1], "her word", |known| {
            known.payment == Some(PaymentStateView::Claimed)
        })
        .await;

        world.pass(23 * HOUR_MS);
        anna = again(anna).await;
        anna.call(Command::Schedule).await;
        let held = bookings(&anna).await;
        assert!(held.iter().all(|known| known.state == BookingStateView::Held), "{held:?}");

        world.pass(2 * HOUR_MS);
        (anna, priya) = (again(anna).await, again(priya).await);
        until_state(&mut priya, booked[0], BookingStateView::CancelledByBusiness).await;
        until_message(&mut priya, conversation, |message| match &message.body {
            MessageBody::Deal(DealLine::Booking { event, .. }) => {
                (*event == Some(BookingEvent::Lapsed)).then_some(())
            }
            _other => None,
        })
        .await;
        loop {
            if free(&anna, &service, 1).await.contains(&slots[0]) {
                break;
            }
            anna.until("the slot is free", |event| {
                matches!(event, Event::DealsChanged | Event::ConversationsChanged).then_some(())
            })
            .await;
        }
        let hers = bookings(&anna).await.into_iter().find(|known| known.booking == booked[1]);
        assert_eq!(hers.map(|known| known.state), Some(BookingStateView::Held));

        // Money that comes later is noted, and brings no slot back.
        let received = PaymentStepView::Received { minor: 20_000 };
        anna.call(Command::StepPayment { payment: asked.payment, step: received }).await;
        until_booking(&mut anna, booked[0], "late money", |known| {
            known.payment == Some(PaymentStateView::Paid)
        })
        .await;
        let late = bookings(&anna).await.into_iter().find(|known| known.booking == booked[0]);
        assert_eq!(late.map(|known| known.state), Some(BookingStateView::CancelledByBusiness));
    });
}

#[test]
fn of_three_customers_and_two_agents_away_one_gets_the_slot() {
    run(async {
        let mut world = World::start().await;
        let (mut anna, link, service, mut ben) = studio(&mut world).await;
        let mut customers = Vec::new();
        for name in ["Priya", "Ravi", "Meera"] {
            let (mut customer, conversation) = customer(&mut world, &mut anna, &link, name).await;
            until_readers(&mut ben, conversation, 3).await;
            // Whoever offers, all are offered the same.
            let agent = if name == "Ravi" { &ben } else { &anna };
            let slots = free(agent, &service, 1).await;
            offer(agent, conversation, &service, slots[..3].to_vec()).await;
            let offered = until_slots(&mut customer, conversation).await;
            customers.push((customer, conversation, offered));
        }
        // Nobody hears of the others.
        world.stop_server().await;
        let mut booked = Vec::new();
        for (customer, _conversation, offered) in &customers {
            let slot = offered.slots[1].clone();
            booked.push(book(customer, offered.offer, Some(slot)).await.expect("asked"));
        }
        for ((customer, ..), booking) in customers.iter().zip(&booked) {
            let known = bookings(customer).await.remove(0);
            assert_eq!((known.booking, known.state), (*booking, BookingStateView::Asked));
        }
        world.start_server().await;

        let mut confirmed = Vec::new();
        for ((customer, conversation, offered), booking) in customers.iter_mut().zip(&booked) {
            let ended = until_booking(customer, *booking, "a decision", |known| {
                matches!(known.state, BookingStateView::Confirmed | BookingStateView::Declined)
            })
            .await;
            if ended.state == BookingStateView::Confirmed {
                confirmed.push(*booking);
                continue;
            }
            // Who was too late is offered others, and takes one.
            let first = offered.offer;
            let others = until_message(customer, *conversation, |message| match &message.body {
                MessageBody::Slots(slots) if slots.offer != first => Some(SlotsView::clone(slots)),
                _other => None,
            })
            .await;
            assert_eq!(others.booking, Some(*booking));
            assert!(!others.slots.contains(&offered.slots[1]));
            let slot = others.slots.last().cloned().expect("others");
            let ask = BookingStepView::Ask { offer: others.offer, slot };
            step(customer, *booking, ask).await.expect("asked again");
            until_booking(customer, *booking, "another decision", |known| {
                known.state == BookingStateView::Confirmed
                    || (known.state == BookingStateView::Declined && known.times.len() > 2)
            })
            .await;
        }
        assert_eq!(confirmed.len(), 1, "one has the slot");
        // Both agents see the same, and no two have the same time.
        for agent in [&mut anna, &mut ben] {
            for booking in &booked {
                until_booking(agent, *booking, "decided", |known| known.wish.is_none()).await;
            }
            let mut starts: Vec<_> = bookings(agent)
                .await
                .iter()
                .filter(|known| known.state == BookingStateView::Confirmed)
                .filter_map(|known| known.slot.as_ref().map(|slot| slot.start))
                .collect();
            starts.sort_unstable();
            assert!(starts.windows(2).all(|pair| pair[1].millis_since(pair[0]) >= 75 * 60_000));
        }
    });
}

/// Waits until a device knows of so many without a chat.
async fn until_entries(actor: &mut Actor, count: usize) -> Vec<EntryView> {
    loop {
        let known = schedule(actor).await;
        if known.is_ready && known.entries.len() == count {
            return known.entries;
        }
        actor.until("entries", |event| (*event == Event::DealsChanged).then_some(())).await;
    }
}

fn enter(title: &str, service: &str, slot: &SlotView) -> ScheduleChange {
    let (title, service) = (title.to_owned(), service.to_owned());
    ScheduleChange::Enter { title, service, slot: slot.clone() }
}

#[test]
fn who_calls_has_a_place_that_nobody_else_gets() {
    run(async {
        let mut world = World::start().await;
        let (mut anna, link, service, mut ben) = studio(&mut world).await;
        let (mut priya, conversation) = customer(&mut world, &mut anna, &link, "Priya").await;
        let slots = free(&anna, &service, 1).await;
        offer(&anna, conversation, &service, slots[..3].to_vec()).await;
        let offered = until_slots(&mut priya, conversation).await;

        // Mrs Rao calls, and Ben knows it; what is offered already isn't hers any more.
        change(&anna, enter("Mrs Rao", &service, &slots[0])).await;
        let known = until_entries(&mut ben, 1).await.remove(0);
        assert_eq!((known.title.as_str(), known.slot.name.as_str()), ("Mrs Rao", "Asha"));
        assert!(known.is_held && !free(&ben, &service, 1).await.contains(&slots[0]));
        let booking = book(&priya, offered.offer, Some(slots[0].clone())).await.expect("asked");
        until_state(&mut priya, booking, BookingStateView::Declined).await;
        // Nobody is written down where somebody is, without words, or for what isn't done here.
        for (title, service, kind) in [
            ("Mr Roy", service.as_str(), FailureKind::SoldOut),
            (" ", service.as_str(), FailureKind::Invalid),
            ("Mr Roy", "haircut", FailureKind::NotFound),
        ] {
            let change = Box::new(enter(title, service, &slots[0]));
            let failure = ben.try_call(Command::ChangeSchedule(change)).await.expect_err("refused");
            assert_eq!(failure.kind, kind, "{title:?}");
        }
        assert!(priya.try_call(Command::Schedule).await.is_err());

        // Both write somebody down for the same time and don't hear of each other.
        let last = slots.last().expect("slots");
        world.stop_server().await;
        change(&anna, enter("Mr Iyer", &service, last)).await;
        change(&ben, enter("Mrs Das", &service, last)).await;
        world.start_server().await;
        let seen = until_entries(&mut anna, 3).await;
        let same = until_entries(&mut ben, 3).await;
        let held = |all: &[EntryView]| -> Vec<String> {
            all.iter().filter(|one| one.is_held).map(|one| one.title.clone()).collect()
        };
        assert_eq!(held(&seen).len(), 2, "{seen:?}");
        assert_eq!(held(&seen), held(&same));

        // Struck out, the time is free again.
        for entry in seen {
            change(&anna, ScheduleChange::Strike { entry: entry.entry }).await;
        }
        until_entries(&mut ben, 0).await;
        assert_eq!(free(&ben, &service, 1).await, slots);
        let strike = Box::new(ScheduleChange::Strike { entry: known.entry });
        assert!(ben.try_call(Command::ChangeSchedule(strike)).await.is_err());
    });
}

#[test]
fn who_stands_at_the_counter_needs_no_notice() {
    run(async {
        let mut world = World::start().await;
        let (anna, _link) = world.business("Nail Studio").await;
        let service = salon(&anna, None).await;
        let always = PersonView {
            weekly: vec![vec![(0, 1_440)]; 7],
            ..schedule(&anna).await.people.remove(0)
        };
        change(&anna, ScheduleChange::SetPerson(always)).await;
        let a_day = BookingRulesView { notice_minutes: 1_440, ..rules() };
        change(&anna, ScheduleChange::SetRules(a_day)).await;
        let first = async |without_notice| {
            let from = in_two_days().plus_millis(-2 * DAY_MS);
            let (service, person) = (service.clone(), None);
            let wish = Command::FreeSlots { service, person, from, days: 3, without_notice };
            match anna.call(wish).await {
                Answer::Slots(slots) => slots[0].start.millis_since(from),
                other => panic!("{other:?}"),
            }
        };
        assert!(first(false).await >= DAY_MS);
        assert!(first(true).await <= 2 * 3_600_000);
    });
}

#[test]
fn without_a_device_of_the_shop_the_wish_waits() {
    run(async {
        let mut world = World::start().await;
        let (mut anna, link) = world.business("Nail Studio").await;
        let (mut priya, conversation) = customer(&mut world, &mut anna, &link, "Priya").await;
        let service = salon(&anna, None).await;
        let slots = free(&anna, &service, 1).await;
        offer(&anna, conversation, &service, slots).await;
        let offered = until_slots(&mut priya, conversation).await;
        until_sent(&mut anna, conversation).await;
        let (origin, store) = anna.close().await;

        let slot = offered.slots[0].clone();
        let booking = book(&priya, offered.offer, Some(slot.clone())).await.expect("asked");
        until_sent(&mut priya, conversation).await;
        let waits = bookings(&priya).await.remove(0);
        assert_eq!((waits.state, waits.wish), (BookingStateView::Asked, Some(slot.clone())));
        // The message that opens the shop again decides it.
        let mut anna = Actor::open(&origin, store).await;
        assert_eq!(
            until_state(&mut priya, booking, BookingStateView::Confirmed).await.slot,
            Some(slot)
        );
        until_state(&mut anna, booking, BookingStateView::Confirmed).await;
    });
}

#[test]
fn a_colleague_who_comes_later_knows_the_calendar() {
    run(async {
        let mut world = World::start().await;
        let (mut anna, link) = world.business("Nail Studio").await;
        let (mut priya, conversation) = customer(&mut world, &mut anna, &link, "Priya").await;
        let service = salon(&anna, None).await;
        offer(&anna, conversation, &service, free(&anna, &service, 1).await).await;
        let offered = until_slots(&mut priya, conversation).await;
        let slot = offered.slots[0].clone();
        let booking = book(&priya, offered.offer, Some(slot.clone())).await.expect("asked");
        until_state(&mut priya, booking, BookingStateView::Confirmed).await;

        let mut ben = link_colleague(&mut world, &mut anna, "Ben").await;
        until_ready(&mut ben, 1).await;
        let left = free(&ben, &service, 1).await;
        assert!(!left.contains(&slot));
        assert_eq!(left, free(&anna, &service, 1).await);
        // He decides alone, while the owner is away.
        let (ravi, ravis) = customer(&mut world, &mut anna, &link, "Ravi").await;
        let mut ravi = ravi;
        until_readers(&mut ben, ravis, 3).await;
        offer(&ben, ravis, &service, left[..2].to_vec()).await;
        let offered = until_slots(&mut ravi, ravis).await;
        drop(anna.close().await);
        let other = book(&ravi, offered.offer, Some(offered.slots[0].clone())).await;
        until_state(&mut ravi, other.expect("asked"), BookingStateView::Confirmed).await;
    });
}

#[test]
fn who_waits_gets_what_becomes_free_and_who_comes_too_late_cant_cancel() {
    run(async {
        let mut world = World::start().await;
        let (mut anna, link) = world.business("Nail Studio").await;
        let (mut priya, conversation) = customer(&mut world, &mut anna, &link, "Priya").await;
        let service = salon(&anna, None).await;
        let slots = free(&anna, &service, 1).await;
        offer(&anna, conversation, &service, slots[..1].to_vec()).await;
        let offered = until_slots(&mut priya, conversation).await;
        let booking = book(&priya, offered.offer, None).await.expect("on the list");
        until_state(&mut anna, booking, BookingStateView::Waiting).await;
        let given = BookingStepView::Move { slot: slots[0].clone() };
        step(&anna, booking, given.clone()).await.expect("given");
        until_state(&mut priya, booking, BookingStateView::Confirmed).await;
        assert_eq!(
            step(&anna, booking, BookingStepView::NoShow).await.expect_err("not yet").kind,
            FailureKind::Invalid
        );

        // Two hours before.
        let now = in_two_days().plus_millis(-2 * DAY_MS);
        world.pass(slots[0].start.millis_since(now) - 2 * HOUR_MS);
        let (mut anna, mut priya) = (again(anna).await, again(priya).await);
        let cancel = BookingStepView::Cancel { reason: String::new() };
        assert_eq!(
            step(&priya, booking, cancel).await.expect_err("too late").kind,
            FailureKind::TooLate
        );
        // Her day is over: she can be told another time, but nothing that she wasn't offered.
        let new = SlotView { name: "Half price!".to_owned(), ..slots[3].clone() };
        let renamed = BookingStepView::Move { slot: new };
        assert_eq!(
            step(&anna, booking, renamed).await.expect_err("she can't be told").kind,
            FailureKind::WindowClosed
        );
        for slot in [&slots[3], &slots[0]] {
            let moved = BookingStepView::Move { slot: slot.clone() };
            step(&anna, booking, moved).await.expect("moved");
            let is_there = |known: &BookingView| known.slot.as_ref() == Some(slot);
            until_booking(&mut priya, booking, "another time", is_there).await;
        }
        priya.say(conversation, "I am on my way").await;
        until_sent(&mut priya, conversation).await;
        world.pass(3 * HOUR_MS);
        anna = again(anna).await;
        priya = again(priya).await;
        step(&anna, booking, BookingStepView::NoShow).await.expect("she didn't come");
        until_state(&mut priya, booking, BookingStateView::NoShow).await;
    });
}

#[test]
fn a_reminder_comes_once_a_day_before() {
    run(async {
        let mut world = World::start().await;
        let (mut anna, link) = world.business("Nail Studio").await;
        let (mut priya, conversation) = customer(&mut world, &mut anna, &link, "Priya").await;
        let parameter = |name: &str| ParameterDraft {
            name: name.to_owned(),
            kind: ParameterType::Text,
            length_max: 0,
            example: "Priya".to_owned(),
        };
        let draft = TemplateDraft {
            name: "reminder".to_owned(),
            language: "en".to_owned(),
            category: Category::Utility,
            header: String::new(),
            header_file: None,
            cards: Vec::new(),
            offer: None,
            body: "Hello {{name}}, we see you for {{service}} on {{date}} at {{time}}.".to_owned(),
            footer: String::new(),
            buttons: Vec::new(),
            parameters: ["name", "service", "date", "time"].map(parameter).to_vec(),
            link_domains: Vec::new(),
            time_to_live_s: 0,
        };
        let Answer::Template(template) = anna.call(Command::CreateTemplate(Box::new(draft))).await
        else {
            panic!("a template")
        };
        world.decide(&anna, &template.template, Decision::Approve { days: 30 }).await;
        anna.call(Command::Templates).await;
        let service = salon(&anna, None).await;
        let remind = BookingRulesView { reminder: Some(template.template.clone()), ..rules() };
        change(&anna, ScheduleChange::SetRules(remind)).await;
        let mut ben = link_colleague(&mut world, &mut anna, "Ben").await;
        until_ready(&mut ben, 1).await;
        ben.call(Command::Templates).await;
        until_readers(&mut ben, conversation, 3).await;

        offer(&anna, conversation, &service, free(&anna, &service, 1).await).await;
        let offered = until_slots(&mut priya, conversation).await;
        let slot = offered.slots[0].clone();
        let booking = book(&priya, offered.offer, Some(slot.clone())).await.expect("asked");
        until_state(&mut priya, booking, BookingStateView::Confirmed).await;
        until_state(&mut ben, booking, BookingStateView::Confirmed).await;

        let now = in_two_days().plus_millis(-2 * DAY_MS);
        world.pass(slot.start.millis_since(now) - 23 * HOUR_MS);
        let (mut anna, mut ben) = (again(anna).await, again(ben).await);
        let mut priya = again(priya).await;
        until_message(&mut priya, conversation, |message| {
            matches!(message.body, MessageBody::Template(_)).then_some(())
        })
        .await;
        for actor in [&mut anna, &mut ben] {
            until_sent(actor, conversation).await;
        }
        priya.say(conversation, "Thank you").await;
        for actor in [&mut anna, &mut ben] {
            until_message(actor, conversation, |message| match &message.body {
                MessageBody::Text { text } => (text == "Thank you").then_some(()),
                _other => None,
            })
            .await;
            let reminders = actor
                .messages(conversation)
                .await
                .iter()
                .filter(|message| matches!(message.body, MessageBody::Template(_)))
                .count();
            assert_eq!(reminders, 1);
        }
    });
}
