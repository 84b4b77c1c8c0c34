//! The books for other programs: usage as CSV, postings as a journal that hledger reads.

use std::fmt::Write as _;

use tresen_types::{AccountId, Nonce};

use crate::{
    ChargeState, Ledger,
    ledger::{category_name, civil},
};

/// A business's usage by message id, as CSV with a header line.
#[must_use]
pub fn usage_csv(ledger: &Ledger, business: AccountId) -> String {
    let mut csv =
        String::from("message,accepted_at_ms,country,category,template,state,price,currency\n");
    for (message, usage) in ledger.usage(business) {
        let state = match usage.state {
            ChargeState::Reserved => "reserved",
            ChargeState::Captured => "captured",
            ChargeState::Released => "released",
        };
        // No field can hold a comma or a quote: all are ids, numbers and fixed words.
        writeln!(
            csv,
            "{},{},{},{},{},{state},{},{}",
            hex(message.as_bytes()),
            usage.accepted_at.as_millis(),
            usage.country.code(),
            category_name(usage.category),
            usage.template.map(|hash| hex(&hash)).unwrap_or_default(),
            usage.price.decimal(),
            ledger.currency(),
        )
        .expect("writing into a string cannot fail");
    }
    csv
}

/// All postings as a journal, in bookkeepers' signs: what is in the bank is positive, what is owed and
/// earned is negative, so that an account stands in it with the opposite sign of
/// [`Ledger::balance`].
#[must_use]
pub fn journal(ledger: &Ledger) -> String {
    let currency = ledger.currency();
    let mut journal = format!("decimal-mark .\n\ncommodity 1000.000000 {currency}\n");
    for posting in ledger.postings().iter().filter(|posting| posting.amount.0 != 0) {
        let (year, month, day) = civil(posting.at);
        let amount = posting.amount.decimal();
        write!(
            journal,
            "\n{year:04}-{month:02}-{day:02} {}\n    {}  {amount} {currency}\n    {}  -{amount} {currency}\n",
            name(posting.id),
            posting.from,
            posting.to,
        )
        .expect("writing into a string cannot fail");
    }
    journal
}

fn name(id: Nonce) -> String {
    hex(id.as_bytes())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
