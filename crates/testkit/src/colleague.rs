//! A colleague joins a business.

use tresen_types::ConversationId;
use tresen_view::{Answer, Command, Event, LinkStep, Role};

use crate::world::{Actor, World};

/// Links a colleague's device to a business.
///
/// # Panics
/// When a step isn't answered as it should be.
pub async fn link_colleague(world: &mut World, owner: &mut Actor, name: &str) -> Actor {
    let invite = Command::Invite { role: Role::Agent, name: name.to_owned() };
    let Answer::Link(LinkStep::Invitation { url, .. }) = owner.call(invite).await else {
        panic!("an invitation")
    };
    let mut colleague = world.device().await;
    let accept = Command::AcceptInvitation { token: url };
    let Answer::Link(LinkStep::ShowCode { code, .. }) = colleague.call(accept).await else {
        panic!("a code")
    };
    owner
        .until("the code is asked for", |event| {
            matches!(event, Event::Link(LinkStep::EnterCode { .. })).then_some(())
        })
        .await;
    owner.call(Command::ApproveLink { code }).await;
    colleague
        .until("linked", |event| {
            matches!(event, Event::Link(LinkStep::Linked { .. })).then_some(())
        })
        .await;
    colleague
}

/// Waits until so many people can read a conversation.
pub async fn until_readers(actor: &mut Actor, conversation: ConversationId, expected: u32) {
    loop {
        if let Ok(Answer::Header(header)) = actor.try_call(Command::Header { conversation }).await
            && header.readers == expected
        {
            return;
        }
        actor
            .until("the readers", |event| {
                matches!(event, Event::HeaderChanged { .. } | Event::ConversationsChanged)
                    .then_some(())
            })
            .await;
    }
}
