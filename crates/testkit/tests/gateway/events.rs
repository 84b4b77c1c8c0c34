//! The event log, the log of deliveries, and several receivers.

use serde_json::{Value, json};
use tresen_testkit::world::run;

use super::{
    desk::{Desk, code_of},
    receiver::{Receiver, VERIFY_TOKEN},
};

async fn events(desk: &Desk, query: &str) -> (Vec<Value>, String) {
    let (status, answer) = desk.get(&format!("/v23.0/events?{query}")).await;
    assert_eq!(status, 200, "{answer}");
    let after = answer["paging"]["cursors"]["after"].as_str().expect("a cursor").to_owned();
    (answer["data"].as_array().expect("events").clone(), after)
}

fn text_of(event: &Value) -> &Value {
    &event["entry"][0]["changes"][0]["value"]["messages"][0]["text"]["body"]
}

#[test]
fn nothing_is_lost_while_nobody_listens_and_a_poll_waits() {
    run(async {
        let mut desk = Desk::open().await;
        let (priya, conversation) = desk.customer("Priya").await;
        priya.say(conversation, "one").await;
        let (first, after) = events(&desk, "wait_seconds=20").await;
        assert_eq!(first.len(), 1);
        assert_eq!(text_of(&first[0]), "one");
        assert_eq!(first[0]["object"], "whatsapp_business_account");
        assert!(events(&desk, &format!("after={after}")).await.0.is_empty());
        let query = format!("after={after}&wait_seconds=20&limit=1");
        let waiting = events(&desk, &query);
        let saying = async {
            tokio::task::yield_now().await;
            priya.say(conversation, "two").await
        };
        let ((second, _), _) = tokio::join!(waiting, saying);
        assert_eq!(text_of(&second[0]), "two");
        // The whole log is there again, also after a restart.
        let desk = desk.restart(|_config| {}).await;
        let (all, _) = events(&desk, "after=0").await;
        assert_eq!(all.iter().map(text_of).collect::<Vec<_>>(), ["one", "two"]);
        let refused = desk.get("/events?after=x").await;
        assert_eq!((refused.0, code_of(&refused.1)), (400, 100));
    });
}

#[test]
fn several_receivers_each_get_all_and_one_that_is_down_holds_up_no_other() {
    run(async {
        let mut desk = Desk::open_with(|config| config.has_private_reach = true).await;
        let mut first = desk.receiver().await;
        let mut second = Receiver::start().await;
        let wish = json!({
            "callback_url": second.url(),
            "verify_token": VERIFY_TOKEN,
            "fields": ["messages"],
        });
        let (status, made) = desk.post("/subscribers", &wish).await;
        assert_eq!(status, 200, "{made}");
        let wrong = json!({ "callback_url": second.url(), "verify_token": "no" });
        assert_eq!(code_of(&desk.post("/subscribers", &wrong).await.1), 100);
        second.will_answer(&[500, 500]);
        let (priya, conversation) = desk.customer("Priya").await;
        priya.say(conversation, "one").await;
        let body = first.next().await.body;
        for _ in 0..3 {
            assert_eq!(second.next().await.body, body);
        }
        let subscriber = made["id"].as_str().expect("an id");
        let path = format!("/subscribers/{subscriber}");
        assert_eq!(desk.call("DELETE", &path, &[], "").await.0, 200);
        priya.say(conversation, "two").await;
        assert_eq!(first.value().await["messages"][0]["text"]["body"], "two");
        assert!(second.is_quiet());
    });
}

#[test]
fn a_delivery_is_logged_replayed_and_tried_with_a_sample() {
    run(async {
        let mut desk = Desk::open().await;
        let mut receiver = desk.receiver().await;
        receiver.will_answer(&[503]);
        let (priya, conversation) = desk.customer("Priya").await;
        priya.say(conversation, "one").await;
        let came = receiver.next().await;
        assert_eq!(receiver.next().await.body, came.body);
        let (_, log) = desk.get("/deliveries").await;
        let event = log["data"][0]["event"].as_str().expect("an event").to_owned();
        let (status, answer) = desk.post("/deliveries/replay", &json!({ "event": event })).await;
        assert_eq!(status, 200, "{answer}");
        assert_eq!(receiver.next().await.body, came.body);
        let nothing = desk.post("/deliveries/replay", &json!({ "event": "99" })).await;
        assert_eq!((nothing.0, code_of(&nothing.1)), (400, 100));
        receiver.will_answer(&[418]);
        let (_, tried) = desk.post("/deliveries/test", &json!({})).await;
        assert_eq!(tried, json!({ "success": false, "http_status": 418 }));
        assert_eq!(receiver.value().await["messages"][0]["text"]["body"], "This is a test.");
    });
}
