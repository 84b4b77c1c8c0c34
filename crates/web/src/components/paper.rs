//! What a sum is made of, as a table on a document.

use leptos::prelude::*;
use tresen_view::{BillView, MoneyView, TaxView};

use super::deal_card::line_view;
use crate::i18n::{fill, language, money::money, t};

/// A bill: lines, what is taken off and put on, taxes, the sum.
#[component]
pub fn BillTable(bill: BillView) -> impl IntoView {
    let t = t();
    let currency = bill.total.currency.clone();
    let amount = move |minor| money(&MoneyView { minor, currency: currency.clone() });
    let row = |label: String, sum: String| {
        view! {
            <tr>
                <th scope="row" colspan="2">
                    {label}
                </th>
                <td class="num">{sum}</td>
            </tr>
        }
    };
    let lines = bill.lines.iter().map(|line| line_view(line, &bill.total.currency)).collect_view();
    let parts = bill.discount > 0 || bill.shipping > 0 || !bill.taxes.is_empty();
    let subtotal = bill.lines.iter().fold(0_i64, |sum, line| {
        sum.saturating_add(line.unit.saturating_mul(i64::from(line.quantity)))
    });
    let mut rows = Vec::new();
    if parts {
        rows.push(row(t.bill_subtotal.to_owned(), amount(subtotal)));
    }
    if bill.discount > 0 {
        rows.push(row(t.bill_discount.to_owned(), amount(bill.discount.saturating_neg())));
    }
    if bill.shipping > 0 {
        rows.push(row(t.bill_shipping.to_owned(), amount(bill.shipping)));
    }
    let tax = |tax: &TaxView, words: &str| fill(words, &[("rate", &percent(tax.per_myriad))]);
    for added in bill.taxes.iter().filter(|tax| !tax.is_included) {
        rows.push(row(tax(added, t.bill_tax), amount(added.amount)));
    }
    let held = bill.taxes.iter().filter(|tax| tax.is_included);
    let held = held.map(|held| row(tax(held, t.bill_tax_held), amount(held.amount)));
    let held = held.collect_view();
    view! {
        <table class="deal-lines">
            <tbody>{lines}</tbody>
            <tfoot>
                {rows} <tr class="sum">
                    <th scope="row" colspan="2">
                        {t.order_total}
                    </th>
                    <td class="num">{money(&bill.total)}</td>
                </tr> {held}
            </tfoot>
        </table>
    }
}

/// Hundredths of a percent as people write them.
fn percent(per_myriad: u32) -> String {
    let (whole, part) = (per_myriad / 100, per_myriad % 100);
    let point = if language() == crate::i18n::Language::German { ',' } else { '.' };
    let digits = format!("{part:02}");
    let digits = digits.trim_end_matches('0');
    let space = if language() == crate::i18n::Language::German { "\u{a0}" } else { "" };
    if digits.is_empty() {
        format!("{whole}{space}%")
    } else {
        format!("{whole}{point}{digits}{space}%")
    }
}
