//! Templates: made and sent over the API, also when free words aren't allowed any more.

use serde_json::{Value, json};
use tresen_server::admin::Decision;
use tresen_testkit::world::{Actor, run};
use tresen_types::limits::DAY_MS;
use tresen_view::{Answer, Command, Connection, Event, MessageBody, ValueDraft};

use super::desk::{Desk, code_of, text_to};

fn ready(category: &str, name: &str) -> Value {
    json!({
        "name": name,
        "language": "en_US",
        "category": category,
        "components": [
            { "type": "BODY", "text": "Hello {{1}}, your order {{2}} is ready at the counter.",
              "example": { "body_text": [["Priya", "A7"]] } },
            { "type": "header", "format": "text", "text": "News for {{1}} today",
              "example": { "header_text": ["Priya"] } },
            { "type": "FOOTER", "text": "Korn" },
            { "type": "BUTTONS", "buttons": [
                { "type": "QUICK_REPLY", "text": "Thank you" },
                { "type": "URL", "text": "See it", "url": "https://korn.example/o/{{1}}",
                  "example": ["https://korn.example/o/A7"] },
            ]},
        ],
    })
}

fn instance(to: &str, name: &str) -> Value {
    json!({
        "messaging_product": "whatsapp",
        "to": to,
        "type": "template",
        "template": {
            "name": name,
            "language": { "code": "en_US", "policy": "deterministic" },
            "components": [
                { "type": "header", "parameters": [{ "type": "text", "text": "you" }] },
                { "type": "body", "parameters": [
                    { "type": "text", "text": "Priya" }, { "type": "text", "text": "B8" },
                ]},
                { "type": "button", "sub_type": "quick_reply", "index": 0,
                  "parameters": [{ "type": "payload", "payload": "thanks" }] },
                { "type": "button", "sub_type": "url", "index": "1",
                  "parameters": [{ "type": "text", "text": "B8" }] },
            ],
        },
    })
}

pub(super) async fn approve(desk: &Desk, name: &str) -> String {
    let Answer::Templates(known) = desk.owner.call(Command::Templates).await else {
        panic!("templates")
    };
    let found = known.into_iter().find(|one| one.name == name).expect("it was made");
    desk.world.decide(&desk.owner, &found.template, Decision::Approve { days: 90 }).await;
    found.template
}

async fn template_heard(actor: &mut Actor) -> String {
    actor
        .until("a message of a template", |event| match event {
            Event::Message { message, .. } if !message.is_own => match &message.body {
                MessageBody::Template(template) => Some(template.text()),
                _ => None,
            },
            _ => None,
        })
        .await
}

#[test]
fn a_gateway_that_is_a_colleague_makes_no_templates() {
    run(async {
        let desk = Desk::open().await;
        let templates = format!("/{}/message_templates", desk.credentials.waba_id);
        let (status, answer) = desk.post(&templates, &ready("UTILITY", "order_ready")).await;
        assert_eq!((status, code_of(&answer)), (403, 131_005));
        let (status, answer) = desk.get(&templates).await;
        assert_eq!((status, &answer["data"]), (200, &json!([])));
    });
}

#[test]
fn a_template_is_made_approved_sent_and_goes_when_the_window_is_closed() {
    run(async {
        let mut desk = Desk::open_as_owner().await;
        let mut receiver = desk.receiver().await;
        let (mut priya, conversation, wa_id) = desk.known_customer(&mut receiver, "Priya").await;
        let templates = format!("/v23.0/{}/message_templates", desk.credentials.waba_id);
        let messages = format!("/v23.0/{}/messages", desk.phone());
        let (status, made) = desk.post(&templates, &ready("UTILITY", "order_ready")).await;
        assert_eq!((status, made["status"].as_str()), (200, Some("PENDING")), "{made}");
        let (_, listed) = desk.get(&format!("{templates}?name=order_ready&limit=1")).await;
        let listed = &listed["data"][0];
        assert_eq!(listed["id"], made["id"]);
        assert_eq!(listed["language"], "en_US");
        assert_eq!(listed["category"], "UTILITY");
        assert_eq!(listed["parameter_format"], "POSITIONAL");
        let (_, shown) = desk.get(&format!("/{}", made["id"].as_str().expect("an id"))).await;
        assert_eq!(&shown, listed);
        let (status, answer) = desk.post(&messages, &instance(&wa_id, "order_ready")).await;
        assert_eq!((status, code_of(&answer)), (404, 132_001));

        let hash = approve(&desk, "order_ready").await;
        let (status, answer) = desk.post(&messages, &instance(&wa_id, "order_ready")).await;
        assert_eq!(status, 200, "{answer}");
        let text = "Hello Priya, your order B8 is ready at the counter.";
        assert_eq!(template_heard(&mut priya).await, text);
        for expected in ["sent", "delivered"] {
            let value = receiver.value().await;
            assert_eq!(value["statuses"][0]["id"], answer["messages"][0]["id"]);
            assert_eq!(value["statuses"][0]["status"], expected);
            assert_eq!(value["statuses"][0]["pricing"]["category"], "utility");
        }

        // Too few values; a value that a customer's device would refuse.
        let mut few = instance(&wa_id, "order_ready");
        few["template"]["components"][1]["parameters"] = json!([]);
        assert_eq!(code_of(&desk.post(&messages, &few).await.1), 132_000);
        let mut link = instance(&wa_id, "order_ready");
        link["template"]["components"][1]["parameters"][0]["text"] = json!("https://bad.example");
        assert_eq!(code_of(&desk.post(&messages, &link).await.1), 132_012);
        // What she hasn't allowed isn't even queued.
        let (status, answer) = desk.post(&templates, &ready("MARKETING", "offer")).await;
        assert_eq!(status, 200, "{answer}");
        approve(&desk, "offer").await;
        let refused = desk.post(&messages, &instance(&wa_id, "offer")).await;
        assert_eq!((refused.0, code_of(&refused.1)), (400, 131_050));

        // A day later. A colleague's template tells that the gateway has heard of the time.
        let mut desk = desk;
        desk.world.pass(DAY_MS + 60_000);
        let mut desk = desk.restart(|_config| {}).await;
        desk.owner.client.hurry();
        desk.owner.until_connection(Connection::Live).await;
        let words = |text: &str| ValueDraft::Text(text.to_owned());
        let suffix = ValueDraft::UrlSuffix("C9".to_owned());
        let payload = ValueDraft::Payload("thanks".to_owned());
        let values = vec![words("you"), words("Priya"), words("C9"), payload, suffix];
        desk.owner.call(Command::SendTemplate { conversation, template: hash, values }).await;
        let echo = receiver.value().await;
        assert!(echo["message_echoes"].is_array(), "{echo}");
        let (status, answer) = desk.post(&messages, &text_to(&wa_id, "Still there?")).await;
        assert_eq!((status, code_of(&answer)), (400, 131_047), "{answer}");
        let details = answer["error"]["error_data"]["details"].as_str().expect("details");
        assert!(details.contains("closed at") && details.contains("utility"), "{details}");
        let (status, answer) = desk.post(&messages, &instance(&wa_id, "order_ready")).await;
        assert_eq!(status, 200, "{answer}");
    });
}
