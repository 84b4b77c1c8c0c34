//! Which media types there are, what they are shown as, and how large they may be.

use crate::{
    limits::{
        DOCUMENT_BYTES_MAX, FILE_NAME_BYTES_MAX, FILM_BYTES_MAX, IMAGE_BYTES_MAX, STICKER_BYTES_MAX,
    },
    request::MediaKind,
};

const IMAGES: &[&str] = &["image/jpeg", "image/png"];
const STICKERS: &[&str] = &["image/webp"];
const FILMS: &[&str] = &["video/mp4", "video/3gpp", "video/3gp"];
const RECORDINGS: &[&str] =
    &["audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg", "audio/opus"];
const DOCUMENTS: &[&str] = &[
    "text/plain",
    "application/pdf",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
];

/// A media type without its parameters, in lower case.
pub(crate) fn plain(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// What a file of this type is shown as; `None` for a type that isn't taken.
pub(crate) fn kind_of(media_type: &str) -> Option<MediaKind> {
    [
        (IMAGES, MediaKind::Image),
        (STICKERS, MediaKind::Sticker),
        (FILMS, MediaKind::Video),
        (RECORDINGS, MediaKind::Audio),
        (DOCUMENTS, MediaKind::Document),
    ]
    .into_iter()
    .find(|(types, _)| types.contains(&media_type))
    .map(|(_, kind)| kind)
}

/// What a customer's file is shown as: every type has a place.
pub(crate) fn kind_of_any(media_type: &str, shown: &str) -> MediaKind {
    match media_type.split('/').next() {
        Some("image") if shown == "photo" => MediaKind::Image,
        Some("image") if shown == "sticker" => MediaKind::Sticker,
        Some("video") => MediaKind::Video,
        Some("audio") => MediaKind::Audio,
        _ => MediaKind::Document,
    }
}

/// How large a file may be, in bytes.
pub(crate) const fn bytes_max(kind: MediaKind) -> u64 {
    match kind {
        MediaKind::Image => IMAGE_BYTES_MAX,
        MediaKind::Sticker => STICKER_BYTES_MAX,
        MediaKind::Video | MediaKind::Audio => FILM_BYTES_MAX,
        MediaKind::Document => DOCUMENT_BYTES_MAX,
    }
}

/// A name as long as a name may be.
pub(crate) fn short_name(name: &str) -> String {
    let mut short = String::new();
    for character in name.chars() {
        if short.len().saturating_add(character.len_utf8()) > FILE_NAME_BYTES_MAX {
            break;
        }
        short.push(character);
    }
    short
}

/// The ending of a name for a file without one.
pub(crate) fn ending(media_type: &str) -> &'static str {
    match media_type {
        "image/jpeg" => "jpg",
        "image/png" => "png",
        "image/webp" => "webp",
        "video/mp4" => "mp4",
        "video/3gpp" | "video/3gp" => "3gp",
        "audio/aac" => "aac",
        "audio/amr" => "amr",
        "audio/mpeg" => "mp3",
        "audio/mp4" => "m4a",
        "audio/ogg" | "audio/opus" => "ogg",
        "text/plain" => "txt",
        "application/pdf" => "pdf",
        _ => "bin",
    }
}
