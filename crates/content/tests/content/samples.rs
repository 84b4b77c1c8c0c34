//! One fixed message of every kind.

use std::{fs, path::Path};

use tresen_content::{
    Content, Message, Scope, SecretKey,
    message::{
        Attachment, AttachmentKind, Mark, OwnRecord, Private, Receipt, ReceiptKind,
        ReceiptMessages, SegmentKey, System, SystemCode,
    },
    mimi::Expiration,
    template::{TemplateMessage, TemplateValue},
};
use tresen_statement::TemplateDoc;
use tresen_types::{
    AccountId, AccountKind, BlobId, ConversationId, Currency, DeviceId, GroupId, MessageId, Money,
    Timestamp,
    card::{
        Card, Choice, ChoiceOf, Contact, Labelled, NameParts, Offer, OfferAction, OfferRow,
        OfferSection, PlaceOnMap, PostalAddress,
    },
};

pub(crate) const SALT: [u8; 16] = [0x5a; 16];

pub(crate) fn scope() -> Scope<'static> {
    Scope {
        host: "tresen.example",
        sender: AccountId::from_random(AccountKind::Business, [0x11; 16]),
        conversation: conversation(),
    }
}

fn conversation() -> ConversationId {
    ConversationId::new([0x44; 16])
}

fn message(byte: u8) -> MessageId {
    MessageId::new([byte; 32])
}

fn at() -> Timestamp {
    Timestamp::from_millis(1_793_000_000_000)
}

fn voice() -> Attachment {
    Attachment {
        kind: AttachmentKind::Voice,
        name: "voice.ogg".to_owned(),
        mime: "audio/ogg".to_owned(),
        dimensions: None,
        duration_ms: Some(4_200),
        thumbhash: Vec::new(),
        waveform: vec![0, 128, 255, 64],
        caption: String::new(),
        ..attachment()
    }
}

pub(crate) fn attachment() -> Attachment {
    Attachment {
        kind: AttachmentKind::Photo,
        name: "Brot.webp".to_owned(),
        mime: "image/webp".to_owned(),
        size: 123_456,
        blob: BlobId::new([0x66; 16]),
        key: SecretKey::new([0x77; 32]),
        content_hash: [0x88; 32],
        dimensions: Some((1_600, 1_200)),
        duration_ms: None,
        thumbhash: vec![0x99; 25],
        waveform: Vec::new(),
        caption: "Das *neue* Brot".to_owned(),
    }
}

fn system() -> System {
    System {
        code: SystemCode::Assigned,
        name: "Anna".to_owned(),
        text: "Anna answers from here on".to_owned(),
    }
}

pub(crate) fn card(card: Card) -> Message {
    Message::Card(Box::new(card))
}

pub(crate) fn place() -> PlaceOnMap {
    PlaceOnMap {
        latitude_e7: -479_000_000,
        longitude_e7: 78_000_000,
        name: "Theke".to_owned(),
        address: "Marktplatz 1".to_owned(),
    }
}

pub(crate) fn contact() -> Contact {
    let one = |value: &str| vec![Labelled { value: value.to_owned(), label: "WORK".to_owned() }];
    Contact {
        name: "Anna Korn".to_owned(),
        parts: NameParts { first: "Anna".to_owned(), ..NameParts::default() },
        company: "Korn & Söhne".to_owned(),
        birthday: "2012-08-18".to_owned(),
        phones: one("+49 30 1"),
        emails: one("anna@korn.example"),
        urls: one("https://korn.example"),
        addresses: vec![PostalAddress { city: "Berlin".to_owned(), ..PostalAddress::default() }],
        ..Contact::default()
    }
}

pub(crate) fn row(id: &str) -> OfferRow {
    OfferRow { id: id.to_owned(), title: format!("Brot {id}"), description: String::new() }
}

pub(crate) fn list() -> OfferAction {
    let section = |title: &str, row: OfferRow| OfferSection {
        title: title.to_owned(),
        rows: vec![OfferRow { description: "frisch".to_owned(), ..row }],
    };
    OfferAction::List {
        button: "Auswählen".to_owned(),
        sections: vec![section("Hell", row("1")), section("Dunkel", row("2"))],
    }
}

pub(crate) fn link(url: &str) -> OfferAction {
    OfferAction::Link { text: "Ansehen".to_owned(), url: url.to_owned() }
}

pub(crate) fn offer(action: OfferAction) -> Message {
    card(Card::Offer(Box::new(Offer {
        header: "Heute".to_owned(),
        body: "Welches *Brot*?".to_owned(),
        footer: "Bis 18 Uhr".to_owned(),
        action,
    })))
}

pub(crate) fn choice(of: ChoiceOf) -> Message {
    Message::Choice(Box::new(Choice {
        of,
        id: "2".to_owned(),
        title: "Brot 2".to_owned(),
        description: "frisch".to_owned(),
    }))
}

fn messages() -> Vec<(&'static str, Message)> {
    let (to, language) = (message(1), "de".to_owned());
    vec![
        ("text", Message::Text { text: "Guten *Morgen*!".to_owned(), language: language.clone() }),
        ("attachment", Message::Attachment(Box::new(attachment()))),
        ("card_place", card(Card::Place(place()))),
        ("card_contacts", card(Card::Contacts(vec![contact()]))),
        ("card_buttons", offer(OfferAction::Buttons(vec![row("1"), row("2")]))),
        ("card_list", offer(list())),
        ("card_link", offer(link("https://shop.example/?a=b"))),
        ("card_ask_place", offer(OfferAction::AskPlace)),
        ("choice_row", choice(ChoiceOf::List)),
        ("reaction", Message::Reaction { to, emoji: "🥐".to_owned() }),
        ("unreact", Message::Unreact { to, reaction: message(2) }),
        ("edit", Message::Edit { message: to, text: "Guten Tag!".to_owned(), language }),
        ("delete", Message::Delete { message: to }),
        (
            "receipt_each",
            Message::Receipt(Receipt {
                kind: ReceiptKind::Delivered,
                messages: ReceiptMessages::Each(vec![message(3), message(4)]),
            }),
        ),
        (
            "receipt_up_to",
            Message::Receipt(Receipt {
                kind: ReceiptKind::Read,
                messages: ReceiptMessages::UpTo(message(5)),
            }),
        ),
        ("profile_name", Message::ProfileName { name: "Priya".to_owned() }),
        ("typing", Message::Typing { is_typing: true }),
        ("system", Message::System(system())),
    ]
}

fn record(sequence: u64) -> OwnRecord {
    OwnRecord {
        kind: 1,
        subject: conversation().as_bytes().to_vec(),
        name: "Stammkunde".to_owned(),
        value: "1".to_owned(),
        sequence,
        at: at(),
    }
}

fn privates() -> Vec<(&'static str, Private)> {
    let (conversation, at) = (conversation(), at());
    let to = Some(DeviceId::new([0x33; 8]));
    let text = "Morgen anrufen".to_owned();
    let segment = SegmentKey { segment: [0xaa; 16], key: SecretKey::new([0xbb; 32]) };
    vec![
        ("assign", Private::Assign { conversation, to, at }),
        ("unassign", Private::Assign { conversation, to: None, at }),
        ("close", Private::Close { conversation, at }),
        ("reopen", Private::Reopen { conversation, at }),
        ("read_position", Private::ReadPosition { conversation, sequence: 300 }),
        ("draft", Private::Draft { conversation, text: text.clone(), at }),
        (
            "note",
            Private::Note {
                conversation,
                note: [0xdd; 16],
                text,
                mentions: to.into_iter().collect(),
                at,
            },
        ),
        ("records", Private::Records { records: vec![record(0), record(7)] }),
        ("setting", Private::Setting { name: "entry".to_owned(), value: "Theke".to_owned(), at }),
        ("key_ring", Private::KeyRing { segments: vec![segment] }),
        (
            "conversation_introduced",
            Private::ConversationIntroduced {
                conversation,
                group: GroupId::new([0xcc; 16]),
                counterpart: AccountId::from_random(AccountKind::Person, [0x22; 16]),
                name: "Priya".to_owned(),
                at,
            },
        ),
    ]
}

/// All samples, by name.
/// The template of [`template_message`]: as in the tests of statements, an order that is ready.
pub(crate) fn template() -> TemplateDoc {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus");
    let bytes = fs::read(corpus.join("statement_template/sample")).expect("the sample template");
    TemplateDoc::decode(&bytes).expect("a valid template")
}

pub(crate) fn template_message() -> TemplateMessage {
    let template = template();
    TemplateMessage {
        template: template.hash(),
        version: template.version,
        values: vec![
            TemplateValue::Text("Anna *K*".to_owned()),
            TemplateValue::Text("B-4711".to_owned()),
            TemplateValue::Amount(Money { minor: 1_250, currency: Currency::EUR }),
            TemplateValue::UrlSuffix("4711?x=1".to_owned()),
            TemplateValue::Payload("coming".to_owned()),
        ],
        campaign: None,
    }
}

/// Values of every type, for the encoding; no template has all of them.
fn all_values() -> TemplateMessage {
    TemplateMessage {
        template: [0x3c; 32],
        version: 1,
        values: vec![
            TemplateValue::Number { digits: -1_250, decimals: 2 },
            TemplateValue::Date(at()),
            TemplateValue::Code("123456".to_owned()),
            TemplateValue::Location(place()),
            TemplateValue::Media(Box::new(Attachment { caption: String::new(), ..attachment() })),
        ],
        campaign: None,
    }
}

pub(crate) fn all() -> Vec<(&'static str, Content)> {
    let privates =
        privates().into_iter().map(|(name, private)| (name, Message::Private(Box::new(private))));
    let mut all: Vec<_> = messages()
        .into_iter()
        .chain(privates)
        .map(|(name, message)| (name, Content::new(message)))
        .collect();
    for (name, message) in [("template", template_message()), ("template_values", all_values())] {
        all.push((name, Content::new(Message::Template(Box::new(message)))));
    }
    let text = Message::Text { text: "Gern".to_owned(), language: String::new() };
    let expires = Some(Expiration { is_relative: true, time: 86_400 });
    let reply = Content { in_reply_to: Some(message(6)), expires, ..Content::new(text.clone()) };
    all.push(("reply", reply));
    for (name, mark) in [("forwarded", Mark::Forwarded), ("automatic", Mark::Automatic)] {
        all.push((name, Content { mark, ..Content::new(text.clone()) }));
    }
    all.push(("voice", Content::new(Message::Attachment(Box::new(voice())))));
    all
}

pub(crate) fn bytes() -> Vec<(&'static str, Vec<u8>)> {
    all()
        .into_iter()
        .map(|(name, content)| {
            (name, content.encode(SALT, &scope()).expect("samples keep all limits").bytes)
        })
        .collect()
}
