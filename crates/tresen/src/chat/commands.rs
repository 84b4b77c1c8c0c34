//! Commands that are a few calls each.

use std::{path::Path, rc::Rc, time::Duration};

use tresen_client::FilePath;
use tresen_types::{ConversationId, EntryId, MessageId};
use tresen_view::{
    Answer, AttachmentKind, Command, Event, Failure, FailureKind, FileRef, MessageBody,
    MessageState, MessageView, OutgoingFile,
};

use super::print;
use crate::{
    cli::{ChatCommand, OpenArgs, ReceiveArgs, SendArgs, Until},
    device::{Device, failure, unexpected, within, write_file},
};

/// Does what a command asks, and prints what it came to.
pub(super) async fn run(
    device: &mut Device,
    command: &ChatCommand,
    patience: Duration,
) -> Result<(), Failure> {
    match command {
        ChatCommand::Account => print(&device.call(Command::Account).await?),
        ChatCommand::Open(args) => open(device, args, patience).await,
        ChatCommand::Claim(args) => {
            let claim = Command::ClaimBusiness {
                token: fragment(&args.url)?.to_owned(),
                agent_name: args.agent_name.clone(),
                business_name: args.business_name.clone(),
                language: args.language.clone(),
            };
            print(&within(patience, device.call(claim)).await?)
        }
        ChatCommand::EntryLink { label } => {
            let create = Command::CreateEntryLink {
                label: label.clone(),
                prefilled: String::new(),
                uses_max: None,
                days: None,
            };
            print(&within(patience, device.call(create)).await?)
        }
        ChatCommand::Conversations => print(&Answer::Conversations(device.conversations().await?)),
        ChatCommand::Send(args) => send(device, args, patience).await,
        ChatCommand::Receive(args) => receive(device, args, patience).await,
        ChatCommand::Save { message, path } => save(device, *message, path, patience).await,
    }
}

async fn open(device: &mut Device, args: &OpenArgs, patience: Duration) -> Result<(), Failure> {
    let command = Command::OpenConversation {
        entry: entry_of(&args.url)?,
        fingerprint: fragment(&args.url)?.to_owned(),
        display_name: args.name.clone(),
        categories: args.allow.iter().copied().collect(),
        wording: args.wording.clone(),
        language: args.language.clone(),
    };
    let answer = within(patience, device.call(command)).await?;
    within(patience, device.client.settled()).await?;
    print(&answer)
}

/// The id of an entry link: `ORIGIN/e/ID#FINGERPRINT`.
fn entry_of(url: &str) -> Result<EntryId, Failure> {
    let (link, _) = url.split_once('#').unwrap_or((url, ""));
    link.rsplit_once("/e/")
        .and_then(|(_, id)| id.parse().ok())
        .ok_or_else(|| failure(FailureKind::Invalid, "not an entry link"))
}

/// Whether a text is an entry link with everything that a customer's device needs.
pub(crate) fn check_entry_link(url: &str) -> Result<(), Failure> {
    entry_of(url)?;
    fragment(url).map(drop)
}

/// What the server never sees of a link.
fn fragment(url: &str) -> Result<&str, Failure> {
    match url.split_once('#') {
        Some((_, fragment)) if !fragment.is_empty() => Ok(fragment),
        _ => Err(failure(FailureKind::Invalid, "a link without a fragment")),
    }
}

async fn send(device: &mut Device, args: &SendArgs, patience: Duration) -> Result<(), Failure> {
    let conversation = conversation_or_only(device, args.conversation).await?;
    let text = args.text.clone().unwrap_or_default();
    let command = match &args.file {
        Some(path) => {
            let file = outgoing_file(device, path, &args.media_type, text).await?;
            Command::SendFile { conversation, file: Box::new(file), reply_to: None }
        }
        None => Command::SendText { conversation, text, reply_to: None },
    };
    let Answer::Message(message) = device.call(command).await? else { return Err(unexpected()) };
    let expected = match args.until {
        Until::Queued => MessageState::Queued,
        Until::Sent => MessageState::Sent,
        Until::Delivered => MessageState::Delivered,
        Until::Read => MessageState::Read,
    };
    let message = within(patience, until_state(device, conversation, *message, expected)).await?;
    print(&Answer::Message(Box::new(message)))
}

async fn outgoing_file(
    device: &Device,
    path: &Path,
    media_type: &str,
    caption: String,
) -> Result<OutgoingFile, Failure> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("file").to_owned();
    let source = FilePath::open(path).await?;
    let file: FileRef = device.client.offer_file(Rc::new(source));
    Ok(OutgoingFile {
        file,
        kind: AttachmentKind::File,
        name,
        media_type: media_type.to_owned(),
        size_bytes: 0,
        dimensions: None,
        thumbhash: None,
        voice: None,
        caption,
    })
}

/// Waits until an own message has come this far.
async fn until_state(
    device: &mut Device,
    conversation: ConversationId,
    message: MessageView,
    expected: MessageState,
) -> Result<MessageView, Failure> {
    let mut newest = message;
    loop {
        if newest.state == Some(MessageState::Failed) {
            return Err(failure(FailureKind::Invalid, "the server refused the message"));
        }
        if newest.state >= Some(expected) {
            return Ok(newest);
        }
        match device.next_event().await? {
            Event::Message { message, .. } if message.message == newest.message => {
                newest = *message;
            }
            // A file's message gets its final name when the file is uploaded.
            Event::MessageGone { message, .. } if message == newest.message => {
                let position = newest.position;
                newest = device
                    .messages(conversation, position)
                    .await?
                    .into_iter()
                    .find(|other| other.is_own && other.position == position)
                    .ok_or_else(|| failure(FailureKind::NotFound, "the message was withdrawn"))?;
            }
            _ => {}
        }
    }
}

async fn receive(
    device: &mut Device,
    args: &ReceiveArgs,
    patience: Duration,
) -> Result<(), Failure> {
    let Answer::Account(Some(_)) = device.call(Command::Account).await? else {
        return Err(failure(FailureKind::NotFound, "no account in this store"));
    };
    within(patience, device.until_live()).await?;
    let mut printed = 0;
    loop {
        printed += print_unread(device, args).await?;
        let is_enough = args.count.map_or(!args.follow, |count| printed >= count);
        if is_enough {
            return within(patience, device.client.settled()).await;
        }
        if args.follow {
            tokio::select! {
                event = device.next_event() => { event?; }
                _interrupt = tokio::signal::ctrl_c() => return Ok(()),
            }
        } else {
            within(patience, device.next_event()).await?;
        }
    }
}

/// Prints what wasn't read yet, and marks it.
async fn print_unread(device: &Device, args: &ReceiveArgs) -> Result<u32, Failure> {
    let mut printed = 0;
    for row in device.conversations().await? {
        let conversation = row.conversation;
        if row.unread == 0 || args.conversation.is_some_and(|wanted| wanted != conversation) {
            continue;
        }
        let Answer::Header(header) = device.call(Command::Header { conversation }).await? else {
            return Err(unexpected());
        };
        let Some(first) = header.first_unread else { continue };
        let mut last = first;
        for message in device.messages(conversation, first).await? {
            last = message.position;
            if !message.is_own && !matches!(message.body, MessageBody::System(_)) {
                print(&Event::Message { conversation, message: Box::new(message) })?;
                printed += 1;
            }
        }
        device.call(Command::MarkRead { conversation, through: last }).await?;
    }
    Ok(printed)
}

async fn save(
    device: &Device,
    message: MessageId,
    path: &Path,
    patience: Duration,
) -> Result<(), Failure> {
    let answer = within(patience, device.call(Command::OpenAttachment { message })).await?;
    let Answer::File { file, .. } = &answer else { return Err(unexpected()) };
    write_file(&device.client, *file, path).await?;
    print(&answer)
}

async fn conversation_or_only(
    device: &Device,
    wanted: Option<ConversationId>,
) -> Result<ConversationId, Failure> {
    if let Some(conversation) = wanted {
        return Ok(conversation);
    }
    match device.conversations().await?.as_slice() {
        [only] => Ok(only.conversation),
        [] => Err(failure(FailureKind::NotFound, "no conversation on this device")),
        _ => Err(failure(FailureKind::Invalid, "several conversations: name one")),
    }
}
