//! Files and places above words, one-time codes, and templates that are deleted.

use serde_json::{Value, json};
use tresen_testkit::world::{Actor, run};
use tresen_view::{
    Answer, AttachmentKind, Command, Event, MessageBody, MessageView, TemplateHeader,
};

use super::{
    desk::{Desk, code_of},
    media::{until_file, upload_file},
    receiver::Receiver,
    templates::approve,
};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and more";

async fn send(desk: &Desk, to: &str, kind: &str, content: &Value) -> (u16, Value) {
    let mut body = json!({ "messaging_product": "whatsapp", "to": to, "type": kind });
    body[kind] = content.clone();
    desk.post(&format!("/v23.0/{}/messages", desk.phone()), &body).await
}

async fn sent(desk: &Desk, to: &str, kind: &str, content: &Value) -> String {
    let (status, answer) = send(desk, to, kind, content).await;
    assert_eq!(status, 200, "{answer}");
    answer["messages"][0]["id"].as_str().expect("an id").to_owned()
}

async fn make(desk: &Desk, template: &Value) -> String {
    let path = format!("/{}/message_templates", desk.credentials.waba_id);
    let (status, answer) = desk.post(&path, template).await;
    assert_eq!(status, 200, "{answer}");
    approve(desk, template["name"].as_str().expect("a name")).await;
    answer["id"].as_str().expect("an id").to_owned()
}

async fn heard(actor: &mut Actor) -> MessageView {
    actor
        .until("a message of a template", |event| match event {
            Event::Message { message, .. } if !message.is_own => {
                matches!(message.body, MessageBody::Template(_)).then(|| message.as_ref().clone())
            }
            _ => None,
        })
        .await
}

fn header(view: &MessageView) -> TemplateHeader {
    let MessageBody::Template(template) = &view.body else { panic!("a template") };
    template.header.clone().expect("a header")
}

#[test]
fn a_file_above_buttons_comes_first_and_nothing_is_told_of_it() {
    run(async {
        let mut desk = Desk::open().await;
        let mut receiver = desk.receiver().await;
        let (mut priya, _, wa_id) = desk.known_customer(&mut receiver, "Priya").await;
        let image = upload_file(&desk, "image/png", PNG).await;
        let reply = json!({ "type": "reply", "reply": { "id": "1", "title": "One" } });
        let asked = json!({ "type": "button", "body": { "text": "This one?" },
            "header": { "type": "image", "image": { "id": image } },
            "action": { "buttons": [reply] } });
        let id = sent(&desk, &wa_id, "interactive", &asked).await;
        let (_, photo) = until_file(&mut priya).await;
        assert_eq!(photo.kind, AttachmentKind::Photo);
        priya
            .until("the offer", |event| match event {
                Event::Message { message, .. } if !message.is_own => {
                    matches!(message.body, MessageBody::Card(_)).then_some(())
                }
                _ => None,
            })
            .await;
        for expected in ["sent", "delivered"] {
            let status = receiver.value().await["statuses"][0].clone();
            assert_eq!((&status["id"], &status["status"]), (&json!(id), &json!(expected)));
        }
        let mut odd = asked.clone();
        odd["header"] = json!({ "type": "image", "image": { "id": "4000000000000000" } });
        let (status, answer) = send(&desk, &wa_id, "interactive", &odd).await;
        assert_eq!((status, code_of(&answer)), (400, 100), "{answer}");
        assert!(receiver.is_quiet());
    });
}

#[test]
fn a_templates_picture_is_opened_and_its_place_is_shown() {
    run(async {
        let mut desk = Desk::open_as_owner().await;
        let mut receiver = desk.receiver().await;
        let (mut priya, _, wa_id) = desk.known_customer(&mut receiver, "Priya").await;
        let body = json!({ "type": "BODY", "text": "Order {{number}} is ready.",
            "example": { "body_text_named_params": [
                { "param_name": "number", "example": "A7" }] } });
        let id = make(
            &desk,
            &json!({ "name": "with_picture", "language": "en", "category": "UTILITY",
                "parameter_format": "NAMED",
                "components": [{ "type": "HEADER", "format": "IMAGE",
                    "example": { "header_handle": ["4::aW1n"] } }, body] }),
        )
        .await;
        let (_, shown) = desk.get(&format!("/{id}")).await;
        assert_eq!(shown["components"][0]["format"], "IMAGE");
        assert_eq!(shown["components"][1]["text"], "Order {{number}} is ready.");
        let image = upload_file(&desk, "image/png", PNG).await;
        let pdf = upload_file(&desk, "application/pdf", b"%PDF-1.7").await;
        let instance = |header: Value| {
            json!({ "name": "with_picture", "language": { "code": "en" }, "components": [
                { "type": "header", "parameters": [header] },
                { "type": "body", "parameters": [
                    { "type": "text", "parameter_name": "number", "text": "B8" }] },
            ]})
        };
        let picture = json!({ "type": "image", "image": { "id": image } });
        sent(&desk, &wa_id, "template", &instance(picture)).await;
        let view = heard(&mut priya).await;
        let TemplateHeader::File(file) = header(&view) else { panic!("a file") };
        assert_eq!((file.kind, file.size_bytes), (AttachmentKind::Photo, 17));
        let open = Command::OpenAttachment { message: view.message };
        let Answer::File { file, media_type, .. } = priya.call(open).await else {
            panic!("the picture")
        };
        assert_eq!(media_type, "image/png");
        assert_eq!(priya.client.read_file(file, 0, 100).expect("bytes"), PNG);
        let document = json!({ "type": "document", "document": { "id": pdf } });
        let (status, answer) = send(&desk, &wa_id, "template", &instance(document)).await;
        assert_eq!((status, code_of(&answer)), (400, 132_012), "{answer}");

        make(
            &desk,
            &json!({ "name": "with_place", "language": "en", "category": "UTILITY",
                "components": [{ "type": "HEADER", "format": "LOCATION" },
                    { "type": "BODY", "text": "Your order is on its way here." }] }),
        )
        .await;
        let place = json!({ "type": "location", "location": {
            "latitude": "52.5", "longitude": "13.4", "name": "Home", "address": "Lindenweg 4" } });
        let with_place = json!({ "name": "with_place", "language": { "code": "en" },
            "components": [{ "type": "header", "parameters": [place] }] });
        sent(&desk, &wa_id, "template", &with_place).await;
        let expected = TemplateHeader::Place("Home".to_owned(), "Lindenweg 4".to_owned());
        assert_eq!(header(&heard(&mut priya).await), expected);
    });
}

/// The next message of the customer; statuses between are passed over.
async fn told(receiver: &mut Receiver) -> Value {
    loop {
        let value = receiver.value().await;
        if value.get("messages").is_some() {
            return value["messages"][0].clone();
        }
    }
}

#[test]
fn a_quick_reply_hands_back_what_the_program_gave_it() {
    run(async {
        let mut desk = Desk::open_as_owner().await;
        let mut receiver = desk.receiver().await;
        let (mut priya, _, wa_id) = desk.known_customer(&mut receiver, "Priya").await;
        make(
            &desk,
            &json!({ "name": "pick_up", "language": "en", "category": "UTILITY", "components": [
                { "type": "BODY", "text": "Your order is ready at the counter." },
                { "type": "BUTTONS", "buttons": [
                    { "type": "QUICK_REPLY", "text": "Coming" },
                    { "type": "QUICK_REPLY", "text": "Later" }] }] }),
        )
        .await;
        let button = json!({ "type": "button", "sub_type": "quick_reply", "index": "1",
            "parameters": [{ "type": "payload", "payload": "LATER_7" }] });
        let content = json!({ "name": "pick_up", "language": { "code": "en" },
            "components": [button] });
        sent(&desk, &wa_id, "template", &content).await;
        let view = heard(&mut priya).await;
        for (choice, payload) in [("Coming", "Coming"), ("Later", "LATER_7")] {
            let choose = Command::Choose { message: view.message, choice: choice.to_owned() };
            priya.call(choose).await;
            let answer = told(&mut receiver).await;
            assert_eq!(answer["button"], json!({ "payload": payload, "text": choice }));
        }
    });
}

#[test]
fn a_deleted_template_is_neither_listed_nor_sent() {
    run(async {
        let mut desk = Desk::open_as_owner().await;
        let mut receiver = desk.receiver().await;
        let (_priya, _, wa_id) = desk.known_customer(&mut receiver, "Priya").await;
        let path = format!("/{}/message_templates", desk.credentials.waba_id);
        for language in ["en", "de"] {
            make(
                &desk,
                &json!({ "name": "hello", "language": language, "category": "UTILITY",
                    "components": [{ "type": "BODY", "text": "Hello, this is Korn." }] }),
            )
            .await;
        }
        let content = json!({ "name": "hello", "language": { "code": "en" } });
        sent(&desk, &wa_id, "template", &content).await;
        let (_, listed) = desk.get(&format!("{path}?name=hello&language=de")).await;
        let german = listed["data"][0]["id"].as_str().expect("an id").to_owned();
        let one = format!("{path}?name=hello&hsm_id={german}");
        assert_eq!(desk.call("DELETE", &one, &[], "").await, (200, json!({ "success": true })));
        assert_eq!(code_of(&desk.get(&format!("/{german}")).await.1), 100);
        sent(&desk, &wa_id, "template", &content).await;
        assert_eq!(desk.call("DELETE", &format!("{path}?name=hello"), &[], "").await.0, 200);
        assert_eq!(desk.get(&path).await.1["data"], json!([]));
        let refused = send(&desk, &wa_id, "template", &content).await;
        assert_eq!((refused.0, code_of(&refused.1)), (404, 132_001));
        let again = desk.call("DELETE", &format!("{path}?name=hello"), &[], "").await;
        assert_eq!((again.0, code_of(&again.1)), (400, 100));
    });
}

#[test]
fn one_call_makes_a_template_in_several_languages() {
    run(async {
        let desk = Desk::open_as_owner().await;
        let path = format!("/{}/upsert_message_templates", desk.credentials.waba_id);
        let body = json!({ "name": "code", "languages": ["en_US", "de"],
            "category": "AUTHENTICATION", "components": [
                { "type": "BODY", "add_security_recommendation": true },
                { "type": "FOOTER", "code_expiration_minutes": 5 },
                { "type": "BUTTONS", "buttons": [{ "type": "OTP", "otp_type": "COPY_CODE" }] }] });
        let (status, answer) = desk.post(&path, &body).await;
        assert_eq!(status, 200, "{answer}");
        let languages: Vec<&str> = answer["data"]
            .as_array()
            .expect("templates")
            .iter()
            .map(|one| one["language"].as_str().expect("a language"))
            .collect();
        assert_eq!(languages, ["en_US", "de"]);
        let german = answer["data"][1]["id"].as_str().expect("an id");
        let (_, shown) = desk.get(&format!("/{german}")).await;
        let text = shown["components"][0]["text"].as_str().expect("words");
        assert!(text.starts_with("Dein Bestätigungscode ist {{1}}."), "{text}");
        assert_eq!(code_of(&desk.post(&path, &json!({ "name": "code" })).await.1), 100);
    });
}

#[test]
fn decisions_about_templates_are_told_once() {
    run(async {
        let desk = Desk::open_as_owner().await;
        let mut receiver = Receiver::start().await;
        let wanted = ["message_template_status_update".to_owned()];
        let url = receiver.url();
        let verify = super::receiver::VERIFY_TOKEN;
        desk.commands()
            .set_receiver(&url, verify, &wanted, &tresen_client::Trust::Web)
            .await
            .expect("a receiver");
        let id = make(
            &desk,
            &json!({ "name": "hello", "language": "en_US", "category": "UTILITY",
                "components": [{ "type": "BODY", "text": "Hello, this is Korn." }] }),
        )
        .await;
        desk.gateway.templates_changed();
        let told = receiver.value().await;
        assert_eq!((&told["event"], &told["reason"]), (&json!("APPROVED"), &json!("NONE")));
        assert_eq!(told["message_template_id"].to_string(), id);
        assert_eq!(told["message_template_language"], "en_US");
        desk.gateway.templates_changed();
        desk.get("/events?after=1&wait_seconds=1").await;
        assert!(receiver.is_quiet());
    });
}
