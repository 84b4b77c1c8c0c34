//! A day at the market: agents and customers order, book, label and note, most of them offline now and
//! then, while lines, devices and nodes break (issue 6, acceptance 4).
//!
//! ```text
//! market   who does what, in an order that the seed gives
//! deeds    what was done, as those who did it know: nothing of it may be lost
//! look     what must hold when everything is whole again
//! ```

mod deeds;
mod look;

use std::{cell::RefCell, collections::BTreeMap, rc::Rc, sync::Arc, time::Duration};

use deeds::{Deeds, Key, Write};
use tokio::time::sleep;
use tresen_server::{ServerError, SystemClock};
use tresen_store::Clock as _;
use tresen_types::{ConversationId, Timestamp};
use tresen_view::{
    Answer, BookingRulesView, BookingStateView, BookingStepView, BookingView, CardField, CartLine,
    CatalogueDraft, Command, ItemView, LabelView, MessageBody, OrderDraft, OrderStateView,
    OrderStepView, OrderView, PersonView, ScheduleChange, ServiceView, SlotView, SlotsDraft,
    SlotsView, TeamCommand,
};

use super::{Defect, people::Crowd, storm::Storm, trace::Trace, witness::Counts};
use crate::dice::Dice;

/// Three agents and twenty customers.
const CROWD: Crowd =
    Crowd { colleagues: &["anna", "ben"], pause: Some(Duration::from_secs(30)), customers: 20 };
/// A further device of the business comes in the middle of it.
const LATE: &str = "carla";
/// How many of a hundred operations are the agents'.
const AGENT_PERCENT: u64 = 55;
/// How many of a hundred times something breaks before somebody does something.
const FAULT_PERCENT: u64 = 12;
/// How many of a hundred faults are an agent's, on the line or the device.
const AGENTS_FAULT_PERCENT: u64 = 50;
/// How many of a hundred times no time passes before the next one.
const AT_ONCE_PERCENT: u64 = 60;
/// Time between two of them otherwise, in milliseconds.
const PAUSE_MS: (u64, u64) = (20, 3_000);
/// Tries for each operation: somebody is dead, or has nothing to do.
const TRIES: u32 = 20;
/// How long everybody may take to hear of what can be ordered and booked, on the simulated clock.
const BEGIN: Duration = Duration::from_secs(120);
/// How often it is looked whether all is well, at most, and the time between two looks.
const LOOKS: (u32, Duration) = (40, Duration::from_secs(20));
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// How far ahead bookings are: nobody is too late to cancel one, whatever clocks do.
const AHEAD_MS: i64 = 30 * DAY_MS;
/// Days that can be booked: so few that customers are in each other's way.
const DAYS: u32 = 2;
/// How long a booking takes, and what is kept free after it, in minutes.
const MINUTES: (u16, u16) = (60, 15);
/// Price of what is ordered, in minor units.
const PRICE: i64 = 350;
/// Messages, orders or bookings that somebody looks at before doing something.
const GLANCE: u32 = 12;
/// Fields of a customer card that agents write into.
const FIELDS: u64 = 3;

/// The town, and what was done in it.
pub(super) struct Market {
    storm: Storm,
    deeds: Rc<RefCell<Deeds>>,
    labels: Vec<String>,
    service: String,
    /// The first moment that can be booked.
    from: Timestamp,
    /// All slots, while nothing was booked.
    slots: Vec<SlotView>,
    number: u64,
}

impl Market {
    /// Opens it in good weather.
    pub(super) async fn open(
        nodes: usize,
        defect: Option<Defect>,
        dice: Dice,
        trace: &Arc<Trace>,
    ) -> Result<Self, ServerError> {
        let storm = Storm::begin(nodes, CROWD, defect, dice, trace).await?;
        let from = SystemClock.now().plus_millis(AHEAD_MS);
        let mut market = Self {
            storm,
            deeds: Rc::default(),
            labels: Vec::new(),
            service: String::new(),
            from,
            slots: Vec::new(),
            number: 0,
        };
        market.set_up().await;
        Ok(market)
    }

    /// Lets people do so many things while everything breaks.
    pub(super) async fn trade(&mut self, operations: u32) {
        let mut has_come = false;
        for _try in 0..operations.saturating_mul(TRIES) {
            let done = self.deeds.borrow().count();
            if done >= operations {
                return;
            }
            if !has_come && done >= operations / 2 {
                has_come = true;
                self.storm.let_in(LATE).await;
            }
            if !self.storm.dice.percent(AT_ONCE_PERCENT) {
                let pause_ms = self.storm.dice.within(PAUSE_MS);
                self.storm.pass(pause_ms).await;
            }
            if self.storm.dice.percent(FAULT_PERCENT) {
                let at = self.any_agent();
                let at = self.storm.dice.percent(AGENTS_FAULT_PERCENT).then_some(at);
                self.storm.fault(at).await;
            }
            self.act().await;
        }
    }

    /// Repairs everything and waits until all is well; gives what isn't.
    pub(super) async fn close(&mut self) -> Vec<String> {
        self.storm.repair_all().await;
        let mut wrong = self.storm.settle().await;
        if !wrong.is_empty() {
            return wrong;
        }
        for _look in 0..LOOKS.0 {
            wrong = self.look().await;
            if wrong.is_empty() {
                break;
            }
            sleep(LOOKS.1).await;
        }
        wrong
    }

    /// What the store has seen, how much was said, and how many faults there were.
    pub(super) fn seen(&self) -> ((Counts, Vec<String>), usize, u64) {
        (self.storm.seen(), self.storm.said(), self.storm.faults())
    }

    /// What was done, by its kind.
    pub(super) fn tally(&self) -> BTreeMap<&'static str, u32> {
        self.deeds.borrow().tally.clone()
    }

    /// What can be ordered, booked and put on a chat.
    async fn set_up(&mut self) {
        let tea = ItemView {
            id: "tea".to_owned(),
            name: "Tea".to_owned(),
            price: PRICE,
            ..ItemView::default()
        };
        let catalogue = CatalogueDraft { currency: "EUR".to_owned(), days: 365, items: vec![tea] };
        self.storm.done(0, Command::PublishCatalogue(Box::new(catalogue))).await;
        let rules = BookingRulesView {
            time_zone: "Asia/Kolkata".to_owned(),
            cancel_hours: 24,
            notice_minutes: 60,
            grid_minutes: 30,
            ..BookingRulesView::default()
        };
        let mut changes = vec![ScheduleChange::SetRules(rules)];
        for name in ["Asha", "Bela"] {
            changes.push(ScheduleChange::SetPerson(PersonView {
                name: name.to_owned(),
                weekly: vec![vec![(540, 1_080)]; 7],
                ..PersonView::default()
            }));
        }
        changes.push(ScheduleChange::SetService(ServiceView {
            name: "Nails".to_owned(),
            minutes: MINUTES.0,
            buffer: MINUTES.1,
            ..ServiceView::default()
        }));
        for change in changes {
            let change = Command::ChangeSchedule(Box::new(change));
            if let Answer::Schedule(schedule) = self.storm.done(0, change).await
                && let Some(service) = schedule.services.first()
            {
                self.service.clone_from(&service.id);
            }
        }
        for (name, colour) in [("Regular", 1), ("Urgent", 2), ("Invoice", 3)] {
            let label = LabelView { label: String::new(), name: name.to_owned(), colour };
            self.storm.done(0, Command::Team(Box::new(TeamCommand::PutLabel(label)))).await;
        }
        let view = Command::Team(Box::new(TeamCommand::View));
        if let Answer::Team(team) = self.storm.done(0, view).await {
            self.labels = team.labels.into_iter().map(|label| label.label).collect();
        }
        self.slots = self.free(0).await;
        sleep(BEGIN).await;
    }

    /// Somebody does something, if anything is to be done.
    async fn act(&mut self) {
        let chat = self.any_chat();
        if self.storm.dice.percent(AGENT_PERCENT) {
            let by = self.any_agent();
            if self.storm.is_awake(by) {
                self.act_as_agent(by, chat).await;
            }
        } else if let Some(by) = self.storm.chats.get(chat).map(|chat| chat.customer)
            && self.storm.is_awake(by)
        {
            self.act_as_customer(by, chat).await;
        }
    }

    async fn act_as_agent(&mut self, by: usize, chat: usize) {
        match self.storm.dice.below(100) {
            0..25 => self.go_on_with_order(by, chat).await,
            25..33 => self.offer(by, chat).await,
            33..50 => self.go_on_with_booking(by, chat).await,
            50..68 => self.label(by, chat).await,
            68..84 => self.write_card(by, chat).await,
            _ => self.note(by, chat).await,
        }
    }

    async fn act_as_customer(&mut self, by: usize, chat: usize) {
        match self.storm.dice.below(100) {
            0..30 => self.order(by, chat),
            30..55 => self.go_on_with_order(by, chat).await,
            55..78 => self.book(by, chat).await,
            _ => self.go_on_with_booking(by, chat).await,
        }
    }

    /// A cart of a number of teas. Fetching the catalogue takes its time: nobody waits for it.
    fn order(&mut self, by: usize, chat: usize) {
        let Some(conversation) = self.conversation(chat) else { return };
        let quantity = 1 + self.storm.dice.below(4);
        let note = self.next("order");
        let order = OrderDraft {
            edition: 1,
            lines: vec![CartLine {
                item: "tea".to_owned(),
                variant: String::new(),
                options: Vec::new(),
                quantity: u32::try_from(quantity).unwrap_or(1),
            }],
            total: PRICE.saturating_mul(i64::try_from(quantity).unwrap_or(1)),
            note: note.clone(),
            address: None,
            wanted_at: None,
        };
        let deeds = Rc::clone(&self.deeds);
        let Some(device) = self.storm.devices.get_mut(by) else { return };
        device.ask_for(
            Command::SendOrder { conversation, order: Box::new(order) },
            move |answer| {
                let mut deeds = deeds.borrow_mut();
                if deeds.did("orders", &answer) {
                    deeds.orders.push((chat, note));
                }
            },
        );
    }

    async fn go_on_with_order(&mut self, by: usize, chat: usize) {
        use OrderStateView::{Accepted, Changed, New, Ready};
        let is_agent = self.is_agent(by);
        let mut orders = self.orders(by, chat).await;
        orders.retain(|order| match order.state {
            New | Changed => true,
            Accepted | Ready => is_agent,
            _over => false,
        });
        let Some(at) = self.any_of(orders.len()) else { return };
        let Some(order) = orders.get(at) else { return };
        let reason = || "sorry".to_owned();
        let number = self.storm.dice.below(100);
        let step = match (is_agent, order.state) {
            (true, New) => match order.lines.first().map(|line| line.quantity) {
                Some(quantity) if number < 30 && quantity > 1 => {
                    OrderStepView::Change { quantities: vec![quantity - 1], reason: reason() }
                }
                _one if number < 50 => OrderStepView::Decline { reason: reason() },
                _one => OrderStepView::Accept { minutes: Some(20) },
            },
            (true, Changed) => OrderStepView::Decline { reason: reason() },
            (true, Accepted) if number < 70 => OrderStepView::Ready,
            (true, _) if number < 85 => OrderStepView::Done,
            (true, _) => OrderStepView::Cancel { reason: reason() },
            (false, Changed) if number < 70 => OrderStepView::Agree,
            (false, _) => OrderStepView::Withdraw,
        };
        let step = Command::StepOrder { order: order.order, step };
        if self.done("steps of orders", by, step).await {
            self.deeds.borrow_mut().stepped(by, chat).orders += 1;
        }
    }

    /// Slots, the earliest first: all are offered the same ones.
    async fn offer(&mut self, by: usize, chat: usize) {
        let Some(conversation) = self.conversation(chat) else { return };
        let mut slots = self.free(by).await;
        slots.truncate(6);
        if slots.is_empty() {
            return;
        }
        let service = self.service.clone();
        let offer = Box::new(SlotsDraft { service, slots, hours: 72, booking: None });
        self.done("offers", by, Command::OfferSlots { conversation, offer }).await;
    }

    async fn book(&mut self, by: usize, chat: usize) {
        let Some(offered) = self.offered(by, chat).await else { return };
        let Some(slot) = self.any_of(offered.slots.len()) else { return };
        let slot = offered.slots.get(slot).cloned();
        let note = self.next("booking");
        let book = Command::Book { offer: offered.offer, slot, note: note.clone() };
        if self.done("bookings", by, book).await {
            self.deeds.borrow_mut().bookings.push((chat, note));
        }
    }

    async fn go_on_with_booking(&mut self, by: usize, chat: usize) {
        let mut bookings = self.bookings(by, chat).await;
        bookings.retain(|booking| !is_over(booking));
        let Some(at) = self.any_of(bookings.len()) else { return };
        let Some(booking) = bookings.get(at) else { return };
        let number = self.storm.dice.below(100);
        let cancel = BookingStepView::Cancel { reason: "sorry".to_owned() };
        let step = if self.is_agent(by) {
            if booking.wish.is_some() && number < 10 {
                BookingStepView::Decline { reason: "sorry".to_owned() }
            } else if number < 70 {
                let slots = self.free(by).await;
                let Some(slot) = self.any_of(slots.len().min(6)) else { return };
                let Some(slot) = slots.get(slot).cloned() else { return };
                BookingStepView::Move { slot }
            } else {
                cancel
            }
        } else if number < 55 {
            let Some(offered) = self.offered(by, chat).await else { return };
            let Some(slot) = self.any_of(offered.slots.len()) else { return };
            let Some(slot) = offered.slots.get(slot).cloned() else { return };
            BookingStepView::Ask { offer: offered.offer, slot }
        } else {
            cancel
        };
        // What is moved is said in the own group; the customer is told by whoever is first.
        let is_told = !matches!(step, BookingStepView::Move { .. });
        let step = Command::StepBooking { booking: booking.booking, step };
        if self.done("steps of bookings", by, step).await && is_told {
            self.deeds.borrow_mut().stepped(by, chat).bookings += 1;
        }
    }

    async fn label(&mut self, by: usize, chat: usize) {
        let Some(conversation) = self.conversation(chat) else { return };
        let labels: Vec<&String> = self.labels.iter().collect();
        let Some(label) = self.storm.dice.choose(&labels).cloned() else { return };
        let is_set = self.storm.dice.percent(60);
        let set = TeamCommand::SetLabel { conversation, label: label.clone(), is_set };
        if self.done("labels", by, Command::Team(Box::new(set))).await {
            let value = if is_set { label.clone() } else { String::new() };
            self.deeds.borrow_mut().wrote(chat, Key::Label(label), Write { by, value, seen: None });
        }
    }

    /// Writes into a field of the card, over what stands there.
    async fn write_card(&mut self, by: usize, chat: usize) {
        let Some(conversation) = self.conversation(chat) else { return };
        let name = format!("field {}", self.storm.dice.below(FIELDS));
        let seen = self.card(by, conversation).await.into_iter().find(|field| field.name == name);
        let value = self.next("value");
        let field = CardField { name: name.clone(), value: value.clone() };
        let set = TeamCommand::SetField { conversation, field };
        if self.done("fields", by, Command::Team(Box::new(set))).await {
            let seen = seen.map(|field| field.value);
            self.deeds.borrow_mut().wrote(chat, Key::Field(name), Write { by, value, seen });
        }
    }

    async fn note(&mut self, by: usize, chat: usize) {
        let Some(conversation) = self.conversation(chat) else { return };
        let text = self.next("note");
        let note = TeamCommand::AddNote { conversation, text: text.clone(), mentions: Vec::new() };
        if self.done("notes", by, Command::Team(Box::new(note))).await {
            self.deeds.borrow_mut().notes.push((chat, text));
        }
    }

    /// Asks a device to do something; tells whether it did.
    async fn done(&self, what: &'static str, by: usize, command: Command) -> bool {
        let Some(device) = self.storm.devices.get(by) else { return false };
        self.storm.trace.note(format_args!("{}: {command:?}", device.name));
        let answer = device.call(command).await;
        if let Err(failure) = &answer {
            self.storm.trace.note(format_args!("{} can't: {failure:?}", device.name));
        }
        self.deeds.borrow_mut().did(what, &answer)
    }

    async fn ask(&self, of: usize, command: Command) -> Option<Answer> {
        self.storm.devices.get(of)?.call(command).await.ok()
    }

    async fn orders(&self, of: usize, chat: usize) -> Vec<OrderView> {
        let conversation = self.conversation(chat);
        match self.ask(of, Command::Orders { conversation, limit: GLANCE }).await {
            Some(Answer::Orders(orders)) => orders,
            _none => Vec::new(),
        }
    }

    async fn bookings(&self, of: usize, chat: usize) -> Vec<BookingView> {
        let conversation = self.conversation(chat);
        match self.ask(of, Command::Bookings { conversation, from: None, limit: GLANCE }).await {
            Some(Answer::Bookings(bookings)) => bookings,
            _none => Vec::new(),
        }
    }

    /// The newest offer that a customer sees.
    async fn offered(&self, by: usize, chat: usize) -> Option<SlotsView> {
        let conversation = self.conversation(chat)?;
        let page = Command::Messages { conversation, before: None, limit: 4 * GLANCE };
        let Some(Answer::Messages(page)) = self.ask(by, page).await else { return None };
        page.messages.into_iter().rev().find_map(|message| match message.body {
            MessageBody::Slots(slots) => Some(*slots),
            _other => None,
        })
    }

    /// What a device believes to be free.
    async fn free(&self, of: usize) -> Vec<SlotView> {
        let (service, from) = (self.service.clone(), self.from);
        let free =
            Command::FreeSlots { service, person: None, from, days: DAYS, without_notice: false };
        match self.ask(of, free).await {
            Some(Answer::Slots(slots)) => slots,
            _none => Vec::new(),
        }
    }

    async fn card(&self, of: usize, conversation: ConversationId) -> Vec<CardField> {
        let card = Command::Team(Box::new(TeamCommand::Card { conversation }));
        match self.ask(of, card).await {
            Some(Answer::CardFields(fields)) => fields,
            _none => Vec::new(),
        }
    }

    fn conversation(&self, chat: usize) -> Option<ConversationId> {
        self.storm.chats.get(chat).map(|chat| chat.conversation)
    }

    fn is_agent(&self, device: usize) -> bool {
        self.storm.devices.get(device).is_some_and(|device| device.is_business)
    }

    fn any_agent(&mut self) -> usize {
        let agents: Vec<usize> =
            (0..self.storm.devices.len()).filter(|at| self.is_agent(*at)).collect();
        self.storm.dice.choose(&agents).unwrap_or_default()
    }

    /// A chat; the first ones more often, so that agents meet in them.
    fn any_chat(&mut self) -> usize {
        let (one, other) = (self.any_of(CROWD.customers), self.any_of(CROWD.customers));
        one.min(other).unwrap_or_default()
    }

    fn any_of(&mut self, count: usize) -> Option<usize> {
        let all: Vec<usize> = (0..count).collect();
        self.storm.dice.choose(&all)
    }

    /// A text that nobody else says.
    fn next(&mut self, what: &str) -> String {
        self.number += 1;
        format!("{what} {}", self.number)
    }
}

/// Whether nothing can come of a booking any more.
const fn is_over(booking: &BookingView) -> bool {
    use BookingStateView::{CancelledByBusiness, CancelledByCustomer, NoShow};
    matches!(booking.state, CancelledByBusiness | CancelledByCustomer | NoShow)
}
