//! A month of many businesses: hledger comes to the same balances (where it is installed; `cargo xtask`
//! installs it before the tests), and billing it again from the usage to the same bills.

mod hledger;
mod simulation;

use simulation::{bill_again, play};
use tresen_types::Currency;

const BUSINESSES: usize = 100;
const MESSAGES: usize = 50_000;

#[test]
fn hledger_and_the_usage_come_to_the_same_month() {
    for code in ["EUR", "JPY", "KWD"] {
        let month = play(Currency::parse(code).expect("a currency"), BUSINESSES, MESSAGES);
        assert!(month.refused > 0 && month.usage.len() > MESSAGES / 2, "{}", month.refused);
        assert_eq!(bill_again(&month), month.bills);
        let Some(balances) = hledger::balances(&month.journal.to_string(), code) else { return };
        let expected = month.balances.iter().filter(|(_account, amount)| **amount != 0);
        let expected = expected.map(|(account, amount)| (account.to_string(), *amount)).collect();
        assert_eq!(balances, expected, "{code}");
    }
}
