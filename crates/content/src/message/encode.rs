//! Messages into MIMI content.

use std::collections::BTreeMap;

use tresen_types::MessageId;

use super::{
    Attachment, Content, ENC_ALG_STREAM, HASH_ALG_SHA256, Message, Scope, TYPE_CARD, TYPE_CHOICE,
    TYPE_MEDIA, TYPE_PRIVATE, TYPE_PROFILE, TYPE_RECEIPT, TYPE_SYSTEM, TYPE_TEXT, TYPE_TYPING,
    card, control, mark_key, media::Media,
};
use crate::{
    mimi::{
        Disposition, EXTENSION_ROOM, EXTENSION_SENDER, ExternalPart, MimiContent, NestedPart, Part,
        PartSemantics, Value,
    },
    shop::TYPE_SHOP,
    template::TYPE_TEMPLATE,
    uri,
};

/// What a message is in MIMI: its body and the messages that it refers to.
struct Body {
    part: NestedPart,
    replaces: Option<MessageId>,
    in_reply_to: Option<MessageId>,
}

pub(super) fn to_mimi(content: &Content, salt: [u8; 16], scope: &Scope<'_>) -> MimiContent {
    let body = body(content, scope.host);
    let mut extensions = BTreeMap::from([
        (EXTENSION_SENDER, Value::Text(uri::of_account(scope.host, scope.sender))),
        (EXTENSION_ROOM, Value::Text(uri::of_conversation(scope.host, scope.conversation))),
    ]);
    if let Some(mark) = content.mark.number() {
        extensions.insert(mark_key(), Value::Integer(mark));
    }
    MimiContent {
        salt,
        replaces: body.replaces,
        topic_id: Vec::new(),
        expires: content.expires,
        in_reply_to: body.in_reply_to,
        extensions,
        nested_part: body.part,
    }
}

fn body(content: &Content, host: &str) -> Body {
    let plain = |part: NestedPart| Body { part, replaces: None, in_reply_to: content.in_reply_to };
    match &content.message {
        Message::Text { text, language } => plain(text_part(text, language)),
        Message::Attachment(attachment) => plain(attachment_part(attachment, host)),
        Message::Card(said) => plain(with_words(TYPE_CARD, card::encode(said), &card::words(said))),
        Message::Choice(choice) => {
            plain(with_words(TYPE_CHOICE, card::encode_choice(choice), &choice.title))
        }
        Message::Reaction { to, emoji } => Body {
            part: single(Disposition::REACTION, TYPE_TEXT, emoji.as_bytes().to_vec()),
            replaces: None,
            in_reply_to: Some(*to),
        },
        Message::Unreact { to, reaction } => Body {
            part: null(Disposition::REACTION),
            replaces: Some(*reaction),
            in_reply_to: Some(*to),
        },
        Message::Edit { message, text, language } => {
            Body { replaces: Some(*message), ..plain(text_part(text, language)) }
        }
        Message::Delete { message } => {
            Body { replaces: Some(*message), ..plain(null(Disposition::RENDER)) }
        }
        Message::Receipt(receipt) => {
            plain(single(Disposition::UNSPECIFIED, TYPE_RECEIPT, receipt.encode()))
        }
        Message::ProfileName { name } => {
            plain(single(Disposition::PROFILE, TYPE_PROFILE, control::encode_name(name)))
        }
        Message::Typing { is_typing } => {
            plain(single(Disposition::UNSPECIFIED, TYPE_TYPING, control::encode_typing(*is_typing)))
        }
        Message::Template(message) => {
            plain(single(Disposition::RENDER, TYPE_TEMPLATE, message.encode()))
        }
        Message::System(system) => plain(with_words(TYPE_SYSTEM, system.encode(), &system.text)),
        Message::Shop(shop) => plain(with_words(TYPE_SHOP, shop.encode(), &shop.text)),
        Message::Private(private) => {
            plain(single(Disposition::UNSPECIFIED, TYPE_PRIVATE, private.encode()))
        }
        // What this version doesn't know it can only hand on as its text.
        Message::Unsupported { text } => plain(text_part(text, "")),
    }
}

/// A part of ours beside the same in words, for programs that don't know it.
fn with_words(content_type: &str, content: Vec<u8>, words: &str) -> NestedPart {
    multi(
        PartSemantics::ChooseOne,
        vec![single(Disposition::RENDER, content_type, content), text_part(words, "")],
    )
}

fn text_part(text: &str, language: &str) -> NestedPart {
    NestedPart {
        language: language.to_owned(),
        ..single(Disposition::RENDER, TYPE_TEXT, text.as_bytes().to_vec())
    }
}

/// The file, with what is shown of it before it is there, as one unit.
fn attachment_part(attachment: &Attachment, host: &str) -> NestedPart {
    let external = ExternalPart {
        content_type: attachment.mime.clone(),
        url: uri::of_blob(host, attachment.blob),
        expires: 0,
        size: attachment.size,
        enc_alg: ENC_ALG_STREAM,
        key: attachment.key.as_bytes().to_vec(),
        nonce: Vec::new(),
        aad: Vec::new(),
        hash_alg: HASH_ALG_SHA256,
        content_hash: attachment.content_hash.to_vec(),
        description: attachment.caption.clone(),
        filename: attachment.name.clone(),
    };
    let external = part(Disposition::ATTACHMENT, Part::External(Box::new(external)));
    let media = Media {
        kind: attachment.kind,
        dimensions: attachment.dimensions,
        duration_ms: attachment.duration_ms,
        thumbhash: attachment.thumbhash.clone(),
        waveform: attachment.waveform.clone(),
    };
    let media = single(Disposition::PREVIEW, TYPE_MEDIA, media.encode());
    multi(PartSemantics::SingleUnit, vec![external, media])
}

fn null(disposition: Disposition) -> NestedPart {
    part(disposition, Part::Null)
}

fn single(disposition: Disposition, content_type: &str, content: Vec<u8>) -> NestedPart {
    part(disposition, Part::Single { content_type: content_type.to_owned(), content })
}

fn multi(semantics: PartSemantics, parts: Vec<NestedPart>) -> NestedPart {
    part(Disposition::RENDER, Part::Multi { semantics, parts })
}

fn part(disposition: Disposition, part: Part) -> NestedPart {
    NestedPart { disposition, language: String::new(), part }
}
