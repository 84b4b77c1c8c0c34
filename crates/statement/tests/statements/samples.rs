//! One fixed value of every kind, signed with fixed keys.

use tresen_statement::{
    BlockNotice, Consent, ConsentState, Date, DeviceCertificate, DeviceKind, DeviceList, EntryLink,
    HoursException, Interval, LeaveNotice, LinkInvitation, ListedDevice, LogoMime, Mark,
    MonthlyMax, OpeningHours, Profile, RegistrationProof, Role, SessionProof, SignColour, Signed,
    SigningKey, Statement, key_hash, receipt, wording_hash,
};
use tresen_types::{
    AccountId, AccountKind, Categories, Category, ConversationId, DeviceId, EntryId, Nonce,
    Timestamp,
};

pub(crate) const SERVER_SECRET: [u8; 32] = [0x5e; 32];

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
    }
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
        monthly_max: MonthlyMax::default().with(Category::Service, 20),
        wording_hash: wording_hash("Antworten und Abholhinweise"),
        language: "de".to_owned(),
        at: at(),
        entry: Some(entry()),
        state: ConsentState::Given,
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

/// The encodings of all samples, by name.
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
    ]
}
