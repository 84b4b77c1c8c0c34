//! One fixed value of every kind, signed with fixed keys.

use tresen_statement::{
    Approval, ApprovalProfile, ApprovalStatus, BlockNotice, Button, Card, CatalogueChoice,
    CatalogueItem, CataloguePage, CategoryMax, Charset, Consent, ConsentProof, ConsentState, Date,
    DecisionKind, DecisionNotice, DeviceCertificate, DeviceKind, DeviceList, DomainClaim,
    DomainMethod, DomainRecord, DomainState, EntryLink, Header, HoursException, Interval,
    LeaveNotice, LimitedTimeOffer, LinkInvitation, ListedDevice, LogoMime, Mark, MediaKind,
    OpeningHours, Parameter, ParameterKind, Piece, Profile, QuietHours, QuotationAcceptance,
    RegistrationProof, Report, ReportItem, ReportReason, Role, SessionProof, SignColour, Signed,
    SigningKey, Statement, TemplateDoc, TemplateText, Terms, WayIn, WeeklyDigest, key_hash,
    receipt, wording_hash,
};
use tresen_types::{
    AccountId, AccountKind, Categories, Category, ConversationId, Currency, DeviceId, EntryId,
    MessageId, Nonce, Timestamp,
    profile::{ChatCommand, Imprint, More, Reach},
};

pub(crate) const SERVER_SECRET: [u8; 32] = [0x5e; 32];
/// HMAC-SHA256 of [`REPORTED`] with its salt.
pub(crate) const REPORTED_TAG: [u8; 32] = [
    0xd9, 0x1f, 0x73, 0x28, 0x14, 0x8a, 0x14, 0x47, 0xcc, 0x39, 0x3e, 0xb1, 0xf3, 0x0e, 0x33, 0xc7,
    0x6c, 0x5b, 0x87, 0x79, 0xe5, 0x1d, 0x74, 0x8a, 0x86, 0xf6, 0x22, 0x7a, 0xa1, 0xb0, 0x70, 0x90,
];

pub(crate) fn account_key() -> SigningKey {
    SigningKey::from_seed(&[1; 32])
}

pub(crate) fn device_key() -> SigningKey {
    SigningKey::from_seed(&[2; 32])
}

pub(crate) fn server_key() -> SigningKey {
    SigningKey::from_seed(&[3; 32])
}

pub(crate) fn business() -> AccountId {
    AccountId::from_random(AccountKind::Business, [0x11; 16])
}

pub(crate) fn customer() -> AccountId {
    AccountId::from_random(AccountKind::Person, [0x22; 16])
}

pub(crate) fn device() -> DeviceId {
    DeviceId::new([0x33; 8])
}

fn conversation() -> ConversationId {
    ConversationId::new([0x44; 16])
}

fn entry() -> EntryId {
    EntryId::new([0x55; 8])
}

pub(crate) fn at() -> Timestamp {
    Timestamp::from_millis(1_793_000_000_000)
}

fn origin() -> String {
    "https://tresen.example".to_owned()
}

pub(crate) fn signed<T: Statement>(value: T, key: &SigningKey) -> Signed<T> {
    Signed::sign(value, key).expect("samples keep all rules")
}

pub(crate) fn certificate() -> DeviceCertificate {
    DeviceCertificate {
        account: business(),
        account_key: account_key().public(),
        device: device(),
        signature_key: device_key().public(),
        kind: DeviceKind::Agent,
        role: Role::Owner,
        name: "Anna".to_owned(),
        not_before: at(),
        not_after: at().plus_millis(30 * 86_400_000),
        sequence: 1,
    }
}

pub(crate) fn device_list() -> DeviceList {
    DeviceList {
        account: business(),
        sequence: 7,
        issued_at: at(),
        devices: vec![ListedDevice {
            device: device(),
            certificate_hash: signed(certificate(), &account_key()).hash(),
            added_at: at(),
        }],
    }
}

pub(crate) fn profile() -> Profile {
    let day = vec![Interval { start: 360, end: 780 }, Interval { start: 870, end: 1_080 }];
    Profile {
        account: business(),
        sequence: 3,
        name: "Bäckerei Korn".to_owned(),
        about: "Brot und Brötchen\nseit 1921".to_owned(),
        branch: "Bäckerei".to_owned(),
        sign_colour: SignColour::Crust,
        mark: Mark::Logo { mime: LogoMime::Webp, bytes: b"RIFF....WEBP".to_vec() },
        address: "Marktplatz 1\n79098 Freiburg".to_owned(),
        websites: vec!["https://korn.example/".to_owned()],
        hours: Some(OpeningHours {
            time_zone: "Europe/Berlin".to_owned(),
            weekly: [
                day.clone(),
                day.clone(),
                day.clone(),
                day.clone(),
                day,
                vec![Interval { start: 1_320, end: 1_560 }],
                Vec::new(),
            ],
            exceptions: vec![HoursException {
                date: Date::from_civil(2026, 12, 25).expect("Christmas"),
                intervals: Vec::new(),
            }],
        }),
        languages: vec!["de".to_owned(), "hi".to_owned()],
        issued_at: at(),
        more: More::default(),
    }
}

pub(crate) fn profile_with_more() -> Profile {
    let reach = Reach {
        email: "hilfe@korn.example".to_owned(),
        mobile: "+491511234567".to_owned(),
        landline: "+4976112345".to_owned(),
    };
    let more = More {
        email: "post@korn.example".to_owned(),
        imprint: Some(Imprint {
            name: "Bäckerei Korn e. K.".to_owned(),
            form: "SOLE_PROPRIETORSHIP".to_owned(),
            is_registered: true,
            care: reach.clone(),
            officer: "Anna Korn".to_owned(),
            officer_reach: reach,
        }),
        prompts: vec!["Was ist heute frisch?".to_owned()],
        commands: vec![ChatCommand { name: "brot".to_owned(), about: "Alle Brote".to_owned() }],
    };
    Profile { more, ..profile() }
}

pub(crate) fn entry_link() -> EntryLink {
    EntryLink {
        entry: entry(),
        account: business(),
        sequence: 1,
        title: "Theke".to_owned(),
        greeting: "Guten Morgen!".to_owned(),
        prefilled: String::new(),
        categories: Categories::NONE.with(Category::Service).with(Category::Utility),
        purpose: "Antworten und Abholhinweise".to_owned(),
        expires_at: None,
        uses_max: Some(500),
        is_revoked: false,
        issued_at: at(),
    }
}

pub(crate) fn consent() -> Consent {
    Consent {
        origin: origin(),
        business: business(),
        business_key_hash: key_hash(&account_key().public()),
        customer: customer(),
        device: device(),
        sequence: 1,
        categories: Categories::NONE.with(Category::Service),
        monthly_max: CategoryMax::default().with(Category::Service, 20),
        wording_hash: wording_hash("Antworten und Abholhinweise"),
        language: "de".to_owned(),
        at: at(),
        entry: Some(entry()),
        state: ConsentState::Given,
        terms: Terms::default(),
    }
}

pub(crate) fn session_proof() -> SessionProof {
    SessionProof { origin: origin(), account: customer(), device: device(), nonce: [0x66; 32] }
}

pub(crate) fn registration_proof() -> RegistrationProof {
    RegistrationProof { origin: origin(), account: customer(), device: device(), nonce: [0x66; 32] }
}

pub(crate) fn invitation() -> LinkInvitation {
    LinkInvitation {
        account: business(),
        invitation: [0x77; 16],
        role: Role::Agent,
        name: "Mehmet".to_owned(),
        expires_at: at(),
        issued_by: device(),
    }
}

pub(crate) fn block() -> BlockNotice {
    BlockNotice { conversation: conversation(), account: customer(), device: device(), at: at() }
}

pub(crate) fn quotation_acceptance() -> QuotationAcceptance {
    QuotationAcceptance {
        business: business(),
        customer: customer(),
        device: device(),
        conversation: conversation(),
        quotation: MessageId::new([0xbb; 32]),
        hash: [0xcc; 32],
        at: at(),
    }
}

pub(crate) fn leave() -> LeaveNotice {
    LeaveNotice { conversation: conversation(), account: customer(), device: device(), at: at() }
}

pub(crate) fn leaf(sequence: u64) -> receipt::Leaf {
    let acceptance = receipt::Acceptance {
        franking_tag: [0x88; 32],
        conversation: conversation(),
        sequence,
        sender_account: business(),
        sender_device: device(),
        accepted_at: at(),
        class: 0,
        category: Category::Service,
        template_hash: sequence.is_multiple_of(2).then_some([0x99; 32]),
        nonce: Nonce::new([0xaa; 16]),
    };
    receipt::Leaf::new(acceptance, &frank_key())
}

pub(crate) fn receipts(count: u64) -> Vec<Vec<u8>> {
    let acceptances: Vec<_> = (0..count).map(|sequence| leaf(sequence).acceptance).collect();
    receipt::seal(&acceptances, at(), &frank_key(), &server_key())
        .expect("a batch within its limits")
}

pub(crate) fn frank_key() -> receipt::FrankKey {
    receipt::FrankKey::new(&SERVER_SECRET)
}

pub(crate) fn consent_with_terms() -> Consent {
    let marketing = Categories::NONE.with(Category::Marketing);
    let terms = Terms {
        weekly_max: CategoryMax::default().with(Category::Marketing, 1),
        quiet: Some(QuietHours { start: 1_320, end: 420, categories: marketing }),
        digest: Some(WeeklyDigest { weekday: 4, minute: 1_020, categories: marketing }),
        time_zone: "Europe/Berlin".to_owned(),
        way_in: WayIn::Chat,
    };
    let categories = Categories::NONE.with(Category::Service).with(Category::Marketing);
    Consent { sequence: 2, categories, terms, ..consent() }
}

pub(crate) fn consent_proof() -> ConsentProof {
    let key = SigningKey::from_seed(&[4; 32]);
    let certificate = DeviceCertificate {
        account: customer(),
        account_key: key.public(),
        kind: DeviceKind::Customer,
        role: Role::Member,
        name: String::new(),
        ..certificate()
    };
    ConsentProof {
        consent: signed(consent(), &device_key()),
        certificate: signed(certificate, &key),
        wording: "Antworten und Abholhinweise".to_owned(),
    }
}

fn parameter(name: &str, kind: ParameterKind, length_max: u16, example: &str) -> Parameter {
    let (name, example) = (name.to_owned(), example.to_owned());
    Parameter { name, kind, length_max, charset: Charset::Any, example }
}

/// An order that is ready: header, named parameters, buttons of three kinds.
pub(crate) fn template() -> TemplateDoc {
    TemplateDoc {
        business: business(),
        name: "order_ready".to_owned(),
        language: "de".to_owned(),
        version: 3,
        category: Category::Utility,
        header: Some(Header::Text(TemplateText::fixed("Ihre Bestellung"))),
        body: TemplateText(vec![
            Piece::Fixed("Hallo ".to_owned()),
            Piece::Parameter(0),
            Piece::Fixed(", Bestellung ".to_owned()),
            Piece::Parameter(1),
            Piece::Fixed(" liegt bereit.\nZu zahlen: ".to_owned()),
            Piece::Parameter(2),
            Piece::Fixed(" an der Theke.".to_owned()),
        ]),
        footer: "Bäckerei Korn".to_owned(),
        buttons: vec![
            Button::QuickReply { text: "Komme gleich".to_owned(), payload: Some(4) },
            Button::Url {
                text: "Bestellung ansehen".to_owned(),
                url: "https://korn.example/o/".to_owned(),
                suffix: Some(3),
            },
            Button::Phone { text: "Anrufen".to_owned(), number: "+4976112345".to_owned() },
        ],
        carousel: Vec::new(),
        offer: None,
        parameters: vec![
            parameter("name", ParameterKind::Text, 40, "Anna"),
            Parameter {
                charset: Charset::Plain,
                ..parameter("number", ParameterKind::Text, 20, "B-4711")
            },
            parameter("total", ParameterKind::Amount, 1, "12,50 €"),
            parameter("order", ParameterKind::UrlSuffix, 64, "4711"),
            parameter("answer", ParameterKind::Payload, 32, "coming"),
        ],
        link_domains: vec!["korn.example".to_owned()],
        time_to_live_s: 86_400,
    }
}

/// An offer with an end and a coupon, shown in cards.
pub(crate) fn carousel() -> TemplateDoc {
    let card = |media: u8, words: &str| Card {
        kind: MediaKind::Image,
        media,
        body: TemplateText::fixed(words),
        buttons: vec![Button::QuickReply { text: "Nehme ich".to_owned(), payload: None }],
    };
    TemplateDoc {
        name: "weekend".to_owned(),
        category: Category::Marketing,
        header: None,
        body: TemplateText::fixed("Am Wochenende:"),
        footer: String::new(),
        buttons: Vec::new(),
        carousel: vec![card(0, "Roggenbrot"), card(1, "Brezeln")],
        offer: Some(LimitedTimeOffer { text: "Bis Sonntag".to_owned(), ends: Some(2) }),
        parameters: vec![
            parameter("", ParameterKind::Media, 1, ""),
            parameter("", ParameterKind::Media, 1, ""),
            parameter("", ParameterKind::Date, 1, "22.11.2026"),
        ],
        link_domains: Vec::new(),
        ..template()
    }
}

pub(crate) fn approval() -> Approval {
    let template = template();
    Approval {
        business: business(),
        template: template.hash(),
        name: template.name,
        language: template.language,
        category: template.category,
        profile: ApprovalProfile::Reviewed,
        status: ApprovalStatus::Approved,
        reason: None,
        sequence: 1,
        not_before: at(),
        not_after: at().plus_millis(90 * 86_400_000),
    }
}

/// Content as far as a report looks into it: seven elements, the first is the salt.
pub(crate) const REPORTED: &[u8] = b"\x87\x50ZZZZZZZZZZZZZZZZ\x01\x02\x03\x04\x05\x06";

pub(crate) fn report() -> Report {
    let receipt = reported_receipt();
    Report {
        origin: origin(),
        business: business(),
        reporter: customer(),
        device: device(),
        conversation: conversation(),
        reason: ReportReason::Unwanted,
        note: "Nie bestellt".to_owned(),
        items: vec![ReportItem { content: REPORTED.to_vec(), receipt }],
        at: at(),
    }
}

fn reported_receipt() -> Vec<u8> {
    let acceptance = receipt::Acceptance { franking_tag: REPORTED_TAG, ..leaf(1).acceptance };
    let mut receipts = receipt::seal(&[acceptance], at(), &frank_key(), &server_key());
    receipts.as_mut().expect("one receipt").swap_remove(0)
}

pub(crate) fn domain_claim() -> DomainClaim {
    DomainClaim {
        account: business(),
        key_hash: key_hash(&account_key().public()),
        domain: "korn.example".to_owned(),
        method: DomainMethod::Dns,
        at: at(),
    }
}

pub(crate) fn decision_notice() -> DecisionNotice {
    DecisionNotice {
        business: business(),
        kind: DecisionKind::Suspended,
        categories: [Category::Marketing].into_iter().collect(),
        customers_max: None,
        report: Some([5; 32]),
        answers: None,
        note: "Werbung ohne Erlaubnis".to_owned(),
        at: at(),
    }
}

pub(crate) fn domain_record() -> DomainRecord {
    DomainRecord {
        account: business(),
        key_hash: key_hash(&account_key().public()),
        domain: "korn.example".to_owned(),
        method: DomainMethod::Dns,
        state: DomainState::Confirmed,
        sequence: 2,
        since: at(),
        checked_at: at().plus_millis(86_400_000),
        not_after: at().plus_millis(8 * 86_400_000),
    }
}

/// The encodings of all samples, by name.
fn catalogue() -> CataloguePage {
    let choice = |name: &str, price| CatalogueChoice { name: name.into(), price };
    CataloguePage {
        account: business(),
        sequence: 3,
        page: 0,
        pages: 1,
        currency: Currency::parse("EUR").expect("a currency"),
        issued_at: at(),
        valid_until: Timestamp::from_millis(1_793_600_000_000),
        items: vec![
            CatalogueItem {
                id: "pizza-1".into(),
                name: "Margherita".into(),
                description: "Tomate, Mozzarella".into(),
                collection: "Pizza".into(),
                price: 850,
                picture: Some([0x66; 32]),
                stock: Some(12),
                unavailable_until: None,
                variants: vec![choice("groß", 1_150)],
                options: vec![choice("Extra-Käse", 150)],
                facts: vec![("Allergene".into(), "A, G".into())],
            },
            CatalogueItem {
                id: "water".into(),
                name: "Wasser".into(),
                price: 0,
                unavailable_until: Some(at()),
                ..CatalogueItem::default()
            },
        ],
    }
}

/// Every kind, by the name of its decoder's target.
pub(crate) fn all() -> Vec<(&'static str, Vec<u8>)> {
    let account = account_key();
    let device = device_key();
    vec![
        ("device_certificate", signed(certificate(), &account).encode()),
        ("device_list", signed(device_list(), &account).encode()),
        ("profile", signed(profile(), &account).encode()),
        ("entry_link", signed(entry_link(), &account).encode()),
        ("consent", signed(consent(), &device).encode()),
        ("session_proof", signed(session_proof(), &device).encode()),
        ("registration_proof", signed(registration_proof(), &device).encode()),
        ("link_invitation", signed(invitation(), &device).encode()),
        ("block_notice", signed(block(), &device).encode()),
        ("leave_notice", signed(leave(), &device).encode()),
        ("receipt", receipts(3).swap_remove(2)),
        ("consent_terms", signed(consent_with_terms(), &device).encode()),
        ("consent_proof", consent_proof().encode()),
        ("template", template().encode().expect("a valid template")),
        ("template_carousel", carousel().encode().expect("a valid template")),
        ("approval", signed(approval(), &server_key()).encode()),
        ("report", signed(report(), &device).encode()),
        ("domain_claim", signed(domain_claim(), &account).encode()),
        ("decision_notice", signed(decision_notice(), &server_key()).encode()),
        ("domain_record", signed(domain_record(), &server_key()).encode()),
        ("catalogue", signed(catalogue(), &account).encode()),
        ("quotation_acceptance", signed(quotation_acceptance(), &device).encode()),
    ]
}
