//! What must hold when everything is whole again.

use std::{collections::BTreeMap, time::Duration};

use tokio::time::sleep;
use tresen_store::DeliveryStore as _;
use tresen_types::MessageId;
use tresen_view::{Answer, Command, MessageBody, MessageState, MessageView, SystemLine};

use super::storm::{Said, Storm};

/// How often it is looked whether all is well, at most.
const LOOKS_MAX: u32 = 40;
/// Time between two looks.
const LOOK: Duration = Duration::from_secs(20);
/// How long a device may take to say what it wanted to say.
const SETTLE_MAX: Duration = Duration::from_secs(120);

/// What a device has of a chat.
struct View {
    device: usize,
    chat: usize,
    messages: Vec<MessageView>,
}

impl Storm {
    /// Repairs everything, waits until all is well, lets everybody say a last word; gives what isn't well.
    pub(super) async fn calm_down(&mut self) -> Vec<String> {
        self.repair_all().await;
        let wrong = self.settle().await;
        if !wrong.is_empty() {
            return wrong;
        }
        for chat in 0..self.chats.len() {
            for by in 0..self.devices.len() {
                if self.has(by, chat) {
                    self.say(by, chat, true).await;
                }
            }
        }
        self.settle().await
    }

    /// Looks until nothing is wrong any more, or it is too late for that.
    pub(super) async fn settle(&mut self) -> Vec<String> {
        let mut wrong = Vec::new();
        for _look in 0..LOOKS_MAX {
            self.devices.iter().for_each(super::device::Device::hurry);
            let mut all_said = true;
            for device in &self.devices {
                all_said &= device.is_settled(SETTLE_MAX).await;
            }
            sleep(LOOK).await;
            wrong = self.look().await;
            if all_said && wrong.is_empty() {
                return wrong;
            }
        }
        self.trace.note(format_args!("{} things stay wrong", wrong.len()));
        wrong
    }

    /// Whether a device takes part in a chat.
    fn has(&self, device: usize, chat: usize) -> bool {
        let is_business = self.devices.get(device).is_some_and(|device| device.is_business);
        is_business || self.chats.get(chat).is_some_and(|chat| chat.customer == device)
    }

    /// What isn't well now.
    async fn look(&self) -> Vec<String> {
        let mut views = Vec::new();
        for (chat, known) in self.chats.iter().enumerate() {
            for device in (0..self.devices.len()).filter(|device| self.has(*device, chat)) {
                let Some(of) = self.devices.get(device) else { continue };
                let messages = of.messages(known.conversation).await;
                views.push(View { device, chat, messages });
            }
        }
        let mut wrong = Vec::new();
        for view in &views {
            self.check_view(view, &views, &mut wrong);
        }
        self.check_members(&mut wrong).await;
        self.check_usage(&views, &mut wrong).await;
        wrong
    }

    /// Every message exactly once, those of one device in the order in which it said them.
    fn check_view(&self, view: &View, views: &[View], wrong: &mut Vec<String>) {
        let who = self.devices.get(view.device).map_or("nobody", |device| &device.name);
        let place = format!("{who} in chat {}", view.chat);
        let mut times = BTreeMap::<MessageId, u32>::new();
        for message in &view.messages {
            *times.entry(message.message).or_default() += 1;
            if message.body == MessageBody::System(SystemLine::Unreadable) {
                wrong.push(format!("{place} can't read {}", message.message));
            }
        }
        let has_refused = self.chats.get(view.chat).is_some_and(|chat| chat.has_refused);
        let mut expected: BTreeMap<usize, Vec<MessageId>> = BTreeMap::new();
        for said in self.all_said.iter().filter(|said| said.chat == view.chat) {
            let count = times.get(&said.message).copied().unwrap_or_default();
            let is_wanted = self.is_wanted(said, view, views);
            let what = format!("{} of device {}", said.message, said.by);
            match count {
                0 if is_wanted => wrong.push(format!("lost: {place} has no {what}")),
                0 | 1 => {}
                _ => wrong.push(format!("doubled: {place} has {what} {count} times")),
            }
            if count > 0 && said.by != view.device && has_failed(said, views) {
                wrong.push(format!("failed and delivered: {place} has {what}"));
            }
            if count > 0 {
                expected.entry(said.by).or_default().push(said.message);
            }
        }
        for (by, expected) in expected {
            let is_of = |message: &&MessageView| expected.contains(&message.message);
            let found = view.messages.iter().filter(is_of).map(|message| message.message);
            if !found.eq(expected.iter().copied()) {
                wrong.push(format!("out of order: {place} has those of device {by} otherwise"));
            }
        }
        let refused = |message: &&MessageView| matches!(message.body, MessageBody::Refused { .. });
        if let Some(message) = view.messages.iter().find(refused).filter(|_one| !has_refused) {
            wrong.push(format!("refused: {place} doesn't show {}", message.message));
        }
    }

    /// Whether a view must have what was said.
    fn is_wanted(&self, said: &Said, view: &View, views: &[View]) -> bool {
        if said.by == view.device {
            return true;
        }
        // Who came later gets what was before from the archive, which a simulation doesn't have.
        let was_there =
            said.is_last || self.devices.get(view.device).is_some_and(|device| !device.is_late);
        was_there && !has_failed(said, views)
    }

    /// The server and all devices know the same members.
    async fn check_members(&self, wrong: &mut Vec<String>) {
        let Some(store) = self.town.disk.store() else {
            return wrong.push("the disk is off".to_owned());
        };
        for (at, chat) in self.chats.iter().enumerate() {
            let conversation = chat.conversation;
            let Ok(Some(record)) = store.conversation(conversation).await else {
                wrong.push(format!("the server doesn't know chat {at}"));
                continue;
            };
            let members = record.members.iter().filter(|member| !member.has_left).count();
            let wanted = (0..self.devices.len()).filter(|device| self.has(*device, at)).count();
            // Whoever broke off while it was linked may be let in.
            let wanted = wanted..=wanted + self.strangers;
            if !wanted.contains(&members) {
                wrong.push(format!("chat {at} has {members} members in place of {wanted:?}"));
            }
            for device in (0..self.devices.len()).filter(|device| self.has(*device, at)) {
                let Some(device) = self.devices.get(device) else { continue };
                let answer = device.call(Command::WhoCanRead { conversation }).await;
                let Ok(Answer::Readers(readers)) = answer else {
                    wrong.push(format!("{} doesn't know who reads chat {at}", device.name));
                    continue;
                };
                if readers.len() != members {
                    let count = readers.len();
                    wrong.push(format!("{} sees {count} readers of chat {at}", device.name));
                }
            }
        }
    }

    /// Every message of a template that a customer has is charged once, and nothing else is.
    async fn check_usage(&self, views: &[View], wrong: &mut Vec<String>) {
        let mut charged = BTreeMap::<Option<MessageId>, u32>::new();
        let mut after = None;
        loop {
            let Some(owner) = self.devices.first() else { return };
            let Ok(Answer::Usage(usage)) = owner.call(Command::Usage { after }).await else {
                return wrong.push("the owner doesn't know what was used".to_owned());
            };
            for row in usage.messages.iter().filter(|row| row.is_delivered) {
                *charged.entry(row.message).or_default() += 1;
            }
            if !usage.reserved.trim_matches(['0', '.', '-']).is_empty() {
                wrong.push(format!("{} stays reserved", usage.reserved));
            }
            match usage.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        for said in self.all_said.iter().filter(|said| said.is_template) {
            let is_there = views.iter().any(|view| {
                let chat = self.chats.get(view.chat);
                chat.is_some_and(|chat| chat.customer == view.device)
                    && view.messages.iter().any(|message| message.message == said.message)
            });
            let times = charged.remove(&Some(said.message)).unwrap_or_default();
            if times != u32::from(is_there) {
                wrong.push(format!(
                    "charged {times} times: {}, which the customer {}",
                    said.message,
                    if is_there { "has" } else { "doesn't have" }
                ));
            }
        }
        for (message, times) in charged {
            wrong.push(format!("charged {times} times: {message:?}, which nobody said"));
        }
    }
}

/// Whether the server refused what was said, as its device knows it.
fn has_failed(said: &Said, views: &[View]) -> bool {
    views
        .iter()
        .filter(|view| view.device == said.by && view.chat == said.chat)
        .flat_map(|view| &view.messages)
        .any(|message| {
            message.message == said.message && message.state == Some(MessageState::Failed)
        })
}
