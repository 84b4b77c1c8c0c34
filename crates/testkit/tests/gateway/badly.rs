//! Bad input and bad days: odd bodies, receivers that misbehave, a server that is away, a gateway that was
//! removed.

use std::{
    cell::Cell,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use futures::StreamExt as _;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};
use tresen_client::Trust;
use tresen_gateway::WhenAway;
use tresen_testkit::world::{patiently, run};
use tresen_types::limits::DAY_MS;
use tresen_view::{Answer, Command};

use super::{
    desk::{Desk, code_of, text_to},
    receiver::VERIFY_TOKEN,
};

#[test]
fn values_of_a_wrong_kind_have_their_codes_and_unknown_ones_are_passed_over() {
    run(async {
        let mut desk = Desk::open().await;
        let mut receiver = desk.receiver().await;
        let (mut priya, _, wa_id) = desk.known_customer(&mut receiver, "Priya").await;
        let path = format!("/{}/messages", desk.phone());
        let mut odd = text_to(&wa_id, "Hi");
        odd["surprise"] = json!({ "a": [1, null, { "b": true }] });
        odd["text"]["surprise"] = json!(7);
        odd["context"] = json!(null);
        odd["recipient_identity_key_hash"] = json!(null);
        assert_eq!(desk.post(&path, &odd).await.0, 200);
        priya.hear("Hi").await;
        let changed = |pointer: &str, value: Value| {
            let mut body = text_to(&wa_id, "Hi");
            if body.pointer(pointer).is_none() {
                body[pointer.trim_start_matches('/')] = json!(null);
            }
            *body.pointer_mut(pointer).expect("a place") = value;
            body
        };
        for (pointer, value, code) in [
            ("/messaging_product", json!(7), 100),
            ("/to", json!({}), 131_009),
            ("/to", json!(true), 131_009),
            ("/to", json!("12345678901234567"), 100),
            ("/type", json!(1), 131_009),
            ("/type", json!({}), 131_009),
            ("/text", json!("Hi"), 131_009),
            ("/text", json!([]), 131_009),
            ("/text/body", json!(7), 131_009),
            ("/text/body", json!("  "), 100),
            ("/recipient_type", json!(7), 100),
            ("/context", json!({ "message_id": 7 }), 131_009),
            ("/biz_opaque_callback_data", json!([]), 131_009),
            ("/status", json!(true), 100),
        ] {
            let (status, answer) = desk.post(&path, &changed(pointer, value.clone())).await;
            assert_eq!((status, code_of(&answer)), (400, code), "{pointer} {value}: {answer}");
        }
    });
}

/// What a receiver does with the next webhook.
#[derive(Clone, Copy, PartialEq)]
enum Mood {
    Hangs,
    Ends,
    TalksGarbage,
    Moves,
    TalksForever,
    Takes,
}

async fn serve(mut socket: TcpStream, mood: Rc<Cell<Mood>>, came: mpsc::UnboundedSender<String>) {
    let mut text = String::new();
    let mut bytes = [0; 4_096];
    // A webhook here is smaller than what one reading gives, and ends with its JSON.
    while !text.ends_with("_account\"}") && !text.starts_with("GET ") {
        match socket.read(&mut bytes).await {
            Ok(count) if count > 0 => text.push_str(&String::from_utf8_lossy(&bytes[..count])),
            _ => return,
        }
    }
    if let Some((_, challenge)) = text.split_once("hub.challenge=") {
        let challenge: String = challenge.chars().take_while(char::is_ascii_digit).collect();
        let length = challenge.len();
        let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{challenge}");
        drop(socket.write_all(answer.as_bytes()).await);
        return;
    }
    let body = text.split("\r\n\r\n").nth(1).unwrap_or_default().to_owned();
    let now = mood.get();
    drop(came.send(body));
    let answer = match now {
        Mood::Hangs => {
            std::future::pending::<()>().await;
            return;
        }
        Mood::Ends => return,
        Mood::TalksGarbage => "\u{1}garbage\r\n\r\n".to_owned(),
        Mood::Moves => "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/x\r\n\
                        content-length: 0\r\n\r\n"
            .to_owned(),
        Mood::TalksForever => {
            format!("HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n{}", "x".repeat(1_000_000))
        }
        Mood::Takes => "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_owned(),
    };
    drop(socket.write_all(answer.as_bytes()).await);
}

#[test]
fn a_receiver_that_hangs_moves_or_talks_garbage_gets_it_again() {
    run(async {
        let mut desk = Desk::open_with(|config| config.webhook_ms_max = 300).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
        let (sender, mut came) = mpsc::unbounded_channel();
        let mood = Rc::new(Cell::new(Mood::Hangs));
        let of_task = Rc::clone(&mood);
        tokio::task::spawn_local(async move {
            loop {
                let (socket, _) = listener.accept().await.expect("a socket");
                tokio::task::spawn_local(serve(socket, Rc::clone(&of_task), sender.clone()));
            }
        });
        let set = desk.commands();
        set.set_receiver(&url, VERIFY_TOKEN, &[], &Trust::Web).await.expect("it answers");
        let (priya, conversation) = desk.customer("Priya").await;
        priya.say(conversation, "Hello").await;
        let first = patiently(came.recv()).await.expect("a webhook");
        for next in [Mood::Ends, Mood::TalksGarbage, Mood::Moves, Mood::TalksForever, Mood::Takes] {
            mood.set(next);
            // What was under way with the former mood may come before.
            assert_eq!(patiently(came.recv()).await.expect("again"), first);
        }
        // The gateway lives, and what comes next is delivered.
        priya.say(conversation, "Still there?").await;
        loop {
            let body = patiently(came.recv()).await.expect("a webhook");
            if body.contains("Still there?") {
                break;
            }
            assert_eq!(body, first);
        }
    });
}

#[test]
fn a_receiver_may_be_away_for_a_day_but_not_for_eight() {
    run(async {
        let ahead = Arc::new(AtomicI64::new(0));
        let of_clock = Arc::clone(&ahead);
        let machine = tresen_gateway::system_clock();
        let clock: tresen_gateway::Clock =
            Arc::new(move || machine().plus_millis(of_clock.load(Ordering::SeqCst)));
        let mut desk = Desk::open_with(|config| config.clock = Arc::clone(&clock)).await;
        let mut receiver = desk.receiver().await;
        let (priya, conversation) = desk.customer("Priya").await;
        receiver.will_answer(&[500; 40]);
        priya.say(conversation, "one").await;
        let first = receiver.next().await;
        for days in [1, 6] {
            ahead.store(days * DAY_MS, Ordering::SeqCst);
            desk.gateway.clock_moved();
            assert_eq!(receiver.next().await.body, first.body, "after {days} days");
        }
        ahead.store(8 * DAY_MS, Ordering::SeqCst);
        desk.gateway.clock_moved();
        receiver.will_answer(&[]);
        priya.say(conversation, "two").await;
        loop {
            let came = receiver.next().await;
            if came.body != first.body {
                assert_eq!(came.value()["messages"][0]["text"]["body"], "two");
                break;
            }
        }
        let (_, log) = desk.get("/deliveries").await;
        assert_eq!(log["data"][1]["state"], "given_up", "{log}");
    });
}

#[test]
fn while_the_server_is_away_sends_are_kept_and_go_when_it_is_back() {
    run(async {
        let mut desk = Desk::open().await;
        let mut receiver = desk.receiver().await;
        let (mut priya, _, wa_id) = desk.known_customer(&mut receiver, "Priya").await;
        desk.world.stop_server().await;
        let id = desk.send_text(&wa_id, "While you were away").await;
        let key = [("idempotency-key", "k")];
        let path = format!("/{}/messages", desk.phone());
        let body = text_to(&wa_id, "Once").to_string();
        let first = desk.call("POST", &path, &key, &body).await;
        assert_eq!(first.0, 200, "{}", first.1);
        let mut desk = desk.restart(|_config| {}).await;
        assert_eq!(desk.call("POST", &path, &key, &body).await, first);
        let (status, _) = desk.get("/health").await;
        assert_eq!(status, 503);
        desk.world.start_server().await;
        priya.hear("While you were away").await;
        priya.hear("Once").await;
        let status = receiver.value().await["statuses"][0].clone();
        assert_eq!((&status["id"], &status["status"]), (&json!(id), &json!("sent")));
    });
}

#[test]
fn a_gateway_that_is_told_so_refuses_sends_while_the_server_is_away_and_keeps_none() {
    run(async {
        let mut desk = Desk::open_with(|config| config.when_away = WhenAway::Refuse).await;
        let mut receiver = desk.receiver().await;
        let (mut priya, conversation, wa_id) = desk.known_customer(&mut receiver, "Priya").await;
        desk.world.stop_server().await;
        until_health(&desk, "offline").await;
        let key = [("idempotency-key", "k")];
        let path = format!("/{}/messages", desk.phone());
        let body = text_to(&wa_id, "With a key").to_string();
        for headers in [&[][..], &key] {
            let (status, answer) = desk.call("POST", &path, headers, &body).await;
            assert_eq!((status, code_of(&answer)), (500, 131_016), "{answer}");
            assert_eq!(answer["error"]["is_transient"], true);
        }
        desk.world.start_server().await;
        until_health(&desk, "ok").await;
        // The refused call has used nothing up.
        let (status, answer) = desk.call("POST", &path, &key, &body).await;
        assert_eq!(status, 200, "{answer}");
        priya.hear("With a key").await;
        assert_eq!(priya.texts(conversation).await, ["Hello", "With a key"]);
    });
}

async fn until_health(desk: &Desk, word: &str) {
    let is_so = async {
        while desk.get("/health").await.1["status"] != word {
            tokio::task::yield_now().await;
        }
    };
    patiently(is_so).await;
}

#[test]
fn a_thousand_sends_at_once_from_one_token_are_all_answered_and_the_limit_holds() {
    const LIMIT: u32 = 20;
    run(async {
        // The gateway's clock stands still, so that the limit is one number.
        let ahead = Arc::new(AtomicI64::new(0));
        let (of_clock, began) = (Arc::clone(&ahead), tresen_gateway::system_clock()());
        let clock: tresen_gateway::Clock =
            Arc::new(move || began.plus_millis(of_clock.load(Ordering::SeqCst)));
        let mut desk = Desk::open_with(|config| {
            config.clock = Arc::clone(&clock);
            config.messages_per_second = LIMIT;
            config.pair_burst = 10_000;
        })
        .await;
        let mut receiver = desk.receiver().await;
        let (mut priya, conversation, wa_id) = desk.known_customer(&mut receiver, "Priya").await;
        let path = format!("/{}/messages", desk.phone());
        let send = |text: String| {
            let (desk, path, wa_id) = (&desk, &path, &wa_id);
            async move { desk.post(path, &text_to(wa_id, &text)).await }
        };
        let all = futures::stream::iter((0..1_000).map(|number| send(format!("n{number}"))));
        let all: Vec<(u16, Value)> = patiently(all.buffer_unordered(64).collect()).await;
        let taken = all.iter().filter(|(status, _)| *status == 200).count();
        assert_eq!(u32::try_from(taken), Ok(LIMIT));
        for (status, answer) in all.iter().filter(|(status, _)| *status != 200) {
            assert_eq!((*status, code_of(answer)), (400, 130_429), "{answer}");
            assert_eq!(answer["error"]["is_transient"], true);
        }
        // A second later there is room again.
        ahead.store(1_000, Ordering::SeqCst);
        assert_eq!(send("later".to_owned()).await.0, 200);
        priya.hear("later").await;
        // The greeting, what was taken, and what was sent later.
        assert_eq!(u32::try_from(priya.texts(conversation).await.len()), Ok(1 + LIMIT + 1));
    });
}

#[test]
fn a_gateway_that_was_removed_sends_nothing_and_says_so() {
    run(async {
        let mut desk = Desk::open().await;
        let mut receiver = desk.receiver().await;
        let (priya, conversation, wa_id) = desk.known_customer(&mut receiver, "Priya").await;
        let Answer::Devices(devices) = desk.owner.call(Command::Devices).await else {
            panic!("devices")
        };
        let gateway = devices.into_iter().find(|one| !one.is_this).expect("the gateway");
        desk.owner.call(Command::RemoveDevice { device: gateway.device }).await;
        let gone = async {
            loop {
                let (status, answer) = desk.get("/health").await;
                if status == 503 && answer["status"] == "removed" {
                    return;
                }
                tokio::task::yield_now().await;
            }
        };
        patiently(gone).await;
        let path = format!("/{}/messages", desk.phone());
        let (status, answer) = desk.post(&path, &text_to(&wa_id, "Hi")).await;
        assert_eq!((status, code_of(&answer)), (403, 131_005), "{answer}");
        priya.say(conversation, "Unheard").await;
        desk.get("/events?after=1&wait_seconds=1").await;
        assert!(receiver.is_quiet());
    });
}
