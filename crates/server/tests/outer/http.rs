//! Pages, health, metrics, and what is refused over HTTP.

use crate::client::{Client, start};

#[tokio::test]
async fn every_answer_has_the_security_headers() {
    let folder = tempfile::tempdir().unwrap();
    let dist = folder.path().join("dist");
    std::fs::create_dir_all(dist.join("assets")).unwrap();
    std::fs::write(dist.join("index.html"), "<!doctype html>").unwrap();
    std::fs::write(dist.join("assets/a-1.js"), "1").unwrap();
    let server = start(folder.path(), |config| config.web_dist = Some(dist)).await;
    let mut client = Client::connect(&server).await;
    let socket = server.origin.replace("http://", "ws://");
    for path in ["/", "/e/0123456789abc", "/assets/a-1.js", "/v1/nothing", "/a.php", "/healthz"] {
        let answer = client.ask("GET", path, "", b"").await;
        let policy = answer.header("content-security-policy").unwrap().to_owned();
        assert!(policy.contains("default-src 'none'"), "{path}");
        assert!(policy.contains("script-src 'self' 'wasm-unsafe-eval';"));
        assert!(policy.contains(&format!("connect-src 'self' {socket};")));
        assert!(!policy.contains("unsafe-inline"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(answer.header("cross-origin-opener-policy"), Some("same-origin"));
        assert!(answer.header("permissions-policy").unwrap().contains("camera=(self)"));
    }
    let page = client.ask("GET", "/business", "", b"").await;
    assert_eq!((page.status, page.body), (200, b"<!doctype html>".to_vec()));
    server.shutdown().await.unwrap();
}

#[tokio::test]
async fn health_is_open_and_metrics_are_for_this_machine() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), |_| {}).await;
    let mut client = Client::connect(&server).await;
    assert_eq!(client.ask("GET", "/healthz", "", b"").await.body, b"ok\n");
    assert_eq!(client.ask("GET", "/readyz", "", b"").await.status, 200);
    let _socket = Client::greeted(&server).await;
    let metrics = client.ask("GET", "/metrics", "", b"").await;
    let text = String::from_utf8(metrics.body).unwrap();
    assert!(text.contains("\ntresen_connections 1\n"), "{text}");
    let proxied = client.ask("GET", "/metrics", "X-Forwarded-For: 192.0.2.1\r\n", b"").await;
    assert_eq!(proxied.status, 403);
    server.shutdown().await.unwrap();
}

#[tokio::test]
async fn metrics_may_need_a_token() {
    let folder = tempfile::tempdir().unwrap();
    let token = "0123456789abcdef0123456789abcdef";
    let token_file = folder.path().join("token");
    std::fs::write(&token_file, format!("{token}\n")).unwrap();
    let server = start(folder.path(), |config| config.metrics.token_file = Some(token_file)).await;
    let mut client = Client::connect(&server).await;
    assert_eq!(client.ask("GET", "/metrics", "", b"").await.status, 403);
    let right = format!("Authorization: Bearer {token}\r\n");
    assert_eq!(client.ask("GET", "/metrics", &right, b"").await.status, 200);
    let wrong = format!("Authorization: Bearer {token}0\r\n");
    assert_eq!(client.ask("GET", "/metrics", &wrong, b"").await.status, 403);
    server.shutdown().await.unwrap();
}

#[tokio::test]
async fn what_is_not_there_is_refused_plainly() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), |_| {}).await;
    let mut client = Client::connect(&server).await;
    for (method, path, status) in [
        ("GET", "/v1/socket?a", 426),
        ("GET", "/v1/entry/nonsense", 404),
        ("POST", "/", 405),
        ("PUT", "/v1/entry/0123456789abc", 405),
        ("GET", "/v1/blob/f_00000000000000000000000000", 401),
        ("POST", "/v1/blob", 401),
        ("GET", "/v1/blobs", 404),
        ("GET", "/.git/config", 404),
    ] {
        let mut fresh = Client::connect(&server).await;
        let answer = fresh.ask(method, path, "", b"").await;
        assert_eq!(answer.status, status, "{method} {path}");
    }
    let unbuilt = client.ask("GET", "/", "", b"").await;
    assert!(String::from_utf8(unbuilt.body).unwrap().contains("cargo xtask web"));
    server.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_network_that_asks_too_much_is_told_to_wait() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), |config| {
        config.rates.http_per_prefix.burst = 3;
        config.rates.http_per_prefix.interval_ms = 5_000;
    })
    .await;
    let mut client = Client::connect(&server).await;
    for _request in 0..3 {
        assert_eq!(client.ask("GET", "/healthz", "", b"").await.status, 200);
    }
    let refused = client.ask("GET", "/healthz", "", b"").await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, Some("5")));
    server.shutdown().await.unwrap();
}
