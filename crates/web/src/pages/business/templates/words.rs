//! What is said about a template, in words.

use tresen_view::RemarkView;

use crate::i18n::{b, fill};

/// Why something reads like an offer, or is too loose.
pub(super) fn finding(remark: &RemarkView) -> String {
    let b = b();
    match remark.what.as_str() {
        "marketing_word" => fill(b.lint_word, &[("words", &remark.words)]),
        "rebate" => b.lint_rebate.to_owned(),
        "shouting" => b.lint_shouting.to_owned(),
        "carousel" => b.lint_carousel.to_owned(),
        _ => b.lint_loose.to_owned(),
    }
}

/// Whether a hint speaks for the category marketing.
pub(super) fn is_about_offers(remark: &RemarkView) -> bool {
    remark.what != "loose_text"
}

/// What to do about a broken rule.
pub(super) fn problem(remark: &RemarkView) -> &'static str {
    let b = b();
    match (remark.what.as_str(), remark.place.as_str()) {
        ("name", _) => b.tpl_bad_name,
        ("empty", "footer" | "header" | "body") => b.tpl_bad_empty,
        ("empty" | "too_long", "button") => b.tpl_bad_button,
        ("empty" | "too_long" | "buttons", "card") => b.tpl_bad_card,
        ("empty" | "too_long", "offer") => b.tpl_bad_offer,
        ("category", "offer") => b.tpl_bad_offer_category,
        ("cards", _) => b.tpl_bad_cards,
        ("too_long", _) => b.name_too_long,
        ("loose_parameter", _) => b.tpl_bad_loose,
        ("too_many_parameters", _) => b.tpl_bad_many,
        ("example", _) => b.tpl_bad_example,
        ("link" | "domain", _) => b.tpl_bad_link,
        ("phone", _) => b.tpl_bad_phone,
        ("buttons", _) => b.tpl_bad_buttons,
        ("category" | "code", _) => b.tpl_bad_category,
        ("parameter_name", _) => b.tpl_bad_names,
        _ => b.tpl_bad_other,
    }
}

/// Why a template may not be sent.
pub(super) fn reason(word: &str) -> &'static str {
    let b = b();
    match word {
        "promotional" => b.tpl_no_promotional,
        "incorrect_category" => b.tpl_no_category,
        "invalid_format" => b.tpl_no_format,
        "content_mismatch" => b.tpl_no_mismatch,
        _ => b.tpl_no_abusive,
    }
}
