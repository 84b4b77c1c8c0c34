//! Messages both ways, with their statuses.

use serde_json::{Value, json};
use tresen_testkit::world::run;
use tresen_view::{Command, Event, EverydayCommand, MessageBody};

use super::{
    desk::{Desk, code_of, text_to},
    receiver::Receiver,
};

#[test]
fn the_first_message_names_the_code_by_which_a_customer_came() {
    run(async {
        let mut desk = Desk::open().await;
        let mut receiver = desk.receiver().await;
        let (priya, conversation) = desk.customer("Priya").await;
        priya.say(conversation, "Hello").await;
        let referral = receiver.value().await["messages"][0]["referral"].clone();
        let code = desk.link.entry.to_string();
        assert_eq!(
            (&referral["source_id"], &referral["source_type"]),
            (&json!(code), &json!("post"))
        );
        let url = referral["source_url"].as_str().expect("a URL");
        assert!(desk.link.url.starts_with(url), "{url}");
        priya.say(conversation, "Still me").await;
        assert!(receiver.value().await["messages"][0].get("referral").is_none());
    });
}

#[test]
fn a_text_goes_both_ways_and_its_statuses_come_in_order() {
    run(async {
        let mut desk = Desk::open().await;
        let mut receiver = desk.receiver().await;
        let (mut priya, conversation) = desk.customer("Priya").await;
        let said = priya.say(conversation, "Grüß Gott 👋").await;
        let value = receiver.value().await;
        assert_eq!(value["messaging_product"], "whatsapp");
        assert_eq!(value["metadata"]["phone_number_id"], desk.phone());
        assert_eq!(
            value["metadata"]["display_phone_number"],
            desk.credentials.display_phone_number
        );
        let contact = &value["contacts"][0];
        assert_eq!(contact["profile"]["name"], "Priya");
        let message = &value["messages"][0];
        assert_eq!(message["from"], contact["wa_id"]);
        assert_eq!(message["from_user_id"], contact["user_id"]);
        assert_eq!(message["type"], "text");
        assert_eq!(message["text"]["body"], "Grüß Gott 👋");
        assert_eq!(message["timestamp"].as_str().expect("seconds").len(), 10);
        let heard = message["id"].as_str().expect("an id").to_owned();
        let wa_id = contact["wa_id"].as_str().expect("a number").to_owned();

        // An answer that quotes, to the number as a person would write it.
        let mut body = text_to(&format!("+{wa_id}"), "Good *morning*");
        body["context"] = json!({ "message_id": heard });
        body["biz_opaque_callback_data"] = json!("order 7");
        body["image"] = json!(null);
        body["status"] = json!(null);
        let path = format!("/{}/messages/", desk.phone());
        let (status, answer) = desk.post(&path, &body).await;
        assert_eq!(status, 200, "{answer}");
        assert_eq!(answer["messaging_product"], "whatsapp");
        assert_eq!(
            answer["contacts"],
            json!([{ "input": format!("+{wa_id}"), "wa_id": wa_id.as_str() }])
        );
        let sent = answer["messages"][0]["id"].as_str().expect("an id").to_owned();
        assert!(sent.starts_with("wamid."));
        let (_, view) = priya.hear("Good *morning*").await;
        assert_eq!(view.sender_name, "Gateway");
        assert_eq!(view.quote.as_ref().map(|quote| quote.message), Some(said.message));
        priya.read(conversation, &view).await;
        for expected in ["sent", "delivered", "read"] {
            let value = receiver.value().await;
            let status = &value["statuses"][0];
            assert_eq!(status["status"], expected);
            assert_eq!(status["id"], sent.as_str());
            assert_eq!(status["recipient_id"], wa_id.as_str());
            assert_eq!(status["biz_opaque_callback_data"], "order 7");
            assert_eq!(value["contacts"][0]["wa_id"], wa_id.as_str());
        }

        // A quote of the business's message, and an answer to the user id instead of the number.
        let reply = Command::SendText {
            conversation,
            text: "Thank you".to_owned(),
            reply_to: Some(view.message),
        };
        priya.call(reply).await;
        let message = receiver.value().await["messages"][0].clone();
        assert_eq!(message["context"]["id"], sent.as_str());
        assert_eq!(message["context"]["from"], desk.credentials.display_phone_number);
        let user = message["from_user_id"].as_str().expect("a user id");
        let mut body = text_to("", "You're welcome");
        body.as_object_mut().expect("an object").remove("to");
        body["recipient"] = json!(user);
        let (_, answer) = desk.post(&path, &body).await;
        assert_eq!(answer["contacts"], json!([{ "input": user, "user_id": user }]));
        priya.hear("You're welcome").await;
        assert!(receiver.value().await["statuses"].is_array());
    });
}

#[test]
fn reading_typing_and_reacting_reach_the_customer() {
    run(async {
        let mut desk = Desk::open().await;
        let mut receiver = desk.receiver().await;
        let (mut priya, conversation) = desk.customer("Priya").await;
        let said = priya.say(conversation, "Hello").await;
        let value = receiver.value().await;
        let heard = value["messages"][0]["id"].clone();
        let path = format!("/v21.0/{}/messages", desk.phone());
        let read = json!({
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": heard,
            "typing_indicator": { "type": "text" },
        });
        let (status, answer) = desk.post(&path, &read).await;
        assert_eq!((status, answer), (200, json!({ "success": true })));
        priya.until_state(said.message, tresen_view::MessageState::Read).await;
        priya.until("typing", |event| matches!(event, Event::Typing { .. }).then_some(())).await;

        let reaction = json!({
            "messaging_product": "whatsapp",
            "to": value["contacts"][0]["wa_id"],
            "type": "reaction",
            "reaction": { "message_id": heard, "emoji": "👍" },
        });
        let (status, answer) = desk.post(&path, &reaction).await;
        assert_eq!(status, 200, "{answer}");
        priya
            .until("the reaction", |event| match event {
                Event::Message { message, .. } => {
                    message.reactions.iter().any(|one| one.emoji == "👍").then_some(())
                }
                _ => None,
            })
            .await;
    });
}

#[test]
fn what_is_known_to_fail_is_refused_at_once() {
    run(async {
        let mut desk = Desk::open().await;
        let mut receiver = desk.receiver().await;
        let (priya, conversation, wa_id) = desk.known_customer(&mut receiver, "Priya").await;
        let path = format!("/v23.0/{}/messages", desk.phone());
        let to_nobody = desk.post(&path, &text_to("491511234567", "Hi")).await;
        assert_eq!((to_nobody.0, code_of(&to_nobody.1)), (400, 131_026));
        let own = desk.credentials.display_phone_number.clone();
        let to_self = desk.post(&path, &text_to(&own, "Hi")).await;
        assert_eq!(code_of(&to_self.1), 131_021);
        let mut quoting = text_to(&wa_id, "Hi");
        quoting["context"] = json!({ "message_id": "wamid.nonsense" });
        assert_eq!(code_of(&desk.post(&path, &quoting).await.1), 131_009);
        let mut template = text_to(&wa_id, "Hi");
        template["type"] = json!("template");
        template["template"] = json!({ "name": "none", "language": { "code": "en" } });
        let refused = desk.post(&path, &template).await;
        assert_eq!((refused.0, code_of(&refused.1)), (404, 132_001));

        // She takes her permission back.
        let revoke = Command::SetConsent {
            conversation,
            categories: tresen_types::Categories::NONE,
            wording: "No more".to_owned(),
            language: "en".to_owned(),
        };
        priya.call(revoke).await;
        priya.say(conversation, "No more, please").await;
        receiver.value().await;
        let refused = desk.post(&path, &text_to(&wa_id, "Hi")).await;
        assert!(refused.0 == 400, "{}", refused.1);
        assert_eq!(code_of(&refused.1), 131_050);
    });
}

#[test]
fn one_idempotency_key_is_one_message() {
    run(async {
        let mut desk = Desk::open().await;
        let mut receiver = desk.receiver().await;
        let (mut priya, conversation, wa_id) = desk.known_customer(&mut receiver, "Priya").await;
        let path = format!("/v23.0/{}/messages", desk.phone());
        let body = text_to(&wa_id, "Once").to_string();
        let key = [("idempotency-key", "order-7")];
        let first = desk.call("POST", &path, &key, &body).await;
        let second = desk.call("POST", &path, &key, &body).await;
        assert_eq!(first.0, 200);
        assert_eq!(first, second);
        let desk = desk.restart(|_config| {}).await;
        assert_eq!(desk.call("POST", &path, &key, &body).await, first);
        let other = text_to(&wa_id, "Other").to_string();
        assert_eq!(code_of(&desk.call("POST", &path, &key, &other).await.1), 100);
        desk.send_text(&wa_id, "After").await;
        priya.hear("After").await;
        assert_eq!(priya.texts(conversation).await, ["Hello", "Once", "After"]);
    });
}

#[test]
fn a_text_is_changed_and_taken_back_both_ways() {
    run(async {
        let mut desk = Desk::open().await;
        let mut receiver = desk.receiver().await;
        let (mut priya, conversation, wa_id) = desk.known_customer(&mut receiver, "Priya").await;
        let path = format!("/{}/messages", desk.phone());
        let id = desk.send_text(&wa_id, "At five").await;
        priya.hear("At five").await;
        let change = |kind: &str, content: Value| {
            let mut body = json!({ "messaging_product": "whatsapp", "to": wa_id, "type": kind });
            body[kind] = content;
            body
        };
        let edit = json!({ "message_id": id, "text": { "body": "At six" } });
        let (status, answer) = desk.post(&path, &change("edit", edit)).await;
        assert_eq!((status, &answer["messages"][0]["id"]), (200, &json!(id)), "{answer}");
        priya.hear("At six").await;
        let gone = json!({ "message_id": id });
        assert_eq!(desk.post(&path, &change("revoke", gone)).await.0, 200);
        let is_gone = |event: &Event| match event {
            Event::Message { message, .. } => {
                matches!(message.body, MessageBody::Deleted).then_some(())
            }
            _ => None,
        };
        priya.until("it is taken back", is_gone).await;

        // And what a customer changes. Nobody changes the words of somebody else.
        let said = priya.say(conversation, "Two loaves").await;
        let heard = next_message(&mut receiver).await;
        let theirs = json!({ "message_id": heard["id"], "text": { "body": "Mine" } });
        let refused = desk.post(&path, &change("edit", theirs)).await;
        assert_eq!((refused.0, code_of(&refused.1)), (400, 131_009), "{}", refused.1);
        let page = priya.messages(conversation).await;
        let said = page.iter().find(|one| one.position == said.position).expect("the message");
        let message = said.message;
        let text = "Three loaves".to_owned();
        priya.call(everyday(EverydayCommand::Edit { message, text })).await;
        let told = next_message(&mut receiver).await;
        let content = json!({ "original_message_id": heard["id"],
            "message": { "type": "text", "text": { "body": "Three loaves" } } });
        assert_eq!((&told["type"], &told["edit"]), (&json!("edit"), &content));
        priya.call(everyday(EverydayCommand::Delete { message, for_everyone: true })).await;
        let told = next_message(&mut receiver).await;
        let content = json!({ "original_message_id": heard["id"] });
        assert_eq!((&told["type"], &told["revoke"]), (&json!("revoke"), &content));
    });
}

fn everyday(what: EverydayCommand) -> Command {
    Command::Everyday(what)
}

/// The next message of the customer; statuses between are passed over.
async fn next_message(receiver: &mut Receiver) -> Value {
    loop {
        let value = receiver.value().await;
        if value.get("messages").is_some() {
            return value["messages"][0].clone();
        }
    }
}
