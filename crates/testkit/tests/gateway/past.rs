//! What the app had before the gateway came, what becomes of voice messages, and what is pinned.

use serde_json::{Value, json};
use tresen_testkit::world::run;
use tresen_view::{AttachmentKind, Command, Event, EverydayCommand};

use super::{
    desk::{Desk, code_of},
    media::{until_file, upload_file},
};

/// An Ogg page whose end is two seconds from the beginning.
fn speech() -> Vec<u8> {
    let mut page = b"OggS\0\x04".to_vec();
    page.extend(96_000_u64.to_le_bytes());
    page.extend([0; 40]);
    page
}

#[test]
fn what_the_app_had_before_is_told_when_a_program_asks() {
    run(async {
        let (mut desk, mut priya, _) = Desk::open_after_talk("Before you came").await;
        let mut receiver = desk.receiver_of(&["smb_app_state_sync", "history"]).await;
        let path = format!("/{}/smb_app_data", desk.phone());
        let ask = |kind: &str| json!({ "messaging_product": "whatsapp", "sync_type": kind });
        assert_eq!(code_of(&desk.post(&path, &ask("nonsense")).await.1), 100);
        let (status, answer) = desk.post(&path, &ask("smb_app_state_sync")).await;
        assert_eq!(status, 200, "{answer}");
        assert!(answer["request_id"].is_string());
        let told = receiver.value().await["state_sync"][0].clone();
        assert_eq!(
            (&told["contact"]["full_name"], &told["action"]),
            (&json!("Priya"), &json!("add"))
        );
        let wa_id = told["contact"]["phone_number"].clone();
        // What colleagues have archived comes in a moment after the gateway was linked.
        let part = loop {
            assert_eq!(desk.post(&path, &ask("history")).await.0, 200);
            let part = receiver.value().await["history"][0].clone();
            if part["threads"] != json!([]) {
                break part;
            }
        };
        assert_eq!(part["threads"][0]["id"], wa_id);
        let message = &part["threads"][0]["messages"][0];
        assert_eq!(message["text"]["body"], "Before you came");
        assert_eq!(message["history_context"]["from_me"], false);
        let end = receiver.value().await["history"][0].clone();
        assert_eq!((&end["metadata"]["progress"], &end["threads"]), (&json!(100), &json!([])));
        // What was told so can be quoted, and isn't told as news.
        let mut answer = super::desk::text_to(wa_id.as_str().expect("a number"), "An answer");
        answer["context"] = json!({ "message_id": message["id"] });
        // Until the gateway knows that the customer's window is open; trying out costs nothing.
        let send = format!("/{}/messages", desk.phone());
        while desk.post(&format!("{send}?dry_run=true"), &answer).await.0 != 200 {
            tokio::task::yield_now().await;
        }
        let (status, refused) = desk.post(&send, &answer).await;
        assert_eq!(status, 200, "{refused}");
        priya.hear("An answer").await;
        let log = desk.get("/events").await.1;
        let said = log["data"]
            .as_array()
            .expect("events")
            .iter()
            .filter(|one| one["entry"][0]["changes"][0]["value"].get("messages").is_some());
        assert_eq!(said.count(), 0, "{log}");
        // From now on, who is new or is called otherwise is told by itself.
        let (_ravi, _) = desk.customer("Ravi").await;
        let told = receiver.value().await["state_sync"][0].clone();
        assert_eq!(told["contact"]["full_name"], "Ravi");
    });
}

#[test]
fn a_voice_message_is_heard_and_that_is_told_once() {
    run(async {
        let mut desk = Desk::open().await;
        let mut receiver = desk.receiver().await;
        let (mut priya, _, wa_id) = desk.known_customer(&mut receiver, "Priya").await;
        let id = upload_file(&desk, "audio/ogg", &speech()).await;
        let path = format!("/{}/messages", desk.phone());
        let body = json!({ "messaging_product": "whatsapp", "to": wa_id, "type": "audio",
            "audio": { "id": id, "voice": true } });
        let (status, answer) = desk.post(&path, &body).await;
        assert_eq!(status, 200, "{answer}");
        let (message, view) = until_file(&mut priya).await;
        assert_eq!(view.kind, AttachmentKind::Voice);
        assert_eq!(view.voice.expect("speech").duration_ms, 2_000);
        let played = || Command::Everyday(EverydayCommand::Played { message });
        for _ in 0..2 {
            priya.call(played()).await;
        }
        for wanted in ["sent", "delivered", "read", "played"] {
            let status = receiver.value().await["statuses"][0].clone();
            assert_eq!(
                (&status["status"], &status["id"]),
                (&json!(wanted), &answer["messages"][0]["id"])
            );
        }
        let odd = priya.try_call(Command::Everyday(EverydayCommand::Played {
            message: tresen_types::MessageId::new([7; 32]),
        }));
        assert!(odd.await.is_err());
        desk.send_text(&wa_id, "After").await;
        priya.hear("After").await;
        assert_eq!(receiver.value().await["statuses"][0]["status"], "sent", "played once");
    });
}

#[test]
fn what_is_taken_back_is_told_once_as_deleted() {
    run(async {
        let mut desk = Desk::open().await;
        let mut receiver = desk.receiver().await;
        let (mut priya, _, wa_id) = desk.known_customer(&mut receiver, "Priya").await;
        let id = desk.send_text(&wa_id, "Too early").await;
        priya.hear("Too early").await;
        let path = format!("/{}/messages", desk.phone());
        let revoke = json!({ "messaging_product": "whatsapp", "to": wa_id, "type": "revoke",
            "revoke": { "message_id": id } });
        assert_eq!(desk.post(&path, &revoke).await.0, 200);
        let mut told = Vec::new();
        while told.last().is_none_or(|last: &Value| last != "deleted") {
            let status = receiver.value().await["statuses"][0].clone();
            assert_eq!(status["id"], id.as_str());
            told.push(status["status"].clone());
        }
        let desk = desk.restart(|_config| {}).await;
        desk.send_text(&wa_id, "After").await;
        priya.hear("After").await;
        assert_ne!(receiver.value().await["statuses"][0]["id"], id.as_str());
    });
}

#[test]
fn a_message_is_pinned_for_the_team_and_not_any_more() {
    run(async {
        let mut desk = Desk::open().await;
        let mut receiver = desk.receiver().await;
        let (_priya, _, wa_id) = desk.known_customer(&mut receiver, "Priya").await;
        let id = desk.send_text(&wa_id, "Remember").await;
        let path = format!("/{}/messages", desk.phone());
        let pin = |kind: &str, id: &str| {
            json!({ "messaging_product": "whatsapp", "to": wa_id, "type": "pin",
                "pin": { "type": kind, "message_id": id, "expiration_days": 7 } })
        };
        for (kind, is_pinned) in [("pin", true), ("unpin", false)] {
            assert_eq!(desk.post(&path, &pin(kind, &id)).await.0, 200);
            while desk.pinned().await.is_some() != is_pinned {
                desk.owner.until(kind, |_: &Event| Some(())).await;
            }
        }
        assert_eq!(code_of(&desk.post(&path, &pin("pin", "wamid.x")).await.1), 131_009);
        assert_eq!(code_of(&desk.post(&path, &pin("nail", &id)).await.1), 131_009);
    });
}
