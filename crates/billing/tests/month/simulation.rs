//! A simulated month: businesses that pay before or later, with caps, free messages and tiers; messages that
//! arrive, are lost, wait, or can't be paid; credit notes and fees.
//!
//! ```text
//! purse    decides about each message and prices it, as the gate does
//! ledger   books it, and has to come to the same decision
//! ```

use std::collections::BTreeMap;

use tresen_billing::{
    ChargeState, Country, Credit, Error, Event, Ledger, Micros, Plan, PlanPart, Price, Purse,
    RateCard, RateCards, Rated, SpendingCap, Terms, Tier, Usage,
};
use tresen_types::{
    AccountId, AccountKind, Categories, Category, Currency, Nonce, Timestamp, limits::DAY_MS,
};

/// 1 December 2026.
const START_MS: i64 = 1_796_083_200_000;
/// Who pays later has this much at the operator's expense.
const LATER: Micros = Micros(1_000_000_000_000);

/// What came of the month.
pub(crate) struct Month {
    /// The books.
    pub(crate) ledger: Ledger,
    /// What the server's receipts say of every message, in the order of acceptance: no price.
    pub(crate) receipts: Vec<Receipt>,
    /// What each business was charged for messages that arrived.
    pub(crate) bills: BTreeMap<usize, Micros>,
    /// Messages that the balance didn't cover, or the cap.
    pub(crate) unpaid: u64,
    /// Messages beyond the cap.
    pub(crate) capped: u64,
    /// Messages that were lost.
    pub(crate) released: u64,
    /// Credit notes.
    pub(crate) refunds: u64,
    terms: Vec<Terms>,
}

/// What a receipt says, and whether a device of the customer acknowledged the message.
pub(crate) struct Receipt {
    sender: usize,
    rated: Rated,
    accepted_at: Timestamp,
    has_arrived: bool,
}

/// A small generator, so that every run is the same one.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).expect("below the limit")
    }
}

fn nonce(kind: u8, number: usize) -> Nonce {
    let mut bytes = [kind; 16];
    bytes[8..].copy_from_slice(&(number as u64).to_be_bytes());
    Nonce::new(bytes)
}

fn business(number: usize) -> AccountId {
    let mut bytes = [1; 16];
    bytes[8..].copy_from_slice(&(number as u64).to_be_bytes());
    AccountId::from_random(AccountKind::Business, bytes)
}

fn cards(currency: Currency) -> RateCards {
    let tiers = vec![
        Tier { from: 0, to: Some(100), price: Micros(12_345) },
        Tier { from: 100, to: None, price: Micros(9_999) },
    ];
    let rates = Category::ALL.into_iter().map(|category| (category, tiers.clone())).collect();
    let valid = (Timestamp::from_millis(START_MS), None);
    let free = Categories::NONE.with(Category::Utility);
    let card = RateCard::new(currency, valid, rates, BTreeMap::new(), free).expect("a card");
    RateCards::new(vec![card]).expect("one card")
}

/// Some pay a flat fee, some by message too, some later, some have a cap.
fn terms(number: usize, cards: &RateCards) -> Terms {
    let parts = match number % 10 {
        0 => vec![PlanPart::Flat { monthly: Micros(9_900_000) }],
        1 => vec![PlanPart::Flat { monthly: Micros(100_000) }, PlanPart::PerMessage],
        _ => vec![PlanPart::PerMessage],
    };
    let free = BTreeMap::from([(Category::Service, 10), (Category::Utility, 3)]);
    let cap = number.is_multiple_of(7).then_some(SpendingCap { monthly: Micros(2_000_000) });
    Terms {
        cards: cards.clone(),
        plan: Plan::new(parts, free).expect("a plan"),
        cap,
        ..Terms::default()
    }
}

impl Month {
    /// Plays it.
    pub(crate) fn play(currency: Currency, businesses: usize, messages: usize) -> Self {
        let cards = cards(currency);
        let mut month = Self {
            ledger: Ledger::new(currency),
            receipts: Vec::new(),
            bills: BTreeMap::new(),
            unpaid: 0,
            capped: 0,
            released: 0,
            refunds: 0,
            terms: (0..businesses).map(|number| terms(number, &cards)).collect(),
        };
        let mut credits = Vec::with_capacity(businesses);
        for number in 0..businesses {
            credits.push(month.begin(number));
        }
        let mut purses = vec![Purse::default(); businesses];
        let mut dice = Dice(0x5eed);
        let countries = ["DE", "IN", "BR"].map(|code| Country::parse(code).expect("a country"));
        for number in 0..messages {
            let at = i64::try_from(30 * number).expect("small") * DAY_MS;
            let at = at / i64::try_from(messages).expect("small");
            let accepted_at = Timestamp::from_millis(START_MS + at);
            let sender = dice.below(businesses);
            let rated = Rated {
                country: countries[dice.below(3)],
                category: Category::ALL[dice.below(4)],
                in_window: dice.below(3) == 0,
            };
            let terms =
                Terms { credit: Credit::Prepaid(credits[sender]), ..month.terms[sender].clone() };
            let outcome = purses[sender].charge(&terms, accepted_at, &rated);
            let price = outcome.as_ref().map(|charged| charged.price.amount);
            let booked = month.reserve(number, sender, accepted_at, &rated, price);
            let charged = match outcome {
                Ok(charged) => charged,
                Err(error) => {
                    assert_eq!(booked, Err(error), "message {number}");
                    continue;
                }
            };
            assert_eq!(booked, Ok(()), "message {number}");
            purses[sender] = charged.purse;
            let back = month.settle(number, sender, &rated, accepted_at, charged.price, &mut dice);
            credits[sender].0 += back.0;
        }
        month
    }

    /// The first day: what is paid in, less the fee.
    fn begin(&mut self, number: usize) -> Micros {
        let at = Timestamp::from_millis(START_MS);
        let amount = match number % 15 {
            0 | 3 | 6 => LATER,
            // Enough for a part of the month.
            4 | 9 | 14 => Micros(3_000_000),
            _most => Micros(60_000_000),
        };
        let (business, fee) = (business(number), self.terms[number].plan.monthly_fee(0));
        let fee = fee.expect("a fee");
        let cap = self.terms[number].cap;
        let fee_event = Event::Fee { id: nonce(201, number), business, amount: fee, at };
        let first = [
            Some(Event::TopUp { id: nonce(200, number), business, amount, at }),
            Some(Event::SetCap { business, cap, at }),
            Some(fee_event).filter(|_| fee > Micros::ZERO),
        ];
        for event in first.into_iter().flatten() {
            self.ledger.apply(&event).expect("the first day");
        }
        Micros(amount.0 - fee.0)
    }

    /// Books a message that the purse took; one that it refused is tried at the price that it had.
    fn reserve(
        &mut self,
        number: usize,
        sender: usize,
        accepted_at: Timestamp,
        rated: &Rated,
        price: Result<Micros, &Error>,
    ) -> Result<(), Error> {
        match price {
            Err(Error::CapReached) => self.capped += 1,
            Err(Error::InsufficientBalance) => self.unpaid += 1,
            Err(error) => panic!("{error}"),
            Ok(_taken) => {}
        }
        let usage = Usage {
            business: business(sender),
            country: rated.country,
            category: rated.category,
            template: None,
            accepted_at,
            // No price of the card is higher, and none is lower than the second.
            price: price.unwrap_or(Micros(9_999)),
            state: ChargeState::Reserved,
            settled_at: None,
        };
        self.ledger.apply(&Event::Reserve { message: nonce(1, number), usage }).map(drop)
    }

    /// What becomes of a message; answers what the business may spend again.
    fn settle(
        &mut self,
        number: usize,
        sender: usize,
        rated: &Rated,
        accepted_at: Timestamp,
        price: Price,
        dice: &mut Dice,
    ) -> Micros {
        let days = i64::try_from(dice.below(3)).expect("days");
        let at = accepted_at.plus_millis(days * DAY_MS);
        let (message, mut back) = (nonce(1, number), Micros::ZERO);
        let has_arrived = match dice.below(20) {
            0 => false,
            1 | 2 => {
                self.released += 1;
                self.ledger.apply(&Event::Release { message, at }).expect("it is lost");
                let of_month = tresen_billing::Month::of(accepted_at).number();
                self.terms[sender].released.entry(of_month).or_default().0 += price.amount.0;
                back = price.amount;
                false
            }
            _most => {
                self.ledger.apply(&Event::Capture { message, at }).expect("it arrives");
                self.bills.entry(sender).or_default().0 += price.amount.0;
                true
            }
        };
        self.receipts.push(Receipt { sender, rated: *rated, accepted_at, has_arrived });
        if has_arrived && price.amount > Micros::ZERO && dice.below(500) == 0 {
            self.refunds += 1;
            let (id, business, amount) = (nonce(203, number), business(sender), price.amount);
            self.ledger
                .apply(&Event::Refund { id, business, amount, at })
                .expect("no more than was taken");
            back = amount;
        }
        back
    }

    /// Bills the month again, from the receipts and the price list alone.
    pub(crate) fn bill_again(&self) -> BTreeMap<usize, Micros> {
        let mut purses = vec![Purse::default(); self.terms.len()];
        let mut bills = BTreeMap::<usize, Micros>::new();
        for receipt in &self.receipts {
            let (terms, purse) = (&self.terms[receipt.sender], &mut purses[receipt.sender]);
            let terms = Terms { credit: Credit::Postpaid, cap: None, ..terms.clone() };
            let charged = purse.charge(&terms, receipt.accepted_at, &receipt.rated);
            let charged = charged.expect("a price");
            if receipt.has_arrived {
                bills.entry(receipt.sender).or_default().0 += charged.price.amount.0;
            }
            *purse = charged.purse;
        }
        bills
    }

    /// The balances in bookkeepers' signs, without those of nothing.
    pub(crate) fn balances(&self) -> BTreeMap<String, i64> {
        self.ledger
            .balances()
            .filter(|(_, amount)| amount.0 != 0)
            .map(|(account, amount)| (account.to_string(), -amount.0))
            .collect()
    }
}
