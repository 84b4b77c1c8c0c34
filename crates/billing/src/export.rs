//! The books for other programs: usage as CSV, postings as a journal that hledger reads.

use std::{collections::BTreeMap, fmt};

use tresen_types::{AccountId, Currency, Nonce, Timestamp, limits::DAY_MS};

use crate::{
    Account, ChargeState, Ledger, Micros, Posting, Usage,
    ledger::{category_name, civil},
};

/// A business's usage by message id, as CSV with a header line.
#[must_use]
pub fn usage_csv(ledger: &Ledger, business: AccountId) -> String {
    let mut csv = String::from(USAGE_COLUMNS);
    csv.push('\n');
    for (message, usage) in ledger.usage(business) {
        csv.push_str(&usage_line(message, usage, ledger.currency()));
        csv.push('\n');
    }
    csv
}

/// The header of [`usage_line`].
pub const USAGE_COLUMNS: &str =
    "message,business,accepted_at_ms,country,category,template,state,price,currency";

/// One message as a line of CSV.
#[must_use]
pub fn usage_line(message: Nonce, usage: &Usage, currency: Currency) -> String {
    let state = match usage.state {
        ChargeState::Reserved => "reserved",
        ChargeState::Captured => "captured",
        ChargeState::Released => "released",
    };
    // No field can hold a comma or a quote: all are ids, numbers and fixed words.
    format!(
        "{},{},{},{},{},{},{state},{},{currency}",
        hex(message.as_bytes()),
        usage.business,
        usage.accepted_at.as_millis(),
        usage.country.code(),
        category_name(usage.category),
        usage.template.map(|hash| hex(&hash)).unwrap_or_default(),
        usage.price.decimal(),
    )
}

/// All postings as a journal, in bookkeepers' signs: what is in the bank is positive, what is owed and
/// earned is negative, so that an account stands in it with the opposite sign of
/// [`Ledger::balance`].
#[must_use]
pub fn journal(ledger: &Ledger) -> String {
    let mut journal = Journal::new(ledger.currency());
    for posting in ledger.postings() {
        journal.add(posting);
    }
    journal.to_string()
}

/// Postings, gathered into a journal: those of one day between the same accounts and of the same
/// amount are one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journal {
    currency: Currency,
    lines: BTreeMap<(i64, Account, Account, Micros), u64>,
}

impl Journal {
    /// An empty journal.
    #[must_use]
    pub const fn new(currency: Currency) -> Self {
        Self { currency, lines: BTreeMap::new() }
    }

    /// Adds a posting. One of nothing isn't written.
    pub fn add(&mut self, posting: &Posting) {
        if posting.amount != Micros::ZERO {
            let day = posting.at.as_millis().div_euclid(DAY_MS);
            let count =
                self.lines.entry((day, posting.from, posting.to, posting.amount)).or_default();
            *count = count.saturating_add(1);
        }
    }
}

impl fmt::Display for Journal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let currency = self.currency;
        writeln!(formatter, "decimal-mark .\n\ncommodity 1000.000000 {currency}")?;
        for ((day, from, to, amount), count) in &self.lines {
            let at = Timestamp::from_millis(day.saturating_mul(DAY_MS));
            let (year, month, day) = civil(at);
            // What can't be added up can't be booked either.
            let amount = amount.times(*count).map_err(|_overflow| fmt::Error)?.decimal();
            write!(
                formatter,
                "\n{year:04}-{month:02}-{day:02} {count}\n    {from}  {amount} {currency}\n    {to}  -{amount} {currency}\n",
            )?;
        }
        Ok(())
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
