//! Blindness: what people write isn't found anywhere at the server.
//!
//! Markers stand in texts, names of people, names of files and contents of files. They are searched
//! for in the data directory, the log (debug), the metrics, the server's memory and the traffic with
//! TLS off. So that the search is known to work, a control stands in each of these places: the text
//! of the public profile in the data directory, the memory and both directions of the traffic. Log
//! and metrics hold nothing of a profile, public as it is; their controls are the address in the log
//! and the number of messages in the metrics. And each marker is found on the devices that it
//! belongs to.

use std::{
    fs::{self, File},
    os::unix::fs::FileExt as _,
    path::Path,
};

use memchr::memmem;
use serde_json::json;

use crate::{
    program::{Device, Server},
    proxy::Proxy,
};

const CONTROL: &str = "CONTROL-public-profile-5f1c0d2a";
const TEXT: &str = "MARKER-text-c41e97b0";
const ANSWER: &str = "MARKER-answer-7ad20f53";
const PERSON: &str = "MARKER-person-e8b6420c";
const FILE_NAME: &str = "MARKER-file-name-19fd3a77";
const CAPTION: &str = "MARKER-caption-b0773e1d";
const CONTENT: &str = "MARKER-content-2c95d86e";
const MARKERS: [&str; 6] = [TEXT, ANSWER, PERSON, FILE_NAME, CAPTION, CONTENT];

/// Bytes of memory that are read at once.
const PIECE_BYTES: usize = 4 << 20;

#[test]
fn the_server_never_holds_what_people_write() {
    let proxy = Proxy::start();
    let origin = format!("http://localhost:{}", proxy.port);
    let server = Server::start_with(Some(&origin), "");
    proxy.lead_to(&server.address);
    let (shop, customer, entry) = talk(&server);

    // Once more through the public door, so that the profile is fresh in memory.
    let id = entry.rsplit_once("/e/").unwrap().1.split_once('#').unwrap().0;
    let description = server.get(&format!("/v1/entry/{id}"));
    assert!(holds(&description, CONTROL));
    let metrics = server.get("/metrics");
    let memory = Memory::of(server.pid());

    for marker in MARKERS {
        assert_eq!(files_with(&server.data_dir(), marker), [] as [String; 0], "{marker}");
        assert!(!holds(&server.log(), marker), "{marker} in the log");
        assert!(!holds(&metrics, marker), "{marker} in the metrics");
        assert!(!memory.holds(marker), "{marker} in the memory");
        for is_from_client in [true, false] {
            let traffic = proxy.recorded(is_from_client);
            assert!(!traffic.iter().any(|bytes| holds(bytes, marker)), "{marker} in the traffic");
        }
    }

    assert!(!files_with(&server.data_dir(), CONTROL).is_empty());
    assert!(memory.holds(CONTROL));
    for is_from_client in [true, false] {
        assert!(proxy.recorded(is_from_client).iter().any(|bytes| holds(bytes, CONTROL)));
    }
    assert!(holds(&server.log(), &server.address));
    let metrics = String::from_utf8_lossy(&metrics);
    let accepted = metrics
        .lines()
        .find_map(|line| line.strip_prefix("tresen_messages_accepted_total "))
        .unwrap();
    assert!(accepted.trim().parse::<u64>().unwrap() >= 3, "{accepted}");
    for (device, marker) in
        [(&customer, TEXT), (&customer, PERSON), (&shop, TEXT), (&shop, PERSON), (&shop, CONTENT)]
    {
        assert!(!files_with(&device.store, marker).is_empty(), "{marker}");
    }
}

/// A customer and a shop write, send a file, and read everything.
fn talk(server: &Server) -> (Device, Device, String) {
    let (shop, entry) = server.business("Korn");
    let mut profile = shop.call(json!({"command": {"do": "own_profile"}}))["profile"].clone();
    profile["about"] = CONTROL.into();
    profile["do"] = "publish_profile".into();
    shop.call(json!({ "command": profile }));
    let customer = server.customer(&entry, PERSON);
    customer.lines(&["send", TEXT]);
    let folder = tempfile::tempdir().unwrap();
    let (path, copy) = (folder.path().join(FILE_NAME), folder.path().join("copy"));
    let content = CONTENT.repeat(5_000);
    fs::write(&path, &content).unwrap();
    customer.lines(&["send", "--file", path.to_str().unwrap(), CAPTION]);
    let received = shop.lines(&["receive", "--count", "2"]);
    assert_eq!(received[0]["message"]["body"]["text"], TEXT);
    assert_eq!(received[0]["message"]["sender_name"], PERSON);
    assert_eq!(received[1]["message"]["body"]["name"], FILE_NAME);
    assert_eq!(received[1]["message"]["body"]["caption"], CAPTION);
    let message = received[1]["message"]["message"].as_str().unwrap();
    shop.lines(&["save", message, copy.to_str().unwrap()]);
    assert_eq!(fs::read_to_string(&copy).unwrap(), content);
    shop.lines(&["send", ANSWER]);
    let answered = customer.lines(&["receive", "--count", "1"]);
    assert_eq!(answered[0]["message"]["body"]["text"], ANSWER);
    (shop, customer, entry)
}

fn holds(bytes: &[u8], marker: &str) -> bool {
    memmem::find(bytes, marker.as_bytes()).is_some()
}

/// The files of a folder, at any depth, that hold a marker in their content or name.
fn files_with(folder: &Path, marker: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with(&path, marker));
        } else if holds(path.as_os_str().as_encoded_bytes(), marker)
            || holds(&fs::read(&path).unwrap(), marker)
        {
            found.push(path.display().to_string());
        }
    }
    found
}

/// A copy of everything readable in a process's memory.
struct Memory(Vec<Vec<u8>>);

impl Memory {
    fn of(pid: u32) -> Self {
        let maps = fs::read_to_string(format!("/proc/{pid}/maps")).unwrap();
        let memory = File::open(format!("/proc/{pid}/mem")).unwrap();
        let mut regions = Vec::new();
        for line in maps.lines() {
            let mut fields = line.split_whitespace();
            let (range, rights) = (fields.next().unwrap(), fields.next().unwrap());
            // The kernel's own pages can't be read.
            if !rights.starts_with('r') || line.contains("[v") {
                continue;
            }
            let (start, end) = range.split_once('-').unwrap();
            let address = |text: &str| u64::from_str_radix(text, 16).unwrap();
            regions.push(read_region(&memory, address(start), address(end)));
        }
        Self(regions)
    }

    fn holds(&self, marker: &str) -> bool {
        self.0.iter().any(|region| holds(region, marker))
    }
}

/// Reads a region as far as it is there: it may shrink while it is read.
fn read_region(memory: &File, start: u64, end: u64) -> Vec<u8> {
    let mut region = Vec::new();
    let mut piece = vec![0; PIECE_BYTES];
    let mut at = start;
    while at < end {
        let wanted = usize::try_from(end - at).unwrap().min(PIECE_BYTES);
        let Ok(length @ 1..) = memory.read_at(&mut piece[..wanted], at) else { break };
        region.extend(&piece[..length]);
        at += length as u64;
    }
    region
}
