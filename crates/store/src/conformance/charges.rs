//! What a message is charged with: settled once, by its first receiver or by its loss.

use std::sync::Arc;

use bytes::Bytes;
use tresen_types::{AccountId, Timestamp, limits::DAY_MS};

use super::{
    Opener, wait,
    world::{World, account, conversation, device, sender},
};
use crate::delivery::{Charge, DeliveryEvent, Gate, Message, Outcome, Passed, Settled, Standing};

/// Charges one of a purse that lasts for three.
#[derive(Debug)]
struct ThreeInThePurse(&'static str);

impl Gate for ThreeInThePurse {
    fn purse(&self) -> Option<AccountId> {
        Some(account(2))
    }

    fn admit(&self, _now: Timestamp, _: &Standing, purse: &[u8]) -> Result<Passed, Bytes> {
        if purse.len() >= 3 {
            return Err(Bytes::from_static(b"empty"));
        }
        let charge = Charge {
            purse: [purse, b"x"].concat().into(),
            usage: Bytes::from_static(self.0.as_bytes()),
        };
        Ok(Passed { charge: Some(charge), ..Passed::default() })
    }
}

fn charged(world: &mut World, id: u8, text: &'static str) -> DeliveryEvent {
    let mut message = world.new_message(text);
    message.gate = Some(Arc::new(ThreeInThePurse(text)));
    DeliveryEvent::Message(Message {
        conversation: conversation(id),
        sender: sender(2),
        epoch: 1,
        message,
    })
}

fn settled(world: &World) -> Vec<Settled> {
    wait(world.store().settled(usize::MAX)).expect("it is read")
}

fn told(world: &World) -> Vec<(String, bool)> {
    let told = |one: Settled| (String::from_utf8_lossy(&one.usage).into_owned(), one.is_delivered);
    settled(world).into_iter().map(told).collect()
}

fn purse(world: &World) -> usize {
    wait(world.store().purse(account(2))).expect("it is read").len()
}

/// Acknowledges everything that waits, like a device that has it.
fn take_all(world: &World, number: u8) {
    if let Some(last) = world.read(number, 0).last() {
        world.acknowledge(number, last.cursor);
    }
}

pub(super) fn settle_once(opener: Opener) {
    let mut world = World::new(opener);
    // Devices 1 and 3 are the customer's, 2 and 4 the business's.
    world.create(1, &[1, 2, 3, 4]);
    let event = charged(&mut world, 1, "first");
    assert!(matches!(world.ask(event.clone()), Outcome::Accepted(_)));
    world.reopen();
    assert!(matches!(world.ask(event.clone()), Outcome::Duplicate(_)));
    assert_eq!(purse(&world), 1, "once, however often it is asked");
    take_all(&world, 4);
    assert!(settled(&world).is_empty(), "a colleague isn't the customer");
    world.advance(1_000);
    take_all(&world, 3);
    world.reopen();
    let first = settled(&world);
    assert_eq!(told(&world), [("first".to_owned(), true)]);
    assert_eq!(first[0].at, world.time());
    take_all(&world, 1);
    world.advance(1_000);
    assert_eq!(settled(&world), first, "the second device changes nothing");
    // What is asked for again after a crash is settled once.
    assert!(matches!(world.ask(event), Outcome::Duplicate(_)));

    let charges = vec![first[0].id];
    assert_eq!(world.ask(DeliveryEvent::Booked { charges: charges.clone() }), Outcome::Done);
    assert_eq!(world.ask(DeliveryEvent::Booked { charges }), Outcome::Done);
    world.reopen();
    assert!(settled(&world).is_empty());

    // Two more, and the purse is empty.
    for text in ["second", "third"] {
        let event = charged(&mut world, 1, text);
        assert!(matches!(world.ask(event), Outcome::Accepted(_)));
    }
    let event = charged(&mut world, 1, "fourth");
    assert_eq!(world.ask(event.clone()), Outcome::Refused(Bytes::from_static(b"empty")));
    world.reopen();
    assert_eq!(world.ask(event), Outcome::Refused(Bytes::from_static(b"empty")));
    // Free messages ask nothing of it.
    world.send(1, 2, 1, "free");
    // Both devices at once.
    let last = world.read(1, 0).last().expect("messages wait").cursor;
    let both = [1, 3].map(|number| {
        let event = DeliveryEvent::Acknowledge { device: device(number), through: last };
        world.store().submit(event)
    });
    for submission in both {
        assert_eq!(wait(submission), Ok(Outcome::Done));
    }
    let mut texts = told(&world);
    texts.sort();
    assert_eq!(texts, [("second".to_owned(), true), ("third".to_owned(), true)]);
}

pub(super) fn release_what_is_lost(opener: Opener) {
    let mut world = World::new(opener);
    world.create(1, &[1, 2, 3]);
    let event = charged(&mut world, 1, "late");
    assert!(matches!(world.ask(event), Outcome::Accepted(_)));
    assert_eq!(world.ask(DeliveryEvent::DropDevice { device: device(1) }), Outcome::Done);
    assert!(settled(&world).is_empty(), "the other device may still get it");
    world.advance(40 * DAY_MS);
    let before = world.time().plus_millis(-30 * DAY_MS);
    let expired = world.ask(DeliveryEvent::Expire { before });
    assert!(matches!(expired, Outcome::Expired { is_done: true, .. }), "{expired:?}");
    assert_eq!(told(&world), [("late".to_owned(), false)]);
    world.reopen();
    assert_eq!(told(&world), [("late".to_owned(), false)]);

    // Groups of three and more share what they get.
    world.create(2, &[1, 3, 5, 7, 2]);
    let event = charged(&mut world, 2, "shared");
    assert!(matches!(world.ask(event), Outcome::Accepted(_)));
    take_all(&world, 7);
    let mut texts = told(&world);
    texts.sort();
    assert_eq!(texts, [("late".to_owned(), false), ("shared".to_owned(), true)]);
    for number in [1, 3, 5] {
        assert_eq!(world.ask(DeliveryEvent::DropDevice { device: device(number) }), Outcome::Done);
    }
    assert_eq!(told(&world).len(), 2, "what is settled stays");

    // Nobody is left who could get it: nothing is charged.
    assert_eq!(world.ask(DeliveryEvent::DropDevice { device: device(7) }), Outcome::Done);
    let before = purse(&world);
    let event = charged(&mut world, 2, "to nobody");
    assert!(matches!(world.ask(event), Outcome::Accepted(_)));
    assert_eq!((told(&world).len(), purse(&world)), (2, before));
}
