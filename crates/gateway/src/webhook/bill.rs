//! Orders, bills and payments as the API writes them.

use serde_json::{Value, json};
use tresen_types::{Currency, Timestamp};
use tresen_view::{MoneyView, OrderView, PaymentStateView, PaymentView};

use super::value::{contact, seconds, with_head};
use crate::{
    ids::BusinessIds,
    store::{CustomerRecord, MessageRecord},
};

/// What a customer orders.
pub(super) fn order(ids: &BusinessIds, order: &OrderView) -> Value {
    let currency = &order.total.currency;
    let items: Vec<Value> = order
        .lines
        .iter()
        .map(|line| {
            json!({
                "product_retailer_id": line.item,
                "quantity": line.quantity,
                "item_price": units(line.unit, currency),
                "currency": currency,
            })
        })
        .collect();
    json!({ "catalog_id": ids.catalogue, "text": order.note, "product_items": items })
}

/// A bill that a colleague wrote.
pub(super) fn details(payment: &PaymentView) -> Value {
    let total = hundredths(&payment.amount);
    json!({
        "type": "order_details",
        "body": { "text": payment.note },
        "action": { "name": "review_and_pay", "parameters": {
            "reference_id": payment.reference,
            "currency": payment.amount.currency,
            "total_amount": { "value": total, "offset": 100 },
        }},
    })
}

/// The word for how far a payment has come; empty while nothing has happened.
pub(crate) const fn state(payment: &PaymentView) -> &'static str {
    match payment.state {
        PaymentStateView::Requested => "",
        PaymentStateView::Claimed | PaymentStateView::PartlyPaid => "pending",
        PaymentStateView::Paid
        | PaymentStateView::Overpaid
        | PaymentStateView::PartlyRefunded
        | PaymentStateView::Refunded => "captured",
        PaymentStateView::Expired | PaymentStateView::Failed | PaymentStateView::Cancelled => {
            "failed"
        }
    }
}

/// How far the payment of a bill has come.
pub(crate) fn status(
    ids: &BusinessIds,
    customer: &CustomerRecord,
    record: &MessageRecord,
    reference: &str,
    payment: &PaymentView,
    now: Timestamp,
) -> Value {
    let state = state(payment);
    let currency = &payment.amount.currency;
    let money = |minor| MoneyView { minor, currency: currency.clone() };
    let amount = |minor| json!({ "value": hundredths(&money(minor)), "offset": 100 });
    let transaction = match state {
        "captured" => "success",
        other => other,
    };
    let mut told = json!({
        "reference_id": reference,
        "amount": amount(payment.amount.minor),
        "currency": currency,
        "transaction": {
            "id": payment.reference,
            "type": "bank_transfer",
            "status": transaction,
            "amount_received": amount(payment.received),
            "created_timestamp": payment.at.as_millis() / 1_000,
            "updated_timestamp": now.as_millis() / 1_000,
        },
    });
    if let (true, Value::Object(fields)) = (payment.refunded > 0, &mut told) {
        let refund = json!({ "amount": amount(payment.refunded), "status": "success" });
        fields.insert("refunds".to_owned(), json!([refund]));
    }
    let status = json!({
        "id": record.wamid,
        "status": state,
        "type": "payment",
        "timestamp": seconds(now),
        "recipient_id": customer.wa_id,
        "recipient_user_id": customer.user_id,
        "payment": told,
    });
    with_head(ids, json!({ "contacts": [contact(customer)], "statuses": [status] }))
}

/// In hundredths of the unit, whatever the currency's smallest part is.
fn hundredths(money: &MoneyView) -> i64 {
    let per_unit = Currency::parse(&money.currency).map_or(100, |it| it.minor_per_unit());
    money.minor.saturating_mul(100) / per_unit.max(1)
}

/// Whole units as a whole number, others with a point.
fn units(minor: i64, currency: &str) -> Value {
    let per_unit = Currency::parse(currency).map_or(100, |it| it.minor_per_unit()).max(1);
    if minor % per_unit == 0 {
        return (minor / per_unit).into();
    }
    #[expect(clippy::cast_precision_loss, reason = "prices are far below 2^52")]
    let units = minor as f64 / per_unit as f64;
    units.into()
}
