//! A simulated month, added up again: by a small adder here, and by hledger where it is installed
//! (`cargo xtask` installs it before the tests).

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use tresen_billing::{
    ChargeState, Country, Delivered, Event, Ledger, Micros, Plan, PlanPart, RateCard, Rated, Tier,
    Usage, journal, rate,
};
use tresen_types::{
    AccountId, AccountKind, Categories, Category, Currency, Nonce, Timestamp, limits::DAY_MS,
};

const BUSINESSES: u64 = 40;
const MESSAGES: u64 = 10_000;

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

fn nonce(kind: u8, number: u64) -> Nonce {
    let mut bytes = [kind; 16];
    bytes[8..].copy_from_slice(&number.to_be_bytes());
    Nonce::new(bytes)
}

fn business(number: u64) -> AccountId {
    let mut bytes = [1; 16];
    bytes[8..].copy_from_slice(&number.to_be_bytes());
    AccountId::from_random(AccountKind::Business, bytes)
}

fn card(currency: Currency) -> RateCard {
    let tiers = vec![
        Tier { from: 0, to: Some(100), price: Micros(12_345) },
        Tier { from: 100, to: None, price: Micros(9_999) },
    ];
    let rates = Category::ALL.into_iter().map(|category| (category, tiers.clone())).collect();
    let valid = (Timestamp::from_millis(0), None);
    RateCard::new(currency, valid, rates, BTreeMap::new(), Categories::NONE).expect("a card")
}

/// Messages, failures, expiries, refunds, a fee and what the balance didn't cover.
fn month(currency: Currency) -> Ledger {
    let mut dice = Dice(0x5eed);
    let mut ledger = Ledger::new(currency);
    let card = card(currency);
    let free = BTreeMap::from([(Category::Service, 10)]);
    let plan = Plan::new(vec![PlanPart::PerMessage], free).expect("a plan");
    let countries = ["DE", "IN", "BR"].map(|code| Country::parse(code).expect("a country"));
    let start = 1_793_000_000_000;
    let mut delivered = BTreeMap::<u64, Delivered>::new();
    for number in 0..BUSINESSES {
        let at = Timestamp::from_millis(start);
        let amount = Micros(4_000_000);
        let id = nonce(200, number);
        ledger.apply(&Event::TopUp { id, business: business(number), amount, at }).expect("paid");
        let amount = Micros(250_000);
        let id = nonce(201, number);
        ledger.apply(&Event::Fee { id, business: business(number), amount, at }).expect("a fee");
    }
    for number in 0..MESSAGES {
        let sender = dice.below(BUSINESSES);
        let step = i64::try_from(dice.below(30)).expect("a day") * DAY_MS;
        let accepted_at = Timestamp::from_millis(start + step);
        let category = Category::ALL[usize::try_from(dice.below(4)).expect("small")];
        let country = countries[usize::try_from(dice.below(3)).expect("small")];
        let counts = delivered.entry(sender).or_default();
        let message = Rated { country, category, in_window: false };
        let price = rate(&card, &plan, counts, &message).expect("a price");
        let usage = Usage {
            business: business(sender),
            country,
            category,
            template: None,
            accepted_at,
            price: price.amount,
            state: ChargeState::Reserved,
            settled_at: None,
        };
        let id = nonce(1, number);
        if ledger.apply(&Event::Reserve { message: id, usage }).is_err() {
            continue;
        }
        counts.count(&message, &price);
        let at = accepted_at.plus_millis(1_000);
        let end = match dice.below(10) {
            0 => continue,
            1 => Event::Release { message: id, at },
            _most => Event::Capture { message: id, at },
        };
        ledger.apply(&end).expect("the first end");
        if dice.below(500) == 0 && price.amount > Micros::ZERO {
            let refund = Event::Refund {
                id: nonce(202, number),
                business: business(sender),
                amount: price.amount,
                at,
            };
            let _too_early = ledger.apply(&refund).is_err();
        }
    }
    ledger
}

fn expected(ledger: &Ledger) -> BTreeMap<String, i64> {
    // Bookkeepers' signs.
    ledger
        .balances()
        .filter(|(_, amount)| amount.0 != 0)
        .map(|(account, amount)| (account.to_string(), -amount.0))
        .collect()
}

fn micros(decimal: &str) -> i64 {
    let digits: String = decimal.chars().filter(|c| *c != '.').collect();
    let (_units, decimals) = decimal.split_once('.').expect("decimals");
    assert_eq!(decimals.len(), 6);
    digits.parse().expect("a number")
}

#[test]
fn an_independent_adder_comes_to_the_same_balances() {
    let ledger = month(Currency::EUR);
    let mut sums = BTreeMap::<String, i64>::new();
    for line in journal(&ledger).lines().filter(|line| line.starts_with("    ")) {
        let (account, amount) = line.trim().split_once("  ").expect("account and amount");
        let amount = amount.strip_suffix(" EUR").expect("the currency");
        *sums.entry(account.to_owned()).or_default() += micros(amount);
    }
    sums.retain(|_, amount| *amount != 0);
    assert_eq!(sums, expected(&ledger));
    assert_eq!(sums.values().sum::<i64>(), 0);
    assert!(sums.keys().any(|account| account == "expenses:credit notes"));
}

#[test]
fn hledger_comes_to_the_same_balances() {
    let program = Path::new("/usr/bin/hledger");
    if !program.exists() {
        println!("hledger isn't installed: only the other adder has checked the journal");
        return;
    }
    for code in ["EUR", "JPY", "KWD"] {
        let ledger = month(Currency::parse(code).expect("a currency"));
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("month.journal");
        fs::write(&file, journal(&ledger)).expect("a file");
        let output = Command::new(program)
            .args(["--file", file.to_str().expect("a path"), "balance", "--flat"])
            .args(["--no-total", "--output-format", "csv"])
            .env("LC_ALL", "C.UTF-8")
            .output()
            .expect("hledger runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).expect("text");
        let balances: BTreeMap<_, _> = text
            .lines()
            .skip(1)
            .map(|line| {
                let (account, amount) = line.split_once(',').expect("two columns");
                let amount = amount.trim_matches('"').strip_suffix(code).expect("the currency");
                (account.trim_matches('"').to_owned(), micros(amount.trim()))
            })
            .collect();
        assert_eq!(balances, expected(&ledger), "{code}");
    }
}
