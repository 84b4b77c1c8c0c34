//! Registration, sessions, claim links, entry links, key packages.

use tresen_proto::{
    ClaimBusiness, ClaimKeyPackages, ErrorCode, FetchDirectory, FetchEntry, ListEntryLinks,
    RegisterPerson, ReplyBody, RequestBody, UploadKeyPackages,
};
use tresen_statement::{EntryLink, Role};
use tresen_types::EntryId;

use crate::{
    device::Device,
    world::{World, code_of, entry_link},
};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

#[tokio::test]
async fn a_claim_link_makes_one_business_and_counts_once() {
    let world = World::new().await;
    let claim_token = world.claim_token().await;
    let mut owner = Device::business(&world).await;
    let claim = ClaimBusiness { claim_token: claim_token.clone(), ..owner.claim() };
    owner.begin_session(RequestBody::ClaimBusiness(claim)).await;
    assert_eq!(owner.session.device_list_sequence, 1);
    let mut second = Device::business(&world).await;
    let claim = RequestBody::ClaimBusiness(ClaimBusiness { claim_token, ..second.claim() });
    assert_eq!(code_of(second.ask(claim).await), ErrorCode::LinkUnavailable);
    let late = world.claim_token().await;
    world.pass(DAY_MS);
    let claim = RequestBody::ClaimBusiness(ClaimBusiness { claim_token: late, ..second.claim() });
    assert_eq!(code_of(second.ask(claim).await), ErrorCode::LinkUnavailable);
    let mut unknown = second.claim();
    unknown.claim_token = vec![1; 32];
    let refused = second.ask(RequestBody::ClaimBusiness(unknown)).await;
    assert_eq!(code_of(refused), ErrorCode::LinkUnavailable);
}

#[tokio::test]
async fn a_device_comes_back_with_its_key_alone() {
    let world = World::new().await;
    let mut shop = world.shop().await;
    shop.reconnect(&world.server).await;
    shop.authenticate().await;
    assert_eq!(shop.session.key_package_stock, 5);
    shop.drain().await;
    let world = world.restart().await;
    shop.reconnect(&world.server).await;
    shop.authenticate().await;
    assert_eq!(shop.session.key_package_stock, 5);
}

#[tokio::test]
async fn a_proof_counts_for_its_origin_nonce_and_key_only() {
    let world = World::new().await;
    let mut shop = world.shop().await;
    let used = shop.authentication();
    shop.reconnect(&world.server).await;
    assert_eq!(code_of(shop.ask(used).await), ErrorCode::InvalidStatement);
    let nonce: [u8; 32] = shop.hello.nonce.as_slice().try_into().unwrap();
    let RequestBody::Authenticate(good) = shop.authentication() else { unreachable!() };
    let mut elsewhere = good.clone();
    elsewhere.proof = shop.proof_of(nonce, "https://other.example");
    let refused = shop.ask(RequestBody::Authenticate(elsewhere)).await;
    assert_eq!(code_of(refused), ErrorCode::InvalidStatement);
    let stranger = Device::sibling(&world, &shop, Role::Owner).await;
    let mut foreign = good.clone();
    foreign.proof = stranger.proof_of(nonce, &shop.origin);
    let refused = shop.ask(RequestBody::Authenticate(foreign)).await;
    assert_eq!(code_of(refused), ErrorCode::InvalidStatement);
    let mut unlisted = good.clone();
    unlisted.device = stranger.device.as_bytes().to_vec();
    let refused = shop.ask(RequestBody::Authenticate(unlisted)).await;
    assert_eq!(code_of(refused), ErrorCode::DeviceRevoked);
    let mut future = good.clone();
    future.version = 2;
    let refused = shop.ask(RequestBody::Authenticate(future)).await;
    assert_eq!(code_of(refused), ErrorCode::Unsupported);
    shop.begin_session(RequestBody::Authenticate(good)).await;
    let again = shop.authentication();
    assert_eq!(code_of(shop.ask(again).await), ErrorCode::Conflict);
}

#[tokio::test]
async fn a_request_without_a_session_is_refused() {
    let world = World::new().await;
    let mut stranger = Device::person(&world).await;
    let refused = stranger.ask(RequestBody::ListEntryLinks(ListEntryLinks {})).await;
    assert_eq!(code_of(refused), ErrorCode::Unauthenticated);
}

#[tokio::test]
async fn a_person_needs_an_entry_link_that_may_be_used() {
    let world = World::new().await;
    let mut shop = world.shop().await;
    let unknown = EntryId::new([0xee; 8]);
    assert_eq!(register_error(&world, unknown).await, ErrorCode::NotFound);
    let base = |entry| EntryLink { sequence: 2, ..entry_link(&world, &shop, entry) };
    let (expiring, used_up) = (EntryId::new([0xe1; 8]), EntryId::new([0xe2; 8]));
    let links = [
        EntryLink { expires_at: Some(world.now().plus_millis(1_000)), ..base(expiring) },
        EntryLink { uses_max: Some(0), ..base(used_up) },
    ];
    for link in links {
        world.publish_entry(&mut shop, link).await;
    }
    let revoked = world.entry(&mut shop).await;
    let _customer = world.customer(revoked).await;
    let revocation =
        EntryLink { sequence: 2, is_revoked: true, ..entry_link(&world, &shop, revoked) };
    world.publish_entry(&mut shop, revocation).await;
    world.pass(1_000);
    assert_eq!(register_error(&world, expiring).await, ErrorCode::EntryExpired);
    assert_eq!(register_error(&world, used_up).await, ErrorCode::EntryUsedUp);
    assert_eq!(register_error(&world, revoked).await, ErrorCode::EntryRevoked);
}

async fn register_error(world: &World, entry: EntryId) -> ErrorCode {
    let mut person = Device::person(world).await;
    let register = RegisterPerson { entry: entry.as_bytes().to_vec(), ..person.registration() };
    code_of(person.ask(RequestBody::RegisterPerson(register)).await)
}

#[tokio::test]
async fn registrations_through_one_link_are_limited() {
    let world = World::with(|config| config.rates.register_per_entry.burst = 1).await;
    let mut shop = world.shop().await;
    let entry = world.entry(&mut shop).await;
    let _first = world.customer(entry).await;
    assert_eq!(register_error(&world, entry).await, ErrorCode::RateLimited);
    world.pass(i64::from(world.server.app().config().rates.register_per_entry.interval_ms));
    let _second = world.customer(entry).await;
}

#[tokio::test]
async fn registrations_from_one_network_are_limited() {
    let world = World::with(|config| config.rates.register_per_prefix.burst = 2).await;
    let mut shop = world.shop().await;
    let entry = world.entry(&mut shop).await;
    let _first = world.customer(entry).await;
    assert_eq!(register_error(&world, entry).await, ErrorCode::RateLimited);
}

#[tokio::test]
async fn a_clock_that_is_off_by_two_days_is_told_so() {
    let world = World::new().await;
    let mut shop = world.shop().await;
    let entry = world.entry(&mut shop).await;
    world.pass(2 * DAY_MS);
    let mut ahead = Device::person(&world).await;
    world.pass(-2 * DAY_MS);
    let register = RegisterPerson { entry: entry.as_bytes().to_vec(), ..ahead.registration() };
    let refused = ahead.ask(RequestBody::RegisterPerson(register)).await;
    assert_eq!(code_of(refused), ErrorCode::ClockSkew);
}

#[tokio::test]
async fn an_entry_shows_the_business_and_counts_visits() {
    let world = World::new().await;
    let mut shop = world.shop().await;
    let entry = world.entry(&mut shop).await;
    let mut visitor = Device::person(&world).await;
    let fetch = RequestBody::FetchEntry(FetchEntry { entry: entry.as_bytes().to_vec() });
    let ReplyBody::Entry(shown) = visitor.ask(fetch).await else { panic!("an entry") };
    let directory = shown.directory.unwrap();
    assert_eq!(directory.account_key, shop.account_key().public());
    assert_eq!(directory.device_list, shop.device_list);
    assert_eq!(directory.certificates, [shop.certificate.clone()]);
    let listed = shop.ask(RequestBody::ListEntryLinks(ListEntryLinks {})).await;
    let ReplyBody::EntryLinks(listed) = listed else { panic!("links") };
    assert_eq!(listed.entry_links.len(), 1);
    assert_eq!((listed.entry_links[0].visits, listed.entry_links[0].uses), (1, 0));
}

#[tokio::test]
async fn only_the_owner_publishes_and_only_with_a_rising_sequence() {
    let world = World::new().await;
    let mut shop = world.shop().await;
    let entry = world.entry(&mut shop).await;
    let mut customer = world.customer(entry).await;
    let older = EntryLink { title: "Other".to_owned(), ..entry_link(&world, &shop, entry) };
    let encode = |link, signer: &Device| {
        tresen_statement::Signed::sign(link, &signer.account_key()).unwrap().encode()
    };
    let publish =
        |entry_link| RequestBody::PublishEntryLink(tresen_proto::PublishEntryLink { entry_link });
    let same_sequence = publish(encode(older.clone(), &shop));
    assert_eq!(code_of(shop.ask(same_sequence).await), ErrorCode::Conflict);
    let forged = publish(encode(older.clone(), &customer));
    assert_eq!(code_of(shop.ask(forged).await), ErrorCode::InvalidStatement);
    let by_customer = publish(encode(older, &shop));
    assert_eq!(code_of(customer.ask(by_customer).await), ErrorCode::Forbidden);
}

#[tokio::test]
async fn key_packages_must_be_the_devices_own_and_are_handed_out_once() {
    let world = World::new().await;
    let mut shop = world.shop().await;
    let entry = world.entry(&mut shop).await;
    let mut customer = world.customer(entry).await;
    let foreign = UploadKeyPackages {
        key_packages: shop.key_packages(world.now(), 1, false),
        last_resort: Vec::new(),
    };
    let refused = customer.ask(RequestBody::UploadKeyPackages(foreign)).await;
    assert_eq!(code_of(refused), ErrorCode::InvalidStatement);
    let garbage = UploadKeyPackages { key_packages: vec![vec![1; 300]], last_resort: Vec::new() };
    let refused = customer.ask(RequestBody::UploadKeyPackages(garbage)).await;
    assert_eq!(code_of(refused), ErrorCode::InvalidGroup);
    let wrong_sort = UploadKeyPackages {
        key_packages: Vec::new(),
        last_resort: customer.key_packages(world.now(), 1, false).remove(0),
    };
    let refused = customer.ask(RequestBody::UploadKeyPackages(wrong_sort)).await;
    assert_eq!(code_of(refused), ErrorCode::InvalidGroup);

    let mut seen = std::collections::BTreeSet::new();
    for _claim in 0..5 {
        let claimed = customer.claim_packages(shop.account, &[], Some(entry)).await;
        assert!(seen.insert(claimed[0].clone()));
    }
    let empty = customer.claim_packages(shop.account, &[], Some(entry)).await;
    assert_eq!(empty, [Vec::<u8>::new()]);
    let last_resort = shop.key_packages(world.now(), 1, true).remove(0);
    let upload = UploadKeyPackages { key_packages: Vec::new(), last_resort: last_resort.clone() };
    shop.done(RequestBody::UploadKeyPackages(upload)).await;
    for _claim in 0..2 {
        let claimed = customer.claim_packages(shop.account, &[], Some(entry)).await;
        assert_eq!(claimed, std::slice::from_ref(&last_resort));
    }
}

#[tokio::test]
async fn claiming_needs_a_relationship_and_is_limited_per_pair() {
    let world = World::with(|config| config.rates.claim_per_pair.burst = 2).await;
    let mut shop = world.shop().await;
    let mut other_shop = world.shop().await;
    let entry = world.entry(&mut shop).await;
    let other_entry = world.entry(&mut other_shop).await;
    let mut customer = world.customer(entry).await;
    let claim = |account: &Device, entry: Option<EntryId>| {
        RequestBody::ClaimKeyPackages(ClaimKeyPackages {
            account: account.account.as_bytes().to_vec(),
            devices: Vec::new(),
            entry: entry.map(|entry| entry.as_bytes().to_vec()).unwrap_or_default(),
        })
    };
    let refused = customer.ask(claim(&shop, None)).await;
    assert_eq!(code_of(refused), ErrorCode::Forbidden);
    let refused = customer.ask(claim(&shop, Some(other_entry))).await;
    assert_eq!(code_of(refused), ErrorCode::Forbidden);
    let by_shop = claim(&customer, None);
    assert_eq!(code_of(shop.ask(by_shop).await), ErrorCode::Forbidden);
    for _claim in 0..2 {
        customer.claim_packages(shop.account, &[], Some(entry)).await;
    }
    let refused = customer.ask(claim(&shop, Some(entry))).await;
    assert_eq!(code_of(refused), ErrorCode::RateLimited);
}

#[tokio::test]
async fn keys_are_shown_to_those_who_have_to_do_with_the_account() {
    let world = World::new().await;
    let mut shop = world.shop().await;
    let entry = world.entry(&mut shop).await;
    let mut customer = world.customer(entry).await;
    let of = |account: &Device| {
        let account = account.account.as_bytes().to_vec();
        RequestBody::FetchDirectory(FetchDirectory { account })
    };
    let refused = shop.ask(of(&customer)).await;
    assert_eq!(code_of(refused), ErrorCode::NotFound);
    let devices = [shop.device];
    customer.converse(&world, &shop, entry, &devices).await;
    let ReplyBody::Directory(shown) = shop.ask(of(&customer)).await else { panic!("keys") };
    assert_eq!(shown.account_key, customer.account_key().public());
    let ReplyBody::Directory(own) = customer.ask(of(&customer)).await else { panic!("keys") };
    assert_eq!(own.certificates, [customer.certificate.clone()]);
}
