//! `tresen demo`: the town, made once.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
};

use crate::program::{TRESEN, terminate};

/// A town that is open.
struct Town {
    child: Child,
    output: BufReader<ChildStdout>,
    /// What it printed until its doors were open.
    lines: Vec<String>,
}

impl Town {
    fn open(data: &Path, listen: &str) -> Self {
        let mut child = Command::new(TRESEN)
            .args(["demo", "--listen", listen, "--data"])
            .arg(data)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let mut town = Self { child, output, lines: Vec::new() };
        for line in town.output.by_ref().lines() {
            town.lines.push(line.unwrap());
            if town.lines.last().unwrap().contains("/claim#") {
                return town;
            }
        }
        panic!("the town ended: {:?}", town.lines);
    }

    fn origin(&self) -> &str {
        self.lines[0].strip_prefix("tresen ready ").unwrap()
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
fn state(data: &Path, origin: &str) -> Vec<(String, String)> {
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
            .args(["chat", "--server", origin, "--store"])
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
    let town = Town::open(&data, "127.0.0.1:0");
    let origin = town.origin().to_owned();
    let first = entries(&town.lines);
    assert_eq!(first.len(), 4);
    for name in ["Backstube Lindner", "मीरा नेल स्टूडियो", "Byrne PC Repair", "Meridian Air"]
    {
        assert!(town.lines.iter().any(|line| line.starts_with(name)), "{name}");
    }
    let invitations = town.lines.iter().filter(|line| line.contains("/link#"));
    assert_eq!(invitations.count(), 4);
    town.close();
    let made = state(&data, &origin);
    // Ten conversations, seen from both sides.
    assert_eq!(made.len(), 20);
    assert!(made.contains(&("Jonas Weber".to_owned(), LAST_WORD.to_owned())), "{made:?}");

    let address = origin.replace("http://localhost", "127.0.0.1");
    let town = Town::open(&data, &address);
    assert_eq!(entries(&town.lines), first);
    town.close();
    assert_eq!(state(&data, &origin), made);
}

#[test]
fn a_colleague_is_let_in_by_the_digits_typed_into_the_towns_console() {
    let folder = tempfile::tempdir().unwrap();
    let mut town = Town::open(&folder.path().join("town"), "127.0.0.1:0");
    let mut links = town.lines.iter().flat_map(|line| line.split_whitespace());
    let link = links.find(|word| word.contains("/link#")).unwrap().to_owned();
    let mut colleague = Command::new(TRESEN)
        .args(["chat", "--server", town.origin(), "--store"])
        .arg(folder.path().join("colleague"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut calls = colleague.stdin.take().unwrap();
    let output = BufReader::new(colleague.stdout.take().unwrap());
    let mut outputs = output
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(&line.unwrap()).unwrap());
    let accept = serde_json::json!({
        "id": 1, "command": {"do": "accept_invitation", "token": link},
    });
    writeln!(calls, "{accept}").unwrap();
    let shown = outputs.find(|output| output["answer"]["id"] == 1).unwrap();
    let code = shown["answer"]["result"]["Ok"]["value"]["code"].as_str().unwrap().to_owned();
    let asked = |line: &String| line.contains("Backstube Lindner") && line.contains("six digits");
    town.output.by_ref().lines().map(Result::unwrap).find(asked).unwrap();
    writeln!(town.child.stdin.as_ref().unwrap(), "{code}").unwrap();
    outputs.find(|output| output["event"]["step"] == "linked").unwrap();
    // The conversations come by themselves, when the colleague's device has been let in.
    let mut id = 1;
    let mut names = Vec::new();
    while names.len() < 3 {
        outputs.find(|output| output["event"]["event"] == "conversations_changed").unwrap();
        id += 1;
        let list = serde_json::json!({
            "id": id, "command": {"do": "conversations", "filter": "all"},
        });
        writeln!(calls, "{list}").unwrap();
        let listed = outputs.find(|output| output["answer"]["id"] == id).unwrap();
        let rows = &listed["answer"]["result"]["Ok"]["value"];
        names = rows.as_array().unwrap().iter().map(|row| row["name"].clone()).collect();
    }
    names.sort_by_key(ToString::to_string);
    assert_eq!(names, ["Fatma Demir", "Jonas Weber", "प्रिया शर्मा"]);
    drop(calls);
    outputs.for_each(drop);
    assert!(colleague.wait().unwrap().success());
    town.close();
}

#[test]
fn a_town_stays_where_it_was_made() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("origin"), "http://localhost:1").unwrap();
    let output = Command::new(TRESEN)
        .args(["demo", "--listen", "127.0.0.1:0", "--data"])
        .arg(folder.path())
        .output()
        .unwrap();
    assert!(!output.status.success());
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.contains("http://localhost:1"), "{errors}");
}

/// What the bakery says to Jonas in the end.
const LAST_WORD: &str = "Ist notiert: eine Torte für 12 Personen, ohne Nüsse, Samstag ab 9 Uhr.";
