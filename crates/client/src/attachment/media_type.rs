//! What a file is by its first bytes. What a sender declares is not believed where bytes can tell,
//! and nothing that a browser would run keeps its declared type.

use tresen_content::message::AttachmentKind;

/// Bytes that are enough to tell.
pub(super) const HEAD_BYTES: usize = 512;

const UNKNOWN: &str = "application/octet-stream";
const TEXT: &str = "text/plain;charset=utf-8";

/// Marks at an offset, and what they mean.
const MARKS: &[(usize, &[u8], &str)] = &[
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypqt", "video/quicktime"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1a\x45\xdf\xa3", "video/webm"),
    (0, b"OggS", "audio/ogg"),
    (0, b"ID3", "audio/mpeg"),
    (8, b"WAVE", "audio/wav"),
    (0, b"fLaC", "audio/flac"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"PK\x05\x06", "application/zip"),
];

/// Families of files that are zip archives inside.
const ZIPPED: &[&str] = &[
    "application/vnd.openxmlformats-officedocument.",
    "application/vnd.oasis.opendocument.",
    "application/epub+zip",
];

/// What the first bytes of a file are.
fn sniff(head: &[u8]) -> Option<&'static str> {
    MARKS
        .iter()
        .find(|(offset, mark, _)| head.get(*offset..).is_some_and(|from| from.starts_with(mark)))
        .map(|(_, _, media_type)| *media_type)
}

/// The media type to hand out for a file that was declared as `declared` and begins with `head`;
/// `None` when it isn't at all what it was sent as.
pub(super) fn checked(declared: &str, kind: AttachmentKind, head: &[u8]) -> Option<String> {
    let declared = declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let sniffed = sniff(head);
    if matches!(kind, AttachmentKind::Photo | AttachmentKind::Sticker) {
        let is_image = sniffed.is_some_and(|found| found.starts_with("image/"));
        return if is_image { sniffed.map(str::to_owned) } else { None };
    }
    Some(match sniffed {
        Some("application/zip") if ZIPPED.iter().any(|family| declared.starts_with(family)) => {
            declared
        }
        Some(found) => found.to_owned(),
        None if declared.starts_with("text/") && is_text(head) => TEXT.to_owned(),
        None => UNKNOWN.to_owned(),
    })
}

/// Whether bytes are text, the last character perhaps cut.
fn is_text(head: &[u8]) -> bool {
    let is_utf8 = match std::str::from_utf8(head) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    };
    is_utf8 && !head.contains(&0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_count_more_than_the_declared_type() {
        let file = |declared, head: &[u8]| checked(declared, AttachmentKind::File, head).unwrap();
        assert_eq!(file("image/png", b"%PDF-1.7"), "application/pdf");
        assert_eq!(file("text/html", b"<script>"), "text/plain;charset=utf-8");
        assert_eq!(file("image/svg+xml", b"<svg onload="), "application/octet-stream");
        assert_eq!(file("text/plain", b"\0\x01"), "application/octet-stream");
        let word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
        assert_eq!(file(word, b"PK\x03\x04.."), word);
        assert_eq!(file("text/csv", "Grüße, ein halbes ".as_bytes()), TEXT);
    }

    #[test]
    fn a_photo_that_is_no_picture_is_refused() {
        let photo = |head: &[u8]| checked("image/jpeg", AttachmentKind::Photo, head);
        assert_eq!(photo(b"\xff\xd8\xff\xe0").as_deref(), Some("image/jpeg"));
        assert_eq!(photo(b"RIFF....WEBPVP8 ").as_deref(), Some("image/webp"));
        assert_eq!(photo(b"MZ\x90\0"), None);
        assert_eq!(photo(b""), None);
    }
}
