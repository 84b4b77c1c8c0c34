//! Two nodes that write the same records at once.

use std::{collections::BTreeSet, sync::Arc};

use tresen_types::{BlobId, Categories, EntryId};

use super::{
    ControlOpener, NOW, at_once, business, key_package, list, new_device, person, registration,
};
use crate::{
    ControlStore, ErrorKind, StoreError,
    conformance::wait,
    control::{
        BlobClass, BlobRecord, ConsentRecord, ConsentState, EntryLinkRecord, EntryUse,
        InstallationRecord, NewDeviceList,
    },
};

/// What is done at once: half of it by each node.
const AT_ONCE: usize = 8;

fn two_nodes(mut open: ControlOpener) -> [Arc<ControlStore>; 2] {
    [open(), open()]
}

/// How many went through; all others met `kind`.
fn count_done(outcomes: &[Result<(), StoreError>], kind: ErrorKind) -> usize {
    for refused in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
        assert_eq!(refused.kind(), kind, "{refused}");
    }
    outcomes.iter().filter(|outcome| outcome.is_ok()).count()
}

pub(super) fn register_an_account_once(open: ControlOpener) {
    let nodes = two_nodes(open);
    for round in 0..5 {
        let account = person(round);
        let same = at_once(AT_ONCE, |at| {
            wait(nodes[at % 2].register_account(registration(account, round)))
        });
        assert_eq!(count_done(&same, ErrorKind::Conflict), AT_ONCE);
        let rivals = at_once(AT_ONCE, |at| {
            let device = 100 + round * 10 + u8::try_from(at).unwrap();
            wait(nodes[at % 2].register_account(registration(person(50 + round), device)))
        });
        assert_eq!(count_done(&rivals, ErrorKind::Conflict), 1);
        assert_eq!(wait(nodes[0].devices(person(50 + round))).unwrap().len(), 1);
    }
}

pub(super) fn give_a_business_one_owner(open: ControlOpener) {
    let nodes = two_nodes(open);
    wait(nodes[0].create_claim_link([1; 32], NOW.plus_millis(1))).unwrap();
    let claims = at_once(AT_ONCE, |at| {
        let number = u8::try_from(at).unwrap();
        wait(nodes[at % 2].register_business(registration(business(number), number), [1; 32]))
    });
    assert_eq!(count_done(&claims, ErrorKind::Expired), 1);
    assert_eq!(wait(nodes[1].claim_links_used()).unwrap(), 1);
}

pub(super) fn hand_out_a_key_package_once(open: ControlOpener) {
    let nodes = two_nodes(open);
    let account = person(1);
    wait(nodes[0].register_account(registration(account, 1))).unwrap();
    let packages = (1..=40).map(|number| key_package(number, number == 40)).collect();
    wait(nodes[0].upload_key_packages(account, new_device(1).id, packages, NOW)).unwrap();
    let mut handed_out = BTreeSet::new();
    for _round in 0..4 {
        let claims = at_once(AT_ONCE, |at| {
            wait(nodes[at % 2].claim_key_package(account, new_device(1).id, NOW)).unwrap().unwrap()
        });
        for claimed in claims {
            assert!(!claimed.is_last_resort);
            assert!(handed_out.insert(claimed.bytes), "never twice");
        }
    }
    let stock = wait(nodes[1].key_package_stock(account, new_device(1).id, NOW)).unwrap();
    assert_eq!(stock.count, 7);
}

pub(super) fn never_fork_a_device_list(open: ControlOpener) {
    let nodes = two_nodes(open);
    let account = person(1);
    wait(nodes[0].register_account(registration(account, 1))).unwrap();
    let mut present = new_device(1).id;
    for round in 0..4_u8 {
        let expected_sequence = u64::from(round) + 1;
        let updates = at_once(AT_ONCE, |at| {
            let device = 10 + round * 10 + u8::try_from(at).unwrap();
            let mut device_list = list(expected_sequence + 1);
            device_list.bytes.push(device);
            wait(nodes[at % 2].publish_device_list(NewDeviceList {
                account,
                expected_sequence,
                device_list,
                added: vec![new_device(device)],
                renewed: Vec::new(),
                revoked: vec![present],
                now: NOW,
            }))
        });
        assert_eq!(count_done(&updates, ErrorKind::Conflict), 1);
        let stored = wait(nodes[0].device_list(account)).unwrap().unwrap();
        assert_eq!(stored.sequence, expected_sequence + 1);
        let devices = wait(nodes[1].devices(account)).unwrap();
        assert_eq!(devices.len(), 1, "one came, one went");
        present = devices[0].id;
        assert_eq!(present, new_device(*stored.bytes.last().unwrap()).id, "list and devices match");
    }
}

pub(super) fn keep_the_newest_consent(open: ControlOpener) {
    let nodes = two_nodes(open);
    let consent = |sequence: u64| ConsentRecord {
        business: business(1),
        customer: person(1),
        sequence,
        bytes: sequence.to_be_bytes().to_vec(),
        categories: Categories::NONE,
        state: if sequence.is_multiple_of(2) { ConsentState::Given } else { ConsentState::Revoked },
        stored_at: NOW,
    };
    let outcomes = at_once(AT_ONCE, |at| {
        let mut outcomes = Vec::new();
        for step in 0..5_u64 {
            // Each in another order, the highest sequence somewhere in the middle.
            let sequence = (u64::try_from(at).unwrap() * 7 + step * 11) % 40 + 1;
            outcomes.push((sequence, wait(nodes[at % 2].put_consent(consent(sequence)))));
        }
        outcomes
    });
    let highest = outcomes.iter().flatten().map(|(sequence, _outcome)| *sequence).max().unwrap();
    for (sequence, outcome) in outcomes.iter().flatten() {
        match outcome {
            Ok(()) => {}
            Err(refused) => {
                assert_eq!(refused.kind(), ErrorKind::Conflict);
                assert_ne!(*sequence, highest, "nothing is newer than the newest");
            }
        }
    }
    let stored = wait(nodes[0].consent(business(1), person(1))).unwrap();
    assert_eq!(stored, Some(consent(highest)));
}

pub(super) fn count_every_use_of_an_entry_link(open: ControlOpener) {
    let nodes = two_nodes(open);
    let entry = EntryId::new([1; 8]);
    let link = EntryLinkRecord {
        entry,
        account: business(1),
        sequence: 1,
        bytes: b"link".to_vec(),
        uses: 0,
        uses_max: Some(5),
        clicks: 0,
        expires_at: None,
        is_revoked: false,
    };
    wait(nodes[0].put_entry_link(link)).unwrap();
    let uses = at_once(AT_ONCE, |at| {
        wait(nodes[at % 2].count_click(entry)).unwrap();
        wait(nodes[at % 2].consume_use(entry, NOW)).unwrap()
    });
    let allowed = uses.iter().filter(|answer| matches!(answer, EntryUse::Allowed(_))).count();
    assert_eq!(allowed, 5);
    let stored = wait(nodes[1].entry_link(entry)).unwrap().unwrap();
    assert_eq!((stored.uses, stored.clicks), (5, 8));
}

pub(super) fn share_one_quota(open: ControlOpener) {
    let nodes = two_nodes(open);
    let blobs = at_once(AT_ONCE, |at| {
        let blob = BlobRecord {
            id: BlobId::new([u8::try_from(at).unwrap(); 16]),
            account: person(1),
            class: BlobClass::Media,
            size: 100,
            received: 0,
            is_finished: false,
            expires_at: None,
            created_at: NOW,
        };
        wait(nodes[at % 2].create_blob(blob, 500)).map(|_blob| ())
    });
    assert_eq!(count_done(&blobs, ErrorKind::LimitExceeded), 5);
    assert_eq!(wait(nodes[0].blob_usage(person(1))).unwrap().media_bytes, 500);
}

pub(super) fn refuse_another_key_or_origin(mut open: ControlOpener) {
    wait(async {
        let store = open();
        let node = |key: u8, origin: &str| InstallationRecord {
            server_key: vec![key; 32],
            origin: origin.to_owned(),
        };
        store.ping().await.unwrap();
        store.join_installation(node(1, "https://a.example")).await.unwrap();
        open().join_installation(node(1, "https://a.example")).await.unwrap();
        for other in [node(2, "https://a.example"), node(1, "https://b.example")] {
            let refused = store.join_installation(other).await.unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::Conflict);
        }
    });
}
