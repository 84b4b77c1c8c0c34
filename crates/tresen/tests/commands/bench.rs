//! `tresen bench`: the keys that scripts rely on, with values that can be.

use std::process::Command;

use crate::program::{TRESEN, json_lines};

#[test]
fn messages_are_measured_with_all_keys() {
    let output = Command::new(TRESEN)
        .args(["bench", "messages", "--pairs", "2", "--seconds", "1", "--window", "2"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report = json_lines(&output).pop().unwrap();
    for key in [
        "delivered",
        "delivered_per_second",
        "server_cpu_seconds",
        "delivered_per_server_cpu_second",
        "latency_ms_p50",
        "latency_ms_p99",
        "server_rss_kib",
    ] {
        assert!(report[key].as_f64().is_some_and(|value| value > 0.0), "{key}: {report}");
    }
    let number = |key: &str| report[key].as_f64().unwrap();
    assert!(number("latency_ms_p50") <= number("latency_ms_p99"), "{report}");
    assert_eq!(report["window"], 2);
    assert_eq!((&report["durable"], &report["tls"]), (&true.into(), &true.into()));
    assert_eq!(report["lost"], 0);
}

#[test]
fn idle_connections_are_measured_with_all_keys() {
    // Fewer would fit into memory that the server holds already.
    let output = Command::new(TRESEN)
        .args(["bench", "idle", "--connections", "400", "--seconds", "1"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report = json_lines(&output).pop().unwrap();
    for key in ["server_kib_per_connection", "logins_per_server_cpu_second", "server_rss_kib"] {
        assert!(report[key].as_f64().is_some_and(|value| value > 0.0), "{key}: {report}");
    }
}
