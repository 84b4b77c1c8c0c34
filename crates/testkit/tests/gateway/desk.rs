//! A business with its owner, a gateway, and a program that calls it.

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{Request, client::conn::http1};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tresen_client::Trust;
use tresen_gateway::{
    GatewayConfig, GatewayHandle, Scopes,
    link::{self, Credentials, Folder},
    spawn, system_clock,
};
use tresen_testkit::world::{Actor, World, patiently};
use tresen_types::{ConversationId, MessageId};
use tresen_view::{Answer, Command, EntryLinkView, Event, InboxFilter, LinkStep, Role};

use super::receiver::{Receiver, VERIFY_TOKEN};

/// A business with its owner, a gateway, and a program that calls it.
pub(crate) struct Desk {
    pub(crate) world: World,
    pub(crate) owner: Actor,
    pub(crate) link: EntryLinkView,
    pub(crate) credentials: Credentials,
    pub(crate) token: String,
    pub(crate) folder: TempDir,
    pub(crate) gateway: GatewayHandle,
}

impl Desk {
    /// A business whose gateway is linked and runs.
    pub(crate) async fn open() -> Self {
        Self::open_with(|_config| {}).await
    }

    /// A business whose gateway was let in as an owner.
    pub(crate) async fn open_as_owner() -> Self {
        Self::open_as(Role::Owner, |_config| {}).await
    }

    /// As an owner, with a changed configuration.
    pub(crate) async fn open_as_owner_with(change: impl Fn(&mut GatewayConfig)) -> Self {
        Self::open_as(Role::Owner, change).await
    }

    /// With a changed configuration.
    pub(crate) async fn open_with(change: impl Fn(&mut GatewayConfig)) -> Self {
        Self::open_as(Role::Agent, change).await
    }

    async fn open_as(role: Role, change: impl Fn(&mut GatewayConfig)) -> Self {
        let mut world = World::start().await;
        let (mut owner, link) = world.business("Korn & Söhne").await;
        let folder = tempfile::tempdir().expect("a folder");
        let credentials = linked(&world, &mut owner, role, &folder).await;
        let gateway = start(&folder, change).await;
        let token = credentials.token.clone().expect("a token");
        Self { world, owner, link, credentials, token, folder, gateway }
    }

    /// A business whose gateway came after a customer had written.
    pub(crate) async fn open_after_talk(text: &str) -> (Self, Actor, ConversationId) {
        let mut world = World::start().await;
        let (mut owner, link) = world.business("Korn & Söhne").await;
        let (priya, conversation) = world.customer(&link, "Priya").await;
        priya.say(conversation, text).await;
        owner.hear(text).await;
        let folder = tempfile::tempdir().expect("a folder");
        let credentials = linked(&world, &mut owner, Role::Agent, &folder).await;
        let gateway = start(&folder, |_config| {}).await;
        let token = credentials.token.clone().expect("a token");
        (Self { world, owner, link, credentials, token, folder, gateway }, priya, conversation)
    }

    /// Lets the gateway look at the account now.
    pub(crate) async fn look(&self) {
        patiently(self.gateway.look()).await.expect("a look at the account");
    }

    /// What the owner has pinned above the one chat.
    pub(crate) async fn pinned(&self) -> Option<MessageId> {
        let filter = InboxFilter::All;
        let Answer::Conversations(rows) = self.owner.call(Command::Conversations { filter }).await
        else {
            panic!("conversations")
        };
        let conversation = rows.first().expect("a chat").conversation;
        let Answer::Header(header) = self.owner.call(Command::Header { conversation }).await else {
            panic!("a header")
        };
        header.pinned.map(|quote| quote.message)
    }

    /// Stops the gateway and starts it again from its folder.
    pub(crate) async fn restart(self, change: impl Fn(&mut GatewayConfig)) -> Self {
        let Self { world, owner, link, credentials, token, folder, gateway } = self;
        patiently(gateway.shutdown()).await;
        let gateway = start(&folder, change).await;
        Self { world, owner, link, credentials, token, folder, gateway }
    }

    /// Stops the gateway, lets something happen, and starts it again.
    pub(crate) async fn restart_while(self, meanwhile: impl AsyncFnOnce(&Actor)) -> Self {
        let Self { world, owner, link, credentials, token, folder, gateway } = self;
        patiently(gateway.shutdown()).await;
        meanwhile(&owner).await;
        let gateway = start(&folder, |_config| {}).await;
        Self { world, owner, link, credentials, token, folder, gateway }
    }

    /// A receiver that the gateway sends webhooks to.
    pub(crate) async fn receiver(&self) -> Receiver {
        let receiver = Receiver::start().await;
        let folder = self.commands();
        let url = receiver.url();
        let set = folder.set_receiver(&url, VERIFY_TOKEN, &[], &Trust::Web);
        patiently(set).await.expect("a receiver that answers the challenge");
        receiver
    }

    /// A receiver of some fields alone.
    pub(crate) async fn receiver_of(&self, fields: &[&str]) -> Receiver {
        let receiver = Receiver::start().await;
        let fields: Vec<String> = fields.iter().map(|&field| field.to_owned()).collect();
        let folder = self.commands();
        let url = receiver.url();
        let set = folder.set_receiver(&url, VERIFY_TOKEN, &fields, &Trust::Web);
        patiently(set).await.expect("a receiver that answers the challenge");
        receiver
    }

    /// The commands on the gateway's folder.
    pub(crate) fn commands(&self) -> Folder {
        Folder::open(self.folder.path(), system_clock()).expect("a linked folder")
    }

    /// A customer who has said yes.
    pub(crate) async fn customer(&mut self, name: &str) -> (Actor, ConversationId) {
        self.world.customer(&self.link, name).await
    }

    /// A customer whose first message the receiver has heard; gives the number.
    pub(crate) async fn known_customer(
        &mut self,
        receiver: &mut Receiver,
        name: &str,
    ) -> (Actor, ConversationId, String) {
        let (customer, conversation) = self.customer(name).await;
        customer.say(conversation, "Hello").await;
        let value = receiver.value().await;
        let wa_id = value["contacts"][0]["wa_id"].as_str().expect("a number").to_owned();
        (customer, conversation, wa_id)
    }

    /// A token with some scopes.
    pub(crate) fn token_with(&self, scopes: Scopes) -> (i64, String) {
        self.commands().add_token("some", scopes).expect("a token")
    }

    pub(crate) fn phone(&self) -> &str {
        &self.credentials.phone_number_id
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        self.call("GET", path, &[], "").await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.call("POST", path, &[], &body.to_string()).await
    }

    /// Calls with the desk's token.
    pub(crate) async fn call(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> (u16, Value) {
        let bearer = format!("Bearer {}", self.token);
        let headers = [&[("authorization", bearer.as_str())][..], headers].concat();
        self.call_as(method, path, &headers, body).await
    }

    /// Calls with these headers alone.
    pub(crate) async fn call_as(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> (u16, Value) {
        let (status, kind, bytes) = self.raw(method, path, headers, body.to_owned().into()).await;
        assert!(kind.starts_with("application/json"), "{kind}");
        let value: Value = serde_json::from_slice(&bytes).expect("JSON");
        assert!(value.is_object(), "{value}");
        (status, value)
    }

    /// Status, media type and body.
    pub(crate) async fn raw(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Bytes,
    ) -> (u16, String, Bytes) {
        let address = self.gateway.local_addr;
        let socket = TcpStream::connect(address).await.expect("the gateway listens");
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(socket)).await.expect("a connection");
        tokio::task::spawn_local(async move { drop(connection.await) });
        let mut request = Request::builder().method(method).uri(path).header("host", "x.example");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(body)).expect("a request");
        let answer = patiently(sender.send_request(request)).await.expect("an answer");
        let status = answer.status().as_u16();
        let kind = answer.headers().get("content-type").map(|kind| kind.to_str().expect("text"));
        let kind = kind.unwrap_or_default().to_owned();
        let bytes = patiently(answer.into_body().collect()).await.expect("a body").to_bytes();
        (status, kind, bytes)
    }

    /// Sends a text; gives the message's id.
    pub(crate) async fn send_text(&self, to: &str, text: &str) -> String {
        let path = format!("/v23.0/{}/messages", self.phone());
        let (status, answer) = self.post(&path, &text_to(to, text)).await;
        assert_eq!(status, 200, "{answer}");
        answer["messages"][0]["id"].as_str().expect("an id").to_owned()
    }
}

/// The body of a text.
pub(crate) fn text_to(to: &str, text: &str) -> Value {
    json!({
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": to,
        "type": "text",
        "text": { "body": text, "preview_url": false },
    })
}

/// The code of a documented error, whose shape is checked.
pub(crate) fn code_of(answer: &Value) -> u64 {
    let error = &answer["error"];
    assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()), "{answer}");
    assert!(error["type"].is_string() && error["fbtrace_id"].is_string(), "{answer}");
    if let Some(data) = error.get("error_data") {
        assert_eq!(data["messaging_product"], "whatsapp");
        assert!(data["details"].is_string());
    }
    error["code"].as_u64().expect("a code")
}

async fn linked(world: &World, owner: &mut Actor, role: Role, folder: &TempDir) -> Credentials {
    let invite = Command::Invite { role, name: "Gateway".to_owned() };
    let Answer::Link(LinkStep::Invitation { url, .. }) = owner.call(invite).await else {
        panic!("an invitation")
    };
    let begun = link::begin(folder.path(), world.origin(), Trust::Web, system_clock(), &url);
    let linking = patiently(begun).await.expect("the digits");
    owner
        .until("the digits are asked for", |event| {
            matches!(event, Event::Link(LinkStep::EnterCode { .. })).then_some(())
        })
        .await;
    let code = linking.code.clone();
    let (_, credentials) =
        tokio::join!(owner.call(Command::ApproveLink { code }), patiently(linking.finish()));
    credentials.expect("a linked gateway")
}

pub(crate) async fn start(folder: &TempDir, change: impl Fn(&mut GatewayConfig)) -> GatewayHandle {
    let mut config = GatewayConfig::new(folder.path(), "127.0.0.1:0".parse().expect("an address"));
    config.webhook_pause_ms_min = 20;
    change(&mut config);
    patiently(spawn(config)).await.expect("a gateway")
}
