//! A month of many businesses: others come to the same balances from the journal (hledger where it is
//! installed; `cargo xtask` installs it before the tests), and from the receipts alone comes the same bill.
//! `cargo run --example month` plays it at any size.

mod hledger;
mod simulation;

use simulation::Month;
use tresen_billing::journal;
use tresen_types::Currency;

const BUSINESSES: usize = 60;
const MESSAGES: usize = 30_000;

#[test]
fn others_come_to_the_same_balances_and_the_receipts_to_the_same_bill() {
    for code in ["EUR", "JPY", "KWD"] {
        let month = Month::play(Currency::parse(code).expect("a currency"), BUSINESSES, MESSAGES);
        for count in [month.unpaid, month.capped, month.released, month.refunds] {
            assert!(count > 0, "everything happens in {code}");
        }
        assert_eq!(month.bill_again(), month.bills);
        let (journal, balances) = (journal(&month.ledger), month.balances());
        assert_eq!(hledger::adder(&journal, code), balances, "{code}");
        assert_eq!(balances.values().sum::<i64>(), 0);
        assert!(balances.contains_key("expenses:credit notes"));
        match hledger::hledger(&journal, code) {
            Some(sums) => assert_eq!(sums, balances, "{code}"),
            None => println!("hledger isn't installed: only the small adder has checked it"),
        }
    }
}
