//! Random events and crashes against a plain model: nothing that was accepted is lost, doubled or out
//! of order, and epochs never fork.

use std::collections::{BTreeMap, BTreeSet};

use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};

use super::{
    Opener, wait,
    world::{World, conversation, device},
};
use crate::delivery::{DeliveryEvent, Outcome};

/// What may happen. Numbers are taken modulo what there is.
#[derive(Clone, Debug)]
enum Step {
    Send {
        conversation: u8,
        from: u8,
        age: u64,
    },
    /// The same message again, as after a lost answer.
    Repeat {
        earlier: usize,
    },
    Commit {
        conversation: u8,
        from: u8,
        age: u64,
        without: Option<u8>,
        with: Option<u8>,
    },
    /// Up to the given number of entries from the front.
    Acknowledge {
        device: u8,
        entries: usize,
    },
    Leave {
        conversation: u8,
        device: u8,
    },
    Drop {
        device: u8,
    },
    Crash,
}

const CONVERSATIONS: u8 = 3;
const DEVICES: u8 = 5;

/// What must be true of the store.
#[derive(Default)]
struct Model {
    conversations: BTreeMap<u8, ModelConversation>,
    mailboxes: BTreeMap<u8, Vec<String>>,
    sent: Vec<(DeliveryEvent, Option<u64>)>,
    texts: u64,
}

#[derive(Clone, Default)]
struct ModelConversation {
    epoch: u64,
    floor: u64,
    sequence: u64,
    members: BTreeSet<u8>,
    left: BTreeSet<u8>,
}

/// Runs `cases` random sequences.
pub fn delivery_model(new_storage: &mut dyn FnMut() -> Opener, cases: u32) {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new(config);
    let storage = std::cell::RefCell::new(new_storage);
    let result = runner.run(&proptest::collection::vec(step(), 1..60), |steps| {
        let opener = (storage.borrow_mut())();
        run(opener, steps);
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}

fn step() -> impl Strategy<Value = Step> {
    let conversation = 0..CONVERSATIONS;
    let device = 0..DEVICES;
    let maybe = proptest::option::of(0..DEVICES);
    prop_oneof![
        10 => (conversation.clone(), device.clone(), 0..4_u64)
            .prop_map(|(conversation, from, age)| Step::Send { conversation, from, age }),
        2 => any::<usize>().prop_map(|earlier| Step::Repeat { earlier }),
        4 => (conversation.clone(), device.clone(), 0..2_u64, maybe.clone(), maybe).prop_map(
            |(conversation, from, age, without, with)| {
                Step::Commit { conversation, from, age, without, with }
            }
        ),
        6 => (device.clone(), 0..8_usize)
            .prop_map(|(device, entries)| Step::Acknowledge { device, entries }),
        1 => (conversation, device.clone())
            .prop_map(|(conversation, device)| Step::Leave { conversation, device }),
        1 => device.prop_map(|device| Step::Drop { device }),
        2 => Just(Step::Crash),
    ]
}

fn run(opener: Opener, steps: Vec<Step>) {
    let mut world = World::new(opener);
    let mut model = Model::default();
    for id in 0..CONVERSATIONS {
        // Conversations of three, four and five, so that payloads are shared in some alone.
        let members: Vec<u8> = (0..=id + 1).collect();
        world.create(id, &members);
        for member in members.iter().skip(1) {
            model.mailboxes.entry(*member).or_default().push(format!("welcome {member}"));
        }
        let state = ModelConversation {
            epoch: 1,
            members: members.into_iter().collect(),
            ..ModelConversation::default()
        };
        model.conversations.insert(id, state);
    }
    for step in steps {
        take(&mut world, &mut model, &step);
        model.check(&world);
    }
    world.reopen();
    model.check(&world);
}

fn take(world: &mut World, model: &mut Model, step: &Step) {
    match *step {
        Step::Send { conversation: id, from, age } => {
            let epoch = model.conversations[&id].epoch.saturating_sub(age);
            model.texts += 1;
            let text = format!("text {}", model.texts);
            let event = world.message(id, from, epoch, &text);
            let expected = model.send(id, from, epoch, &text);
            let outcome = world.ask(event.clone());
            match (&outcome, expected) {
                (Outcome::Accepted(accepted), Some(sequence)) => {
                    assert_eq!(accepted.sequence, sequence);
                    model.sent.push((event, Some(sequence)));
                }
                (Outcome::NotAMember | Outcome::EpochTooOld { .. }, None) => {}
                other => panic!("unexpected: {other:?}"),
            }
        }
        Step::Repeat { earlier } => {
            if model.sent.is_empty() {
                return;
            }
            let (event, sequence) = model.sent[earlier % model.sent.len()].clone();
            let outcome = world.ask(event);
            assert!(
                matches!(outcome, Outcome::Duplicate(again) if Some(again.sequence) == sequence)
            );
        }
        Step::Commit { conversation: id, from, age, without, with } => {
            let before = model.conversations[&id].clone();
            let mut after = before.members.clone();
            if let Some(without) = without.filter(|device| *device != from) {
                after.remove(&without);
            }
            after.extend(with);
            after.insert(from);
            let members: Vec<u8> = after.iter().copied().collect();
            let expected_epoch = before.epoch.saturating_sub(age);
            let commit = world.commit(id, from, expected_epoch, &members);
            let text = String::from_utf8_lossy(&commit.body).into_owned();
            let expected = if !before.is_active(from) {
                Outcome::NotAMember
            } else if age > 0 {
                Outcome::EpochConflict { current: before.epoch }
            } else {
                model.commit(id, from, &text, after)
            };
            let outcome = world.ask(DeliveryEvent::Commit(Box::new(commit)));
            match (outcome, expected) {
                (Outcome::Accepted(real), Outcome::Accepted(modelled)) => {
                    assert_eq!(real.sequence, modelled.sequence);
                }
                (real, modelled) => assert_eq!(real, modelled),
            }
        }
        Step::Acknowledge { device, entries } => {
            let waiting = world.read(device, 0);
            if let Some(last) = waiting.iter().take(entries).last() {
                world.acknowledge(device, last.cursor);
                model.mailboxes.entry(device).or_default().drain(..entries.min(waiting.len()));
            }
        }
        Step::Leave { conversation: id, device: number } => {
            let event =
                DeliveryEvent::Leave { conversation: conversation(id), device: device(number) };
            let state = model.conversations.get_mut(&id).expect("it was made");
            let expected =
                if state.is_active(number) { Outcome::Done } else { Outcome::NotAMember };
            state.leave(number);
            assert_eq!(world.ask(event), expected);
        }
        Step::Drop { device: number } => {
            let event = DeliveryEvent::DropDevice { device: device(number) };
            assert_eq!(world.ask(event), Outcome::Done);
            model.mailboxes.remove(&number);
            for state in model.conversations.values_mut() {
                state.leave(number);
            }
        }
        Step::Crash => world.reopen(),
    }
}

impl ModelConversation {
    fn is_active(&self, number: u8) -> bool {
        self.members.contains(&number) && !self.left.contains(&number)
    }

    fn leave(&mut self, number: u8) {
        if self.members.contains(&number) {
            self.left.insert(number);
        }
    }
}

impl Model {
    /// The sequence number that the message gets, if it is accepted.
    fn send(&mut self, id: u8, from: u8, epoch: u64, text: &str) -> Option<u64> {
        let state = self.conversations.get_mut(&id).expect("it was made");
        if !state.is_active(from) || epoch < state.floor || epoch + 2 < state.epoch {
            return None;
        }
        state.sequence += 1;
        let sequence = state.sequence;
        self.deliver(id, from, text);
        Some(sequence)
    }

    fn commit(&mut self, id: u8, from: u8, text: &str, after: BTreeSet<u8>) -> Outcome {
        self.deliver(id, from, text);
        let state = self.conversations.get_mut(&id).expect("it was made");
        state.epoch += 1;
        state.sequence += 1;
        if state.members != after {
            state.floor = state.epoch;
        }
        state.left = state.left.intersection(&after).copied().collect();
        state.members = after;
        Outcome::Accepted(crate::delivery::Accepted {
            sequence: state.sequence,
            ..crate::delivery::Accepted::default()
        })
    }

    fn deliver(&mut self, id: u8, from: u8, text: &str) {
        let state = &self.conversations[&id];
        for member in state.members.iter().filter(|member| **member != from) {
            if state.is_active(*member) {
                self.mailboxes.entry(*member).or_default().push(text.to_owned());
            }
        }
    }

    fn check(&self, world: &World) {
        for number in 0..DEVICES {
            let expected = self.mailboxes.get(&number).cloned().unwrap_or_default();
            assert_eq!(world.waiting(number), expected, "the mailbox of device {number}");
            let mut of_device: Vec<_> =
                wait(world.store().conversations_of(device(number))).expect("it is read");
            of_device.sort_unstable();
            let expected: Vec<_> = self
                .conversations
                .iter()
                .filter(|(_id, state)| state.is_active(number))
                .map(|(id, _state)| conversation(*id))
                .collect();
            assert_eq!(of_device, expected, "the conversations of device {number}");
        }
        for (id, state) in &self.conversations {
            let stored = world.stored(*id);
            assert_eq!((stored.epoch, stored.epoch_floor), (state.epoch, state.floor));
            assert_eq!(stored.sequence, state.sequence);
            assert_eq!(stored.group_info, format!("info {}", state.epoch));
        }
    }
}
