//! What people do and what breaks meanwhile.

use std::{sync::Arc, time::Duration};

use tokio::time::sleep;
use tresen_server::{ServerError, admin};
use tresen_types::{Categories, Category, ConversationId, MessageId};
use tresen_view::{Answer, Command, EntryLinkView, Event, LinkStep, Role, TemplateDraft};

use super::{
    Defect,
    device::{Device, until},
    line::Line,
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
const CUSTOMERS: usize = 3;
/// What customers agree to.
const WORDING: &str = "They may write to me about my orders.";

/// The town and its people.
pub(super) struct Storm {
    pub(super) town: Town,
    pub(super) trace: Arc<Trace>,
    pub(super) devices: Vec<Device>,
    pub(super) chats: Vec<Chat>,
    pub(super) all_said: Vec<Said>,
    dice: Dice,
    template: String,
    link: Option<EntryLinkView>,
    /// What is broken, and when it will be whole.
    broken: Vec<(u64, Repair)>,
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

#[derive(Clone, Copy)]
enum Repair {
    Line(usize),
    Device(usize),
    Node(usize),
    QuickDisk,
    EmptyDisk,
    SingleDisk,
    Power,
}

impl Storm {
    /// A business with two devices, and its customers, in good weather.
    pub(super) async fn begin(
        nodes: usize,
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
        assert!(storm.colleague("anna").await, "good weather");
        for number in 0..CUSTOMERS {
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
                self.faults += 1;
                self.fault().await;
            } else {
                self.act().await;
            }
            // A third device of the business comes in the middle of it, and has to be let in everywhere.
            if step == STEPS / 2 {
                self.let_in().await;
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

    /// Something breaks.
    async fn fault(&mut self) {
        let broken_ms = self.dice.within(BROKEN_MS);
        let due = self.trace.now_ms().saturating_add(broken_ms);
        let devices: Vec<usize> = (0..self.devices.len()).collect();
        let at = self.dice.choose(&devices).unwrap_or_default();
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
    async fn pass(&mut self, millis: u64) {
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

    async fn repair(&mut self, repair: Repair) {
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

    fn is_awake(&self, at: usize) -> bool {
        self.devices.get(at).is_some_and(Device::is_awake)
    }

    async fn device(&mut self, name: &str, is_business: bool) -> usize {
        let line = Line::new(name, &self.town.running, self.dice.split(), &self.trace);
        let store = self.town.folder.path().join(name).join("store.db");
        self.devices.push(Device::start(name, store, line, is_business).await);
        self.devices.len() - 1
    }

    async fn open_business(&mut self, owner: usize) -> Result<(), ServerError> {
        let app = self.town.app().expect("a node runs");
        let link = admin::create_claim_link(&app).await?;
        drop(app);
        let token = link.split_once('#').map_or_else(String::new, |(_url, token)| token.to_owned());
        let claim = Command::ClaimBusiness {
            token,
            agent_name: "Olga".to_owned(),
            business_name: "Korn".to_owned(),
            language: "en".to_owned(),
        };
        let Answer::Account(Some(account)) = self.done(owner, claim).await else {
            panic!("an account")
        };
        self.town.charge(account.account)?;
        let create = Command::CreateEntryLink {
            label: "poster".to_owned(),
            prefilled: String::new(),
            uses_max: None,
            days: None,
        };
        let Answer::EntryLink(link) = self.done(owner, create).await else { panic!("a link") };
        self.link = Some(link);
        let create = Command::CreateTemplate(Box::new(template()));
        let Answer::Template(template) = self.done(owner, create).await else {
            panic!("a template")
        };
        self.template = template.template.clone();
        let approve = Command::ApproveTemplate { template: self.template.clone() };
        self.done(owner, approve).await;
        Ok(())
    }

    async fn customer(&mut self, name: &str) {
        let link = self.link.clone().expect("a link");
        let customer = self.device(name, false).await;
        let fingerprint = link.url.split_once('#').map(|(_url, fragment)| fragment.to_owned());
        let open = Command::OpenConversation {
            entry: link.entry,
            fingerprint: fingerprint.unwrap_or_default(),
            display_name: name.to_owned(),
            categories: allowed(),
            wording: WORDING.to_owned(),
            language: "en".to_owned(),
        };
        let Answer::Conversation(conversation) = self.done(customer, open).await else {
            panic!("a conversation")
        };
        self.chats.push(Chat { conversation, customer, has_refused: false });
        // The business may answer from now on.
        self.say(customer, self.chats.len() - 1, false).await;
    }

    /// A further device of the business comes, in the middle of everything, as long as it can.
    async fn let_in(&mut self) {
        for at in [0, 1] {
            self.repair(Repair::Device(at)).await;
        }
        self.repair(Repair::Line(0)).await;
        let known = self.devices.len();
        let is_in = self.colleague("ben").await;
        if let Some(ben) = self.devices.get_mut(known).filter(|_ben| is_in) {
            ben.is_late = true;
        }
    }

    /// Links a device to the business; whatever breaks in between, it may be none.
    async fn colleague(&mut self, name: &str) -> bool {
        let invite = Command::Invite { role: Role::Agent, name: name.to_owned() };
        let Some(owner) = self.devices.first() else { return false };
        let mut heard = owner.events();
        let Ok(Answer::Link(LinkStep::Invitation { url, .. })) = owner.call(invite).await else {
            self.trace.note(format_args!("{name} isn't invited"));
            return false;
        };
        let new = self.device(name, true).await;
        let (Some(owner), Some(colleague)) = (self.devices.first(), self.devices.get(new)) else {
            return false;
        };
        let mut told = colleague.events();
        let accept = Command::AcceptInvitation { token: url };
        let answer = colleague.call(accept).await;
        let Ok(Answer::Link(LinkStep::ShowCode { code, .. })) = answer else {
            return self.left_out(new);
        };
        until(&mut heard, |event| {
            matches!(event, Event::Link(LinkStep::EnterCode { .. })).then_some(())
        })
        .await;
        drop(owner.call(Command::ApproveLink { code }).await);
        let linked = until(&mut told, |event| match event {
            Event::Link(LinkStep::Linked { .. }) => Some(true),
            Event::Link(LinkStep::Failed) => Some(false),
            _ => None,
        });
        if linked.await != Some(true) {
            return self.left_out(new);
        }
        self.trace.note(format_args!("{name} is linked"));
        true
    }

    /// A device that wasn't linked goes home.
    fn left_out(&mut self, at: usize) -> bool {
        self.trace.note(format_args!("device {at} isn't linked"));
        self.devices.truncate(at);
        self.strangers += 1;
        self.broken.retain(
            |(_due, repair)| !matches!(repair, Repair::Line(of) | Repair::Device(of) if *of >= at),
        );
        false
    }

    /// Does what must succeed, in good weather.
    async fn done(&self, by: usize, command: Command) -> Answer {
        let device = self.devices.get(by).expect("a device");
        device.call(command).await.expect("good weather")
    }
}

fn allowed() -> Categories {
    [Category::Service, Category::Utility].into_iter().collect()
}

fn template() -> TemplateDraft {
    TemplateDraft {
        name: "order_ready".to_owned(),
        language: "en".to_owned(),
        category: Category::Utility,
        header: String::new(),
        body: "Your order is ready.".to_owned(),
        header_file: None,
        cards: Vec::new(),
        offer: None,
        footer: String::new(),
        buttons: Vec::new(),
        parameters: Vec::new(),
        link_domains: Vec::new(),
        time_to_live_s: 0,
    }
}
