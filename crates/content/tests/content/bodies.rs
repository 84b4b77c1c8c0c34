//! The bodies of the fuzz targets.

use tresen_content::{
    Content, Scope, SecretKey,
    attachment::{Decryptor, Encryptor},
    contacts, format, is_big_emoji,
    limits::{
        ADDRESS_BOOK_CONTACTS_MAX, CONTACT_NOTE_CHARACTERS_MAX, CONTACT_TEXT_CHARACTERS_MAX,
        CONTACT_WAYS_MAX,
    },
    mimi::MimiContent,
    preview_line, search_text,
};
use tresen_types::{AccountId, AccountKind, ConversationId};

/// Content: what decodes has one encoding; as a message it comes back the same.
pub(crate) fn mimi_content(bytes: &[u8]) {
    let Ok(mimi) = MimiContent::decode(bytes) else { return };
    assert_eq!(mimi.encode().as_deref(), Ok(bytes), "one content, one encoding");
    let scope = Scope {
        host: "tresen.example",
        sender: AccountId::from_random(AccountKind::Business, [0x11; 16]),
        conversation: ConversationId::new([0x44; 16]),
    };
    let Ok(received) = Content::decode(bytes, &scope) else { return };
    let _line = preview_line(&received.content.message);
    let _words = search_text(&received.content.message);
    // Foreign forms of a message become our form, which is final.
    let Ok(ours) = received.content.encode(mimi.salt, &scope) else { return };
    let again = Content::decode(&ours.bytes, &scope).expect("we read what we write");
    let twice = again.content.encode(mimi.salt, &scope).expect("it was encoded before");
    assert_eq!(ours, twice);
}

/// Formatted text: any text becomes nodes, and no node holds more than the text did.
pub(crate) fn formatting(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    let _blocks = format::parse(text);
    let _big = is_big_emoji(text);
    assert!(format::plain_text(text).len() <= text.len(), "marks only fall away");
}

/// An address book: whatever it says, what comes of it is clean and within limits.
pub(crate) fn address_book(bytes: &[u8]) {
    let Ok(book) = contacts::read(bytes) else { return };
    assert!(book.contacts.len() <= ADDRESS_BOOK_CONTACTS_MAX);
    for contact in &book.contacts {
        let is_clean = |text: &str, most: usize| {
            text.chars().count() <= most && !text.contains(char::is_control) && text.trim() == text
        };
        let (most, notes_most) = (CONTACT_TEXT_CHARACTERS_MAX, CONTACT_NOTE_CHARACTERS_MAX);
        assert!(!contact.name.is_empty() && is_clean(&contact.name, most));
        assert!(is_clean(&contact.organisation, most) && is_clean(&contact.note, notes_most));
        assert!(contact.phones.len() <= CONTACT_WAYS_MAX);
        assert!(contact.emails.len() <= CONTACT_WAYS_MAX);
        for phone in &contact.phones {
            let digits = phone.strip_prefix('+').unwrap_or(phone);
            assert!(
                (3..=15).contains(&digits.len()) && digits.bytes().all(|it| it.is_ascii_digit())
            );
        }
        assert!(contact.emails.iter().all(|email| is_clean(email, most) && email.contains('@')));
    }
}

/// A sealed file: the first three bytes are the size that the message claims, the rest the file.
/// What was sealed opens; what an attacker brings never does.
pub(crate) fn attachment_stream(bytes: &[u8]) {
    let Some((size, file)) = bytes.split_first_chunk::<3>() else { return };
    let key = SecretKey::new([7; 32]);
    let size = u64::from(u32::from_be_bytes([0, size[0], size[1], size[2]]) % 200_000);
    let mut hostile = Decryptor::new(&key, size).expect("a small file");
    let mut rest = file;
    while let Some((chunk, after)) = hostile.wanted().and_then(|next| rest.split_at_checked(next)) {
        assert!(hostile.chunk(chunk).is_err(), "nobody sealed this with the key");
        rest = after;
    }
    let size = u64::try_from(file.len()).expect("a length");
    let mut sealing = Encryptor::new(&key, size).expect("a small file");
    let mut opening = Decryptor::new(&key, size).expect("a small file");
    let (mut rest, mut opened) = (file, Vec::new());
    while let Some((plain, after)) = sealing.wanted().and_then(|next| rest.split_at_checked(next)) {
        let sealed = sealing.chunk(plain).expect("the wanted length");
        opened.extend(opening.chunk(&sealed).expect("the next chunk"));
        rest = after;
    }
    let hash = sealing.finish().expect("all chunks");
    opening.finish(&hash).expect("the whole file");
    assert_eq!(opened, file);
}
