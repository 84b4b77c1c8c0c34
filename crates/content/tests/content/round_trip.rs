//! Properties: what is sent comes back, and hostile bytes never panic.

use proptest::prelude::*;
use tresen_content::{
    Content, Message, SecretKey, is_big_emoji,
    message::{Attachment, Mark, Private},
    mimi::Expiration,
};
use tresen_types::{BlobId, ConversationId, DeviceId, MessageId, Timestamp};

use crate::{bodies, samples};

fn comes_back(content: &Content, salt: [u8; 16]) -> Result<(), TestCaseError> {
    let scope = samples::scope();
    let encoded = content.encode(salt, &scope).expect("within all limits");
    let received = Content::decode(&encoded.bytes, &scope).expect("our own encoding");
    prop_assert_eq!(&received.content, content);
    prop_assert_eq!(received.id, encoded.id);
    prop_assert_eq!(received.franking_tag, encoded.franking_tag);
    Ok(())
}

proptest! {
    #[test]
    fn texts_come_back(
        text in any::<String>(),
        language in "[a-z]{0,3}",
        reply in any::<Option<[u8; 32]>>(),
        expires in any::<Option<(bool, u32)>>(),
        salt: [u8; 16],
    ) {
        let content = Content {
            message: Message::Text { text, language },
            in_reply_to: reply.map(MessageId::new),
            expires: expires.map(|(is_relative, time)| Expiration { is_relative, time }),
            mark: Mark::None,
        };
        comes_back(&content, salt)?;
    }

    #[test]
    fn attachments_come_back(
        (name, caption) in ("[^/]{0,30}", any::<String>()),
        (blob, key, content_hash) in any::<([u8; 16], [u8; 32], [u8; 32])>(),
        (size, dimensions, duration_ms) in any::<(u64, Option<(u32, u32)>, Option<u32>)>(),
        thumbhash in proptest::collection::vec(any::<u8>(), 0..64),
        salt: [u8; 16],
    ) {
        let attachment = Attachment {
            name,
            caption,
            blob: BlobId::new(blob),
            key: SecretKey::new(key),
            content_hash,
            size,
            dimensions,
            duration_ms,
            thumbhash,
            ..samples::attachment()
        };
        comes_back(&Content::new(Message::Attachment(Box::new(attachment))), salt)?;
    }

    #[test]
    fn operations_of_the_own_group_come_back(
        conversation: [u8; 16],
        to: Option<[u8; 8]>,
        (at, sequence) in any::<(i64, u64)>(),
        text in any::<String>(),
        salt: [u8; 16],
    ) {
        let conversation = ConversationId::new(conversation);
        let at = Timestamp::from_millis(at);
        for private in [
            Private::Assign { conversation, to: to.map(DeviceId::new), at },
            Private::ReadPosition { conversation, sequence },
            Private::Draft { conversation, text, at },
        ] {
            comes_back(&Content::new(Message::Private(Box::new(private))), salt)?;
        }
    }

    #[test]
    fn hostile_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        bodies::mimi_content(&bytes);
        bodies::formatting(&bytes);
        bodies::attachment_stream(&bytes);
    }

    #[test]
    fn damaged_samples_never_panic(
        which in 0..samples::all().len(),
        (position, byte) in any::<(prop::sample::Index, u8)>(),
        cut in any::<prop::sample::Index>(),
    ) {
        let (_name, mut bytes) = samples::bytes().swap_remove(which);
        bodies::mimi_content(&bytes[..cut.index(bytes.len())]);
        let position = position.index(bytes.len());
        bytes[position] = byte;
        bodies::mimi_content(&bytes);
    }

    #[test]
    fn any_text_is_formatted(text in "[*_~`a> .\n\\-1😀नw/:]{0,80}") {
        bodies::formatting(text.as_bytes());
        prop_assert!(is_big_emoji(&text).is_none_or(|count| (1..=3).contains(&count)));
    }
}
