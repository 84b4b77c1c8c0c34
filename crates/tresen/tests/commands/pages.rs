//! The pages of documentation say what the program does.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    process::Command,
};

use serde_json::Value;
use tresen_proto::ErrorCode;
use tresen_server::{
    Config, TlsConfig,
    config::{BusConfig, DatabaseConfig},
};

use crate::program::TRESEN;

fn page(name: &str) -> String {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    std::fs::read_to_string(docs.join(name)).unwrap()
}

/// The rows of a page's tables whose first cell is code: first cell to second cell.
fn rows(page: &str) -> BTreeMap<String, String> {
    let row = |line: &str| {
        let mut cells = line.strip_prefix("| ")?.split(" | ");
        let first = cells.next()?.strip_prefix('`')?.strip_suffix('`')?;
        Some((first.to_owned(), cells.next()?.trim_matches('`').to_owned()))
    };
    page.lines().filter_map(row).collect()
}

/// Every key of a configuration with its value, as TOML writes it.
fn keys(prefix: &str, value: &Value, found: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(fields) if fields.contains_key("interval_ms") => {
            let rate = format!(
                "{{ burst = {}, interval_ms = {} }}",
                fields["burst"], fields["interval_ms"]
            );
            found.insert(prefix.to_owned(), rate);
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                let dot = if prefix.is_empty() { "" } else { "." };
                keys(&format!("{prefix}{dot}{name}"), field, found);
            }
        }
        Value::Null => {
            found.insert(prefix.to_owned(), "none".to_owned());
        }
        value => {
            found.insert(prefix.to_owned(), value.to_string());
        }
    }
}

#[test]
fn the_page_of_the_configuration_has_every_key_with_its_default() {
    let mut expected = BTreeMap::new();
    keys("", &serde_json::to_value(Config::default()).unwrap(), &mut expected);
    // Off as a whole; their keys have no defaults.
    let tls = TlsConfig { certificate_file: "a".into(), key_file: "b".into() };
    for (section, value) in [
        ("tls", serde_json::to_value(tls)),
        ("database", serde_json::to_value(DatabaseConfig::new("postgres://a"))),
        ("bus", serde_json::to_value(BusConfig::new(Vec::new()))),
    ] {
        expected.remove(section);
        let Value::Object(value) = value.unwrap() else { panic!("a section") };
        expected.extend(value.keys().map(|name| (format!("{section}.{name}"), "none".to_owned())));
    }
    assert_eq!(rows(&page("operating/configuration.md")), expected);
}

#[test]
fn the_page_of_the_error_codes_has_every_code() {
    let codes = (1..).map_while(|number| Some((number, ErrorCode::try_from(number).ok()?)));
    let expected: BTreeMap<_, _> =
        codes.map(|(number, code)| (format!("{code:?}"), number.to_string())).collect();
    assert!(expected.len() > 20);
    assert_eq!(rows(&page("reference/error-codes.md")), expected);
}

/// Words of the help that begin with two hyphens.
fn options(help: &str) -> BTreeSet<String> {
    let words =
        help.split(|character: char| !(character.is_ascii_alphanumeric() || character == '-'));
    let is_option = |word: &&str| word.len() > 2 && word.starts_with("--");
    words.filter(is_option).map(ToOwned::to_owned).collect()
}

/// The names below "Commands:".
fn subcommands(help: &str) -> Vec<String> {
    let list = help.split_once("Commands:\n").map(|(_, list)| list).unwrap_or_default();
    let names = list.lines().take_while(|line| line.starts_with("  "));
    let names = names.filter(|line| !line.starts_with("   "));
    let names = names.filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(ToOwned::to_owned).collect()
}

fn help(command: &[String]) -> String {
    let output = Command::new(TRESEN).args(command).arg("--help").output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_page_of_the_command_line_has_every_command_and_option() {
    let page = page("reference/cli.md");
    let mut open: Vec<Vec<String>> = vec![Vec::new()];
    let mut commands = 0;
    while let Some(command) = open.pop() {
        let help = help(&command);
        for name in subcommands(&help) {
            open.push([&command[..], &[name]].concat());
        }
        let name = format!("tresen {}", command.join(" "));
        assert!(page.contains(name.trim_end()), "{name}");
        for option in options(&help).iter().filter(|option| *option != "--help") {
            assert!(page.contains(option.as_str()), "{name}: {option}");
        }
        commands += 1;
    }
    assert!(commands > 12, "the help is read wrongly");
}
