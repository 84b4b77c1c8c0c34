//! Simulated customers say what tests want them to say, and it arrives as from real ones.

use serde_json::json;
use tresen_testkit::world::run;

use super::api::Sandbox;

#[test]
fn the_first_line_has_what_a_program_needs_and_the_curl_works() {
    run(async {
        let sandbox = Sandbox::start().await;
        for name in [
            "base_url",
            "control_url",
            "token",
            "app_id",
            "app_secret",
            "waba_id",
            "business_id",
            "phone_number_id",
        ] {
            assert!(!sandbox.of(name).is_empty(), "{name}");
        }
        assert_eq!(sandbox.line["customers"].as_array().map(Vec::len), Some(3));
        let number = format!("/v23.0/{}", sandbox.of("phone_number_id"));
        let (status, answer) = sandbox.api("GET", &number, &json!({})).await;
        assert_eq!((status, &answer["verified_name"]), (200, &json!("Sandbox")));
        sandbox.handle.shutdown().await;
    });
}

#[test]
fn a_customer_answers_taps_reads_and_shares_a_place() {
    run(async {
        let sandbox = Sandbox::start().await;
        let priya = sandbox.wa_id(0).to_owned();
        let (status, refused) = sandbox.send(&priya, "text", &json!({ "body": "Hi" })).await;
        assert_eq!((status, &refused["error"]["code"]), (400, &json!(131_047)));
        let hello = json!({ "name": "hello_world", "language": { "code": "en_US" } });
        let (status, answer) = sandbox.send(&priya, "template", &hello).await;
        assert_eq!(status, 200, "{answer}");
        let said = json!({ "type": "text", "text": { "body": "Good morning" } });
        let said = sandbox.says(&priya, &said).await;
        let heard = sandbox.heard("text").await;
        assert_eq!(heard["id"], said["messages"][0]["id"]);
        assert_eq!(heard["from"], priya.as_str());

        let reply = |id: &str| json!({ "type": "reply", "reply": { "id": id, "title": id } });
        let buttons = json!({ "type": "button", "body": { "text": "Well?" },
            "action": { "buttons": [reply("yes"), reply("no")] } });
        let (_, sent) = sandbox.send(&priya, "interactive", &buttons).await;
        let asked = sent["messages"][0]["id"].as_str().expect("an id").to_owned();
        sandbox.until_status(&asked, "delivered").await;
        let tap = json!({ "type": "interactive", "context": { "id": asked },
            "interactive": { "type": "button_reply",
                "button_reply": { "id": "yes", "title": "yes" } } });
        let two = json!({ "messages": [tap, { "type": "location",
            "location": { "latitude": 52.5, "longitude": 13.4 } }] });
        sandbox.says(&priya, &two).await;
        let answer = sandbox.heard("interactive").await;
        assert_eq!(answer["interactive"]["button_reply"]["id"], "yes");
        assert_eq!(answer["context"]["id"], asked.as_str());
        assert_eq!(sandbox.heard("location").await["location"]["latitude"], 52.5);
        let path = format!("/customers/{priya}/read");
        sandbox.drive(&path, &json!({ "message_id": asked })).await;
        sandbox.until_status(&asked, "read").await;
        let react = json!({ "type": "reaction",
            "reaction": { "message_id": asked, "emoji": "👍" } });
        sandbox.says(&priya, &react).await;
        assert_eq!(sandbox.heard("reaction").await["reaction"]["emoji"], "👍");
    });
}

#[test]
fn a_customers_picture_is_a_real_file() {
    run(async {
        let sandbox = Sandbox::start().await;
        let priya = sandbox.wa_id(0).to_owned();
        // A PNG's first bytes.
        let picture = json!({ "type": "image", "image": {
            "data_base64": "iVBORw0KGgphbmQgdGhlbiBzb21l", "mime_type": "image/png",
            "caption": "Look" } });
        sandbox.says(&priya, &picture).await;
        let heard = sandbox.heard("image").await;
        assert_eq!(heard["image"]["caption"], "Look");
        assert_eq!(heard["image"]["mime_type"], "image/png");
        let id = heard["image"]["id"].as_str().expect("an id");
        let (status, media) = sandbox.api("GET", &format!("/{id}"), &json!({})).await;
        assert_eq!((status, &media["file_size"]), (200, &json!(21)));
    });
}
