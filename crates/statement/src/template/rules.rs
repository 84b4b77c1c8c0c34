//! What a template must keep: the Cloud API's limits and what client verification needs.

mod button;
mod category;

use super::{
    Card, Charset, Header, MediaKind, Parameter, ParameterKind, Piece, TemplateDoc, TemplateText,
    is_under, link_hosts,
};
use crate::limits::{
    TEMPLATE_BODY_CHARACTERS_MAX, TEMPLATE_CARD_BUTTONS_MAX, TEMPLATE_CARD_CHARACTERS_MAX,
    TEMPLATE_CARDS_MAX, TEMPLATE_CARDS_MIN, TEMPLATE_EXAMPLE_CHARACTERS_MAX,
    TEMPLATE_FOOTER_CHARACTERS_MAX, TEMPLATE_HEADER_CHARACTERS_MAX, TEMPLATE_NAME_BYTES_MAX,
    TEMPLATE_OFFER_BODY_CHARACTERS_MAX, TEMPLATE_OFFER_CHARACTERS_MAX, TEMPLATE_TTL_S_MAX,
};

/// Where a rule is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The template as a whole.
    Template,
    /// The header.
    Header,
    /// The body.
    Body,
    /// The footer.
    Footer,
    /// The button at this place, from 0.
    Button(u8),
    /// The card at this place, from 0.
    Card(u8),
    /// The limited-time offer.
    Offer,
    /// The parameter with this number.
    Parameter(u8),
    /// The link domains.
    LinkDomains,
}

/// A rule of templates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The name is lower-case letters, digits and underscores.
    Name,
    /// A text is empty, or its pieces are.
    Empty,
    /// A text or a list is over its limit.
    TooLong,
    /// A text may not begin or end with a parameter, nor hold two without words between.
    LooseParameter,
    /// More parameters than this place may hold.
    TooManyParameters,
    /// No parameter has this number.
    UnknownParameter,
    /// The parameter is of a type that can't stand here.
    ParameterKind,
    /// A parameter is used by nothing.
    UnusedParameter,
    /// Named and positional parameters are mixed, or a name is double or malformed.
    ParameterName,
    /// A length or charset that the type doesn't have.
    ParameterBounds,
    /// An example is missing or too long.
    Example,
    /// A link outside the link domains, or not with https.
    Link,
    /// Not a sorted list of host names.
    Domain,
    /// Not a phone number: a plus and 6 to 15 digits.
    Phone,
    /// More buttons of one kind than allowed, or kinds that don't go together.
    Buttons,
    /// The cards of a carousel differ in their form.
    Cards,
    /// An offer that ends stands beside a footer.
    Offer,
    /// The component isn't allowed in this category.
    Category,
    /// A message of an authentication template has a code in its body and one button for it.
    Code,
    /// The time to live is over its limit.
    TimeToLive,
}

/// A broken rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub place: Place,
    /// Which.
    pub rule: Rule,
}

pub(super) fn check(template: &TemplateDoc) -> Vec<Problem> {
    let mut checker = Checker { template, problems: Vec::new(), used: Vec::new() };
    checker.all();
    checker.problems
}

struct Checker<'a> {
    template: &'a TemplateDoc,
    problems: Vec<Problem>,
    used: Vec<u8>,
}

impl Checker<'_> {
    fn all(&mut self) {
        let template = self.template;
        self.require(is_name(&template.name), Place::Template, Rule::Name);
        self.require(
            template.time_to_live_s <= TEMPLATE_TTL_S_MAX,
            Place::Template,
            Rule::TimeToLive,
        );
        let is_sorted = template.link_domains.is_sorted_by(|one, next| one < next);
        let are_hosts = template.link_domains.iter().all(|domain| is_domain(domain));
        self.require(is_sorted && are_hosts, Place::LinkDomains, Rule::Domain);
        if let Some(header) = &template.header {
            self.header(header);
        }
        self.text(&template.body, Place::Body, TEMPLATE_BODY_CHARACTERS_MAX);
        self.short_text(&template.footer, Place::Footer, TEMPLATE_FOOTER_CHARACTERS_MAX, true);
        for (at, button) in (0..).zip(&template.buttons) {
            self.button(button, Place::Button(at));
        }
        self.buttons_together(&template.buttons, Place::Template);
        self.carousel(&template.carousel);
        if let Some(offer) = &template.offer {
            // As the Cloud API has it: no footer, a shorter body.
            self.require(template.footer.is_empty(), Place::Offer, Rule::Offer);
            self.require(
                template.body.fixed_characters() <= TEMPLATE_OFFER_BODY_CHARACTERS_MAX,
                Place::Body,
                Rule::TooLong,
            );
            self.short_text(&offer.text, Place::Offer, TEMPLATE_OFFER_CHARACTERS_MAX, false);
            if let Some(ends) = offer.ends {
                self.parameter(ends, Place::Offer, |kind| kind == ParameterKind::Date);
            }
        }
        self.category();
        self.parameters();
    }

    fn header(&mut self, header: &Header) {
        match header {
            Header::Text(text) => {
                let pieces = text.parameters().count();
                self.require(pieces <= 1, Place::Header, Rule::TooManyParameters);
                self.words(text, Place::Header, TEMPLATE_HEADER_CHARACTERS_MAX);
                self.require(
                    text.fixed_pieces().all(|words| !words.contains('\n')),
                    Place::Header,
                    Rule::TooLong,
                );
            }
            Header::Media { parameter, .. } => {
                self.parameter(*parameter, Place::Header, |kind| kind == ParameterKind::Media);
            }
            Header::Location { parameter } => {
                self.parameter(*parameter, Place::Header, |kind| kind == ParameterKind::Location);
            }
            Header::Goods { parameter } => {
                self.parameter(*parameter, Place::Header, |kind| kind == ParameterKind::Goods);
                let one = self.template.parameter(*parameter).is_none_or(|it| it.length_max == 1);
                self.require(one, Place::Header, Rule::ParameterBounds);
            }
        }
    }

    fn carousel(&mut self, cards: &[Card]) {
        if cards.is_empty() {
            return;
        }
        let is_in_range = (TEMPLATE_CARDS_MIN..=TEMPLATE_CARDS_MAX).contains(&cards.len());
        self.require(is_in_range, Place::Template, Rule::Cards);
        // What is in the cards takes the place of a header, a footer and buttons.
        let is_alone = self.template.header.is_none()
            && self.template.footer.is_empty()
            && self.template.buttons.is_empty();
        self.require(is_alone, Place::Template, Rule::Cards);
        let shape = |card: &Card| {
            (card.kind, card.buttons.iter().map(super::Button::number).collect::<Vec<_>>())
        };
        let first = cards.first().map(shape);
        for (at, card) in (0..).zip(cards) {
            let place = Place::Card(at);
            let is_like_first = Some(shape(card)) == first && card.kind != MediaKind::Document;
            self.require(is_like_first, place, Rule::Cards);
            self.parameter(card.media, place, |kind| kind == ParameterKind::Media);
            self.text(&card.body, place, TEMPLATE_CARD_CHARACTERS_MAX);
            let has_buttons = (1..=TEMPLATE_CARD_BUTTONS_MAX).contains(&card.buttons.len());
            self.require(has_buttons, place, Rule::Buttons);
            for button in &card.buttons {
                self.button(button, place);
                let is_goods = matches!(button, super::Button::Goods { .. });
                self.require(!is_goods, place, Rule::Buttons);
            }
        }
    }

    /// A text whose parameters stand among words.
    fn text(&mut self, text: &TemplateText, place: Place, characters_max: usize) {
        let is_loose = matches!(text.0.first(), Some(Piece::Parameter(_)))
            || matches!(text.0.last(), Some(Piece::Parameter(_)))
            || text
                .0
                .windows(2)
                .any(|pair| matches!(pair, [Piece::Parameter(_), Piece::Parameter(_)]));
        self.require(!is_loose, place, Rule::LooseParameter);
        self.words(text, place, characters_max);
    }

    fn words(&mut self, text: &TemplateText, place: Place, characters_max: usize) {
        // One form only: no empty piece, and no two fixed ones in a row.
        let is_split =
            text.0.windows(2).any(|pair| matches!(pair, [Piece::Fixed(_), Piece::Fixed(_)]));
        let is_empty =
            text.fixed_characters() == 0 || text.fixed_pieces().any(str::is_empty) || is_split;
        self.require(!is_empty, place, Rule::Empty);
        self.require(text.fixed_characters() <= characters_max, place, Rule::TooLong);
        for number in text.parameters() {
            self.parameter(number, place, ParameterKind::is_textual);
        }
        for words in text.fixed_pieces() {
            self.links(words, place);
        }
        // A link that is split over pieces would be found by a reader, not by us.
        let joined: String = text
            .0
            .iter()
            .map(|piece| match piece {
                Piece::Fixed(words) => words.as_str(),
                Piece::Parameter(_) => "0",
            })
            .collect();
        self.links(&joined, place);
    }

    fn short_text(&mut self, text: &str, place: Place, characters_max: usize, may_be_empty: bool) {
        self.require(may_be_empty || !text.is_empty(), place, Rule::Empty);
        self.require(text.chars().count() <= characters_max, place, Rule::TooLong);
        self.links(text, place);
    }

    fn links(&mut self, text: &str, place: Place) {
        let is_inside =
            link_hosts(text).iter().all(|host| is_under(host, &self.template.link_domains));
        self.require(is_inside, place, Rule::Link);
    }

    fn parameter(&mut self, number: u8, place: Place, is_right: impl Fn(ParameterKind) -> bool) {
        self.used.push(number);
        match self.template.parameter(number) {
            None => self.require(false, place, Rule::UnknownParameter),
            Some(parameter) => {
                self.require(is_right(parameter.kind), place, Rule::ParameterKind);
            }
        }
    }

    fn parameters(&mut self) {
        let parameters = &self.template.parameters;
        let is_positional = parameters.iter().all(|parameter| parameter.name.is_empty());
        for (number, parameter) in (0_u8..).zip(parameters) {
            let place = Place::Parameter(number);
            let is_double = parameters
                .iter()
                .filter(|other| !other.name.is_empty() && other.name == parameter.name)
                .count()
                > 1;
            let is_named = is_parameter_name(&parameter.name) && !is_double;
            self.require(is_positional || is_named, place, Rule::ParameterName);
            self.require(self.used.contains(&number), place, Rule::UnusedParameter);
            self.require(has_bounds(parameter), place, Rule::ParameterBounds);
            let has_example = parameter.example.chars().count() <= TEMPLATE_EXAMPLE_CHARACTERS_MAX
                && (!parameter.example.is_empty() || !parameter.kind.is_textual());
            self.require(has_example, place, Rule::Example);
        }
    }

    fn require(&mut self, holds: bool, place: Place, rule: Rule) {
        let problem = Problem { place, rule };
        if !holds && !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }
}

fn is_name(name: &str) -> bool {
    (1..=TEMPLATE_NAME_BYTES_MAX).contains(&name.len())
        && name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
}

fn is_parameter_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase()) && is_name(name)
}

/// A host name as browsers write it: lower case, at least two labels, no address.
#[must_use]
pub fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
    };
    domain.contains('.')
        && domain.split('.').all(is_label)
        && domain.rsplit('.').next().is_some_and(|last| !last.bytes().all(|b| b.is_ascii_digit()))
}

fn has_bounds(parameter: &Parameter) -> bool {
    let is_length = (1..=parameter.kind.length_limit()).contains(&parameter.length_max);
    let is_charset = match parameter.kind {
        ParameterKind::Text | ParameterKind::Code => true,
        _typed => parameter.charset == Charset::Any,
    };
    is_length && is_charset
}
