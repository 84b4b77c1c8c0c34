//! Customers that are away or have blocked, a clock that is advanced, and faults.

use serde_json::json;
use tresen_testkit::world::run;

use super::api::Sandbox;

#[test]
fn who_is_offline_gets_it_later_and_who_blocks_gets_nothing() {
    run(async {
        let sandbox = Sandbox::start().await;
        let priya = sandbox.wa_id(0).to_owned();
        sandbox.says(&priya, &json!({ "type": "text", "text": { "body": "Hello" } })).await;
        sandbox.heard("text").await;
        sandbox.drive(&format!("/customers/{priya}/offline"), &json!({})).await;
        let say = format!("/customers/{priya}/messages");
        let (status, _) = sandbox.control("POST", &say, &json!({ "text": { "body": "a" } })).await;
        assert_eq!(status, 409);
        let (_, sent) = sandbox.send(&priya, "text", &json!({ "body": "Are you there?" })).await;
        let id = sent["messages"][0]["id"].as_str().expect("an id").to_owned();
        sandbox.until_status(&id, "sent").await;
        sandbox.drive(&format!("/customers/{priya}/online"), &json!({})).await;
        sandbox.until_status(&id, "delivered").await;
        sandbox.drive(&format!("/customers/{priya}/block"), &json!({})).await;
        let (status, answer) = sandbox.send(&priya, "text", &json!({ "body": "Hi" })).await;
        assert!(status == 400 || status == 200, "{answer}");
        if status == 200 {
            let id = answer["messages"][0]["id"].as_str().expect("an id").to_owned();
            sandbox.until_status(&id, "failed").await;
        }
        let (status, _) = sandbox.control("POST", "/customers/1/block", &json!({})).await;
        assert_eq!(status, 404);
    });
}

#[test]
fn the_window_closes_when_a_day_passes() {
    run(async {
        let sandbox = Sandbox::start().await;
        let priya = sandbox.wa_id(0).to_owned();
        sandbox.says(&priya, &json!({ "type": "text", "text": { "body": "Hello" } })).await;
        sandbox.heard("text").await;
        assert_eq!(sandbox.send(&priya, "text", &json!({ "body": "Hi" })).await.0, 200);
        sandbox.drive("/clock", &json!({ "advance_seconds": 90_000 })).await;
        let (status, answer) = sandbox.send(&priya, "text", &json!({ "body": "Hi" })).await;
        assert_eq!((status, &answer["error"]["code"]), (400, &json!(131_047)));
        let path = format!("/{}/customers?user={priya}", sandbox.of("phone_number_id"));
        let (_, state) = sandbox.api("GET", &path, &json!({})).await;
        assert_eq!(state["data"][0]["customer_service_window"]["is_open"], false);
        sandbox.says(&priya, &json!({ "type": "text", "text": { "body": "Again" } })).await;
        sandbox
            .until(|value| (value["messages"][0]["text"]["body"] == "Again").then_some(()))
            .await;
        assert_eq!(sandbox.send(&priya, "text", &json!({ "body": "Hi" })).await.0, 200);
        let back = sandbox.control("POST", "/clock", &json!({ "advance_seconds": -1 })).await;
        assert_eq!(back.0, 400);
    });
}

#[test]
fn faults_come_when_they_are_asked_for() {
    run(async {
        let sandbox = Sandbox::start().await;
        let number = format!("/{}", sandbox.of("phone_number_id"));
        let faults = json!({ "faults": ["429", "5xx", { "kind": "drop", "on": "api" },
            { "kind": "slow", "delay_ms": 10 }] });
        sandbox.drive("/faults", &faults).await;
        let mut statuses = Vec::new();
        for _ in 0..5 {
            statuses.push(sandbox.api("GET", &number, &json!({})).await.0);
        }
        assert_eq!(statuses, [429, 500, 0, 200, 200]);
    });
}

#[test]
fn a_template_is_made_approved_and_sent() {
    run(async {
        let sandbox = Sandbox::start().await;
        let priya = sandbox.wa_id(1).to_owned();
        let template = json!({ "name": "ready", "language": "en", "category": "UTILITY",
            "components": [{ "type": "BODY", "text": "Order {{1}} is ready at the counter.",
                "example": { "body_text": [["A7"]] } }] });
        let path = format!("/{}/message_templates", sandbox.of("waba_id"));
        let (status, made) = sandbox.api("POST", &path, &template).await;
        assert_eq!((status, &made["status"]), (200, &json!("PENDING")), "{made}");
        let instance = json!({ "name": "ready", "language": { "code": "en" }, "components": [
            { "type": "body", "parameters": [{ "type": "text", "text": "B8" }] }] });
        assert_eq!(sandbox.send(&priya, "template", &instance).await.0, 404);
        let id = made["id"].as_str().expect("an id");
        sandbox.drive(&format!("/templates/{id}/approve"), &json!({})).await;
        let told = sandbox
            .until(|value| (value["message_template_name"] == "ready").then(|| value.clone()));
        let told = told.await;
        assert_eq!(told["event"], "APPROVED");
        assert_eq!(told["message_template_id"].to_string(), id);
        let (_, shown) = sandbox.api("GET", &format!("/{id}"), &json!({})).await;
        assert_eq!(shown["components"], template["components"]);
        let (status, answer) = sandbox.send(&priya, "template", &instance).await;
        assert_eq!(status, 200, "{answer}");
        let id = answer["messages"][0]["id"].as_str().expect("an id").to_owned();
        sandbox.until_status(&id, "delivered").await;
        let (_, webhooks) = sandbox.control("GET", "/webhooks", &json!({})).await;
        assert!(webhooks["webhooks"].as_array().is_some_and(|all| all.len() >= 2));
    });
}
