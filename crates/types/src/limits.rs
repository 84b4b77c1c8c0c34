//! The limits that both sides of the wire must agree on. A limit that only one crate needs stands in
//! that crate's own `limits.rs`.

/// One binary WebSocket message, in bytes: a commit in the largest group with its group info.
pub const FRAME_BYTES_MAX: usize = 1 << 20;
/// One MLS application message, in bytes. Files travel as blobs.
pub const MESSAGE_BYTES_MAX: usize = 64 << 10;
/// One welcome, commit, group info or ratchet tree, in bytes.
pub const HANDSHAKE_BYTES_MAX: usize = 512 << 10;
/// One signed statement, in bytes (the profile with its logo is the largest).
pub const STATEMENT_BYTES_MAX: usize = 64 << 10;
/// A business's logo inside its profile, in bytes.
pub const LOGO_BYTES_MAX: usize = 24 << 10;
/// Devices of a person's account (PROTOCOL D5).
pub const PERSON_DEVICES_MAX: usize = 5;
/// Devices of a business's account.
pub const BUSINESS_DEVICES_MAX: usize = 32;
/// Members of one conversation.
pub const CONVERSATION_MEMBERS_MAX: usize = 64;
/// Key packages that one request may upload; also what the server keeps for one device.
pub const KEY_PACKAGES_MAX: usize = 1_000;
/// Stock of key packages of a customer's device (PROTOCOL D8).
pub const KEY_PACKAGES_CUSTOMER: usize = 10;
/// Stock of key packages of an agent's device (PROTOCOL D8).
pub const KEY_PACKAGES_AGENT: usize = 100;
/// One key package, in bytes.
pub const KEY_PACKAGE_BYTES_MAX: usize = 8 << 10;
/// Life of a key package, in days (PROTOCOL D8).
pub const KEY_PACKAGE_LIFETIME_DAYS: i64 = 84;
/// Epochs before the current one that an application message may belong to (PROTOCOL D4).
pub const PAST_EPOCHS_ACCEPTED: u64 = 2;
/// Undelivered messages are kept this long, in days.
pub const MAILBOX_DAYS: i64 = 30;
/// Media is kept this long, in days.
pub const MEDIA_DAYS: i64 = 30;
/// An attachment, in bytes.
pub const ATTACHMENT_BYTES_MAX: u64 = 2 << 30;
/// One part of a resumable upload, in bytes.
pub const UPLOAD_PART_BYTES_MAX: usize = 5 << 20;
/// A display name, in bytes of UTF-8.
pub const DISPLAY_NAME_BYTES_MAX: usize = 128;
/// A text message, in bytes of UTF-8.
pub const TEXT_BYTES_MAX: usize = 16 << 10;
/// Messages that count toward a customer's limit, for each category: a higher limit is as this one.
pub const COUNTED_MAX: usize = 128;
/// How long they are counted, in days: the longest span of a limit.
pub const COUNTED_DAYS: i64 = 30;
/// A clock may be off by this much before a signed time is refused, in milliseconds.
pub const CLOCK_SKEW_MS_MAX: i64 = 24 * 60 * 60 * 1000 + 10 * 60 * 1000;
/// Milliseconds of a day.
pub const DAY_MS: i64 = 24 * 60 * 60 * 1000;
