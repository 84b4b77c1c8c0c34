//! Accounts with their devices and lists.

use tresen_types::{AccountId, BlobId, Categories, Category, EntryId, limits::PERSON_DEVICES_MAX};

use super::{ControlOpener, NOW, business, key_package, list, new_device, person, registration};
use crate::{
    ControlStore, ErrorKind,
    conformance::wait,
    control::{
        AccountState, ArchiveSegmentRecord, BlobClass, BlobRecord, ConsentRecord, ConsentState,
        Ending, NewDeviceList, PasskeyRecord,
    },
};

pub(super) fn are_registered_as_a_whole_and_once(mut open: ControlOpener) {
    wait(async {
        let account = person(1);
        {
            let store = open();
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
        let store = open();
        let stored = store.account(account).await.unwrap().unwrap();
        assert_eq!(stored.created_at.as_millis() % 3_600_000, 0);
        assert_eq!(stored.entry, Some(EntryId::new([9; 8])));
        assert_eq!(store.device_list(account).await.unwrap(), Some(list(1)));
        let devices = store.devices(account).await.unwrap();
        assert_eq!(devices.len(), 1);
        assert_eq!(devices[0].certificate, vec![1; 100]);
    });
}

pub(super) fn publish_lists_one_after_the_other(mut open: ControlOpener) {
    wait(async {
        let store = open();
        let account = person(1);
        store.register_account(registration(account, 1)).await.unwrap();
        store
            .upload_key_packages(account, new_device(1).id, vec![key_package(1, false)], NOW)
            .await
            .unwrap();
        let update =
            |expected_sequence, sequence, added: Vec<u8>, revoked: Vec<u8>| NewDeviceList {
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
        assert_eq!(
            store.publish_device_list(unknown).await.unwrap_err().kind(),
            ErrorKind::NotFound
        );
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
    });
}

fn consent(business: AccountId, customer: AccountId, sequence: u64) -> ConsentRecord {
    ConsentRecord {
        business,
        customer,
        sequence,
        bytes: vec![u8::try_from(sequence).unwrap()],
        categories: Categories::NONE.with(Category::Service),
        state: ConsentState::Given,
        stored_at: NOW,
    }
}

fn blob(number: u8, account: AccountId, class: BlobClass) -> BlobRecord {
    BlobRecord {
        id: BlobId::new([number; 16]),
        account,
        class,
        size: 3,
        received: 0,
        is_finished: false,
        expires_at: None,
        created_at: NOW,
    }
}

/// A customer of three businesses with whatever an account can have.
async fn settled(store: &ControlStore, account: AccountId) {
    store.register_account(registration(account, 1)).await.unwrap();
    let packages = vec![key_package(1, false), key_package(2, true)];
    store.upload_key_packages(account, new_device(1).id, packages, NOW).await.unwrap();
    for number in 1..=3 {
        store.put_consent(consent(business(number), account, 1)).await.unwrap();
    }
    store.block_account(account, business(1), NOW).await.unwrap();
    store.block_account(business(2), account, NOW).await.unwrap();
    for (number, class) in [(1, BlobClass::Media), (2, BlobClass::Archive), (3, BlobClass::Media)] {
        store.create_blob(blob(number, account, class), 100).await.unwrap();
        if number < 3 {
            store.record_received(BlobId::new([number; 16]), 3).await.unwrap();
        }
    }
    let blob = BlobId::new([2; 16]);
    let segment = ArchiveSegmentRecord { account, sequence: 1, blob, bytes: vec![1] };
    store.put_archive_segment(segment).await.unwrap();
    let passkey = PasskeyRecord {
        account,
        credential_id: vec![1],
        public_key: vec![2],
        sign_count: 0,
        wrapped: vec![3],
    };
    store.put_passkey(passkey).await.unwrap();
}

pub(super) fn end_with_everything_they_have(mut open: ControlOpener) {
    wait(async {
        let store = open();
        let (account, other) = (person(1), person(2));
        settled(&store, account).await;
        store.register_account(registration(other, 2)).await.unwrap();
        store.put_consent(consent(business(1), other, 1)).await.unwrap();
        let later = NOW.plus_millis(1_000);
        let revoked = |number, sequence| ConsentRecord {
            categories: Categories::NONE,
            state: ConsentState::Revoked,
            stored_at: later,
            ..consent(business(number), account, sequence)
        };
        let ending = |expected_sequence, consents| Ending {
            account,
            expected_sequence,
            device_list: list(2),
            consents,
            now: later,
        };
        // A revocation that isn't newer: nothing of the ending stays.
        for refused in [
            ending(1, vec![revoked(1, 2), ConsentRecord { bytes: vec![9], ..revoked(2, 1) }]),
            ending(7, Vec::new()),
        ] {
            let refused = store.end_account(refused).await.unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::Conflict);
        }
        assert_eq!(store.devices(account).await.unwrap().len(), 1);
        let known = store.consent(business(1), account).await.unwrap().unwrap();
        assert_eq!(known.state, ConsentState::Given);

        let last = ending(1, vec![revoked(1, 2), revoked(2, 2)]);
        store.end_account(last.clone()).await.unwrap();
        store.end_account(last.clone()).await.unwrap();
        let another = Ending { device_list: list(3), ..last };
        let refused = store.end_account(another).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Conflict);

        let ended = store.account(account).await.unwrap().unwrap();
        assert_eq!((ended.state, ended.entry), (AccountState::Deleted, None));
        assert!(store.devices(account).await.unwrap().is_empty());
        assert_eq!(store.revoked_devices_of(account).await.unwrap(), [new_device(1).id]);
        assert_eq!(store.device_list(account).await.unwrap(), Some(list(2)));
        assert!(store.claim_key_packages(account, NOW).await.unwrap().is_empty());
        let consents = store.consents_of_customer(account).await.unwrap();
        // The third had no signed revocation: what was signed stays, and counts no more.
        let seen: Vec<_> = consents.iter().map(|it| (it.sequence, it.state)).collect();
        let off = ConsentState::Revoked;
        assert_eq!(seen, [(2, off), (2, off), (1, off)]);
        assert!(consents.iter().all(|it| it.categories == Categories::NONE));
        assert!(!store.has_blocked(account, business(1)).await.unwrap());
        assert!(!store.has_blocked(business(2), account).await.unwrap());
        assert!(store.archive_segments(account, 0).await.unwrap().is_empty());
        assert!(store.passkey(vec![1]).await.unwrap().is_none());
        let usage = store.blob_usage(account).await.unwrap();
        assert_eq!((usage.media_bytes, usage.archive_bytes), (0, 0));
        let gone = store.expired_blobs(later).await.unwrap();
        let [archived, unfinished] = [2, 3].map(|number| BlobId::new([number; 16]));
        assert!(gone.len() == 2 && gone.contains(&archived) && gone.contains(&unfinished));
        let again = store.register_account(registration(account, 1)).await.unwrap_err();
        assert_eq!(again.kind(), ErrorKind::Conflict);

        // What proves the past goes when its time is over; others have nothing to do with that.
        store.forget_ended(later).await.unwrap();
        assert_eq!(store.consents_of_customer(account).await.unwrap().len(), 3);
        store.forget_ended(later.plus_millis(1)).await.unwrap();
        assert!(store.consents_of_customer(account).await.unwrap().is_empty());
        assert!(store.revoked_devices_of(account).await.unwrap().is_empty());
        assert_eq!(store.device_list(account).await.unwrap(), None);
        assert!(store.account(account).await.unwrap().unwrap().account_key.is_empty());
        assert_eq!(store.consents_of_customer(other).await.unwrap().len(), 1);
        assert_eq!(store.devices(other).await.unwrap().len(), 1);
    });
}
