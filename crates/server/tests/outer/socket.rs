//! Frames that are well formed, and all the others.

use tresen_proto::{
    ClientBody, ClientFrame, ErrorCode, FetchRecovery, Ping, Pong, ReplyBody, RequestBody,
    ServerBody, encode_frame,
};

use crate::client::{BINARY, Client, ServerMessage, masked, now, start};

const NORMAL: u16 = 1000;
const PROTOCOL_ERROR: u16 = 1002;
const UNSUPPORTED: u16 = 1003;
const TOO_BIG: u16 = 1009;

fn ping(id: u64) -> Vec<u8> {
    encode_frame(&ClientFrame::from(ClientBody::Ping(Ping { id })))
}

fn pong(id: u64) -> ServerBody {
    ServerBody::Pong(Pong { id, server_time_ms: now().as_millis() })
}

async fn assert_closed_with(client: &mut Client, status: u16) {
    let close = client.message().await.expect("a close frame");
    assert_eq!(close, ServerMessage { op_code: 8, payload: status.to_be_bytes().to_vec() });
    assert_eq!(client.message().await, None);
}

#[tokio::test]
async fn the_hello_comes_first_and_every_connection_has_its_own_nonce() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), |_| {}).await;
    let (_first, one) = Client::greeted(&server).await;
    let (_second, two) = Client::greeted(&server).await;
    assert_eq!(one.origin, server.origin);
    assert_eq!((one.versions, one.nonce.len(), one.server_key.len()), (vec![1], 32, 32));
    assert_ne!(one.nonce, two.nonce);
    server.shutdown().await.unwrap();
}

#[tokio::test]
async fn pings_of_both_layers_are_answered() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), |_| {}).await;
    let (mut client, _hello) = Client::greeted(&server).await;
    client.send(ClientBody::Ping(Ping { id: 7 })).await;
    assert_eq!(client.body().await, pong(7));
    client.frame(0x89, b"hello").await;
    let answer = client.message().await.unwrap();
    assert_eq!(answer, ServerMessage { op_code: 0xa, payload: b"hello".to_vec() });
    client.frame(0x88, &NORMAL.to_be_bytes()).await;
    assert_closed_with(&mut client, NORMAL).await;
    server.shutdown().await.unwrap();
}

#[tokio::test]
async fn frames_may_come_in_any_pieces() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), |_| {}).await;
    let (mut client, _hello) = Client::greeted(&server).await;
    // Two frames in one write, then one frame byte by byte, then one in three fragments.
    let mut two = masked(BINARY, &ping(1));
    two.extend_from_slice(&masked(BINARY, &ping(2)));
    client.write(&two).await;
    for byte in masked(BINARY, &ping(3)) {
        client.write(&[byte]).await;
    }
    let whole = ping(300);
    client.frame(0x02, &whole[..1]).await;
    client.frame(0x00, &whole[1..2]).await;
    client.frame(0x89, b"between").await;
    client.frame(0x80, &whole[2..]).await;
    assert_eq!(client.body().await, pong(1));
    assert_eq!(client.body().await, pong(2));
    assert_eq!(client.body().await, pong(3));
    assert_eq!(client.message().await.unwrap().op_code, 0xa);
    assert_eq!(client.body().await, pong(300));
    server.shutdown().await.unwrap();
}

#[tokio::test]
async fn what_no_client_may_send_closes_the_connection_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), |_| {}).await;
    let (mut bystander, _hello) = Client::greeted(&server).await;
    let unmasked = vec![0x82, 0x01, 0x00];
    let mut oversized = vec![0x82, 0xff];
    oversized.extend_from_slice(&((1_u64 << 20) + 1).to_be_bytes());
    oversized.extend_from_slice(&[0; 4]);
    for (bytes, status) in [
        (unmasked, PROTOCOL_ERROR),
        (masked(0xc2, b"reserved bit"), PROTOCOL_ERROR),
        (masked(0x80, b"continues nothing"), PROTOCOL_ERROR),
        (masked(0x81, b"text"), UNSUPPORTED),
        (oversized, TOO_BIG),
    ] {
        let (mut client, _hello) = Client::greeted(&server).await;
        client.write(&bytes).await;
        assert_closed_with(&mut client, status).await;
    }
    bystander.send(ClientBody::Ping(Ping { id: 1 })).await;
    assert_eq!(bystander.body().await, pong(1));
    server.shutdown().await.unwrap();
}

#[tokio::test]
async fn what_is_no_frame_of_ours_is_answered_with_closing() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), |_| {}).await;
    for payload in [&b"\xff\xff\xff"[..], b""] {
        let (mut client, _hello) = Client::greeted(&server).await;
        client.frame(BINARY, payload).await;
        let ServerBody::Closing(closing) = client.body().await else { panic!("no closing") };
        assert_eq!(closing.code, ErrorCode::Malformed as i32);
        assert_closed_with(&mut client, 1001).await;
    }
    server.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_request_without_a_known_body_is_unsupported_and_the_connection_stays() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), |_| {}).await;
    let (mut client, _hello) = Client::greeted(&server).await;
    client.send(ClientBody::Request(tresen_proto::Request { id: 5, body: None })).await;
    let ServerBody::Reply(reply) = client.body().await else { panic!("no reply") };
    let Some(ReplyBody::Error(error)) = reply.body else { panic!("no error") };
    assert_eq!((reply.id, error.code), (5, ErrorCode::Unsupported as i32));
    client.request(6, RequestBody::FetchRecovery(FetchRecovery { lookup_key: vec![1; 32] })).await;
    let ServerBody::Reply(reply) = client.body().await else { panic!("no reply") };
    assert_eq!(reply.id, 6);
    server.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_truncated_frame_is_the_end_of_its_connection_alone() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), |_| {}).await;
    let whole = masked(BINARY, &ping(1));
    for length in 0..whole.len() {
        let (mut client, _hello) = Client::greeted(&server).await;
        client.write(&whole[..length]).await;
        drop(client);
    }
    let (mut client, _hello) = Client::greeted(&server).await;
    client.send(ClientBody::Ping(Ping { id: 1 })).await;
    assert_eq!(client.body().await, pong(1));
    server.shutdown().await.unwrap();
}

#[tokio::test]
async fn only_pages_of_the_own_or_an_allowed_origin_get_the_socket() {
    let folder = tempfile::tempdir().unwrap();
    let allowed = "https://shop.example";
    let allow = |config: &mut tresen_server::Config| {
        config.allowed_origins = vec![allowed.to_owned()];
    };
    let server = start(folder.path(), allow).await;
    let own = server.origin.clone();
    for (origin, status) in [
        (Some(own.as_str()), 101),
        (Some(allowed), 101),
        (None, 101),
        (Some("https://evil.example"), 403),
        (Some("null"), 403),
    ] {
        let mut client = Client::connect(&server).await;
        assert_eq!(client.upgrade(origin).await, status, "{origin:?}");
    }
    server.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_head_that_comes_too_slowly_is_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), |config| config.connection.head_timeout_ms = 300).await;
    let mut silent = Client::connect(&server).await;
    let mut slow = Client::connect(&server).await;
    slow.write(b"GET /v1/socket HTTP/1.1\r\nHost: a\r\nX-A: ").await;
    assert_eq!(silent.read_to_end().await, b"");
    assert_eq!(slow.read_to_end().await, b"");
    server.shutdown().await.unwrap();
}

#[tokio::test]
async fn an_endless_head_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), |_| {}).await;
    let mut client = Client::connect(&server).await;
    client.write(b"GET /v1/socket HTTP/1.1\r\nX-A: ").await;
    client.write(&[b'a'; 9 << 10]).await;
    assert!(client.read_head().await.starts_with("HTTP/1.1 400 "));
    server.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_client_that_never_reads_is_hung_up_on() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), |config| config.connection.write_timeout_ms = 300).await;
    let (mut client, _hello) = Client::greeted(&server).await;
    // Every ping is answered; none of the answers is read.
    let many: Vec<u8> = (0..1_000).flat_map(|id| masked(BINARY, &ping(id))).collect();
    while client.try_write(&many).await.is_ok() {}
    let (mut other, _hello) = Client::greeted(&server).await;
    other.send(ClientBody::Ping(Ping { id: 1 })).await;
    assert_eq!(other.body().await, pong(1));
    server.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_silent_client_is_hung_up_on() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), |config| config.connection.idle_timeout_ms = 200).await;
    let (mut client, _hello) = Client::greeted(&server).await;
    let ServerBody::Closing(closing) = client.body().await else { panic!("no closing") };
    assert_eq!(closing.code, ErrorCode::Unavailable as i32);
    assert_closed_with(&mut client, 1001).await;
    server.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_flood_of_control_frames_is_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), |_| {}).await;
    let (mut client, _hello) = Client::greeted(&server).await;
    let pings: Vec<u8> = (0..100).flat_map(|_| masked(0x89, b"x")).collect();
    client.write(&pings).await;
    let mut answered = 0;
    while client.message().await.expect("a closing frame").op_code == 0xa {
        answered += 1;
    }
    assert_eq!(answered, 64);
    server.shutdown().await.unwrap();
}
