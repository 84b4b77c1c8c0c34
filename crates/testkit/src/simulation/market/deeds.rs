//! What was done, as those who did it know.

use std::collections::{BTreeMap, BTreeSet};

use tresen_view::{Answer, Failure};

/// What was done.
#[derive(Default)]
pub(super) struct Deeds {
    /// How often something of each kind was done.
    pub(super) tally: BTreeMap<&'static str, u32>,
    /// Notes, each with its chat.
    pub(super) notes: Vec<(usize, String)>,
    /// What orders say, each with its chat.
    pub(super) orders: Vec<(usize, String)>,
    /// What bookings say, each with its chat.
    pub(super) bookings: Vec<(usize, String)>,
    /// How many steps a device took in a chat.
    pub(super) steps: BTreeMap<(usize, usize), Steps>,
    /// Labels and fields of each chat.
    writes: BTreeMap<(usize, Key), Vec<Write>>,
}

/// Steps of a device in a chat.
#[derive(Clone, Copy, Default)]
pub(super) struct Steps {
    pub(super) orders: usize,
    pub(super) bookings: usize,
}

/// Something of which the last value counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    /// A label, on a chat or not.
    Label(String),
    /// A field of a customer card.
    Field(String),
}

/// A value that somebody gave.
pub(super) struct Write {
    pub(super) by: usize,
    pub(super) value: String,
    /// What stood there before, where that is known and nobody gave it twice.
    pub(super) seen: Option<String>,
}

impl Deeds {
    /// How much was done.
    pub(super) fn count(&self) -> u32 {
        self.tally
            .iter()
            .filter(|(what, _count)| **what != REFUSED)
            .map(|(_what, count)| count)
            .sum()
    }

    /// Counts what came of something; tells whether it was done.
    pub(super) fn did(&mut self, what: &'static str, answer: &Result<Answer, Failure>) -> bool {
        let what = if answer.is_ok() { what } else { REFUSED };
        *self.tally.entry(what).or_default() += 1;
        answer.is_ok()
    }

    /// The steps of a device in a chat.
    pub(super) fn stepped(&mut self, by: usize, chat: usize) -> &mut Steps {
        self.steps.entry((by, chat)).or_default()
    }

    /// Somebody gave a value.
    pub(super) fn wrote(&mut self, chat: usize, key: Key, write: Write) {
        self.writes.entry((chat, key)).or_default().push(write);
    }

    /// The values of which one must stand there in the end: those that nobody has written over, knowing
    /// them. Who wrote something later on the same device, or saw it on another, came after it.
    pub(super) fn standing(&self) -> impl Iterator<Item = (usize, &Key, BTreeSet<&str>)> {
        self.writes.iter().map(|((chat, key), writes)| {
            let last = writes.iter().enumerate().filter(|(at, write)| {
                let mut later = writes.iter().skip(at + 1);
                !later
                    .any(|other| other.by == write.by || other.seen.as_ref() == Some(&write.value))
            });
            (*chat, key, last.map(|(_at, write)| write.value.as_str()).collect())
        })
    }
}

/// What couldn't be done: somebody was faster, or away from the server.
const REFUSED: &str = "refused";
