//! The invented town.

use tresen_types::{
    AccountId, AccountKind, Categories, Category, ConversationId, DeviceId, EntryId, MessageId,
    Timestamp,
};
use tresen_view::{
    AccountView, AttachmentKind, AttachmentView, ConsentView, ConversationHeader, ConversationPage,
    ConversationRow, DeviceView, EntryLinkView, HoursView, InboxCounts, InboxFilter, InboxQuery,
    MessageBody, MessageMarks, MessageState, MessageView, OpeningView, PreviewKind, ProfileDraft,
    ProfileView, Quote, Reaction, Reader, Role, RowMarks, SearchHit, SystemLine, TransferState,
    WindowView,
};

pub(super) fn minutes_ago(minutes: i64) -> Timestamp {
    crate::i18n::time::now().plus_millis(-minutes * 60_000)
}

pub(super) fn conversation(number: u8) -> ConversationId {
    ConversationId::new([number; 16])
}

pub(super) fn device(number: u8) -> DeviceId {
    DeviceId::new([number; 8])
}

fn business(number: u8) -> AccountId {
    AccountId::from_random(AccountKind::Business, [number; 16])
}

fn person(number: u8) -> AccountId {
    AccountId::from_random(AccountKind::Person, [number; 16])
}

fn message_id(number: u8) -> MessageId {
    MessageId::new([number; 32])
}

pub(super) fn account(is_business: bool) -> AccountView {
    AccountView {
        account: if is_business { business(1) } else { person(1) },
        kind: if is_business { AccountKind::Business } else { AccountKind::Person },
        name: if is_business { "Mehmet" } else { "Jonas" }.to_owned(),
        device: device(1),
        role: is_business.then_some(Role::Owner),
        business_name: if is_business { "Backstube Lindner" } else { "" }.to_owned(),
        has_recovery: false,
        has_passkey: false,
        is_primary: true,
    }
}

fn row(number: u8, counterpart: AccountId, name: &str, colour: &str) -> ConversationRow {
    ConversationRow {
        conversation: conversation(number),
        counterpart,
        name: name.to_owned(),
        sign_colour: colour.to_owned(),
        logo: None,
        at: minutes_ago(i64::from(number) * 47),
        preview: String::new(),
        preview_kind: PreviewKind::Text,
        preview_from_own: None,
        state: None,
        unread: 0,
        draft: String::new(),
        is_typing: false,
        waiting_since: None,
        assignee: None,
        answering: None,
        is_closed: false,
        is_blocked: false,
        marks: RowMarks::default(),
    }
}

pub(super) fn page(is_business: bool, query: &InboxQuery) -> ConversationPage {
    let is_first = query.from == 0;
    let rows = if is_business { inbox(query.filter) } else { chats() };
    let unread = rows.iter().map(|row| row.unread).sum();
    let waiting = if is_business { inbox(InboxFilter::Queue).len() } else { 0 };
    let waiting = u32::try_from(waiting).unwrap_or(u32::MAX);
    let rows = if is_first { rows } else { Vec::new() };
    ConversationPage { rows, has_more: false, counts: InboxCounts { waiting, unread } }
}

pub(super) fn named(is_business: bool, name: &str) -> Vec<ConversationRow> {
    let mut rows = if is_business { inbox(InboxFilter::All) } else { chats() };
    rows.retain(|row| row.name.to_lowercase().contains(&name.to_lowercase()));
    rows
}

fn chats() -> Vec<ConversationRow> {
    let with = |mut row: ConversationRow, preview: &str, unread: u32| {
        preview.clone_into(&mut row.preview);
        row.unread = unread;
        row
    };
    let mut typing = row(2, business(2), "Byrne PC Repair", "lagoon");
    typing.is_typing = true;
    typing.unread = 2;
    let mut own = row(3, business(3), "मीरा नेल स्टूडियो", "rose");
    own.state = Some(MessageState::Read);
    own.at = minutes_ago(1_500);
    let mut draft = row(5, business(5), "Flower Corner", "moss");
    "Do you still have".clone_into(&mut draft.draft);
    draft.at = minutes_ago(4_000);
    let mut flight = row(4, business(4), "Meridian Air", "indigo");
    flight.at = minutes_ago(1_600);
    vec![
        with(
            row(1, business(1), "Backstube Lindner", "crust"),
            "Klar, Pflaume-Baiser ohne Nüsse geht.",
            1,
        ),
        typing,
        with(own, "शनिवार 4:30 बजे पक्का है", 0),
        with(flight, "Boarding 07:10, gate B14", 0),
        draft,
    ]
}

fn inbox(filter: InboxFilter) -> Vec<ConversationRow> {
    let customers: [(u8, &str, &str, i64); 6] = [
        (1, "Jonas Weber", "Geht so eine bis Samstag? Für 12, ohne Nüsse", 0),
        (2, "Fatma Demir", "Sind noch Sesamringe da?", 14),
        (3, "Café Ost", "Für Montag bitte 40 Schrippen mehr", 18),
        (4, "प्रिया शर्मा", "Is the walnut bread vegan?", 37),
        (5, "Heike Krüger", "", 55),
        (6, "Thuy Nguyen", "Bis Freitag, 18 Uhr reicht.", 0),
    ];
    let rows = customers.into_iter().map(|(number, name, preview, waits)| {
        let mut row = row(number, person(number), name, "");
        preview.clone_into(&mut row.preview);
        if waits > 0 {
            row.waiting_since = Some(minutes_ago(waits));
            row.unread = 1;
        }
        match number {
            1 => {
                row.assignee = Some(reader(2, "Anna", false, true));
                row.answering = Some("Anna".to_owned());
            }
            5 => row.preview_kind = PreviewKind::Photo,
            6 => {
                row.preview_from_own = Some("Anna".to_owned());
                row.state = Some(MessageState::Read);
                row.assignee = Some(reader(1, "Mehmet", true, true));
                row.is_closed = true;
            }
            _ => {}
        }
        row
    });
    rows.filter(|row| match filter {
        InboxFilter::Closed => row.is_closed,
        _ if row.is_closed => false,
        InboxFilter::Queue => row.waiting_since.is_some(),
        InboxFilter::Mine => row.assignee.as_ref().is_some_and(|reader| reader.is_this),
        InboxFilter::All => true,
        InboxFilter::Unassigned => row.assignee.is_none(),
        InboxFilter::Snoozed => row.marks.snoozed_until.is_some(),
    })
    .collect()
}

pub(super) fn header(is_business: bool, id: ConversationId) -> Option<ConversationHeader> {
    let all = if is_business {
        [inbox(InboxFilter::All), inbox(InboxFilter::Closed)].concat()
    } else {
        chats()
    };
    let row = all.into_iter().find(|row| row.conversation == id)?;
    Some(ConversationHeader {
        opening: if is_business { OpeningView::Unknown } else { OpeningView::OpenUntil(18 * 60) },
        verified: None,
        is_profile_old: false,
        readers: 4,
        consent: Some(Categories::NONE.with(Category::Service)),
        stopped: None,
        held: None,
        window: WindowView { closes_at: Some(minutes_ago(-600)), is_open: true },
        can_write: true,
        has_ended: false,
        since: minutes_ago(11_000),
        entry: None,
        first_unread: (row.unread > 0).then_some(8),
        draft: row.draft.clone(),
        pinned: None,
        row,
    })
}

fn text(position: i64, minutes: i64, is_own: bool, name: &str, text: &str) -> MessageView {
    let number = u8::try_from(position.rem_euclid(200)).unwrap_or(0);
    MessageView {
        message: message_id(number),
        position,
        at: minutes_ago(minutes),
        is_own,
        sender: device(if is_own { 1 } else { 2 }),
        sender_name: name.to_owned(),
        state: is_own.then_some(MessageState::Read),
        quote: None,
        reactions: Vec::new(),
        is_unrequested: false,
        refusal: None,
        marks: MessageMarks::default(),
        body: MessageBody::Text { text: text.to_owned() },
    }
}

fn attachment(kind: AttachmentKind, name: &str, caption: &str) -> MessageBody {
    let is_photo = kind == AttachmentKind::Photo;
    MessageBody::Attachment(AttachmentView {
        kind,
        name: name.to_owned(),
        media_type: if is_photo { "image/webp" } else { "application/pdf" }.to_owned(),
        size_bytes: 1_840_000,
        dimensions: is_photo.then_some((640, 460)),
        thumbhash: is_photo.then(|| "3OcRJYB4d3h/iIeHeEh3eIhw+j2w".to_owned()),
        voice: None,
        caption: caption.to_owned(),
        transfer: TransferState::Here,
    })
}

pub(super) fn older(is_business: bool) -> Vec<MessageView> {
    (0..40)
        .map(|at| {
            let is_own = (at % 3 == 0) != is_business;
            let name = if is_own == is_business { "Anna" } else { "Jonas" };
            text(
                at - 100,
                6_000 - at * 20,
                is_own,
                name,
                "Zwei Croissants und ein Roggenbrot, bitte.",
            )
        })
        .collect()
}

pub(super) fn messages(is_business: bool) -> Vec<MessageView> {
    let customer = !is_business;
    let system = |position, minutes, line| MessageView {
        body: MessageBody::System(line),
        state: None,
        ..text(position, minutes, false, "", "")
    };
    let mut photo = text(3, 62, customer, "Jonas", "");
    photo.body = attachment(AttachmentKind::Photo, "torte.webp", "");
    let mut question =
        text(4, 61, customer, "Jonas", "Geht *so eine* bis Samstag? Für 12, ohne Nüsse");
    question.reactions = vec![Reaction {
        emoji: "❤️".to_owned(),
        count: 1,
        is_own: is_business,
        is_theirs: !is_business,
    }];
    let mut answer =
        text(5, 58, is_business, "Anna", "Klar, Pflaume-Baiser ohne Nüsse geht. Abholen ab 9 Uhr?");
    answer.quote = Some(Quote {
        message: message_id(4),
        sender_name: "Jonas".to_owned(),
        preview: "Geht so eine bis Samstag? Für 12, ohne Nüsse".to_owned(),
    });
    let mut list = text(
        6,
        57,
        is_business,
        "Anna",
        "Wir haben:\n- Pflaume\n- Kirsche\nMehr auf https://backstube-lindner.de",
    );
    list.sender = answer.sender;
    let mut file = text(7, 40, customer, "Jonas", "");
    file.body = attachment(AttachmentKind::File, "gaesteliste-samstag.pdf", "");
    if let MessageBody::Attachment(file) = &mut file.body {
        file.transfer = TransferState::Uploading { done_bytes: 1_200_000, total_bytes: 1_840_000 };
    }
    file.state = customer.then_some(MessageState::Queued);
    let mut failed = text(10, 3, customer, "Jonas", "Geschnitten, wenn es geht");
    failed.state = customer.then_some(MessageState::Failed);
    let mut sent = text(9, 4, customer, "Jonas", "Und ein Roggenbrot");
    sent.state = customer.then_some(MessageState::Delivered);
    vec![
        system(
            1,
            1_600,
            SystemLine::Began { label: is_business.then(|| "Plakat im Schaufenster".to_owned()) },
        ),
        text(2, 1_590, is_business, "Anna", "Guten Morgen. Was können wir für dich tun?"),
        photo,
        question,
        answer,
        list,
        file,
        text(8, 10, is_business, "Mehmet", "👍"),
        sent,
        failed,
    ]
}

fn reader(number: u8, name: &str, is_this: bool, is_own: bool) -> Reader {
    Reader {
        account: if is_own { business(1) } else { person(1) },
        device: device(number),
        name: name.to_owned(),
        since: minutes_ago(i64::from(number) * 1_900),
        is_own,
        is_this,
        is_robot: false,
    }
}

pub(super) fn readers(is_business: bool) -> Vec<Reader> {
    vec![
        reader(1, if is_business { "Mehmet" } else { "" }, true, true),
        reader(2, if is_business { "Anna" } else { "" }, false, true),
        reader(3, if is_business { "Jonas Weber" } else { "Anna" }, false, false),
        reader(4, if is_business { "Jonas Weber" } else { "Mehmet" }, false, false),
    ]
}

pub(super) fn consent(is_own: bool) -> ConsentView {
    ConsentView {
        categories: Categories::NONE.with(Category::Service),
        at: minutes_ago(11_000),
        language: "de".to_owned(),
        is_own,
        way_in: "entry".to_owned(),
    }
}

pub(super) fn devices(is_business: bool) -> Vec<DeviceView> {
    let names = if is_business { ["Mehmet", "Anna", "Rosa"] } else { ["", "", ""] };
    (1..)
        .zip(names)
        .map(|(number, name)| DeviceView {
            device: device(number),
            name: name.to_owned(),
            role: is_business.then_some(if number == 1 { Role::Owner } else { Role::Agent }),
            added_at: minutes_ago(i64::from(number) * 12_000),
            is_this: number == 1,
        })
        .collect()
}

pub(super) fn hours() -> HoursView {
    let day = vec![(420, 1_080)];
    HoursView {
        time_zone: "Europe/Berlin".to_owned(),
        weekly: [
            Vec::new(),
            day.clone(),
            day.clone(),
            day.clone(),
            day,
            vec![(420, 780)],
            vec![(480, 690), (840, 1_020)],
        ],
        exceptions: Vec::new(),
    }
}

pub(super) fn profile() -> ProfileView {
    ProfileView {
        account: business(1),
        fingerprint: "0123456789abcdefghjkmnpqrs".to_owned(),
        profile: ProfileDraft {
            name: "Backstube Lindner".to_owned(),
            line: "Bäckerei".to_owned(),
            about: "Brot aus dem Holzofen, seit 1961. Torten auf Bestellung.".to_owned(),
            address: "Weserstraße 41, Berlin-Neukölln".to_owned(),
            websites: vec!["https://backstube-lindner.de/".to_owned()],
            sign_colour: "crust".to_owned(),
            logo_base64: None,
            logo_media_type: None,
            hours: Some(hours()),
            more: tresen_types::profile::More::default(),
        },
        verified: None,
    }
}

pub(super) fn entry_links() -> Vec<EntryLinkView> {
    let link = |number: u8, label: &str, uses, visits, is_revoked| EntryLinkView {
        entry: EntryId::new([number; 8]),
        url: "https://chat.example/e/0410g20820g42#0123456789abcdefghjkmnpqrs".to_owned(),
        label: label.to_owned(),
        prefilled: String::new(),
        uses,
        uses_max: None,
        visits,
        expires_at: None,
        is_revoked,
    };
    vec![
        link(1, "Plakat im Schaufenster", 41, 63, false),
        link(2, "Website", 12, 90, false),
        link(3, "Sommerfest", 7, 9, true),
    ]
}

pub(super) fn hits(query: &str) -> Vec<SearchHit> {
    if query.contains('?') {
        return Vec::new();
    }
    let hit = |number: u8, name: &str, before: &str, after: &str| SearchHit {
        conversation: conversation(number),
        name: name.to_owned(),
        message: message_id(4),
        at: minutes_ago(61 * i64::from(number)),
        snippet: vec![
            (before.to_owned(), false),
            (query.to_owned(), true),
            (after.to_owned(), false),
        ],
    };
    vec![
        hit(1, "Backstube Lindner", "Geht ", " bis Samstag? Für 12, ohne Nüsse"),
        hit(2, "Byrne PC Repair", "The ", " is ready to collect"),
    ]
}
