//! Every send of the API's own description: accepted and delivered, or refused as documented.

use std::{collections::BTreeMap, path::Path};

use serde_json::{Map, Value, json};
use tresen_testkit::world::run;

use super::{
    desk::{Desk, code_of},
    media::{until_file, upload_file},
    receiver::Place,
};

const FILES: &[(&str, &str, &[u8])] = &[
    ("image", "image/png", b"\x89PNG\r\n\x1a\n"),
    ("video", "video/mp4", b"\0\0\0\x20ftypisom"),
    ("audio", "audio/ogg", b"OggS"),
    ("document", "application/pdf", b"%PDF-1.7"),
    ("sticker", "image/webp", b"RIFF\x10\0\0\0WEBPVP8 "),
];

/// The kinds that aren't there, with the code that says so.
const REFUSED: &[(&str, (u16, u64))] = &[
    // None of the templates that the examples name is registered here.
    ("template", (404, 132_001)),
];

/// Interactive messages that aren't there: catalogues, flows, payments.
const REFUSED_INTERACTIVE: &[&str] =
    &["catalog_message", "flow", "order_details", "order_status", "product", "product_list"];

/// Templates with parameters of kinds that aren't there: a catalogue, a flow, pictures.
const WITH_MORE: &[&str] = &[
    "Send Catalog Template Message",
    "Send Flow Template Message",
    "Send Message Template Interactive",
    "Send Message Template Media",
];

fn examples() -> Map<String, Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/cloud-api/messages.json");
    let text = std::fs::read_to_string(path).expect("the examples");
    serde_json::from_str(&text).expect("JSON")
}

fn kind_of(example: &Value) -> &str {
    if example.get("status").is_some() {
        return "read";
    }
    let named = example.get("type").and_then(Value::as_str);
    named.unwrap_or(if example.get("text").is_some() { "text" } else { "interactive" })
}

#[test]
fn every_example_is_sent_or_refused_with_the_documented_code() {
    run(async {
        let mut desk = Desk::open_with(|config| config.has_private_reach = true).await;
        let mut receiver = desk.receiver().await;
        let (mut priya, conversation) = desk.customer("Priya").await;
        priya.say(conversation, "Hello").await;
        let heard = receiver.value().await;
        let mut uploads = BTreeMap::new();
        for (kind, media_type, bytes) in FILES {
            uploads.insert(*kind, upload_file(&desk, media_type, bytes).await);
        }
        let page = |(_, media_type, bytes): &(&str, &'static str, &[u8])| {
            (*media_type, 200, *media_type, bytes.to_vec())
        };
        let place = Place::start(FILES.iter().map(page).collect()).await;
        let examples = examples();
        assert_eq!(examples.len(), 50);
        let mut sent = 0;
        for (name, example) in &examples {
            let kind = kind_of(example).to_owned();
            let mut body = example.clone();
            let text = |value: &Value| value.as_str().expect("a text").to_owned();
            if body.get("to").is_some() {
                body["to"] = heard["contacts"][0]["wa_id"].clone();
            }
            let message = &heard["messages"][0]["id"];
            for pointer in ["/context/message_id", "/message_id", "/reaction/message_id"] {
                if let Some(place) = body.pointer_mut(pointer) {
                    *place = message.clone();
                }
            }
            if let Some(id) = uploads.get(kind.as_str()) {
                let file = &mut body[kind.as_str()];
                let media_type =
                    FILES.iter().find(|file| file.0 == kind).map(|file| file.1).expect("a type");
                match file.get("link") {
                    Some(_) => file["link"] = json!(place.url(&format!("/{media_type}"))),
                    None => file["id"] = json!(id),
                }
            }
            let path = format!("/v23.0/{}/messages", desk.phone());
            let (status, answer) = desk.post(&path, &body).await;
            let interactive = body["interactive"]["type"].as_str().unwrap_or_default();
            if REFUSED_INTERACTIVE.contains(&interactive) {
                assert_eq!((status, code_of(&answer)), (400, 131_051), "{name}: {answer}");
                continue;
            }
            if let Some((_, expected)) = REFUSED.iter().find(|(refused, _)| *refused == kind) {
                let has_more = WITH_MORE.contains(&name.as_str());
                let expected = if has_more { (400, 132_012) } else { *expected };
                assert_eq!((status, code_of(&answer)), expected, "{name}: {answer}");
                continue;
            }
            assert_eq!(status, 200, "{name}: {answer}");
            if kind == "read" {
                assert_eq!(answer, json!({ "success": true }));
                continue;
            }
            assert_eq!(answer["messaging_product"], "whatsapp");
            assert_eq!(answer["contacts"][0]["input"], body["to"]);
            assert!(text(&answer["messages"][0]["id"]).starts_with("wamid."));
            sent += 1;
        }
        assert_eq!(sent, 31, "texts, files, stickers, places, people, offers and the reaction");
        // What was accepted arrives.
        let mut files = 0;
        while files < 20 {
            until_file(&mut priya).await;
            files += 1;
        }
        priya.hear("Please visit https://youtu.be/hpltvTEiRrY.").await;
    });
}
