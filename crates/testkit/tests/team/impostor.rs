//! Somebody between the two devices puts other values into the link mailbox.

use bytes::Bytes;
use futures::{SinkExt as _, StreamExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::{WebSocketStream, tungstenite::Message};
use tresen_proto::{
    ClientBody, ClientFrame, FetchLink, OpenLink, PostLink, ReplyBody, Request, RequestBody,
    SOCKET_PATH, ServerBody, decode_server_frame, encode_frame,
};
use tresen_testkit::world::{World, patiently, run};
use tresen_view::{Command, FailureKind, LinkStep, Role};

use super::support::{accept, devices, invite, until_step};

/// A device that speaks the protocol by hand.
struct Impostor {
    socket: WebSocketStream<TcpStream>,
    next_id: u64,
}

impl Impostor {
    async fn connect(world: &World) -> Self {
        let url = format!("{}{SOCKET_PATH}", world.origin().replace("http://", "ws://"));
        let stream = TcpStream::connect(world.wire.address()).await.expect("a connection");
        let (socket, _answer) =
            tokio_tungstenite::client_async(url, stream).await.expect("a WebSocket");
        Self { socket, next_id: 1 }
    }

    async fn ask(&mut self, body: RequestBody) -> ReplyBody {
        let id = self.next_id;
        self.next_id += 1;
        let frame = ClientFrame::from(ClientBody::Request(Request { id, body: Some(body) }));
        self.socket.send(Message::binary(encode_frame(&frame))).await.expect("sent");
        patiently(async {
            loop {
                let message = self.socket.next().await.expect("an answer").expect("a message");
                let Message::Binary(bytes) = message else { continue };
                if let ServerBody::Reply(reply) = decode_server_frame(bytes).expect("a frame")
                    && reply.id == id
                {
                    return reply.body.expect("a body");
                }
            }
        })
        .await
    }

    async fn post(&mut self, mailbox: &[u8], slot: u32, payload: Vec<u8>) -> ReplyBody {
        let post = PostLink { mailbox: mailbox.to_vec(), slot, payload: payload.into() };
        self.ask(RequestBody::PostLink(post)).await
    }

    async fn fetch(&mut self, mailbox: &[u8], slot: u32) -> Bytes {
        let fetch = FetchLink { mailbox: mailbox.to_vec(), slot, wait_ms: 10_000 };
        match self.ask(RequestBody::FetchLink(fetch)).await {
            ReplyBody::LinkPayload(payload) => payload.payload,
            other => panic!("no payload: {other:?}"),
        }
    }
}

/// The invitation's id in a link: the 16 bytes after the version.
fn invitation_of(url: &str) -> Vec<u8> {
    use base64::Engine as _;
    let secret = url.rsplit_once('#').expect("a fragment").1;
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(secret).expect("base64");
    bytes[1..17].to_vec()
}

/// A protobuf field of bytes.
fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    let length = bytes.len();
    let mut encoded = vec![number << 3 | 2];
    if length < 128 {
        encoded.push(u8::try_from(length).expect("short"));
    } else {
        encoded.push(u8::try_from(length & 127).expect("seven bits") | 128);
        encoded.push(u8::try_from(length >> 7).expect("below 16,384"));
    }
    [encoded, bytes.to_vec()].concat()
}

#[test]
fn a_device_that_changes_its_key_after_committing_is_refused() {
    run(async {
        let mut world = World::start().await;
        let (mut anna, _link) = world.business("Korn").await;
        let url = invite(&anna, Role::Owner, "Ben").await;
        let mailbox = invitation_of(&url);
        let mut impostor = Impostor::connect(&world).await;
        let opened = impostor.ask(RequestBody::OpenLink(OpenLink { invitation: mailbox.clone() }));
        assert!(matches!(opened.await, ReplyBody::LinkPayload(_)));
        // Committed to one thing, offers and reveals another.
        assert!(matches!(impostor.post(&mailbox, 0, vec![7; 32]).await, ReplyBody::Done(_)));
        let offer = [field(1, &[1; 1216]), field(2, &[2; 32]), field(3, &[3; 8])].concat();
        assert!(matches!(impostor.post(&mailbox, 1, offer).await, ReplyBody::Done(_)));
        assert!(!impostor.fetch(&mailbox, 2).await.is_empty());
        assert!(matches!(impostor.post(&mailbox, 3, vec![4; 32]).await, ReplyBody::Done(_)));
        // Refused: field 2 is true, and nothing is sealed.
        assert_eq!(impostor.fetch(&mailbox, 4).await[..], [2 << 3, 1]);
        until_step(&mut anna, "failed", |step| matches!(step, LinkStep::Failed).then_some(()))
            .await;
        let code = "123456".to_owned();
        let none = anna.try_call(Command::ApproveLink { code }).await.unwrap_err();
        assert_eq!(none.kind, FailureKind::NotFound);
        assert_eq!(devices(&anna).await.len(), 1);
    });
}

#[test]
fn a_slot_that_somebody_wrote_first_stops_the_new_device() {
    run(async {
        let mut world = World::start().await;
        let (anna, _link) = world.business("Korn").await;
        let url = invite(&anna, Role::Agent, "Ben").await;
        // A link-only session of the same account, by another invitation.
        let other = invitation_of(&invite(&anna, Role::Agent, "Cem").await);
        let mut impostor = Impostor::connect(&world).await;
        let opened = impostor.ask(RequestBody::OpenLink(OpenLink { invitation: other }));
        assert!(matches!(opened.await, ReplyBody::LinkPayload(_)));
        let mailbox = invitation_of(&url);
        assert!(matches!(impostor.post(&mailbox, 0, vec![7; 32]).await, ReplyBody::Done(_)));
        let ben = world.device().await;
        let stopped = ben.try_call(Command::AcceptInvitation { token: url }).await.unwrap_err();
        assert_eq!(stopped.kind, FailureKind::Invalid);
        assert_eq!(devices(&anna).await.len(), 1);
    });
}

#[test]
fn an_owner_that_was_restarted_still_asks_for_the_code() {
    run(async {
        let mut world = World::start().await;
        let (anna, _link) = world.business("Korn").await;
        let url = invite(&anna, Role::Agent, "Ben").await;
        let mut anna = anna.restart().await;
        let mut ben = world.device().await;
        let code = accept(&ben, &url).await;
        until_step(&mut anna, "asked", |step| {
            matches!(step, LinkStep::EnterCode { .. }).then_some(())
        })
        .await;
        anna.call(Command::ApproveLink { code }).await;
        until_step(&mut ben, "linked", |step| {
            matches!(step, LinkStep::Linked { .. }).then_some(())
        })
        .await;
    });
}
