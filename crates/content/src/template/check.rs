//! Whether the values of a message are what its template allows.

use tresen_statement::{
    Header, MediaKind, Parameter, Piece, TemplateDoc, TemplateText, is_under, link_hosts,
};
use tresen_types::card::ProductSection;

use super::{TemplateMessage, TemplateValue};
use crate::{
    limits::{TEMPLATE_DOCUMENT_BYTES_MAX, TEMPLATE_IMAGE_BYTES_MAX, TEMPLATE_VIDEO_BYTES_MAX},
    message::{Attachment, check_goods},
    template::render,
};

/// What is wrong with a message of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// It is a message of another template.
    Template,
    /// It has more or fewer values than the template has parameters.
    Count,
    /// A value is of another type.
    Kind,
    /// A value is empty or too long.
    Length,
    /// A value holds a line feed, something that turns the text around, or a character outside its
    /// charset.
    Character,
    /// A value, or the whole text with it, links to a place outside the template's domains.
    Link,
    /// A file is of a type or size that doesn't belong there.
    Media,
}

impl Mismatch {
    /// The stable word for logs and codes.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Template => "template",
            Self::Count => "count",
            Self::Kind => "kind",
            Self::Length => "length",
            Self::Character => "character",
            Self::Link => "link",
            Self::Media => "media",
        }
    }
}

/// A message that isn't an instance of its template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Violation {
    /// What is wrong.
    pub mismatch: Mismatch,
    /// The parameter, if one is to blame.
    pub parameter: Option<u8>,
}

const fn violation(mismatch: Mismatch) -> Violation {
    Violation { mismatch, parameter: None }
}

impl TemplateMessage {
    /// Checks the values: number, types, lengths, characters, links.
    ///
    /// # Errors
    /// With the first violation.
    pub fn check(&self, template: &TemplateDoc) -> Result<(), Violation> {
        if self.template != template.hash() || self.version != template.version {
            return Err(violation(Mismatch::Template));
        }
        if self.values.len() != template.parameters.len() {
            return Err(violation(Mismatch::Count));
        }
        for ((number, parameter), value) in (0..).zip(&template.parameters).zip(&self.values) {
            check_value(parameter, value)
                .map_err(|mismatch| Violation { mismatch, parameter: Some(number) })?;
        }
        self.check_media(template)?;
        self.check_links(template)
    }

    /// A file fits the place that it is shown at.
    fn check_media(&self, template: &TemplateDoc) -> Result<(), Violation> {
        let header = match template.header {
            Some(Header::Media { kind, parameter }) => Some((kind, parameter)),
            Some(Header::Text(_) | Header::Location { .. } | Header::Goods { .. }) | None => None,
        };
        let cards = template.carousel.iter().map(|card| (card.kind, card.media));
        for (kind, parameter) in header.into_iter().chain(cards) {
            let fits = match self.values.get(usize::from(parameter)) {
                Some(TemplateValue::Media(file)) => is_media(kind, file),
                _other => false,
            };
            if !fits {
                let parameter = Some(parameter);
                return Err(Violation { mismatch: Mismatch::Media, parameter });
            }
        }
        Ok(())
    }

    /// Words and values together: neither may complete the other to a link.
    fn check_links(&self, template: &TemplateDoc) -> Result<(), Violation> {
        let is_inside =
            |text: &str| link_hosts(text).iter().all(|host| is_under(host, &template.link_domains));
        for (_place, text) in template.texts() {
            if !is_inside(&joined(text, &self.values)) {
                return Err(violation(Mismatch::Link));
            }
        }
        let urls = render::urls(template, &self.values);
        if urls.iter().all(|url| is_inside(url)) { Ok(()) } else { Err(violation(Mismatch::Link)) }
    }
}

fn joined(text: &TemplateText, values: &[TemplateValue]) -> String {
    text.0
        .iter()
        .map(|piece| match piece {
            Piece::Fixed(words) => words.clone(),
            Piece::Parameter(number) => {
                values.get(usize::from(*number)).map(render::plain).unwrap_or_default()
            }
        })
        .collect()
}

fn check_value(parameter: &Parameter, value: &TemplateValue) -> Result<(), Mismatch> {
    if value.kind() != parameter.kind {
        return Err(Mismatch::Kind);
    }
    let length_max = usize::from(parameter.length_max);
    match value {
        TemplateValue::Text(text) | TemplateValue::Code(text) => {
            check_length(text.chars().count(), length_max)?;
            let is_allowed = |c: char| !is_forbidden(c) && parameter.charset.contains(c);
            if !text.chars().all(is_allowed) || text.trim().is_empty() {
                return Err(Mismatch::Character);
            }
            // Not even under the template's domains: a text is no button.
            if link_hosts(text).is_empty() { Ok(()) } else { Err(Mismatch::Link) }
        }
        TemplateValue::UrlSuffix(suffix) => {
            check_length(suffix.len(), length_max)?;
            if !suffix.bytes().all(is_url_byte) {
                return Err(Mismatch::Character);
            }
            let climbs = suffix.split(['/', '?', '#']).any(|segment| segment == "..");
            if climbs || suffix.contains("//") { Err(Mismatch::Link) } else { Ok(()) }
        }
        TemplateValue::Payload(payload) => {
            check_length(payload.len(), length_max)?;
            if payload.chars().any(is_forbidden) { Err(Mismatch::Character) } else { Ok(()) }
        }
        TemplateValue::Location(place) => {
            let mut words = place.name.chars().chain(place.address.chars());
            if words.any(is_forbidden) {
                return Err(Mismatch::Character);
            }
            let has_link =
                [&place.name, &place.address].into_iter().any(|text| !link_hosts(text).is_empty());
            if has_link { Err(Mismatch::Link) } else { Ok(()) }
        }
        TemplateValue::Media(file) => {
            let has_tricks = file.name.chars().chain(file.mime.chars()).any(is_forbidden);
            if has_tricks { Err(Mismatch::Character) } else { Ok(()) }
        }
        TemplateValue::Goods(sections) => goods(sections, length_max),
        TemplateValue::Number { .. } | TemplateValue::Amount(_) | TemplateValue::Date(_) => Ok(()),
    }
}

/// Names and headings are shown as they are: no link, no trick.
fn goods(sections: &[ProductSection], length_max: usize) -> Result<(), Mismatch> {
    check_length(sections.iter().map(|section| section.products.len()).sum(), length_max)?;
    check_goods(sections).map_err(|_limit| Mismatch::Length)?;
    let named = sections.iter().flat_map(|section| &section.products);
    let words = named
        .flat_map(|product| [&product.item, &product.name])
        .chain(sections.iter().map(|section| &section.title));
    for text in words {
        if text.chars().any(is_forbidden) {
            return Err(Mismatch::Character);
        }
        if !link_hosts(text).is_empty() {
            return Err(Mismatch::Link);
        }
    }
    Ok(())
}

fn check_length(length: usize, length_max: usize) -> Result<(), Mismatch> {
    if (1..=length_max).contains(&length) { Ok(()) } else { Err(Mismatch::Length) }
}

/// Characters that end the line, turn the text around or hide in it. The joiners of Indic scripts
/// and emoji (U+200C, U+200D) stay.
fn is_forbidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}'
            | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffc}' | '\u{e0000}'..='\u{e007f}')
}

/// What may stand in the path, query or fragment of a URL as it is.
fn is_url_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~/?&=%+#:,;!".contains(&byte)
}

fn is_media(kind: MediaKind, file: &Attachment) -> bool {
    let (types, size_max): (&[&str], u64) = match kind {
        MediaKind::Image => (&["image/jpeg", "image/png", "image/webp"], TEMPLATE_IMAGE_BYTES_MAX),
        MediaKind::Video => (&["video/mp4", "video/3gpp"], TEMPLATE_VIDEO_BYTES_MAX),
        MediaKind::Document => (
            &[
                "application/pdf",
                "text/plain",
                "application/msword",
                "application/vnd.ms-excel",
                "application/vnd.ms-powerpoint",
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            ],
            TEMPLATE_DOCUMENT_BYTES_MAX,
        ),
    };
    types.contains(&file.mime.as_str()) && (1..=size_max).contains(&file.size)
}
