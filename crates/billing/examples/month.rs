//! The month of `tests/month` at another size: `cargo run --release -p tresen-billing --example month --
//! BUSINESSES MESSAGES`. Ends with an error when hledger or the usage come to something else.

#[path = "../tests/month/hledger.rs"]
mod hledger;
#[path = "../tests/month/simulation.rs"]
mod simulation;

use std::io::Write as _;

use tresen_types::Currency;

fn main() -> std::io::Result<()> {
    let mut sizes = std::env::args().skip(1).map(|size| size.parse().expect("a number"));
    let (businesses, messages) = (sizes.next().unwrap_or(1_000), sizes.next().unwrap_or(1_000_000));
    let month = simulation::play(Currency::EUR, businesses, messages);
    assert_eq!(simulation::bill_again(&month), month.bills);
    let balances = hledger::balances(&month.journal.to_string(), "EUR").expect("hledger");
    let expected = month.balances.iter().filter(|(_account, amount)| **amount != 0);
    let expected = expected.map(|(account, amount)| (account.to_string(), *amount)).collect();
    assert_eq!(balances, expected);
    let (taken, refused) = (month.usage.len(), month.refused);
    writeln!(
        std::io::stdout(),
        "{businesses} businesses, {taken} messages taken, {refused} refused: {} accounts agree",
        balances.len()
    )
}
