//! The words that a yes is about: what stood on the page is what is signed.

use tresen_types::{Categories, Category};

use crate::{
    components::category_label,
    i18n::{fill, t},
};

/// The words that are signed: the question and every category that was said yes to.
#[must_use]
pub(crate) fn wording(shop: &str, categories: Categories) -> String {
    let question = fill(t().may_send, &[("shop", shop)]);
    let lines = Category::ALL.into_iter().filter(|category| categories.contains(*category));
    let lines = lines.map(|category| match category {
        Category::Marketing => t().cat_marketing_full,
        Category::Service | Category::Utility | Category::Authentication => {
            category_label(category)
        }
    });
    [question.as_str()].into_iter().chain(lines).collect::<Vec<_>>().join("\n")
}
