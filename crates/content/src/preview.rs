//! One line of a message, for lists, quotes and notifications, and its text for the search index.

use tresen_types::card::Card;

use crate::{
    format::plain_text,
    limits::PREVIEW_CHARACTERS_MAX,
    message::{AttachmentKind, Message, Private, card_line, card_words},
};

/// What kind of message a preview stands for; the reader's language has a word and an icon for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PreviewKind {
    /// Text.
    Text,
    /// A photo.
    Photo,
    /// A video.
    Video,
    /// A voice message.
    Voice,
    /// A file.
    File,
    /// A picture without a frame.
    Sticker,
    /// A place.
    Place,
    /// People.
    Contacts,
    /// A reaction.
    Reaction,
    /// A message was taken back.
    Deleted,
    /// A system line.
    System,
    /// A kind that this version doesn't know.
    Unsupported,
}

/// One line of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// The kind.
    pub kind: PreviewKind,
    /// The line without marks: the text, the caption or the file name; may be empty.
    pub text: String,
}

/// The line that stands for a message; `None` for control messages, which nobody sees.
#[must_use]
pub fn preview_line(message: &Message) -> Option<Preview> {
    let (kind, text) = match message {
        Message::Text { text, .. } | Message::Edit { text, .. } => {
            (PreviewKind::Text, plain_text(text))
        }
        Message::Attachment(attachment) => {
            let kind = match attachment.kind {
                AttachmentKind::Photo => PreviewKind::Photo,
                AttachmentKind::Video => PreviewKind::Video,
                AttachmentKind::Voice => PreviewKind::Voice,
                AttachmentKind::Sticker => PreviewKind::Sticker,
                AttachmentKind::File => PreviewKind::File,
            };
            let caption = plain_text(&attachment.caption);
            let shows_name = caption.is_empty() && kind == PreviewKind::File;
            (kind, if shows_name { attachment.name.clone() } else { caption })
        }
        Message::Card(card) => {
            let kind = match card.as_ref() {
                Card::Place(_) => PreviewKind::Place,
                Card::Contacts(_) => PreviewKind::Contacts,
                Card::Offer(_) => PreviewKind::Text,
            };
            (kind, plain_text(&card_line(card)))
        }
        Message::Choice(choice) => (PreviewKind::Text, choice.title.clone()),
        Message::Reaction { emoji, .. } => (PreviewKind::Reaction, emoji.clone()),
        Message::Delete { .. } => (PreviewKind::Deleted, String::new()),
        // Its words are the template's: who shows it renders it first.
        Message::Template(_) => (PreviewKind::Text, String::new()),
        Message::Shop(shop) => (PreviewKind::Text, shop.text.clone()),
        Message::System(system) => (PreviewKind::System, system.text.clone()),
        Message::Unsupported { text } => (PreviewKind::Unsupported, text.clone()),
        Message::Unreact { .. }
        | Message::Receipt(_)
        | Message::ProfileName { .. }
        | Message::Typing { .. }
        | Message::Private(_) => return None,
    };
    Some(Preview { kind, text: one_line(&text) })
}

/// What the search index holds of a message; `None` when there is nothing to find.
#[must_use]
pub fn search_text(message: &Message) -> Option<String> {
    let text = match message {
        Message::Text { text, .. } | Message::Edit { text, .. } => plain_text(text),
        Message::Attachment(attachment) => {
            format!("{} {}", plain_text(&attachment.caption), attachment.name)
        }
        Message::Card(card) => plain_text(&card_words(card)),
        Message::Choice(choice) => choice.title.clone(),
        Message::Shop(shop) => shop.text.clone(),
        Message::Private(private) => match private.as_ref() {
            Private::Note { text, .. } => plain_text(text),
            _other => return None,
        },
        Message::System(_)
        | Message::Template(_)
        | Message::Unsupported { .. }
        | Message::Reaction { .. }
        | Message::Unreact { .. }
        | Message::Delete { .. }
        | Message::Receipt(_)
        | Message::ProfileName { .. }
        | Message::Typing { .. } => return None,
    };
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn one_line(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().collect();
    let line = words.join(" ");
    if line.chars().count() <= PREVIEW_CHARACTERS_MAX {
        return line;
    }
    line.chars().take(PREVIEW_CHARACTERS_MAX).chain(['…']).collect()
}
