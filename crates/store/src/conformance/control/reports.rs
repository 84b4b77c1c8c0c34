//! Reports and what the operator takes from businesses.

use tresen_types::{Categories, Category};

use super::{ControlOpener, NOW, business, person};
use crate::{
    ErrorKind,
    conformance::wait,
    control::{ReportDecision, ReportRecord},
    limits::REPORTS_OPEN_MAX,
};

fn report(number: u8) -> ReportRecord {
    ReportRecord {
        id: [number; 32],
        business: business(1),
        reporter: person(2),
        bytes: vec![number; 100],
        stored_at: NOW.plus_millis(i64::from(number)),
        decided: None,
    }
}

pub(super) fn wait_for_one_decision(mut open: ControlOpener) {
    wait(async {
        let store = open();
        for number in [2, 1, 1] {
            store.put_report(report(number)).await.unwrap();
        }
        assert_eq!(store.open_reports().await.unwrap(), [report(1), report(2)]);
        let marketing = Categories::NONE.with(Category::Marketing);
        let none = Categories::NONE;
        let suspend = ReportDecision::Suspended;
        store.decide_report([1; 32], suspend, marketing, NOW).await.unwrap();
        store.decide_report([1; 32], suspend, marketing, NOW).await.unwrap();
        let other = store.decide_report([1; 32], ReportDecision::Dismissed, none, NOW).await;
        assert_eq!(other.unwrap_err().kind(), ErrorKind::Conflict);
        let unknown = store.decide_report([9; 32], ReportDecision::Warned, none, NOW).await;
        assert_eq!(unknown.unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(store.open_reports().await.unwrap(), [report(2)]);
        assert_eq!(store.suspension(business(1)).await.unwrap(), marketing);
        assert_eq!(store.suspension(business(2)).await.unwrap(), none);
        let utility = Categories::NONE.with(Category::Utility);
        store.decide_report([2; 32], suspend, utility, NOW).await.unwrap();
        let both = marketing.with(Category::Utility);
        assert_eq!(open().suspension(business(1)).await.unwrap(), both);
        store.lift_suspension(business(1)).await.unwrap();
        assert_eq!(store.suspension(business(1)).await.unwrap(), none);
        assert!(store.report([1; 32]).await.unwrap().unwrap().decided.is_some());
    });
}

pub(super) fn are_bounded_for_one_reporter(mut open: ControlOpener) {
    wait(async {
        let store = open();
        let most = u8::try_from(REPORTS_OPEN_MAX).unwrap();
        for number in 0..most {
            store.put_report(report(number)).await.unwrap();
        }
        let more = store.put_report(report(most)).await;
        assert_eq!(more.unwrap_err().kind(), ErrorKind::LimitExceeded);
        store.put_report(report(0)).await.unwrap();
        let of_other = ReportRecord { reporter: person(3), ..report(most) };
        store.put_report(of_other).await.unwrap();
    });
}
