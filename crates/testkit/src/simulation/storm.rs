//! What people do and what breaks meanwhile.

use std::{sync::Arc, time::Duration};

use tokio::time::sleep;
use tresen_server::ServerError;
use tresen_types::{Categories, Category, ConversationId, MessageId};
use tresen_view::{Answer, Command, EntryLinkView};

use super::{
    Defect,
    device::Device,
    line::Line,
    people::{Crowd, WORDING, allowed},
    town::Town,
    trace::Trace,
    witness::Counts,
};
use crate::dice::Dice;

/// What is done, or breaks, one after the other.
const STEPS: u32 = 90;
/// Time between two of them, in milliseconds.
const PAUSE_MS: (u64, u64) = (20, 6_000);
/// How long something stays broken, in milliseconds.
const BROKEN_MS: (u64, u64) = (500, 45_000);
/// How long a slow line takes, in milliseconds.
const SLOW_LINE_MS: (u64, u64) = (200, 9_000);
/// How long a slow disk takes, in milliseconds.
const SLOW_DISK_MS: (u64, u64) = (50, 1_500);
/// How far the servers' clock jumps at most, in milliseconds: the service window stays open, and rate
/// limits have their time.
const SERVER_JUMP_MS: u64 = 10 * 60 * 1_000;
/// How far a device's clock jumps at most, in milliseconds.
const DEVICE_JUMP_MS: u64 = 30 * 60 * 60 * 1_000;
/// How many of a hundred steps break something.
const FAULT_PERCENT: u64 = 45;
/// How often a repair that fails is tried again in the end.
const REPAIRS_MAX: u32 = 5;

/// Who takes part from the beginning.
pub(super) const CROWD: Crowd = Crowd { colleagues: &["anna"], pause: None, customers: 3 };
/// Who comes in the middle of it.
const LATE: &str = "ben";

/// The town and its people.
pub(super) struct Storm {
    pub(super) town: Town,
    pub(super) trace: Arc<Trace>,
    pub(super) devices: Vec<Device>,
    pub(super) chats: Vec<Chat>,
    pub(super) all_said: Vec<Said>,
    pub(super) dice: Dice,
    pub(super) template: String,
    pub(super) link: Option<EntryLinkView>,
    /// What is broken, and when it will be whole.
    pub(super) broken: Vec<(u64, Repair)>,
    faults: u64,
    /// Devices that broke off while they were linked: the business may have them all the same.
    pub(super) strangers: usize,
}

/// A customer's conversation.
pub(super) struct Chat {
    pub(super) conversation: ConversationId,
    /// The customer's device.
    pub(super) customer: usize,
    /// Whether the customer has ever taken back a yes: then the own device may refuse what comes late.
    pub(super) has_refused: bool,
}

/// What somebody said.
pub(super) struct Said {
    pub(super) by: usize,
    pub(super) chat: usize,
    pub(super) message: MessageId,
    pub(super) is_template: bool,
    /// Whether all devices of the business knew the chat by then.
    pub(super) is_last: bool,
}

/// What mends something that is broken.
#[derive(Clone, Copy)]
pub(super) enum Repair {
    Line(usize),
    Device(usize),
    Node(usize),
    QuickDisk,
    EmptyDisk,
    SingleDisk,
    Power,
}

impl Storm {
    /// A business with its devices, and its customers, in good weather.
    pub(super) async fn begin(
        nodes: usize,
        crowd: Crowd,
        defect: Option<Defect>,
        mut dice: Dice,
        trace: &Arc<Trace>,
    ) -> Result<Self, ServerError> {
        let town = Town::start(nodes, defect, dice.split(), trace).await?;
        let mut storm = Self {
            town,
            trace: Arc::clone(trace),
            devices: Vec::new(),
            chats: Vec::new(),
            all_said: Vec::new(),
            dice,
            template: String::new(),
            link: None,
            broken: Vec::new(),
            faults: 0,
            strangers: 0,
        };
        let owner = storm.device("owner", true).await;
        storm.open_business(owner).await?;
        for name in crowd.colleagues {
            assert!(storm.colleague(name).await, "good weather");
        }
        if let Some(pause) = crowd.pause {
            sleep(pause).await;
        }
        for number in 0..crowd.customers {
            storm.customer(&format!("customer-{number}")).await;
        }
        Ok(storm)
    }

    /// What the store has seen.
    pub(super) fn seen(&self) -> (Counts, Vec<String>) {
        self.town.witness.result()
    }

    /// How many messages were said.
    pub(super) const fn said(&self) -> usize {
        self.all_said.len()
    }

    /// How many faults there were.
    pub(super) const fn faults(&self) -> u64 {
        self.faults
    }

    /// Lets people talk while everything breaks.
    pub(super) async fn rage(&mut self) {
        for step in 0..STEPS {
            let pause_ms = self.dice.within(PAUSE_MS);
            self.pass(pause_ms).await;
            if self.dice.percent(FAULT_PERCENT) {
                self.fault(None).await;
            } else {
                self.act().await;
            }
            // A third device of the business comes in the middle of it, and has to be let in everywhere.
            if step == STEPS / 2 {
                self.let_in(LATE).await;
            }
        }
    }

    /// Repairs everything.
    pub(super) async fn repair_all(&mut self) {
        self.trace.note(format_args!("the storm is over"));
        for _try in 0..REPAIRS_MAX {
            for (_due, repair) in std::mem::take(&mut self.broken) {
                self.repair(repair).await;
            }
            if !self.broken.is_empty() {
                sleep(Duration::from_millis(PAUSE_MS.1)).await;
            }
        }
        self.devices.iter().for_each(|device| device.line.mend());
    }

    /// Somebody says something; gives what was said.
    pub(super) async fn say(&mut self, by: usize, chat: usize, is_last: bool) {
        let text = format!("{by} says {}", self.all_said.len());
        let Some(conversation) = self.chats.get(chat).map(|chat| chat.conversation) else { return };
        let command = Command::SendText { conversation, text, reply_to: None };
        self.send(by, chat, command, is_last).await;
    }

    async fn send(&mut self, by: usize, chat: usize, command: Command, is_last: bool) {
        let Some(device) = self.devices.get(by) else { return };
        let is_template = matches!(command, Command::SendTemplate { .. });
        match device.call(command).await {
            Ok(Answer::Message(sent)) => {
                self.trace
                    .note(format_args!("{} says {} in chat {chat}", device.name, sent.message));
                let message = sent.message;
                self.all_said.push(Said { by, chat, message, is_template, is_last });
            }
            other => self.trace.note(format_args!("{} can't say it: {other:?}", device.name)),
        }
    }

    /// Somebody who is awake does something.
    async fn act(&mut self) {
        let awake: Vec<usize> = (0..self.devices.len()).filter(|at| self.is_awake(*at)).collect();
        let Some(by) = self.dice.choose(&awake) else { return };
        let is_business = self.devices.get(by).is_some_and(|device| device.is_business);
        let chats: Vec<usize> = (0..self.chats.len())
            .filter(|at| is_business || self.chats.get(*at).is_some_and(|chat| chat.customer == by))
            .collect();
        let Some(chat) = self.dice.choose(&chats) else { return };
        match self.dice.below(100) {
            0..20 if by == 0 => self.send_template(chat).await,
            0..10 if !is_business => self.change_consent(by, chat),
            20..30 => self.read(by, chat).await,
            _ => self.say(by, chat, false).await,
        }
    }

    async fn send_template(&mut self, chat: usize) {
        let Some(conversation) = self.chats.get(chat).map(|chat| chat.conversation) else { return };
        let template = self.template.clone();
        let command = Command::SendTemplate { conversation, template, values: Vec::new() };
        self.send(0, chat, command, false).await;
    }

    fn change_consent(&mut self, by: usize, chat: usize) {
        let Some(known) = self.chats.get_mut(chat) else { return };
        let categories: Categories = match self.dice.below(3) {
            0 => Categories::default(),
            1 => [Category::Service].into_iter().collect(),
            _ => allowed(),
        };
        known.has_refused |= categories != allowed();
        let command = Command::SetConsent {
            conversation: known.conversation,
            categories,
            wording: WORDING.to_owned(),
            language: "en".to_owned(),
        };
        if let Some(device) = self.devices.get_mut(by) {
            self.trace.note(format_args!("{} allows {categories:?}", device.name));
            device.ask(command);
        }
    }

    async fn read(&mut self, by: usize, chat: usize) {
        let Some(conversation) = self.chats.get(chat).map(|chat| chat.conversation) else { return };
        let Some(device) = self.devices.get_mut(by) else { return };
        let messages = device.messages(conversation).await;
        if let Some(last) = messages.last() {
            device.ask(Command::MarkRead { conversation, through: last.position });
        }
    }

    /// Something breaks: on a line or a device the one that is named, or any.
    pub(super) async fn fault(&mut self, at: Option<usize>) {
        self.faults += 1;
        let broken_ms = self.dice.within(BROKEN_MS);
        let due = self.trace.now_ms().saturating_add(broken_ms);
        let devices: Vec<usize> = (0..self.devices.len()).collect();
        let at = at.or_else(|| self.dice.choose(&devices)).unwrap_or_default();
        let nodes: Vec<usize> = (0..self.town.count()).collect();
        let node = self.dice.choose(&nodes).unwrap_or_default();
        match self.dice.below(100) {
            0..10 => self.on_line(at, "is cut", Line::cut),
            10..20 => {
                self.on_line(at, "is unplugged", Line::unplug);
                self.broken.push((due, Repair::Line(at)));
            }
            20..34 => {
                self.on_line(at, "hears nothing", Line::swallow);
                self.broken.push((due, Repair::Line(at)));
            }
            34..42 => {
                self.on_line(at, "is slow", |line| line.delay(SLOW_LINE_MS));
                self.broken.push((due, Repair::Line(at)));
            }
            42..56 => self.kill_device(at, due).await,
            56..68 => {
                self.town.crash_node(node, self.devices.iter().map(|device| &device.line));
                self.broken.push((due, Repair::Node(node)));
            }
            68..73 => {
                self.town.stop_node(node).await;
                self.broken.push((due, Repair::Node(node)));
            }
            73..79 => {
                self.trace.note(format_args!("the disk is slow"));
                self.town.disk.slow_down(Some(SLOW_DISK_MS));
                self.broken.push((due, Repair::QuickDisk));
            }
            79..84 => {
                let (count, are_made) = (1 + self.dice.below(3), self.dice.percent(50));
                self.trace.note(format_args!("the disk fails {count} times, made: {are_made}"));
                self.town.disk.fail_next(u32::try_from(count).unwrap_or(1), are_made);
            }
            84..87 => {
                self.trace.note(format_args!("the disk is full"));
                self.town.disk.fill(true);
                self.broken.push((due, Repair::EmptyDisk));
            }
            87..92 => {
                self.trace.note(format_args!("the disk does things twice"));
                self.town.disk.double(50);
                self.broken.push((due, Repair::SingleDisk));
            }
            92..95 if self.town.count() > 1 => {
                self.trace.note(format_args!("the disk has no power"));
                self.town.disk.lose_power();
                self.broken.push((due, Repair::Power));
            }
            _ => self.jump(at),
        }
    }

    async fn kill_device(&mut self, at: usize, due: u64) {
        if let Some(device) = self.devices.get_mut(at) {
            self.trace.note(format_args!("{} is killed", device.name));
            device.kill().await;
            self.broken.push((due, Repair::Device(at)));
        }
    }

    fn jump(&mut self, at: usize) {
        let is_server = self.dice.percent(40);
        let far = if is_server { SERVER_JUMP_MS } else { DEVICE_JUMP_MS };
        let millis = i64::try_from(self.dice.below(2 * far)).unwrap_or_default();
        let millis = millis.saturating_sub_unsigned(far);
        match self.devices.get(at).filter(|_device| !is_server) {
            Some(device) => {
                self.trace.note(format_args!("the clock of {} jumps {millis} ms", device.name));
                device.jump(millis);
            }
            None => {
                self.trace.note(format_args!("the servers' clock jumps {millis} ms"));
                self.town.jump(millis);
            }
        }
    }

    fn on_line(&self, at: usize, what: &str, change: impl FnOnce(&Line)) {
        if let Some(device) = self.devices.get(at) {
            self.trace.note(format_args!("the line of {} {what}", device.name));
            change(&device.line);
        }
    }

    /// Lets time pass, and repairs what is due meanwhile.
    pub(super) async fn pass(&mut self, millis: u64) {
        let end = self.trace.now_ms().saturating_add(millis);
        loop {
            let now = self.trace.now_ms();
            let next = self.broken.iter().map(|(due, _repair)| *due).min();
            let until = next.map_or(end, |due| due.clamp(now, end));
            sleep(Duration::from_millis(until.saturating_sub(now))).await;
            let now = self.trace.now_ms();
            let (due, later) =
                std::mem::take(&mut self.broken).into_iter().partition(|(due, _)| *due <= now);
            self.broken = later;
            for (_due, repair) in due {
                self.repair(repair).await;
            }
            if now >= end {
                return;
            }
        }
    }

    pub(super) async fn repair(&mut self, repair: Repair) {
        match repair {
            Repair::Line(at) => self.on_line(at, "is whole", Line::mend),
            Repair::Device(at) => {
                if let Some(device) = self.devices.get_mut(at) {
                    self.trace.note(format_args!("{} is there again", device.name));
                    device.wake().await;
                }
            }
            Repair::Node(node) => {
                if let Err(error) = self.town.start_node(node).await {
                    self.trace.note(format_args!("node {node} doesn't start: {error}"));
                    let later = self.trace.now_ms().saturating_add(PAUSE_MS.1);
                    self.broken.push((later, Repair::Node(node)));
                }
            }
            Repair::QuickDisk => self.town.disk.slow_down(None),
            Repair::EmptyDisk => self.town.disk.fill(false),
            Repair::SingleDisk => self.town.disk.double(0),
            Repair::Power => {
                if let Err(error) = self.town.disk.power_on() {
                    self.trace.note(format_args!("the disk doesn't start: {error}"));
                }
            }
        }
    }

    pub(super) fn is_awake(&self, at: usize) -> bool {
        self.devices.get(at).is_some_and(Device::is_awake)
    }
}
