//! A node with a clock that the test moves, a shop on it, and customers.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU8, Ordering},
    },
};

use tempfile::TempDir;
use tresen_proto::{ClaimBusiness, PublishEntryLink, RegisterPerson, ReplyBody, RequestBody};
use tresen_server::{Config, ServerHandle, SystemClock, admin, spawn};
use tresen_statement::{EntryLink, Role, Signed};
use tresen_store::Clock as _;
use tresen_types::{Categories, Category, EntryId, Timestamp, crockford};

use crate::device::Device;

pub(crate) struct World {
    pub(crate) server: ServerHandle,
    clock_ms: Arc<AtomicI64>,
    /// Names accounts and devices, so that no two are the same.
    next: AtomicU8,
    pub(crate) folder: TempDir,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(|_config| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // Key packages are made by the system's clock: the test's begins there.
        let clock_ms = Arc::new(AtomicI64::new(SystemClock.now().as_millis()));
        let server = start(folder.path(), &clock_ms, change).await;
        Self { server, clock_ms, next: AtomicU8::new(1), folder }
    }

    /// Stops the node and starts it again on the same data.
    pub(crate) async fn restart(self) -> Self {
        self.restart_after(async |_folder: &Path| ()).await
    }

    /// Stops the node and starts it again with another configuration.
    pub(crate) async fn restart_with(self, change: impl FnOnce(&mut Config)) -> Self {
        self.start_again(async |_folder: &Path| (), change).await
    }

    /// Stops the node, lets something happen to its data, and starts it again.
    pub(crate) async fn restart_after(self, meanwhile: impl AsyncFnOnce(&Path)) -> Self {
        self.start_again(meanwhile, |_config| {}).await
    }

    async fn start_again(
        self,
        meanwhile: impl AsyncFnOnce(&Path),
        change: impl FnOnce(&mut Config),
    ) -> Self {
        let Self { server, clock_ms, next, folder } = self;
        let port = server.local_addr.port();
        server.shutdown().await.unwrap();
        meanwhile(folder.path()).await;
        // The origin is what sessions and consents are made for: the port stays.
        let server = start(folder.path(), &clock_ms, |config| {
            config.listen.set_port(port);
            change(config);
        })
        .await;
        Self { server, clock_ms, next, folder }
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.clock_ms.load(Ordering::Relaxed))
    }

    pub(crate) fn pass(&self, millis: i64) {
        self.clock_ms.fetch_add(millis, Ordering::Relaxed);
    }

    pub(crate) fn name(&self) -> u8 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// The secret of a new claim link.
    pub(crate) async fn claim_token(&self) -> Vec<u8> {
        let url = admin::create_claim_link(self.server.app()).await.unwrap();
        let (_, text) = url.split_once("/claim#").unwrap();
        crockford::decode::<32>(text).unwrap().to_vec()
    }

    /// A business with its owner's device, connected, with key packages.
    pub(crate) async fn shop(&self) -> Device {
        let mut owner = Device::business(self).await;
        let claim = ClaimBusiness { claim_token: self.claim_token().await, ..owner.claim() };
        owner.begin_session(RequestBody::ClaimBusiness(claim)).await;
        owner.upload_key_packages(self, 5).await;
        owner
    }

    /// An entry link of the shop.
    pub(crate) async fn entry(&self, shop: &mut Device) -> EntryId {
        let entry = EntryId::new([self.name(); 8]);
        self.publish_entry(shop, entry_link(self, shop, entry)).await;
        entry
    }

    pub(crate) async fn publish_entry(&self, shop: &mut Device, link: EntryLink) {
        let entry_link = Signed::sign(link, &shop.account_key()).unwrap().encode();
        shop.done(RequestBody::PublishEntryLink(PublishEntryLink { entry_link })).await;
    }

    /// A customer with a first device, connected.
    pub(crate) async fn customer(&self, entry: EntryId) -> Device {
        let mut device = Device::person(self).await;
        let register = RegisterPerson { entry: entry.as_bytes().to_vec(), ..device.registration() };
        device.begin_session(RequestBody::RegisterPerson(register)).await;
        device
    }

    /// A further device of an account, listed and connected.
    pub(crate) async fn second_device(&self, first: &mut Device, role: Role) -> Device {
        let mut second = Device::sibling(self, first, role).await;
        let devices = [&*first, &second].map(Device::signed_certificate);
        let list = first.list(self, 2, &devices);
        first.publish_list(&list, &[second.certificate.clone()]).await;
        second.device_list = list;
        second.authenticate().await;
        second.upload_key_packages(self, 5).await;
        second
    }
}

pub(crate) fn entry_link(world: &World, shop: &Device, entry: EntryId) -> EntryLink {
    EntryLink {
        entry,
        account: shop.account,
        sequence: 1,
        title: "Counter".to_owned(),
        greeting: String::new(),
        prefilled: String::new(),
        categories: service(),
        purpose: "Answers to your questions".to_owned(),
        expires_at: None,
        uses_max: None,
        is_revoked: false,
        issued_at: world.now(),
    }
}

pub(crate) fn service() -> Categories {
    [Category::Service].into_iter().collect()
}

/// What an error reply says.
pub(crate) fn code_of(reply: ReplyBody) -> tresen_proto::ErrorCode {
    match reply {
        ReplyBody::Error(error) => error.code(),
        other => panic!("not refused: {other:?}"),
    }
}

async fn start(
    folder: &Path,
    clock_ms: &Arc<AtomicI64>,
    change: impl FnOnce(&mut Config),
) -> ServerHandle {
    let mut config = Config::default();
    config.listen.set_port(0);
    config.data_dir = folder.join("data");
    change(&mut config);
    let clock_ms = Arc::clone(clock_ms);
    let clock = move || Timestamp::from_millis(clock_ms.load(Ordering::Relaxed));
    spawn(config, Arc::new(clock)).await.unwrap()
}
