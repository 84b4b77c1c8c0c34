//! A simulated month: businesses with balances, caps, free messages and tiers; messages that arrive, are
//! lost, or can't be paid; refunds and fees.

use std::collections::BTreeMap;

use tresen_billing::{
    Account, ChargeState, Country, Credit, Error, Journal, Micros, Plan, PlanPart, Posting, Purse,
    RateCard, RateCards, Rated, SpendingCap, Terms, Tier, Usage,
};
use tresen_types::{
    AccountId, AccountKind, Categories, Category, Currency, Nonce, Timestamp, limits::DAY_MS,
};

/// 1 December 2026.
const START_MS: i64 = 1_796_083_200_000;

/// What came of the month.
pub struct Month {
    /// The books, for another program.
    pub journal: Journal,
    /// The balances that they must come to, in bookkeepers' signs.
    pub balances: BTreeMap<Account, i64>,
    /// Every message that was taken, in the order of its acceptance.
    pub usage: Vec<Usage>,
    /// What each business was charged.
    pub bills: BTreeMap<AccountId, Micros>,
    /// Messages that the balance or the cap didn't cover.
    pub refused: u64,
    /// The prices and plans.
    pub terms: Vec<Terms>,
}

/// A small generator, so that every run is the same one.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

/// The business with a number.
pub fn business(number: usize) -> AccountId {
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

/// The terms of a business: some are flat, some pay later, some have a cap, some too little.
fn terms(number: usize, cards: &RateCards) -> Terms {
    let parts = match number % 10 {
        0 => vec![PlanPart::Flat { monthly: Micros(9_900_000) }],
        1 => vec![PlanPart::Flat { monthly: Micros(100_000) }, PlanPart::PerMessage],
        _ => vec![PlanPart::PerMessage],
    };
    let free = BTreeMap::from([(Category::Service, 10), (Category::Utility, 3)]);
    let cap = (number % 7 == 0).then_some(SpendingCap { monthly: Micros(2_000_000) });
    Terms {
        cards: cards.clone(),
        plan: Plan::new(parts, free).expect("a plan"),
        cap,
        ..Terms::default()
    }
}

/// Plays a month.
pub fn play(currency: Currency, businesses: usize, messages: usize) -> Month {
    let mut dice = Dice(0x5eed);
    let cards = cards(currency);
    let countries = ["DE", "IN", "BR"].map(|code| Country::parse(code).expect("a country"));
    let mut month = Month {
        journal: Journal::new(currency),
        balances: BTreeMap::new(),
        usage: Vec::new(),
        bills: BTreeMap::new(),
        refused: 0,
        terms: (0..businesses).map(|number| terms(number, &cards)).collect(),
    };
    let mut purses = vec![Purse::default(); businesses];
    let mut paid_in = vec![0_i64; businesses];
    for number in 0..businesses {
        // Enough for most, and for some for a part of the month.
        let amount = if number % 5 == 4 { 3_000_000 } else { 50_000_000 };
        paid_in[number] = amount;
        let at = Timestamp::from_millis(START_MS);
        post(&mut month, at, Account::Bank, Account::Available(business(number)), amount);
    }
    for number in 0..messages {
        let at = START_MS + 30 * DAY_MS / messages as i64 * number as i64;
        let accepted_at = Timestamp::from_millis(at);
        let sender = dice.below(businesses as u64) as usize;
        let rated = Rated {
            country: countries[dice.below(3) as usize],
            category: Category::ALL[dice.below(4) as usize],
            in_window: dice.below(3) == 0,
        };
        let terms = &mut month.terms[sender];
        terms.credit = match sender % 3 {
            0 => Credit::Postpaid,
            _ => Credit::Prepaid(Micros(paid_in[sender])),
        };
        let charged = match purses[sender].charge(terms, accepted_at, &rated) {
            Ok(charged) => charged,
            Err(Error::InsufficientBalance | Error::CapReached) => {
                month.refused += 1;
                continue;
            }
            Err(error) => panic!("{error}"),
        };
        purses[sender] = charged.purse;
        let (account, price) = (business(sender), charged.price.amount);
        let (available, reserved) = (Account::Available(account), Account::Reserved(account));
        let settled_at = accepted_at.plus_millis(i64::try_from(dice.below(3)).unwrap() * DAY_MS);
        let state = match dice.below(20) {
            0 => ChargeState::Reserved,
            1 | 2 => ChargeState::Released,
            _most => ChargeState::Captured,
        };
        post(&mut month, accepted_at, available, reserved, price.0);
        match state {
            ChargeState::Reserved => {}
            ChargeState::Released => {
                post(&mut month, settled_at, reserved, available, price.0);
                // The purse only counts up: what is given back is paid in.
                paid_in[sender] += price.0;
                let of_month = tresen_billing::Month::of(accepted_at).number();
                let released = month.terms[sender].released.entry(of_month).or_default();
                released.0 += price.0;
            }
            ChargeState::Captured => {
                let income = Account::Messages(rated.category);
                post(&mut month, settled_at, reserved, income, price.0);
                month.bills.entry(account).or_default().0 += price.0;
            }
        }
        if state == ChargeState::Captured && dice.below(500) == 0 && price > Micros::ZERO {
            post(&mut month, settled_at, Account::CreditNotes, available, price.0);
            paid_in[sender] += price.0;
        }
        month.usage.push(Usage {
            business: account,
            country: rated.country,
            category: rated.category,
            // Where the simulation keeps what the store keeps beside it.
            template: rated.in_window.then_some([1; 32]),
            accepted_at,
            price,
            state,
            settled_at: (state != ChargeState::Reserved).then_some(settled_at),
        });
    }
    for number in 0..businesses {
        let fee = month.terms[number].plan.monthly_fee(0).expect("a fee").0;
        let at = Timestamp::from_millis(START_MS + 31 * DAY_MS);
        post(&mut month, at, Account::Available(business(number)), Account::Fees, fee);
    }
    month
}

fn post(month: &mut Month, at: Timestamp, from: Account, to: Account, amount: i64) {
    *month.balances.entry(from).or_default() += amount;
    *month.balances.entry(to).or_default() -= amount;
    let amount = Micros(amount);
    month.journal.add(&Posting { id: Nonce::new([0; 16]), at, from, to, amount });
}

/// Bills the month again, from what the usage says of each message but its price.
pub fn bill_again(month: &Month) -> BTreeMap<AccountId, Micros> {
    let numbers: BTreeMap<AccountId, usize> =
        (0..month.terms.len()).map(|number| (business(number), number)).collect();
    let mut purses = vec![Purse::default(); month.terms.len()];
    let mut bills = BTreeMap::<AccountId, Micros>::new();
    for usage in &month.usage {
        let number = numbers[&usage.business];
        let terms = Terms { credit: Credit::Postpaid, cap: None, ..month.terms[number].clone() };
        let in_window = usage.template.is_some();
        let rated = Rated { country: usage.country, category: usage.category, in_window };
        let charged = purses[number].charge(&terms, usage.accepted_at, &rated).expect("a price");
        assert_eq!(charged.price.amount, usage.price);
        if usage.state == ChargeState::Captured {
            bills.entry(usage.business).or_default().0 += charged.price.amount.0;
        }
        purses[number] = charged.purse;
    }
    bills
}
