//! Accounts with their devices and lists.

use tresen_types::{EntryId, limits::PERSON_DEVICES_MAX};

use super::{ControlOpener, NOW, key_package, list, new_device, person, registration};
use crate::{ErrorKind, conformance::wait, control::NewDeviceList};

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
