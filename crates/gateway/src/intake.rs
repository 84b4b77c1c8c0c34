//! From what the SDK tells to webhooks that wait: each exactly once, in one transaction with the note
//! that it was taken in.
//!
//! ```text
//! start     look through every conversation for what happened meanwhile
//! event     Message ─▶ take_in ─▶ note and webhook, one transaction ─▶ deliver
//! too many  nothing is taken in; looked through again when there is room
//! ```

use std::{collections::BTreeSet, rc::Rc, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures::{Stream, StreamExt as _};
use tokio::sync::watch;
use tresen_types::{AccountId, Category, ConversationId, MessageId};
use tresen_view::{
    Answer, Command, ConversationHeader, Event, InboxFilter, MessageBody, MessageState,
    MessageView, PaymentView,
};

use crate::{
    error::{Error, Result},
    gateway::Gateway,
    ids,
    limits::{FOLLOWED_MS, PAGE, WEBHOOKS_MAX},
    secret::{random, sha256},
    store::{CustomerRecord, Lane, MessageRecord, NewEvent, Origin, Told, Tx},
    webhook::{bill, deliver, fields, value, value::Step},
};

/// Of the hash of a customer's key.
const KEY_HASH_BYTES: usize = 8;

/// Events that are taken in together at most.
const EVENTS_AT_ONCE: usize = 64;
/// How long intake rests when too many webhooks wait.
const REST: Duration = Duration::from_secs(5);

/// Takes in what happens until the gateway stops.
pub(crate) async fn run(
    gateway: Rc<Gateway>,
    mut events: impl Stream<Item = Event> + Unpin,
    mut stop: watch::Receiver<bool>,
) {
    tokio::select! {
        () = work(&gateway, &mut events) => {}
        _ = stop.wait_for(|is_over| *is_over) => {}
    }
}

async fn work(gateway: &Rc<Gateway>, events: &mut (impl Stream<Item = Event> + Unpin)) {
    let mut events = events.ready_chunks(EVENTS_AT_ONCE);
    let mut is_behind = true;
    loop {
        if is_behind {
            is_behind = match catch_up(gateway).await {
                Ok(is_done) => {
                    gateway.met.notify_waiters();
                    !is_done
                }
                Err(error) => {
                    tracing::error!(%error, "what happened can't be taken in");
                    true
                }
            };
            if is_behind {
                tokio::time::sleep(REST).await;
                continue;
            }
        }
        let Some(together) = events.next().await else { return };
        is_behind = !take_all(gateway, together).await;
    }
}

/// Takes in what came together. Says whether there was room for all.
async fn take_all(gateway: &Rc<Gateway>, events: Vec<Event>) -> bool {
    // All of it has happened: whoever is looked at once is seen as of now.
    let mut met = BTreeSet::new();
    let mut is_all = true;
    for event in events {
        let taken = match event {
            Event::Message { conversation, message } => {
                take_in(gateway, conversation, &message).await
            }
            // A conversation that this device has come into can be written to.
            Event::HeaderChanged { conversation } if met.insert(conversation) => {
                meet(gateway, conversation).await
            }
            Event::AccountChanged | Event::DevicesChanged => {
                gateway.look.notify_waiters();
                continue;
            }
            _ => continue,
        };
        is_all &= taken.unwrap_or_else(|error| {
            tracing::error!(%error, "a message can't be taken in");
            false
        });
    }
    is_all
}

/// Looks through every conversation for what wasn't taken in. Says whether there was room for all.
async fn catch_up(gateway: &Rc<Gateway>) -> Result<bool> {
    for filter in [InboxFilter::All, InboxFilter::Closed] {
        let command = Command::Conversations { filter };
        let Answer::Conversations(rows) = gateway.client.call(command).await? else {
            return Err(Error::unexpected());
        };
        for row in rows {
            meet(gateway, row.conversation).await?;
            if !catch_up_in(gateway, row.conversation).await? {
                return Ok(false);
            }
        }
    }
    catch_up_payments(gateway).await?;
    Ok(true)
}

/// A payment may have gone on whose bill is older than what is looked through.
async fn catch_up_payments(gateway: &Rc<Gateway>) -> Result<()> {
    let command = Command::Payments { conversation: None, limit: PAGE };
    let Answer::Payments(payments) = gateway.client.call(command).await? else {
        return Err(Error::unexpected());
    };
    let mut lanes: Vec<Lane> = Vec::new();
    gateway.store.write(|tx| {
        for payment in &payments {
            if let Some(customer) = tx.customer_of(payment.conversation)? {
                tell_payment(gateway, tx, &customer, payment, &mut lanes)?;
            }
        }
        Ok(())
    })?;
    gateway.deliveries.added(&lanes, gateway.now());
    Ok(())
}

async fn catch_up_in(gateway: &Rc<Gateway>, conversation: ConversationId) -> Result<bool> {
    let since = gateway.now().plus_millis(-FOLLOWED_MS);
    let from = gateway.store.read(|tx| {
        let newest = tx.newest_position(conversation)?;
        let oldest = tx.oldest_to_follow(conversation, since)?;
        Ok(match (newest, oldest) {
            (Some(newest), Some(oldest)) => newest.min(oldest),
            (Some(newest), None) => newest,
            (None, _) => i64::MIN,
        })
    })?;
    let mut messages: Vec<MessageView> = Vec::new();
    loop {
        let before = messages.first().map(|oldest| oldest.position);
        let command = Command::Messages { conversation, before, limit: PAGE };
        let Answer::Messages(page) = gateway.client.call(command).await? else {
            return Err(Error::unexpected());
        };
        let is_last = !page.has_older || page.messages.is_empty();
        messages.splice(0..0, page.messages);
        let is_enough = messages
            .first()
            .is_none_or(|oldest| oldest.position <= from || oldest.at < gateway.since);
        if is_last || is_enough {
            break;
        }
    }
    for message in &messages {
        let is_new = message.position >= from || message.reactions.iter().any(|one| one.is_theirs);
        if is_new && !take_in(gateway, conversation, message).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Takes in a message as it is now. Says whether there was room.
async fn take_in(
    gateway: &Rc<Gateway>,
    conversation: ConversationId,
    message: &MessageView,
) -> Result<bool> {
    let is_told = match &message.body {
        MessageBody::Text { .. }
        | MessageBody::Attachment(_)
        | MessageBody::Template(_)
        | MessageBody::Card(_)
        | MessageBody::Choice(_)
        | MessageBody::Order(_)
        | MessageBody::Payment(_)
        | MessageBody::Deleted
        | MessageBody::Unsupported { .. } => message.at >= gateway.since,
        // A step is told as what becomes of its order or bill; bookings have no form in the API.
        MessageBody::Slots(_)
        | MessageBody::Booking(_)
        | MessageBody::Quotation(_)
        | MessageBody::Deal(_)
        | MessageBody::System(_)
        | MessageBody::Refused { .. } => false,
    };
    if !is_told {
        return Ok(true);
    }
    if gateway.deliveries.waiting() >= WEBHOOKS_MAX {
        return Ok(false);
    }
    if is_own_news_of_nothing(gateway, message) {
        return Ok(true);
    }
    let known = gateway.store.read(|tx| tx.customer_of(conversation))?;
    let customer = match known {
        Some(customer) => customer,
        None => match introduce(gateway, conversation).await? {
            Some(customer) => customer,
            None => return Ok(true),
        },
    };
    let customer = as_told(gateway, customer);
    let mut lanes: Vec<Lane> = Vec::new();
    gateway.store.write(|tx| {
        let mut taking = Taking { gateway, tx, customer: &customer, message, lanes: &mut lanes };
        if !message.is_own {
            taking.of_customer()?;
        } else if message.sender == gateway.device {
            taking.of_gateway()?;
        } else {
            taking.of_colleague()?;
        }
        taking.payment()?;
        taking.reaction()
    })?;
    gateway.deliveries.added(&lanes, gateway.now());
    deliver::sweep(gateway)?;
    Ok(true)
}

/// The customer as webhooks tell of it: with the hash of the key where the program asked for it.
pub(crate) fn as_told(gateway: &Gateway, customer: CustomerRecord) -> CustomerRecord {
    if gateway.settings.borrow().checks_keys {
        return customer;
    }
    CustomerRecord { key_hash: String::new(), ..customer }
}

/// A message of this gateway that isn't out yet: its send has noted it, or will.
fn is_own_news_of_nothing(gateway: &Gateway, message: &MessageView) -> bool {
    message.is_own
        && message.sender == gateway.device
        && message.state.is_none_or(|state| state == MessageState::Queued)
        && message.reactions.is_empty()
        && !matches!(
            message.body,
            MessageBody::Payment(_) | MessageBody::Attachment(_) | MessageBody::Deleted
        )
}

/// Notes who the customer of a conversation is, and what the customer wants.
async fn meet(gateway: &Gateway, conversation: ConversationId) -> Result<bool> {
    introduce(gateway, conversation).await?;
    Ok(true)
}

async fn introduce(
    gateway: &Gateway,
    conversation: ConversationId,
) -> Result<Option<CustomerRecord>> {
    // The business's own group has no customer.
    let Ok(header) = header(gateway, conversation).await else { return Ok(None) };
    let row = &header.row;
    let is_new = header.since >= gateway.since;
    let entry = header.entry.filter(|_entry| is_new);
    let entry = entry.map(|entry| entry.to_string()).unwrap_or_default();
    let known = gateway.store.read(|tx| {
        let known = tx.customer_of(conversation)?;
        let known = known.filter(|known| {
            known.name == row.name && !known.key_hash.is_empty() && known.entry == entry
        });
        let wants = tx.wanted_offers(row.counterpart)?;
        Ok(known.filter(|_| wants == Some(wants_offers(&header))))
    })?;
    if known.is_some() {
        return Ok(known);
    }
    let key_hash = key_hash(gateway, row.counterpart).await?;
    let settings = gateway.settings.borrow().clone();
    let mut lanes: Vec<Lane> = Vec::new();
    let customer = gateway.store.write(|tx| {
        let before = tx.customer(row.counterpart)?;
        let (ids, account) = (&gateway.ids, row.counterpart);
        let customer = tx.put_customer(ids, account, conversation, &row.name, &key_hash, &entry)?;
        tell_preference(gateway, tx, &customer, &header, &mut lanes)?;
        let told = as_told(gateway, customer.clone());
        if before.is_none() && settings.welcomes && is_new {
            let id = ids::wamid(MessageId::new(random()?));
            let value = value::welcome(&gateway.ids, &told, &id, gateway.now());
            queue(gateway, tx, &told, (fields::MESSAGES, None, &value), &mut lanes)?;
        }
        let is_named = before.is_none_or(|before| before.name != customer.name);
        if is_named && settings.tells_app_state {
            let value = value::app_contact(&gateway.ids, &told, gateway.now());
            queue(gateway, tx, &told, (fields::APP_STATE, None, &value), &mut lanes)?;
        }
        Ok(customer)
    })?;
    gateway.deliveries.added(&lanes, gateway.now());
    gateway.met.notify_waiters();
    Ok(Some(customer))
}

/// A short hash of an account's key: another key has another.
async fn key_hash(gateway: &Gateway, account: AccountId) -> Result<String> {
    match gateway.client.call(Command::Profile { account }).await? {
        Answer::Profile(profile) => {
            let hash = sha256(profile.fingerprint.as_bytes());
            let short: Vec<u8> = hash.into_iter().take(KEY_HASH_BYTES).collect();
            Ok(STANDARD.encode(short))
        }
        _ => Err(Error::unexpected()),
    }
}

fn wants_offers(header: &ConversationHeader) -> bool {
    header.consent.is_some_and(|allowed| allowed.contains(Category::Marketing))
}

async fn header(
    gateway: &Gateway,
    conversation: ConversationId,
) -> Result<Box<ConversationHeader>> {
    match gateway.client.call(Command::Header { conversation }).await? {
        Answer::Header(header) => Ok(header),
        _ => Err(Error::unexpected()),
    }
}

/// One message on its way into the queue.
struct Taking<'a> {
    gateway: &'a Gateway,
    tx: &'a Tx<'a>,
    customer: &'a CustomerRecord,
    message: &'a MessageView,
    /// Where deliveries wait now.
    lanes: &'a mut Vec<Lane>,
}

impl Taking<'_> {
    /// A customer's message is told once.
    fn of_customer(&mut self) -> Result<()> {
        if let Some(record) = self.tx.message_by_id(self.message.message)? {
            return self.change(&record);
        }
        // It came and went while the gateway was away.
        if matches!(self.message.body, MessageBody::Deleted) {
            return Ok(());
        }
        let came_by = &self.customer.entry;
        let is_first = !came_by.is_empty() && !self.tx.has_heard(self.customer.conversation)?;
        let record = self.record(Origin::Customer, Told::Nothing);
        self.tx.put_message(&record)?;
        self.gateway.metrics.received.increment();
        let mut value =
            value::message(&self.gateway.ids, self.tx, self.customer, &record, self.message)?;
        if is_first {
            let referral = value::referral(&self.gateway.origin, came_by, &self.gateway.name());
            value["messages"][0]["referral"] = referral;
        }
        self.queue(fields::MESSAGES, self.media(), &value)
    }

    /// What a customer made of a message that was told: another text, or nothing any more.
    fn change(&mut self, record: &MessageRecord) -> Result<()> {
        let now = match &self.message.body {
            MessageBody::Deleted => String::new(),
            MessageBody::Text { text } if self.message.marks.is_edited => text.clone(),
            _ => return Ok(()),
        };
        if !self.tx.put_told_change(self.message.message, &now)? {
            return Ok(());
        }
        let id = ids::wamid(MessageId::new(random()?));
        let (customer, at) = (self.customer, self.gateway.now());
        let value = value::change(&self.gateway.ids, customer, record, &now, &id, at);
        self.queue(fields::MESSAGES, None, &value)
    }

    /// A colleague's message is told once, when the server has it.
    fn of_colleague(&mut self) -> Result<()> {
        let is_out = self.message.state >= Some(MessageState::Sent)
            && self.message.state != Some(MessageState::Failed)
            && !matches!(self.message.body, MessageBody::Deleted);
        if !is_out || self.tx.message_by_id(self.message.message)?.is_some() {
            return Ok(());
        }
        let record = self.record(Origin::Colleague, Told::Nothing);
        self.tx.put_message(&record)?;
        let value = value::echo(&self.gateway.ids, self.tx, self.customer, &record, self.message)?;
        self.queue(fields::ECHOES, self.media(), &value)
    }

    /// A message of this gateway: how far it has come, step by step and each step once.
    fn of_gateway(&mut self) -> Result<()> {
        let known = match self.tx.message_by_id(self.message.message)? {
            Some(known) => Some(known),
            // A file's message has got its final id.
            None => self.tx.own_message_at(self.customer.conversation, self.message.position)?,
        };
        let record = known.unwrap_or_else(|| self.record(Origin::Gateway, Told::Nothing));
        if record.origin == Origin::Part {
            return self.tx.put_message(&MessageRecord { id: self.message.message, ..record });
        }
        if matches!(self.message.body, MessageBody::Deleted) {
            return self.taken_back(&record);
        }
        let reached = match self.message.state {
            Some(MessageState::Sent) => Told::Sent,
            Some(MessageState::Delivered) => Told::Delivered,
            Some(MessageState::Read) => Told::Read,
            Some(MessageState::Played) => Told::Played,
            Some(MessageState::Failed) => Told::Failed,
            Some(MessageState::Queued) | None => Told::Nothing,
        };
        let steps: &[Told] = match (record.told, reached) {
            (Told::Played | Told::Failed, _) | (_, Told::Nothing) => &[],
            (Told::Read, Told::Failed) => &[],
            (_, Told::Failed) => &[Told::Failed],
            _ => &[Told::Sent, Told::Delivered, Told::Read, Told::Played],
        };
        for step in steps.iter().filter(|step| **step > record.told && **step <= reached) {
            self.status(&record, Step::To(*step))?;
        }
        let told = steps.last().map_or(record.told, |_| record.told.max(reached));
        self.tx.put_message(&MessageRecord { id: self.message.message, told, ..record })
    }

    /// An own message was taken back, by the program or by a colleague: told once.
    fn taken_back(&mut self, record: &MessageRecord) -> Result<()> {
        if record.told != Told::Failed && self.tx.put_told_change(self.message.message, "")? {
            self.status(record, Step::Deleted)?;
        }
        self.tx.put_message(record)
    }

    fn status(&mut self, record: &MessageRecord, step: Step) -> Result<()> {
        let (ids, now) = (&self.gateway.ids, self.gateway.now());
        let value = value::status(ids, self.customer, record, step, now, self.message);
        self.queue(fields::MESSAGES, None, &value)
    }

    /// How far the payment of a program's bill has come is told, each state once.
    fn payment(&mut self) -> Result<()> {
        let MessageBody::Payment(payment) = &self.message.body else { return Ok(()) };
        tell_payment(self.gateway, self.tx, self.customer, payment, self.lanes)
    }

    /// The customer's reaction is told when it is another than the one that was told last.
    fn reaction(&mut self) -> Result<()> {
        let theirs = self.message.reactions.iter().find(|one| one.is_theirs);
        let emoji = theirs.map(|one| one.emoji.as_str()).unwrap_or_default();
        if self.tx.told_reaction(self.message.message)? == emoji {
            return Ok(());
        }
        let Some(record) = self.tx.message_by_id(self.message.message)? else { return Ok(()) };
        self.tx.put_told_reaction(self.message.message, emoji)?;
        let id = ids::wamid(MessageId::new(random()?));
        let now = self.gateway.now();
        let value = value::reaction(&self.gateway.ids, self.customer, &record, emoji, &id, now);
        self.queue(fields::MESSAGES, None, &value)
    }

    fn record(&self, origin: Origin, told: Told) -> MessageRecord {
        MessageRecord {
            wamid: ids::wamid(self.message.message),
            id: self.message.message,
            conversation: self.customer.conversation,
            position: self.message.position,
            origin,
            told,
            callback_data: None,
            template: None,
            asks: None,
            at: self.message.at,
        }
    }

    /// The message, if a file of it is still to be described.
    const fn media(&self) -> Option<MessageId> {
        match self.message.body {
            MessageBody::Attachment(_) => Some(self.message.message),
            _ => None,
        }
    }

    fn queue(
        &mut self,
        field: &'static str,
        media: Option<MessageId>,
        value: &serde_json::Value,
    ) -> Result<()> {
        queue(self.gateway, self.tx, self.customer, (field, media, value), self.lanes)
    }
}

/// Notes an event, for everybody who wants its field.
fn queue(
    gateway: &Gateway,
    tx: &Tx<'_>,
    customer: &CustomerRecord,
    (field, media, value): (&'static str, Option<MessageId>, &serde_json::Value),
    lanes: &mut Vec<Lane>,
) -> Result<()> {
    let to = fields::wanted_by(tx, field)?;
    let event = NewEvent {
        lane: customer.conversation,
        field,
        value: value.to_string(),
        media,
        at: gateway.now(),
    };
    tx.add_event(&event, &to)?;
    lanes.extend(to.into_iter().map(|subscriber| (subscriber, event.lane)));
    Ok(())
}

fn tell_payment(
    gateway: &Gateway,
    tx: &Tx<'_>,
    customer: &CustomerRecord,
    payment: &PaymentView,
    lanes: &mut Vec<Lane>,
) -> Result<()> {
    let Some(known) = tx.bill_of(payment.payment)? else { return Ok(()) };
    let Some(record) = tx.message_by_id(payment.payment)? else { return Ok(()) };
    let state = bill::state(payment);
    let told = format!("{state} {} {}", payment.received, payment.refunded);
    if state.is_empty() || known.told == told {
        return Ok(());
    }
    tx.put_told_bill(&known.reference, &told)?;
    let now = gateway.now();
    let value = bill::status(&gateway.ids, customer, &record, &known.reference, payment, now);
    queue(gateway, tx, customer, (fields::MESSAGES, None, &value), lanes)
}

/// A customer who wants no more offers, or wants them again, is told once.
fn tell_preference(
    gateway: &Gateway,
    tx: &Tx<'_>,
    customer: &CustomerRecord,
    header: &ConversationHeader,
    lanes: &mut Vec<Lane>,
) -> Result<()> {
    let wants = wants_offers(header);
    let known = tx.wanted_offers(customer.account)?;
    if known == Some(wants) {
        return Ok(());
    }
    tx.put_wanted_offers(customer.account, wants)?;
    // What held before the gateway knew the customer isn't news.
    if known.is_none() {
        return Ok(());
    }
    let value = value::preference(&gateway.ids, customer, wants, gateway.now());
    queue(gateway, tx, customer, (fields::PREFERENCES, None, &value), lanes)
}
