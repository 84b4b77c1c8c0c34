//! The attack table of PROTOCOL 5.3, row by row, with the named result.
//!
//! Each test builds what a hostile server or business would send, and screens it with nothing but
//! what the customer's device has. The rows that need a decryption (replays) or that are settled by
//! invoices, padding and generic push texts are tested where these are.

use tresen_admission::{STEPS_MS, WINDOW_MS, WINDOW_TOLERANCE_MS, Window};
use tresen_content::{
    Content, Message, Received, Scope,
    message::{Receipt, ReceiptKind, ReceiptMessages},
    shop::{Deal, OrderStep, PaymentStep, ShopMessage},
    template::{Mismatch, TemplateMessage, TemplateValue},
};
use tresen_proto::aad::{AuthenticatedData, MessageClass};
use tresen_screening::{Arrival, DELAY_MS_MAX, Facts, Refusal, TemplateFacts, Verdict, screen};
use tresen_statement::{
    Approval, ApprovalProfile, ApprovalStatus, CategoryMax, Charset, Consent, ConsentState,
    Parameter, ParameterKind, Piece, RejectionReason, Report, ReportItem, ReportReason, Signed,
    SigningKey, TemplateDoc, TemplateText, Terms,
    receipt::{self, Acceptance, FrankKey},
};
use tresen_types::{
    AccountId, AccountKind, Categories, Category, ConversationId, Currency, DeviceId, MessageId,
    Money, Nonce, Timestamp,
};

fn business() -> AccountId {
    AccountId::from_random(AccountKind::Business, [1; 16])
}

fn customer() -> AccountId {
    AccountId::from_random(AccountKind::Person, [2; 16])
}

fn device() -> DeviceId {
    DeviceId::new([3; 8])
}

fn conversation() -> ConversationId {
    ConversationId::new([4; 16])
}

fn scope() -> Scope<'static> {
    Scope { host: "tresen.example", sender: business(), conversation: conversation() }
}

fn operator() -> SigningKey {
    SigningKey::from_seed(&[5; 32])
}

fn account_key() -> SigningKey {
    SigningKey::from_seed(&[6; 32])
}

fn now() -> Timestamp {
    Timestamp::from_millis(1_793_000_000_000)
}

fn template(category: Category) -> TemplateDoc {
    TemplateDoc {
        business: business(),
        name: "order_ready".to_owned(),
        language: "en".to_owned(),
        version: 1,
        category,
        header: None,
        body: TemplateText(vec![
            Piece::Fixed("Your order ".to_owned()),
            Piece::Parameter(0),
            Piece::Fixed(" is ready at the counter.".to_owned()),
        ]),
        footer: String::new(),
        buttons: Vec::new(),
        carousel: Vec::new(),
        offer: None,
        parameters: vec![Parameter {
            name: String::new(),
            kind: ParameterKind::Text,
            length_max: 20,
            charset: Charset::Any,
            example: "B-4711".to_owned(),
        }],
        link_domains: Vec::new(),
        time_to_live_s: 0,
    }
}

fn approval_of(template: &TemplateDoc) -> Approval {
    Approval {
        business: business(),
        template: template.hash(),
        name: template.name.clone(),
        language: template.language.clone(),
        category: template.category,
        profile: ApprovalProfile::Reviewed,
        status: ApprovalStatus::Approved,
        reason: None,
        sequence: 1,
        not_before: now().plus_millis(-1_000),
        not_after: now().plus_millis(1_000),
    }
}

fn text(text: &str) -> Message {
    Message::Text { text: text.to_owned(), language: String::new() }
}

fn instance_of(template: &TemplateDoc, value: &str) -> Message {
    Message::Template(Box::new(TemplateMessage {
        template: template.hash(),
        version: template.version,
        values: vec![TemplateValue::Text(value.to_owned())],
        campaign: None,
    }))
}

/// One scene: everything a message comes with, and everything the device knows. Tests change one
/// thing.
struct Scene {
    data: AuthenticatedData,
    leaf: (AccountId, DeviceId),
    received: Received,
    bytes: Vec<u8>,
    accepted_at: Timestamp,
    has_receipt: bool,
    acceptance: Option<Acceptance>,
    received_at: Option<Timestamp>,
    consent: Option<Consent>,
    window: Window,
    document: Vec<u8>,
    approval: Vec<u8>,
    self_signed_counts: bool,
    goes_on: bool,
}

impl Scene {
    fn new(message: Message, class: MessageClass, category: Category) -> Self {
        let encoded = Content::new(message).encode([7; 16], &scope()).expect("content");
        let received = Content::decode(&encoded.bytes, &scope()).expect("content");
        let named = match &received.content.message {
            Message::Template(message) => Some(message.template),
            _other => None,
        };
        let template = template(category);
        let approval = Signed::sign(approval_of(&template), &operator()).expect("an approval");
        Self {
            data: AuthenticatedData {
                franking_tag: encoded.franking_tag,
                class,
                category,
                flags: 0,
                template: named.filter(|_| class == MessageClass::Template),
                account: business(),
                device: device(),
                nonce: Nonce::new([8; 16]),
                time_to_live_s: 0,
            },
            leaf: (business(), device()),
            received,
            bytes: encoded.bytes,
            accepted_at: now(),
            has_receipt: true,
            acceptance: None,
            received_at: Some(now()),
            consent: Some(consent(&Category::ALL)),
            window: Window { opened_at: Some(now().plus_millis(-60_000)) },
            document: template.encode().expect("a template"),
            approval: approval.encode(),
            self_signed_counts: false,
            goes_on: true,
        }
    }

    fn chat() -> Self {
        Self::new(text("Hello"), MessageClass::Chat, Category::Service)
    }

    fn template(category: Category) -> Self {
        let message = instance_of(&template(category), "B-4711");
        Self::new(message, MessageClass::Template, category)
    }

    fn with_value(value: &str) -> Self {
        let message = instance_of(&template(Category::Utility), value);
        Self::new(message, MessageClass::Template, Category::Utility)
    }

    fn acceptance(&self) -> Acceptance {
        Acceptance {
            franking_tag: self.data.franking_tag,
            conversation: conversation(),
            sequence: 1,
            sender_account: self.data.account,
            sender_device: self.data.device,
            accepted_at: self.accepted_at,
            class: self.data.class as u8,
            category: self.data.category,
            template_hash: self.data.template,
            nonce: self.data.nonce,
        }
    }

    fn screen(&self) -> Result<Verdict, Refusal> {
        let acceptance = self.acceptance.unwrap_or_else(|| self.acceptance());
        let (operator_key, business_key) = (operator().public(), account_key().public());
        let arrival = Arrival {
            data: &self.data,
            leaf: self.leaf,
            received: &self.received,
            acceptance: self.has_receipt.then_some(&acceptance),
            received_at: self.received_at,
        };
        let template = TemplateFacts {
            document: &self.document,
            approval: &self.approval,
            operator_key: &operator_key,
            business_key: &business_key,
            self_signed_counts: self.self_signed_counts,
        };
        let facts = Facts {
            own: customer(),
            consent: self.consent.as_ref(),
            window: self.window,
            goes_on: self.goes_on,
            template: (!self.document.is_empty()).then_some(template),
        };
        screen(&arrival, &facts)
    }

    fn refused(&self) -> Refusal {
        self.screen().expect_err("refused")
    }

    fn approve(&mut self, approval: Approval, key: &SigningKey) {
        self.approval = Signed::sign(approval, key).expect("an approval").encode();
    }
}

fn consent(categories: &[Category]) -> Consent {
    Consent {
        origin: "https://tresen.example".to_owned(),
        business: business(),
        business_key_hash: [0; 32],
        customer: customer(),
        device: DeviceId::new([9; 8]),
        sequence: 1,
        categories: categories.iter().copied().collect::<Categories>(),
        monthly_max: CategoryMax::default(),
        wording_hash: [0; 32],
        language: "en".to_owned(),
        at: now(),
        entry: None,
        state: ConsentState::Given,
        terms: Terms::default(),
    }
}

#[test]
fn honest_messages_are_shown() {
    assert_eq!(Scene::chat().screen(), Ok(Verdict::Show { template: None }));
    for category in [Category::Service, Category::Utility, Category::Marketing] {
        let shown = Scene::template(category).screen();
        assert_eq!(shown, Ok(Verdict::Show { template: Some(Box::new(template(category))) }));
    }
}

// "Business labels marketing as utility": the category comes from the approved document.
#[test]
fn marketing_labelled_as_utility_is_refused() {
    let mut scene = Scene::template(Category::Marketing);
    scene.data.category = Category::Utility;
    assert_eq!(scene.refused(), Refusal::Category);
    // And free text has no category but service.
    let mut chat = Scene::chat();
    chat.data.category = Category::Utility;
    assert_eq!(chat.refused(), Refusal::Category);
}

// "Abuse through parameters remains": typed, short, without links.
#[test]
fn parameters_that_are_links_long_or_turned_are_refused() {
    for (value, mismatch) in [
        ("https://evil.example", Mismatch::Link),
        ("evil.example", Mismatch::Link),
        ("twenty-one characters", Mismatch::Length),
        ("two\nlines", Mismatch::Character),
        ("\u{202e}1174-B", Mismatch::Character),
    ] {
        assert_eq!(Scene::with_value(value).refused(), Refusal::Parameters(mismatch), "{value}");
    }
}

// Steps of a payment and the like come after the window: without a word of the business's own.
#[test]
fn a_step_comes_late_and_carries_no_words() {
    let step = |deal, text: Option<&str>| {
        let said = ShopMessage::of_step(deal);
        let text = text.map_or(said.text, str::to_owned);
        let message = Message::Shop(Box::new(ShopMessage { deal: said.deal, text }));
        let mut scene = Scene::new(message, MessageClass::Step, Category::Service);
        scene.window = Window { opened_at: Some(now().plus_millis(-3 * WINDOW_MS)) };
        scene
    };
    let root = MessageId::new([7; 32]);
    let paid = |step| Deal::PaymentStep { payment: root, step };
    let ordered = |step| Deal::OrderStep { order: root, step };
    let amount = Money { minor: 2_650, currency: Currency::parse("EUR").expect("a currency") };
    let plain = [
        paid(PaymentStep::RefundWanted { amount }),
        paid(PaymentStep::Failed),
        ordered(OrderStep::Ready),
        ordered(OrderStep::Cancel { reason: String::new() }),
    ];
    for deal in plain {
        let scene = step(deal.clone(), None);
        assert_eq!(scene.screen(), Ok(Verdict::Show { template: None }), "{deal:?}");
        let mut chat = step(deal.clone(), None);
        chat.data.class = MessageClass::Chat;
        assert_eq!(chat.refused(), Refusal::Window, "a message has its day");
        let mut offer = step(deal.clone(), None);
        offer.data.category = Category::Marketing;
        assert_eq!(offer.refused(), Refusal::Category);
        let mut old = step(deal.clone(), None);
        old.window = Window { opened_at: Some(now().plus_millis(-STEPS_MS)) };
        assert_eq!(old.refused(), Refusal::Window);
        let mut nothing = step(deal, None);
        nothing.goes_on = false;
        assert_eq!(nothing.screen(), Ok(Verdict::Aside));
    }
    let hidden = [
        (paid(PaymentStep::Failed), Some("50 % off today")),
        (ordered(OrderStep::Cancel { reason: "50 % off today".to_owned() }), None),
    ];
    for (deal, text) in hidden {
        assert_eq!(step(deal.clone(), text).refused(), Refusal::Class, "{deal:?}");
    }
    let free = Scene::new(text("50 % off"), MessageClass::Step, Category::Service);
    assert_eq!(free.refused(), Refusal::Class);
    // Whoever has said stop hears nothing more; the consent decides about steps too.
    let mut stopped = step(ordered(OrderStep::Ready), None);
    stopped.consent = Some(consent(&[Category::Marketing]));
    assert_eq!(stopped.screen(), Ok(Verdict::Shelve { template: None }));
}

// "AAD says utility template, inner is free text".
#[test]
fn a_template_tag_with_other_text_inside_is_refused() {
    let mut scene = Scene::new(text("Buy now"), MessageClass::Template, Category::Utility);
    scene.data.template = Some(template(Category::Utility).hash());
    assert_eq!(scene.refused(), Refusal::TemplatePart);
    let inside = instance_of(&template(Category::Utility), "B-4711");
    let untagged = Scene::new(inside, MessageClass::Chat, Category::Service);
    assert_eq!(untagged.refused(), Refusal::TemplatePart);
    let mut other = Scene::template(Category::Utility);
    other.data.template = Some([9; 32]);
    assert_eq!(other.refused(), Refusal::TemplatePart);
}

// "Free text outside 24 h": a colluding server lets it through, the device doesn't.
#[test]
fn free_text_outside_the_own_window_is_refused() {
    let opened = |ago: i64| Window { opened_at: Some(now().plus_millis(-ago)) };
    for class in [MessageClass::Chat, MessageClass::Payment, MessageClass::Call] {
        let mut scene = Scene::new(text("Hello"), class, Category::Service);
        scene.window = opened(WINDOW_MS + WINDOW_TOLERANCE_MS - 1);
        assert!(scene.screen().is_ok());
        scene.window = opened(WINDOW_MS + WINDOW_TOLERANCE_MS);
        assert_eq!(scene.refused(), Refusal::Window);
        scene.window = Window::default();
        assert_eq!(scene.refused(), Refusal::Window);
    }
    let mut template = Scene::template(Category::Utility);
    template.window = Window::default();
    assert!(template.screen().is_ok(), "templates need no window");
}

// The same with a server that back-dates what it accepted.
#[test]
fn a_back_dated_message_is_refused_by_a_device_that_was_there() {
    let mut scene = Scene::chat();
    scene.window = Window { opened_at: Some(now().plus_millis(-2 * WINDOW_MS)) };
    scene.accepted_at = now().plus_millis(-2 * WINDOW_MS + 60_000);
    assert_eq!(scene.refused(), Refusal::BackDated);
    // A device that was away can't tell.
    scene.received_at = None;
    assert!(scene.screen().is_ok());
    // A slow delivery within the window is nothing but slow.
    let mut slow = Scene::chat();
    slow.accepted_at = now().plus_millis(-DELAY_MS_MAX - 1);
    slow.window = Window { opened_at: Some(now().plus_millis(-WINDOW_MS / 2)) };
    assert!(slow.screen().is_ok());
}

#[test]
fn without_a_receipt_for_exactly_this_message_nothing_is_shown() {
    let mut scene = Scene::chat();
    scene.has_receipt = false;
    assert_eq!(scene.refused(), Refusal::Receipt);
    let scene = Scene::chat();
    let honest = scene.acceptance();
    for other in [
        Acceptance { nonce: Nonce::new([0; 16]), ..honest },
        Acceptance { franking_tag: [0; 32], ..honest },
        Acceptance { sender_account: customer(), ..honest },
        // "Server rewrites category for billing".
        Acceptance { category: Category::Marketing, ..honest },
        Acceptance { template_hash: Some([0; 32]), ..honest },
        Acceptance { class: 1, ..honest },
    ] {
        let mut scene = Scene::chat();
        scene.acceptance = Some(other);
        assert_eq!(scene.refused(), Refusal::Receipt);
    }
}

// "Server swaps template text".
#[test]
fn a_swapped_template_is_refused() {
    let mut other = template(Category::Utility);
    other.body.0[2] = Piece::Fixed(" is lost.".to_owned());
    let mut scene = Scene::template(Category::Utility);
    scene.document = other.encode().expect("a template");
    assert_eq!(scene.refused(), Refusal::TemplateChanged);
    scene.document = b"garbage".to_vec();
    assert_eq!(scene.refused(), Refusal::TemplateChanged);
    scene.document.clear();
    assert_eq!(scene.refused(), Refusal::TemplateUnknown);
    // Another business's approved template.
    let foreign = TemplateDoc {
        business: AccountId::from_random(AccountKind::Business, [0; 16]),
        ..template(Category::Utility)
    };
    let message = instance_of(&foreign, "B-4711");
    let mut scene = Scene::new(message, MessageClass::Template, Category::Utility);
    scene.document = foreign.encode().expect("a template");
    assert_eq!(scene.refused(), Refusal::TemplateChanged);
}

#[test]
fn a_template_without_a_good_approval_is_refused() {
    let good = approval_of(&template(Category::Utility));
    let mut scene = Scene::template(Category::Utility);
    let paused = Approval {
        status: ApprovalStatus::Paused,
        reason: Some(RejectionReason::Promotional),
        ..good.clone()
    };
    let late = Approval { not_after: now(), ..good.clone() };
    let early = Approval { not_before: now().plus_millis(1), ..good.clone() };
    let other = Approval { template: [0; 32], ..good.clone() };
    let recategorised = Approval { category: Category::Marketing, ..good.clone() };
    for never in [paused, late, early, other, recategorised] {
        scene.approve(never, &operator());
        assert_eq!(scene.refused(), Refusal::NotApproved);
    }
    // Forged by the business in the operator's name.
    scene.approve(good.clone(), &account_key());
    assert_eq!(scene.refused(), Refusal::NotApproved);
    // Its own signature counts only where that is agreed ("Server learns sensitive template").
    let own = Approval { profile: ApprovalProfile::SelfSigned, ..good };
    scene.approve(own, &account_key());
    assert_eq!(scene.refused(), Refusal::NotApproved);
    scene.self_signed_counts = true;
    assert!(scene.screen().is_ok());
}

// "Business + server collude against user": the own record decides, whatever they say.
#[test]
fn what_the_own_record_does_not_allow_goes_to_the_shelf() {
    let revoked =
        Consent { state: ConsentState::Revoked, categories: Categories::NONE, ..consent(&[]) };
    for own in [None, Some(consent(&[Category::Service])), Some(revoked)] {
        let mut scene = Scene::template(Category::Marketing);
        scene.consent = own;
        let template = Some(Box::new(template(Category::Marketing)));
        assert_eq!(scene.screen(), Ok(Verdict::Shelve { template }));
    }
    let mut answer = Scene::chat();
    answer.consent = None;
    assert_eq!(answer.screen(), Ok(Verdict::Shelve { template: None }));
}

// "Sender commits to one text, shows another".
#[test]
fn content_that_was_not_committed_to_is_refused() {
    let mut scene = Scene::chat();
    scene.data.franking_tag = [0; 32];
    assert_eq!(scene.refused(), Refusal::Franking);
}

#[test]
fn a_sender_that_is_not_the_leaf_is_refused() {
    let mut scene = Scene::chat();
    scene.leaf.1 = DeviceId::new([0; 8]);
    assert_eq!(scene.refused(), Refusal::Sender);
}

#[test]
fn the_control_class_never_shows_text() {
    let scene = Scene::new(text("Hello"), MessageClass::Control, Category::Service);
    assert_eq!(scene.refused(), Refusal::Class);
    let receipt = Message::Receipt(Receipt {
        kind: ReceiptKind::Read,
        messages: ReceiptMessages::Each(Vec::new()),
    });
    let honest = Scene::new(receipt.clone(), MessageClass::Control, Category::Service);
    assert_eq!(honest.screen(), Ok(Verdict::Control));
    let shown = Scene::new(receipt, MessageClass::Chat, Category::Service);
    assert_eq!(shown.refused(), Refusal::Class);
}

// "Two devices of recipient disagree on window": each uses the own account's last message, so that
// the same facts give the same verdict; a device that was just linked counts the last one that the
// server franked.
#[test]
fn the_same_facts_give_the_same_verdict_on_every_device() {
    let mut first = Scene::chat();
    first.window = Window { opened_at: Some(now().plus_millis(-WINDOW_MS + 1)) };
    let mut second = Scene::chat();
    second.window = first.window;
    second.received_at = None;
    assert_eq!(first.screen(), second.screen());
}

// "Malicious recipient forges a report": what wasn't franked doesn't open.
#[test]
fn a_forged_report_does_not_open() {
    let frank_key = FrankKey::new(&[0x5e; 32]);
    let scene = Scene::template(Category::Utility);
    let sealed = receipt::seal(&[scene.acceptance()], now(), &frank_key, &operator());
    let receipt = sealed.expect("one receipt").swap_remove(0);
    let item = ReportItem { content: scene.bytes.clone(), receipt };
    let report = |item: ReportItem| Report {
        origin: "https://tresen.example".to_owned(),
        business: business(),
        reporter: customer(),
        device: DeviceId::new([9; 8]),
        conversation: conversation(),
        reason: ReportReason::Unwanted,
        note: String::new(),
        items: vec![item],
        at: now(),
    };
    let key = operator().public();
    let opened = report(item.clone()).open(&key, &frank_key).expect("a true report");
    assert_eq!(opened[0].template_hash, scene.data.template);
    let forged = Content::new(text("I hate you")).encode([7; 16], &scope()).expect("content").bytes;
    let forged = report(ReportItem { content: forged, ..item });
    assert!(forged.open(&key, &frank_key).is_err());
}
