//! `tresen chat`: two devices on the command line talk through a real server.

use std::{fs, process::Stdio};

use serde_json::json;

use crate::program::{Server, json_lines};

#[test]
fn two_devices_talk_and_the_ticks_arrive() {
    let server = Server::start();
    let (shop, entry) = server.business("Korn");
    let customer = server.customer(&entry, "Jonas");
    let arguments = ["send", "Geht das bis *Samstag*?", "--until", "read"];
    let sending = customer.command(&arguments).stdout(Stdio::piped()).spawn().unwrap();
    let received = shop.lines(&["receive", "--count", "1"]);
    assert_eq!(received[0]["message"]["body"]["text"], "Geht das bis *Samstag*?");
    assert_eq!(received[0]["message"]["sender_name"], "Jonas");
    let sent = json_lines(&sending.wait_with_output().unwrap());
    assert_eq!(sent[0]["value"]["state"], "read");

    shop.lines(&["send", "Klar, ab 9 Uhr."]);
    let received = customer.lines(&["receive", "--count", "1"]);
    assert_eq!(received[0]["message"]["sender_name"], "Anna");
    assert_eq!(customer.lines(&["receive"]), [] as [serde_json::Value; 0]);
    assert_eq!(shop.texts(), ["Geht das bis *Samstag*?", "Klar, ab 9 Uhr."]);
    assert_eq!(customer.texts(), shop.texts());
}

#[test]
fn calls_on_standard_input_are_answered_by_their_ids() {
    let server = Server::start();
    let (shop, entry) = server.business("Korn");
    let customer = server.customer(&entry, "Jonas");
    let conversation = customer.lines(&["conversations"])[0]["value"][0]["conversation"].clone();
    let send = |id: u32, text: &str| {
        json!({"id": id, "command": {
            "do": "send_text", "conversation": conversation, "text": text, "reply_to": null,
        }})
    };
    let outputs = customer.calls(&[send(7, "one"), send(8, "two"), send(9, "three")]);
    for id in 7..10 {
        let answer = outputs.iter().find(|output| output["answer"]["id"] == id).unwrap();
        assert_eq!(answer["answer"]["result"]["Ok"]["is"], "message");
    }
    // At the end of the input everything is with the server.
    let is_sent = |output: &&serde_json::Value| output["event"]["message"]["state"] == "sent";
    assert!(outputs.iter().filter(is_sent).count() >= 3);
    let texts: Vec<_> = shop
        .lines(&["receive"])
        .iter()
        .map(|event| event["message"]["body"]["text"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(texts, ["one", "two", "three"]);
}

#[test]
fn a_file_arrives_as_it_was() {
    let server = Server::start();
    let (shop, entry) = server.business("Korn");
    let customer = server.customer(&entry, "Jonas");
    let folder = tempfile::tempdir().unwrap();
    let (plan, copy) = (folder.path().join("plan.bin"), folder.path().join("copy.bin"));
    let bytes: Vec<u8> = (0..200_000_u32).map(|index| (index % 251) as u8).collect();
    fs::write(&plan, &bytes).unwrap();
    let sent = customer.lines(&["send", "--file", plan.to_str().unwrap(), "The plan"]);
    assert_eq!(sent[0]["value"]["state"], "sent");
    let received = shop.lines(&["receive", "--count", "1"]);
    let message = &received[0]["message"];
    assert_eq!(message["body"]["name"], "plan.bin");
    assert_eq!(message["body"]["caption"], "The plan");
    shop.lines(&["save", message["message"].as_str().unwrap(), copy.to_str().unwrap()]);
    assert_eq!(fs::read(&copy).unwrap(), bytes);
}

#[test]
fn failures_are_typed_and_have_exit_codes() {
    let server = Server::start();
    let (_shop, entry) = server.business("Korn");
    let stranger = server.device("stranger");
    let kind = |(code, failure): (i32, serde_json::Value)| {
        (code, failure["kind"].as_str().unwrap().to_owned())
    };
    let (link, fingerprint) = entry.split_once('#').unwrap();
    let other: String = fingerprint.chars().rev().collect();
    let forged = format!("{link}#{other}");
    let forged = kind(stranger.failure(&["open", &forged, "--name", "Eve"]));
    assert_eq!(forged, (4, "fingerprint_mismatch".to_owned()));
    let no_link = kind(stranger.failure(&["open", "https://example.org/", "--name", "Eve"]));
    assert_eq!(no_link, (4, "invalid".to_owned()));
    assert_eq!(kind(stranger.failure(&["receive"])), (4, "not_found".to_owned()));
    assert_eq!(kind(stranger.failure(&["send", "Hello?"])), (4, "not_found".to_owned()));
    drop(server);
    let link = format!("http://localhost/claim#{}", "0".repeat(52));
    let claim = ["--patience", "1", "claim", &link];
    let names = ["--agent-name", "Anna", "--business-name", "Korn"];
    let offline = stranger.failure(&[&claim[..], &names].concat());
    assert_eq!(kind(offline), (3, "offline".to_owned()));
}

#[test]
fn a_store_is_open_in_one_place() {
    let server = Server::start();
    let (shop, _entry) = server.business("Korn");
    let mut holder =
        shop.command(&[]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut output = std::io::BufReader::new(holder.stdout.take().unwrap());
    // Its first event says that the store is open.
    let mut line = String::new();
    std::io::BufRead::read_line(&mut output, &mut line).unwrap();
    let (code, failure) = shop.failure(&["account"]);
    assert_eq!((code, failure["kind"].as_str()), (4, Some("other_window")));
    drop(holder.stdin.take());
    std::io::copy(&mut output, &mut std::io::sink()).unwrap();
    assert!(holder.wait().unwrap().success());
    assert_eq!(shop.lines(&["account"])[0]["value"]["name"], "Anna");
}
