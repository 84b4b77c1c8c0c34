//! What is known of an attachment before its file is there.

use super::{
    AttachmentKind,
    control::{VERSION, exact, read_version},
};
use crate::{
    cbor::{Reader, Writer},
    error::Error,
    limits::{THUMBHASH_BYTES_MAX, WAVEFORM_BYTES_MAX},
};

pub(super) struct Media {
    pub(super) kind: AttachmentKind,
    pub(super) dimensions: Option<(u32, u32)>,
    pub(super) duration_ms: Option<u32>,
    pub(super) thumbhash: Vec<u8>,
    /// Of a voice message; there is no field for it when it is empty.
    pub(super) waveform: Vec<u8>,
}

impl Media {
    /// A file of which nothing is known.
    pub(super) const FILE: Self = Self {
        kind: AttachmentKind::File,
        dimensions: None,
        duration_ms: None,
        thumbhash: Vec::new(),
        waveform: Vec::new(),
    };

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.array(if self.waveform.is_empty() { 5 } else { 6 });
        writer.uint(VERSION);
        writer.uint(match self.kind {
            AttachmentKind::File => 0_u8,
            AttachmentKind::Photo => 1,
            AttachmentKind::Video => 2,
            AttachmentKind::Voice => 3,
            AttachmentKind::Sticker => 4,
        });
        writer.optional(self.dimensions, |writer, (width, height)| {
            writer.array(2);
            writer.uint(width);
            writer.uint(height);
        });
        writer.optional(self.duration_ms, Writer::uint);
        writer.bytes(&self.thumbhash);
        if !self.waveform.is_empty() {
            writer.bytes(&self.waveform);
        }
        writer.finish()
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, Error> {
        exact(bytes, Self::encode, |reader| {
            let fields = reader.array_up_to(6)?;
            read_version(reader)?;
            Ok(Self {
                kind: match reader.u8()? {
                    0 => AttachmentKind::File,
                    1 => AttachmentKind::Photo,
                    2 => AttachmentKind::Video,
                    3 => AttachmentKind::Voice,
                    4 => AttachmentKind::Sticker,
                    _unknown => return Err(Error::Value),
                },
                dimensions: reader.optional(|reader| {
                    reader.array(2)?;
                    Ok((reader.u32()?, reader.u32()?))
                })?,
                duration_ms: reader.optional(Reader::u32)?,
                thumbhash: reader.bytes(THUMBHASH_BYTES_MAX)?.to_vec(),
                waveform: match fields {
                    6 => reader.bytes(WAVEFORM_BYTES_MAX)?.to_vec(),
                    _none => Vec::new(),
                },
            })
        })
    }
}
