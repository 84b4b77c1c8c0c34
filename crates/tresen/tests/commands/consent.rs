//! A consent file, verified by the program.

use std::{fs, path::Path, process::Command};

use serde_json::Value;

use crate::program::TRESEN;

fn verify(file: &Path) -> std::process::Output {
    Command::new(TRESEN).arg("verify-consent").arg(file).output().expect("the program runs")
}

#[test]
fn a_consent_file_is_verified_and_one_changed_byte_is_refused() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus");
    let sample = corpus.join("statement_consent_proof/sample");
    let output = verify(&sample);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    assert_eq!((&report["valid"], &report["state"]), (&Value::from(true), &Value::from("given")));
    assert_eq!(report["wording"], "Antworten und Abholhinweise");
    assert_eq!(report["categories"], serde_json::json!(["service"]));

    let mut bytes = fs::read(&sample).expect("a file");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    let changed = tempfile::NamedTempFile::new().expect("a file");
    fs::write(changed.path(), bytes).expect("a file");
    let output = verify(changed.path());
    assert!(!output.status.success() && output.stdout.is_empty());
}
