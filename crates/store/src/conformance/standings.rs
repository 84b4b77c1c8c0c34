//! What the customer's clock and the counts decide, also after a crash.

use std::sync::Arc;

use bytes::Bytes;
use tresen_types::{AccountId, Category, Timestamp};

use super::{
    Opener,
    world::{World, conversation, sender},
};
use crate::delivery::{DeliveryEvent, Gate, Message, Outcome, Passed, Standing};

/// Passes while the customer's clock is set and fewer than two messages have counted.
#[derive(Debug)]
struct TwoInAWindow;

impl Gate for TwoInAWindow {
    fn purse(&self) -> Option<AccountId> {
        None
    }

    fn admit(&self, _now: Timestamp, standing: &Standing, _: &[u8]) -> Result<Passed, Bytes> {
        if standing.opened_at.is_none() {
            Err(Bytes::from_static(b"closed"))
        } else if standing.counted(Category::Marketing).len() >= 2 {
            Err(Bytes::from_static(b"enough"))
        } else {
            Ok(Passed { is_counted: true, ..Passed::default() })
        }
    }
}

fn message(world: &mut World, from: u8, text: &str) -> Message {
    let message = world.new_message(text);
    Message { conversation: conversation(1), sender: sender(from), epoch: 1, message }
}

fn gated(world: &mut World, text: &str) -> DeliveryEvent {
    let mut event = message(world, 2, text);
    event.message.category = Category::Marketing;
    event.message.gate = Some(Arc::new(TwoInAWindow));
    DeliveryEvent::Message(event)
}

fn opening(world: &mut World, text: &str) -> DeliveryEvent {
    let mut event = message(world, 1, text);
    event.message.opens_window = true;
    DeliveryEvent::Message(event)
}

pub(super) fn decide_in_order(opener: Opener) {
    let mut world = World::new(opener);
    world.create(1, &[1, 2]);
    let early = gated(&mut world, "early");
    assert_eq!(world.ask(early.clone()), Outcome::Refused(Bytes::from_static(b"closed")));
    world.send(1, 1, 1, "opens nothing");
    assert!(matches!(world.ask(early.clone()), Outcome::Refused(_)));
    let opens = opening(&mut world, "hello");
    assert!(matches!(world.ask(opens), Outcome::Accepted(_)));
    world.reopen();

    assert!(matches!(world.ask(early.clone()), Outcome::Accepted(_)), "a refusal uses no nonce");
    assert!(matches!(world.ask(early.clone()), Outcome::Duplicate(_)), "and counts once");
    let second = gated(&mut world, "second");
    assert!(matches!(world.ask(second), Outcome::Accepted(_)));
    world.reopen();
    let third = gated(&mut world, "third");
    assert_eq!(world.ask(third.clone()), Outcome::Refused(Bytes::from_static(b"enough")));
    assert!(matches!(world.ask(early), Outcome::Duplicate(_)), "what was taken stays taken");
    // Commits and more of the customer's words leave the counts as they are.
    let commit = world.commit(1, 1, 1, &[1, 2]);
    assert!(matches!(world.ask(DeliveryEvent::Commit(Box::new(commit))), Outcome::Accepted(_)));
    let more = opening(&mut world, "more");
    assert!(matches!(world.ask(more), Outcome::Accepted(_)));
    assert!(matches!(world.ask(third), Outcome::Refused(_)));
    let bodies = ["opens nothing", "hello", "more"];
    assert_eq!(
        world.waiting(2).into_iter().filter(|body| bodies.contains(&&**body)).count(),
        bodies.len()
    );
    assert_eq!(world.stored(1).members.len(), 2, "the public state is untouched");
}
