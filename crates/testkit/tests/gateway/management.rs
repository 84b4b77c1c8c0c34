//! Who may be written to, who is blocked, entry links, the profile, and what a send would cost.

use serde_json::json;
use tresen_testkit::world::run;

use super::desk::{Desk, code_of, text_to};

#[test]
fn the_window_and_the_permission_of_a_customer_are_shown() {
    run(async {
        let mut desk = Desk::open().await;
        let mut receiver = desk.receiver().await;
        let (_priya, _, wa_id) = desk.known_customer(&mut receiver, "Priya").await;
        let path = format!("/{}/customers?user={wa_id}", desk.phone());
        let (status, answer) = desk.get(&path).await;
        assert_eq!(status, 200, "{answer}");
        let state = &answer["data"][0];
        assert_eq!(state["wa_id"], wa_id.as_str());
        assert_eq!(state["customer_service_window"]["is_open"], true);
        assert!(state["customer_service_window"]["closes_at"].is_i64());
        assert_eq!(state["consent"]["categories"], json!(["SERVICE", "UTILITY"]));
        assert_eq!(state["allowed_now"], json!({ "free_form": true, "templates": ["UTILITY"] }));
        let all = desk.get(&format!("/{}/customers", desk.phone())).await.1;
        assert_eq!(all["data"].as_array().map(Vec::len), Some(1));
        let unknown = desk.get(&format!("/{}/customers?user=1", desk.phone())).await;
        assert_eq!((unknown.0, code_of(&unknown.1)), (400, 100));
    });
}

#[test]
fn a_dry_run_says_what_would_happen_and_sends_nothing() {
    run(async {
        let mut desk = Desk::open().await;
        let mut receiver = desk.receiver().await;
        let (mut priya, conversation, wa_id) = desk.known_customer(&mut receiver, "Priya").await;
        let path = format!("/{}/messages?dry_run=true", desk.phone());
        let (status, answer) = desk.post(&path, &text_to(&wa_id, "Dry")).await;
        assert_eq!(status, 200, "{answer}");
        assert_eq!(answer["dry_run"], true);
        assert_eq!(answer["pricing"]["category"], "service");
        assert!(answer.get("messages").is_none());
        let refused = desk.post(&path, &text_to("4915112345", "Dry")).await;
        assert_eq!((refused.0, code_of(&refused.1)), (400, 131_026));
        desk.send_text(&wa_id, "Wet").await;
        priya.hear("Wet").await;
        assert_eq!(priya.texts(conversation).await, ["Hello", "Wet"]);
    });
}

#[test]
fn a_blocked_user_is_listed_and_let_in_again() {
    run(async {
        let mut desk = Desk::open().await;
        let mut receiver = desk.receiver().await;
        let (_priya, _, wa_id) = desk.known_customer(&mut receiver, "Priya").await;
        let path = format!("/{}/block_users", desk.phone());
        let body = json!({ "messaging_product": "whatsapp",
            "block_users": [{ "user": format!("+{wa_id}") }, { "user": "4915112345" }] });
        let (status, answer) = desk.post(&path, &body).await;
        assert_eq!(status, 200, "{answer}");
        assert_eq!(answer["block_users"]["added_users"][0]["wa_id"], wa_id.as_str());
        assert_eq!(answer["block_users"]["failed_users"][0]["errors"][0]["code"], 139_102);
        let listed = desk.get(&path).await.1;
        assert_eq!(listed["data"][0]["wa_id"], wa_id.as_str());
        let send = format!("/{}/messages", desk.phone());
        let refused = desk.post(&send, &text_to(&wa_id, "Hi")).await;
        assert_eq!((refused.0, code_of(&refused.1)), (400, 131_026));
        let body = json!({ "block_users": [{ "user": wa_id }] }).to_string();
        let (status, answer) = desk.call("DELETE", &path, &[], &body).await;
        assert_eq!(status, 200, "{answer}");
        assert_eq!(desk.get(&path).await.1["data"], json!([]));
    });
}

#[test]
fn entry_links_are_codes_and_the_profile_is_changed_by_owners_alone() {
    run(async {
        let desk = Desk::open_as_owner().await;
        let path = format!("/{}/message_qrdls", desk.phone());
        let query = format!("{path}?prefilled_message=Hello%20there&generate_qr_image=png");
        let (status, made) = desk.call("POST", &query, &[], "").await;
        assert_eq!(status, 200, "{made}");
        assert_eq!(made["prefilled_message"], "Hello there");
        let picture = made["qr_image_url"].as_str().expect("a picture");
        assert!(picture.starts_with("data:image/svg+xml;base64,"));
        let code = made["code"].as_str().expect("a code").to_owned();
        let (_, one) = desk.get(&format!("{path}/{code}")).await;
        assert_eq!(one["data"][0]["deep_link_url"], made["deep_link_url"]);
        assert_eq!(desk.call("DELETE", &format!("{path}/{code}"), &[], "").await.0, 200);
        assert_eq!(code_of(&desk.get(&format!("{path}/{code}")).await.1), 100);

        let profile = format!("/{}/whatsapp_business_profile", desk.phone());
        let body = json!({ "messaging_product": "whatsapp", "about": "Bread since 1907",
            "websites": ["https://korn.example"] });
        let (status, answer) = desk.post(&profile, &body).await;
        assert_eq!(status, 200, "{answer}");
        let (_, shown) = desk.get(&format!("{profile}?fields=about,websites")).await;
        assert_eq!(shown["data"][0]["about"], "Bread since 1907");
        assert_eq!(shown["data"][0]["websites"], json!(["https://korn.example"]));
        let long = json!({ "messaging_product": "whatsapp", "email": "a".repeat(200) });
        assert_eq!(code_of(&desk.post(&profile, &long).await.1), 100);

        let colleague = Desk::open().await;
        let profile = format!("/{}/whatsapp_business_profile", colleague.phone());
        let refused = colleague.post(&profile, &json!({ "about": "Mine" })).await;
        assert_eq!((refused.0, code_of(&refused.1)), (403, 131_005));
    });
}
