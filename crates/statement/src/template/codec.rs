//! The encoding of templates.

use tresen_types::{AccountId, Category};

use super::{
    Button, Card, Charset, Header, LimitedTimeOffer, MediaKind, Parameter, ParameterKind, Piece,
    TemplateDoc, TemplateText,
};
use crate::{
    cbor::{Reader, Writer},
    error::Error,
    limits::{
        DOMAIN_BYTES_MAX, LANGUAGE_BYTES_MAX, TEMPLATE_BODY_CHARACTERS_MAX,
        TEMPLATE_BUTTON_CHARACTERS_MAX, TEMPLATE_BUTTONS_MAX, TEMPLATE_CARDS_MAX,
        TEMPLATE_DOMAINS_MAX, TEMPLATE_EXAMPLE_CHARACTERS_MAX, TEMPLATE_FOOTER_CHARACTERS_MAX,
        TEMPLATE_NAME_BYTES_MAX, TEMPLATE_OFFER_CHARACTERS_MAX, TEMPLATE_PARAMETER_NAME_BYTES_MAX,
        TEMPLATE_PARAMETERS_MAX, TEMPLATE_PHONE_BYTES_MAX, TEMPLATE_PIECES_MAX,
        TEMPLATE_URL_BYTES_MAX,
    },
    text,
};

const VERSION: u8 = 1;
const ELEMENTS: usize = 15;
/// Bytes of one character, at most.
const CHARACTER_BYTES_MAX: usize = 4;

const HEADER_TEXT: u8 = 0;
const HEADER_MEDIA: u8 = 1;
const HEADER_LOCATION: u8 = 2;
const HEADER_GOODS: u8 = 3;

pub(super) fn write(template: &TemplateDoc, writer: &mut Writer) {
    writer.array(ELEMENTS);
    writer.uint(VERSION);
    writer.bytes(template.business.as_bytes());
    writer.text(&template.name);
    writer.text(&template.language);
    writer.uint(template.version);
    writer.uint(template.category.as_byte());
    writer.optional(template.header.as_ref(), write_header);
    write_text(writer, &template.body);
    writer.text(&template.footer);
    writer.list(&template.buttons, write_button);
    writer.list(&template.carousel, write_card);
    writer.optional(template.offer.as_ref(), |writer, offer| {
        writer.array(2);
        writer.text(&offer.text);
        writer.optional(offer.ends, Writer::uint);
    });
    writer.list(&template.parameters, write_parameter);
    writer.list(&template.link_domains, |writer, domain| writer.text(domain));
    writer.uint(template.time_to_live_s);
}

pub(super) fn read(reader: &mut Reader<'_>) -> Result<TemplateDoc, Error> {
    reader.array(ELEMENTS)?;
    if reader.uint()? != u64::from(VERSION) {
        return Err(Error::Version);
    }
    Ok(TemplateDoc {
        business: AccountId::new(reader.fixed()?),
        name: text::line(reader.text(TEMPLATE_NAME_BYTES_MAX)?)?,
        language: text::language(reader.text(LANGUAGE_BYTES_MAX)?)?,
        version: reader.u32()?,
        category: reader.byte(Category::from_byte)?,
        header: reader.optional(read_header)?,
        body: read_text(reader)?,
        footer: read_line(reader, TEMPLATE_FOOTER_CHARACTERS_MAX)?,
        buttons: reader.list(TEMPLATE_BUTTONS_MAX, read_button)?,
        carousel: reader.list(TEMPLATE_CARDS_MAX, read_card)?,
        offer: reader.optional(|reader| {
            reader.array(2)?;
            Ok(LimitedTimeOffer {
                text: read_line(reader, TEMPLATE_OFFER_CHARACTERS_MAX)?,
                ends: read_number(reader)?,
            })
        })?,
        parameters: reader.list(TEMPLATE_PARAMETERS_MAX, read_parameter)?,
        link_domains: reader
            .list(TEMPLATE_DOMAINS_MAX, |reader| text::line(reader.text(DOMAIN_BYTES_MAX)?))?,
        time_to_live_s: reader.u32()?,
    })
}

fn write_text(writer: &mut Writer, text: &TemplateText) {
    writer.list(&text.0, |writer, piece| match piece {
        Piece::Fixed(words) => writer.text(words),
        Piece::Parameter(number) => writer.uint(*number),
    });
}

fn read_text(reader: &mut Reader<'_>) -> Result<TemplateText, Error> {
    let bytes_max = TEMPLATE_BODY_CHARACTERS_MAX.saturating_mul(CHARACTER_BYTES_MAX);
    let pieces = reader.list(TEMPLATE_PIECES_MAX, |reader| {
        if reader.is_text()? {
            text::lines(reader.text(bytes_max)?).map(Piece::Fixed)
        } else {
            reader.byte(Some).map(Piece::Parameter)
        }
    })?;
    Ok(TemplateText(pieces))
}

fn write_header(writer: &mut Writer, header: &Header) {
    match header {
        Header::Text(text) => {
            writer.array(2);
            writer.uint(HEADER_TEXT);
            write_text(writer, text);
        }
        Header::Media { kind, parameter } => {
            writer.array(3);
            writer.uint(HEADER_MEDIA);
            writer.uint(kind.as_byte());
            writer.uint(*parameter);
        }
        Header::Location { parameter } => {
            writer.array(2);
            writer.uint(HEADER_LOCATION);
            writer.uint(*parameter);
        }
        Header::Goods { parameter } => {
            writer.array(2);
            writer.uint(HEADER_GOODS);
            writer.uint(*parameter);
        }
    }
}

fn read_header(reader: &mut Reader<'_>) -> Result<Header, Error> {
    let length = reader.length()?;
    match (length, reader.byte(Some)?) {
        (2, HEADER_TEXT) => read_text(reader).map(Header::Text),
        (3, HEADER_MEDIA) => Ok(Header::Media {
            kind: reader.byte(MediaKind::from_byte)?,
            parameter: reader.byte(Some)?,
        }),
        (2, HEADER_LOCATION) => Ok(Header::Location { parameter: reader.byte(Some)? }),
        (2, HEADER_GOODS) => Ok(Header::Goods { parameter: reader.byte(Some)? }),
        _other => Err(Error::Value),
    }
}

/// Every button has four elements: number, text, its fixed value or nothing, its parameter or
/// nothing.
fn write_button(writer: &mut Writer, button: &Button) {
    writer.array(4);
    writer.uint(button.number());
    writer.text(button.text());
    writer.text(match button {
        Button::Url { url, .. } => url,
        Button::Phone { number, .. } => number,
        Button::QuickReply { .. }
        | Button::CopyCode { .. }
        | Button::OneTimeCode { .. }
        | Button::Goods { .. } => "",
    });
    writer.optional(button.parameter(), Writer::uint);
}

fn read_button(reader: &mut Reader<'_>) -> Result<Button, Error> {
    reader.array(4)?;
    let number = reader.byte(Some)?;
    let text = read_line(reader, TEMPLATE_BUTTON_CHARACTERS_MAX)?;
    let value = text::line(reader.text(TEMPLATE_URL_BYTES_MAX)?)?;
    let parameter = read_number(reader)?;
    match (number, value.is_empty(), parameter) {
        (0, true, payload) => Ok(Button::QuickReply { text, payload }),
        (1, false, suffix) => Ok(Button::Url { text, url: value, suffix }),
        (2, false, None) if value.len() <= TEMPLATE_PHONE_BYTES_MAX => {
            Ok(Button::Phone { text, number: value })
        }
        (3, true, Some(code)) => Ok(Button::CopyCode { text, code }),
        (4, true, Some(code)) => Ok(Button::OneTimeCode { text, code }),
        (5, true, goods) => Ok(Button::Goods { text, goods }),
        _other => Err(Error::Value),
    }
}

fn write_card(writer: &mut Writer, card: &Card) {
    writer.array(4);
    writer.uint(card.kind.as_byte());
    writer.uint(card.media);
    write_text(writer, &card.body);
    writer.list(&card.buttons, write_button);
}

fn read_card(reader: &mut Reader<'_>) -> Result<Card, Error> {
    reader.array(4)?;
    Ok(Card {
        kind: reader.byte(MediaKind::from_byte)?,
        media: reader.byte(Some)?,
        body: read_text(reader)?,
        buttons: reader.list(TEMPLATE_BUTTONS_MAX, read_button)?,
    })
}

fn write_parameter(writer: &mut Writer, parameter: &Parameter) {
    writer.array(5);
    writer.text(&parameter.name);
    writer.uint(parameter.kind.as_byte());
    writer.uint(parameter.length_max);
    writer.uint(parameter.charset.as_byte());
    writer.text(&parameter.example);
}

fn read_parameter(reader: &mut Reader<'_>) -> Result<Parameter, Error> {
    reader.array(5)?;
    Ok(Parameter {
        name: text::line(reader.text(TEMPLATE_PARAMETER_NAME_BYTES_MAX)?)?,
        kind: reader.byte(ParameterKind::from_byte)?,
        length_max: reader.u16()?,
        charset: reader.byte(Charset::from_byte)?,
        example: read_line(reader, TEMPLATE_EXAMPLE_CHARACTERS_MAX)?,
    })
}

fn read_number(reader: &mut Reader<'_>) -> Result<Option<u8>, Error> {
    reader.optional(|reader| reader.byte(Some))
}

fn read_line(reader: &mut Reader<'_>, characters_max: usize) -> Result<String, Error> {
    text::line(reader.text(characters_max.saturating_mul(CHARACTER_BYTES_MAX))?)
}
