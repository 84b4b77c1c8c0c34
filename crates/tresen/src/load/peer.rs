//! Accounts and conversations of the load generator, made through the public door.

use anyhow::{Context as _, bail};
use tresen_mls::{
    DeviceKeys, Group, KeyPackageOptions, MemoryGroupStore, NewGroup, ServerKey, Suite,
    generate_key_packages,
};
use tresen_proto::{
    Authenticate, ClaimBusiness, ClaimKeyPackages, CreateConversation, FetchEntry, Hello,
    PROTOCOL_VERSION, PublishDeviceList, PublishEntryLink, PublishProfile, RegisterPerson,
    ReplyBody, RequestBody, SERVER_IDENTITY, UploadKeyPackages, WelcomeFor,
};
use tresen_statement::{
    CategoryMax, Consent, ConsentState, DeviceCertificate, DeviceKind, DeviceList, EntryLink,
    ListedDevice, Mark, Profile, Role, SessionProof, SignColour, Signed, SigningKey, Terms,
    key_hash, wording_hash,
};
use tresen_types::{
    AccountId, AccountKind, Categories, Category, ConversationId, DeviceId, EntryId, GroupId,
    Nonce, Timestamp, crockford,
};

use super::{
    message::Route,
    wire::{Target, Wire},
};

const LIFETIME_MS: i64 = 300 * 24 * 60 * 60 * 1000;
const KEY_PACKAGE_DAYS: u16 = 84;

/// An account with one device.
pub(crate) struct Peer {
    pub(crate) account: AccountId,
    pub(crate) device: DeviceId,
    account_key: SigningKey,
    device_seed: [u8; 32],
    certificate: Signed<DeviceCertificate>,
    device_list: Signed<DeviceList>,
}

/// Random bytes from the operating system.
pub(crate) fn random<const N: usize>() -> anyhow::Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("no randomness: {error}"))?;
    Ok(bytes)
}

impl Peer {
    fn new(kind: AccountKind, now: Timestamp) -> anyhow::Result<Self> {
        let account = AccountId::from_random(kind, random()?);
        Self::with_account(account, SigningKey::from_seed(&random()?), now)
    }

    /// Another device of the same account; its own list names only itself.
    fn sibling(&self, now: Timestamp) -> anyhow::Result<Self> {
        Self::with_account(self.account, SigningKey::from_seed(self.account_key.seed()), now)
    }

    fn with_account(
        account: AccountId,
        account_key: SigningKey,
        now: Timestamp,
    ) -> anyhow::Result<Self> {
        let device = DeviceId::new(random()?);
        let device_seed = random()?;
        let (kind, role, name) = match account.kind() {
            AccountKind::Person => (DeviceKind::Customer, Role::Member, String::new()),
            AccountKind::Business => (DeviceKind::Agent, Role::Owner, "Load".to_owned()),
        };
        let certificate = DeviceCertificate {
            account,
            account_key: account_key.public(),
            device,
            signature_key: SigningKey::from_seed(&device_seed).public(),
            kind,
            role,
            name,
            not_before: now,
            not_after: now.plus_millis(LIFETIME_MS),
            sequence: 1,
        };
        let certificate = Signed::sign(certificate, &account_key)?;
        let listed = ListedDevice { device, certificate_hash: certificate.hash(), added_at: now };
        let list = DeviceList { account, sequence: 1, issued_at: now, devices: vec![listed] };
        let device_list = Signed::sign(list, &account_key)?;
        Ok(Self { account, device, account_key, device_seed, certificate, device_list })
    }

    fn proof(&self, hello: &Hello) -> anyhow::Result<Vec<u8>> {
        let nonce = hello.nonce.as_slice().try_into().context("a nonce of 32 bytes")?;
        let proof = SessionProof {
            origin: hello.origin.clone(),
            account: self.account,
            device: self.device,
            nonce,
        };
        Ok(Signed::sign(proof, &SigningKey::from_seed(&self.device_seed))?.encode())
    }

    /// Opens a session on a new connection.
    pub(crate) async fn connect(&self, target: &Target) -> anyhow::Result<Wire> {
        Ok(self.connect_with_token(target).await?.0)
    }

    /// Opens a session on a new connection; with the token for the blob store.
    pub(crate) async fn connect_with_token(
        &self,
        target: &Target,
    ) -> anyhow::Result<(Wire, String)> {
        let (mut wire, hello) = Wire::connect(target).await?;
        let request = Authenticate {
            version: PROTOCOL_VERSION,
            account: self.account.as_bytes().to_vec(),
            device: self.device.as_bytes().to_vec(),
            proof: self.proof(&hello)?,
        };
        let reply = wire.request(RequestBody::Authenticate(request)).await?;
        let ReplyBody::Session(session) = reply else { bail!("expected a session") };
        Ok((wire, session.token))
    }

    fn keys(&self) -> DeviceKeys {
        DeviceKeys::from_seed(&self.device_seed)
    }
}

fn expect_session(reply: &ReplyBody) -> anyhow::Result<()> {
    match reply {
        ReplyBody::Session(_) => Ok(()),
        _ => bail!("expected a session"),
    }
}

/// A business with one entry link and key packages.
pub(crate) struct Business {
    pub(crate) peer: Peer,
    pub(crate) entry: EntryId,
}

/// What a customer knows of a business before the first message.
#[derive(Clone, Copy)]
pub(crate) struct Door {
    pub(crate) account: AccountId,
    pub(crate) entry: EntryId,
    /// The hash of the business's key.
    pub(crate) key_hash: [u8; 32],
    /// What its customers say yes to.
    pub(crate) categories: Categories,
}

impl Business {
    fn door(&self) -> Door {
        Door {
            account: self.peer.account,
            entry: self.entry,
            key_hash: key_hash(&self.peer.account_key.public()),
            categories: Categories::NONE.with(Category::Service),
        }
    }
}

/// Looks at what is behind an entry link.
pub(crate) async fn look(
    target: &Target,
    entry: EntryId,
    categories: Categories,
) -> anyhow::Result<Door> {
    let (mut wire, _hello) = Wire::connect(target).await?;
    let fetch = FetchEntry { entry: entry.as_bytes().to_vec() };
    let ReplyBody::Entry(description) = wire.request(RequestBody::FetchEntry(fetch)).await? else {
        bail!("expected an entry");
    };
    let directory = description.directory.context("a directory")?;
    let key = directory.account_key.as_slice().try_into().context("a key of 32 bytes")?;
    let account = AccountId::try_from(directory.account.as_slice())?;
    Ok(Door { account, entry, key_hash: key_hash(key), categories })
}

/// Claims a business, publishes its profile and an entry link, uploads key packages.
pub(crate) async fn claim(
    target: &Target,
    token: &str,
    key_packages: usize,
) -> anyhow::Result<(Business, Wire)> {
    let (mut wire, hello) = Wire::connect(target).await?;
    let now = Timestamp::from_millis(hello.server_time_ms);
    let peer = Peer::new(AccountKind::Business, now)?;
    let request = ClaimBusiness {
        version: PROTOCOL_VERSION,
        claim_token: crockford::decode::<32>(token).context("a claim token")?.to_vec(),
        device_list: peer.device_list.encode(),
        certificate: peer.certificate.encode(),
        proof: peer.proof(&hello)?,
    };
    expect_session(&wire.request(RequestBody::ClaimBusiness(request)).await?)?;

    let profile = Signed::sign(profile(peer.account, now), &peer.account_key)?.encode();
    wire.request(RequestBody::PublishProfile(PublishProfile { profile })).await?;
    let entry = EntryId::new(random()?);
    let entry_link =
        Signed::sign(entry_link(peer.account, entry, now), &peer.account_key)?.encode();
    wire.request(RequestBody::PublishEntryLink(PublishEntryLink { entry_link })).await?;

    upload_key_packages(&mut wire, &peer, key_packages, now).await?;
    Ok((Business { peer, entry }, wire))
}

async fn upload_key_packages(
    wire: &mut Wire,
    peer: &Peer,
    count: usize,
    now: Timestamp,
) -> anyhow::Result<()> {
    let options = KeyPackageOptions {
        suite: Suite::default(),
        count,
        now,
        lifetime_days: KEY_PACKAGE_DAYS,
        last_resort: false,
    };
    let key_packages = generate_key_packages(
        &MemoryGroupStore::new(),
        &peer.keys(),
        &peer.certificate.encode(),
        &options,
    )?;
    let upload = UploadKeyPackages { key_packages, last_resort: Vec::new() };
    wire.request(RequestBody::UploadKeyPackages(upload)).await?;
    Ok(())
}

fn profile(account: AccountId, now: Timestamp) -> Profile {
    Profile {
        account,
        sequence: 1,
        name: "Load".to_owned(),
        about: String::new(),
        branch: String::new(),
        sign_colour: SignColour::Slate,
        mark: Mark::Initials("L".to_owned()),
        address: String::new(),
        websites: Vec::new(),
        hours: None,
        languages: Vec::new(),
        issued_at: now,
        more: tresen_types::profile::More::default(),
    }
}

fn entry_link(account: AccountId, entry: EntryId, now: Timestamp) -> EntryLink {
    EntryLink {
        entry,
        account,
        sequence: 1,
        title: "Load".to_owned(),
        greeting: String::new(),
        prefilled: String::new(),
        categories: Categories::NONE.with(Category::Service),
        purpose: "Load".to_owned(),
        expires_at: None,
        uses_max: None,
        is_revoked: false,
        issued_at: now,
    }
}

/// Gives a business `count` more devices, each with a session and a key package.
pub(crate) async fn add_devices(
    target: &Target,
    business: &Business,
    owner: &mut Wire,
    count: usize,
) -> anyhow::Result<Vec<Wire>> {
    let now = business.peer.device_list.value().issued_at;
    let mut devices = business.peer.device_list.value().devices.clone();
    let mut peers = Vec::with_capacity(count);
    for _ in 0..count {
        let peer = business.peer.sibling(now)?;
        devices.extend(peer.device_list.value().devices.iter().copied());
        peers.push(peer);
    }
    devices.sort_by_key(|listed| listed.device);
    let list = DeviceList { account: business.peer.account, sequence: 2, issued_at: now, devices };
    let publish = PublishDeviceList {
        device_list: Signed::sign(list, &business.peer.account_key)?.encode(),
        certificates: peers.iter().map(|peer| peer.certificate.encode()).collect(),
    };
    owner.request(RequestBody::PublishDeviceList(publish)).await?;
    let mut wires = Vec::with_capacity(count);
    for peer in &peers {
        let mut wire = peer.connect(target).await?;
        upload_key_packages(&mut wire, peer, 1, now).await?;
        wires.push(wire);
    }
    Ok(wires)
}

/// A customer in a conversation with a business.
pub(crate) struct Customer {
    pub(crate) peer: Peer,
    pub(crate) conversation: ConversationId,
    /// How the customer writes.
    pub(crate) route: Route,
}

impl Customer {
    /// How the business writes in the same conversation.
    pub(crate) fn business_route(&self, business: &Business) -> Route {
        Route { account: business.peer.account, device: business.peer.device, ..self.route }
    }
}

/// Registers a customer through the business's link.
pub(crate) async fn register(target: &Target, business: &Business) -> anyhow::Result<(Peer, Wire)> {
    let (peer, wire, _hello) = register_with_hello(target, business.entry).await?;
    Ok((peer, wire))
}

async fn register_with_hello(
    target: &Target,
    entry: EntryId,
) -> anyhow::Result<(Peer, Wire, Hello)> {
    let (mut wire, hello) = Wire::connect(target).await?;
    let now = Timestamp::from_millis(hello.server_time_ms);
    let peer = Peer::new(AccountKind::Person, now)?;
    let request = RegisterPerson {
        version: PROTOCOL_VERSION,
        entry: entry.as_bytes().to_vec(),
        device_list: peer.device_list.encode(),
        certificate: peer.certificate.encode(),
        proof: peer.proof(&hello)?,
    };
    expect_session(&wire.request(RequestBody::RegisterPerson(request)).await?)?;
    Ok((peer, wire, hello))
}

/// Registers a customer through the business's link and opens a conversation with consent.
pub(crate) async fn open(target: &Target, business: &Business) -> anyhow::Result<(Customer, Wire)> {
    open_at(target, &business.door()).await
}

/// Registers a customer at a business's door and opens a conversation with consent.
pub(crate) async fn open_at(target: &Target, door: &Door) -> anyhow::Result<(Customer, Wire)> {
    let (peer, mut wire, hello) = register_with_hello(target, door.entry).await?;
    let now = Timestamp::from_millis(hello.server_time_ms);
    let packages = claim_key_packages(&mut wire, door).await?;
    let store = MemoryGroupStore::new();
    let group_id = GroupId::new(random()?);
    let server = ServerKey {
        public_key: hello.server_key.as_slice().try_into().context("a server key of 32 bytes")?,
        identity: SERVER_IDENTITY.to_vec(),
    };
    let new = NewGroup { group_id, suite: Suite::default(), external_sender: Some(&server), now };
    let mut group = Group::create(&store, &peer.keys(), &peer.certificate.encode(), &new)?;
    let key_packages: Vec<_> = packages.iter().map(|(_, package)| package.clone()).collect();
    let bundle = group.commit_add(&store, &peer.keys(), &key_packages, true)?;
    group.confirm_commit(&store)?;

    let conversation = ConversationId::new(random()?);
    let welcome = WelcomeFor {
        devices: packages.into_iter().map(|(device, _)| device).collect(),
        welcome: bundle.welcome.context("a welcome for the business")?.into(),
    };
    let create = CreateConversation {
        conversation: conversation.as_bytes().to_vec(),
        counterpart: door.account.as_bytes().to_vec(),
        group_info: bundle.group_info.into(),
        ratchet_tree: bundle.ratchet_tree.into(),
        welcomes: vec![welcome],
        consent: consent(&peer, door, &hello, now)?,
        messages: Vec::new(),
        nonce: Nonce::new(random()?).as_bytes().to_vec(),
    };
    let ReplyBody::Accepted(_) = wire.request(RequestBody::CreateConversation(create)).await?
    else {
        bail!("expected the conversation to be accepted");
    };
    let route =
        Route { account: peer.account, device: peer.device, group: group_id, epoch: group.epoch() };
    Ok((Customer { peer, conversation, route }, wire))
}

/// One key package of each of the business's devices.
async fn claim_key_packages(
    wire: &mut Wire,
    door: &Door,
) -> anyhow::Result<Vec<(Vec<u8>, Vec<u8>)>> {
    let claim = ClaimKeyPackages {
        account: door.account.as_bytes().to_vec(),
        devices: Vec::new(),
        entry: door.entry.as_bytes().to_vec(),
    };
    let ReplyBody::ClaimedKeyPackages(claimed) =
        wire.request(RequestBody::ClaimKeyPackages(claim)).await?
    else {
        bail!("expected key packages");
    };
    Ok(claimed.key_packages.into_iter().map(|one| (one.device, one.key_package)).collect())
}

fn consent(peer: &Peer, door: &Door, hello: &Hello, now: Timestamp) -> anyhow::Result<Vec<u8>> {
    let consent = Consent {
        origin: hello.origin.clone(),
        business: door.account,
        business_key_hash: door.key_hash,
        customer: peer.account,
        device: peer.device,
        sequence: 1,
        categories: door.categories,
        monthly_max: CategoryMax::default(),
        wording_hash: wording_hash("Load"),
        language: "en".to_owned(),
        at: now,
        entry: Some(door.entry),
        state: ConsentState::Given,
        terms: Terms::default(),
    };
    Ok(Signed::sign(consent, &SigningKey::from_seed(&peer.device_seed))?.encode())
}
