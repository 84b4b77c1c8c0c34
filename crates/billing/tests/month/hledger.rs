//! Those who add the journal up again: hledger, a program of others, and a small adder.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

/// The balances that hledger comes to, in millionths; none where it isn't installed.
pub(crate) fn hledger(journal: &str, currency: &str) -> Option<BTreeMap<String, i64>> {
    let program = Path::new("/usr/bin/hledger");
    if !program.exists() {
        return None;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("month.journal");
    fs::write(&file, journal).expect("a file");
    let output = Command::new(program)
        .args(["--file", file.to_str().expect("a path"), "balance", "--flat"])
        .args(["--no-total", "--output-format", "csv"])
        .env("LC_ALL", "C.UTF-8")
        .output()
        .expect("hledger runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("text");
    let read = |line: &str| {
        let (account, amount) = line.split_once(',').expect("two columns");
        let amount = amount.trim_matches('"').strip_suffix(currency).expect("the currency");
        (account.trim_matches('"').to_owned(), micros(amount.trim()))
    };
    Some(text.lines().skip(1).map(read).collect())
}

/// The balances by addition of the journal's lines.
pub(crate) fn adder(journal: &str, currency: &str) -> BTreeMap<String, i64> {
    let mut sums = BTreeMap::<String, i64>::new();
    for line in journal.lines().filter(|line| line.starts_with("    ")) {
        let (account, amount) = line.trim().split_once("  ").expect("account and amount");
        let amount = amount.strip_suffix(currency).expect("the currency").trim();
        *sums.entry(account.to_owned()).or_default() += micros(amount);
    }
    sums.retain(|_, amount| *amount != 0);
    sums
}

fn micros(decimal: &str) -> i64 {
    let digits: String = decimal.chars().filter(|c| *c != '.').collect();
    let (_units, decimals) = decimal.split_once('.').expect("decimals");
    assert_eq!(decimals.len(), 6);
    digits.parse().expect("a number")
}
