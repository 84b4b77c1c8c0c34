//! What a customer has allowed, as a slip.

use leptos::prelude::*;
use tresen_types::{Categories, Category};
use tresen_view::ConsentView;

use super::{Button, ButtonKind, Glyph, Slip, SlipLine};
use crate::i18n::{t, time};

/// The label of a category.
#[must_use]
pub(crate) fn category_label(category: Category) -> &'static str {
    match category {
        Category::Service => t().cat_service,
        Category::Utility => t().cat_utility,
        Category::Marketing => t().cat_marketing,
        Category::Authentication => t().cat_authentication,
    }
}

/// The slip; with "Change" when `on_change` is given.
#[component]
pub fn ConsentSlip(
    consent: ConsentView,
    #[prop(optional)] on_change: Option<Callback<()>>,
) -> impl IntoView {
    let shown =
        [Category::Service, Category::Utility, Category::Marketing, Category::Authentication]
            .into_iter()
            .filter(|category| is_worth_showing(consent.categories, *category));
    let lines = shown
        .map(|category| {
            let is_yes = consent.categories.contains(category);
            let value = if is_yes { t().yes } else { t().no };
            view! { <SlipLine label=category_label(category) value is_yes /> }
        })
        .collect_view();
    let title = if consent.is_own { t().your_yes } else { t().their_yes };
    let signed = if consent.is_own { t().signed_here } else { t().signed_by_customer };
    let foot = Box::new(move || {
        view! {
            <div class="row sp">
                <span class="hint">{signed}</span>
                {on_change
                    .map(|change| {
                        view! {
                            <Button
                                kind=ButtonKind::Text
                                label=t().change.to_owned()
                                on_press=move || change.run(())
                            />
                        }
                    })}
            </div>
        }
        .into_any()
    });
    view! {
        <Slip glyph=Glyph::ClipboardCheck title aside=time::date_time(consent.at) foot>
            {lines}
        </Slip>
    }
}

/// Answers and offers always, the others when they are allowed.
fn is_worth_showing(allowed: Categories, category: Category) -> bool {
    matches!(category, Category::Service | Category::Marketing) || allowed.contains(category)
}
