//! Every send of the API's own description: accepted and delivered, or refused as documented.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use serde_json::{Map, Value, json};
use tresen_testkit::world::run;
use tresen_types::Category;
use tresen_view::Command;

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

/// The exceptions among the examples of sends, templates and marketing messages: the answer and why.
/// What isn't listed here is accepted and arrives. Those of webhooks are in the sandbox's tests.
const EXCEPTIONS: &[(&str, (u16, u64), &str)] = &[
    ("Send Draft Flow by ID", (400, 131_051), "no flows"),
    ("Send Draft Flow by Name", (400, 131_051), "no flows"),
    ("Send Published Flow by ID", (400, 131_051), "no flows"),
    ("Send Published Flow by Name", (400, 131_051), "no flows"),
    ("Send Flow Template Message", (400, 132_012), "no flows"),
    ("Create Flow Template Message by Flow JSON", (400, 100), "no flows"),
    ("Create Flow Template Message by ID", (400, 100), "no flows"),
    ("Create Flow Template Message by Name", (400, 100), "no flows"),
];

/// The templates that the examples of sends name, with the name in the example.
fn templates() -> Vec<(&'static str, Value)> {
    let body = "Paid by {{1}}: {{2}} on {{3}}.";
    let example = json!({ "body_text": [["Priya", "$1", "Monday"]] });
    let body = json!({ "type": "BODY", "text": body, "example": example });
    let image = json!({ "type": "HEADER", "format": "IMAGE" });
    let reply = |text: &str| json!({ "type": "QUICK_REPLY", "text": text });
    let buttons = json!({ "type": "BUTTONS", "buttons": [reply("Yes"), reply("No")] });
    let solved = json!({ "type": "BODY", "text": "Dear {{1}}, is this solved?",
        "example": { "body_text": [["Mr. Jones"]] } });
    let words = |text: &str| json!([{ "type": "BODY", "text": text }]);
    vec![
        ("Send Message Template Text", json!([body])),
        ("Send Sample Shipping Confirmation Template", json!([body])),
        ("Send Sample Text Message", json!([body])),
        ("Send Message Template Media", json!([image, body])),
        ("Send Message Template Interactive", json!([image, body, buttons])),
        ("Send Sample Issue Resolution Template", json!([solved, buttons])),
        ("Send Test Message", words("Hello world.")),
        ("Simple Template Message", words("Hello world.")),
        (
            "Send Catalog Template Message",
            json!([
                { "type": "BODY", "text": "From {{1}} on {{2}} less, {{3}} times.",
                  "example": { "body_text": [["100", "400", "3"]] } },
                { "type": "BUTTONS", "buttons": [{ "type": "CATALOG", "text": "View catalog" }] },
            ]),
        ),
        ("Template with Product Policy", words("Welcome.")),
        (
            "Parameterized Template",
            json!([{ "type": "BODY", "text": "Dear {{1}}, for {{2}} only.",
            "example": { "body_text": [["Priya", "$1"]] } }]),
        ),
    ]
}

fn examples(file: &str) -> Map<String, Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/cloud-api");
    let text = std::fs::read_to_string(folder.join(file)).expect("the examples");
    serde_json::from_str(&text).expect("JSON")
}

/// Puts the catalogue that is there in the place of the examples'.
fn name_goods(desk: &Desk, action: &mut Value) {
    if action.get("catalog_id").is_some() {
        action["catalog_id"] = json!(desk.gateway.ids.catalogue);
    }
    if let Some(name) = action.get_mut("product_retailer_id") {
        *name = json!("rye");
    }
    let sections = action.get_mut("sections").and_then(Value::as_array_mut).into_iter().flatten();
    for section in sections {
        let items = section.get_mut("product_items").and_then(Value::as_array_mut);
        for item in items.into_iter().flatten() {
            item["product_retailer_id"] = json!("cake");
        }
    }
    let name = "thumbnail_product_retailer_id";
    for pointer in [format!("/parameters/{name}"), format!("/{name}")] {
        if let Some(shown) = action.pointer_mut(&pointer) {
            *shown = json!("rye");
        }
    }
}

fn exception(name: &str) -> Option<(u16, u64)> {
    EXCEPTIONS.iter().find(|(listed, ..)| *listed == name).map(|(_, answer, _)| *answer)
}

/// Makes the templates that examples name, approved; gives the example's name and the template's.
async fn with_templates(desk: &Desk) -> BTreeMap<&'static str, String> {
    let path = format!("/{}/message_templates", desk.credentials.waba_id);
    let mut made = BTreeMap::new();
    for (number, (example, components)) in templates().into_iter().enumerate() {
        let name = format!("example_{number}");
        // Goods are advertising.
        let is_utility = !components.to_string().contains("CATALOG");
        let category = if is_utility { "UTILITY" } else { "MARKETING" };
        let body = json!({ "name": name, "language": "en_US", "category": category,
            "components": components });
        let (status, answer) = desk.post(&path, &body).await;
        assert_eq!(status, 200, "{example}: {answer}");
        super::templates::approve(desk, &name).await;
        made.insert(example, name);
    }
    made
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
        let mut desk = Desk::open_as_owner_with(|config| {
            config.has_private_reach = true;
            config.pair_burst = 100;
        })
        .await;
        let templates = with_templates(&desk).await;
        super::shop::publish(&desk.owner).await;
        let mut receiver = desk.receiver().await;
        let (mut priya, conversation) = desk.customer("Priya").await;
        priya.say(conversation, "Hello").await;
        let heard = receiver.value().await;
        let categories = [Category::Service, Category::Utility, Category::Marketing];
        let consent = Command::SetConsent {
            conversation,
            categories: categories.into_iter().collect(),
            wording: "Yes".to_owned(),
            language: "en".to_owned(),
        };
        priya.call(consent).await;
        let mut uploads = BTreeMap::new();
        for (kind, media_type, bytes) in FILES {
            uploads.insert(*kind, upload_file(&desk, media_type, bytes).await);
        }
        let page = |(_, media_type, bytes): &(&str, &'static str, &[u8])| {
            (*media_type, 200, *media_type, bytes.to_vec())
        };
        let place = Place::start(FILES.iter().map(page).collect()).await;
        let mut examples = examples("messages.json");
        assert_eq!(examples.len(), 50);
        let marketing = self::examples("marketing_messages.json");
        assert_eq!(marketing.len(), 3);
        let is_marketing: BTreeSet<String> = marketing.keys().cloned().collect();
        examples.extend(marketing);
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
            if let Some(template) = templates.get(name.as_str()) {
                body["template"]["name"] = json!(template);
                body["template"]["language"]["code"] = json!("en_US");
            }
            let image = place.url("/image/png");
            for pointer in
                ["/interactive/header/image/link", "/template/components/0/parameters/0/image/link"]
            {
                if let Some(link) = body.pointer_mut(pointer) {
                    *link = json!(image);
                }
            }
            if name == "Send Order Status Message" {
                body["interactive"]["action"]["parameters"]["reference_id"] =
                    json!("unique-reference-id");
            }
            for pointer in ["/interactive/action", "/template/components/1/parameters/0/action"] {
                if let Some(action) = body.pointer_mut(pointer) {
                    name_goods(&desk, action);
                }
            }
            if let Some(kind) = body.pointer_mut("/interactive/header/type")
                && *kind == "<HEADER_TYPE>"
            {
                *kind = json!("text");
            }
            let edge = if is_marketing.contains(name) { "marketing_messages" } else { "messages" };
            let path = format!("/v23.0/{}/{edge}", desk.phone());
            let (status, answer) = desk.post(&path, &body).await;
            if let Some(expected) = exception(name) {
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
        assert_eq!(sent, 47, "all but the read receipt and the exceptions");
        // What was accepted arrives.
        let mut files = 0;
        while files < 20 {
            until_file(&mut priya).await;
            files += 1;
        }
        priya.hear("Please visit https://youtu.be/hpltvTEiRrY.").await;
    });
}

#[test]
fn every_template_example_is_made_or_refused_with_the_documented_code() {
    run(async {
        let desk = Desk::open_as_owner().await;
        let path = format!("/v23.0/{}/message_templates", desk.credentials.waba_id);
        let examples = examples("templates.json");
        assert_eq!(examples.len(), 12);
        let mut to_edit = None;
        for (name, example) in &examples {
            let mut body = example.clone();
            if body["name"] == "<TEMPLATE_NAME>" {
                body["name"] = json!("with_a_flow");
            }
            // The edit comes after what it changes.
            let path = match (&to_edit, name.as_str()) {
                (Some(id), "Edit template") => format!("/v23.0/{id}"),
                _ => path.clone(),
            };
            let (status, answer) = desk.post(&path, &body).await;
            if let Some(expected) = exception(name) {
                assert_eq!((status, code_of(&answer)), expected, "{name}: {answer}");
                continue;
            }
            assert_eq!(status, 200, "{name}: {answer}");
            let id = answer["id"].as_str().expect("an id").to_owned();
            assert_eq!(answer["category"], body["category"], "{name}");
            let (_, shown) = desk.get(&format!("/{id}")).await;
            if name != "Edit template" {
                assert_eq!(shown["name"], body["name"], "{name}");
            }
            let given = body["components"].as_array().expect("components");
            for (component, told) in given.iter().zip(shown["components"].as_array().expect("some"))
            {
                let kind = component["type"].as_str().expect("a type").to_ascii_uppercase();
                assert_eq!(told["type"], kind.as_str(), "{name}: {shown}");
                for part in ["format", "text"] {
                    if let Some(wanted) = component.get(part) {
                        assert_eq!(&told[part], wanted, "{name}: {shown}");
                    }
                }
                let buttons = component["buttons"].as_array().into_iter().flatten();
                for (number, button) in buttons.enumerate() {
                    let told = &told["buttons"][number];
                    assert_eq!(told["text"], button["text"], "{name}: {shown}");
                    assert_eq!(told["type"], button["type"], "{name}: {shown}");
                }
            }
            if name.starts_with("Create template w/ text header") || to_edit.is_none() {
                to_edit = Some(id);
            }
        }
    });
}
