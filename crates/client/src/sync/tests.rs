//! What a hostile server, member or wire may try, fed into one step.

use std::cell::Cell;

use bytes::Bytes;
use futures::executor::block_on;
use tresen_content::{
    Content, Encoded, Message,
    message::{Receipt, ReceiptKind, ReceiptMessages},
    shop::{Deal, PaymentRequest, PaymentStep, ShopMessage},
    template::TemplateMessage,
};
use tresen_mls::{Group, KeyPackageOptions, NewGroup, Suite, generate_key_packages};
use tresen_payments::Source;
use tresen_proto::{
    Entry, EntryKind, Hello,
    aad::{AuthenticatedData, MessageClass},
};
use tresen_statement::{
    Approval, ApprovalProfile, ApprovalStatus, CategoryMax, Consent, ConsentState, Signed,
    SigningKey, TemplateDoc, TemplateText, Terms, key_hash,
    receipt::{self, Acceptance, FrankKey},
    wording_hash,
};
use tresen_types::{
    AccountKind, Categories, Category, ConversationId, Currency, GroupId, MessageId, Money, Nonce,
    Timestamp, limits::DAY_MS,
};
use tresen_view::{MessageBody, SystemLine};

mod endings;
mod templates;

use super::{
    Asked,
    step::{Step, Taken},
};
use crate::{
    account::{NewAccount, Own},
    client::{Client, Inner},
    config::{ClientConfig, StoreLocation},
    error::{Error, Result},
    limits::BARE_STEPS_MAX,
    outgoing, runtime,
    store::{ConversationKind, ConversationRecord, ConversationState, TemplateRecord},
    timeline,
};

const CONVERSATION: ConversationId = ConversationId::new([5; 16]);
const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

/// A device without a connection.
struct Device {
    client: Client,
    new: NewAccount,
}

impl Device {
    fn make(kind: AccountKind, name: &str) -> Self {
        let config = ClientConfig::new("http://127.0.0.1:9", StoreLocation::Memory);
        let client = block_on(Client::open(config)).unwrap();
        let new = NewAccount::make(kind, name, "", "en", inner_now(&client)).unwrap();
        client.inner().store.write(|tx| new.store(tx)).unwrap();
        client.inner().reload_own().unwrap();
        // No connection, but what one would have told.
        let hello = Hello { server_key: server_key().public().to_vec(), ..Hello::default() };
        drop(client.inner().link.put_up(hello, 0));
        Self { client, new }
    }

    fn inner(&self) -> &Inner {
        self.client.inner()
    }

    fn own(&self) -> std::rc::Rc<Own> {
        self.inner().own().unwrap()
    }

    fn pin(&self, other: &Self) {
        self.inner()
            .store
            .write(|tx| {
                tx.put_contact(&other.new.contact)?;
                tx.put_certificate(&other.new.certificate)
            })
            .unwrap();
    }

    fn take(&self, entries: &[Entry]) -> Result<Taken> {
        self.take_asked(entries, &Asked::default())
    }

    fn take_asked(&self, entries: &[Entry], asked: &Asked) -> Result<Taken> {
        let own = self.own();
        self.inner().store.write(|tx| {
            let mut step = Step::new(self.inner(), tx, &own, asked);
            for entry in entries {
                step.take(entry)?;
            }
            step.finish()
        })
    }

    fn bodies(&self) -> Vec<MessageBody> {
        self.inner()
            .store
            .read(|tx| {
                tx.messages_from(CONVERSATION, 0, 100)?
                    .iter()
                    .map(|record| Ok(timeline::view_of(self.inner(), tx, record)?.body))
                    .collect()
            })
            .unwrap()
    }

    fn state(&self) -> ConversationState {
        self.inner().store.read(|tx| Ok(tx.known_conversation(CONVERSATION)?.state)).unwrap()
    }

    /// The person wrote to the business then.
    fn write_at(&self, at: Timestamp) {
        let store = &self.inner().store;
        store.write(|tx| tx.change_conversation(CONVERSATION, |it| it.open_window(at))).unwrap();
    }

    /// Encrypts content with authenticated data that `change` may have spoilt.
    fn encrypt(&self, encoded: &Encoded, change: impl FnOnce(&mut AuthenticatedData)) -> Vec<u8> {
        let own = self.own();
        let mut data = AuthenticatedData {
            franking_tag: encoded.franking_tag,
            class: MessageClass::Chat,
            category: Category::Service,
            flags: 0,
            template: None,
            account: own.account,
            device: own.device,
            nonce: Nonce::new(runtime::random()),
            time_to_live_s: 0,
        };
        change(&mut data);
        self.inner()
            .store
            .write(|tx| {
                let record = tx.known_conversation(CONVERSATION)?;
                let mut group = Group::load(tx, record.group)?;
                Ok(group.encrypt(tx, &own.keys, &data.encode(), &encoded.bytes)?)
            })
            .unwrap()
    }

    fn encode(&self, message: Message) -> Encoded {
        let own = self.own();
        outgoing::encode(self.inner(), &own, CONVERSATION, &Content::new(message)).unwrap()
    }

    fn text(&self, text: &str) -> Vec<u8> {
        let message = Message::Text { text: text.to_owned(), language: String::new() };
        self.encrypt(&self.encode(message), |_data| {})
    }
}

fn inner_now(client: &Client) -> Timestamp {
    client.inner().now()
}

fn entry(kind: EntryKind, cursor: u64, sender: &Device, body: Vec<u8>) -> Entry {
    let own = sender.own();
    Entry {
        cursor,
        kind: kind as i32,
        conversation: CONVERSATION.as_bytes().to_vec(),
        sequence: cursor,
        accepted_at_ms: NOW.as_millis(),
        sender_account: own.account.as_bytes().to_vec(),
        sender_device: own.device.as_bytes().to_vec(),
        body: Bytes::from(body),
        ratchet_tree: Bytes::new(),
        receipt: Bytes::new(),
    }
}

/// An application message with the server's receipt.
fn application(cursor: u64, sender: &Device, body: Vec<u8>) -> Entry {
    let read = tresen_proto::mls_header::read(&body)
        .and_then(|header| AuthenticatedData::decode(header.authenticated_data));
    let Ok(data) = read else { return entry(EntryKind::Application, cursor, sender, body) };
    let acceptance = Acceptance {
        franking_tag: data.franking_tag,
        conversation: CONVERSATION,
        sequence: cursor,
        sender_account: data.account,
        sender_device: data.device,
        accepted_at: NOW,
        class: data.class as u8,
        category: data.category,
        template_hash: data.template,
        nonce: data.nonce,
    };
    let frank = FrankKey::new(&[8; 32]);
    let receipts = receipt::seal(&[acceptance], NOW, &frank, &server_key()).unwrap();
    let entry = entry(EntryKind::Application, cursor, sender, body);
    Entry { receipt: receipts.into_iter().next().unwrap().into(), ..entry }
}

fn server_key() -> SigningKey {
    SigningKey::from_seed(&[7; 32])
}

fn text_body(text: &str) -> MessageBody {
    MessageBody::Text { text: text.to_owned() }
}

fn refused(reason: &str) -> MessageBody {
    MessageBody::Refused { reason: reason.to_owned() }
}

fn began() -> MessageBody {
    MessageBody::System(SystemLine::Began { label: None })
}

/// A customer and a business in one group; the business has taken the welcome in under cursor 1.
fn pair() -> (Device, Device) {
    let customer = Device::make(AccountKind::Person, "Priya");
    let business = Device::make(AccountKind::Business, "Anna");
    customer.pin(&business);
    business.pin(&customer);
    let welcome = invite(&customer, &business);
    business.take(&[welcome]).unwrap();
    assert_eq!(business.state(), ConversationState::Open);
    customer.write_at(NOW);
    (customer, business)
}

/// Makes the customer's group with the business's device in it.
fn invite(customer: &Device, business: &Device) -> Entry {
    let (own, other) = (customer.own(), business.own());
    let package = business
        .inner()
        .store
        .write(|tx| {
            let options = KeyPackageOptions {
                suite: Suite::X25519,
                count: 1,
                now: inner_now(&business.client),
                lifetime_days: 1,
                last_resort: false,
            };
            Ok(generate_key_packages(tx, &other.keys, &other.certificate, &options)?)
        })
        .unwrap();
    let bundle = customer
        .inner()
        .store
        .write(|tx| {
            let new = NewGroup {
                group_id: GroupId::new([6; 16]),
                suite: Suite::X25519,
                external_sender: None,
                now: inner_now(&customer.client),
            };
            let mut group = Group::create(tx, &own.keys, &own.certificate, &new)?;
            let bundle = group.commit_add(tx, &own.keys, &package, true)?;
            group.confirm_commit(tx)?;
            let mut record = ConversationRecord::new(
                CONVERSATION,
                group.group_id(),
                ConversationKind::Business,
                Some(other.account),
                NOW,
            );
            record.state = ConversationState::Open;
            tx.put_conversation(&record)?;
            Ok(bundle)
        })
        .unwrap();
    let mut welcome = entry(EntryKind::Welcome, 1, customer, bundle.welcome.unwrap());
    welcome.ratchet_tree = Bytes::from(bundle.ratchet_tree);
    welcome
}

/// Runs a test where tasks can be started.
fn on_one_thread(test: impl FnOnce()) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    tokio::task::LocalSet::new().block_on(&runtime, async { test() });
}

#[test]
fn a_message_is_kept_and_acknowledged() {
    on_one_thread(|| {
        let (customer, business) = pair();
        let taken = business.take(&[application(2, &customer, customer.text("hello"))]).unwrap();
        assert_eq!(taken.cursor, Some(2));
        assert_eq!(business.bodies(), [began(), text_body("hello")]);
    });
}

#[test]
fn a_replay_is_shown_once() {
    on_one_thread(|| {
        let (customer, business) = pair();
        let body = customer.text("once");
        business.take(&[application(2, &customer, body.clone())]).unwrap();
        // Under its old cursor, and under a new one.
        business.take(&[application(2, &customer, body.clone())]).unwrap();
        business.take(&[application(3, &customer, body)]).unwrap();
        assert_eq!(business.bodies(), [began(), text_body("once")]);
    });
}

#[test]
fn reordered_and_missing_messages_do_no_harm() {
    on_one_thread(|| {
        let (customer, business) = pair();
        let bodies: Vec<_> = ["a", "b", "c", "d"].map(|text| customer.text(text)).into();
        let [a, _withheld, c, d] = <[Vec<u8>; 4]>::try_from(bodies).unwrap();
        business
            .take(&[
                application(4, &customer, c),
                application(5, &customer, a),
                application(7, &customer, d),
            ])
            .unwrap();
        assert_eq!(business.bodies(), [began(), text_body("c"), text_body("a"), text_body("d")]);
        let record = business.inner().store.read(|tx| tx.known_conversation(CONVERSATION)).unwrap();
        // The withheld one and the two numbers around it are missed.
        assert!(record.gaps > 0);
        assert_eq!(record.state, ConversationState::Open);
    });
}

#[test]
fn another_name_on_the_envelope_is_refused() {
    on_one_thread(|| {
        let (customer, business) = pair();
        let mut renamed = application(2, &customer, customer.text("not from me"));
        renamed.sender_device = business.own().device.as_bytes().to_vec();
        business.take(&[renamed]).unwrap();
        let claimed = customer.encode(Message::Text {
            text: "I am the business".to_owned(),
            language: String::new(),
        });
        let other = business.own().account;
        let lying = customer.encrypt(&claimed, |data| data.account = other);
        business.take(&[application(3, &customer, lying)]).unwrap();
        assert_eq!(business.bodies(), [began(), refused("sender"), refused("sender")]);
    });
}

#[test]
fn content_must_open_the_commitment() {
    on_one_thread(|| {
        let (customer, business) = pair();
        let content =
            customer.encode(Message::Text { text: "deal".to_owned(), language: String::new() });
        let other = customer.encrypt(&content, |data| data.franking_tag = [9; 32]);
        business.take(&[application(2, &customer, other)]).unwrap();
        assert_eq!(business.bodies(), [began(), refused("franking")]);
    });
}

#[test]
fn control_messages_never_show_text() {
    on_one_thread(|| {
        let (customer, business) = pair();
        let text =
            customer.encode(Message::Text { text: "hidden".to_owned(), language: String::new() });
        let as_control = customer.encrypt(&text, |data| data.class = MessageClass::Control);
        let receipt =
            Receipt { kind: ReceiptKind::Read, messages: ReceiptMessages::Each(Vec::new()) };
        let receipt = customer.encode(Message::Receipt(receipt));
        let as_chat = customer.encrypt(&receipt, |_data| {});
        business
            .take(&[application(2, &customer, as_control), application(3, &customer, as_chat)])
            .unwrap();
        assert_eq!(business.bodies(), [began(), refused("class"), refused("class")]);
    });
}

#[test]
fn what_was_not_asked_for_is_not_shown() {
    on_one_thread(|| {
        let (customer, business) = pair();
        // The business's device is the sender here; the customer has given no consent for offers.
        let offer = Message::Text { text: "50 % off".to_owned(), language: String::new() };
        let offer = business.encode(offer);
        let offer = business.encrypt(&offer, |data| data.category = Category::Marketing);
        customer
            .take(&[
                application(2, &business, offer),
                application(3, &business, business.text("hi")),
            ])
            .unwrap();
        assert_eq!(customer.bodies(), [refused("category"), text_body("hi")]);
    });
}

#[test]
fn an_answer_after_the_window_is_refused_whatever_the_server_took() {
    on_one_thread(|| {
        let (customer, business) = pair();
        let store = &customer.inner().store;
        let closed = NOW.plus_millis(-(DAY_MS + 10 * 60 * 1_000));
        store
            .write(|tx| tx.change_conversation(CONVERSATION, |it| it.window_at = Some(closed)))
            .unwrap();
        customer.take(&[application(2, &business, business.text("late"))]).unwrap();
        // The person wrote, and the server has it, though its answer was lost on the way.
        let text = Message::Text { text: "?".to_owned(), language: String::new() };
        let (content, encoded) = (Content::new(text.clone()), customer.encode(text));
        let record = outgoing::outbox_record(CONVERSATION, &content, &encoded, None, NOW);
        store
            .write(|tx| {
                tx.add_outbox(&record)?;
                let queued = tx.next_of_outbox()?;
                tx.set_encrypted(queued[0].number, 1, b"sent")
            })
            .unwrap();
        customer.take(&[application(3, &business, business.text("in time"))]).unwrap();
        assert_eq!(customer.bodies(), [refused("window"), text_body("in time")]);
    });
}

#[test]
fn a_step_after_the_window_is_one_of_what_is_known_and_has_no_words() {
    on_one_thread(|| {
        let (customer, business) = pair();
        let amount = Money { minor: 2_650, currency: Currency::EUR };
        let request = PaymentRequest {
            order: None,
            reference: "RF18".to_owned(),
            amount,
            note: String::new(),
            expires_at: None,
            rails: Vec::new(),
            bill: None,
        };
        let asked = ShopMessage { deal: Deal::Payment(request), text: "26.50 EUR".to_owned() };
        let asked = business.encode(Message::Shop(Box::new(asked)));
        let root = asked.id;
        customer.take(&[application(2, &business, business.encrypt(&asked, |_data| {}))]).unwrap();
        let closed = NOW.plus_millis(-3 * DAY_MS);
        let store = &customer.inner().store;
        store
            .write(|tx| tx.change_conversation(CONVERSATION, |it| it.window_at = Some(closed)))
            .unwrap();
        let cursor = Cell::new(2);
        let say = |payment, step, text: Option<&str>| {
            let said = ShopMessage::of_step(Deal::PaymentStep { payment, step });
            let text = text.map_or(said.text, str::to_owned);
            let said = ShopMessage { deal: said.deal, text };
            let said = business.encode(Message::Shop(Box::new(said)));
            cursor.set(cursor.get() + 1);
            let body = business.encrypt(&said, |data| data.class = MessageClass::Step);
            customer.take(&[application(cursor.get(), &business, body)]).unwrap();
        };
        let received = || PaymentStep::Received { amount, source: Source::Hand };
        let shown = || customer.bodies().len();
        say(root, received(), Some("Half price today"));
        assert_eq!(customer.bodies()[1..], [refused("class")]);
        say(MessageId::new([9; 32]), received(), None);
        assert_eq!(shown(), 2, "nothing comes of a step of nothing");
        say(root, received(), None);
        assert!(matches!(customer.bodies()[2..], [MessageBody::Deal(_)]));
        // Nor of more than anybody needs.
        for _step in 0..BARE_STEPS_MAX {
            say(root, PaymentStep::Refunded { amount, source: Source::Hand }, None);
        }
        let kept = store.read(|tx| Ok(tx.steps_of(root)?.len())).unwrap();
        assert_eq!(kept, BARE_STEPS_MAX);
    });
}

#[test]
fn a_business_without_the_servers_receipt_is_refused() {
    on_one_thread(|| {
        let (customer, business) = pair();
        let bare = Entry {
            receipt: Bytes::new(),
            ..application(2, &business, business.text("no receipt"))
        };
        let other = application(3, &business, business.text("one"));
        let swapped = Entry {
            receipt: other.receipt.clone(),
            ..application(3, &business, business.text("two"))
        };
        customer.take(&[bare, swapped]).unwrap();
        assert_eq!(customer.bodies(), [refused("receipt"), refused("receipt")]);
    });
}

#[test]
fn a_template_tag_with_other_text_inside_and_a_template_that_nobody_has_are_refused() {
    on_one_thread(|| {
        let (customer, business) = pair();
        let text = Message::Text { text: "buy".to_owned(), language: String::new() };
        let text = business.encode(text);
        let tagged = |template| {
            move |data: &mut AuthenticatedData| {
                data.class = MessageClass::Template;
                data.template = Some(template);
            }
        };
        let disguised = application(2, &business, business.encrypt(&text, tagged([1; 32])));
        let instance =
            TemplateMessage { template: [2; 32], version: 1, values: Vec::new(), campaign: None };
        let instance = business.encode(Message::Template(Box::new(instance)));
        let unknown = application(3, &business, business.encrypt(&instance, tagged([2; 32])));
        let untagged = application(4, &business, business.encrypt(&instance, |_data| {}));
        // The server is asked for each once, and has neither.
        let missing = customer.take(std::slice::from_ref(&disguised));
        assert!(matches!(missing, Err(Error::TemplateMissing(_, hash)) if hash == [1; 32]));
        let asked = Asked { templates: [[1; 32], [2; 32]].into(), ..Asked::default() };
        customer.take_asked(&[disguised, unknown, untagged], &asked).unwrap();
        let reasons = ["template_part", "template_unknown", "template_part"];
        assert_eq!(customer.bodies(), reasons.map(refused));
    });
}

/// A template of marketing that the operator has approved, on the customer's device.
fn approved_offer(customer: &Device, business: &Device) -> TemplateDoc {
    let template = TemplateDoc {
        business: business.own().account,
        name: "offer".to_owned(),
        language: "en".to_owned(),
        version: 1,
        category: Category::Marketing,
        header: None,
        body: TemplateText::fixed("New bread on Friday."),
        footer: String::new(),
        buttons: Vec::new(),
        carousel: Vec::new(),
        offer: None,
        parameters: Vec::new(),
        link_domains: Vec::new(),
        time_to_live_s: 0,
    };
    let approval = templates::approval_of(&template);
    let record = TemplateRecord {
        account: template.business,
        hash: template.hash(),
        document: template.encode().unwrap(),
        approval: Signed::sign(approval, &server_key()).unwrap().encode(),
        counts_self_signed: false,
    };
    customer.inner().store.write(|tx| tx.put_template(&record)).unwrap();
    template
}

fn allow(customer: &Device, business: &Device, sequence: u64, categories: Categories) {
    let own = customer.own();
    let consent = Consent {
        origin: customer.inner().origin.as_str().to_owned(),
        business: business.own().account,
        business_key_hash: key_hash(&business.new.contact.account_key),
        customer: own.account,
        device: own.device,
        sequence,
        categories,
        monthly_max: CategoryMax::default(),
        wording_hash: wording_hash("?"),
        language: "en".to_owned(),
        at: NOW,
        entry: None,
        state: ConsentState::Given,
        terms: Terms::default(),
    };
    let bytes = Signed::sign(consent, &own.signer).unwrap().encode();
    let (business, customer_id) = (business.own().account, own.account);
    let store = &customer.inner().store;
    store.write(|tx| tx.put_consent(business, customer_id, sequence, &bytes)).unwrap();
}

#[test]
fn an_offer_that_nobody_asked_for_lies_on_the_shelf_whatever_the_server_took() {
    on_one_thread(|| {
        let (customer, business) = pair();
        let template = approved_offer(&customer, &business);
        let service = Categories::NONE.with(Category::Service);
        allow(&customer, &business, 1, service);
        let offer = |cursor| {
            let hash = template.hash();
            let instance =
                TemplateMessage { template: hash, version: 1, values: Vec::new(), campaign: None };
            let content = business.encode(Message::Template(Box::new(instance)));
            let body = business.encrypt(&content, |data| {
                data.class = MessageClass::Template;
                data.category = Category::Marketing;
                data.template = Some(hash);
            });
            application(cursor, &business, body)
        };
        customer.take(&[offer(2)]).unwrap();
        allow(&customer, &business, 2, service.with(Category::Marketing));
        customer.take(&[offer(3)]).unwrap();
        let (shown, unread) = customer
            .inner()
            .store
            .read(|tx| {
                let records = tx.messages_from(CONVERSATION, 0, 100)?;
                let views = records.iter().map(|one| timeline::view_of(customer.inner(), tx, one));
                Ok((views.collect::<Result<Vec<_>>>()?, tx.unread(CONVERSATION, 0)?))
            })
            .unwrap();
        let shelved: Vec<_> = shown.iter().map(|view| view.is_unrequested).collect();
        assert_eq!(shelved, [true, false]);
        assert!(shown.iter().all(|view| matches!(view.body, MessageBody::Template(_))));
        assert_eq!(unread, 1, "what lies on the shelf isn't unread");
    });
}

#[test]
fn damaged_entries_change_nothing_but_the_cursor() {
    on_one_thread(|| {
        let (customer, business) = pair();
        let good = customer.text("good");
        let mut damaged = good.clone();
        let last = damaged.len() - 1;
        damaged[last] ^= 1;
        let mut elsewhere = application(4, &customer, good.clone());
        elsewhere.conversation = vec![7; 16];
        let entries = [
            application(2, &customer, damaged),
            application(3, &customer, vec![1, 2, 3]),
            elsewhere,
            entry(EntryKind::Welcome, 5, &customer, vec![0; 50]),
            entry(EntryKind::DeviceList, 6, &customer, vec![0; 50]),
            entry(EntryKind::Consent, 7, &customer, vec![0xff; 50]),
            entry(EntryKind::Leave, 8, &customer, Vec::new()),
            Entry { kind: 99, ..application(9, &customer, Vec::new()) },
            application(10, &customer, good),
        ];
        let taken = business.take(&entries).unwrap();
        assert_eq!(taken.cursor, Some(10));
        let bodies = business.bodies();
        assert_eq!(bodies.last(), Some(&text_body("good")));
        let unreadable = MessageBody::System(SystemLine::Unreadable);
        assert_eq!(bodies.iter().filter(|body| **body == unreadable).count(), 2);
        assert_eq!(business.state(), ConversationState::Open);
    });
}

#[test]
fn a_welcome_from_a_stranger_waits_for_the_directory() {
    on_one_thread(|| {
        let customer = Device::make(AccountKind::Person, "Priya");
        let business = Device::make(AccountKind::Business, "Anna");
        customer.pin(&business);
        let welcome = invite(&customer, &business);
        let outcome = business.take(std::slice::from_ref(&welcome));
        let expected = customer.own().account;
        assert!(matches!(outcome, Err(Error::Outdated(account)) if account == expected));
        // Nothing was written: the same welcome works once the account is pinned.
        business.pin(&customer);
        business.take(&[welcome]).unwrap();
        assert_eq!(business.state(), ConversationState::Open);
    });
}

#[test]
fn a_commit_that_lets_a_ghost_in_is_refused() {
    on_one_thread(|| {
        let (customer, business) = pair();
        // A device that no list of the customer names.
        let ghost = Device::make(AccountKind::Person, "Ghost");
        let own = ghost.own();
        let package = ghost
            .inner()
            .store
            .write(|tx| {
                let options = KeyPackageOptions {
                    suite: Suite::X25519,
                    count: 1,
                    now: inner_now(&ghost.client),
                    lifetime_days: 1,
                    last_resort: false,
                };
                Ok(generate_key_packages(tx, &own.keys, &own.certificate, &options)?)
            })
            .unwrap();
        let sender = customer.own();
        let commit = customer
            .inner()
            .store
            .write(|tx| {
                let record = tx.known_conversation(CONVERSATION)?;
                let mut group = Group::load(tx, record.group)?;
                Ok(group.commit_add(tx, &sender.keys, &package, true)?.commit)
            })
            .unwrap();
        let taken = business.take(&[entry(EntryKind::Commit, 2, &customer, commit)]).unwrap();
        assert!(taken.duties.lost);
        assert_eq!(business.state(), ConversationState::Lost);
        let members = business.inner().store.read(|tx| tx.members(CONVERSATION)).unwrap();
        assert_eq!(members.len(), 2);
    });
}
