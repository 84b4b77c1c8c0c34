//! Webhooks: signed, in order, again until they are taken, also after a restart.

use hmac::{Hmac, Mac as _};
use serde_json::json;
use sha2::Sha256;
use tresen_testkit::world::run;

use super::{
    desk::{Desk, code_of},
    receiver::{Receiver, VERIFY_TOKEN},
};

#[test]
fn a_webhook_is_ascii_and_signed_over_its_bytes() {
    run(async {
        let mut desk = Desk::open().await;
        let mut receiver = desk.receiver().await;
        let (priya, conversation) = desk.customer("Zoë").await;
        priya.say(conversation, "Grüße / 👋 @ \"x\"").await;
        let came = receiver.next().await;
        assert!(came.has_length);
        assert!(came.body.is_ascii());
        let text = std::str::from_utf8(&came.body).expect("ASCII");
        assert!(text.contains(r#""Gr\u00fc\u00dfe / \ud83d\udc4b @ \"x\"""#), "{text}");
        let secret = desk.credentials.app_secret.as_bytes();
        let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("a key");
        mac.update(&came.body);
        let expected: String =
            mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(came.signature, format!("sha256={expected}"));
    });
}

#[test]
fn what_is_not_taken_comes_again_in_order_and_survives_a_restart() {
    run(async {
        let mut desk = Desk::open().await;
        let mut receiver = desk.receiver().await;
        let (priya, conversation) = desk.customer("Priya").await;
        receiver.will_answer(&[500, 404, 302]);
        priya.say(conversation, "one").await;
        let first = receiver.next().await;
        for _ in 0..3 {
            assert_eq!(receiver.next().await.body, first.body);
        }
        assert_eq!(first.value()["messages"][0]["text"]["body"], "one");

        // It isn't taken before the gateway stops, and more is said meanwhile.
        receiver.will_answer(&[500; 2]);
        priya.say(conversation, "two").await;
        let second = receiver.next().await;
        let pause = |config: &mut tresen_gateway::GatewayConfig| {
            config.webhook_pause_ms_min = 60_000;
        };
        let desk = desk.restart(pause).await;
        // The first attempt after the restart.
        assert_eq!(receiver.next().await.body, second.body);
        priya.say(conversation, "three").await;
        receiver.will_answer(&[]);
        let desk = desk.restart(|_config| {}).await;
        assert_eq!(receiver.next().await.body, second.body);
        assert_eq!(receiver.value().await["messages"][0]["text"]["body"], "three");
        drop(desk);
    });
}

#[test]
fn what_happened_while_the_gateway_was_away_is_told() {
    run(async {
        let mut desk = Desk::open().await;
        let mut receiver = desk.receiver().await;
        let (mut priya, conversation, wa_id) = desk.known_customer(&mut receiver, "Priya").await;
        let sent = desk.send_text(&wa_id, "Ready").await;
        assert_eq!(receiver.value().await["statuses"][0]["status"], "sent");
        let (_, view) = priya.hear("Ready").await;
        assert_eq!(receiver.value().await["statuses"][0]["status"], "delivered");
        let Desk { world, owner, link, credentials, token, folder, gateway } = desk;
        gateway.shutdown().await;
        priya.read(conversation, &view).await;
        let said = priya.say(conversation, "On my way").await;
        priya.until_state(said.message, tresen_view::MessageState::Sent).await;
        let gateway = super::desk::start(&folder, |_config| {}).await;
        let desk = Desk { world, owner, link, credentials, token, folder, gateway };
        let mut told = Vec::new();
        for _ in 0..2 {
            let value = receiver.value().await;
            match value["statuses"][0]["id"].as_str() {
                Some(id) => {
                    assert_eq!(id, sent);
                    told.push(value["statuses"][0]["status"].clone());
                }
                None => told.push(value["messages"][0]["text"]["body"].clone()),
            }
        }
        told.sort_by_key(ToString::to_string);
        assert_eq!(told, ["On my way", "read"]);
        drop(desk);
    });
}

#[test]
fn what_a_colleague_writes_in_the_app_is_an_echo() {
    run(async {
        let mut desk = Desk::open().await;
        let mut receiver = desk.receiver().await;
        let (mut priya, conversation, wa_id) = desk.known_customer(&mut receiver, "Priya").await;
        desk.owner.hear("Hello").await;
        desk.owner.say(conversation, "Anna here").await;
        priya.hear("Anna here").await;
        let value = receiver.value().await;
        let echo = &value["message_echoes"][0];
        assert_eq!(echo["text"]["body"], "Anna here");
        assert_eq!(echo["to"], wa_id.as_str());
        assert_eq!(echo["from"], desk.credentials.display_phone_number);
        // What the gateway sends is heard in the app, and is no echo.
        desk.send_text(&wa_id, "And the robot").await;
        desk.owner.hear("And the robot").await;
        assert_eq!(receiver.value().await["statuses"][0]["status"], "sent");
    });
}

#[test]
fn a_receiver_is_set_over_the_api_only_if_it_answers() {
    run(async {
        let desk = Desk::open_with(|config| config.has_private_reach = true).await;
        let mut receiver = Receiver::start().await;
        let app = format!("{}|{}", desk.credentials.app_id, desk.credentials.app_secret);
        let path = format!("/v23.0/{}/subscriptions", desk.credentials.app_id);
        let bearer = format!("Bearer {app}");
        let headers = [("authorization", bearer.as_str())];
        let wish = |token: &str| {
            json!({
                "object": "whatsapp_business_account",
                "callback_url": receiver.url(),
                "verify_token": token,
                "fields": "messages",
            })
            .to_string()
        };
        let refused = desk.call_as("POST", &path, &headers, &wish("wrong")).await;
        assert_eq!((refused.0, code_of(&refused.1)), (400, 100));
        assert_eq!(desk.call_as("GET", &path, &headers, "").await.1, json!({ "data": [] }));
        let set = desk.call_as("POST", &path, &headers, &wish(VERIFY_TOKEN)).await;
        assert_eq!(set, (200, json!({ "success": true })));
        let (_, listed) = desk.call_as("GET", &path, &headers, "").await;
        assert_eq!(listed["data"][0]["fields"][0]["name"], "messages");
        assert_eq!(listed["data"][0]["active"], true);

        // An override of the number comes first.
        let mut desk = desk;
        let mut other = Receiver::start().await;
        let body = json!({ "webhook_configuration": {
            "override_callback_uri": other.url(), "verify_token": VERIFY_TOKEN,
        }});
        let phone = format!("/v23.0/{}", desk.phone());
        assert_eq!(desk.post(&phone, &body).await.0, 200);
        let (priya, conversation) = desk.customer("Priya").await;
        priya.say(conversation, "one").await;
        assert_eq!(other.value().await["messages"][0]["text"]["body"], "one");
        let body = json!({ "webhook_configuration": { "override_callback_uri": "" } });
        assert_eq!(desk.post(&phone, &body).await.0, 200);
        priya.say(conversation, "two").await;
        assert_eq!(receiver.value().await["messages"][0]["text"]["body"], "two");
        assert!(other.is_quiet());
    });
}
