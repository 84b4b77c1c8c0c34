//! The encoding of MIMI content, in both directions.

use std::collections::BTreeMap;

use tresen_types::MessageId;

use super::{
    Disposition, Expiration, ExtensionKey, ExternalPart, MimiContent, NestedPart, Part,
    PartSemantics, Value,
};
use crate::{
    cbor::{Reader, Writer},
    error::Error,
    limits::{
        CAPTION_BYTES_MAX, CONTENT_BYTES_MAX, CONTENT_TYPE_BYTES_MAX, CRYPTO_FIELD_BYTES_MAX,
        EXTENSIONS_MAX, FILE_NAME_BYTES_MAX, LANGUAGE_BYTES_MAX, PART_DEPTH_MAX, PARTS_MAX,
        TOPIC_BYTES_MAX, URL_BYTES_MAX,
    },
};

const CARDINALITY_NULL: u8 = 0;
const CARDINALITY_SINGLE: u8 = 1;
const CARDINALITY_EXTERNAL: u8 = 2;
const CARDINALITY_MULTI: u8 = 3;

/// Elements of a part before those of its cardinality.
const PART_HEAD: usize = 3;
const SINGLE_FIELDS: usize = PART_HEAD + 2;
const EXTERNAL_FIELDS: usize = PART_HEAD + 12;
const MULTI_FIELDS: usize = PART_HEAD + 2;

impl MimiContent {
    /// Encodes the content.
    ///
    /// # Errors
    /// When it breaks a limit or a rule, so that no receiver would take it.
    pub fn encode(&self) -> Result<Vec<u8>, Error> {
        let bytes = self.encode_unchecked();
        // The strict decoder knows all rules: what it refuses is not sent.
        Self::read_all(&bytes)?;
        Ok(bytes)
    }

    /// Reads content strictly: one encoding only, within all limits.
    ///
    /// # Errors
    /// When the bytes are anything else than the deterministic encoding of content.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let content = Self::read_all(bytes)?;
        if content.encode_unchecked() == bytes { Ok(content) } else { Err(Error::NotDeterministic) }
    }

    fn encode_unchecked(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.array(7);
        writer.bytes(&self.salt);
        writer.optional(self.replaces, Writer::message_id);
        writer.bytes(&self.topic_id);
        writer.optional(self.expires, |writer, expires| {
            writer.array(2);
            writer.bool(expires.is_relative);
            writer.uint(expires.time);
        });
        writer.optional(self.in_reply_to, Writer::message_id);
        writer.map(self.extensions.len());
        for (key, value) in &self.extensions {
            key.write(&mut writer);
            value.write(&mut writer);
        }
        self.nested_part.write(&mut writer);
        writer.finish()
    }

    fn read_all(bytes: &[u8]) -> Result<Self, Error> {
        if bytes.len() > CONTENT_BYTES_MAX {
            return Err(Error::Limit);
        }
        let mut reader = Reader::new(bytes);
        reader.array(7)?;
        let mut parts_left = PARTS_MAX;
        let content = Self {
            salt: reader.fixed()?,
            replaces: reader.optional(read_reference)?,
            topic_id: reader.bytes(TOPIC_BYTES_MAX)?.to_vec(),
            expires: reader.optional(|reader| {
                reader.array(2)?;
                Ok(Expiration { is_relative: reader.bool()?, time: reader.u32()? })
            })?,
            in_reply_to: reader.optional(read_reference)?,
            extensions: read_extensions(&mut reader)?,
            nested_part: NestedPart::read(&mut reader, PART_DEPTH_MAX, &mut parts_left)?,
        };
        reader.finish()?;
        Ok(content)
    }
}

fn read_reference(reader: &mut Reader<'_>) -> Result<MessageId, Error> {
    reader.message_id()
}

fn read_extensions(reader: &mut Reader<'_>) -> Result<BTreeMap<ExtensionKey, Value>, Error> {
    let count = reader.map_up_to(EXTENSIONS_MAX)?;
    let mut extensions = BTreeMap::new();
    for _extension in 0..count {
        let key = ExtensionKey::read(reader)?;
        if extensions.insert(key, Value::read(reader)?).is_some() {
            return Err(Error::Value);
        }
    }
    Ok(extensions)
}

impl NestedPart {
    fn write(&self, writer: &mut Writer) {
        let (fields, cardinality) = match &self.part {
            Part::Null => (PART_HEAD, CARDINALITY_NULL),
            Part::Single { .. } => (SINGLE_FIELDS, CARDINALITY_SINGLE),
            Part::External(_) => (EXTERNAL_FIELDS, CARDINALITY_EXTERNAL),
            Part::Multi { .. } => (MULTI_FIELDS, CARDINALITY_MULTI),
        };
        writer.array(fields);
        writer.uint(self.disposition.0);
        writer.text(&self.language);
        writer.uint(cardinality);
        match &self.part {
            Part::Null => {}
            Part::Single { content_type, content } => {
                writer.text(content_type);
                writer.bytes(content);
            }
            Part::External(external) => external.write(writer),
            Part::Multi { semantics, parts } => {
                writer.uint(semantics.as_byte());
                writer.list(parts, |writer, part| part.write(writer));
            }
        }
    }

    /// Reads a part. `parts_left` counts down over the whole message, because the limit is on all
    /// levels together.
    fn read(
        reader: &mut Reader<'_>,
        depth_left: usize,
        parts_left: &mut usize,
    ) -> Result<Self, Error> {
        let deeper = depth_left.checked_sub(1).ok_or(Error::Limit)?;
        *parts_left = parts_left.checked_sub(1).ok_or(Error::Limit)?;
        let fields = reader.array_up_to(EXTERNAL_FIELDS)?;
        let disposition = Disposition(reader.u8()?);
        let language = reader.text(LANGUAGE_BYTES_MAX)?;
        let part = match (reader.u8()?, fields) {
            (CARDINALITY_NULL, PART_HEAD) => Part::Null,
            (CARDINALITY_SINGLE, SINGLE_FIELDS) => Part::Single {
                content_type: reader.text(CONTENT_TYPE_BYTES_MAX)?,
                content: reader.bytes(CONTENT_BYTES_MAX)?.to_vec(),
            },
            (CARDINALITY_EXTERNAL, EXTERNAL_FIELDS) => {
                Part::External(Box::new(ExternalPart::read(reader)?))
            }
            (CARDINALITY_MULTI, MULTI_FIELDS) => {
                let semantics = PartSemantics::from_byte(reader.u8()?).ok_or(Error::Value)?;
                let parts =
                    reader.list(*parts_left, |reader| Self::read(reader, deeper, parts_left))?;
                if parts.len() < 2 {
                    return Err(Error::Value);
                }
                Part::Multi { semantics, parts }
            }
            _other => return Err(Error::Malformed),
        };
        Ok(Self { disposition, language, part })
    }
}

impl PartSemantics {
    const fn as_byte(self) -> u8 {
        match self {
            Self::ChooseOne => 0,
            Self::SingleUnit => 1,
            Self::ProcessAll => 2,
        }
    }

    const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            0 => Some(Self::ChooseOne),
            1 => Some(Self::SingleUnit),
            2 => Some(Self::ProcessAll),
            _unknown => None,
        }
    }
}

impl ExternalPart {
    fn write(&self, writer: &mut Writer) {
        writer.text(&self.content_type);
        writer.text(&self.url);
        writer.uint(self.expires);
        writer.uint(self.size);
        writer.uint(self.enc_alg);
        writer.bytes(&self.key);
        writer.bytes(&self.nonce);
        writer.bytes(&self.aad);
        writer.uint(self.hash_alg);
        writer.bytes(&self.content_hash);
        writer.text(&self.description);
        writer.text(&self.filename);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        Ok(Self {
            content_type: reader.text(CONTENT_TYPE_BYTES_MAX)?,
            url: reader.text(URL_BYTES_MAX)?,
            expires: reader.u32()?,
            size: reader.u64()?,
            enc_alg: reader.u16()?,
            key: reader.bytes(CRYPTO_FIELD_BYTES_MAX)?.to_vec(),
            nonce: reader.bytes(CRYPTO_FIELD_BYTES_MAX)?.to_vec(),
            aad: reader.bytes(CRYPTO_FIELD_BYTES_MAX)?.to_vec(),
            hash_alg: reader.u8()?,
            content_hash: reader.bytes(CRYPTO_FIELD_BYTES_MAX)?.to_vec(),
            description: reader.text(CAPTION_BYTES_MAX)?,
            filename: reader.text(FILE_NAME_BYTES_MAX)?,
        })
    }
}
