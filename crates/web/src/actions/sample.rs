//! Sample data in the place of the worker, for looking at every page. Only with the feature `gallery`.
//!
//! `?business` in the address makes this device a business's. What is sent goes through its states,
//! so that the page can be seen moving.

mod data;
mod photo;

use std::{cell::RefCell, collections::BTreeMap, time::Duration};

use leptos::prelude::set_timeout;
use tresen_types::{ConversationId, MessageId, Timestamp};
use tresen_view::{
    Answer, AttachmentView, Command, Connection, Event, Failure, FailureKind, FileRef, LinkStep,
    MessageBody, MessageMarks, MessagePage, MessageState, MessageView, Settings, TransferState,
};

use super::Reply;
use crate::{
    port::Files,
    state::{WorkerState, app, emit},
};

thread_local! {
    static SENT: RefCell<BTreeMap<ConversationId, Vec<MessageView>>> =
        const { RefCell::new(BTreeMap::new()) };
}

/// Takes the worker's place.
pub(crate) fn start() {
    use leptos::prelude::Set as _;
    app().worker.set(WorkerState::Ready);
    app().connection.set(Connection::Live);
}

/// Whether the worker's place is taken: always, with the feature.
pub(super) const fn is_on() -> bool {
    true
}

/// Whether this device is a business's.
fn is_business() -> bool {
    let location = leptos::prelude::window().location();
    location.search().is_ok_and(|search| search.contains("business"))
        || location.pathname().is_ok_and(|path| path.starts_with("/business"))
}

/// Whether this device has no account yet: on the two pages that lead behind the counter.
fn is_new() -> bool {
    let path = leptos::prelude::window().location().pathname().unwrap_or_default();
    path.starts_with("/claim") || path.starts_with("/link")
}

/// Tells the steps of linking one after the other.
fn link(steps: Vec<LinkStep>) {
    for (at, step) in (1_u32..).zip(steps) {
        set_timeout(move || emit(&Event::Link(step)), Duration::from_millis(2_500) * at);
    }
}

/// Answers a command out of the sample data.
pub(super) async fn answer(command: Command, files: Files) -> Result<Reply, Failure> {
    let mut beside = Vec::new();
    if let Command::OpenAttachment { .. } = command
        && let Some(blob) = photo::draw().await
    {
        beside.push((FileRef(1), blob));
    }
    drop(files);
    let answer = now(command)?;
    Ok(Reply { answer, files: beside })
}

fn now(command: Command) -> Result<Answer, Failure> {
    let business = is_business();
    Ok(match command {
        Command::Account if is_new() => Answer::Account(None),
        Command::Account | Command::ClaimBusiness { .. } | Command::Recover { .. } => {
            Answer::Account(Some(data::account(business)))
        }
        Command::OpenConversation { .. } => Answer::Conversation(data::conversation(1)),
        Command::OwnProfile | Command::Profile { .. } | Command::PublishProfile(_) => {
            Answer::Profile(Box::new(data::profile()))
        }
        Command::CreateEntryLink { .. } => Answer::EntryLink(data::entry_links().swap_remove(0)),
        Command::EntryLinks => Answer::EntryLinks(data::entry_links()),
        Command::ConversationPage(query) => Answer::ConversationPage(data::page(business, &query)),
        Command::FindConversations { name, .. } => {
            Answer::Conversations(data::named(business, &name))
        }
        Command::Header { conversation } => {
            let header = data::header(business, conversation);
            Answer::Header(Box::new(header.ok_or_else(|| failure(FailureKind::NotFound))?))
        }
        Command::Messages { conversation, before, .. } => {
            let mut messages =
                if before.is_some() { data::older(business) } else { data::messages(business) };
            if before.is_none() {
                let sent = SENT.with_borrow(|sent| sent.get(&conversation).cloned());
                messages.extend(sent.unwrap_or_default());
            }
            Answer::Messages(MessagePage {
                messages,
                has_older: before.is_none(),
                has_newer: false,
            })
        }
        Command::MessagesAround { .. } => Answer::Messages(MessagePage {
            messages: data::messages(business),
            has_older: true,
            has_newer: false,
        }),
        Command::SendText { conversation, text, .. } => {
            send(conversation, MessageBody::Text { text })
        }
        Command::SendFile { conversation, file, .. } => {
            let total_bytes = file.size_bytes;
            let body = MessageBody::Attachment(AttachmentView {
                kind: file.kind,
                name: file.name,
                media_type: file.media_type,
                size_bytes: total_bytes,
                dimensions: file.dimensions,
                thumbhash: file.thumbhash,
                voice: file.voice,
                caption: file.caption,
                transfer: TransferState::Uploading { done_bytes: total_bytes / 3, total_bytes },
            });
            send(conversation, body)
        }
        Command::OpenAttachment { .. } => Answer::File {
            file: FileRef(1),
            name: "torte.png".to_owned(),
            media_type: "image/png".to_owned(),
        },
        Command::Search { query, .. } => Answer::Hits(data::hits(&query)),
        Command::WhoCanRead { .. } => Answer::Readers(data::readers(business)),
        Command::Consent { .. } => Answer::Consent(Some(data::consent(!business))),
        Command::Devices => Answer::Devices(data::devices(business)),
        Command::Invite { name, .. } => {
            link(vec![LinkStep::EnterCode { name }]);
            Answer::Link(LinkStep::Invitation {
                url: "https://chat.example/link#9f3k2m8q7r5t1v4w6x0y".to_owned(),
                expires_at: data::minutes_ago(-10),
            })
        }
        Command::AcceptInvitation { .. } => {
            let device = data::device(9);
            link(vec![LinkStep::Linked { device }, LinkStep::Restoring { messages: 412 }]);
            Answer::Link(LinkStep::ShowCode {
                business_name: "Backstube Lindner".to_owned(),
                code: "481927".to_owned(),
                expires_at: data::minutes_ago(-5),
            })
        }
        Command::ApproveLink { .. } => Answer::Link(LinkStep::Linked { device: data::device(9) }),
        Command::CreateRecoveryCode => {
            Answer::RecoveryCode("7k3q-m9xr-2t5w-8vhc-n4pd-6jye-b1zg".to_owned())
        }
        Command::Settings => Answer::Settings(Settings::default()),
        Command::SetSettings(settings) => Answer::Settings(settings),
        _ => Answer::Done,
    })
}

fn failure(kind: FailureKind) -> Failure {
    Failure { kind, detail: "sample data".to_owned() }
}

/// Takes a message and moves it through its states.
fn send(conversation: ConversationId, body: MessageBody) -> Answer {
    let count = SENT.with_borrow(|sent| sent.get(&conversation).map_or(0, Vec::len));
    let position = 1_000 + i64::try_from(count).unwrap_or(0);
    let mut id = [7; 32];
    id[0] = u8::try_from(count % 250).unwrap_or(0);
    let message = MessageView {
        message: MessageId::new(id),
        position,
        at: Timestamp::from_millis(crate::i18n::time::now().as_millis()),
        is_own: true,
        sender: data::device(1),
        sender_name: if is_business() { "Mehmet" } else { "Jonas" }.to_owned(),
        state: Some(MessageState::Queued),
        quote: None,
        reactions: Vec::new(),
        is_unrequested: false,
        refusal: None,
        marks: MessageMarks::default(),
        body,
    };
    SENT.with_borrow_mut(|sent| sent.entry(conversation).or_default().push(message.clone()));
    let states = [MessageState::Sent, MessageState::Delivered, MessageState::Read];
    for (step, state) in (1_u32..).zip(states) {
        let mut message = message.clone();
        message.state = Some(state);
        if let MessageBody::Attachment(attachment) = &mut message.body {
            attachment.transfer = TransferState::Here;
        }
        set_timeout(
            move || emit(&Event::Message { conversation, message: Box::new(message) }),
            Duration::from_millis(700) * step,
        );
    }
    Answer::Message(Box::new(message))
}
