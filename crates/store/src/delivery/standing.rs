//! What the rules of sending need to know of a conversation: when the customer wrote last, and when
//! what counts was accepted. It lies with the conversation, so that the writer decides in the order
//! of its queue, on whichever node.

use std::{fmt, sync::Arc};

use bytes::Bytes;
use tresen_types::{
    AccountId, Category, Timestamp,
    limits::{COUNTED_DAYS, COUNTED_MAX, DAY_MS},
};

use super::codec::decode_parts;
use crate::StoreError;

/// The customer's clock is kept in steps of a minute, rounded up: a flood of messages writes it once
/// a minute, and no answer is refused early.
const STEP_MS: i64 = 60 * 1_000;

/// What both sides of a conversation have done lately.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// When the customer wrote last, rounded up to the next full minute.
    pub opened_at: Option<Timestamp>,
    /// When messages that count were accepted, for each category, oldest first: at most
    /// [`COUNTED_MAX`], not older than [`COUNTED_DAYS`].
    counted: [Vec<Timestamp>; 4],
    /// When the business's tier counted this customer last.
    pub contacted_at: Option<Timestamp>,
}

impl Standing {
    /// When messages of a category that count were accepted, oldest first.
    #[must_use]
    pub fn counted(&self, category: Category) -> &[Timestamp] {
        self.counted.get(usize::from(category.as_byte())).map_or(&[], Vec::as_slice)
    }

    /// Notes that the customer wrote; tells whether that changes what is kept.
    pub(super) fn open(&mut self, now: Timestamp) -> bool {
        let millis = now.as_millis();
        let rounded = millis.saturating_add(millis.saturating_neg().rem_euclid(STEP_MS));
        let opened_at = Some(Timestamp::from_millis(rounded));
        let is_later = opened_at > self.opened_at;
        if is_later {
            self.opened_at = opened_at;
        }
        is_later
    }

    /// Notes a message that counts.
    pub(super) fn count(&mut self, category: Category, now: Timestamp) {
        let oldest = now.plus_millis(DAY_MS.saturating_mul(COUNTED_DAYS).saturating_neg());
        for times in &mut self.counted {
            times.retain(|at| *at > oldest);
        }
        if let Some(times) = self.counted.get_mut(usize::from(category.as_byte())) {
            if times.len() >= COUNTED_MAX {
                times.remove(0);
            }
            // Another node's clock may be ahead of this one's.
            let at = times.last().copied().map_or(now, |last| last.max(now));
            times.push(at);
        }
    }

    /// As it is stored: the clock, and the times of each category.
    pub(super) fn to_parts(&self) -> (u64, Vec<Bytes>) {
        let times = |times: &Vec<Timestamp>| -> Bytes {
            times.iter().flat_map(|at| at.as_millis().to_le_bytes()).collect::<Vec<u8>>().into()
        };
        let opened_at = self.opened_at.map_or(0, Timestamp::as_millis);
        let mut parts: Vec<Bytes> = self.counted.iter().map(times).collect();
        parts.extend(self.contacted_at.map(|at| times(&vec![at])));
        (u64::try_from(opened_at).unwrap_or(0), parts)
    }

    /// Reads what is stored.
    pub(super) fn read(value: &Bytes) -> Result<Self, StoreError> {
        const UNREADABLE: StoreError = StoreError::corrupt("a standing isn't readable");
        let (opened_at, parts) = decode_parts(value)?;
        let opened_at = i64::try_from(opened_at).map_err(|_too_large| UNREADABLE)?;
        let mut standing = Self {
            opened_at: (opened_at > 0).then_some(Timestamp::from_millis(opened_at)),
            ..Self::default()
        };
        let mut contacted = Vec::new();
        let places = standing.counted.iter_mut().chain(std::iter::once(&mut contacted));
        for (times, part) in places.zip(&parts) {
            let (numbers, rest) = part.as_chunks::<8>();
            if !rest.is_empty() {
                return Err(UNREADABLE);
            }
            *times = numbers
                .iter()
                .map(|number| Timestamp::from_millis(i64::from_le_bytes(*number)))
                .collect();
        }
        standing.contacted_at = contacted.first().copied();
        Ok(standing)
    }
}

/// Decides about one message when it is its turn: what it is told holds at the moment of acceptance.
/// Pure, since a batch may be tried again.
pub trait Gate: fmt::Debug + Send + Sync {
    /// The business whose purse is asked and changed; none where nothing is charged.
    fn purse(&self) -> Option<AccountId>;

    /// Whether the message is taken. The purse is as the last charge has left it, at first empty.
    ///
    /// # Errors
    /// With what the sender is to be told; opaque to the store.
    fn admit(&self, now: Timestamp, standing: &Standing, purse: &[u8]) -> Result<Passed, Bytes>;
}

/// A message that may pass.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Passed {
    /// Whether it counts toward the customer's limits of its category.
    pub is_counted: bool,
    /// Whether the business's tier counts the customer from now on.
    pub is_contact: bool,
    /// What is charged for it.
    pub charge: Option<Charge>,
}

/// What a message is charged with; opaque to the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    /// The business's purse afterwards.
    pub purse: Bytes,
    /// What is kept until the message is delivered or lost, and handed out then.
    pub usage: Bytes,
}

/// A charge that is settled: its message came to a device of the other side, or never will.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// Names it: nonce and device of the sender.
    pub id: ChargeId,
    /// Whether the message came to a device of the other side.
    pub is_delivered: bool,
    /// When.
    pub at: Timestamp,
    /// What was kept.
    pub usage: Bytes,
}

/// Names a charge: nonce and device of its message's sender.
pub type ChargeId = [u8; 24];

/// A gate that many messages may share.
pub type SharedGate = Arc<dyn Gate>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::codec::encode_parts;

    fn stored(standing: &Standing) -> Standing {
        let (number, parts) = standing.to_parts();
        Standing::read(&encode_parts(number, &parts).into()).unwrap()
    }

    #[test]
    fn the_clock_moves_in_minutes_and_never_back() {
        let mut standing = Standing::default();
        assert!(standing.open(Timestamp::from_millis(60_001)));
        assert_eq!(standing.opened_at, Some(Timestamp::from_millis(120_000)));
        assert!(!standing.open(Timestamp::from_millis(119_999)), "the same minute");
        assert!(!standing.open(Timestamp::from_millis(5)), "a clock that was set back");
        assert!(standing.open(Timestamp::from_millis(120_001)));
        assert_eq!(stored(&standing), standing);
    }

    #[test]
    fn counts_are_kept_within_bounds() {
        let mut standing = Standing::default();
        let start = Timestamp::from_millis(1_700_000_000_000);
        for second in 0..2 * i64::try_from(COUNTED_MAX).unwrap() {
            standing.count(Category::Marketing, start.plus_millis(second * 1_000));
        }
        assert_eq!(standing.counted(Category::Marketing).len(), COUNTED_MAX);
        assert!(standing.counted(Category::Utility).is_empty());
        assert_eq!(stored(&standing), standing);
        let later = start.plus_millis((COUNTED_DAYS + 1) * DAY_MS);
        standing.count(Category::Utility, later);
        assert!(standing.counted(Category::Marketing).is_empty(), "what is too old goes");
        assert_eq!(standing.counted(Category::Utility), [later]);
        standing.count(Category::Utility, start);
        assert_eq!(standing.counted(Category::Utility), [later, later], "in order");
    }
}
