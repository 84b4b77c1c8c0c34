//! A program on the crate `wacloudapi` 0.1.0, unmodified: base URL and authority are the sandbox's.
//! It is compiled in a project of its own, which the test writes.

use serde_json::{Value, json};
use wacloudapi::{
    Client, Error,
    messages::{Button, ListRow, ListSection},
    webhooks::{WebhookMessage, WebhookPayload, WebhookStatus, WebhookValue},
};

struct Stage {
    line: Value,
    http: reqwest::Client,
}

impl Stage {
    fn of(&self, name: &str) -> &str {
        self.line[name].as_str().expect("a text in the first line")
    }

    fn customer(&self) -> &str {
        self.line["customers"][0]["wa_id"].as_str().expect("a number")
    }

    async fn drive(&self, path: &str, body: Value) {
        let url = format!("{}{path}", self.of("control_url"));
        let answer = self.http.post(url).json(&body).send().await.expect("an answer");
        assert_eq!(answer.status(), 200, "{:?}", answer.text().await);
    }

    async fn says(&self, message: Value) {
        self.drive(&format!("/customers/{}/messages", self.customer()), message).await;
    }

    /// What a receiver of webhooks would have read, with the crate's own types.
    async fn until<T>(&self, find: impl Fn(&WebhookValue) -> Option<T>) -> T {
        for _ in 0..600 {
            let url = format!("{}/webhooks", self.of("control_url"));
            let answer = self.http.get(url).send().await.expect("an answer");
            let answer: Value = answer.json().await.expect("JSON");
            for webhook in answer["webhooks"].as_array().expect("webhooks") {
                if webhook["field"] != "messages" {
                    continue;
                }
                let mut body = webhook["body"].clone();
                // The crate wants `context.message_id`, which the original doesn't send either.
                let message = body.pointer_mut("/entry/0/changes/0/value/messages/0");
                if let Some(Value::Object(fields)) = message {
                    fields.remove("context");
                }
                let payload: WebhookPayload = serde_json::from_value(body).expect("a payload");
                let values = payload.entry.iter().flat_map(|entry| &entry.changes);
                if let Some(found) = values.map(|change| &change.value).find_map(&find) {
                    return found;
                }
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("it never came");
    }

    async fn heard(&self, kind: &str) -> WebhookMessage {
        self.until(|value| {
            value.messages.iter().flatten().find(|one| one.message_type == kind).cloned()
        })
        .await
    }

    async fn status(&self, id: &str, name: &str) -> WebhookStatus {
        self.until(|value| {
            let statuses = value.statuses.iter().flatten();
            statuses.cloned().find(|one| one.id == id && one.status == name)
        })
        .await
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let line = std::env::args().nth(1).expect("the sandbox's first line");
    let line: Value = serde_json::from_str(&line).expect("JSON");
    let stage = Stage { line, http: reqwest::Client::new() };
    assert!(stage.of("base_url").starts_with("https://"));
    let (number, base) = (stage.of("phone_number_id"), stage.of("base_url"));
    let client = Client::with_config(stage.of("token"), number, "v23.0", base);
    let to = stage.customer();
    let messages = client.messages();

    // Before the customer has written, only a template goes.
    match messages.send_text(to, "Hi").await {
        Err(Error::Api { code, .. }) => assert_eq!(code, 131_047),
        other => panic!("{other:?}"),
    }
    let sent = messages.send_template(to, "hello_world", "en_US", None).await.expect("a template");
    stage.status(&sent.messages[0].id, "delivered").await;
    stage.says(json!({ "type": "text", "text": { "body": "Guten Morgen 👋" } })).await;
    let heard = stage.heard("text").await;
    assert_eq!(heard.text.expect("a text").body, "Guten Morgen 👋");
    assert!(messages.mark_as_read(&heard.id).await.expect("an answer").success);
    messages.send_reaction(to, &heard.id, "👍").await.expect("a reaction");
    let sent = messages.send_reply(to, "Hello", &heard.id).await.expect("an answer");
    let sent = &sent.messages[0].id;
    stage.status(sent, "sent").await;
    stage.status(sent, "delivered").await;
    let read = json!({ "message_id": sent });
    stage.drive(&format!("/customers/{to}/read"), read).await;
    stage.status(sent, "read").await;

    // A picture both ways.
    let picture = b"\x89PNG\r\n\x1a\n and more".to_vec();
    let media = client.media();
    let uploaded = media.upload_bytes(&picture, "a.png", "image/png").await.expect("an upload");
    let sent = messages.send_image_id(to, &uploaded.id, Some("Look")).await.expect("a picture");
    stage.status(&sent.messages[0].id, "delivered").await;
    let base64 = "iVBORw0KGgogYW5kIG1vcmU=";
    let image = json!({ "data_base64": base64, "mime_type": "image/png" });
    stage.says(json!({ "type": "image", "image": image })).await;
    let came = stage.heard("image").await.image.expect("a picture");
    assert_eq!(media.download(&came.id).await.expect("bytes"), picture);
    assert!(media.delete(&uploaded.id).await.expect("an answer").success);

    // Buttons and a list.
    let buttons = vec![Button::reply("yes", "Yes"), Button::reply("no", "No")];
    let asked = messages.send_buttons(to, None, "Well?", None, buttons).await.expect("buttons");
    stage.status(&asked.messages[0].id, "delivered").await;
    let reply = json!({ "type": "button_reply", "button_reply": { "id": "yes", "title": "Yes" } });
    stage.says(json!({ "type": "interactive", "interactive": reply })).await;
    let chosen = stage.heard("interactive").await.interactive.expect("a choice");
    assert_eq!(chosen.button_reply.expect("a button").id, "yes");
    let row = ListRow::new("7", "Rye").with_description("Fresh");
    let sections = vec![ListSection { title: "Dark".to_owned(), rows: vec![row] }];
    let asked = messages.send_list(to, None, "Which?", None, "Choose", sections).await;
    stage.status(&asked.expect("a list").messages[0].id, "delivered").await;
    let reply = json!({ "type": "list_reply", "list_reply": { "id": "7", "title": "Rye" } });
    stage.says(json!({ "type": "interactive", "interactive": reply })).await;
    stage
        .until(|value| {
            let found = value.messages.iter().flatten().filter_map(|one| one.interactive.clone());
            found.filter_map(|one| one.list_reply).find(|row| row.id == "7")
        })
        .await;

    // A token that doesn't count.
    let other = Client::with_config("nonsense", number, "v23.0", base);
    assert!(other.messages().send_text(to, "Hi").await.is_err());
    println!("ok");
}
