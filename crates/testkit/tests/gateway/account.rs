//! What is counted, uploads in parts, the catalogue, the app's subscription, and what a customer wants.

use serde_json::{Value, json};
use tresen_testkit::world::run;
use tresen_types::Category;
use tresen_view::Command;

use super::desk::{Desk, code_of};

#[test]
fn what_was_sent_is_counted_by_day_and_template() {
    run(async {
        let mut desk = Desk::open_as_owner().await;
        let mut receiver = desk.receiver().await;
        let (mut priya, _, wa_id) = desk.known_customer(&mut receiver, "Priya").await;
        let waba = desk.credentials.waba_id.clone();
        let template = json!({ "name": "hello", "language": "en", "category": "UTILITY",
            "components": [{ "type": "BODY", "text": "Hello, this is Korn." }] });
        let (_, made) = desk.post(&format!("/{waba}/message_templates"), &template).await;
        let id = made["id"].as_str().expect("an id").to_owned();
        super::templates::approve(&desk, "hello").await;
        desk.send_text(&wa_id, "Good morning").await;
        priya.hear("Good morning").await;
        let send = json!({ "messaging_product": "whatsapp", "to": wa_id, "type": "template",
            "template": { "name": "hello", "language": { "code": "en" } } });
        let (status, answer) = desk.post(&format!("/{}/messages", desk.phone()), &send).await;
        assert_eq!(status, 200, "{answer}");
        // Both are delivered when four statuses were told.
        for _ in 0..4 {
            assert!(receiver.value().await["statuses"].is_array());
        }
        let now = std::time::UNIX_EPOCH.elapsed().expect("a time").as_secs();
        let (start, end) = (now - 3_600, now + 3_600);
        let span = format!("start({start}).end({end})");
        let (status, answer) =
            desk.get(&format!("/{waba}?fields=id,analytics.{span}.granularity(DAY)")).await;
        assert_eq!(status, 200, "{answer}");
        let point = &answer["analytics"]["data_points"][0];
        assert_eq!((&point["sent"], &point["delivered"]), (&json!(2), &json!(2)), "{answer}");
        assert!(answer.get("name").is_none());
        let kinds = format!("/{waba}?fields=conversation_analytics.{span}.granularity(DAILY)");
        let (_, answer) = desk.get(&kinds).await;
        let points = answer["conversation_analytics"]["data"][0]["data_points"].clone();
        let of = |category: &str| {
            let points = points.as_array().expect("points");
            points.iter().filter(|point| point["conversation_category"] == category).count()
        };
        assert_eq!((of("SERVICE"), of("UTILITY")), (1, 1), "{points}");
        let path = format!(
            "/{waba}/template_analytics?start={start}&end={end}&granularity=DAILY&template_ids=[{id}]"
        );
        let (_, answer) = desk.get(&path.replace('[', "%5B%22").replace(']', "%22%5D")).await;
        let point = &answer["data"][0]["data_points"][0];
        assert_eq!((&point["template_id"], &point["sent"]), (&json!(id), &json!(1)), "{answer}");
        let odd = desk.get(&format!("/{waba}?fields=analytics.start(9).end(1)")).await;
        assert_eq!((odd.0, code_of(&odd.1)), (400, 100));
        let (status, answer) = desk.get(&format!("/{waba}?fields=pricing_analytics.{span}")).await;
        assert_eq!(status, 200, "{answer}");
        assert!(answer["pricing_analytics"]["data"][0]["data_points"].is_array());
    });
}

#[test]
fn an_upload_in_parts_goes_on_where_it_broke_off() {
    run(async {
        let desk = Desk::open().await;
        let begin =
            json!({ "file_name": "a.pdf", "file_length": 8, "file_type": "application/pdf" });
        let (status, answer) = desk.post("/app/uploads/", &begin).await;
        assert_eq!(status, 200, "{answer}");
        let id = answer["id"].as_str().expect("an id").to_owned();
        assert!(id.starts_with("upload:"));
        let path = format!("/v23.0/{id}");
        let part = |offset: &'static str| [("file_offset", offset)];
        let (_, answer) = desk.call("POST", &path, &part("0"), "%PDF").await;
        assert_eq!(answer["file_offset"], 4);
        // The other form of the token that uploads bring, and the colon escaped.
        let bearer = format!("OAuth {}", desk.token);
        let headers = [("authorization", bearer.as_str())];
        let escaped = path.replace(':', "%3A");
        let (_, answer) = desk.call_as("GET", &escaped, &headers, "").await;
        assert_eq!(answer, json!({ "id": id, "file_offset": 4 }));
        let wrong = desk.call("POST", &path, &part("0"), "-1.7").await;
        assert_eq!((wrong.0, code_of(&wrong.1)), (400, 100));
        let long = desk.call("POST", &path, &part("4"), "-1.7 and more").await;
        assert_eq!((long.0, code_of(&long.1)), (400, 131_053));
        let (status, answer) = desk.call("POST", &path, &part("4"), "-1.7").await;
        assert_eq!(status, 200, "{answer}");
        assert!(answer["h"].as_str().expect("a handle").starts_with("4::"));
        let odd = json!({ "file_length": 8, "file_type": "application/x-sh" });
        assert_eq!(code_of(&desk.post("/app/uploads", &odd).await.1), 100);
        assert_eq!(code_of(&desk.get("/upload:nothing").await.1), 100);
    });
}

#[test]
fn the_app_ends_its_subscription_and_begins_it_again() {
    run(async {
        let mut desk = Desk::open().await;
        let mut receiver = desk.receiver().await;
        let (priya, conversation, _) = desk.known_customer(&mut receiver, "Priya").await;
        let path = format!("/{}/subscribed_apps", desk.credentials.waba_id);
        assert_eq!(desk.call("DELETE", &path, &[], "").await.0, 200);
        assert_eq!(desk.get(&path).await.1["data"], json!([]));
        priya.say(conversation, "Unheard").await;
        let log = desk.get("/events?after=1&wait_seconds=20").await.1;
        assert_eq!(log["data"].as_array().map(Vec::len), Some(1), "{log}");
        assert_eq!(desk.post(&path, &json!({})).await.0, 200);
        assert_eq!(desk.get(&path).await.1["data"].as_array().map(Vec::len), Some(1));
        priya.say(conversation, "Heard").await;
        assert_eq!(receiver.value().await["messages"][0]["text"]["body"], "Heard");
    });
}

#[test]
fn a_customer_who_wants_no_offers_is_told_once_each_way() {
    run(async {
        let mut desk = Desk::open().await;
        let mut receiver = desk.receiver().await;
        let subscribe = ["messages".to_owned(), "user_preferences".to_owned()];
        let set = desk.commands();
        let url = receiver.url();
        let verify = super::receiver::VERIFY_TOKEN;
        set.set_receiver(&url, verify, &subscribe, &tresen_client::Trust::Web)
            .await
            .expect("a receiver");
        let (priya, conversation, wa_id) = desk.known_customer(&mut receiver, "Priya").await;
        let allow = |offers: bool| {
            let mut categories = vec![Category::Service, Category::Utility];
            categories.extend(offers.then_some(Category::Marketing));
            Command::SetConsent {
                conversation,
                categories: categories.into_iter().collect(),
                wording: "Yes".to_owned(),
                language: "en".to_owned(),
            }
        };
        for (offers, word) in [(true, "resume"), (false, "stop")] {
            priya.call(allow(offers)).await;
            let told = next_preference(&mut receiver).await;
            assert_eq!((&told["wa_id"], &told["value"]), (&json!(wa_id), &json!(word)));
            assert_eq!(told["category"], "marketing_messages");
        }
        priya.say(conversation, "Nothing new").await;
        assert_eq!(receiver.value().await["messages"][0]["text"]["body"], "Nothing new");
    });
}

async fn next_preference(receiver: &mut super::receiver::Receiver) -> Value {
    let value = receiver.value().await;
    value["user_preferences"][0].clone()
}

#[test]
fn the_description_of_itself_has_every_call_and_what_is_beside_it_is_known() {
    run(async {
        let desk = Desk::open().await;
        let (status, answer) = desk.call_as("GET", "/openapi.json", &[], "").await;
        assert_eq!((status, &answer["openapi"]), (200, &json!("3.1.0")));
        for route in tresen_gateway::ROUTES {
            let verb = route.method.to_ascii_lowercase();
            assert!(answer["paths"][route.path][verb.as_str()].is_object(), "{}", route.path);
        }
        let (_, shop) = desk.get(&format!("/{}/whatsapp_commerce_settings", desk.phone())).await;
        assert_eq!(shop["data"][0]["is_catalog_visible"], false);
        let (_, state) = desk.get(&format!("/{}/official_business_account", desk.phone())).await;
        assert_eq!(state["oba_status"], "NOT_STARTED");
        let firm = desk.gateway.ids.portfolio.clone();
        let owned = desk.get(&format!("/{firm}/owned_whatsapp_business_accounts")).await.1;
        assert_eq!(owned["data"][0]["id"], desk.credentials.waba_id.as_str());
        let clients = desk.get(&format!("/{firm}/client_whatsapp_business_accounts")).await.1;
        assert_eq!(clients, json!({ "data": [] }));
        let me = desk.get("/me").await.1;
        assert_eq!(me["id"], desk.credentials.waba_id.as_str());
    });
}

#[test]
fn kinds_and_edges_that_are_not_there_have_their_documented_codes() {
    run(async {
        let mut desk = Desk::open().await;
        let mut receiver = desk.receiver().await;
        let (_priya, _, wa_id) = desk.known_customer(&mut receiver, "Priya").await;
        let path = format!("/{}/messages", desk.phone());
        let send = |kind: &str, content: Value| {
            let mut body = json!({ "messaging_product": "whatsapp", "to": wa_id, "type": kind });
            body[kind] = content;
            body
        };
        let body = json!({ "text": "Words" });
        let mut refused = vec![(send("dance", json!({ "type": "dance" })), 131_051)];
        for kind in ["flow", "call_permission_request", "voice_call"] {
            let content = json!({ "type": kind, "body": body, "action": { "name": kind } });
            refused.push((send("interactive", content), 131_051));
        }
        let mut to_group = send("text", json!({ "body": "Hi" }));
        to_group["recipient_type"] = json!("group");
        refused.push((to_group, 131_051));
        for kind in ["flow", "voice_call", "order_details"] {
            let button = json!({ "type": "button", "sub_type": kind, "index": 0,
                "parameters": [{ "type": "action", "action": {} }] });
            let name = json!({ "name": "x", "language": { "code": "en" }, "components": [button] });
            refused.push((send("template", name), 132_012));
        }
        for (body, code) in refused {
            let (status, answer) = desk.post(&path, &body).await;
            assert_eq!((status, code_of(&answer)), (400, code), "{body}: {answer}");
        }
        let edges = [
            "calls",
            "call_permissions",
            "deregister",
            "groups",
            "messages_encrypted",
            "register",
            "request_code",
            "username",
            "verify_code",
            "whatsapp_business_encryption",
        ];
        for edge in edges {
            let (status, answer) = desk.get(&format!("/{}/{edge}", desk.phone())).await;
            assert_eq!((status, code_of(&answer)), (500, 3), "{edge}");
        }
        // Edges that are served by another verb alone.
        for edge in ["conversational_automation", "media", "smb_app_data"] {
            let (status, answer) = desk.get(&format!("/{}/{edge}", desk.phone())).await;
            assert_eq!((status, code_of(&answer)), (400, 100), "{edge}");
        }
        for edge in ["flows", "migrate_flows", "migrate_message_templates", "signups"] {
            let path = format!("/{}/{edge}", desk.credentials.waba_id);
            let (status, answer) = desk.get(&path).await;
            assert_eq!((status, code_of(&answer)), (500, 3), "{edge}");
        }
    });
}
