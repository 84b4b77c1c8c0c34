//! The webhook examples of the API's own description: customers say the same, and what programs are
//! told has every part of the example.

use std::path::Path;

use serde_json::{Map, Value, json};
use tresen_testkit::world::run;

use super::api::Sandbox;

const PNG_BASE64: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/// What has no place in this product, and why.
const NOT_HERE: &[(&str, &str)] = &[
    (
        "Text Message with Context (Product Inquiry)",
        "a question about a product is an order's note",
    ),
    ("Text Message from Click to WhatsApp Ad", "there are no advertisements"),
    ("System Message", "an account has no number that could change"),
    ("Group Create Message", "no groups yet"),
    ("Group Settings Update", "no groups yet"),
    ("Group Remove Participants", "no groups yet"),
];

/// Parts of an example that aren't told, with the reason.
const PARTS_NOT_HERE: &[(&str, &str)] = &[
    ("/location/url", "a place has no page"),
    ("/contacts/0/phones/0/wa_id", "a telephone number isn't an account"),
];

fn examples() -> Map<String, Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/cloud-api/webhooks.json");
    let text = std::fs::read_to_string(path).expect("the examples");
    serde_json::from_str(&text).expect("JSON")
}

/// What belongs to an occasion and not to what is said.
const OF_THE_OCCASION: &[&str] = &[
    "/from",
    "/id",
    "/timestamp",
    "/context/from",
    "/context/id",
    "/reaction/message_id",
    "/image/id",
    "/image/sha256",
    "/order/catalog_id",
    "/errors",
];

/// Every part of the example is in what was told.
fn compare(name: &str, at: &str, example: &Value, told: &Value) {
    if PARTS_NOT_HERE.iter().any(|(part, _)| *part == at) {
        assert!(told.is_null(), "{name}{at} is there now");
        return;
    }
    if OF_THE_OCCASION.contains(&at) {
        let same_kind = std::mem::discriminant(example) == std::mem::discriminant(told);
        assert!(same_kind, "{name}{at}: {told}");
        return;
    }
    match example {
        Value::Object(fields) => {
            for (field, value) in fields {
                compare(name, &format!("{at}/{field}"), value, &told[field]);
            }
        }
        Value::Array(list) => {
            assert_eq!(told.as_array().map(Vec::len), Some(list.len()), "{name}{at}: {told}");
            for (place, value) in list.iter().enumerate() {
                compare(name, &format!("{at}/{place}"), value, &told[place]);
            }
        }
        Value::Number(number) if number.is_f64() => {
            let (want, got) = (number.as_f64().expect("f64"), told.as_f64().expect("a number"));
            assert!((want - got).abs() < 1e-6, "{name}{at}: {told}");
        }
        other => assert_eq!(told, other, "{name}{at}"),
    }
}

/// Lets the business send what a customer's answer needs; gives its id.
async fn ask(sandbox: &Sandbox, to: &str, name: &str) -> Option<String> {
    let body = json!({ "text": "Which one?" });
    let (kind, content) = match name {
        "Interactive List Reply Message" => {
            let row = json!({ "id": "priority_express", "title": "Priority Mail Express",
                "description": "Next Day to 2 Days" });
            let action = json!({ "button": "Choose", "sections": [{ "rows": [row] }] });
            ("interactive", json!({ "type": "list", "body": body, "action": action }))
        }
        "Interactive Button Reply Message" => {
            let reply = json!({ "id": "cancel-button", "title": "Cancel" });
            let action = json!({ "buttons": [{ "type": "reply", "reply": reply }] });
            ("interactive", json!({ "type": "button", "body": body, "action": action }))
        }
        "Button Message" => {
            let template = json!({ "name": "news", "language": "en_US", "category": "UTILITY",
            "components": [
                { "type": "BODY", "text": "Your subscription goes on." },
                { "type": "BUTTONS", "buttons": [
                    { "type": "QUICK_REPLY", "text": "Unsubscribe" }] }] });
            let path = format!("/{}/message_templates", sandbox.of("waba_id"));
            let (status, answer) = sandbox.api("POST", &path, &template).await;
            assert_eq!(status, 200, "{answer}");
            sandbox.drive("/templates/news/approve", &json!({})).await;
            ("template", json!({ "name": "news", "language": { "code": "en_US" } }))
        }
        "Reaction Message" => ("text", json!({ "body": "Good morning" })),
        _ => return None,
    };
    let (status, answer) = sandbox.send(to, kind, &content).await;
    assert_eq!(status, 200, "{answer}");
    let id = answer["messages"][0]["id"].as_str().expect("an id").to_owned();
    sandbox.until_status(&id, "delivered").await;
    Some(id)
}

#[test]
fn every_webhook_example_is_told_as_described_or_has_no_place_here() {
    run(async {
        let sandbox = Sandbox::start().await;
        let wa_id = sandbox.wa_id(0).to_owned();
        let items = json!([
            { "retailer_id": "di9ozbzfi4", "name": "Cactus", "price": 3_000 },
            { "retailer_id": "nqryix03ez", "name": "Pot", "price": 2_500 },
        ]);
        sandbox.drive("/catalog", &json!({ "currency": "USD", "items": items })).await;
        sandbox.says(&wa_id, &json!({ "type": "text", "text": { "body": "Hi" } })).await;
        sandbox.heard("text").await;
        let (_, mut after) = sandbox.events("").await;
        let examples = examples();
        assert_eq!(examples.len(), 16);
        let mut told_as_described = 0;
        for (name, example) in &examples {
            if NOT_HERE.iter().any(|(not_here, _)| not_here == name) {
                continue;
            }
            let change = &example["entry"][0]["changes"][0];
            let expected = &change["value"]["messages"][0];
            let asked = ask(&sandbox, &wa_id, name).await;
            let mut said = expected.clone();
            if let Some(asked) = &asked {
                let pointer =
                    if name == "Reaction Message" { "/reaction/message_id" } else { "/context/id" };
                *said.pointer_mut(pointer).expect("a reference") = json!(asked);
            }
            match expected["type"].as_str() {
                Some("image") => {
                    said["image"]["data_base64"] = json!(PNG_BASE64);
                    said["image"]["mime_type"] = json!("image/png");
                }
                // Nothing that a customer's app sends is unknown, but a picture can be damaged.
                Some("unsupported") => {
                    said = json!({ "type": "image", "image": { "data_base64": "AAAA" } });
                }
                _ => {}
            }
            sandbox.says(&wa_id, &said).await;
            let told = loop {
                let (values, next) = sandbox.events(&after).await;
                after = next;
                let heard = values.into_iter().find(|value| value.get("messages").is_some());
                if let Some(value) = heard {
                    break value;
                }
            };
            let mut expected = expected.clone();
            if expected["type"] == "image" {
                expected["image"]["mime_type"] = json!("image/png");
            }
            compare(name, "", &expected, &told["messages"][0]);
            if let Some(asked) = asked {
                let message = &told["messages"][0];
                let names = [&message["context"]["id"], &message["reaction"]["message_id"]];
                assert!(names.contains(&&json!(asked)), "{name}: {told}");
            }
            assert_eq!(told["metadata"]["phone_number_id"], sandbox.of("phone_number_id"));
            assert_eq!(told["contacts"][0]["wa_id"], wa_id.as_str());
            assert!(told["contacts"][0]["profile"]["name"].is_string());
            told_as_described += 1;
        }
        assert_eq!(told_as_described, examples.len() - NOT_HERE.len());
        sandbox.handle.shutdown().await;
    });
}
