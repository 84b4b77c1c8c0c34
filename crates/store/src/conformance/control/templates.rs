//! Templates and their approvals.

use tresen_types::Category;

use super::{ControlOpener, NOW, business};
use crate::{
    ErrorKind,
    conformance::wait,
    control::{ApprovalRecord, TemplateRecord},
};

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

pub(super) fn keep_every_version_as_it_was(mut open: ControlOpener) {
    wait(async {
        let store = open();
        store.put_template(template(1, 1)).await.unwrap();
        store.put_template(template(1, 1)).await.unwrap();
        let changed = store.put_template(template(2, 1)).await;
        assert_eq!(changed.unwrap_err().kind(), ErrorKind::Conflict);
        store.put_template(template(2, 2)).await.unwrap();
        assert_eq!(store.templates(business(1)).await.unwrap(), [template(1, 1), template(2, 2)]);
        assert_eq!(store.template(business(1), [2; 32]).await.unwrap(), Some(template(2, 2)));
        assert_eq!(store.template(business(2), [2; 32]).await.unwrap(), None);
        assert!(store.templates(business(2)).await.unwrap().is_empty());
    });
}

pub(super) fn keep_the_newest_approval(mut open: ControlOpener) {
    wait(async {
        let store = open();
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
    });
}
