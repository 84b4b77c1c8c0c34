//! What is to be said about a template, as places and stable words.

use tresen_content::template::lint::Finding;
use tresen_statement::{Place, Problem, Rule};
use tresen_view::RemarkView;

/// A hint.
pub(super) fn of_finding(finding: &Finding) -> RemarkView {
    let (place, what, words) = match *finding {
        Finding::MarketingWord { place, word } => (place, "marketing_word", word),
        Finding::Rebate { place } => (place, "rebate", ""),
        Finding::Shouting { place } => (place, "shouting", ""),
        Finding::Carousel => (Place::Template, "carousel", ""),
        Finding::LooseText { place, .. } => (place, "loose_text", ""),
    };
    remark(place, what, words)
}

/// A broken rule.
pub(super) fn of_problem(problem: Problem) -> RemarkView {
    let what = match problem.rule {
        Rule::Name => "name",
        Rule::Empty => "empty",
        Rule::TooLong => "too_long",
        Rule::LooseParameter => "loose_parameter",
        Rule::TooManyParameters => "too_many_parameters",
        Rule::UnknownParameter => "unknown_parameter",
        Rule::ParameterKind => "parameter_kind",
        Rule::UnusedParameter => "unused_parameter",
        Rule::ParameterName => "parameter_name",
        Rule::ParameterBounds => "parameter_bounds",
        Rule::Example => "example",
        Rule::Link => "link",
        Rule::Domain => "domain",
        Rule::Phone => "phone",
        Rule::Buttons => "buttons",
        Rule::Cards => "cards",
        Rule::Offer => "offer",
        Rule::Category => "category",
        Rule::Code => "code",
        Rule::TimeToLive => "time_to_live",
    };
    remark(problem.place, what, "")
}

fn remark(place: Place, what: &str, words: &str) -> RemarkView {
    let (place, number) = match place {
        Place::Template => ("template", 0),
        Place::Header => ("header", 0),
        Place::Body => ("body", 0),
        Place::Footer => ("footer", 0),
        Place::Button(number) => ("button", number),
        Place::Card(number) => ("card", number),
        Place::Offer => ("offer", 0),
        Place::Parameter(number) => ("parameter", number),
        Place::LinkDomains => ("link_domains", 0),
    };
    RemarkView { place: place.to_owned(), number, what: what.to_owned(), words: words.to_owned() }
}
