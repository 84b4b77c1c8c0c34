//! What must hold when everything is whole again: all devices have come to the same, no time is booked
//! twice, nothing that was done is lost.

use std::collections::{BTreeMap, BTreeSet};

use tresen_types::{DeviceId, MessageId, Timestamp};
use tresen_view::{
    Answer, BookingStateView, BookingView, Command, ConversationRow, DealLine, MessageBody,
    MessageState, MessageView, SystemLine, TeamCommand,
};

use super::{MINUTES, Market, deeds::Key};

/// Differences of one kind that are told one by one.
const TOLD_MAX: usize = 5;

/// What a device has of a chat.
struct View {
    device: usize,
    chat: usize,
    messages: Vec<MessageView>,
}

/// A time of somebody's that is taken.
struct Taken<'a> {
    person: &'a str,
    start: Timestamp,
    until: Timestamp,
    booking: MessageId,
}

impl Market {
    /// What isn't well now.
    pub(super) async fn look(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut views = Vec::new();
        for (chat, known) in self.storm.chats.iter().enumerate() {
            for (device, of) in self.storm.devices.iter().enumerate() {
                if (of.is_business && !of.is_late) || device == known.customer {
                    let messages = of.messages(known.conversation).await;
                    views.push(View { device, chat, messages });
                }
            }
        }
        self.check_agreement(&views, &mut wrong);
        self.check_calendars(&views, &mut wrong).await;
        self.check_deeds(&views, &mut wrong);
        self.check_steps(&views, &mut wrong).await;
        self.check_team(&mut wrong).await;
        wrong
    }

    /// Whoever is in a chat has the same messages with the same that came of them.
    fn check_agreement(&self, views: &[View], wrong: &mut Vec<String>) {
        let owners = || views.iter().filter(|view| view.device == 0);
        for first in owners() {
            let expected = said(first);
            for view in views.iter().filter(|view| view.chat == first.chat) {
                let found = said(view);
                let ids: BTreeSet<_> = expected.keys().chain(found.keys()).collect();
                let differing = ids.into_iter().filter(|id| expected.get(id) != found.get(id));
                for id in differing.take(TOLD_MAX) {
                    wrong.push(format!(
                        "not the same: {} in chat {} has {id} as {:?}, the owner as {:?}",
                        self.name(view.device),
                        view.chat,
                        found.get(id),
                        expected.get(id)
                    ));
                }
            }
        }
        for view in views {
            let unsaid = view.messages.iter().filter(|message| {
                matches!(message.state, Some(MessageState::Queued | MessageState::Failed))
            });
            for message in unsaid.take(TOLD_MAX) {
                let (who, state) = (self.name(view.device), message.state);
                wrong.push(format!("{state:?}: {who} in chat {} {:?}", view.chat, message.body));
            }
        }
    }

    /// No time is booked twice, as each device knows it and as customers were told; what isn't booked can be.
    async fn check_calendars(&self, views: &[View], wrong: &mut Vec<String>) {
        let agents = || (0..self.storm.devices.len()).filter(|at| self.is_agent(*at));
        for device in agents() {
            let own = || views.iter().filter(|view| view.device == device);
            self.check_booked_once(own().flat_map(bookings), self.name(device), wrong);
        }
        let told = || views.iter().filter(|view| !self.is_agent(view.device));
        self.check_booked_once(told().flat_map(bookings), "what customers know", wrong);
        let undecided = told().flat_map(bookings).filter(|booking| booking.wish.is_some());
        for booking in undecided.take(TOLD_MAX) {
            wrong.push(format!("nobody decides: {booking:?}"));
        }
        let taken = taken(told().flat_map(bookings));
        let expected = self.slots.iter().filter(|slot| {
            !taken.iter().any(|taken| {
                taken.person == slot.person
                    && slot.start < taken.until
                    && taken.start < until(slot.start)
            })
        });
        let expected: Vec<_> = expected.cloned().collect();
        for device in agents() {
            let free = self.free(device).await;
            for slot in free.iter().filter(|slot| !expected.contains(slot)).take(TOLD_MAX) {
                wrong.push(format!("{} believes to be free: {slot:?}", self.name(device)));
            }
            for slot in expected.iter().filter(|slot| !free.contains(slot)).take(TOLD_MAX) {
                wrong.push(format!("{} believes to be booked: {slot:?}", self.name(device)));
            }
        }
    }

    fn check_booked_once<'a>(
        &self,
        bookings: impl Iterator<Item = &'a BookingView>,
        whose: &str,
        wrong: &mut Vec<String>,
    ) {
        let taken = taken(bookings);
        for (at, one) in taken.iter().enumerate() {
            for other in taken.iter().skip(at + 1) {
                let are_apart = one.until <= other.start || other.until <= one.start;
                if one.person == other.person && one.booking != other.booking && !are_apart {
                    wrong.push(format!(
                        "booked twice: {whose}: {} has {} from {} on, {} from {} on",
                        one.person,
                        one.booking,
                        one.start.as_millis(),
                        other.booking,
                        other.start.as_millis()
                    ));
                }
            }
        }
    }

    /// Every note, order and booking is where it belongs, once; labels and fields are as the last one who
    /// set them wants it.
    fn check_deeds(&self, views: &[View], wrong: &mut Vec<String>) {
        let deeds = self.deeds.borrow();
        for view in views {
            let is_agent = self.is_agent(view.device);
            let mut words = BTreeMap::<&str, u32>::new();
            for message in &view.messages {
                let word = match &message.body {
                    MessageBody::Order(order) => Some(order.note.as_str()),
                    MessageBody::Booking(booking) => Some(booking.note.as_str()),
                    MessageBody::System(SystemLine::Note { text, .. }) => Some(text.as_str()),
                    _other => None,
                };
                word.into_iter().for_each(|word| *words.entry(word).or_default() += 1);
            }
            let of_customer = deeds.orders.iter().chain(&deeds.bookings);
            let notes = deeds.notes.iter().filter(|_note| is_agent);
            for (_chat, word) in of_customer.chain(notes).filter(|(chat, _)| *chat == view.chat) {
                if !words.contains_key(word.as_str()) {
                    let (who, chat) = (self.name(view.device), view.chat);
                    wrong.push(format!("lost: {who} has no {word} in chat {chat}"));
                }
            }
            for (word, times) in words.into_iter().filter(|(_word, times)| *times > 1) {
                let (who, chat) = (self.name(view.device), view.chat);
                wrong.push(format!("doubled: {who} has {word} {times} times in chat {chat}"));
            }
        }
    }

    /// Every step that a device took stands in its chat; what it says is compared elsewhere.
    async fn check_steps(&self, views: &[View], wrong: &mut Vec<String>) {
        let mut devices = BTreeMap::new();
        for device in 0..self.storm.devices.len() {
            if let Some(Answer::Account(Some(account))) = self.ask(device, Command::Account).await {
                devices.insert(device, account.device);
            }
        }
        let deeds = self.deeds.borrow();
        for ((by, chat), taken) in &deeds.steps {
            let (Some(id), Some(view)) = (
                devices.get(by),
                // Those of the late one are looked for on the owner's device.
                views
                    .iter()
                    .find(|view| view.chat == *chat && (view.device == *by || view.device == 0)),
            ) else {
                wrong.push(format!("nobody knows the steps of {}", self.name(*by)));
                continue;
            };
            let (orders, bookings) = steps(view, *id);
            // Those of bookings are also taken by the business's devices by themselves.
            let is_as_many = if self.is_agent(*by) {
                bookings >= taken.bookings
            } else {
                bookings == taken.bookings
            };
            if orders != taken.orders || !is_as_many {
                wrong.push(format!(
                    "lost: {} took {} steps of orders and {} of bookings in chat {chat}, not {orders} \
                     and {bookings}",
                    self.name(*by),
                    taken.orders,
                    taken.bookings
                ));
            }
        }
    }

    /// All devices of the business, the late one too, know the same of every chat, and what was set last.
    async fn check_team(&self, wrong: &mut Vec<String>) {
        let mut first: Option<(usize, Vec<String>)> = None;
        for device in (0..self.storm.devices.len()).filter(|at| self.is_agent(*at)) {
            let known = self.common(device).await;
            self.check_standing(device, &known, wrong);
            let mut lines: Vec<String> = known.iter().map(Known::line).collect();
            for command in [Command::Schedule, Command::Team(Box::new(TeamCommand::View))] {
                lines.push(format!("{:?}", self.ask(device, command).await));
            }
            let Some((owner, expected)) = &first else {
                first = Some((device, lines));
                continue;
            };
            let pairs = expected.iter().zip(&lines).filter(|(one, other)| one != other);
            for (expected, found) in pairs.take(TOLD_MAX) {
                let (who, owner) = (self.name(device), self.name(*owner));
                wrong.push(format!("not the same: {who} has {found}, {owner} {expected}"));
            }
        }
    }

    fn check_standing(&self, device: usize, known: &[Known], wrong: &mut Vec<String>) {
        let deeds = self.deeds.borrow();
        for (chat, key, standing) in deeds.standing() {
            let Some(known) = known.get(chat) else { continue };
            let found = match key {
                Key::Label(label) => {
                    if known.labels.contains(label) {
                        label.as_str()
                    } else {
                        ""
                    }
                }
                Key::Field(name) => known.fields.get(name).map_or("", String::as_str),
            };
            if !standing.contains(found) {
                let who = self.name(device);
                wrong.push(format!(
                    "lost: {who} has {found:?} as {key:?} of chat {chat}, and not one of {standing:?}"
                ));
            }
        }
    }

    /// What a device of the business knows of each chat.
    async fn common(&self, device: usize) -> Vec<Known> {
        let mut all = Vec::new();
        for chat in &self.storm.chats {
            let conversation = chat.conversation;
            let Some(Answer::Header(header)) =
                self.ask(device, Command::Header { conversation }).await
            else {
                all.push(Known::default());
                continue;
            };
            let ConversationRow { marks, assignee, is_closed, .. } = header.row;
            all.push(Known {
                labels: marks.labels.iter().map(|label| label.label.clone()).collect(),
                fields: self
                    .card(device, conversation)
                    .await
                    .into_iter()
                    .map(|field| (field.name, field.value))
                    .collect(),
                rest: format!(
                    "{conversation} {:?} {:?} {:?} {is_closed}",
                    marks.snoozed_until,
                    marks.reminder,
                    assignee.map(|reader| reader.device)
                ),
            });
        }
        all
    }

    fn name(&self, device: usize) -> &str {
        self.storm.devices.get(device).map_or("nobody", |device| &device.name)
    }
}

/// What a device of the business knows of a chat beside its messages.
#[derive(Default)]
struct Known {
    labels: BTreeSet<String>,
    fields: BTreeMap<String, String>,
    rest: String,
}

impl Known {
    fn line(&self) -> String {
        format!("{} {:?} {:?}", self.rest, self.labels, self.fields)
    }
}

/// Every message of a view in words that are the same on all devices; lines of the device itself left out.
fn said(view: &View) -> BTreeMap<MessageId, String> {
    let mut all = BTreeMap::new();
    for message in &view.messages {
        let words = match &message.body {
            MessageBody::System(_) => continue,
            MessageBody::Order(order) => format!(
                "{:?} {:?} {:?} {} {} {:?} {:?}",
                order.state,
                order.lines,
                order.total,
                order.note,
                order.reason,
                order.ready_at,
                order.times
            ),
            MessageBody::Booking(booking) => format!(
                "{:?} {:?} {:?} {} {} {} {:?}",
                booking.state,
                booking.slot,
                booking.wish,
                booking.note,
                booking.reason,
                booking.moves,
                booking.times
            ),
            MessageBody::Slots(slots) => {
                format!("{:?} {:?} {:?}", slots.slots, slots.expires_at, slots.booking)
            }
            other => format!("{other:?}"),
        };
        all.insert(message.message, format!("{} {words}", message.at.as_millis()));
    }
    all
}

fn bookings(view: &View) -> impl Iterator<Item = &BookingView> {
    view.messages.iter().filter_map(|message| match &message.body {
        MessageBody::Booking(booking) => Some(&**booking),
        _other => None,
    })
}

fn taken<'a>(bookings: impl Iterator<Item = &'a BookingView>) -> Vec<Taken<'a>> {
    let has_slot = |booking: &&BookingView| {
        matches!(booking.state, BookingStateView::Held | BookingStateView::Confirmed)
    };
    bookings
        .filter(has_slot)
        .filter_map(|booking| {
            let slot = booking.slot.as_ref()?;
            let (person, start) = (slot.person.as_str(), slot.start);
            Some(Taken { person, start, until: until(start), booking: booking.booking })
        })
        .collect()
}

/// Until when a slot with this start keeps everything else away.
fn until(start: Timestamp) -> Timestamp {
    start.plus_millis(i64::from(MINUTES.0 + MINUTES.1) * 60_000)
}

/// The steps of a device in a view: of orders and of bookings.
fn steps(view: &View, by: DeviceId) -> (usize, usize) {
    let own = || view.messages.iter().filter(|message| message.sender == by);
    let orders =
        own().filter(|message| matches!(message.body, MessageBody::Deal(DealLine::Order { .. })));
    let bookings =
        own().filter(|message| matches!(message.body, MessageBody::Deal(DealLine::Booking { .. })));
    (orders.count(), bookings.count())
}
