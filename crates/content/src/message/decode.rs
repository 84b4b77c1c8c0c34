//! MIMI content into messages.
//!
//! What is ours must be exact. What is foreign but valid MIMI becomes text where it has some, and
//! [`Message::Unsupported`] otherwise.

use super::{
    Attachment, Content, ENC_ALG_STREAM, HASH_ALG_SHA256, Mark, Message, Private, Receipt, System,
    TYPE_CARD, TYPE_CHOICE, TYPE_MEDIA, TYPE_PRIVATE, TYPE_PROFILE, TYPE_RECEIPT, TYPE_SYSTEM,
    TYPE_TYPING, card, control, media::Media,
};
use crate::{
    emoji::is_single_emoji,
    error::Error,
    limits::REACTION_BYTES_MAX,
    mimi::{Disposition, ExternalPart, MimiContent, NestedPart, Part, PartSemantics},
    secret::SecretKey,
    shop::{ShopMessage, TYPE_SHOP},
    template::{TYPE_TEMPLATE, TemplateMessage},
    uri,
};

pub(super) fn from_mimi(mimi: &MimiContent, host: &str) -> Result<Content, Error> {
    let message = message(mimi, host)?;
    // The target of a reaction is part of the message, not an answer.
    let in_reply_to = match &message {
        Message::Reaction { .. } | Message::Unreact { .. } => None,
        _other => mimi.in_reply_to,
    };
    Ok(Content { message, in_reply_to, expires: mimi.expires, mark: Mark::of(mimi) })
}

fn message(mimi: &MimiContent, host: &str) -> Result<Message, Error> {
    let body = &mimi.nested_part;
    match (&body.part, body.disposition) {
        (Part::Null, Disposition::REACTION) => Ok(Message::Unreact {
            to: mimi.in_reply_to.ok_or(Error::Value)?,
            reaction: mimi.replaces.ok_or(Error::Value)?,
        }),
        (Part::Null, _any) => mimi
            .replaces
            .map_or_else(|| Ok(unsupported("")), |message| Ok(Message::Delete { message })),
        (Part::Single { content, .. }, Disposition::REACTION) => {
            let emoji = text(content)?;
            if emoji.len() > REACTION_BYTES_MAX || !is_single_emoji(&emoji) {
                return Err(Error::Value);
            }
            Ok(Message::Reaction { to: mimi.in_reply_to.ok_or(Error::Value)?, emoji })
        }
        (Part::Single { content_type, content }, _any) => {
            let shown = single(content_type, content, &body.language)?;
            match (shown, mimi.replaces) {
                (Message::Text { text, language }, Some(message)) => {
                    Ok(Message::Edit { message, text, language })
                }
                (other, None) => Ok(other),
                // Only texts are replaced by something.
                (_other, Some(_message)) => Err(Error::Value),
            }
        }
        (Part::External(external), _any) => {
            Ok(attachment(external, None, host)?.unwrap_or_else(|| foreign_file(external)))
        }
        (Part::Multi { semantics, parts }, _any) => multi(*semantics, parts, host),
    }
}

fn single(content_type: &str, content: &[u8], language: &str) -> Result<Message, Error> {
    match content_type {
        TYPE_RECEIPT => Receipt::decode(content).map(Message::Receipt),
        TYPE_PROFILE => control::decode_name(content).map(|name| Message::ProfileName { name }),
        TYPE_TYPING => {
            control::decode_typing(content).map(|is_typing| Message::Typing { is_typing })
        }
        TYPE_TEMPLATE => {
            TemplateMessage::decode(content).map(|message| Message::Template(Box::new(message)))
        }
        TYPE_PRIVATE => Private::decode(content).map(|private| Message::Private(Box::new(private))),
        _text if is_text(content_type) => {
            Ok(Message::Text { text: text(content)?, language: language.to_owned() })
        }
        _unknown => Ok(unsupported("")),
    }
}

/// A plain text, or a markdown that reads well as one.
fn is_text(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("text/plain") || essence.eq_ignore_ascii_case("text/markdown")
}

fn multi(semantics: PartSemantics, parts: &[NestedPart], host: &str) -> Result<Message, Error> {
    match (semantics, parts) {
        (
            PartSemantics::SingleUnit,
            [
                NestedPart { part: Part::External(external), .. },
                NestedPart { part: Part::Single { content_type, content }, .. },
            ],
        ) if content_type == TYPE_MEDIA => {
            attachment(external, Some(content), host)?.ok_or(Error::Value)
        }
        (
            PartSemantics::ChooseOne,
            [
                NestedPart { part: Part::Single { content_type, content }, .. },
                NestedPart { part: Part::Single { content: alternative, .. }, .. },
            ],
        ) => {
            let words = text(alternative)?;
            match content_type.as_str() {
                TYPE_SYSTEM => System::decode(content, words).map(Message::System),
                TYPE_CARD => card::decode(content).map(|said| Message::Card(Box::new(said))),
                TYPE_CHOICE => {
                    card::decode_choice(content).map(|choice| Message::Choice(Box::new(choice)))
                }
                TYPE_SHOP => {
                    ShopMessage::decode(content, words).map(|shop| Message::Shop(Box::new(shop)))
                }
                _foreign => Ok(unsupported(&first_text(parts).unwrap_or_default())),
            }
        }
        _foreign => Ok(unsupported(&first_text(parts).unwrap_or_default())),
    }
}

/// The first text in a tree of parts; its depth is bounded by the decoder.
fn first_text(parts: &[NestedPart]) -> Option<String> {
    parts.iter().find_map(|nested| match &nested.part {
        Part::Single { content_type, content } if is_text(content_type) => text(content).ok(),
        Part::Multi { parts, .. } => first_text(parts),
        Part::Null | Part::Single { .. } | Part::External(_) => None,
    })
}

/// Our own attachment; `None` when the file is encrypted in another way or lies elsewhere.
fn attachment(
    external: &ExternalPart,
    media: Option<&[u8]>,
    host: &str,
) -> Result<Option<Message>, Error> {
    let Some(blob) = uri::blob(host, &external.url) else { return Ok(None) };
    if external.enc_alg != ENC_ALG_STREAM || external.hash_alg != HASH_ALG_SHA256 {
        return Ok(None);
    }
    if !external.nonce.is_empty() || !external.aad.is_empty() || external.expires != 0 {
        return Err(Error::Value);
    }
    let fixed = |bytes: &[u8]| <[u8; 32]>::try_from(bytes).map_err(|_wrong_length| Error::Value);
    let media = media.map_or(Ok(Media::FILE), Media::decode)?;
    Ok(Some(Message::Attachment(Box::new(Attachment {
        kind: media.kind,
        name: external.filename.clone(),
        mime: external.content_type.clone(),
        size: external.size,
        blob,
        key: SecretKey::new(fixed(&external.key)?),
        content_hash: fixed(&external.content_hash)?,
        dimensions: media.dimensions,
        duration_ms: media.duration_ms,
        thumbhash: media.thumbhash,
        waveform: media.waveform,
        caption: external.description.clone(),
    }))))
}

fn foreign_file(external: &ExternalPart) -> Message {
    let words = [external.description.as_str(), external.filename.as_str()];
    unsupported(words.into_iter().find(|words| !words.is_empty()).unwrap_or_default())
}

fn unsupported(text: &str) -> Message {
    Message::Unsupported { text: text.to_owned() }
}

fn text(bytes: &[u8]) -> Result<String, Error> {
    str::from_utf8(bytes).map(str::to_owned).map_err(|_not_utf8| Error::Value)
}
