//! What a business's device counts of its own chats: a walk over what it holds, for as many days as are
//! asked for. Nothing is kept, and nothing is told to anybody.

use std::collections::{BTreeMap, BTreeSet};

use tresen_content::{
    booking::BookingState,
    shop::{DealKind, OrderState},
};
use tresen_types::{ConversationId, DeviceId, Timestamp};
use tresen_view::{
    AgentCount, Answer, AnswerTimes, DayCount, MoneyView, StatisticsView, TradeView,
};

use crate::{
    client::Inner,
    error::{Error, Result},
    limits::{STATISTICS_DAYS_MAX, STATISTICS_MESSAGES_MAX},
    names, shop,
    store::{ConversationKind, MessageKind, Tx},
    timeline::is_automatic,
};

/// Counts what happened between the first of these instants and the last; each but the last begins a day.
pub(crate) fn statistics(inner: &Inner, days: &[Timestamp]) -> Result<Answer> {
    if !inner.own()?.is_business() {
        return Err(Error::Forbidden);
    }
    let (Some(from), Some(until)) = (days.first().copied(), days.last().copied()) else {
        return Err(Error::Invalid("days"));
    };
    let is_sound = (2..=STATISTICS_DAYS_MAX).contains(&days.len()) && days.is_sorted();
    if !is_sound {
        return Err(Error::Invalid("days"));
    }
    let report = inner.store.read(|tx| {
        let mut count = Count::new(days, from, until);
        count.messages(inner, tx)?;
        count.chats(tx)?;
        count.orders(inner, tx)?;
        count.money(inner, tx)?;
        count.bookings(inner, tx)?;
        count.finish(inner, tx)
    })?;
    Ok(Answer::Trade(Box::new(TradeView::Statistics { report })))
}

struct Count {
    view: StatisticsView,
    from: Timestamp,
    until: Timestamp,
    waits: Vec<i64>,
    agents: BTreeMap<DeviceId, (u32, BTreeSet<ConversationId>, Vec<i64>)>,
}

impl Count {
    fn new(days: &[Timestamp], from: Timestamp, until: Timestamp) -> Self {
        let begins = days.iter().take(days.len().saturating_sub(1));
        let days = begins
            .map(|at| DayCount { at: *at, received: 0, sent: 0, chats: 0, orders: 0 })
            .collect();
        let view = StatisticsView { days, ..StatisticsView::default() };
        Self { view, from, until, waits: Vec::new(), agents: BTreeMap::new() }
    }

    fn holds(&self, at: Timestamp) -> bool {
        (self.from..self.until).contains(&at)
    }

    fn day(&mut self, at: Timestamp) -> Option<&mut DayCount> {
        let next = self.view.days.partition_point(|day| day.at <= at);
        let is_in = self.holds(at);
        self.view.days.get_mut(next.checked_sub(1)?).filter(|_day| is_in)
    }

    /// Messages, and how long customers waited for the first that a person sent.
    fn messages(&mut self, inner: &Inner, tx: &Tx<'_>) -> Result<()> {
        let records = tx.messages_between(self.from, self.until, STATISTICS_MESSAGES_MAX)?;
        let mut asked: BTreeMap<ConversationId, Timestamp> = BTreeMap::new();
        for record in records {
            if record.kind != MessageKind::Content {
                continue;
            }
            if !record.is_own {
                if let Some(day) = self.day(record.at) {
                    day.received = day.received.saturating_add(1);
                }
                asked.entry(record.conversation).or_insert(record.at);
                continue;
            }
            if is_automatic(inner, &record) {
                continue;
            }
            if let Some(day) = self.day(record.at) {
                day.sent = day.sent.saturating_add(1);
            }
            let agent = self.agents.entry(record.sender_device).or_default();
            agent.0 = agent.0.saturating_add(1);
            agent.1.insert(record.conversation);
            if let Some(since) = asked.remove(&record.conversation) {
                let waited = record.at.millis_since(since).max(0);
                agent.2.push(waited);
                self.waits.push(waited);
            }
        }
        self.view.answers.waiting = u32::try_from(asked.len()).unwrap_or(u32::MAX);
        Ok(())
    }

    /// Chats that began, and through which code.
    fn chats(&mut self, tx: &Tx<'_>) -> Result<()> {
        let mut sources: BTreeMap<String, u32> = BTreeMap::new();
        for chat in tx.conversations()? {
            if chat.kind != ConversationKind::Business || !self.holds(chat.since) {
                continue;
            }
            if let Some(day) = self.day(chat.since) {
                day.chats = day.chats.saturating_add(1);
            }
            let source = sources.entry(chat.label.unwrap_or_default()).or_default();
            *source = source.saturating_add(1);
        }
        let mut sources: Vec<(String, u32)> = sources.into_iter().collect();
        sources.sort_by_key(|(_label, count)| std::cmp::Reverse(*count));
        self.view.sources = sources;
        Ok(())
    }

    fn orders(&mut self, inner: &Inner, tx: &Tx<'_>) -> Result<()> {
        for order in tx.deals(DealKind::Order, None, u32::MAX)? {
            let Ok((record, order)) = shop::order_of(inner, tx, order) else { continue };
            if !self.holds(record.at) {
                continue;
            }
            if let Some(day) = self.day(record.at) {
                day.orders = day.orders.saturating_add(1);
            }
            let (progress, _counted) = shop::progress(inner, tx, &record, &order)?;
            let count = match progress.state {
                OrderState::Accepted | OrderState::Ready | OrderState::Done => {
                    &mut self.view.orders.0
                }
                OrderState::Declined | OrderState::Withdrawn | OrderState::Cancelled => {
                    &mut self.view.orders.1
                }
                OrderState::New | OrderState::Changed => continue,
            };
            *count = count.saturating_add(1);
        }
        Ok(())
    }

    /// Money on the day on which somebody said that it moved.
    fn money(&mut self, inner: &Inner, tx: &Tx<'_>) -> Result<()> {
        let mut revenue: BTreeMap<String, i64> = BTreeMap::new();
        for payment in tx.deals(DealKind::Payment, None, u32::MAX)? {
            let Ok((record, request)) = shop::payment_of(inner, tx, payment) else { continue };
            let known = shop::money(inner, tx, &record, &request)?;
            for (is_refund, amount, at) in known.moved() {
                if self.holds(at) {
                    let sum = revenue.entry(amount.currency.to_string()).or_default();
                    *sum = if is_refund {
                        sum.saturating_sub(amount.minor)
                    } else {
                        sum.saturating_add(amount.minor)
                    };
                }
            }
        }
        let view = revenue.into_iter().map(|(currency, minor)| MoneyView { minor, currency });
        self.view.revenue = view.collect();
        Ok(())
    }

    fn bookings(&mut self, inner: &Inner, tx: &Tx<'_>) -> Result<()> {
        for booking in tx.deals(DealKind::Booking, None, u32::MAX)? {
            let Ok((record, booking)) = shop::booking_of(inner, tx, booking) else { continue };
            if !self.holds(record.at) {
                continue;
            }
            let (progress, _counted) = shop::booking_progress(inner, tx, &record, &booking)?;
            match progress.state {
                BookingState::Held | BookingState::Confirmed => {
                    self.view.bookings = self.view.bookings.saturating_add(1);
                }
                BookingState::NoShow => {
                    self.view.bookings = self.view.bookings.saturating_add(1);
                    self.view.no_shows = self.view.no_shows.saturating_add(1);
                }
                _other => {}
            }
        }
        Ok(())
    }

    fn finish(mut self, inner: &Inner, tx: &Tx<'_>) -> Result<StatisticsView> {
        let own = inner.own()?;
        self.waits.sort_unstable();
        self.view.answers = AnswerTimes {
            count: u32::try_from(self.waits.len()).unwrap_or(u32::MAX),
            median_s: share(&self.waits, 50).unwrap_or_default(),
            slow_s: share(&self.waits, 90).unwrap_or_default(),
            waiting: self.view.answers.waiting,
        };
        for (device, (sent, chats, mut waits)) in self.agents {
            waits.sort_unstable();
            self.view.agents.push(AgentCount {
                device,
                name: names::of_sender(tx, own.account, device)?,
                sent,
                chats: u32::try_from(chats.len()).unwrap_or(u32::MAX),
                median_s: share(&waits, 50),
            });
        }
        self.view.agents.sort_by_key(|agent| std::cmp::Reverse(agent.sent));
        Ok(self.view)
    }
}

/// The time, in seconds, within which so many of a hundred sorted waits ended.
fn share(waits: &[i64], percent: usize) -> Option<u64> {
    let last = waits.len().checked_sub(1)?;
    let index = last.saturating_mul(percent).div_ceil(100);
    let wait = waits.get(index)?.div_euclid(1_000);
    u64::try_from(wait).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_of_sorted_waits() {
        let waits: Vec<i64> = (1..=10).map(|seconds| seconds * 1_000).collect();
        assert_eq!(share(&waits, 50), Some(6));
        assert_eq!(share(&waits, 90), Some(10));
        assert_eq!(share(&[5_000], 90), Some(5));
        assert_eq!(share(&[], 50), None);
    }
}
