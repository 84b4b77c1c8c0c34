//! Key packages.

use std::collections::BTreeSet;

use tresen_types::limits::KEY_PACKAGES_MAX;

use super::{ControlOpener, NOW, at_once, key_package, new_device, person, registration};
use crate::{ErrorKind, conformance::wait};

pub(super) fn are_handed_out_once(mut open: ControlOpener) {
    wait(async {
        let account = person(1);
        let device = new_device(1).id;
        let mut handed_out = BTreeSet::new();
        {
            let store = open();
            store.register_account(registration(account, 1)).await.unwrap();
            let mut packages: Vec<_> = (1..=20).map(|number| key_package(number, false)).collect();
            packages.push(key_package(100, true));
            let stock =
                store.upload_key_packages(account, device, packages.clone(), NOW).await.unwrap();
            assert_eq!((stock.count, stock.last_resort_since), (20, Some(NOW)));
            let claims =
                at_once(15, |_claim| wait(store.claim_key_packages(account, NOW)).unwrap());
            for claimed in claims {
                assert_eq!(claimed.len(), 1);
                assert!(!claimed[0].is_last_resort);
                assert!(handed_out.insert(claimed[0].bytes.clone()), "never twice");
            }
            // What was handed out can't be uploaded again.
            let stock = store.upload_key_packages(account, device, packages, NOW).await.unwrap();
            assert_eq!(stock.count, 5);
        }
        let store = open();
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
    });
}

pub(super) fn go_oldest_first(mut open: ControlOpener) {
    wait(async {
        let store = open();
        let account = person(1);
        let device = new_device(1).id;
        store.register_account(registration(account, 1)).await.unwrap();
        for (number, time) in [(9, 0), (5, 1), (7, 2)] {
            let packages = vec![key_package(number, false), key_package(number + 100, false)];
            store
                .upload_key_packages(account, device, packages, NOW.plus_millis(time))
                .await
                .unwrap();
        }
        for expected in [9, 109, 5, 105, 7, 107] {
            let claimed = store.claim_key_package(account, device, NOW).await.unwrap().unwrap();
            assert_eq!(claimed.bytes, vec![expected; 10]);
        }
    });
}
