//! Start, TLS, stop.

use rcgen::{CertifiedKey, generate_simple_self_signed};
use tresen_proto::{ClientBody, ErrorCode, Ping, Pong, ServerBody};
use tresen_server::TlsConfig;

use crate::client::{Client, now, start};

#[tokio::test]
async fn two_nodes_run_in_one_process() {
    let (folder, other_folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let server = start(folder.path(), |_| {}).await;
    let other = start(other_folder.path(), |_| {}).await;
    assert_ne!(server.origin, other.origin);
    let (_client, hello) = Client::greeted(&server).await;
    let (_other_client, other_hello) = Client::greeted(&other).await;
    assert_ne!(hello.server_key, other_hello.server_key);
    server.shutdown().await.unwrap();
    let (_client, _hello) = Client::greeted(&other).await;
    other.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_shutdown_tells_everybody_when_to_come_back_and_frees_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), |_| {}).await;
    let mut clients = Vec::new();
    for _client in 0..5 {
        clients.push(Client::greeted(&server).await.0);
    }
    let mut listening = Client::connect(&server).await;
    let told = tokio::spawn(async move {
        let mut times = Vec::new();
        for mut client in clients {
            let ServerBody::Closing(closing) = client.body().await else { panic!("no closing") };
            assert_eq!(closing.code, ErrorCode::Unavailable as i32);
            assert_eq!(client.message().await.map(|close| close.op_code), Some(8));
            assert_eq!(client.message().await, None);
            times.push(closing.reconnect_after_ms);
        }
        times
    });
    server.shutdown().await.unwrap();
    let times = told.await.unwrap();
    assert_eq!(times, [0, 800, 1_600, 2_400, 3_200]);
    assert_eq!(listening.read_to_end().await, b"");
    let again = start(folder.path(), |_| {}).await;
    Client::greeted(&again).await;
    again.shutdown().await.unwrap();
}

#[tokio::test]
async fn tls_serves_the_socket_and_the_pages_on_one_port() {
    let folder = tempfile::tempdir().unwrap();
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let certificate_file = folder.path().join("cert.pem");
    let key_file = folder.path().join("key.pem");
    std::fs::write(&certificate_file, cert.pem()).unwrap();
    std::fs::write(&key_file, signing_key.serialize_pem()).unwrap();
    let tls = TlsConfig { certificate_file, key_file };
    let server = start(folder.path(), |config| config.tls = Some(tls)).await;
    assert!(server.origin.starts_with("https://localhost:"));

    let mut client = Client::connect_tls(&server, cert.der().clone()).await;
    assert_eq!(client.upgrade(Some(&server.origin)).await, 101);
    assert!(matches!(client.body().await, ServerBody::Hello(_)));
    for id in 0..100 {
        client.send(ClientBody::Ping(Ping { id })).await;
        let server_time_ms = now().as_millis();
        assert_eq!(client.body().await, ServerBody::Pong(Pong { id, server_time_ms }));
    }
    let mut page = Client::connect_tls(&server, cert.der().clone()).await;
    page.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    assert!(page.read_head().await.starts_with("HTTP/1.1 200 "));
    let mut plain = Client::connect(&server).await;
    plain.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    let refused = plain.read_to_end().await;
    assert!(!refused.starts_with(b"HTTP"), "no plain text on a TLS port");
    server.shutdown().await.unwrap();
}

#[tokio::test]
async fn several_workers_share_the_port_and_stop_together() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), |config| config.workers = 3).await;
    for _client in 0..20 {
        Client::greeted(&server).await;
    }
    server.shutdown().await.unwrap();
}
