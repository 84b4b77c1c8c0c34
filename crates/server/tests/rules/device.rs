//! A device that speaks the protocol, with its keys and its groups.

use std::collections::VecDeque;

use bytes::Bytes;
use tresen_mls::{
    CommitBundle, DeviceKeys, Group, GroupSnapshot, KeyPackageOptions, MembershipPolicy,
    MemoryGroupStore, NewGroup, Received, Refusal, Remover, ServerKey, Suite,
    generate_key_packages,
};
use tresen_proto::{
    Accepted, Acknowledge, Authenticate, ClaimBusiness, ClaimKeyPackages, ClientBody, Commit,
    CreateConversation, Entry, EntryKind, FetchGroup, GroupState, Hello, PROTOCOL_VERSION,
    PublishDeviceList, RegisterDevice, RegisterPerson, ReplyBody, RequestBody, SERVER_IDENTITY,
    Send, ServerBody, Session, UploadKeyPackages, WelcomeFor,
    aad::{AuthenticatedData, FLAG_OPENS_WINDOW, MessageClass},
};
use tresen_server::ServerHandle;
use tresen_statement::{
    CategoryMax, Consent, ConsentState, DeviceCertificate, DeviceKind, DeviceList, ListedDevice,
    Role, SessionProof, Signed, SigningKey, Terms, key_hash, wording_hash,
};
use tresen_types::{
    AccountId, AccountKind, Category, ConversationId, DeviceId, EntryId, GroupId, Nonce, Timestamp,
};

use crate::{
    client::Client,
    world::{World, service},
};

/// Days that certificates hold.
const CERTIFICATE_MS: i64 = 400 * 24 * 60 * 60 * 1000;

pub(crate) struct AdmitAll;

impl MembershipPolicy for AdmitAll {
    fn admits(&self, _: &[u8], _: &[u8; 32]) -> Result<(), Refusal> {
        Ok(())
    }

    fn may_remove(&self, _: &[u8], _: Remover<'_>) -> Result<(), Refusal> {
        Ok(())
    }
}

pub(crate) struct Device {
    pub(crate) account: AccountId,
    pub(crate) device: DeviceId,
    account_seed: [u8; 32],
    device_seed: [u8; 32],
    pub(crate) certificate: Vec<u8>,
    pub(crate) device_list: Vec<u8>,
    pub(crate) origin: String,
    pub(crate) hello: Hello,
    pub(crate) client: Client,
    pub(crate) session: Session,
    pub(crate) store: MemoryGroupStore,
    /// Entries that came while something else was awaited.
    pub(crate) entries: VecDeque<Entry>,
    pub(crate) is_drained: bool,
    last_request: u64,
    last_nonce: u8,
}

impl Device {
    pub(crate) async fn person(world: &World) -> Self {
        let name = world.name();
        let account = AccountId::from_random(AccountKind::Person, [name; 16]);
        Self::make(world, account, [name; 32], Role::Member).await
    }

    pub(crate) async fn business(world: &World) -> Self {
        let name = world.name();
        let account = AccountId::from_random(AccountKind::Business, [name; 16]);
        Self::make(world, account, [name; 32], Role::Owner).await
    }

    /// A further device of the account of `first`; nobody has listed it yet.
    pub(crate) async fn sibling(world: &World, first: &Self, role: Role) -> Self {
        Self::make(world, first.account, first.account_seed, role).await
    }

    async fn make(world: &World, account: AccountId, account_seed: [u8; 32], role: Role) -> Self {
        let name = world.name();
        let (client, hello) = Client::greeted(&world.server).await;
        let mut device = Self {
            account,
            device: DeviceId::new([name; 8]),
            account_seed,
            device_seed: [name ^ 0x80; 32],
            certificate: Vec::new(),
            device_list: Vec::new(),
            origin: world.server.origin.clone(),
            hello,
            client,
            session: Session::default(),
            store: MemoryGroupStore::new(),
            entries: VecDeque::new(),
            is_drained: false,
            last_request: 0,
            last_nonce: 0,
        };
        device.certificate = device.certify(world.now(), role).encode();
        device.device_list = device.list(world, 1, &[device.signed_certificate()]);
        device
    }

    pub(crate) fn account_key(&self) -> SigningKey {
        SigningKey::from_seed(&self.account_seed)
    }

    pub(crate) fn device_key(&self) -> SigningKey {
        SigningKey::from_seed(&self.device_seed)
    }

    pub(crate) fn keys(&self) -> DeviceKeys {
        DeviceKeys::from_seed(&self.device_seed)
    }

    pub(crate) fn certify(&self, now: Timestamp, role: Role) -> Signed<DeviceCertificate> {
        let is_person = role == Role::Member;
        let certificate = DeviceCertificate {
            account: self.account,
            account_key: self.account_key().public(),
            device: self.device,
            signature_key: self.device_key().public(),
            kind: if is_person { DeviceKind::Customer } else { DeviceKind::Agent },
            role,
            name: if is_person { String::new() } else { "Anna".to_owned() },
            not_before: now,
            not_after: now.plus_millis(CERTIFICATE_MS),
            sequence: 1,
        };
        Signed::sign(certificate, &self.account_key()).unwrap()
    }

    pub(crate) fn signed_certificate(&self) -> Signed<DeviceCertificate> {
        tresen_statement::Unverified::decode(&self.certificate)
            .unwrap()
            .verify(&self.account_key().public())
            .unwrap()
    }

    /// A list of the account's devices.
    pub(crate) fn list(
        &self,
        world: &World,
        sequence: u64,
        certificates: &[Signed<DeviceCertificate>],
    ) -> Vec<u8> {
        let mut devices: Vec<_> = certificates
            .iter()
            .map(|certificate| ListedDevice {
                device: certificate.value().device,
                certificate_hash: certificate.hash(),
                added_at: world.now(),
            })
            .collect();
        devices.sort_by_key(|listed| listed.device);
        let list = DeviceList { account: self.account, sequence, issued_at: world.now(), devices };
        Signed::sign(list, &self.account_key()).unwrap().encode()
    }

    /// A proof of the device's key for this connection.
    pub(crate) fn proof(&self) -> Vec<u8> {
        let nonce = self.hello.nonce.as_slice().try_into().unwrap();
        self.proof_of(nonce, &self.origin)
    }

    pub(crate) fn proof_of(&self, nonce: [u8; 32], origin: &str) -> Vec<u8> {
        let proof = SessionProof {
            origin: origin.to_owned(),
            account: self.account,
            device: self.device,
            nonce,
        };
        Signed::sign(proof, &self.device_key()).unwrap().encode()
    }

    pub(crate) fn registration(&self) -> RegisterPerson {
        RegisterPerson {
            version: PROTOCOL_VERSION,
            entry: Vec::new(),
            device_list: self.device_list.clone(),
            certificate: self.certificate.clone(),
            proof: self.proof(),
        }
    }

    pub(crate) fn claim(&self) -> ClaimBusiness {
        ClaimBusiness {
            version: PROTOCOL_VERSION,
            claim_token: Vec::new(),
            device_list: self.device_list.clone(),
            certificate: self.certificate.clone(),
            proof: self.proof(),
        }
    }

    pub(crate) fn register_device(&self, device_list: Vec<u8>) -> RegisterDevice {
        RegisterDevice {
            version: PROTOCOL_VERSION,
            device_list,
            certificate: self.certificate.clone(),
            proof: self.proof(),
        }
    }

    pub(crate) fn authentication(&self) -> RequestBody {
        RequestBody::Authenticate(Authenticate {
            version: PROTOCOL_VERSION,
            account: self.account.as_bytes().to_vec(),
            device: self.device.as_bytes().to_vec(),
            proof: self.proof(),
        })
    }

    pub(crate) async fn authenticate(&mut self) {
        let request = self.authentication();
        self.begin_session(request).await;
    }

    pub(crate) async fn begin_session(&mut self, request: RequestBody) {
        match self.ask(request).await {
            ReplyBody::Session(session) => self.session = session,
            other => panic!("no session: {other:?}"),
        }
    }

    /// Connects anew; the old connection is dropped.
    pub(crate) async fn reconnect(&mut self, server: &ServerHandle) {
        let (client, hello) = Client::greeted(server).await;
        (self.client, self.hello) = (client, hello);
        (self.is_drained, self.last_request) = (false, 0);
        self.entries.clear();
    }

    /// Sends a request; returns its id.
    pub(crate) async fn request(&mut self, body: RequestBody) -> u64 {
        self.last_request += 1;
        self.client.request(self.last_request, body).await;
        self.last_request
    }

    /// Sends a request and waits for its reply; what comes in between is kept.
    pub(crate) async fn ask(&mut self, body: RequestBody) -> ReplyBody {
        let id = self.request(body).await;
        loop {
            match self.client.body().await {
                ServerBody::Reply(reply) => {
                    assert_eq!(reply.id, id);
                    return reply.body.unwrap();
                }
                other => self.keep(other),
            }
        }
    }

    /// The next reply to whatever request.
    pub(crate) async fn answer(&mut self) -> ReplyBody {
        loop {
            match self.client.body().await {
                ServerBody::Reply(reply) => return reply.body.unwrap(),
                other => self.keep(other),
            }
        }
    }

    fn keep(&mut self, body: ServerBody) {
        match body {
            ServerBody::Deliver(deliver) => self.entries.extend(deliver.entries),
            ServerBody::Drained(_) => self.is_drained = true,
            other => panic!("unexpected: {other:?}"),
        }
    }

    pub(crate) async fn done(&mut self, body: RequestBody) {
        let reply = self.ask(body).await;
        assert!(matches!(reply, ReplyBody::Done(_)), "{reply:?}");
    }

    /// The next mailbox entry.
    pub(crate) async fn entry(&mut self) -> Entry {
        loop {
            if let Some(entry) = self.entries.pop_front() {
                return entry;
            }
            let body = self.client.body().await;
            self.keep(body);
        }
    }

    /// The next mailbox entry of a kind; others are skipped.
    pub(crate) async fn entry_of(&mut self, kind: EntryKind) -> Entry {
        loop {
            let entry = self.entry().await;
            if entry.kind() == kind {
                return entry;
            }
        }
    }

    /// Waits until everything that waited was delivered.
    pub(crate) async fn drain(&mut self) {
        while !self.is_drained {
            let body = self.client.body().await;
            self.keep(body);
        }
    }

    pub(crate) async fn acknowledge(&mut self, cursor: u64) {
        self.client.send(ClientBody::Acknowledge(Acknowledge { cursor })).await;
    }

    /// A nonce that wasn't used before.
    pub(crate) fn nonce(&mut self) -> Nonce {
        self.last_nonce += 1;
        Nonce::new([self.last_nonce; 16])
    }

    pub(crate) fn key_packages(
        &self,
        now: Timestamp,
        count: usize,
        last_resort: bool,
    ) -> Vec<Vec<u8>> {
        let options =
            KeyPackageOptions { suite: Suite::X25519, count, now, lifetime_days: 84, last_resort };
        generate_key_packages(&self.store, &self.keys(), &self.certificate, &options).unwrap()
    }

    pub(crate) async fn upload_key_packages(&mut self, world: &World, count: usize) {
        let upload = UploadKeyPackages {
            key_packages: self.key_packages(world.now(), count, false),
            last_resort: Vec::new(),
        };
        self.done(RequestBody::UploadKeyPackages(upload)).await;
    }

    /// Publishes a newer list.
    pub(crate) async fn publish_list(&mut self, list: &[u8], certificates: &[Vec<u8>]) {
        let publish =
            PublishDeviceList { device_list: list.to_vec(), certificates: certificates.to_vec() };
        self.done(RequestBody::PublishDeviceList(publish)).await;
        self.device_list = list.to_vec();
    }

    /// Claims one key package of each of the account's devices.
    pub(crate) async fn claim_packages(
        &mut self,
        of: AccountId,
        devices: &[DeviceId],
        entry: Option<EntryId>,
    ) -> Vec<Vec<u8>> {
        let claim = ClaimKeyPackages {
            account: of.as_bytes().to_vec(),
            devices: devices.iter().map(|device| device.as_bytes().to_vec()).collect(),
            entry: entry.map(|entry| entry.as_bytes().to_vec()).unwrap_or_default(),
        };
        match self.ask(RequestBody::ClaimKeyPackages(claim)).await {
            ReplyBody::ClaimedKeyPackages(claimed) => {
                claimed.key_packages.into_iter().map(|it| it.key_package).collect()
            }
            other => panic!("no key packages: {other:?}"),
        }
    }

    fn server_key(&self) -> ServerKey {
        ServerKey {
            public_key: self.hello.server_key.as_slice().try_into().unwrap(),
            identity: SERVER_IDENTITY.to_vec(),
        }
    }

    /// A consent for the shop's service messages.
    pub(crate) fn consent(&self, world: &World, shop: &Self, entry: Option<EntryId>) -> Consent {
        Consent {
            origin: self.origin.clone(),
            business: shop.account,
            business_key_hash: key_hash(&shop.account_key().public()),
            customer: self.account,
            device: self.device,
            sequence: 1,
            categories: service(),
            monthly_max: CategoryMax::default(),
            wording_hash: wording_hash("Answers to your questions"),
            language: "en".to_owned(),
            at: world.now(),
            entry,
            state: ConsentState::Given,
            terms: Terms::default(),
        }
    }

    pub(crate) fn sign_consent(&self, consent: Consent) -> Vec<u8> {
        Signed::sign(consent, &self.device_key()).unwrap().encode()
    }

    /// Makes a group with the members behind the key packages; nothing is sent.
    pub(crate) fn make_group(
        &mut self,
        world: &World,
        group_id: GroupId,
        packages: &[Vec<u8>],
    ) -> (Group, Vec<u8>, Vec<u8>, Option<Vec<u8>>) {
        let server = self.server_key();
        let new = NewGroup {
            group_id,
            suite: Suite::X25519,
            external_sender: Some(&server),
            now: world.now(),
        };
        let mut group = Group::create(&self.store, &self.keys(), &self.certificate, &new).unwrap();
        if packages.is_empty() {
            let (group_info, tree) = group.export_group_info(&self.keys()).unwrap();
            return (group, group_info, tree, None);
        }
        let bundle = group.commit_add(&self.store, &self.keys(), packages, true).unwrap();
        group.confirm_commit(&self.store).unwrap();
        (group, bundle.group_info, bundle.ratchet_tree, bundle.welcome)
    }

    /// The whole bundle of a first contact with the shop.
    pub(crate) async fn first_contact(
        &mut self,
        world: &World,
        shop: &Self,
        entry: Option<EntryId>,
        devices: &[DeviceId],
    ) -> CreateConversation {
        let packages = self.claim_packages(shop.account, devices, entry).await;
        let name = world.name();
        let (mut group, group_info, ratchet_tree, welcome) =
            self.make_group(world, GroupId::new([name; 16]), &packages);
        let first = self.encrypt(&mut group, Category::Service, MessageClass::Chat, b"hello");
        let consent = self.consent(world, shop, entry);
        CreateConversation {
            conversation: vec![name; 16],
            counterpart: shop.account.as_bytes().to_vec(),
            group_info: group_info.into(),
            ratchet_tree: ratchet_tree.into(),
            welcomes: vec![WelcomeFor {
                devices: devices.iter().map(|device| device.as_bytes().to_vec()).collect(),
                welcome: welcome.unwrap().into(),
            }],
            consent: self.sign_consent(consent),
            messages: vec![first],
            nonce: self.nonce().as_bytes().to_vec(),
        }
    }

    /// Starts a conversation with the shop's devices; returns it with its group.
    pub(crate) async fn converse(
        &mut self,
        world: &World,
        shop: &Self,
        entry: EntryId,
        devices: &[DeviceId],
    ) -> Chat {
        let create = self.first_contact(world, shop, Some(entry), devices).await;
        let chat = Chat::of(&create);
        self.accepted(RequestBody::CreateConversation(create)).await;
        chat
    }

    pub(crate) async fn accepted(&mut self, body: RequestBody) -> Accepted {
        match self.ask(body).await {
            ReplyBody::Accepted(accepted) => accepted,
            other => panic!("not accepted: {other:?}"),
        }
    }

    /// Joins the conversation that the next welcome is for.
    pub(crate) async fn join(&mut self) -> Chat {
        let entry = self.entry_of(EntryKind::Welcome).await;
        let group = Group::join(&self.store, &entry.body, &entry.ratchet_tree, &AdmitAll).unwrap();
        let _epoch = group.epoch();
        Chat { conversation: ConversationId::try_from(&entry.conversation[..]).unwrap() }
    }

    pub(crate) fn group(&self, chat: Chat) -> Group {
        Group::load(&self.store, chat.group()).unwrap()
    }

    pub(crate) fn encrypt(
        &mut self,
        group: &mut Group,
        category: Category,
        class: MessageClass,
        text: &[u8],
    ) -> Bytes {
        let template = (class == MessageClass::Template).then_some([9; 32]);
        self.encrypt_of(group, category, class, template, text)
    }

    /// A chat message with the commitment to its content.
    pub(crate) fn message_franked(
        &mut self,
        chat: Chat,
        franking_tag: [u8; 32],
        content: &[u8],
    ) -> RequestBody {
        let mut group = self.group(chat);
        let data = AuthenticatedData {
            franking_tag,
            class: MessageClass::Chat,
            category: Category::Service,
            flags: 0,
            template: None,
            account: self.account,
            device: self.device,
            nonce: self.nonce(),
            time_to_live_s: 0,
        };
        let message = group.encrypt(&self.store, &self.keys(), &data.encode(), content).unwrap();
        let conversation = chat.conversation.as_bytes().to_vec();
        RequestBody::Send(Send { conversation, message: message.into() })
    }

    fn encrypt_of(
        &mut self,
        group: &mut Group,
        category: Category,
        class: MessageClass,
        template: Option<[u8; 32]>,
        text: &[u8],
    ) -> Bytes {
        let says = class == MessageClass::Chat && self.account.kind() == AccountKind::Person;
        let data = AuthenticatedData {
            franking_tag: [7; 32],
            class,
            category,
            flags: if says { FLAG_OPENS_WINDOW } else { 0 },
            template,
            account: self.account,
            device: self.device,
            nonce: self.nonce(),
            time_to_live_s: 0,
        };
        group.encrypt(&self.store, &self.keys(), &data.encode(), text).unwrap().into()
    }

    /// A chat message that is worth delivering for a while.
    pub(crate) fn encrypt_for(
        &mut self,
        group: &mut Group,
        time_to_live_s: u32,
        text: &[u8],
    ) -> Bytes {
        let data = AuthenticatedData {
            franking_tag: [7; 32],
            class: MessageClass::Chat,
            category: Category::Service,
            flags: 0,
            template: None,
            account: self.account,
            device: self.device,
            nonce: self.nonce(),
            time_to_live_s,
        };
        group.encrypt(&self.store, &self.keys(), &data.encode(), text).unwrap().into()
    }

    /// A chat message of category service.
    pub(crate) fn message(&mut self, chat: Chat, text: &[u8]) -> RequestBody {
        self.message_of(chat, Category::Service, MessageClass::Chat, text)
    }

    pub(crate) fn message_of(
        &mut self,
        chat: Chat,
        category: Category,
        class: MessageClass,
        text: &[u8],
    ) -> RequestBody {
        let mut group = self.group(chat);
        let message = self.encrypt(&mut group, category, class, text);
        RequestBody::Send(Send { conversation: chat.conversation.as_bytes().to_vec(), message })
    }

    /// A message of a template.
    pub(crate) fn message_of_template(
        &mut self,
        chat: Chat,
        category: Category,
        template: [u8; 32],
    ) -> RequestBody {
        let mut group = self.group(chat);
        let class = MessageClass::Template;
        let message = self.encrypt_of(&mut group, category, class, Some(template), b"values");
        RequestBody::Send(Send { conversation: chat.conversation.as_bytes().to_vec(), message })
    }

    pub(crate) fn process(&mut self, chat: Chat, entry: &Entry) -> Received {
        self.group(chat).process(&self.store, &entry.body, &AdmitAll).unwrap()
    }

    /// The text of the next application message.
    pub(crate) async fn text(&mut self, chat: Chat) -> Vec<u8> {
        let entry = self.entry_of(EntryKind::Application).await;
        match self.process(chat, &entry) {
            Received::Application { plaintext, .. } => plaintext,
            other => panic!("no message: {other:?}"),
        }
    }

    pub(crate) fn commit(
        &mut self,
        chat: Chat,
        bundle: &CommitBundle,
        newcomers: &[DeviceId],
    ) -> RequestBody {
        let welcomes = bundle.welcome.iter().map(|welcome| WelcomeFor {
            devices: newcomers.iter().map(|device| device.as_bytes().to_vec()).collect(),
            welcome: welcome.clone().into(),
        });
        RequestBody::Commit(Commit {
            conversation: chat.conversation.as_bytes().to_vec(),
            commit: bundle.commit.clone().into(),
            group_info: bundle.group_info.clone().into(),
            welcomes: welcomes.collect(),
            nonce: self.nonce().as_bytes().to_vec(),
        })
    }

    pub(crate) fn update(&self, chat: Chat) -> CommitBundle {
        self.group(chat).commit_update(&self.store, &self.keys(), None).unwrap()
    }

    pub(crate) fn confirm(&self, chat: Chat) {
        self.group(chat).confirm_commit(&self.store).unwrap();
    }

    pub(crate) async fn group_state(&mut self, chat: Chat) -> GroupState {
        let conversation = chat.conversation.as_bytes().to_vec();
        match self.ask(RequestBody::FetchGroup(FetchGroup { conversation })).await {
            ReplyBody::GroupState(state) => state,
            other => panic!("no group: {other:?}"),
        }
    }

    /// An external commit into the conversation.
    pub(crate) async fn come_back(&mut self, chat: Chat) -> (RequestBody, CommitBundle) {
        let state = self.group_state(chat).await;
        let snapshot =
            GroupSnapshot { group_info: &state.group_info, ratchet_tree: &state.ratchet_tree };
        let commit =
            Group::external_commit(&self.keys(), &self.certificate, snapshot, b"", &AdmitAll)
                .unwrap();
        let bundle = commit.bundle().clone();
        commit.confirm(&self.store).unwrap();
        (self.commit(chat, &bundle, &[]), bundle)
    }
}

/// A conversation; its group has the same bytes as its id in these tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chat {
    pub(crate) conversation: ConversationId,
}

impl Chat {
    pub(crate) fn of(create: &CreateConversation) -> Self {
        Self { conversation: ConversationId::try_from(&create.conversation[..]).unwrap() }
    }

    pub(crate) fn group(self) -> GroupId {
        GroupId::new(*self.conversation.as_bytes())
    }
}
