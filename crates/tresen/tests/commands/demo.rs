//! `tresen demo`: the town, made once.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::program::{TRESEN, terminate};

/// A town that is open.
struct Town {
    child: Child,
    /// What it printed until its doors were open.
    lines: Vec<String>,
}

impl Town {
    fn open(data: &Path) -> Self {
        let child = Command::new(TRESEN)
            .args(["demo", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut town = Self { child, lines: Vec::new() };
        let output = BufReader::new(town.child.stdout.take().unwrap());
        for line in output.lines() {
            town.lines.push(line.unwrap());
            if town.lines.last().unwrap().contains("/claim#") {
                return town;
            }
        }
        panic!("the town ended: {:?}", town.lines);
    }

    fn close(mut self) {
        terminate(&self.child);
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Town {
    fn drop(&mut self) {
        // It may have been closed before.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The links to customers' doors, without their origin.
fn entries(lines: &[String]) -> Vec<String> {
    let words = lines.iter().flat_map(|line| line.split_whitespace());
    words
        .filter(|word| word.contains("/e/") && word.contains('#'))
        .map(|word| word.split_once("/e/").unwrap().1.to_owned())
        .collect()
}

/// The conversations and the last words of everybody's device.
fn state(data: &Path) -> Vec<(String, String)> {
    let mut devices = Vec::new();
    for business in data.join("devices").read_dir().unwrap() {
        for device in business.unwrap().path().read_dir().unwrap() {
            devices.push(device.unwrap().path());
        }
    }
    devices.sort();
    let mut state = Vec::new();
    for device in devices {
        // Read without a server: it is all on the device.
        let output = Command::new(TRESEN)
            .args(["chat", "--server", "http://localhost:1", "--store"])
            .arg(&device)
            .arg("conversations")
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let rows: serde_json::Value = serde_json::from_str(&text).unwrap();
        for row in rows["value"].as_array().unwrap() {
            let word = |key: &str| row[key].as_str().unwrap().to_owned();
            state.push((word("name"), word("preview")));
        }
    }
    state
}

#[test]
fn the_town_is_made_once_and_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("town");
    let town = Town::open(&data);
    assert!(town.lines[0].starts_with("tresen ready http://localhost:"));
    let first = entries(&town.lines);
    assert_eq!(first.len(), 4);
    for name in ["Backstube Lindner", "मीरा नेल स्टूडियो", "Byrne PC Repair", "Meridian Air"] {
        assert!(town.lines.iter().any(|line| line.starts_with(name)), "{name}");
    }
    town.close();
    let made = state(&data);
    // Ten conversations, seen from both sides.
    assert_eq!(made.len(), 20);
    assert!(made.contains(&("Jonas Weber".to_owned(), made_last_word().to_owned())));

    let town = Town::open(&data);
    assert_eq!(entries(&town.lines), first);
    town.close();
    assert_eq!(state(&data), made);
}

const fn made_last_word() -> &'static str {
    "Ist notiert: eine Torte für 12 Personen, ohne Nüsse, Samstag ab 9 Uhr."
}
