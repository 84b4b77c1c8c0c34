//! Reports and what the operator takes from businesses.

use tresen_types::{Categories, Category};

use super::{ControlOpener, NOW, business, person};
use crate::{
    ErrorKind,
    conformance::wait,
    control::{DecisionRecord, ReportDecision, ReportRecord},
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
        store.decide_report([1; 32], suspend, marketing, NOW, None).await.unwrap();
        store.decide_report([1; 32], suspend, marketing, NOW, None).await.unwrap();
        let other = store.decide_report([1; 32], ReportDecision::Dismissed, none, NOW, None).await;
        assert_eq!(other.unwrap_err().kind(), ErrorKind::Conflict);
        let unknown = store.decide_report([9; 32], ReportDecision::Warned, none, NOW, None).await;
        assert_eq!(unknown.unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(store.open_reports().await.unwrap(), [report(2)]);
        assert_eq!(store.suspension(business(1)).await.unwrap(), marketing);
        assert_eq!(store.suspension(business(2)).await.unwrap(), none);
        let utility = Categories::NONE.with(Category::Utility);
        store.decide_report([2; 32], suspend, utility, NOW, None).await.unwrap();
        let both = marketing.with(Category::Utility);
        assert_eq!(open().suspension(business(1)).await.unwrap(), both);
        store.lift_suspension(business(1), None).await.unwrap();
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

pub(super) fn are_told_objected_to_and_answered_once(mut open: ControlOpener) {
    wait(async {
        let store = open();
        store.put_report(report(1)).await.unwrap();
        let told = |id: u8, answers: Option<[u8; 32]>| DecisionRecord {
            id: [id; 32],
            account: business(1),
            answers,
            bytes: vec![id; 50],
            decided_at: NOW.plus_millis(i64::from(id)),
            objection: None,
        };
        let marketing = Categories::NONE.with(Category::Marketing);
        let suspend = ReportDecision::Suspended;
        for id in [7, 8] {
            // Decided once: told once.
            let notice = Some(told(id, None));
            store.decide_report([1; 32], suspend, marketing, NOW, notice).await.unwrap();
        }
        assert_eq!(store.decisions(business(1)).await.unwrap(), [told(7, None)]);
        assert!(store.all_decisions(true).await.unwrap().is_empty());
        let object = |of: u8, number: u8, text: &str| {
            store.object(business(of), [number; 32], text.to_owned(), NOW)
        };
        assert_eq!(object(2, 7, "no").await.unwrap_err().kind(), ErrorKind::NotFound);
        for _time in 0..2 {
            object(1, 7, "We asked.").await.unwrap();
        }
        assert_eq!(object(1, 7, "Other words").await.unwrap_err().kind(), ErrorKind::Conflict);
        let waiting = store.all_decisions(true).await.unwrap();
        assert_eq!(waiting[0].objection, Some(("We asked.".to_owned(), NOW)));
        store.answer_objection(told(9, Some([7; 32])), true).await.unwrap();
        let again = store.answer_objection(told(10, Some([7; 32])), false).await;
        assert_eq!(again.unwrap_err().kind(), ErrorKind::Conflict);
        let nobody = store.answer_objection(told(10, Some([6; 32])), false).await;
        assert_eq!(nobody.unwrap_err().kind(), ErrorKind::NotFound);
        assert!(store.all_decisions(true).await.unwrap().is_empty());
        assert_eq!(open().decisions(business(1)).await.unwrap().len(), 2);
        assert_eq!(store.suspension(business(1)).await.unwrap(), Categories::NONE);
        let answered = object(1, 9, "But").await.unwrap_err();
        assert_eq!(answered.kind(), ErrorKind::NotFound, "an answer is the end");
    });
}
