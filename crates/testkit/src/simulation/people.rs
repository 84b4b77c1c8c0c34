//! Who comes to a simulation: the business, its devices and its customers.

use std::time::Duration;

use tresen_server::{ServerError, admin};
use tresen_types::{Categories, Category};
use tresen_view::{Answer, Command, Event, LinkStep, Role, TemplateDraft};

use super::{
    device::{Device, until},
    line::Line,
    storm::{Chat, Repair, Storm},
};

/// What customers agree to.
pub(super) const WORDING: &str = "They may write to me about my orders.";

/// How many come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Crowd {
    /// Devices of the business beside the owner's.
    pub(super) colleagues: &'static [&'static str],
    /// How long the business waits until its first customer comes: a node goes by what it knew of the
    /// business's devices for some seconds.
    pub(super) pause: Option<Duration>,
    /// Customers, with a device each.
    pub(super) customers: usize,
}

impl Storm {
    pub(super) async fn device(&mut self, name: &str, is_business: bool) -> usize {
        let line = Line::new(name, &self.town.running, self.dice.split(), &self.trace);
        let store = self.town.folder.path().join(name).join("store.db");
        self.devices.push(Device::start(name, store, line, is_business).await);
        self.devices.len() - 1
    }

    pub(super) async fn open_business(&mut self, owner: usize) -> Result<(), ServerError> {
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

    pub(super) async fn customer(&mut self, name: &str) {
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
    pub(super) async fn let_in(&mut self, name: &str) {
        for at in [0, 1] {
            self.repair(Repair::Device(at)).await;
        }
        self.repair(Repair::Line(0)).await;
        let known = self.devices.len();
        let is_in = self.colleague(name).await;
        if let Some(ben) = self.devices.get_mut(known).filter(|_ben| is_in) {
            ben.is_late = true;
        }
    }

    /// Links a device to the business; whatever breaks in between, it may be none.
    pub(super) async fn colleague(&mut self, name: &str) -> bool {
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
    pub(super) async fn done(&self, by: usize, command: Command) -> Answer {
        let device = self.devices.get(by).expect("a device");
        device.call(command).await.expect("good weather")
    }
}

pub(super) fn allowed() -> Categories {
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
