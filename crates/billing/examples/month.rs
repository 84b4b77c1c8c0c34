//! The month of the test at another size: `cargo run --example month -- BUSINESSES MESSAGES`. Ends with an
//! error when hledger or the receipts come to something else.
#![expect(clippy::expect_used, reason = "a failing step ends the example")]

#[path = "../tests/month/hledger.rs"]
mod hledger;
#[path = "../tests/month/simulation.rs"]
mod simulation;

use std::io::Write as _;

use simulation::Month;
use tresen_billing::journal;
use tresen_types::Currency;

fn main() -> std::io::Result<()> {
    let mut sizes = std::env::args().skip(1).map(|size| size.parse().expect("a number"));
    let (businesses, messages) = (sizes.next().unwrap_or(1_000), sizes.next().unwrap_or(1_000_000));
    let month = Month::play(Currency::EUR, businesses, messages);
    assert_eq!(month.bill_again(), month.bills);
    let (journal, balances) = (journal(&month.ledger), month.balances());
    assert_eq!(hledger::adder(&journal, "EUR"), balances);
    let sums = hledger::hledger(&journal, "EUR").expect("hledger is installed");
    assert_eq!(sums, balances);
    let Month { unpaid, capped, released, refunds, receipts, .. } = &month;
    writeln!(
        std::io::stdout(),
        "{businesses} businesses, {messages} messages: {} taken, {released} of them released, {refunds} \
         credit notes, {unpaid} not covered, {capped} beyond the cap; {} balances agree with hledger, \
         {} bills with the receipts",
        receipts.len(),
        sums.len(),
        month.bills.len(),
    )
}
