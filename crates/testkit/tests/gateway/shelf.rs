//! Templates that are put away, let on again, compared, made of the library, and what becomes of them.

use serde_json::{Value, json};
use tresen_server::admin::Decision;
use tresen_statement::RejectionReason;
use tresen_testkit::world::{Actor, run};
use tresen_types::{Category, MessageId};
use tresen_view::{Command, Event, MessageBody, TemplateContent};

use super::{
    desk::{Desk, code_of},
    media::upload_file,
    receiver::Receiver,
    templates::approve,
};

fn ready(name: &str, text: &str) -> Value {
    json!({ "name": name, "language": "en", "category": "UTILITY",
        "components": [{ "type": "BODY", "text": text }] })
}

pub(crate) async fn made(desk: &Desk, template: &Value) -> String {
    let path = format!("/{}/message_templates", desk.credentials.waba_id);
    let (status, answer) = desk.post(&path, template).await;
    assert_eq!(status, 200, "{answer}");
    answer["id"].as_str().expect("an id").to_owned()
}

/// The next value with one of these members.
async fn told(receiver: &mut Receiver, member: &str) -> Value {
    loop {
        let value = receiver.value().await;
        if value.get(member).is_some() {
            return value;
        }
    }
}

#[test]
fn what_is_put_away_is_listed_as_such_not_sent_and_taken_out_again() {
    run(async {
        let mut desk = Desk::open_as_owner().await;
        let mut receiver = desk.receiver().await;
        let (_priya, _, wa_id) = desk.known_customer(&mut receiver, "Priya").await;
        let id = made(&desk, &ready("come_in", "The counter is open.")).await;
        approve(&desk, "come_in").await;
        let base = format!("/{}/message_templates", desk.credentials.waba_id);
        let away = json!({ "hsm_ids": format!("{id},5000000000000009") });
        let (status, answer) = desk.post(&format!("{base}/archive"), &away).await;
        assert_eq!(status, 200, "{answer}");
        assert_eq!(answer["archived_templates"], json!([id]));
        assert!(answer["failed_templates"]["5000000000000009"].is_string());
        let listed = desk.get(&format!("{base}?status=ARCHIVED")).await.1;
        assert_eq!(
            (&listed["data"][0]["id"], &listed["data"][0]["status"]),
            (&json!(id), &json!("ARCHIVED"))
        );
        let send = format!("/{}/messages", desk.phone());
        let body = json!({ "messaging_product": "whatsapp", "to": wa_id, "type": "template",
            "template": { "name": "come_in", "language": { "code": "en" } } });
        let (status, answer) = desk.post(&send, &body).await;
        assert_eq!((status, code_of(&answer)), (404, 132_001), "{answer}");
        let (_, answer) =
            desk.post(&format!("{base}/unarchive"), &json!({ "hsm_ids": [id] })).await;
        assert_eq!(answer["unarchived_templates"], json!([id]));
        let (status, answer) = desk.post(&send, &body).await;
        assert_eq!(status, 200, "{answer}");
        let none = desk.post(&format!("{base}/archive"), &json!({})).await;
        assert_eq!((none.0, code_of(&none.1)), (400, 100));
    });
}

#[test]
fn a_pause_is_the_operators_and_templates_are_compared() {
    run(async {
        let mut desk = Desk::open_as_owner().await;
        let mut receiver = desk.receiver().await;
        let (_priya, _, wa_id) = desk.known_customer(&mut receiver, "Priya").await;
        let first = made(&desk, &ready("first", "The counter is open.")).await;
        let second = made(&desk, &ready("second", "The counter is closed.")).await;
        let hash = approve(&desk, "first").await;
        let send = format!("/{}/messages", desk.phone());
        let body = json!({ "messaging_product": "whatsapp", "to": wa_id, "type": "template",
            "template": { "name": "first", "language": { "code": "en" } } });
        assert_eq!(desk.post(&send, &body).await.0, 200);
        told(&mut receiver, "statuses").await;
        let now = std::time::UNIX_EPOCH.elapsed().expect("a time").as_secs();
        let span = format!("start={}&end={}", now - 3_600, now + 3_600);
        let path = format!("/{first}/compare?template_ids={second}&{span}");
        let (status, answer) = desk.get(&path).await;
        assert_eq!(status, 200, "{answer}");
        assert_eq!(answer["data"][0]["metric"], "MESSAGE_SENDS");
        assert_eq!(
            answer["data"][0]["number_values"],
            json!([{ "key": first, "value": 1 }, { "key": second, "value": 0 }])
        );
        let odd = desk.get(&format!("/{first}/compare?template_ids={second}&start=9&end=1")).await;
        assert_eq!((odd.0, code_of(&odd.1)), (400, 100));

        let unpause = format!("/{first}/unpause");
        let (_, answer) = desk.post(&unpause, &json!({})).await;
        assert_eq!(answer["success"], false, "it isn't paused");
        desk.world
            .decide(&desk.owner, &hash, Decision::Pause { reason: RejectionReason::Promotional })
            .await;
        desk.look().await;
        let (status, answer) = desk.post(&unpause, &json!({})).await;
        assert_eq!((status, &answer["success"]), (200, &json!(false)), "{answer}");
        assert!(answer["reason"].as_str().is_some_and(|reason| reason.contains("operator")));
        let (status, answer) = desk.post(&send, &body).await;
        assert_eq!((status, code_of(&answer)), (400, 132_015), "{answer}");
    });
}

#[test]
fn a_carousel_and_an_offer_that_ends_are_made_sent_and_tapped() {
    run(async {
        let mut desk = Desk::open_as_owner().await;
        let mut receiver = desk.receiver().await;
        let (mut priya, conversation, wa_id) = desk.known_customer(&mut receiver, "Priya").await;
        priya
            .call(Command::SetConsent {
                conversation,
                categories: [Category::Service, Category::Marketing].into_iter().collect(),
                wording: "Yes".to_owned(),
                language: "en".to_owned(),
            })
            .await;
        let card = |bread: &str| {
            json!({ "components": [
            { "type": "HEADER", "format": "IMAGE", "example": { "header_handle": ["4::x"] } },
            { "type": "BODY", "text": format!("{bread} for {{{{1}}}} today"),
              "example": { "body_text": [["4 euros"]] } },
            { "type": "BUTTONS", "buttons": [{ "type": "QUICK_REPLY", "text": "Order" }] } ] })
        };
        let template = json!({ "name": "today", "language": "en", "category": "MARKETING",
            "components": [
                { "type": "BODY", "text": "Hello {{1}}, this is what we bake.",
                  "example": { "body_text": [["Priya"]] } },
                { "type": "CAROUSEL", "cards": [card("Rye"), card("Spelt")] } ] });
        let id = made(&desk, &template).await;
        let shown = desk.get(&format!("/{id}")).await.1;
        let card = &shown["components"][1]["cards"][1]["components"];
        assert_eq!(
            (&card[0]["format"], &card[1]["text"]),
            (&json!("IMAGE"), &json!("Spelt for {{1}} today")),
            "{shown}"
        );
        assert_eq!(card[2]["buttons"][0]["text"], "Order");
        approve(&desk, "today").await;
        let picture = upload_file(&desk, "image/png", b"\x89PNG\r\n\x1a\n").await;
        let filled = |number: u64, price: &str| {
            json!({ "card_index": number, "components": [
            { "type": "header", "parameters": [{ "type": "image", "image": { "id": picture } }] },
            { "type": "body", "parameters": [{ "type": "text", "text": price }] },
            { "type": "button", "sub_type": "quick_reply", "index": "0",
              "parameters": [{ "type": "payload", "payload": format!("bread-{number}") }] } ] })
        };
        let send = format!("/{}/messages", desk.phone());
        let message = |name: &str, components: Value| {
            json!({ "messaging_product": "whatsapp",
            "to": wa_id, "type": "template",
            "template": { "name": name, "language": { "code": "en" }, "components": components } })
        };
        let name = json!({ "type": "body", "parameters": [{ "type": "text", "text": "Priya" }] });
        let cards = json!([filled(0, "4 euros"), filled(1, "5 euros")]);
        let body = message("today", json!([name, { "type": "carousel", "cards": cards }]));
        let (status, answer) = desk.post(&send, &body).await;
        assert_eq!(status, 200, "{answer}");
        let (message_id, template) = template_seen(&mut priya).await;
        let words: String = template.cards[1].body.iter().map(|one| one.text.as_str()).collect();
        assert_eq!(words, "Spelt for 5 euros today");
        assert!(template.cards[1].file.is_some());
        let choice = "2/Order".to_owned();
        priya.call(Command::Choose { message: message_id, choice }).await;
        let reply = told(&mut receiver, "messages").await["messages"][0]["button"].clone();
        assert_eq!(reply, json!({ "payload": "bread-1", "text": "Order" }));
        let few =
            message("today", json!([name, { "type": "carousel", "cards": [filled(0, "x")] }]));
        let (status, answer) = desk.post(&send, &few).await;
        assert_eq!((status, code_of(&answer)), (400, 132_000), "{answer}");

        let offer = json!({ "name": "half", "language": "en", "category": "MARKETING",
            "components": [
                { "type": "BODY", "text": "Hello {{1}}, rye for half.",
                  "example": { "body_text": [["Priya"]] } },
                { "type": "LIMITED_TIME_OFFER", "limited_time_offer": {
                    "text": "Until we close", "has_expiration": true } },
                { "type": "BUTTONS", "buttons": [
                    { "type": "COPY_CODE", "example": "RYE50" } ] } ] });
        let id = made(&desk, &offer).await;
        let shown = desk.get(&format!("/{id}")).await.1;
        assert_eq!(shown["components"][1]["limited_time_offer"]["has_expiration"], true, "{shown}");
        approve(&desk, "half").await;
        let end = json!({ "type": "limited_time_offer", "parameters": [{
            "type": "limited_time_offer",
            "limited_time_offer": { "expiration_time_ms": 4_102_444_800_000_i64 } }] });
        let code = json!({ "type": "button", "sub_type": "copy_code", "index": 0,
            "parameters": [{ "type": "coupon_code", "coupon_code": "RYE50" }] });
        let (status, answer) = desk.post(&send, &message("half", json!([name, end, code]))).await;
        assert_eq!(status, 200, "{answer}");
        let (_, template) = template_seen(&mut priya).await;
        let ends = template.offer.expect("an offer").ends_at.expect("an end");
        assert_eq!(ends.as_millis(), 4_102_444_800_000);
    });
}

pub(crate) async fn template_seen(actor: &mut Actor) -> (MessageId, TemplateContent) {
    actor
        .until("a message of a template", |event| match event {
            Event::Message { message, .. } if !message.is_own => match &message.body {
                MessageBody::Template(template) => {
                    Some((message.message, template.as_ref().clone()))
                }
                _ => None,
            },
            _ => None,
        })
        .await
}

#[test]
fn the_library_has_texts_and_templates_are_made_of_them() {
    run(async {
        let desk = Desk::open_as_owner().await;
        let listed = desk.get("/message_template_library?search=ready&language=en").await.1;
        assert_eq!(listed["data"][0]["name"], "order_ready", "{listed}");
        let mine = json!({ "name": "fertig", "language": "de", "category": "UTILITY",
            "library_template_name": "order_ready" });
        let id = made(&desk, &mine).await;
        let shown = desk.get(&format!("/{id}")).await.1;
        let text = shown["components"][0]["text"].as_str().expect("a text");
        assert!(text.contains("Ihre Bestellung {{2}} ist fertig"), "{shown}");
        let path = format!("/{}/message_templates", desk.credentials.waba_id);
        let odd = json!({ "name": "x", "language": "de", "library_template_name": "nothing" });
        assert_eq!(code_of(&desk.post(&path, &odd).await.1), 100);
    });
}

#[test]
fn another_text_and_another_category_of_a_template_are_told_once() {
    run(async {
        let desk = Desk::open_as_owner().await;
        let fields = ["template_category_update", "message_template_components_update"];
        let mut receiver = desk.receiver_of(&fields).await;
        // The first look is no news.
        let id = made(&desk, &ready("hours", "The counter is open until six.")).await;
        desk.look().await;
        let next = json!({ "category": "MARKETING", "components": [
            { "type": "BODY", "text": "The counter is open until seven." },
            { "type": "FOOTER", "text": "Korn" },
            { "type": "BUTTONS", "buttons": [{ "type": "QUICK_REPLY", "text": "Thanks" }] }] });
        let (status, answer) = desk.post(&format!("/{id}"), &next).await;
        assert_eq!(status, 200, "{answer}");
        desk.look().await;
        let category = told(&mut receiver, "new_category").await;
        assert_eq!(
            (&category["previous_category"], &category["new_category"]),
            (&json!("UTILITY"), &json!("MARKETING"))
        );
        let components = told(&mut receiver, "message_template_element").await;
        assert_eq!(components["message_template_element"], "The counter is open until seven.");
        assert_eq!(components["message_template_footer"], "Korn");
        assert_eq!(
            components["message_template_buttons"][0]["message_template_button_text"],
            "Thanks"
        );
        desk.look().await;
        assert!(receiver.is_quiet());
    });
}
