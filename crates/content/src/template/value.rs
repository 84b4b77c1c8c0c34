//! The values of a template's parameters and their encoding: `[type, …]`, with the numbers of
//! [`ParameterKind`].

use tresen_statement::ParameterKind;
use tresen_types::{
    BlobId, Currency, Money, Timestamp,
    card::{PlaceOnMap, ProductSection},
};

use crate::{
    cbor::{Reader, Writer},
    error::Error,
    limits::{
        CONTENT_TYPE_BYTES_MAX, FILE_NAME_BYTES_MAX, PLACE_BYTES_MAX, THUMBHASH_BYTES_MAX,
        VALUE_TEXT_BYTES_MAX,
    },
    message::{Attachment, AttachmentKind, read_goods, write_goods},
    secret::SecretKey,
};

/// The value of one parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TemplateValue {
    /// A few words.
    Text(String),
    /// A number with decimals: 1250 with 2 is 12.50.
    Number {
        /// All its digits.
        digits: i64,
        /// How many of them are behind the point, at most 9.
        decimals: u8,
    },
    /// An amount of money.
    Amount(Money),
    /// A moment.
    Date(Timestamp),
    /// The end of a button's URL.
    UrlSuffix(String),
    /// A file; without a caption, since the words are the template's.
    Media(Box<Attachment>),
    /// A place.
    Location(PlaceOnMap),
    /// A code.
    Code(String),
    /// What a quick reply hands back.
    Payload(String),
    /// Items of the catalogue. What they cost says the catalogue, which is signed.
    Goods(Vec<ProductSection>),
}

impl TemplateValue {
    /// Its type.
    #[must_use]
    pub const fn kind(&self) -> ParameterKind {
        match self {
            Self::Text(_) => ParameterKind::Text,
            Self::Number { .. } => ParameterKind::Number,
            Self::Amount(_) => ParameterKind::Amount,
            Self::Date(_) => ParameterKind::Date,
            Self::UrlSuffix(_) => ParameterKind::UrlSuffix,
            Self::Media(_) => ParameterKind::Media,
            Self::Location(_) => ParameterKind::Location,
            Self::Code(_) => ParameterKind::Code,
            Self::Payload(_) => ParameterKind::Payload,
            Self::Goods(_) => ParameterKind::Goods,
        }
    }
}

/// The decimals of a number, at most.
const DECIMALS_MAX: u8 = 9;

pub(super) fn write(writer: &mut Writer, value: &TemplateValue) {
    let fields = match value {
        TemplateValue::Number { .. } | TemplateValue::Amount(_) => 3,
        TemplateValue::Media(_) => 10,
        TemplateValue::Location(_) => 5,
        TemplateValue::Text(_)
        | TemplateValue::Date(_)
        | TemplateValue::UrlSuffix(_)
        | TemplateValue::Code(_)
        | TemplateValue::Payload(_)
        | TemplateValue::Goods(_) => 2,
    };
    writer.array(fields);
    writer.uint(value.kind().as_byte());
    match value {
        TemplateValue::Text(text)
        | TemplateValue::UrlSuffix(text)
        | TemplateValue::Code(text)
        | TemplateValue::Payload(text) => writer.text(text),
        TemplateValue::Number { digits, decimals } => {
            writer.int(*digits);
            writer.uint(*decimals);
        }
        TemplateValue::Amount(money) => {
            writer.int(money.minor);
            writer.text(money.currency.code());
        }
        TemplateValue::Date(at) => writer.time(*at),
        TemplateValue::Media(file) => write_media(writer, file),
        TemplateValue::Location(place) => write_place(writer, place),
        TemplateValue::Goods(sections) => write_goods(writer, sections),
    }
}

pub(super) fn read(reader: &mut Reader<'_>) -> Result<TemplateValue, Error> {
    // The exact count follows from the type, and is compared when encoding again.
    reader.array_up_to(10)?;
    let kind = ParameterKind::from_byte(reader.u8()?).ok_or(Error::Value)?;
    let text = |reader: &mut Reader<'_>| reader.text(VALUE_TEXT_BYTES_MAX);
    Ok(match kind {
        ParameterKind::Text => TemplateValue::Text(text(reader)?),
        ParameterKind::UrlSuffix => TemplateValue::UrlSuffix(text(reader)?),
        ParameterKind::Code => TemplateValue::Code(text(reader)?),
        ParameterKind::Payload => TemplateValue::Payload(text(reader)?),
        ParameterKind::Number => {
            let (digits, decimals) = (reader.int()?, reader.u8()?);
            if decimals > DECIMALS_MAX {
                return Err(Error::Limit);
            }
            TemplateValue::Number { digits, decimals }
        }
        ParameterKind::Amount => {
            let minor = reader.int()?;
            let currency = Currency::parse(&reader.text(3)?).map_err(|_unknown| Error::Value)?;
            TemplateValue::Amount(Money { minor, currency })
        }
        ParameterKind::Date => TemplateValue::Date(reader.time()?),
        ParameterKind::Media => TemplateValue::Media(Box::new(read_media(reader)?)),
        ParameterKind::Location => TemplateValue::Location(read_place(reader)?),
        ParameterKind::Goods => TemplateValue::Goods(read_goods(reader)?),
    })
}

fn write_media(writer: &mut Writer, file: &Attachment) {
    writer.text(&file.name);
    writer.text(&file.mime);
    writer.uint(file.size);
    writer.bytes(file.blob.as_bytes());
    writer.bytes(file.key.as_bytes());
    writer.bytes(&file.content_hash);
    writer.optional(file.dimensions, |writer, (width, height)| {
        writer.array(2);
        writer.uint(width);
        writer.uint(height);
    });
    writer.optional(file.duration_ms, Writer::uint);
    writer.bytes(&file.thumbhash);
}

fn read_media(reader: &mut Reader<'_>) -> Result<Attachment, Error> {
    let name = reader.text(FILE_NAME_BYTES_MAX)?;
    let mime = reader.text(CONTENT_TYPE_BYTES_MAX)?;
    Ok(Attachment {
        kind: kind_of(&mime),
        name,
        size: reader.u64()?,
        blob: BlobId::new(reader.fixed()?),
        key: SecretKey::new(reader.fixed()?),
        content_hash: reader.fixed()?,
        dimensions: reader.optional(|reader| {
            reader.array(2)?;
            Ok((reader.u32()?, reader.u32()?))
        })?,
        duration_ms: reader.optional(Reader::u32)?,
        thumbhash: reader.bytes(THUMBHASH_BYTES_MAX)?.to_vec(),
        waveform: Vec::new(),
        caption: String::new(),
        mime,
    })
}

fn kind_of(mime: &str) -> AttachmentKind {
    match mime.split('/').next() {
        Some("image") => AttachmentKind::Photo,
        Some("video") => AttachmentKind::Video,
        _other => AttachmentKind::File,
    }
}

/// Writes the four fields of a place.
pub(crate) fn write_place(writer: &mut Writer, place: &PlaceOnMap) {
    writer.int(i64::from(place.latitude_e7));
    writer.int(i64::from(place.longitude_e7));
    writer.text(&place.name);
    writer.text(&place.address);
}

/// Reads them.
pub(crate) fn read_place(reader: &mut Reader<'_>) -> Result<PlaceOnMap, Error> {
    let mut degrees = |limit: i64| {
        let value = reader.int()?;
        if value.unsigned_abs() > limit.unsigned_abs() {
            return Err(Error::Value);
        }
        i32::try_from(value).map_err(|_too_large| Error::Value)
    };
    let latitude_e7 = degrees(900_000_000)?;
    let longitude_e7 = degrees(1_800_000_000)?;
    let name = reader.text(PLACE_BYTES_MAX)?;
    Ok(PlaceOnMap { latitude_e7, longitude_e7, name, address: reader.text(PLACE_BYTES_MAX)? })
}
