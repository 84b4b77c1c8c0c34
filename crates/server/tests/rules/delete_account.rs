//! A customer's account ends: who may end it, what goes with it, and what others see of it.

use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use tresen_proto::{
    DeleteAccount, EntryKind, ErrorCode, FetchConsents, FetchDirectory, FetchRecovery, FetchUsage,
    RegisterPerson, ReplyBody, RequestBody, ServerBody, StoreRecovery, UsageReport,
};
use tresen_server::{Config, PlanDocument, SystemClock, admin};
use tresen_statement::{Consent, ConsentState, DeviceList, Role, Signed, Unverified};
use tresen_store::{
    ControlStore, DeliveryOptions, DeliveryStore as _, EmbeddedDelivery, SharedClock,
    control::{DeviceListRecord, Ending},
};
use tresen_types::{Categories, Category, EntryId};

use crate::{
    delivery::talking,
    device::{Chat, Device},
    permission::{allow, approved, sent},
    world::{World, code_of},
};

/// What ends the account: its last list, and the revocation of the consent that `talking` has given.
fn ending(world: &World, device: &Device, shop: &Device, entry: EntryId) -> DeleteAccount {
    let revoked = Consent {
        sequence: 2,
        categories: Categories::NONE,
        state: ConsentState::Revoked,
        ..device.consent(world, shop, Some(entry))
    };
    let sequence = sequence_of(&device.device_list) + 1;
    DeleteAccount {
        device_list: device.list(world, sequence, &[]),
        consents: vec![device.sign_consent(revoked)],
    }
}

fn sequence_of(list: &[u8]) -> u64 {
    Unverified::<DeviceList>::decode(list).unwrap().claimed().sequence
}

/// Waits until the server closes, and says why.
async fn until_closed(device: &mut Device) -> ErrorCode {
    loop {
        if let ServerBody::Closing(closing) = device.client.body().await {
            return closing.code();
        }
    }
}

async fn directory(device: &mut Device, of: &Device) -> ReplyBody {
    let account = of.account.as_bytes().to_vec();
    device.ask(RequestBody::FetchDirectory(FetchDirectory { account })).await
}

#[tokio::test]
async fn an_account_ends_with_all_its_devices_and_the_shop_is_told() {
    let world = World::new().await;
    let (mut shop, mut customer, chat, entry) = talking(&world).await;
    let mut second = world.second_device(&mut customer, Role::Member).await;
    let lookup_key = vec![7; 32];
    let lookup_hash = Sha256::digest(&lookup_key).to_vec();
    let record = StoreRecovery { lookup_hash, record: "wrapped".into() };
    customer.done(RequestBody::StoreRecovery(record)).await;
    let waiting = shop.message(chat, b"what waits goes too");
    shop.accepted(waiting).await;

    let end = ending(&world, &customer, &shop, entry);
    customer.done(RequestBody::DeleteAccount(end.clone())).await;
    assert_eq!(until_closed(&mut customer).await, ErrorCode::DeviceRevoked);
    assert_eq!(until_closed(&mut second).await, ErrorCode::DeviceRevoked);
    // Nobody comes back: not with a device's key, not with the account's, not with the code.
    for device in [&mut customer, &mut second] {
        device.reconnect(&world.server).await;
        let proof = device.authentication();
        assert_eq!(code_of(device.ask(proof).await), ErrorCode::DeviceRevoked);
    }
    let next = customer.list(&world, 9, &[customer.signed_certificate()]);
    let register = RequestBody::RegisterDevice(customer.register_device(next));
    assert_eq!(code_of(customer.ask(register).await), ErrorCode::NotFound);
    let again = RequestBody::RegisterPerson(RegisterPerson {
        entry: entry.as_bytes().to_vec(),
        device_list: customer.list(&world, 1, &[customer.signed_certificate()]),
        ..customer.registration()
    });
    assert_eq!(code_of(customer.ask(again).await), ErrorCode::Conflict);
    let fetch = RequestBody::FetchRecovery(FetchRecovery { lookup_key });
    assert_eq!(code_of(customer.ask(fetch).await), ErrorCode::NotFound);

    // The shop has the revocation and the last list, and reaches nobody.
    assert_eq!(shop.entry_of(EntryKind::Consent).await.body, end.consents[0]);
    assert_eq!(shop.entry_of(EntryKind::DeviceList).await.body, end.device_list);
    let message = shop.message(chat, b"are you there?");
    assert_eq!(code_of(shop.ask(message).await), ErrorCode::ConsentMissing);
    let ReplyBody::Directory(known) = directory(&mut shop, &customer).await else {
        panic!("the end is known to who had to do with it")
    };
    assert_eq!(known.device_list, end.device_list);
    assert!(known.certificates.is_empty());
    let fetch = RequestBody::FetchConsents(FetchConsents { other: Vec::new() });
    let ReplyBody::Consents(consents) = shop.ask(fetch).await else { panic!("consents") };
    assert_eq!(consents.consents, end.consents);
    // Its leaves can be taken out of the group.
    take_out(&mut shop, chat).await;

    // A further start has nothing left to do.
    let devices = [customer.device, second.device];
    world
        .restart_after(async |folder| {
            let options = DeliveryOptions::new(Arc::new(SystemClock));
            let delivery = EmbeddedDelivery::open(&folder.join("data/delivery"), options).unwrap();
            for device in devices {
                assert_eq!(delivery.stats(device).await.unwrap().entries, 0);
                assert!(delivery.conversations_of(device).await.unwrap().is_empty());
            }
            delivery.shutdown().await.unwrap();
        })
        .await;
}

async fn take_out(shop: &mut Device, chat: Chat) {
    let proposal = shop.entry_of(EntryKind::Proposal).await;
    shop.process(chat, &proposal);
    let bundle = shop.group(chat).commit_pending_proposals(&shop.store, &shop.keys()).unwrap();
    let commit = shop.commit(chat, &bundle, &[]);
    shop.accepted(commit).await;
    shop.confirm(chat);
}

#[tokio::test]
async fn only_the_accounts_key_ends_it_and_only_a_persons() {
    let world = World::new().await;
    let (mut shop, mut customer, chat, entry) = talking(&world).await;
    let mut second = world.second_device(&mut customer, Role::Member).await;
    let good = ending(&world, &customer, &shop, entry);
    let sequence = sequence_of(&good.device_list);

    // A session without the key: whoever has taken over a device that lacks it.
    let forged = DeviceList {
        account: customer.account,
        sequence,
        issued_at: world.now(),
        devices: Vec::new(),
    };
    let by_device = Signed::sign(forged, &second.device_key()).unwrap().encode();
    let of_shop = shop.list(&world, sequence, &[]);
    let old = customer.list(&world, sequence - 1, &[]);
    let with_one = customer.list(&world, sequence, &[customer.signed_certificate()]);
    for (device_list, code) in [
        (by_device, ErrorCode::InvalidStatement),
        (of_shop, ErrorCode::InvalidStatement),
        (old, ErrorCode::Conflict),
        (with_one, ErrorCode::InvalidStatement),
        (Vec::new(), ErrorCode::InvalidStatement),
    ] {
        let request = DeleteAccount { device_list, consents: Vec::new() };
        assert_eq!(code_of(second.ask(RequestBody::DeleteAccount(request)).await), code);
    }
    // A consent instead of a revocation, another device's revocation, one that isn't newer.
    let given = customer.consent(&world, &shop, Some(entry));
    let given = customer.sign_consent(Consent { sequence: 2, ..given });
    let others = ending(&world, &second, &shop, entry).consents.remove(0);
    for (consent, code) in
        [(given, ErrorCode::InvalidStatement), (others, ErrorCode::InvalidStatement)]
    {
        let request = DeleteAccount { consents: vec![consent], ..good.clone() };
        assert_eq!(code_of(customer.ask(RequestBody::DeleteAccount(request)).await), code);
    }
    // A shop can't end like this, and nobody can without a session.
    let list = shop.list(&world, 2, &[]);
    let request = DeleteAccount { device_list: list, consents: Vec::new() };
    assert_eq!(code_of(shop.ask(RequestBody::DeleteAccount(request)).await), ErrorCode::Forbidden);
    let mut stranger = Device::person(&world).await;
    let request = RequestBody::DeleteAccount(good.clone());
    assert_eq!(code_of(stranger.ask(request).await), ErrorCode::Unauthenticated);
    // Nothing has happened.
    let message = shop.message(chat, b"still here?");
    shop.accepted(message).await;

    // A removed device can't end the account with what it knew.
    let list = customer.list(&world, sequence, &[customer.signed_certificate()]);
    customer.publish_list(&list, &[]).await;
    assert_eq!(until_closed(&mut second).await, ErrorCode::DeviceRevoked);
    // The list that was signed before is none any more.
    assert_eq!(code_of(customer.ask(RequestBody::DeleteAccount(good)).await), ErrorCode::Conflict);
}

#[tokio::test]
async fn a_consent_that_nobody_revoked_is_revoked_nevertheless() {
    let world = World::new().await;
    let (mut shop, mut customer, chat, entry) = talking(&world).await;
    let end = DeleteAccount { consents: Vec::new(), ..ending(&world, &customer, &shop, entry) };
    customer.done(RequestBody::DeleteAccount(end.clone())).await;
    assert_eq!(shop.entry_of(EntryKind::DeviceList).await.body, end.device_list);
    let message = shop.message(chat, b"one more thing");
    assert_eq!(code_of(shop.ask(message).await), ErrorCode::ConsentMissing);
    let world = world.restart().await;
    shop.reconnect(&world.server).await;
    shop.authenticate().await;
    let message = shop.message(chat, b"and after a restart");
    assert_eq!(code_of(shop.ask(message).await), ErrorCode::ConsentMissing);
}

/// The end is stored, and the node ends before anything else happens.
#[tokio::test]
async fn an_end_that_a_crash_broke_off_is_finished_at_the_start() {
    let world = World::new().await;
    let (mut shop, mut customer, chat, entry) = talking(&world).await;
    let message = shop.message(chat, b"for you");
    shop.accepted(message).await;
    let end = ending(&world, &customer, &shop, entry);
    let stored = Ending {
        account: customer.account,
        expected_sequence: 1,
        device_list: DeviceListRecord { sequence: 2, bytes: end.device_list.clone() },
        consents: Vec::new(),
        now: world.now(),
    };
    let world = world
        .restart_after(async move |folder| {
            let control = ControlStore::open(&folder.join("data/control.sqlite")).unwrap();
            control.end_account(stored).await.unwrap();
        })
        .await;
    shop.reconnect(&world.server).await;
    shop.authenticate().await;
    assert_eq!(shop.entry_of(EntryKind::DeviceList).await.body, end.device_list);
    take_out(&mut shop, chat).await;
    customer.reconnect(&world.server).await;
    let proof = customer.authentication();
    assert_eq!(code_of(customer.ask(proof).await), ErrorCode::DeviceRevoked);
}

/// Of three messages one was read, one waits, one comes too late: the first is paid, nothing else.
#[tokio::test]
async fn what_was_set_aside_for_messages_that_nobody_gets_is_free_again() {
    let world = World::new().await;
    let (mut shop, mut customer, chat, entry) = talking(&world).await;
    let mut config = Config::default();
    config.data_dir = world.folder.path().join("data");
    let now = world.now();
    let clock: SharedClock = Arc::new(move || now);
    admin::add_rate_card(&config, &clock, CARD).await.unwrap();
    let plan = PlanDocument { per_message: true, ..PlanDocument::default() };
    admin::set_plan(&config, shop.account, &plan, false).await.unwrap();
    allow(&world, &mut customer, &shop, 2, |_consent| {}).await;
    let hash = approved(&world, &mut shop, Category::Utility).await;
    sent(&mut shop, chat, Category::Utility, hash).await;
    let read = customer.entry_of(EntryKind::Application).await;
    customer.acknowledge(read.cursor).await;
    // The next one is on its way to a device that doesn't say that it has it.
    sent(&mut shop, chat, Category::Utility, hash).await;
    let unread = customer.entry_of(EntryKind::Application).await;
    assert!(unread.cursor > read.cursor);
    let before = usage(&mut shop).await;
    assert_eq!((before.reserved, before.spent), (PRICE, 2 * PRICE));

    let end = DeleteAccount { consents: Vec::new(), ..ending(&world, &customer, &shop, entry) };
    customer.done(RequestBody::DeleteAccount(end)).await;
    let late = shop.message_of_template(chat, Category::Utility, hash);
    assert_eq!(code_of(shop.ask(late).await), ErrorCode::ConsentMissing);
    let after = usage(&mut shop).await;
    assert_eq!((after.reserved, after.spent), (0, PRICE));
    let ends: Vec<_> = after.rows.iter().map(|row| row.is_delivered).collect();
    assert_eq!(ends, [true, false]);
}

const PRICE: i64 = 80_000;
const CARD: &str = r#"
currency = "EUR"
valid_from = "2020-01-01"

[default]
service = "0"
utility = "0.08"
marketing = "0.1"
authentication = "0.05"
"#;

async fn usage(shop: &mut Device) -> UsageReport {
    let fetch = RequestBody::FetchUsage(FetchUsage { after: Vec::new() });
    match shop.ask(fetch).await {
        ReplyBody::Usage(usage) => usage,
        other => panic!("no usage: {other:?}"),
    }
}
