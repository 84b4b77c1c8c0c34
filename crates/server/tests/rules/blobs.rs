//! Blobs over HTTP: uploads that break off, ranges, quota, and whose blob it is.

use tresen_proto::{ErrorCode, RegisterPerson, RequestBody, SetBlock, StoreRecovery};
use tresen_server::ServerHandle;
use tresen_statement::Role;

use crate::{
    client::{Answer, Client},
    delivery::talking,
    device::Device,
    world::{World, code_of},
};

const SIZE: usize = 1_000_000;

struct Store<'a> {
    server: &'a ServerHandle,
    token: String,
}

impl<'a> Store<'a> {
    fn of(world: &'a World, device: &Device) -> Self {
        Self { server: &world.server, token: device.session.token.clone() }
    }

    fn headers(&self, more: &str) -> String {
        format!("Authorization: Bearer {}\r\n{more}", self.token)
    }

    async fn ask(&self, method: &str, path: &str, headers: &str, body: &[u8]) -> Answer {
        let mut client = Client::connect(self.server).await;
        client.ask(method, path, &self.headers(headers), body).await
    }

    async fn announce(&self, size: usize, class: &str) -> Answer {
        let headers = format!("Upload-Length: {size}\r\nTresen-Class: {class}\r\n");
        self.ask("POST", "/v1/blob", &headers, b"").await
    }

    /// Announces a blob; returns its path.
    async fn create(&self, size: usize) -> String {
        let answer = self.announce(size, "media").await;
        assert_eq!(answer.status, 201);
        answer.header("location").unwrap().to_owned()
    }

    async fn patch(&self, path: &str, offset: usize, part: &[u8]) -> Answer {
        self.ask("PATCH", path, &format!("Upload-Offset: {offset}\r\n"), part).await
    }

    async fn offset(&self, path: &str) -> usize {
        offset(&self.ask("HEAD", path, "", b"").await)
    }

    /// Begins to send a part, and hangs up before its end.
    async fn break_off(&self, path: &str, offset: usize, promised: usize, sent: &[u8]) {
        let headers = self.headers(&format!("Upload-Offset: {offset}\r\n"));
        let head = format!(
            "PATCH {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {promised}\r\n{headers}\r\n"
        );
        let mut client = Client::connect(self.server).await;
        client.write(head.as_bytes()).await;
        client.write(sent).await;
    }
}

fn offset(answer: &Answer) -> usize {
    answer.header("upload-offset").unwrap().parse().unwrap()
}

fn content() -> Vec<u8> {
    (0..SIZE).map(|at| u8::try_from(at * 31 % 251).unwrap()).collect()
}

#[tokio::test]
async fn an_upload_that_breaks_off_at_every_tenth_is_resumed_where_it_broke() {
    // It asks again and again how far the upload is, and this clock stands still.
    let world = World::with(|config| config.rates.http_per_prefix.burst = u32::MAX).await;
    let shop = world.shop().await;
    let store = Store::of(&world, &shop);
    let path = store.create(SIZE).await;
    let content = content();
    for tenth in 1..10 {
        let (from, to) = (SIZE / 10 * (tenth - 1), SIZE / 10 * tenth);
        store.break_off(&path, from, SIZE - from, &content[from..to]).await;
        // What arrived is written though its connection is gone; that takes a moment.
        while store.offset(&path).await != to {}
        assert_eq!(store.ask("GET", &path, "", b"").await.status, 404, "not whole yet");
    }
    let last = store.patch(&path, SIZE / 10 * 9, &content[SIZE / 10 * 9..]).await;
    assert_eq!((last.status, offset(&last)), (204, SIZE));
    let whole = store.ask("GET", &path, "", b"").await;
    assert_eq!(whole.status, 200);
    assert!(whole.body == content);
}

#[tokio::test]
async fn ranges_of_a_blob_are_served() {
    let world = World::new().await;
    let shop = world.shop().await;
    let store = Store::of(&world, &shop);
    let path = store.create(SIZE).await;
    let content = content();
    assert_eq!(store.patch(&path, 0, &content).await.status, 204);
    for (range, from, to) in
        [("0-99", 0, 100), ("999900-", 999_900, SIZE), ("-7", SIZE - 7, SIZE), ("5-5", 5, 6)]
    {
        let part = store.ask("GET", &path, &format!("Range: bytes={range}\r\n"), b"").await;
        assert_eq!(part.status, 206, "{range}");
        let told = format!("bytes {from}-{}/{SIZE}", to - 1);
        assert_eq!(part.header("content-range"), Some(told.as_str()));
        assert!(part.body == content[from..to], "{range}");
    }
    let beyond = store.ask("GET", &path, "Range: bytes=1000000-\r\n", b"").await;
    assert_eq!((beyond.status, beyond.header("content-range")), (416, Some("bytes */1000000")));
}

#[tokio::test]
async fn a_part_at_another_offset_or_beyond_the_end_is_refused() {
    let world = World::new().await;
    let shop = world.shop().await;
    let store = Store::of(&world, &shop);
    let path = store.create(1_000).await;
    assert_eq!(store.patch(&path, 0, &[1; 600]).await.status, 204);
    for wrong in [0, 599, 601, 1_000] {
        let refused = store.patch(&path, wrong, &[2; 10]).await;
        assert_eq!((refused.status, offset(&refused)), (409, 600));
    }
    assert_eq!(store.patch(&path, 600, &[3; 401]).await.status, 413);
    assert_eq!(store.offset(&path).await, 600);
    assert_eq!(store.patch(&path, 600, &[3; 400]).await.status, 204);
    let too_long = vec![0; (5 << 20) + 1];
    let other = store.create(too_long.len()).await;
    assert_eq!(store.patch(&other, 0, &too_long).await.status, 413);
}

#[tokio::test]
async fn the_quota_counts_what_was_announced() {
    let world = World::with(|config| config.retention.business_blob_bytes = 1_500).await;
    let shop = world.shop().await;
    let store = Store::of(&world, &shop);
    let first = store.create(1_000).await;
    assert_eq!(store.announce(501, "archive").await.status, 413);
    assert_eq!(store.announce(500, "archive").await.status, 201);
    assert_eq!(store.ask("DELETE", &first, "", b"").await.status, 204);
    assert_eq!(store.announce(1_000, "media").await.status, 201);
    for (size, class, status) in [(0, "media", 413), (1, "photo", 400)] {
        assert_eq!(store.announce(size, class).await.status, status, "{size} {class}");
    }
}

#[tokio::test]
async fn a_blob_is_read_by_those_who_know_its_id_and_changed_by_its_owner_alone() {
    let world = World::new().await;
    let mut shop = world.shop().await;
    let entry = world.entry(&mut shop).await;
    let customer = world.customer(entry).await;
    let (owner, reader) = (Store::of(&world, &shop), Store::of(&world, &customer));
    let path = owner.create(5).await;
    assert_eq!(reader.patch(&path, 0, b"other").await.status, 404);
    assert_eq!(owner.patch(&path, 0, b"hello").await.status, 204);
    assert_eq!(reader.ask("GET", &path, "", b"").await.body, b"hello");
    assert_eq!(reader.ask("DELETE", &path, "", b"").await.status, 404);
    assert_eq!(reader.ask("HEAD", &path, "", b"").await.status, 404);

    let nobody = Store { server: &world.server, token: "nonsense".to_owned() };
    assert_eq!(nobody.ask("GET", &path, "", b"").await.status, 401);
    // The token ends with its connection.
    drop(customer);
    while reader.ask("GET", &path, "", b"").await.status != 401 {}
}

/// As after a restart on a disk that has filled up: nothing is so free that it isn't under the reserve.
#[tokio::test]
async fn below_the_reserve_nothing_new_is_taken_and_rights_can_be_taken_away() {
    let world = World::new().await;
    let (mut shop, mut customer, _chat, entry) = talking(&world).await;
    let mut agent = world.second_device(&mut shop, Role::Agent).await;
    let path = Store::of(&world, &shop).create(3).await;
    let world = world.restart_with(|config| config.retention.disk_reserve_bytes = u64::MAX).await;
    for device in [&mut shop, &mut customer, &mut agent] {
        device.reconnect(&world.server).await;
        device.authenticate().await;
    }
    let store = Store::of(&world, &shop);
    assert_eq!(store.announce(3, "media").await.status, 507);
    assert_eq!(store.patch(&path, 0, b"abc").await.status, 507);
    assert_eq!(store.offset(&path).await, 0);
    let recovery = StoreRecovery { lookup_hash: vec![1; 32], record: "record".into() };
    let refused = shop.ask(RequestBody::StoreRecovery(recovery)).await;
    assert_eq!(code_of(refused), ErrorCode::StorageFull);
    let mut stranger = Device::person(&world).await;
    let register = RegisterPerson { entry: entry.as_bytes().to_vec(), ..stranger.registration() };
    let refused = stranger.ask(RequestBody::RegisterPerson(register)).await;
    assert_eq!(code_of(refused), ErrorCode::StorageFull);
    shop.done(RequestBody::SetBlock(SetBlock {
        account: customer.account.as_bytes().to_vec(),
        is_blocked: true,
    }))
    .await;
}
