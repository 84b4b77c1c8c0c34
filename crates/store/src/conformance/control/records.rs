//! Signed records, recovery, archive segments, passkeys, blocks and blobs.

use tresen_types::{BlobId, Categories, Category, DeviceId};

use super::{ControlOpener, NOW, business, person};
use crate::{
    ErrorKind,
    conformance::wait,
    control::{
        ArchiveSegmentRecord, BlobClass, BlobRecord, CatalogueRecord, ConsentRecord, ConsentState,
        DomainClaimRecord, DomainClaimState, PasskeyRecord, PictureRecord, ProfileRecord,
        PushSubscriptionRecord,
    },
};

pub(super) fn keep_the_highest_sequence(mut open: ControlOpener) {
    wait(async {
        let store = open();
        let profile = |sequence, text: &str| ProfileRecord {
            account: business(1),
            sequence,
            bytes: text.as_bytes().to_vec(),
            skeleton: text.to_owned(),
        };
        store.put_profile(profile(2, "two")).await.unwrap();
        store.put_profile(profile(2, "two")).await.unwrap();
        for stale in [profile(1, "one"), profile(2, "other")] {
            assert_eq!(store.put_profile(stale).await.unwrap_err().kind(), ErrorKind::Conflict);
        }
        store.put_profile(profile(3, "three")).await.unwrap();
        assert_eq!(store.profile(business(1)).await.unwrap().unwrap().bytes, b"three");

        let catalogue = |sequence, pages: &[&str]| CatalogueRecord {
            account: business(1),
            sequence,
            pages: pages.iter().map(|page| page.as_bytes().to_vec()).collect(),
        };
        store.put_catalogue(catalogue(2, &["a", "b", "c"])).await.unwrap();
        store.put_catalogue(catalogue(2, &["a", "b", "c"])).await.unwrap();
        let stale = store.put_catalogue(catalogue(2, &["other"])).await.unwrap_err();
        assert_eq!(stale.kind(), ErrorKind::Conflict);
        store.put_catalogue(catalogue(3, &["d"])).await.unwrap();
        assert_eq!(store.catalogue(business(1)).await.unwrap(), Some(catalogue(3, &["d"])));
        assert_eq!(store.catalogue(business(2)).await.unwrap(), None);
        let picture = PictureRecord {
            account: business(1),
            hash: [7; 32],
            bytes: b"picture".to_vec(),
            stored_at: NOW,
        };
        for _twice in 0..2 {
            store.put_picture(picture.clone()).await.unwrap();
        }
        let kept = store.picture(business(1), [7; 32]).await.unwrap();
        assert_eq!(kept.as_deref(), Some(b"picture".as_slice()));
        assert_eq!(store.picture(business(2), [7; 32]).await.unwrap(), None);

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
    });
}

pub(super) fn count_recoveries(mut open: ControlOpener) {
    wait(async {
        let store = open();
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
    });
}

pub(super) fn hold_archive_segments_passkeys_and_blocks(mut open: ControlOpener) {
    wait(async {
        let store = open();
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
    });
}

pub(super) fn keep_blobs_within_the_quota(mut open: ControlOpener) {
    wait(async {
        let store = open();
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
    });
}

pub(super) fn give_a_domain_to_one_business(mut open: ControlOpener) {
    wait(async {
        let store = open();
        let claim = |number: u8, domain: &str| DomainClaimRecord {
            account: business(number),
            domain: domain.to_owned(),
            method: 1,
            claim: vec![number; 10],
            claimed_at: NOW,
            state: DomainClaimState::Waiting,
            sequence: 0,
            since: NOW,
            found_at: NOW,
            checked_at: NOW,
            next_at: NOW,
            trouble: String::new(),
            record: Vec::new(),
        };
        let found = |number: u8, domain: &str| DomainClaimRecord {
            state: DomainClaimState::Confirmed,
            sequence: 1,
            record: vec![9; 20],
            ..claim(number, domain)
        };
        for number in [1, 2] {
            store.put_domain_claim(claim(number, "korn.example")).await.unwrap();
        }
        let later = NOW.plus_millis(1_000);
        assert_eq!(store.take_due_domain_claims(NOW, later).await.unwrap().len(), 2);
        assert!(store.take_due_domain_claims(NOW, later).await.unwrap().is_empty());
        let before = store.domain_claim(business(1)).await.unwrap().unwrap();
        let settled = found(1, "korn.example");
        store.settle_domain_claim(before.clone(), settled.clone()).await.unwrap();
        // The second who was found, and whoever comes later.
        let other = store.domain_claim(business(2)).await.unwrap().unwrap();
        let taken = store.settle_domain_claim(other, found(2, "korn.example")).await;
        assert_eq!(taken.unwrap_err().kind(), ErrorKind::Conflict);
        let taken = store.put_domain_claim(claim(3, "korn.example")).await;
        assert_eq!(taken.unwrap_err().kind(), ErrorKind::Conflict);
        // A look that began before another one ended.
        let stale = store.settle_domain_claim(before, settled.clone()).await;
        assert_eq!(stale.unwrap_err().kind(), ErrorKind::NotFound);
        // The same claim again keeps what was found, another domain begins anew.
        store.put_domain_claim(claim(1, "korn.example")).await.unwrap();
        assert_eq!(store.domain_claim(business(1)).await.unwrap(), Some(settled));

        let profile = |number: u8, sequence, skeleton: &str| ProfileRecord {
            account: business(number),
            sequence,
            bytes: vec![number],
            skeleton: skeleton.to_owned(),
        };
        assert!(store.put_profile(profile(4, 1, "korn")).await.unwrap(), "nobody has it");
        assert!(store.put_profile(profile(1, 1, "korn")).await.unwrap());
        assert!(store.put_profile(profile(4, 2, "korn")).await.unwrap(), "it had it before");
        assert!(!store.put_profile(profile(2, 1, "korn")).await.unwrap());
        assert!(store.profile(business(2)).await.unwrap().is_none());
        store.put_domain_claim(claim(1, "other.example")).await.unwrap();
        let known = open().domain_claim(business(1)).await.unwrap().unwrap();
        assert_eq!((known.state, known.sequence), (DomainClaimState::Waiting, 1));
        assert!(store.put_profile(profile(2, 1, "korn")).await.unwrap());
        assert_eq!(store.domain_claims().await.unwrap().len(), 2);
        store.delete_domain_claim(business(1)).await.unwrap();
        assert!(store.domain_claim(business(1)).await.unwrap().is_none());
    });
}

pub(super) fn wake_a_device_at_one_place(mut open: ControlOpener) {
    wait(async {
        let store = open();
        let subscription = |number: u8, endpoint: &str| PushSubscriptionRecord {
            device: DeviceId::new([number; 8]),
            account: person(number),
            endpoint: endpoint.to_owned(),
            public_key: vec![4; 65],
            auth: vec![number; 16],
            registered_at: NOW,
        };
        let [first, second] = [1, 2].map(|number| DeviceId::new([number; 8]));
        assert_eq!(store.push_subscription(first).await.unwrap(), None);
        store.put_push_subscription(subscription(1, "https://a.example/1")).await.unwrap();
        store.put_push_subscription(subscription(2, "https://a.example/2")).await.unwrap();
        store.put_push_subscription(subscription(1, "https://b.example/1")).await.unwrap();
        let kept = open().push_subscription(first).await.unwrap();
        assert_eq!(kept, Some(subscription(1, "https://b.example/1")));
        // It ended before the device registered anew.
        store.end_push_subscription(first, "https://a.example/1".to_owned()).await.unwrap();
        assert!(store.push_subscription(first).await.unwrap().is_some());
        store.end_push_subscription(first, "https://b.example/1".to_owned()).await.unwrap();
        assert_eq!(store.push_subscription(first).await.unwrap(), None);

        let later = PushSubscriptionRecord {
            registered_at: NOW.plus_millis(1_000),
            ..subscription(1, "https://a.example/1")
        };
        store.put_push_subscription(later.clone()).await.unwrap();
        store.expire_push_subscriptions(NOW.plus_millis(1)).await.unwrap();
        assert_eq!(store.push_subscription(first).await.unwrap(), Some(later));
        assert_eq!(store.push_subscription(second).await.unwrap(), None);
        for _twice in 0..2 {
            store.delete_push_subscription(first).await.unwrap();
        }
        assert_eq!(store.push_subscription(first).await.unwrap(), None);
    });
}
