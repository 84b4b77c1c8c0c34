//! A template and its values as what is shown: spans that remember whose words they are.
//!
//! Call it after [`TemplateMessage::check`](super::TemplateMessage::check) only.

use tresen_statement::{
    Button, Header, LimitedTimeOffer, MediaKind, Piece, TemplateDoc, TemplateText,
};
use tresen_types::{
    Timestamp,
    card::{Product, ProductSection},
    limits::DAY_MS,
};

use super::{PlaceOnMap, TemplateValue};
use crate::message::Attachment;

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Span {
    /// The template's own words: links in them are links.
    Words(String),
    /// A value: shown as it is, no link and no mark in it counts.
    Value(String),
}

/// What stands above the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeaderView {
    /// A line of text.
    Text(Vec<Span>),
    /// A file.
    Media {
        /// What it is shown as.
        kind: MediaKind,
        /// The file.
        file: Box<Attachment>,
    },
    /// A place.
    Location(PlaceOnMap),
    /// An item of the catalogue.
    Goods(Product),
}

/// What pressing a button does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Answers with the button's text and hands this back.
    Reply {
        /// For the business's program; may be empty.
        payload: String,
    },
    /// Opens a page.
    Open {
        /// The whole URL.
        url: String,
    },
    /// Calls.
    Call {
        /// The number.
        number: String,
    },
    /// Copies.
    Copy {
        /// The code.
        code: String,
    },
    /// Opens the catalogue.
    Goods {
        /// The ids of the items that are shown; none for all.
        items: Vec<String>,
    },
}

/// A button.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ButtonView {
    /// Its text.
    pub text: String,
    /// What it does.
    pub action: Action,
}

/// A card of a carousel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardView {
    /// What its file is shown as.
    pub kind: MediaKind,
    /// The file.
    pub file: Option<Box<Attachment>>,
    /// The text.
    pub body: Vec<Span>,
    /// The buttons.
    pub buttons: Vec<ButtonView>,
}

/// An offer that ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferView {
    /// The text.
    pub text: String,
    /// The end.
    pub ends_at: Option<Timestamp>,
}

/// A whole message of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// What stands above.
    pub header: Option<HeaderView>,
    /// The body.
    pub body: Vec<Span>,
    /// The small line below; may be empty.
    pub footer: String,
    /// The buttons.
    pub buttons: Vec<ButtonView>,
    /// The cards.
    pub cards: Vec<CardView>,
    /// The offer.
    pub offer: Option<OfferView>,
}

impl Rendered {
    /// All of it as lines of text: for search, notifications and screen readers.
    #[must_use]
    pub fn text(&self) -> String {
        let mut lines = Vec::new();
        match &self.header {
            Some(HeaderView::Text(spans)) => lines.push(join(spans)),
            Some(HeaderView::Location(place)) => lines.push(place.name.clone()),
            Some(HeaderView::Media { file, .. }) => lines.push(file.name.clone()),
            Some(HeaderView::Goods(product)) => lines.push(product.name.clone()),
            None => {}
        }
        lines.push(join(&self.body));
        lines.extend(self.offer.iter().map(|offer| offer.text.clone()));
        lines.extend(self.cards.iter().map(|card| join(&card.body)));
        lines.push(self.footer.clone());
        lines.retain(|line| !line.is_empty());
        lines.join("\n")
    }
}

/// Puts a template and its values together; `show` writes a typed value in the reader's language
/// ([`plain`] does where there is none).
#[must_use]
pub fn render(
    template: &TemplateDoc,
    values: &[TemplateValue],
    show: &dyn Fn(&TemplateValue) -> String,
) -> Rendered {
    let value = |number: u8| values.get(usize::from(number));
    let spans = |text: &TemplateText| spans(text, values, show);
    let header = template.header.as_ref().and_then(|header| match header {
        Header::Text(text) => Some(HeaderView::Text(spans(text))),
        Header::Media { kind, parameter } => {
            file(value(*parameter)).map(|file| HeaderView::Media { kind: *kind, file })
        }
        Header::Location { parameter } => match value(*parameter) {
            Some(TemplateValue::Location(place)) => Some(HeaderView::Location(place.clone())),
            _other => None,
        },
        Header::Goods { parameter } => {
            goods(value(*parameter)).next().map(|product| HeaderView::Goods(product.clone()))
        }
    });
    let cards = template.carousel.iter().map(|card| CardView {
        kind: card.kind,
        file: file(value(card.media)),
        body: spans(&card.body),
        buttons: buttons(&card.buttons, values),
    });
    Rendered {
        header,
        body: spans(&template.body),
        footer: template.footer.clone(),
        buttons: buttons(&template.buttons, values),
        cards: cards.collect(),
        offer: template.offer.as_ref().map(|offer| offer_view(offer, values)),
    }
}

/// A value in the form that machines read: `12.50 EUR`, `2026-11-22`.
#[must_use]
pub fn plain(value: &TemplateValue) -> String {
    match value {
        TemplateValue::Text(text)
        | TemplateValue::Code(text)
        | TemplateValue::UrlSuffix(text)
        | TemplateValue::Payload(text) => text.clone(),
        TemplateValue::Number { digits, decimals } => number(*digits, *decimals),
        TemplateValue::Amount(money) => money.to_string(),
        TemplateValue::Date(at) => date(*at),
        TemplateValue::Media(file) => file.name.clone(),
        TemplateValue::Location(place) => place.name.clone(),
        TemplateValue::Goods(_) => {
            let names = goods(Some(value)).map(|product| product.name.as_str());
            names.collect::<Vec<_>>().join(", ")
        }
    }
}

/// All URLs that the buttons open.
pub(super) fn urls(template: &TemplateDoc, values: &[TemplateValue]) -> Vec<String> {
    let cards = template.carousel.iter().flat_map(|card| &card.buttons);
    let all = template.buttons.iter().chain(cards);
    all.filter_map(|button| match action(button, values) {
        Action::Open { url } => Some(url),
        Action::Reply { .. } | Action::Call { .. } | Action::Copy { .. } | Action::Goods { .. } => {
            None
        }
    })
    .collect()
}

fn spans(
    text: &TemplateText,
    values: &[TemplateValue],
    show: &dyn Fn(&TemplateValue) -> String,
) -> Vec<Span> {
    text.0
        .iter()
        .map(|piece| match piece {
            Piece::Fixed(words) => Span::Words(words.clone()),
            Piece::Parameter(number) => {
                Span::Value(values.get(usize::from(*number)).map(show).unwrap_or_default())
            }
        })
        .collect()
}

fn join(spans: &[Span]) -> String {
    spans
        .iter()
        .map(|span| match span {
            Span::Words(text) | Span::Value(text) => text.as_str(),
        })
        .collect()
}

fn buttons(buttons: &[Button], values: &[TemplateValue]) -> Vec<ButtonView> {
    buttons
        .iter()
        .map(|button| ButtonView { text: button.text().to_owned(), action: action(button, values) })
        .collect()
}

fn action(button: &Button, values: &[TemplateValue]) -> Action {
    let value = |number: Option<u8>| {
        number.and_then(|number| values.get(usize::from(number))).map(plain).unwrap_or_default()
    };
    match button {
        Button::QuickReply { payload, .. } => Action::Reply { payload: value(*payload) },
        Button::Url { url, suffix, .. } => Action::Open { url: format!("{url}{}", value(*suffix)) },
        Button::Phone { number, .. } => Action::Call { number: number.clone() },
        Button::CopyCode { code, .. } | Button::OneTimeCode { code, .. } => {
            Action::Copy { code: value(Some(*code)) }
        }
        Button::Goods { goods: number, .. } => {
            let value = number.and_then(|number| values.get(usize::from(number)));
            Action::Goods { items: goods(value).map(|product| product.item.clone()).collect() }
        }
    }
}

fn goods(value: Option<&TemplateValue>) -> impl Iterator<Item = &Product> {
    let sections: &[ProductSection] = match value {
        Some(TemplateValue::Goods(sections)) => sections,
        _other => &[],
    };
    sections.iter().flat_map(|section| &section.products)
}

fn file(value: Option<&TemplateValue>) -> Option<Box<Attachment>> {
    match value {
        Some(TemplateValue::Media(file)) => Some(file.clone()),
        _other => None,
    }
}

fn offer_view(offer: &LimitedTimeOffer, values: &[TemplateValue]) -> OfferView {
    let ends = offer.ends.and_then(|number| values.get(usize::from(number)));
    let ends_at = match ends {
        Some(TemplateValue::Date(at)) => Some(*at),
        _other => None,
    };
    OfferView { text: offer.text.clone(), ends_at }
}

fn number(digits: i64, decimals: u8) -> String {
    let width = usize::from(decimals).saturating_add(1);
    let text = format!("{:0width$}", digits.unsigned_abs());
    let sign = if digits < 0 { "-" } else { "" };
    match text.split_at_checked(text.len().saturating_sub(usize::from(decimals))) {
        Some((units, "")) => format!("{sign}{units}"),
        Some((units, rest)) => format!("{sign}{units}.{rest}"),
        None => format!("{sign}{text}"),
    }
}

/// The day in UTC, as ISO 8601 writes it.
#[expect(clippy::arithmetic_side_effects, reason = "days of a 64-bit time are far from overflow")]
fn date(at: Timestamp) -> String {
    // Howard Hinnant's civil_from_days: eras of 400 years that begin in March.
    let days = at.as_millis().div_euclid(DAY_MS) + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}
