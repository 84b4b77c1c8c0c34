//! Months, and what they consist of; all of it as a file.

use std::{collections::BTreeMap, fmt::Write as _};

use leptos::prelude::*;
use tresen_types::Category;
use tresen_view::{UsageMessageView, UsageView};

use super::price;
use crate::{
    components::{Button, ButtonSize, Glyph, category_label},
    i18n::b,
    pages::save_text,
};

/// The tables.
#[component]
pub(super) fn Months(
    usage: RwSignal<Option<UsageView>>,
    messages: RwSignal<Vec<UsageMessageView>>,
) -> impl IntoView {
    move || {
        let usage = usage.get().filter(|usage| !usage.months.is_empty())?;
        let b = b();
        let currency = usage.currency.clone();
        let months = usage.months.iter().rev().map(|month| {
            view! {
                <tr>
                    <th scope="row">{month.month.clone()}</th>
                    <td>{month.delivered}</td>
                    <td dir="ltr">{price(&month.captured, &currency)}</td>
                    <td>{month.lost}</td>
                </tr>
            }
        });
        let kinds =
            messages.with(|all| by_kind(all)).into_iter().map(|((category, country), n)| {
                view! {
                    <tr>
                        <th scope="row">{category_label(category)}</th>
                        <td>{country}</td>
                        <td>{n}</td>
                    </tr>
                }
            });
        let export = move || {
            let text = messages.with_untracked(|all| csv(all));
            save_text(&text, "text/csv", "usage.csv");
        };
        Some(view! {
            <section class="card pad stack">
                <div class="row wrap">
                    <h2 class="grow">{b.months}</h2>
                    <Button
                        size=ButtonSize::Small
                        glyph=Glyph::Download
                        label=b.usage_csv
                        on_press=export
                    />
                </div>
                <div class="scroll-x" tabindex="0">
                    <table class="figures">
                        <thead>
                            <tr>
                                <th scope="col">{b.month}</th>
                                <th scope="col">{b.col_delivered}</th>
                                <th scope="col">{b.col_cost}</th>
                                <th scope="col">{b.col_lost}</th>
                            </tr>
                        </thead>
                        <tbody>{months.collect_view()}</tbody>
                    </table>
                </div>
                <h3 class="sect-t">{b.by_kind}</h3>
                <div class="scroll-x" tabindex="0">
                    <table class="figures">
                        <thead>
                            <tr>
                                <th scope="col">{b.tpl_category}</th>
                                <th scope="col">{b.country}</th>
                                <th scope="col">{b.col_delivered}</th>
                            </tr>
                        </thead>
                        <tbody>{kinds.collect_view()}</tbody>
                    </table>
                </div>
            </section>
        })
    }
}

/// Delivered messages by category and country.
fn by_kind(all: &[UsageMessageView]) -> BTreeMap<(Category, String), u64> {
    let mut counts = BTreeMap::<_, u64>::new();
    for message in all.iter().filter(|message| message.is_delivered) {
        let count = counts.entry((message.category, message.country.clone())).or_default();
        *count = count.saturating_add(1);
    }
    counts
}

/// One line a message.
fn csv(all: &[UsageMessageView]) -> String {
    let mut text = String::from(
        "billing_id,country,category,template,in_window,price,accepted_at_ms,settled_at_ms,delivered\n",
    );
    for message in all {
        // None of the fields holds a comma or a quote.
        writeln!(
            text,
            "{},{},{},{},{},{},{},{},{}",
            message.billing_id,
            message.country,
            word(message.category),
            message.template,
            message.in_window,
            message.price,
            message.accepted_at.as_millis(),
            message.settled_at.as_millis(),
            message.is_delivered,
        )
        .ok();
    }
    text
}

const fn word(category: Category) -> &'static str {
    match category {
        Category::Service => "service",
        Category::Utility => "utility",
        Category::Marketing => "marketing",
        Category::Authentication => "authentication",
    }
}
