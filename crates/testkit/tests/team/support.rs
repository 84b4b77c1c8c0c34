//! Steps that several tests take.

use std::rc::Rc;

use tresen_client::FileBytes;
use tresen_testkit::world::{Actor, World};
use tresen_types::{ConversationId, DeviceId};
use tresen_view::{
    AccountView, Answer, AttachmentKind, Command, DeviceView, Event, InboxFilter, LinkStep,
    OutgoingFile, Role,
};

/// Makes an invitation; gives its link.
pub(crate) async fn invite(owner: &Actor, role: Role, name: &str) -> String {
    match owner.call(Command::Invite { role, name: name.to_owned() }).await {
        Answer::Link(LinkStep::Invitation { url, .. }) => url,
        other => panic!("no invitation: {other:?}"),
    }
}

/// Uses an invitation; gives the digits that the new device shows.
pub(crate) async fn accept(newcomer: &Actor, url: &str) -> String {
    match newcomer.call(Command::AcceptInvitation { token: url.to_owned() }).await {
        Answer::Link(LinkStep::ShowCode { code, .. }) => code,
        other => panic!("no code: {other:?}"),
    }
}

/// Waits for a step of linking.
pub(crate) async fn until_step<T>(
    actor: &mut Actor,
    what: &str,
    mut find: impl FnMut(&LinkStep) -> Option<T>,
) -> T {
    actor
        .until(what, |event| match event {
            Event::Link(step) => find(step),
            _ => None,
        })
        .await
}

/// Links a colleague's device.
pub(crate) async fn colleague(
    world: &mut World,
    owner: &mut Actor,
    role: Role,
    name: &str,
) -> Actor {
    let url = invite(owner, role, name).await;
    let mut newcomer = world.device().await;
    let code = accept(&newcomer, &url).await;
    until_step(owner, "the code is asked for", |step| match step {
        LinkStep::EnterCode { name: asked } => (asked == name).then_some(()),
        _ => None,
    })
    .await;
    owner.call(Command::ApproveLink { code }).await;
    until_step(&mut newcomer, "linked", |step| {
        matches!(step, LinkStep::Linked { .. }).then_some(())
    })
    .await;
    newcomer
}

/// Waits until the digits are asked for.
pub(crate) async fn until_asked(actor: &mut Actor) {
    until_step(actor, "the digits are asked for", |step| {
        matches!(step, LinkStep::EnterCode { .. }).then_some(())
    })
    .await;
}

/// Types the digits, and waits until the newcomer is a device of the account.
pub(crate) async fn link(old: &mut Actor, newcomer: &mut Actor, code: String) {
    until_asked(old).await;
    old.call(Command::ApproveLink { code }).await;
    until_step(newcomer, "linked", |step| matches!(step, LinkStep::Linked { .. }).then_some(()))
        .await;
}

/// The account on a device.
pub(crate) async fn account(actor: &Actor) -> AccountView {
    match actor.call(Command::Account).await {
        Answer::Account(Some(account)) => account,
        other => panic!("no account: {other:?}"),
    }
}

/// Waits until a device reads along in a conversation.
pub(crate) async fn until_member(actor: &mut Actor, conversation: ConversationId) {
    loop {
        let found = actor.try_call(Command::Header { conversation }).await;
        if let Ok(Answer::Header(header)) = found
            && header.can_write
        {
            return;
        }
        actor
            .until("the conversation", |event| {
                matches!(event, Event::HeaderChanged { .. } | Event::ConversationsChanged)
                    .then_some(())
            })
            .await;
    }
}

/// The account's devices.
pub(crate) async fn devices(actor: &Actor) -> Vec<DeviceView> {
    match actor.call(Command::Devices).await {
        Answer::Devices(devices) => devices,
        other => panic!("no devices: {other:?}"),
    }
}

/// This device's id.
pub(crate) async fn own_device(actor: &Actor) -> DeviceId {
    match actor.call(Command::Account).await {
        Answer::Account(Some(account)) => account.device,
        other => panic!("no account: {other:?}"),
    }
}

/// The conversations of a filter.
pub(crate) async fn listed(actor: &Actor, filter: InboxFilter) -> Vec<ConversationId> {
    match actor.call(Command::Conversations { filter }).await {
        Answer::Conversations(rows) => rows.iter().map(|row| row.conversation).collect(),
        other => panic!("no conversations: {other:?}"),
    }
}

/// Waits until a filter lists exactly these conversations.
pub(crate) async fn until_listed(
    actor: &mut Actor,
    filter: InboxFilter,
    expected: &[ConversationId],
) {
    while listed(actor, filter).await != expected {
        actor
            .until("the list of conversations changes", |event| {
                matches!(event, Event::ConversationsChanged).then_some(())
            })
            .await;
    }
}

/// Offers bytes and describes them as a file.
pub(crate) fn file(
    actor: &Actor,
    kind: AttachmentKind,
    name: &str,
    bytes: Vec<u8>,
) -> OutgoingFile {
    let size_bytes = bytes.len() as u64;
    OutgoingFile {
        file: actor.client.offer_file(Rc::new(FileBytes(bytes.into()))),
        kind,
        name: name.to_owned(),
        media_type: match kind {
            AttachmentKind::Photo | AttachmentKind::Sticker => "image/png".to_owned(),
            AttachmentKind::Voice => "audio/ogg".to_owned(),
            AttachmentKind::File => "application/pdf".to_owned(),
        },
        size_bytes,
        dimensions: None,
        thumbhash: None,
        voice: None,
        caption: String::new(),
    }
}

/// Waits until a conversation's texts are exactly these.
pub(crate) async fn until_texts(
    actor: &mut Actor,
    conversation: ConversationId,
    expected: &[&str],
) {
    while actor.texts(conversation).await != expected {
        actor
            .until("the history", |event| {
                matches!(event, Event::ConversationsChanged | Event::Message { .. }).then_some(())
            })
            .await;
    }
}

/// Waits until the account has so many devices.
pub(crate) async fn until_devices(actor: &mut Actor, count: usize) {
    while devices(actor).await.len() != count {
        actor
            .until("the devices change", |event| {
                matches!(event, Event::DevicesChanged).then_some(())
            })
            .await;
    }
}
