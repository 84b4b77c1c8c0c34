//! Limits and times of the SDK, with their units.

use tresen_types::limits::DAY_MS;

/// Messages of an archive's segment that open chats are told of.
pub const RESTORED_TOLD_MAX: usize = 100;
/// Opening a connection, in milliseconds.
pub const CONNECT_MS_MAX: u64 = 15_000;
/// The answer to a request, in milliseconds.
pub const REQUEST_MS_MAX: u64 = 30_000;
/// One HTTP exchange (a part of a blob), in milliseconds.
pub const HTTP_MS_MAX: u64 = 120_000;
/// How long a command waits for the connection, in milliseconds.
pub const WAIT_FOR_CONNECTION_MS_MAX: u64 = 20_000;
/// First pause before connecting again, in milliseconds; it doubles up to the maximum.
pub const RECONNECT_MS_MIN: u64 = 250;
/// Longest pause before connecting again, in milliseconds.
pub const RECONNECT_MS_MAX: u64 = 30_000;
/// Shortest interval of pings that a server may ask for, in milliseconds.
pub const PING_MS_MIN: u64 = 1_000;
/// Without any frame for this many ping intervals the connection counts as dead.
pub const PINGS_MISSED_MAX: u32 = 2;
/// Mailbox entries that one transaction takes in.
pub const ENTRIES_PER_TRANSACTION_MAX: usize = 64;
/// How often a commit is built again after another one came first (PROTOCOL D3).
pub const COMMIT_TRIES_MAX: u32 = 5;
/// Jitter before a commit is built again, or before a member without the lowest leaf commits
/// pending proposals, in milliseconds.
pub const COMMIT_JITTER_MS_MAX: u64 = 2_000;
/// A conversation is resynced at most this often, in milliseconds (PROTOCOL D9).
pub const RESYNC_INTERVAL_MS: i64 = 60 * 60 * 1_000;
/// The own leaf is renewed after this long, in milliseconds (PROTOCOL D18).
pub const LEAF_UPDATE_INTERVAL_MS: i64 = 30 * DAY_MS;
/// A device certificate is valid for this long, in milliseconds.
pub const CERTIFICATE_LIFETIME_MS: i64 = 10 * 365 * DAY_MS;
/// A certificate is valid from this long before its making, for clocks that are late.
pub const CERTIFICATE_BACKDATE_MS: i64 = DAY_MS;
/// A last-resort key package is replaced after this long, in milliseconds (PROTOCOL D8).
pub const LAST_RESORT_INTERVAL_MS: i64 = 30 * DAY_MS;
/// Key packages that are made and uploaded at a time: a browser takes a tenth of a second for them.
pub const KEY_PACKAGES_PER_UPLOAD_MAX: u32 = 10;
/// Messages that one page may hold.
pub const PAGE_MESSAGES_MAX: u32 = 200;
/// Conversations that one page of the list may hold.
pub const PAGE_CONVERSATIONS_MAX: u32 = 200;
/// Hits that one search may bring.
pub const SEARCH_HITS_MAX: u32 = 100;
/// Between two blocks that the duties make the lists of, so that commands have their turn.
pub const SEARCH_BLOCK_PAUSE_MS: u64 = 1;
/// Ids that one receipt carries.
pub const RECEIPT_IDS_MAX: usize = 256;
/// Messages that are encrypted, or noted as accepted, in one transaction.
pub const SENDS_PER_TRANSACTION_MAX: usize = 64;
/// Times that a message is encrypted again before it counts as failed.
pub const SEND_TRIES_MAX: u32 = 8;
/// Typing is shown for this long, in milliseconds.
pub const TYPING_MS: i64 = 8_000;
/// Typing is sent at most this often in one conversation, in milliseconds.
pub const TYPING_INTERVAL_MS: i64 = 2_500;
/// A draft, in bytes.
pub const DRAFT_BYTES_MAX: usize = 16 << 10;
/// One emoji with its modifiers, in bytes.
pub const EMOJI_BYTES_MAX: usize = 64;
/// One line of a preview, in characters.
pub const PREVIEW_CHARS_MAX: usize = 120;
/// Duties are looked at again after this long, in milliseconds.
pub const DUTIES_INTERVAL_MS: u64 = 10 * 60 * 1_000;
/// Pause before it is looked again whether a new own device has uploaded its key packages, in milliseconds:
/// somebody sits in front of both.
pub const DUTIES_WAIT_PAUSE_MS: u64 = 2_000;
/// After so many of these pauses they become longer, as after a fault.
pub const DUTIES_WAITS_MAX: u32 = 60;
/// Half of the first pause after a duty that failed, in milliseconds.
pub const DUTIES_FAULT_PAUSE_MS: u64 = 1_000;
/// Pause before a refused message is tried again, in milliseconds.
pub const SEND_RETRY_MS: u64 = 200;
/// Progress of a transfer is told at most this often, in milliseconds.
pub const TRANSFER_EVENT_INTERVAL_MS: i64 = 200;
/// Chunks of a file that one request fetches (4 MiB).
pub const DOWNLOAD_CHUNKS_PER_PART: usize = 64;
/// Chunks of a file that one transaction writes (4 MiB).
pub const STORED_CHUNKS_PER_TRANSACTION: u64 = 64;
/// First pause after an upload broke off, in milliseconds; it doubles up to the maximum.
pub const UPLOAD_PAUSE_MS_MIN: u64 = 250;
/// Longest pause after an upload broke off, in milliseconds.
pub const UPLOAD_PAUSE_MS_MAX: u64 = 60_000;
/// An invitation is valid for this long, in milliseconds.
pub const INVITATION_LIFETIME_MS: i64 = DAY_MS;
/// An attempt to link ends after this long, in milliseconds (PROTOCOL 6.2).
pub const LINK_LIFETIME_MS: i64 = 2 * 60 * 1_000;
/// One wait for a step of linking, in milliseconds: less than an answer may take.
pub const LINK_WAIT_MS: u32 = 20_000;
/// Waits until the other device counts as gone.
pub const LINK_TRIES_MAX: u32 = 3;
/// Pause before waiting again after the connection broke, in milliseconds.
pub const LINK_RETRY_MS: u64 = 500;
/// How long the archive may take before a new device is let in without the rest, in milliseconds.
pub const LINK_ARCHIVE_MS_MAX: u64 = 20_000;
/// Keys of the archive that are sealed for a new device or into the recovery record; older ones
/// stand in the archive itself.
pub const SEALED_KEYS_MAX: usize = 64;
/// Keys in one message of the own group: control messages are small.
pub const KEYS_PER_MESSAGE_MAX: usize = 32;
/// Messages that are worth a segment of the archive.
pub const SEGMENT_MESSAGES_MIN: u32 = 50;
/// Fewer messages become a segment when the oldest has waited this long, in milliseconds.
pub const SEGMENT_AGE_MS_MAX: i64 = 5 * 60 * 1_000;
/// The archive is looked at this often, in milliseconds.
pub const ARCHIVE_INTERVAL_MS: u64 = 60_000;
/// Half of the first pause of the archive after a fault, in milliseconds; it doubles with each.
pub const ARCHIVE_FAULT_PAUSE_MS: u64 = 1_000;
/// Messages in one segment of the archive.
pub const SEGMENT_MESSAGES_MAX: u32 = 500;
/// Plain bytes of one segment of the archive that this device takes in.
pub const SEGMENT_BYTES_MAX: u64 = 64 << 20;
/// A recovery record, in bytes, as the server takes it.
pub const RECOVERY_RECORD_BYTES_MAX: usize = 16 << 10;
/// Milliseconds of a second.
pub const MILLIS_PER_SECOND: i64 = 1_000;
/// Calls that are remembered, so that they aren't done twice.
pub const CALLS_KEPT: u32 = 1_000;
/// Pause before a message is tried again whose group isn't ready, in milliseconds.
pub const SEND_FAULT_RETRY_MS: u64 = 5_000;
/// How often a consent is signed again because another device of the person was faster.
pub const CONSENT_TRIES_MAX: u32 = 3;
/// Consents of one conversation that are listed.
pub const CONSENTS_SHOWN_MAX: u32 = 200;
/// How long a business's own approval of a template holds, in days.
pub const SELF_APPROVAL_DAYS: i64 = 90;
/// Orders or payments in one answer.
pub const DEALS_MAX: u32 = 200;
/// Random bytes of a payment's reference.
pub const REFERENCE_BYTES: usize = 6;
/// Ways to pay that a business offers.
pub const RAILS_MAX: usize = 8;
/// Days of one question for statistics.
pub const STATISTICS_DAYS_MAX: usize = 400;
/// Messages that statistics walk over; the newest of the span.
pub const STATISTICS_MESSAGES_MAX: u32 = 200_000;
/// Days for which a quotation can be accepted.
pub const QUOTATION_DAYS_MAX: u32 = 365;
/// Pieces of one line of an order.
pub const ORDER_QUANTITY_MAX: u32 = 999;
/// Items that are put on one page of a catalogue, in bytes: a signed page fits into a statement.
pub const CATALOGUE_PAGE_BYTES: usize = 56 << 10;
/// A picture of a catalogue, in bytes, as the server takes it.
pub const PICTURE_BYTES_MAX: usize = 48 << 10;
/// Pictures that are asked for at once, as the server answers them.
pub const PICTURES_PAGE: usize = 16;
/// A setting that devices share, in bytes: control messages are small.
pub const SHARED_SETTING_BYTES_MAX: usize = 3 << 10;
/// Bytes of a broadcast's name.
pub const BROADCAST_NAME_BYTES_MAX: usize = 200;
/// Recipients of one broadcast.
pub const BROADCAST_RECIPIENTS_MAX: usize = 200_000;
/// Messages in the outbox up to which a broadcast adds more.
pub const BROADCAST_OUTBOX_MAX: u64 = 64;
/// Pause between two steps of a broadcast, in milliseconds.
pub const BROADCAST_STEP_MS: u64 = 100;
/// Pause before what sends broadcasts is fetched once more, in milliseconds.
pub const BROADCAST_PART_MS: u64 = 2_000;
/// Files of one message of a template.
pub const TEMPLATE_FILES_MAX: usize = 10;
/// Operations of the calendar that are kept one by one.
pub const CALENDAR_LOG_MAX: usize = 128;
/// Lines of the calendar in one message of the own group, in bytes: control messages are small.
pub const CALENDAR_PART_BYTES: usize = 2 << 10;
/// How long an operation that was ordered before another one may take to come, in milliseconds.
pub const CALENDAR_GAP_MS_MAX: i64 = 10 * 60 * 1_000;
/// After how long another device tells the customer what was decided, in milliseconds.
pub const ASK_AGAIN_MS: i64 = 10 * 60 * 1_000;
/// For how long a slot is held for its deposit at most, in milliseconds: over a night.
pub const DEPOSIT_MS_MAX: i64 = 24 * 60 * 60 * 1_000;
/// How long after the end of an offer a slot may come in that was picked in time, in milliseconds.
pub const ASK_GRACE_MS: i64 = 5 * 60 * 1_000;
/// Slots that are offered in the place of one that is taken.
pub const ALTERNATIVES_MAX: usize = 12;
/// Days in which they are looked for.
pub const ALTERNATIVE_DAYS: u32 = 14;
/// Hours for which they are offered.
pub const ALTERNATIVE_HOURS: i64 = 24;
/// Hours for which slots are offered.
pub const OFFER_HOURS_MAX: u32 = 14 * 24;
/// Days that are looked through for free slots.
pub const FREE_DAYS_MAX: u32 = 62;
/// Bookings in one answer.
pub const BOOKINGS_MAX: u32 = 500;
/// Records of the own group that one message tells, in bytes: control messages are small.
pub const RECORDS_TOLD_BYTES_MAX: usize = 2_800;
/// A note, a field, a reminder or a quick reply, in bytes.
pub const NOTE_BYTES_MAX: usize = 2 << 10;
/// A greeting or an away message, in bytes.
pub const ANSWER_BYTES_MAX: usize = 1_200;
/// Labels of a business.
pub const LABELS_MAX: usize = 64;
/// Quick replies of a business.
pub const REPLIES_MAX: usize = 200;
/// Saved filters of a business.
pub const FILTERS_MAX: usize = 32;
/// Fields of a customer card.
pub const CARD_FIELDS_MAX: usize = 32;
/// How old a customer's message may be for an answer without a person, in milliseconds.
pub const AUTOMATIC_AGE_MS_MAX: i64 = 10 * 60 * 1_000;
/// How long claims are remembered, in milliseconds.
pub const CLAIMS_KEPT_MS: i64 = 7 * 24 * 60 * 60 * 1_000;
/// How long after it was sent a message can be changed, in milliseconds.
pub const EDIT_MS_MAX: i64 = 15 * 60 * 1_000;
/// How long after it was sent a message can be taken back from everyone, in milliseconds.
pub const DELETE_MS_MAX: i64 = 2 * 24 * 60 * 60 * 1_000;
/// Conversations that a message is forwarded to at once.
pub const FORWARDS_MAX: usize = 8;
/// Starred messages in one list.
pub const STARRED_MAX: usize = 200;
/// Steps of a business in one order, booking, quotation or request that count when its window has
/// closed.
pub const BARE_STEPS_MAX: usize = 64;
