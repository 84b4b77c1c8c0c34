//! `tresen check kill`, and that it can fail.

use std::{path::PathBuf, process::Command, sync::LazyLock};

use serde_json::Value;

use crate::program::{TRESEN, json_lines};

fn kill(arguments: &[&str]) -> (bool, Value) {
    let output = Command::new(TRESEN).args(["check", "kill"]).args(arguments).output().unwrap();
    let report = json_lines(&output).pop();
    let errors = String::from_utf8_lossy(&output.stderr);
    (output.status.success(), report.unwrap_or_else(|| panic!("{errors}")))
}

#[test]
fn nothing_that_was_accepted_is_lost_by_kills() {
    let (is_sound, report) = kill(&["--rounds", "3", "--pairs", "4"]);
    assert!(is_sound, "{report}");
    for key in ["lost", "doubled", "reordered"] {
        assert_eq!(report[key], 0, "{report}");
    }
    assert_eq!(report["rounds"], 3);
    let count = |key: &str| report[key].as_u64().unwrap();
    assert!(count("accepted") > 0 && count("received") >= count("accepted"), "{report}");
    assert!(count("sent") >= count("accepted"), "{report}");
}

#[test]
fn a_gateway_that_is_killed_loses_no_webhook_and_doubles_no_send() {
    let arguments = ["check", "gateway", "--rounds", "6", "--customers", "4", "--programs", "3"];
    let output = Command::new(TRESEN).args(arguments).output().unwrap();
    let report = json_lines(&output).pop();
    let errors = String::from_utf8_lossy(&output.stderr);
    let report = report.unwrap_or_else(|| panic!("{errors}"));
    assert!(output.status.success(), "{report} {errors}");
    assert_eq!(report["rounds"], 6);
    assert!(report["accepted"].as_u64().unwrap() > 6, "{report}");
}

#[test]
fn the_check_notices_a_server_that_answers_before_it_writes() {
    let (is_sound, report) = kill(&["--rounds", "6", "--pairs", "8", "--acknowledge-before-write"]);
    assert!(!is_sound, "{report}");
    assert!(report["lost"].as_u64().unwrap() > 0, "{report}");
}

/// The library that makes a disk lossy, compiled once.
static LOSSY_DISK: LazyLock<String> = LazyLock::new(|| {
    let source = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/disk/lossy.c");
    let library = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("lossy.so");
    let status = Command::new("cc")
        .args(["-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror", "-o"])
        .args([&library, &source])
        .args(["-ldl", "-lpthread"])
        .status()
        .unwrap();
    assert!(status.success());
    library.into_os_string().into_string().unwrap()
});

#[test]
fn nothing_that_was_accepted_is_lost_with_the_power() {
    let (is_sound, report) = kill(&["--rounds", "4", "--pairs", "3", "--lossy-disk", &LOSSY_DISK]);
    assert!(is_sound, "{report}");
    assert!(report["accepted"].as_u64().unwrap() > 0, "{report}");
}

#[test]
fn the_check_notices_a_disk_that_ignores_syncs() {
    let disk = ["--lossy-disk", LOSSY_DISK.as_str(), "--ignore-sync"];
    let (is_sound, report) = kill(&[&["--rounds", "6", "--pairs", "8"][..], &disk].concat());
    assert!(!is_sound, "{report}");
    assert!(report["lost"].as_u64().unwrap() > 0, "{report}");
}

#[test]
fn a_failing_sync_is_no_acceptance() {
    let disk = ["--lossy-disk", LOSSY_DISK.as_str(), "--fail-sync-every", "10"];
    let (_, report) = kill(&[&["--rounds", "4", "--pairs", "3"][..], &disk].concat());
    // Who sends several at once, and has one of them refused, can't have an order among them.
    for key in ["lost", "doubled"] {
        assert_eq!(report[key], 0, "{report}");
    }
    assert!(report["accepted"].as_u64().unwrap() > 0, "{report}");
}

#[test]
fn a_broadcast_between_kills_is_one_each_and_one_price_each() {
    let arguments = ["check", "broadcast", "--customers", "60", "--kills", "4"];
    let pace = ["--connected", "30", "--per-minute", "1200"];
    let output = Command::new(TRESEN).args(arguments).args(pace).output().unwrap();
    let report = json_lines(&output).pop();
    let errors = String::from_utf8_lossy(&output.stderr);
    let report = report.unwrap_or_else(|| panic!("{errors}"));
    assert!(output.status.success(), "{report} {errors}");
    assert_eq!((&report["received"], &report["charged"]), (&60.into(), &60.into()), "{report}");
    assert_eq!((&report["kills"], &report["taken"]), (&4.into(), &"4.800000".into()), "{report}");
}
