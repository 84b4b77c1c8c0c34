//! What the business says about itself, the keys of customers, and what is told of the account.

use serde_json::{Value, json};
use tresen_testkit::world::run;
use tresen_view::{Answer, Command};

use super::{
    desk::{Desk, code_of, text_to},
    receiver::Receiver,
};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and more";

#[test]
fn the_profile_is_changed_with_mail_and_picture_and_a_new_name_is_told() {
    run(async {
        let desk = Desk::open_as_owner().await;
        let mut receiver = desk.receiver_of(&["phone_number_name_update"]).await;
        let begin =
            json!({ "file_name": "a.png", "file_length": PNG.len(), "file_type": "image/png" });
        let upload = desk.post("/app/uploads", &begin).await.1;
        let path = format!("/{}", upload["id"].as_str().expect("an id"));
        let bearer = format!("Bearer {}", desk.token);
        let headers = [("authorization", bearer.as_str()), ("file_offset", "0")];
        let (_, _, bytes) = desk.raw("POST", &path, &headers, bytes::Bytes::from(PNG)).await;
        let handle: Value = serde_json::from_slice(&bytes).expect("JSON");
        let path = format!("/{}/whatsapp_business_profile", desk.phone());
        let change = json!({ "messaging_product": "whatsapp", "about": "Bakery",
            "email": "post@korn.example", "vertical": "RETAIL",
            "profile_picture_handle": handle["h"], "websites": ["https://korn.example"] });
        let (status, answer) = desk.post(&path, &change).await;
        assert_eq!(status, 200, "{answer}");
        let shown = desk.get(&path).await.1["data"][0].clone();
        for (name, value) in
            [("about", "Bakery"), ("email", "post@korn.example"), ("vertical", "RETAIL")]
        {
            assert_eq!(shown[name], value);
        }
        let picture = shown["profile_picture_url"].as_str().expect("a picture");
        assert!(picture.starts_with("data:image/png;base64,"), "{picture}");
        let odd = json!({ "profile_picture_handle": "4::x:nothing" });
        assert_eq!(code_of(&desk.post(&path, &odd).await.1), 100);

        let number = format!("/{}", desk.phone());
        let (status, answer) = desk.post(&number, &json!({ "new_display_name": "Korn" })).await;
        assert_eq!(status, 200, "{answer}");
        assert_eq!(desk.get(&number).await.1["verified_name"], "Korn");
        let told = receiver.value().await;
        assert_eq!(
            (&told["decision"], &told["requested_verified_name"]),
            (&json!("APPROVED"), &json!("Korn"))
        );
        assert_eq!(code_of(&desk.post(&number, &json!({ "pin": "123456" })).await.1), 3);
        assert_eq!(code_of(&desk.post(&number, &json!({})).await.1), 100);
        assert!(receiver.is_quiet(), "told once");
    });
}

#[test]
fn the_imprint_and_what_customers_can_ask_are_in_the_profile_that_they_see() {
    run(async {
        let mut desk = Desk::open_as_owner().await;
        let compliance = format!("/{}/business_compliance_info", desk.phone());
        let reach = json!({ "email": "help@korn.example", "mobile_number": "+491511" });
        let mut officer = reach.clone();
        officer["name"] = json!("Anna Korn");
        let info = json!({ "messaging_product": "whatsapp", "entity_name": "Korn e. K.",
            "entity_type": "OTHER", "entity_type_custom": "e. K.", "is_registered": true,
            "grievance_officer_details": officer, "customer_care_details": reach });
        let (status, answer) = desk.post(&compliance, &info).await;
        assert_eq!(status, 200, "{answer}");
        let shown = desk.get(&compliance).await.1["data"][0].clone();
        assert_eq!(
            (&shown["entity_name"], &shown["entity_type_custom"]),
            (&json!("Korn e. K."), &json!("e. K."))
        );
        assert_eq!(shown["grievance_officer_details"]["name"], "Anna Korn");
        for odd in [json!({}), json!({ "entity_name": "Korn", "entity_type": "NONSENSE" })] {
            assert_eq!(code_of(&desk.post(&compliance, &odd).await.1), 100);
        }
        let automation = format!("/{}/conversational_automation", desk.phone());
        let wanted = json!({ "enable_welcome_message": true, "prompts": ["What is fresh?"],
            "commands": [{ "command_name": "hours", "command_description": "When we are open" }] });
        let (status, answer) = desk.post(&automation, &wanted).await;
        assert_eq!(status, 200, "{answer}");
        let number = format!("/{}?fields=conversational_automation", desk.phone());
        let shown = desk.get(&number).await.1["conversational_automation"].clone();
        assert_eq!(shown["enable_welcome_message"], true);
        assert_eq!(
            (&shown["prompts"], &shown["commands"]),
            (&wanted["prompts"], &wanted["commands"])
        );
        let odd = json!({ "commands": [{ "command_name": "two words" }] });
        assert_eq!(code_of(&desk.post(&automation, &odd).await.1), 100);
        let many = json!({ "prompts": ["a", "b", "c", "d", "e"] });
        assert_eq!(code_of(&desk.post(&automation, &many).await.1), 100);

        // A customer sees it, and who comes in without a word is told of.
        let mut receiver = desk.receiver().await;
        let (priya, conversation) = desk.customer("Priya").await;
        let welcome = receiver.value().await["messages"][0].clone();
        assert_eq!(welcome["type"], "request_welcome");
        let Answer::Header(header) = priya.call(Command::Header { conversation }).await else {
            panic!("a header")
        };
        let ask = Command::Profile { account: header.row.counterpart };
        let Answer::Profile(profile) = priya.call(ask).await else { panic!("a profile") };
        assert_eq!(profile.profile.more.prompts, ["What is fresh?"]);
        assert_eq!(profile.profile.more.commands[0].name, "hours");
        let imprint = profile.profile.more.imprint.expect("an imprint");
        assert_eq!((imprint.name.as_str(), imprint.officer.as_str()), ("Korn e. K.", "Anna Korn"));
    });
}

#[test]
fn a_customers_key_has_a_hash_and_a_send_to_another_key_is_refused() {
    run(async {
        let mut desk = Desk::open().await;
        let settings = format!("/{}/settings", desk.phone());
        let on = json!({ "user_identity_change": { "enable_identity_key_check": true } });
        assert_eq!(desk.post(&settings, &on).await.0, 200);
        assert_eq!(
            desk.get(&settings).await.1["user_identity_change"]["enable_identity_key_check"],
            true
        );
        let encrypt = json!({ "payload_encryption": { "status": "ENABLED" } });
        assert_eq!(code_of(&desk.post(&settings, &encrypt).await.1), 3);
        let mut receiver = desk.receiver().await;
        let (mut priya, conversation) = desk.customer("Priya").await;
        priya.say(conversation, "Hello").await;
        let contact = receiver.value().await["contacts"][0].clone();
        let hash = contact["identity_key_hash"].as_str().expect("a hash").to_owned();
        let wa_id = contact["wa_id"].as_str().expect("a number").to_owned();
        assert_eq!(hash.len(), 12);
        let path = format!("/{}/messages", desk.phone());
        let mut body = text_to(&wa_id, "For this key");
        body["recipient_identity_key_hash"] = json!(hash);
        assert_eq!(desk.post(&path, &body).await.0, 200);
        priya.hear("For this key").await;
        body["recipient_identity_key_hash"] = json!("AAAAAAAAAAA=");
        let (status, answer) = desk.post(&path, &body).await;
        assert_eq!((status, code_of(&answer)), (400, 137_000), "{answer}");
        // Another program that didn't ask for it is told nothing of keys, also after a restart.
        let off = json!({ "user_identity_change": { "enable_identity_key_check": "false" } });
        assert_eq!(desk.post(&settings, &off).await.0, 200);
        let desk = desk.restart(|_config| {}).await;
        priya.say(conversation, "Again").await;
        let contact = message_of(&mut receiver).await["contacts"][0].clone();
        assert!(contact.get("identity_key_hash").is_none(), "{contact}");
        drop(desk);
    });
}

async fn message_of(receiver: &mut Receiver) -> Value {
    loop {
        let value = receiver.value().await;
        if value.get("messages").is_some() {
            return value;
        }
    }
}

#[test]
fn who_works_here_is_listed_and_who_is_removed_is_told_and_noted() {
    run(async {
        let desk = Desk::open_as_owner().await;
        let mut receiver = desk.receiver_of(&["security"]).await;
        let path = format!("/{}/assigned_users", desk.credentials.waba_id);
        // The first look at the devices is no news.
        desk.look().await;
        let listed = desk.get(&path).await.1;
        assert_eq!(listed["summary"]["total_count"], 2);
        let kinds = |kind: &str| {
            let all = listed["data"].as_array().expect("users");
            all.iter().find(|one| one["user_type"] == kind).expect("one").clone()
        };
        assert_eq!(kinds("SYSTEM_USER")["name"], "Gateway");
        let boss = kinds("BUSINESS_USER");
        assert!(boss["tasks"].as_array().is_some_and(|tasks| tasks.contains(&json!("MANAGE"))));
        let unknown = desk.call("DELETE", &format!("{path}?user=8123"), &[], "").await;
        assert_eq!((unknown.0, code_of(&unknown.1)), (400, 100));
        let id = boss["id"].as_str().expect("an id");
        let (status, answer) = desk.call("DELETE", &format!("{path}?user={id}"), &[], "").await;
        assert_eq!(status, 200, "{answer}");
        let told = receiver.value().await;
        assert_eq!(told["event"], "DEVICE_REMOVED", "{told}");
        let activities = format!("/{}/activities", desk.credentials.waba_id);
        let noted = desk.get(&activities).await.1["data"][0].clone();
        assert_eq!(noted["activity_type"], "USER_REMOVED", "{noted}");
        assert!(noted["timestamp"].as_str().is_some_and(|at| at.ends_with('Z')));
        let none = desk.get(&format!("{activities}?activity_type=USER_ADDED")).await.1;
        assert_eq!(none["data"], json!([]));
    });
}
