//! What is refused, and what foreign content becomes.

use std::collections::BTreeMap;

use tresen_content::{
    Content, Error, Message, PreviewKind, Scope, franking_tag,
    limits::PART_DEPTH_MAX,
    mimi::{
        Disposition, EXTENSION_ROOM, EXTENSION_SENDER, ExtensionKey, MimiContent, NestedPart, Part,
        PartSemantics, Value,
    },
    preview_line, search_text, uri,
};
use tresen_types::{AccountId, AccountKind, ConversationId, limits::TEXT_BYTES_MAX};

use crate::samples::{self, SALT, scope};

fn text(text: &str) -> Content {
    Content::new(Message::Text { text: text.to_owned(), language: String::new() })
}

fn single(content_type: &str, content: &str) -> NestedPart {
    let content_type = content_type.to_owned();
    NestedPart {
        disposition: Disposition::RENDER,
        language: String::new(),
        part: Part::Single { content_type, content: content.as_bytes().to_vec() },
    }
}

fn multi(semantics: PartSemantics, parts: Vec<NestedPart>) -> NestedPart {
    let part = Part::Multi { semantics, parts };
    NestedPart { disposition: Disposition::RENDER, language: String::new(), part }
}

fn mimi(nested_part: NestedPart) -> MimiContent {
    let room = uri::of_conversation(scope().host, scope().conversation);
    MimiContent {
        salt: SALT,
        replaces: None,
        topic_id: Vec::new(),
        expires: None,
        in_reply_to: None,
        extensions: BTreeMap::from([
            (EXTENSION_SENDER, Value::Text(uri::of_account(scope().host, scope().sender))),
            (EXTENSION_ROOM, Value::Text(room)),
        ]),
        nested_part,
    }
}

fn read(nested_part: NestedPart) -> Result<Message, Error> {
    let bytes = mimi(nested_part).encode()?;
    Content::decode(&bytes, &scope()).map(|received| received.content.message)
}

#[test]
fn content_of_another_sender_or_conversation_is_refused() {
    let bytes = text("x").encode(SALT, &scope()).unwrap().bytes;
    assert!(Content::decode(&bytes, &scope()).is_ok());
    let sender = AccountId::from_random(AccountKind::Person, [9; 16]);
    let conversation = ConversationId::new([9; 16]);
    for other in [
        Scope { sender, ..scope() },
        Scope { conversation, ..scope() },
        Scope { host: "other.example", ..scope() },
    ] {
        assert_eq!(Content::decode(&bytes, &other), Err(Error::Scope));
    }
    let mut anonymous = mimi(single("text/plain", "x"));
    anonymous.extensions.clear();
    assert_eq!(Content::decode(&anonymous.encode().unwrap(), &scope()), Err(Error::Scope));
}

#[test]
fn the_tag_opens_with_the_salt_inside() {
    let encoded = text("x").encode(SALT, &scope()).unwrap();
    assert_eq!(encoded.franking_tag, franking_tag(&SALT, &encoded.bytes));
    let other = text("y").encode(SALT, &scope()).unwrap();
    assert_ne!(encoded.franking_tag, other.franking_tag);
    assert_ne!(encoded.id, other.id);
    assert_eq!(encoded.id.as_bytes()[0], 1);
}

#[test]
fn long_texts_and_bad_texts_are_refused() {
    assert!(text(&"x".repeat(TEXT_BYTES_MAX)).encode(SALT, &scope()).is_ok());
    assert_eq!(text(&"x".repeat(TEXT_BYTES_MAX + 1)).encode(SALT, &scope()), Err(Error::Limit));
    let mut invalid = single("text/plain", "");
    invalid.part =
        Part::Single { content_type: "text/plain".to_owned(), content: vec![0xff, 0xfe] };
    assert_eq!(read(invalid), Err(Error::Value));
}

#[test]
fn parts_have_a_depth_and_a_number() {
    let nested = |depth: usize| {
        (1..depth).fold(single("text/plain", "deep"), |inner, _level| {
            multi(PartSemantics::ChooseOne, vec![inner, single("text/plain", "x")])
        })
    };
    assert!(mimi(nested(PART_DEPTH_MAX)).encode().is_ok());
    assert_eq!(mimi(nested(PART_DEPTH_MAX + 1)).encode(), Err(Error::Limit));
    let wide = |count| multi(PartSemantics::ProcessAll, vec![single("text/plain", ""); count]);
    assert!(mimi(wide(1_023)).encode().is_ok());
    assert_eq!(mimi(wide(1_024)).encode(), Err(Error::Limit));
    assert_eq!(mimi(wide(1)).encode(), Err(Error::Value));
    // Eight arrays in one another that promise four billion elements each.
    assert!(MimiContent::decode(&[0x9a, 0xff, 0xff, 0xff, 0xff].repeat(8)).is_err());
}

#[test]
fn extensions_come_back_in_their_one_order() {
    let mut content = mimi(single("text/plain", "x"));
    let pairs = vec![
        (Value::Text("b".to_owned()), Value::Null),
        (Value::Integer(-1), Value::Array(vec![Value::Bool(true)])),
        (Value::Integer(500), Value::Bytes(vec![1])),
    ];
    content.extensions.insert(ExtensionKey::Number(-3), Value::Map(pairs));
    content.extensions.insert(ExtensionKey::Name("longer".to_owned()), Value::Integer(7));
    content.extensions.insert(ExtensionKey::Name("z".to_owned()), Value::Integer(-7));
    let bytes = content.encode().unwrap();
    let back = MimiContent::decode(&bytes).expect("our own encoding");
    assert_eq!(back.encode(), Ok(bytes.clone()));
    let order: Vec<_> = back.extensions.keys().cloned().collect();
    assert_eq!(order[2], ExtensionKey::Number(-3));
    assert_eq!(order[3], ExtensionKey::Name("z".to_owned()));
    // Twice the same key in one map.
    let double = vec![(Value::Null, Value::Null), (Value::Null, Value::Null)];
    content.extensions.insert(ExtensionKey::Number(-3), Value::Map(double));
    assert_eq!(content.encode(), Err(Error::Value));
    let deep = (0..5).fold(Value::Null, |inner, _level| Value::Array(vec![inner]));
    content.extensions.insert(ExtensionKey::Number(-3), deep);
    assert_eq!(content.encode(), Err(Error::Limit));
}

#[test]
fn foreign_content_becomes_its_text() {
    let markdown = single("text/markdown;variant=GFM-MIMI", "__hi__");
    let text = |text: &str| Message::Text { text: text.to_owned(), language: String::new() };
    let unsupported = |text: &str| Ok(Message::Unsupported { text: text.to_owned() });
    assert_eq!(read(markdown.clone()), Ok(text("__hi__")));
    assert_eq!(read(single("image/gif", "GIF89a")), unsupported(""));
    let html = single("text/html;charset=utf-8", "<b>hi</b>");
    let both = multi(PartSemantics::ChooseOne, vec![html, markdown]);
    assert_eq!(read(both), unsupported("__hi__"));
}

#[test]
fn parts_of_ours_must_be_exact() {
    let mut receipt = single("application/vnd.tresen.typing+cbor", "");
    let content = |content: &[u8]| Part::Single {
        content_type: "application/vnd.tresen.typing+cbor".to_owned(),
        content: content.to_vec(),
    };
    receipt.part = content(&[0x82, 1, 0xf5]);
    assert_eq!(read(receipt.clone()), Ok(Message::Typing { is_typing: true }));
    for wrong in [&[0x82, 0x18, 1, 0xf5][..], &[0x82, 1, 0xf5, 0], &[0x82, 2, 0xf5], &[]] {
        receipt.part = content(wrong);
        assert!(read(receipt.clone()).is_err(), "{wrong:02x?}");
    }
    let reaction =
        NestedPart { disposition: Disposition::REACTION, ..single("text/plain", "🥐") };
    let mut content = mimi(reaction);
    let decode = |content: &MimiContent| Content::decode(&content.encode().unwrap(), &scope());
    assert_eq!(decode(&content), Err(Error::Value), "a reaction to nothing");
    content.in_reply_to = Some(tresen_types::MessageId::new([1; 32]));
    assert!(decode(&content).is_ok());
    content.nested_part =
        NestedPart { disposition: Disposition::REACTION, ..single("text/plain", "Buy now") };
    assert_eq!(decode(&content), Err(Error::Value), "a reaction is one emoji");
}

#[test]
fn classes_follow_from_the_message() {
    for (name, content) in samples::all() {
        let is_control =
            matches!(name, "profile_name" | "typing" | "receipt_each" | "receipt_up_to")
                || matches!(content.message, Message::Private(_));
        assert_eq!(content.message.is_control(), is_control, "{name}");
        assert!(!is_control || preview_line(&content.message).is_none(), "{name}");
        let opens =
            matches!(name, "text" | "attachment" | "reply" | "forwarded" | "automatic" | "voice")
                || name.starts_with("card_")
                || name.starts_with("choice_");
        assert_eq!(content.message.opens_window(), opens, "{name}");
    }
}

#[test]
fn previews_are_one_line_without_marks() {
    let preview = |text_of: &str| {
        let preview = preview_line(&text(text_of).message).expect("a text");
        assert_eq!(preview.kind, PreviewKind::Text);
        preview.text
    };
    assert_eq!(preview("*Guten*\n> Morgen"), "Guten Morgen");
    let long = preview(&"ü".repeat(500));
    assert_eq!((long.chars().count(), long.chars().last()), (121, Some('…')));
    let attachment = Message::Attachment(Box::new(samples::attachment()));
    let photo = preview_line(&attachment).expect("a photo");
    assert_eq!((photo.kind, photo.text.as_str()), (PreviewKind::Photo, "Das neue Brot"));
    assert_eq!(search_text(&attachment).as_deref(), Some("Das neue Brot Brot.webp"));
}

#[test]
fn keys_stay_out_of_debug_output() {
    let attachment = format!("{:?}", samples::attachment());
    assert!(attachment.contains("SecretKey(..)"), "{attachment}");
}
