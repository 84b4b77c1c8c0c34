//! Who may call what, and what a caller can't do to the gateway.

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tresen_gateway::Scopes;
use tresen_testkit::world::{patiently, run};

use super::desk::{Desk, code_of, text_to};

#[test]
fn only_a_token_that_counts_opens_what_its_scopes_allow() {
    run(async {
        let desk = Desk::open().await;
        let phone = format!("/v23.0/{}", desk.phone());
        let messages = format!("{phone}/messages");
        let body = text_to("491511234567", "Hi").to_string();
        for headers in [
            &[][..],
            &[("authorization", "Bearer nonsense")],
            &[("authorization", "Basic nonsense")],
            &[("authorization", "Bearer ")],
        ] {
            for (method, path) in
                [("GET", &phone), ("POST", &messages), ("GET", &"/metrics".into())]
            {
                let (status, answer) = desk.call_as(method, path, headers, &body).await;
                assert_eq!((status, code_of(&answer)), (401, 190), "{method} {path}");
                assert_eq!(answer["error"]["type"], "OAuthException");
            }
        }
        // Each scope opens its own.
        let (_, manager) = desk.token_with(Scopes { messaging: false, management: true });
        let (number, sender) = desk.token_with(Scopes { messaging: true, management: false });
        let bearer = |token: &str| format!("Bearer {token}");
        let (manager, sender) = (bearer(&manager), bearer(&sender));
        let manager = [("authorization", manager.as_str())];
        let sender = [("authorization", sender.as_str())];
        let refused = desk.call_as("POST", &messages, &manager, &body).await;
        assert_eq!((refused.0, code_of(&refused.1)), (403, 10));
        assert_eq!(code_of(&desk.call_as("POST", &messages, &sender, &body).await.1), 131_026);
        let subscriptions = format!("/{}/subscriptions", desk.credentials.app_id);
        let refused = desk.call_as("DELETE", &subscriptions, &sender, "").await;
        assert_eq!((refused.0, code_of(&refused.1)), (403, 10));
        assert_eq!(desk.call_as("DELETE", &subscriptions, &manager, "").await.0, 200);
        // As a parameter too.
        let (_, found) =
            desk.call_as("GET", &format!("{phone}?access_token={}", desk.token), &[], "").await;
        assert_eq!(found["id"], desk.phone());
        // A revoked token ends at once.
        assert_eq!(desk.call_as("GET", &phone, &sender, "").await.0, 200);
        desk.commands().revoke_token(number).expect("a token");
        let refused = desk.call_as("GET", &phone, &sender, "").await;
        assert_eq!((refused.0, code_of(&refused.1)), (401, 190));
        // A proof of the secret must fit.
        let wrong = format!("{phone}?appsecret_proof=00");
        assert_eq!(code_of(&desk.get(&wrong).await.1), 100);
    });
}

#[test]
fn programs_learn_what_their_token_is() {
    run(async {
        let desk = Desk::open().await;
        let credentials = &desk.credentials;
        let path = format!("/debug_token?input_token={}", desk.token);
        let (_, answer) = desk.get(&path).await;
        assert_eq!(answer["data"]["is_valid"], true);
        assert_eq!(answer["data"]["expires_at"], 0);
        assert_eq!(answer["data"]["app_id"], credentials.app_id.as_str());
        let (_, answer) = desk.get("/v23.0/debug_token?input_token=x").await;
        assert_eq!(answer["data"]["is_valid"], false);
        let (_, answer) = desk.get("/me/permissions").await;
        assert_eq!(answer["data"].as_array().expect("a list").len(), 2);
        let form = format!(
            "grant_type=client_credentials&client_id={}&client_secret={}",
            credentials.app_id, credentials.app_secret
        );
        let kind = [("content-type", "application/x-www-form-urlencoded")];
        let (status, answer) = desk.call_as("POST", "/oauth/access_token", &kind, &form).await;
        assert_eq!((status, &answer["token_type"]), (200, &json!("bearer")));
        let wrong = form.replace(&credentials.app_secret, "guessed");
        let (status, answer) = desk.call_as("POST", "/oauth/access_token", &kind, &wrong).await;
        assert_eq!((status, code_of(&answer)), (400, 100));
        let (status, _) = desk.get("/v23.0/").await;
        assert_eq!(status, 200);
    });
}

#[test]
fn number_business_and_profile_are_shown() {
    run(async {
        let desk = Desk::open().await;
        let (status, number) = desk.get(&format!("/v23.0/{}/", desk.phone())).await;
        assert_eq!(status, 200);
        assert_eq!(number["verified_name"], "Korn & Söhne");
        let spaced = number["display_phone_number"].as_str().expect("a number");
        let digits: String = spaced.chars().filter(char::is_ascii_digit).collect();
        assert_eq!(digits, desk.credentials.display_phone_number);
        let (_, few) = desk.get(&format!("/{}?fields=verified_name,x{{y}}", desk.phone())).await;
        assert_eq!(few, json!({ "id": desk.phone(), "verified_name": "Korn & Söhne" }));
        let business = &desk.credentials.waba_id;
        let (_, listed) = desk.get(&format!("/{business}/phone_numbers")).await;
        assert_eq!(listed["data"][0]["id"], desk.phone());
        let (_, node) = desk.get(&format!("/{business}")).await;
        assert_eq!(node["name"], "Korn & Söhne");
        let profile = format!("/{}/whatsapp_business_profile", desk.phone());
        let (status, answer) = desk.get(&profile).await;
        assert_eq!((status, &answer["data"][0]["messaging_product"]), (200, &json!("whatsapp")));
    });
}

#[test]
fn what_is_not_there_is_never_an_empty_success() {
    run(async {
        let desk = Desk::open().await;
        let phone = desk.phone().to_owned();
        let business = desk.credentials.waba_id.clone();
        for (method, path) in [
            ("GET", "/v23.0/999/messages".to_owned()),
            ("GET", format!("/{phone}/messages")),
            ("POST", format!("/{phone}/nonsense")),
            ("GET", "/4123456789012345".to_owned()),
            ("DELETE", format!("/{business}")),
            ("GET", "/a/b/c/d".to_owned()),
            ("TRACE", format!("/{phone}/settings")),
            ("PUT", format!("/{phone}/block_users")),
        ] {
            let (status, answer) = desk.call(method, &path, &[], "").await;
            assert_eq!((status, code_of(&answer)), (400, 100), "{method} {path}: {answer}");
            assert_eq!(answer["error"]["error_subcode"], 33);
            assert_eq!(answer["error"]["type"], "GraphMethodException");
        }
        for path in [format!("/{phone}/username"), format!("/{business}/flows")] {
            let (status, answer) = desk.get(&path).await;
            assert_eq!((status, code_of(&answer)), (500, 3), "{path}");
        }
    });
}

#[test]
fn bad_bodies_are_refused_and_the_gateway_lives() {
    run(async {
        let desk = Desk::open_with(|config| config.body_ms_max = 200).await;
        let path = format!("/v23.0/{}/messages", desk.phone());
        let huge = format!("{{\"a\":\"{}\"}}", "x".repeat(20 << 20));
        let deep = format!("{{\"a\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
        for body in [huge.as_str(), deep.as_str(), "{", "[]", "7", "\u{0}", "{\"a\":1}}"] {
            let (status, answer) = desk.call("POST", &path, &[], body).await;
            assert_eq!((status, code_of(&answer)), (400, 100));
        }
        // A body that never ends, and a head that never ends.
        let mut socket =
            tokio::net::TcpStream::connect(desk.gateway.local_addr).await.expect("a socket");
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {}\r\n\
             content-length: 1000\r\n\r\n{{\"mess",
            desk.token
        );
        socket.write_all(head.as_bytes()).await.expect("a write");
        let mut answer = vec![0; 4_096];
        let length = patiently(socket.read(&mut answer)).await.expect("an answer");
        let answer = String::from_utf8_lossy(&answer[..length]).into_owned();
        assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("in time"), "{answer}");
        assert_eq!(desk.call_as("GET", "/health", &[], "").await.0, 200);
        let (_, _, metrics) = desk
            .raw(
                "GET",
                "/metrics",
                &[("authorization", &format!("Bearer {}", desk.token))],
                bytes::Bytes::new(),
            )
            .await;
        let metrics = String::from_utf8_lossy(&metrics).into_owned();
        assert!(metrics.contains("tresen_gateway_calls_refused_total 8"), "{metrics}");
    });
}

#[test]
fn too_many_calls_get_the_documented_errors() {
    run(async {
        let mut desk = Desk::open_with(|config| config.messages_per_second = 50).await;
        let mut receiver = desk.receiver().await;
        let (_priya, _, wa_id) = desk.known_customer(&mut receiver, "Priya").await;
        let path = format!("/v23.0/{}/messages", desk.phone());
        let mut codes = std::collections::BTreeSet::new();
        for number in 0..60 {
            let (status, answer) = desk.post(&path, &text_to(&wa_id, &number.to_string())).await;
            if status != 200 {
                assert_eq!(status, 400);
                codes.insert(code_of(&answer));
            }
        }
        assert!(codes.contains(&131_056), "{codes:?}");
        let mut refused = None;
        for _ in 0..260 {
            let (status, answer) = desk.get(&format!("/{}", desk.phone())).await;
            if status != 200 {
                refused = Some((status, code_of(&answer)));
                break;
            }
        }
        assert_eq!(refused, Some((400, 80_007)));
    });
}

#[test]
fn a_receiver_on_a_private_address_is_not_set_over_the_api() {
    run(async {
        let desk = Desk::open().await;
        let receiver = super::receiver::Receiver::start().await;
        let path = format!("/{}/subscribed_apps", desk.credentials.waba_id);
        let port = receiver.url().rsplit_once(':').expect("a port").1.to_owned();
        for url in [
            receiver.url(),
            format!("http://localhost:{port}"),
            format!("http://[::ffff:127.0.0.1]:{port}"),
            format!("http://2130706433:{port}"),
            format!("http://user@127.0.0.1:{port}"),
            "file:///etc/passwd".to_owned(),
            "gopher://127.0.0.1".to_owned(),
        ] {
            let body = json!({
                "override_callback_uri": url,
                "verify_token": super::receiver::VERIFY_TOKEN,
            });
            let (status, answer) = desk.post(&path, &body).await;
            assert_eq!((status, code_of(&answer)), (400, 100), "{url}");
        }
        assert!(desk.get(&path).await.1["data"][0].get("override_callback_uri").is_none());
    });
}
