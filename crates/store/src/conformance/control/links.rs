//! Entry links, claim links and invitations.

use tresen_types::{AccountId, EntryId};

use super::{ControlOpener, NOW, at_once, business, registration};
use crate::{
    ErrorKind,
    conformance::wait,
    control::{EntryLinkRecord, EntryUse, InvitationRecord, LinkStep},
};

pub(super) fn end_by_use_by_time_and_by_will(mut open: ControlOpener) {
    wait(async {
        let store = open();
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
        let uses = at_once(5, |_use| wait(store.consume_use(entry, NOW)).unwrap());
        let mut allowed = 0;
        for outcome in uses {
            match outcome {
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
    });
}

pub(super) fn work_one_time(mut open: ControlOpener) {
    wait(async {
        let store = open();
        store.create_claim_link([1; 32], NOW.plus_millis(10)).await.unwrap();
        store.create_claim_link([2; 32], NOW).await.unwrap();
        assert_eq!(store.claim_links_used().await.unwrap(), 0);
        let owner = registration(business(1), 1);
        for _attempt in 0..2 {
            store.register_business(owner.clone(), [1; 32]).await.unwrap();
        }
        for (token, kind) in [
            ([1; 32], ErrorKind::Expired),
            ([2; 32], ErrorKind::Expired),
            ([3; 32], ErrorKind::NotFound),
        ] {
            let refused = store.register_business(registration(business(2), 2), token).await;
            assert_eq!(refused.unwrap_err().kind(), kind);
            assert!(store.account(business(2)).await.unwrap().is_none());
        }
        // A claim that fails for another reason doesn't use up its link.
        store.create_claim_link([4; 32], NOW.plus_millis(10)).await.unwrap();
        let same_device = registration(business(3), 1);
        let refused = store.register_business(same_device, [4; 32]).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Conflict);
        store.register_business(registration(business(3), 3), [4; 32]).await.unwrap();
        assert_eq!(store.claim_links_used().await.unwrap(), 2);

        let invitation = InvitationRecord {
            id: vec![1; 16],
            account: business(1),
            expires_at: NOW.plus_millis(10),
            used_at: None,
            bytes: b"invitation".to_vec(),
        };
        for _attempt in 0..2 {
            store.create_invitation(invitation.clone()).await.unwrap();
        }
        let used = store.consume_invitation(vec![1; 16], NOW).await.unwrap();
        assert_eq!(used, InvitationRecord { used_at: Some(NOW), ..invitation });
        let refused = store.consume_invitation(vec![1; 16], NOW).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Expired);
        let refused = store.consume_invitation(vec![2; 16], NOW).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::NotFound);
        assert_eq!(store.invitations(business(1)).await.unwrap().len(), 1);
        assert_eq!(store.expire_invitations(NOW.plus_millis(10)).await.unwrap(), 1);
    });
}

fn link_step(mailbox: u8, account: AccountId, slot: u32, expires_in_ms: i64) -> LinkStep {
    LinkStep {
        mailbox: [mailbox; 16],
        account,
        slot,
        payload: vec![7; 10],
        expires_at: NOW.plus_millis(expires_in_ms),
    }
}

pub(super) fn hold_a_step_of_a_linking_once_and_for_its_account(mut open: ControlOpener) {
    wait(async {
        let store = open();
        let (owner, stranger) = (business(1), business(2));
        let read = |account, slot, now| store.link_step([3; 16], account, slot, now);
        assert_eq!(read(owner, 0, NOW).await.unwrap(), None);
        store.put_link_step(link_step(3, owner, 0, 100), NOW).await.unwrap();
        let again = store.put_link_step(link_step(3, owner, 0, 100), NOW).await.unwrap_err();
        assert_eq!(again.kind(), ErrorKind::Conflict);
        assert_eq!(read(owner, 0, NOW).await.unwrap(), Some(vec![7; 10]));
        assert_eq!(read(owner, 1, NOW).await.unwrap(), None);
        assert_eq!(read(stranger, 0, NOW).await.unwrap_err().kind(), ErrorKind::Expired);
        let foreign = store.put_link_step(link_step(3, stranger, 1, 100), NOW).await.unwrap_err();
        assert_eq!(foreign.kind(), ErrorKind::Expired);

        // Every step gives the mailbox more time; after the last one it goes.
        store.put_link_step(link_step(3, owner, 1, 200), NOW).await.unwrap();
        assert_eq!(store.expire_link_mailboxes(NOW.plus_millis(199)).await.unwrap(), 0);
        let end = NOW.plus_millis(200);
        assert_eq!(read(owner, 0, end).await.unwrap_err().kind(), ErrorKind::Expired);
        assert_eq!(store.expire_link_mailboxes(end).await.unwrap(), 1);
        assert_eq!(read(owner, 0, end).await.unwrap(), None);
        store.put_link_step(link_step(3, stranger, 0, 300), NOW).await.unwrap();
    });
}

pub(super) fn bound_the_linkings_of_an_account(mut open: ControlOpener) {
    wait(async {
        let store = open();
        for mailbox in 0..16 {
            store.put_link_step(link_step(mailbox, business(1), 0, 100), NOW).await.unwrap();
        }
        let over = store.put_link_step(link_step(99, business(1), 0, 100), NOW).await.unwrap_err();
        assert_eq!(over.kind(), ErrorKind::LimitExceeded);
        store.put_link_step(link_step(0, business(1), 1, 100), NOW).await.unwrap();
        store.put_link_step(link_step(99, business(2), 0, 100), NOW).await.unwrap();
    });
}
