//! The control store: what is atomic, what is refused, and what outlives a crash.

use std::{collections::BTreeSet, sync::Arc};

use tempfile::TempDir;
use tresen_store::{
    ControlStore, ErrorKind,
    control::{
        ApprovalRecord, ArchiveSegmentRecord, BlobClass, BlobRecord, ConsentRecord, ConsentState,
        DeviceListRecord, EntryLinkRecord, EntryUse, InvitationRecord, KeyPackageRecord, NewDevice,
        NewDeviceList, PasskeyRecord, ProfileRecord, Registration, TemplateRecord,
    },
};
use tresen_types::{
    AccountId, AccountKind, BlobId, Categories, Category, DeviceId, EntryId, Timestamp,
    limits::{KEY_PACKAGES_MAX, PERSON_DEVICES_MAX},
};

const NOW: Timestamp = Timestamp::from_millis(1_760_000_000_000);

fn person(number: u8) -> AccountId {
    AccountId::from_random(AccountKind::Person, [number; 16])
}

fn business(number: u8) -> AccountId {
    AccountId::from_random(AccountKind::Business, [number; 16])
}

fn new_device(number: u8) -> NewDevice {
    NewDevice {
        id: DeviceId::new([number; 8]),
        certificate: vec![number; 100],
        certificate_hash: vec![number; 32],
    }
}

fn list(sequence: u64) -> DeviceListRecord {
    DeviceListRecord { sequence, bytes: format!("list {sequence}").into_bytes() }
}

fn registration(account: AccountId, device: u8) -> Registration {
    Registration {
        account,
        account_key: vec![device; 32],
        entry: Some(EntryId::new([9; 8])),
        device: new_device(device),
        device_list: list(1),
        now: NOW,
    }
}

fn key_package(number: u8, is_last_resort: bool) -> KeyPackageRecord {
    KeyPackageRecord {
        hash: [number; 32],
        bytes: vec![number; 10],
        is_last_resort,
        not_after: NOW.plus_millis(1_000),
    }
}

#[tokio::test]
async fn an_account_is_registered_as_a_whole_and_once() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("control.sqlite");
    let account = person(1);
    {
        let store = ControlStore::open(&path).unwrap();
        store.register_account(registration(account, 1)).await.unwrap();
        store.register_account(registration(account, 1)).await.unwrap();
        let other_key = registration(account, 2);
        let refused = store.register_account(other_key).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Conflict);
        // A device id that another account has: nothing of the account stays.
        let refused = store.register_account(registration(person(2), 1)).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Conflict);
        assert!(store.account(person(2)).await.unwrap().is_none());
    }
    let store = ControlStore::open(&path).unwrap();
    let stored = store.account(account).await.unwrap().unwrap();
    assert_eq!(stored.created_at.as_millis() % 3_600_000, 0);
    assert_eq!(stored.entry, Some(EntryId::new([9; 8])));
    assert_eq!(store.device_list(account).await.unwrap(), Some(list(1)));
    let devices = store.devices(account).await.unwrap();
    assert_eq!(devices.len(), 1);
    assert_eq!(devices[0].certificate, vec![1; 100]);
}

#[tokio::test]
async fn a_device_list_follows_the_one_before_it() {
    let store = ControlStore::in_memory().unwrap();
    let account = person(1);
    store.register_account(registration(account, 1)).await.unwrap();
    store
        .upload_key_packages(account, new_device(1).id, vec![key_package(1, false)], NOW)
        .await
        .unwrap();
    let update = |expected_sequence, sequence, added: Vec<u8>, revoked: Vec<u8>| NewDeviceList {
        account,
        expected_sequence,
        device_list: list(sequence),
        added: added.into_iter().map(new_device).collect(),
        renewed: Vec::new(),
        revoked: revoked.into_iter().map(|number| new_device(number).id).collect(),
        now: NOW,
    };
    store.publish_device_list(update(1, 2, vec![2], vec![])).await.unwrap();
    store.publish_device_list(update(1, 2, vec![2], vec![])).await.unwrap();
    for stale in [update(1, 3, vec![3], vec![]), update(2, 1, vec![3], vec![])] {
        let refused = store.publish_device_list(stale).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Conflict);
    }
    // The whole update fails with its last part: device 1 stays.
    let unknown = update(2, 3, vec![], vec![1, 7]);
    assert_eq!(store.publish_device_list(unknown).await.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(store.devices(account).await.unwrap().len(), 2);
    store.publish_device_list(update(2, 3, vec![], vec![1])).await.unwrap();
    let devices = store.devices(account).await.unwrap();
    assert_eq!(devices.iter().map(|device| device.id).collect::<Vec<_>>(), [new_device(2).id]);
    let revoked = store.device(account, new_device(1).id).await.unwrap().unwrap();
    assert_eq!(revoked.revoked_at, Some(NOW));
    assert!(store.claim_key_packages(account, NOW).await.unwrap().is_empty());
    let crowd: Vec<u8> = (10..).take(PERSON_DEVICES_MAX).collect();
    let refused = store.publish_device_list(update(3, 4, crowd, vec![])).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::LimitExceeded);
    assert_eq!(store.device_list(account).await.unwrap(), Some(list(3)));
}

#[tokio::test]
async fn key_packages_are_handed_out_once() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("control.sqlite");
    let account = person(1);
    let device = new_device(1).id;
    let mut handed_out = BTreeSet::new();
    {
        let store = Arc::new(ControlStore::open(&path).unwrap());
        store.register_account(registration(account, 1)).await.unwrap();
        let mut packages: Vec<_> = (1..=20).map(|number| key_package(number, false)).collect();
        packages.push(key_package(100, true));
        let stock =
            store.upload_key_packages(account, device, packages.clone(), NOW).await.unwrap();
        assert_eq!((stock.count, stock.last_resort_since), (20, Some(NOW)));
        let claims: Vec<_> = (0..15)
            .map(|_claim| {
                let store = Arc::clone(&store);
                tokio::spawn(async move { store.claim_key_packages(account, NOW).await.unwrap() })
            })
            .collect();
        for claim in claims {
            let claimed = claim.await.unwrap();
            assert_eq!(claimed.len(), 1);
            assert!(!claimed[0].is_last_resort);
            assert!(handed_out.insert(claimed[0].bytes.clone()), "never twice");
        }
        // What was handed out can't be uploaded again.
        let stock = store.upload_key_packages(account, device, packages, NOW).await.unwrap();
        assert_eq!(stock.count, 5);
    }
    let store = ControlStore::open(&path).unwrap();
    for _claim in 0..5 {
        let claimed = store.claim_key_package(account, device, NOW).await.unwrap().unwrap();
        assert!(handed_out.insert(claimed.bytes), "never twice");
    }
    for _claim in 0..2 {
        let claimed = store.claim_key_package(account, device, NOW).await.unwrap().unwrap();
        assert!(claimed.is_last_resort, "the last resort stays");
    }
    let later = NOW.plus_millis(1_000);
    assert!(store.claim_key_package(account, device, later).await.unwrap().is_none());
    assert_eq!(store.expire_key_packages(later).await.unwrap(), 1);
    assert_eq!(store.key_package_stock(account, device, NOW).await.unwrap().count, 0);

    let stranger = new_device(7).id;
    let refused =
        store.upload_key_packages(account, stranger, vec![key_package(1, false)], NOW).await;
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::NotFound);
    let many = vec![key_package(1, false); KEY_PACKAGES_MAX + 1];
    let refused = store.upload_key_packages(account, device, many, NOW).await;
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::LimitExceeded);
}

#[tokio::test]
async fn the_oldest_key_package_goes_first() {
    let store = ControlStore::in_memory().unwrap();
    let account = person(1);
    let device = new_device(1).id;
    store.register_account(registration(account, 1)).await.unwrap();
    for (number, time) in [(9, 0), (5, 1), (7, 2)] {
        let packages = vec![key_package(number, false), key_package(number + 100, false)];
        store.upload_key_packages(account, device, packages, NOW.plus_millis(time)).await.unwrap();
    }
    for expected in [9, 109, 5, 105, 7, 107] {
        let claimed = store.claim_key_package(account, device, NOW).await.unwrap().unwrap();
        assert_eq!(claimed.bytes, vec![expected; 10]);
    }
}

#[tokio::test]
async fn the_highest_sequence_wins() {
    let store = ControlStore::in_memory().unwrap();
    let profile = |sequence, text: &str| ProfileRecord {
        account: business(1),
        sequence,
        bytes: text.as_bytes().to_vec(),
    };
    store.put_profile(profile(2, "two")).await.unwrap();
    store.put_profile(profile(2, "two")).await.unwrap();
    for stale in [profile(1, "one"), profile(2, "other")] {
        assert_eq!(store.put_profile(stale).await.unwrap_err().kind(), ErrorKind::Conflict);
    }
    store.put_profile(profile(3, "three")).await.unwrap();
    assert_eq!(store.profile(business(1)).await.unwrap().unwrap().bytes, b"three");

    let consent = |sequence, state| ConsentRecord {
        business: business(1),
        customer: person(1),
        sequence,
        bytes: format!("consent {sequence}").into_bytes(),
        categories: Categories::NONE.with(Category::Service),
        state,
        stored_at: NOW,
    };
    store.put_consent(consent(5, ConsentState::Revoked)).await.unwrap();
    let stale = store.put_consent(consent(4, ConsentState::Given)).await.unwrap_err();
    assert_eq!(stale.kind(), ErrorKind::Conflict);
    let stored = store.consent(business(1), person(1)).await.unwrap().unwrap();
    assert_eq!(stored, consent(5, ConsentState::Revoked));
    assert_eq!(store.consents_of_customer(person(1)).await.unwrap().len(), 1);
    assert_eq!(store.consents_of_business(business(1), None).await.unwrap().len(), 1);
    let after = store.consents_of_business(business(1), Some(person(1))).await.unwrap();
    assert!(after.is_empty());
}

#[tokio::test]
async fn an_entry_link_ends_by_use_by_time_and_by_will() {
    let store = Arc::new(ControlStore::in_memory().unwrap());
    let entry = EntryId::new([1; 8]);
    let link = EntryLinkRecord {
        entry,
        account: business(1),
        sequence: 1,
        bytes: b"link".to_vec(),
        uses: 0,
        uses_max: Some(3),
        clicks: 0,
        expires_at: Some(NOW.plus_millis(1_000)),
        is_revoked: false,
    };
    assert_eq!(store.consume_use(entry, NOW).await.unwrap(), EntryUse::Unknown);
    store.put_entry_link(link.clone()).await.unwrap();
    store.put_entry_link(link.clone()).await.unwrap();
    let foreign = EntryLinkRecord { account: business(2), sequence: 2, ..link.clone() };
    assert_eq!(store.put_entry_link(foreign).await.unwrap_err().kind(), ErrorKind::Conflict);
    store.count_click(entry).await.unwrap();
    let uses: Vec<_> = (0..5)
        .map(|_use| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { store.consume_use(entry, NOW).await.unwrap() })
        })
        .collect();
    let mut allowed = 0;
    for outcome in uses {
        match outcome.await.unwrap() {
            EntryUse::Allowed(account) => {
                assert_eq!(account, business(1));
                allowed += 1;
            }
            other => assert_eq!(other, EntryUse::UsedUp),
        }
    }
    assert_eq!(allowed, 3);
    let more = EntryLinkRecord { sequence: 2, uses_max: None, ..link.clone() };
    store.put_entry_link(more).await.unwrap();
    let stored = store.entry_link(entry).await.unwrap().unwrap();
    assert_eq!((stored.uses, stored.clicks, stored.uses_max), (3, 1, None));
    assert!(matches!(store.check_use(entry, NOW).await.unwrap(), EntryUse::Allowed(_)));
    let later = NOW.plus_millis(1_000);
    assert_eq!(store.consume_use(entry, later).await.unwrap(), EntryUse::Expired);
    let revoked = EntryLinkRecord { sequence: 3, is_revoked: true, ..link };
    store.put_entry_link(revoked).await.unwrap();
    assert_eq!(store.consume_use(entry, NOW).await.unwrap(), EntryUse::Revoked);
    assert_eq!(store.entry_links(business(1)).await.unwrap().len(), 1);
}

#[tokio::test]
async fn one_time_links_work_one_time() {
    let store = ControlStore::in_memory().unwrap();
    store.create_claim_link([1; 32], NOW.plus_millis(10)).await.unwrap();
    store.create_claim_link([2; 32], NOW).await.unwrap();
    assert_eq!(store.claim_links_used().await.unwrap(), 0);
    store.consume_claim_link([1; 32], NOW).await.unwrap();
    for (token, kind) in [
        ([1; 32], ErrorKind::Expired),
        ([2; 32], ErrorKind::Expired),
        ([3; 32], ErrorKind::NotFound),
    ] {
        assert_eq!(store.consume_claim_link(token, NOW).await.unwrap_err().kind(), kind);
    }
    assert_eq!(store.claim_links_used().await.unwrap(), 1);

    let invitation = InvitationRecord {
        id: vec![1; 16],
        account: business(1),
        expires_at: NOW.plus_millis(10),
        used_at: None,
        bytes: b"invitation".to_vec(),
    };
    store.create_invitation(invitation.clone()).await.unwrap();
    let used = store.consume_invitation(vec![1; 16], NOW).await.unwrap();
    assert_eq!(used, InvitationRecord { used_at: Some(NOW), ..invitation });
    let refused = store.consume_invitation(vec![1; 16], NOW).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Expired);
    let refused = store.consume_invitation(vec![2; 16], NOW).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::NotFound);
    assert_eq!(store.invitations(business(1)).await.unwrap().len(), 1);
    assert_eq!(store.expire_invitations(NOW.plus_millis(10)).await.unwrap(), 1);
}

#[tokio::test]
async fn recovery_is_counted() {
    let store = ControlStore::in_memory().unwrap();
    store.put_recovery([1; 32], person(1), b"old".to_vec(), NOW).await.unwrap();
    store.put_recovery([1; 32], person(1), b"new".to_vec(), NOW).await.unwrap();
    store.put_recovery([2; 32], person(1), b"other".to_vec(), NOW).await.unwrap();
    let foreign = store.put_recovery([1; 32], person(2), b"foreign".to_vec(), NOW).await;
    assert_eq!(foreign.unwrap_err().kind(), ErrorKind::Conflict);
    assert!(store.fetch_recovery([3; 32], NOW, 2, 1_000).await.unwrap().is_none());
    for _attempt in 0..2 {
        let record = store.fetch_recovery([1; 32], NOW, 2, 1_000).await.unwrap().unwrap();
        assert_eq!(record.bytes, b"new");
    }
    let refused = store.fetch_recovery([1; 32], NOW, 2, 1_000).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::LimitExceeded);
    let later = NOW.plus_millis(1_000);
    assert!(store.fetch_recovery([1; 32], later, 2, 1_000).await.unwrap().is_some());
    store.delete_recovery(person(1)).await.unwrap();
    assert!(store.fetch_recovery([2; 32], later, 2, 1_000).await.unwrap().is_none());
}

#[tokio::test]
async fn archive_segments_passkeys_and_blocks() {
    let store = ControlStore::in_memory().unwrap();
    let segment = |sequence, blob| ArchiveSegmentRecord {
        account: person(1),
        sequence,
        blob: BlobId::new([blob; 16]),
        bytes: vec![1],
    };
    for sequence in [2, 1, 2] {
        store.put_archive_segment(segment(sequence, 7)).await.unwrap();
    }
    let refused = store.put_archive_segment(segment(2, 8)).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Conflict);
    assert_eq!(store.archive_segments(person(1), 0).await.unwrap().len(), 2);
    assert_eq!(store.archive_segments(person(1), 1).await.unwrap(), [segment(2, 7)]);
    store.delete_archive_segment(person(1), 1).await.unwrap();
    assert_eq!(store.archive_segments(person(1), 0).await.unwrap().len(), 1);

    let passkey = PasskeyRecord {
        account: person(1),
        credential_id: vec![1, 2],
        public_key: vec![3],
        sign_count: 5,
        wrapped: Vec::new(),
    };
    store.put_passkey(passkey.clone()).await.unwrap();
    let stolen = PasskeyRecord { account: person(2), ..passkey.clone() };
    assert_eq!(store.put_passkey(stolen).await.unwrap_err().kind(), ErrorKind::Conflict);
    assert_eq!(store.passkey(vec![1, 2]).await.unwrap(), Some(passkey));
    store.advance_sign_count(person(1), vec![1, 2], 6).await.unwrap();
    let copied = store.advance_sign_count(person(1), vec![1, 2], 6).await.unwrap_err();
    assert_eq!(copied.kind(), ErrorKind::Conflict);
    assert_eq!(store.passkeys(person(1)).await.unwrap().len(), 1);
    store.delete_passkey(person(1), vec![1, 2]).await.unwrap();
    assert!(store.passkeys(person(1)).await.unwrap().is_empty());

    store.block_account(person(1), business(1), NOW).await.unwrap();
    store.block_account(person(1), business(1), NOW).await.unwrap();
    assert!(store.has_blocked(person(1), business(1)).await.unwrap());
    assert!(!store.has_blocked(business(1), person(1)).await.unwrap());
    assert_eq!(store.blocked_accounts(person(1)).await.unwrap(), [business(1)]);
    store.unblock_account(person(1), business(1)).await.unwrap();
    assert!(!store.has_blocked(person(1), business(1)).await.unwrap());
}

#[tokio::test]
async fn blobs_stay_within_the_quota() {
    let store = ControlStore::in_memory().unwrap();
    let blob = |number, size, class| BlobRecord {
        id: BlobId::new([number; 16]),
        account: person(1),
        class,
        size,
        received: 0,
        is_finished: false,
        expires_at: (class == BlobClass::Media).then_some(NOW),
        created_at: NOW,
    };
    store.create_blob(blob(1, 600, BlobClass::Media), 1_000).await.unwrap();
    store.create_blob(blob(1, 600, BlobClass::Media), 1_000).await.unwrap();
    let other = store.create_blob(blob(1, 601, BlobClass::Media), 1_000).await.unwrap_err();
    assert_eq!(other.kind(), ErrorKind::Conflict);
    let refused = store.create_blob(blob(2, 401, BlobClass::Archive), 1_000).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::LimitExceeded);
    store.create_blob(blob(2, 400, BlobClass::Archive), 1_000).await.unwrap();
    let usage = store.blob_usage(person(1)).await.unwrap();
    assert_eq!((usage.media_bytes, usage.archive_bytes), (600, 400));
    let id = BlobId::new([1; 16]);
    assert_eq!(store.record_received(id, 300).await.unwrap().received, 300);
    assert_eq!(store.record_received(id, 200).await.unwrap().received, 300);
    assert!(store.record_received(id, 600).await.unwrap().is_finished);
    let refused = store.record_received(id, 601).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::LimitExceeded);
    assert_eq!(store.expired_blobs(NOW).await.unwrap(), [id]);
    assert!(store.delete_blob(id).await.unwrap());
    assert!(!store.delete_blob(id).await.unwrap());
    assert!(store.blob(id).await.unwrap().is_none());
}

fn template(number: u8, version: u32) -> TemplateRecord {
    TemplateRecord {
        account: business(1),
        hash: [number; 32],
        name: "order_ready".to_owned(),
        language: "de".to_owned(),
        version,
        category: Category::Utility,
        document: vec![number; 100],
        stored_at: NOW,
    }
}

fn approval(sequence: u64, bytes: &[u8]) -> ApprovalRecord {
    ApprovalRecord {
        account: business(1),
        hash: [1; 32],
        sequence,
        bytes: bytes.to_vec(),
        stored_at: NOW,
    }
}

#[tokio::test]
async fn a_version_of_a_template_stays_what_it_was() {
    let store = ControlStore::in_memory().unwrap();
    store.put_template(template(1, 1)).await.unwrap();
    store.put_template(template(1, 1)).await.unwrap();
    let changed = store.put_template(template(2, 1)).await;
    assert_eq!(changed.unwrap_err().kind(), ErrorKind::Conflict);
    store.put_template(template(2, 2)).await.unwrap();
    assert_eq!(store.templates(business(1)).await.unwrap(), [template(1, 1), template(2, 2)]);
    assert_eq!(store.template(business(1), [2; 32]).await.unwrap(), Some(template(2, 2)));
    assert_eq!(store.template(business(2), [2; 32]).await.unwrap(), None);
    assert!(store.templates(business(2)).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_newest_approval_wins_and_needs_its_template() {
    let store = ControlStore::in_memory().unwrap();
    let early = store.put_approval(approval(1, b"one")).await;
    assert_eq!(early.unwrap_err().kind(), ErrorKind::NotFound);
    store.put_template(template(1, 1)).await.unwrap();
    store.put_approval(approval(2, b"two")).await.unwrap();
    store.put_approval(approval(2, b"two")).await.unwrap();
    for older in [approval(2, b"other"), approval(1, b"one")] {
        let refused = store.put_approval(older).await;
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Conflict);
    }
    store.put_approval(approval(3, b"three")).await.unwrap();
    let newest = store.approval(business(1), [1; 32]).await.unwrap();
    assert_eq!(newest, Some(approval(3, b"three")));
}
