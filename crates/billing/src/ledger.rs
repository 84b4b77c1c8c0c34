//! The double-entry ledger: events move amounts between accounts, each of them once.
//!
//! The prepaid balance and what is reserved of it are owed to the business until a message is
//! delivered; then they are income. An event that comes again changes nothing and says so; one that
//! contradicts what was posted is refused. The ledger is the fold of its events and nothing else.

mod event;
mod posting;

use std::collections::BTreeMap;

pub(crate) use event::civil;
pub use event::{Applied, ChargeState, Event, Month, Usage};
pub(crate) use posting::category_name;
pub use posting::{Account, Posting};
use tresen_types::{AccountId, Category, Currency, Nonce, Timestamp};

use crate::{Alert, Country, Error, Micros, SpendingCap};

/// The books of one operator in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ledger {
    currency: Currency,
    balances: BTreeMap<Account, Micros>,
    postings: Vec<Posting>,
    usage: BTreeMap<Nonce, Usage>,
    /// Top-ups, fees and refunds by their id.
    singles: BTreeMap<Nonce, Event>,
    /// What was taken from each business for messages and not given back.
    taken: BTreeMap<AccountId, Micros>,
    caps: BTreeMap<AccountId, SpendingCap>,
    spent: BTreeMap<(AccountId, Month), Micros>,
}

/// Messages and their price together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Total {
    /// How many were captured.
    pub messages: u64,
    /// What they cost.
    pub amount: Micros,
}

impl Ledger {
    /// Opens empty books.
    #[must_use]
    pub const fn new(currency: Currency) -> Self {
        Self {
            currency,
            balances: BTreeMap::new(),
            postings: Vec::new(),
            usage: BTreeMap::new(),
            singles: BTreeMap::new(),
            taken: BTreeMap::new(),
            caps: BTreeMap::new(),
            spent: BTreeMap::new(),
        }
    }

    /// The fold of events that were applied before: the same books again.
    ///
    /// # Errors
    /// When one of them is refused, which none was.
    pub fn replay<'a>(
        currency: Currency,
        events: impl IntoIterator<Item = &'a Event>,
    ) -> Result<Self, Error> {
        let mut ledger = Self::new(currency);
        for event in events {
            ledger.apply(event)?;
        }
        Ok(ledger)
    }

    /// Posts an event, or nothing when it was posted before.
    ///
    /// # Errors
    /// With the reason; nothing is changed then.
    pub fn apply(&mut self, event: &Event) -> Result<Applied, Error> {
        match *event {
            Event::SetCap { business, cap, .. } => {
                match cap {
                    Some(cap) if cap.monthly < Micros::ZERO => return Err(Error::Negative),
                    Some(cap) => drop(self.caps.insert(business, cap)),
                    None => drop(self.caps.remove(&business)),
                }
                Ok(Applied::posted(Vec::new()))
            }
            Event::TopUp { id, business, amount, at } => {
                let (from, to) = (Account::Bank, Account::Available(business));
                self.single(id, event, Posting { id, at, from, to, amount })
            }
            Event::Fee { id, business, amount, at } => {
                let (from, to) = (Account::Available(business), Account::Fees);
                self.single(id, event, Posting { id, at, from, to, amount })
            }
            Event::Refund { id, business, amount, at } => {
                self.refund(event, id, business, amount, at)
            }
            Event::Reserve { message, usage } => self.reserve(message, usage),
            Event::Capture { message, at } => self.settle(message, at, ChargeState::Captured),
            Event::Release { message, at } => self.settle(message, at, ChargeState::Released),
        }
    }

    /// The currency.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// What an account holds.
    #[must_use]
    pub fn balance(&self, account: Account) -> Micros {
        self.balances.get(&account).copied().unwrap_or_default()
    }

    /// All accounts that ever moved.
    pub fn balances(&self) -> impl Iterator<Item = (Account, Micros)> + '_ {
        self.balances.iter().map(|(account, amount)| (*account, *amount))
    }

    /// All postings, in order.
    #[must_use]
    pub fn postings(&self) -> &[Posting] {
        &self.postings
    }

    /// What became of a message.
    #[must_use]
    pub fn usage_of(&self, message: Nonce) -> Option<&Usage> {
        self.usage.get(&message)
    }

    /// A business's messages, by their id.
    pub fn usage(&self, business: AccountId) -> impl Iterator<Item = (Nonce, &Usage)> {
        self.usage
            .iter()
            .filter(move |(_, usage)| usage.business == business)
            .map(|(message, usage)| (*message, usage))
    }

    /// What was captured in a month, by country and category: all that an operator needs to see.
    ///
    /// # Errors
    /// [`Error::Overflow`].
    pub fn totals(&self, month: Month) -> Result<BTreeMap<(Country, Category), Total>, Error> {
        let mut totals = BTreeMap::<_, Total>::new();
        for usage in self.usage.values() {
            let is_counted = usage.state == ChargeState::Captured
                && usage.settled_at.map(Month::of) == Some(month);
            if is_counted {
                let total = totals.entry((usage.country, usage.category)).or_default();
                total.messages = total.messages.saturating_add(1);
                total.amount = total.amount.plus(usage.price)?;
            }
        }
        Ok(totals)
    }

    /// What a business has spent or reserved in a month.
    #[must_use]
    pub fn spent(&self, business: AccountId, month: Month) -> Micros {
        self.spent.get(&(business, month)).copied().unwrap_or_default()
    }

    fn reserve(&mut self, message: Nonce, usage: Usage) -> Result<Applied, Error> {
        if let Some(known) = self.usage.get(&message) {
            return if known.is_same_message(&usage) {
                Ok(Applied::repeated())
            } else {
                Err(Error::Reused)
            };
        }
        if usage.price < Micros::ZERO {
            return Err(Error::Negative);
        }
        let key = (usage.business, Month::of(usage.accepted_at));
        let before = self.spent(usage.business, key.1);
        let after = before.plus(usage.price)?;
        let cap = self.caps.get(&usage.business).copied();
        // What is free is never stopped.
        if usage.price > Micros::ZERO {
            if cap.is_some_and(|cap| !cap.allows(after)) {
                return Err(Error::CapReached);
            }
            if self.balance(Account::Available(usage.business)) < usage.price {
                return Err(Error::InsufficientBalance);
            }
        }
        self.post(Posting {
            id: message,
            at: usage.accepted_at,
            from: Account::Available(usage.business),
            to: Account::Reserved(usage.business),
            amount: usage.price,
        })?;
        self.spent.insert(key, after);
        self.usage
            .insert(message, Usage { state: ChargeState::Reserved, settled_at: None, ..usage });
        Ok(Applied::posted(cap.map(|cap| cap.alerts(before, after)).unwrap_or_default()))
    }

    fn settle(
        &mut self,
        message: Nonce,
        at: Timestamp,
        state: ChargeState,
    ) -> Result<Applied, Error> {
        let usage = *self.usage.get(&message).ok_or(Error::UnknownMessage)?;
        if usage.state == state {
            return Ok(Applied::repeated());
        }
        if usage.state != ChargeState::Reserved {
            return Err(Error::Settled);
        }
        let business = usage.business;
        let key = (business, Month::of(usage.accepted_at));
        let to = match state {
            ChargeState::Captured => Account::Messages(usage.category),
            ChargeState::Reserved | ChargeState::Released => Account::Available(business),
        };
        let spent = match state {
            ChargeState::Released => self.spent(business, key.1).minus(usage.price)?,
            ChargeState::Reserved | ChargeState::Captured => self.spent(business, key.1),
        };
        let taken = self.taken.get(&business).copied().unwrap_or_default();
        let taken = match state {
            ChargeState::Captured => taken.plus(usage.price)?,
            ChargeState::Reserved | ChargeState::Released => taken,
        };
        let from = Account::Reserved(business);
        self.post(Posting { id: message, at, from, to, amount: usage.price })?;
        self.taken.insert(business, taken);
        self.spent.insert(key, spent);
        self.usage.insert(message, Usage { state, settled_at: Some(at), ..usage });
        Ok(Applied::posted(Vec::new()))
    }

    /// A credit note: never more than what was taken from the business so far.
    fn refund(
        &mut self,
        event: &Event,
        id: Nonce,
        business: AccountId,
        amount: Micros,
        at: Timestamp,
    ) -> Result<Applied, Error> {
        if self.singles.contains_key(&id) {
            return self.repeated(id, event);
        }
        let taken = self.taken.get(&business).copied().unwrap_or_default().minus(amount)?;
        if taken < Micros::ZERO {
            return Err(Error::RefundTooLarge);
        }
        let (from, to) = (Account::CreditNotes, Account::Available(business));
        let applied = self.single(id, event, Posting { id, at, from, to, amount })?;
        self.taken.insert(business, taken);
        Ok(applied)
    }

    fn single(&mut self, id: Nonce, event: &Event, posting: Posting) -> Result<Applied, Error> {
        if self.singles.contains_key(&id) {
            return self.repeated(id, event);
        }
        if posting.amount <= Micros::ZERO {
            return Err(Error::Negative);
        }
        if matches!(event, Event::Fee { .. }) && self.balance(posting.from) < posting.amount {
            return Err(Error::InsufficientBalance);
        }
        self.post(posting)?;
        self.singles.insert(id, *event);
        Ok(Applied::posted(Vec::new()))
    }

    fn repeated(&self, id: Nonce, event: &Event) -> Result<Applied, Error> {
        if self.singles.get(&id) == Some(event) {
            Ok(Applied::repeated())
        } else {
            Err(Error::Reused)
        }
    }

    /// Moves an amount from one account to another; both or neither.
    fn post(&mut self, posting: Posting) -> Result<(), Error> {
        let from = self.balance(posting.from).minus(posting.amount)?;
        let to = self.balance(posting.to).plus(posting.amount)?;
        self.balances.insert(posting.from, from);
        self.balances.insert(posting.to, to);
        self.postings.push(posting);
        Ok(())
    }
}

/// The marks that were passed are part of what an event did.
impl Applied {
    const fn posted(alerts: Vec<Alert>) -> Self {
        Self { is_new: true, alerts }
    }

    const fn repeated() -> Self {
        Self { is_new: false, alerts: Vec::new() }
    }
}
