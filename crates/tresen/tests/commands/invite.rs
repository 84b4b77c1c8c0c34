//! An address book as a table for a mail program.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Command, Output},
};

use serde_json::Value;

use crate::program::TRESEN;

const LINK: &str = "https://chat.example/e/0123456789abc#k4d2-jzdt";

fn invite(book: &Path, link: &str, table: &Path) -> Output {
    let arguments = ["--link", link, "--out"];
    Command::new(TRESEN).arg("invite").arg(book).args(arguments).arg(table).output().unwrap()
}

#[test]
fn an_address_book_becomes_a_table_with_the_link_for_each() {
    let folder = tempfile::tempdir().unwrap();
    let (book, table) = (folder.path().join("book.csv"), folder.path().join("table.csv"));
    // Latin-1 with semicolons; one stands there twice, one says nothing, one would be a formula.
    let rows = "Name;Telefon;E-Mail\nJürgen Groß;0170 1234567;j@gross.example\n=1+1;;x@y.example\n;;\n\
                Jürgen Groß;0170 1234567;j@gross.example\n";
    let latin: Vec<u8> = rows.chars().map(|letter| u8::try_from(letter).unwrap()).collect();
    fs::write(&book, latin).unwrap();

    let output = invite(&book, LINK, &table);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["people"], &report["doubled"]), (&Value::from(2), &Value::from(1)));
    let written = fs::read_to_string(&table).unwrap();
    let lines: Vec<&str> = written.lines().collect();
    assert_eq!(lines[0], "name,organisation,phone,email,link");
    assert_eq!(lines[1], format!("Jürgen Groß,,01701234567,j@gross.example,{LINK}"));
    assert!(lines[2].starts_with("'=1+1,") && lines.len() == 3, "{written}");
    assert_eq!(fs::metadata(&table).unwrap().permissions().mode() & 0o777, 0o600);

    // Nothing that is there is written over.
    let again = invite(&book, LINK, &table);
    assert!(!again.status.success() && again.stdout.is_empty());
    assert_eq!(fs::read_to_string(&table).unwrap(), written);
}

#[test]
fn what_is_no_address_book_or_no_link_leaves_no_table() {
    let folder = tempfile::tempdir().unwrap();
    let (book, table) = (folder.path().join("book"), folder.path().join("table.csv"));
    fs::write(&book, "Name\nEmma\n").unwrap();
    for link in ["https://chat.example/", "https://chat.example/e/0123456789abc"] {
        let output = invite(&book, link, &table);
        assert!(!output.status.success() && !table.exists(), "{link}");
    }
    fs::write(&book, b"PK\x03\x04 a bomb").unwrap();
    let output = invite(&book, LINK, &table);
    assert!(!output.status.success() && !table.exists());
    assert!(String::from_utf8_lossy(&output.stderr).contains("unpack it first"));
}
