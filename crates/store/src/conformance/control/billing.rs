//! Prices, payments and what became of charged messages.

use tresen_types::Category;

use super::{ControlOpener, NOW, business, person};
use crate::{
    ErrorKind,
    conformance::wait,
    control::{
        BillingAccountRecord, BillingEntryKind, BillingEntryRecord, ChargeRecord, ChargeTotal,
        QualityCounts, TierRecord,
    },
};

fn charge(number: u8, is_delivered: bool) -> ChargeRecord {
    ChargeRecord {
        account: business(1),
        id: [number; 24],
        customer: person(number / 2),
        country: "DE".to_owned(),
        category: Category::Marketing,
        template: Some([9; 32]),
        in_window: number == 1,
        price: 70,
        accepted_at: NOW,
        settled_at: NOW.plus_millis(i64::from(number)),
        is_delivered,
    }
}

pub(super) fn book_charges_once(mut open: ControlOpener) {
    wait(async {
        let store = open();
        let of = |number| (charge(number, number != 3), 5);
        store.book_charges(vec![of(2), of(1), of(1)]).await.unwrap();
        store.book_charges(vec![of(1), of(3)]).await.unwrap();
        let mut other = charge(3, true);
        other.account = business(2);
        other.template = None;
        store.book_charges(vec![(other.clone(), 6)]).await.unwrap();
        let store = open();
        let all = store.charges(business(1), None, 10).await.unwrap();
        assert_eq!(all, [charge(1, true), charge(2, true), charge(3, false)]);
        let after = Some((all[0].settled_at, all[0].id));
        assert_eq!(store.charges(business(1), after, 1).await.unwrap(), [charge(2, true)]);
        assert_eq!(store.charges(business(2), None, 10).await.unwrap(), [other]);
        let totals = store.charge_totals(business(1)).await.unwrap();
        let total = ChargeTotal { month: 5, delivered: 2, captured: 140, lost: 1, released: 70 };
        assert_eq!(totals, [total]);
        let customers = store.charged_customers(business(1), NOW, NOW.plus_millis(3)).await;
        assert_eq!(customers.unwrap(), 2);
        let customers = store.charged_customers(business(1), NOW, NOW.plus_millis(2)).await;
        assert_eq!(customers.unwrap(), 1);
        assert_eq!(store.billed_accounts(None).await.unwrap(), [business(1), business(2)]);
    });
}

pub(super) fn keep_prices_and_payments(mut open: ControlOpener) {
    wait(async {
        let store = open();
        store.put_rate_card(NOW, "one".to_owned(), NOW).await.unwrap();
        store.put_rate_card(NOW, "one".to_owned(), NOW).await.unwrap();
        let other = store.put_rate_card(NOW, "other".to_owned(), NOW).await.unwrap_err();
        assert_eq!(other.kind(), ErrorKind::Conflict);
        store.put_rate_card(NOW.plus_millis(-1), "before".to_owned(), NOW).await.unwrap();
        let mut account = BillingAccountRecord {
            account: business(1),
            plan: "flat".to_owned(),
            is_prepaid: true,
            cap: None,
        };
        store.set_billing_account(account.clone()).await.unwrap();
        account.cap = Some(0);
        store.set_billing_account(account.clone()).await.unwrap();
        let entry = BillingEntryRecord {
            account: business(2),
            id: [4; 16],
            kind: BillingEntryKind::Refund,
            amount: 12,
            booked_at: NOW,
        };
        store.put_billing_entry(entry).await.unwrap();
        store.put_billing_entry(entry).await.unwrap();
        let more = BillingEntryRecord { amount: 13, ..entry };
        let reused = store.put_billing_entry(more).await.unwrap_err();
        assert_eq!(reused.kind(), ErrorKind::Conflict);
        let store = open();
        assert_eq!(store.rate_cards().await.unwrap(), ["before", "one"]);
        assert_eq!(store.billing_account(business(1)).await.unwrap(), Some(account));
        assert_eq!(store.billing_account(business(2)).await.unwrap(), None);
        assert_eq!(store.billing_entries(business(2)).await.unwrap(), [entry]);
        assert_eq!(store.billed_accounts(None).await.unwrap(), [business(1), business(2)]);
        assert_eq!(store.billed_accounts(Some(business(1))).await.unwrap(), [business(2)]);
    });
}

pub(super) fn count_what_customers_do(mut open: ControlOpener) {
    wait(async {
        let store = open();
        store.book_charges(vec![(charge(2, true), 5), (charge(5, false), 5)]).await.unwrap();
        store.block_account(person(1), business(1), NOW).await.unwrap();
        store.block_account(person(2), business(2), NOW).await.unwrap();
        let counts = store.quality_counts(business(1), NOW).await.unwrap();
        let expected =
            QualityCounts { delivered: 1, customers: 1, blocks: 1, ..Default::default() };
        assert_eq!(counts, expected);
        let later = store.quality_counts(business(1), NOW.plus_millis(10)).await.unwrap();
        assert_eq!(later, QualityCounts::default());
        assert_eq!(store.tier(business(1)).await.unwrap(), None);
        let tier = TierRecord { tier: 3, is_fixed: true, changed_at: NOW };
        store.set_tier(business(1), TierRecord { tier: 1, ..tier }, None).await.unwrap();
        store.set_tier(business(1), tier, None).await.unwrap();
        assert_eq!(open().tier(business(1)).await.unwrap(), Some(tier));
    });
}
