//! Limits of content, beyond those that all crates share (`tresen_types::limits`).

/// Encoded content, in bytes: an MLS message less its own overhead and padding.
pub const CONTENT_BYTES_MAX: usize = 60 << 10;
/// Nesting of parts (MIMI content, section 5).
pub const PART_DEPTH_MAX: usize = 4;
/// Parts of one message, all levels together (MIMI content, section 5).
pub const PARTS_MAX: usize = 1_024;
/// Extensions of one message.
pub const EXTENSIONS_MAX: usize = 32;
/// Nesting inside one extension's value.
pub const VALUE_DEPTH_MAX: usize = 4;
/// Elements of one array or map in an extension's value.
pub const VALUE_ELEMENTS_MAX: usize = 256;
/// A name of an extension, in bytes.
pub const EXTENSION_NAME_BYTES_MAX: usize = 255;
/// A media type, in bytes.
pub const CONTENT_TYPE_BYTES_MAX: usize = 255;
/// A language tag, in bytes (the longest that BCP 47 asks programs to hold).
pub const LANGUAGE_BYTES_MAX: usize = 35;
/// A URL, in bytes.
pub const URL_BYTES_MAX: usize = 2_048;
/// A caption or description, in bytes.
pub const CAPTION_BYTES_MAX: usize = 4_096;
/// A file name, in bytes.
pub const FILE_NAME_BYTES_MAX: usize = 255;
/// A topic, in bytes.
pub const TOPIC_BYTES_MAX: usize = 255;
/// A key, nonce, associated data or hash of an external part, in bytes.
pub const CRYPTO_FIELD_BYTES_MAX: usize = 255;
/// A thumbhash, in bytes (usually 25).
pub const THUMBHASH_BYTES_MAX: usize = 64;
/// A reaction, in bytes: the longest emoji sequences have about 40.
pub const REACTION_BYTES_MAX: usize = 64;
/// Message ids in one receipt.
pub const RECEIPT_IDS_MAX: usize = 256;
/// A label, the name of a setting or a shortcut, in bytes.
pub const LABEL_BYTES_MAX: usize = 128;
/// Keys in one message of a key ring.
pub const KEY_RING_KEYS_MAX: usize = 512;
/// Marks inside marks of formatted text; there are four kinds.
pub const FORMAT_DEPTH_MAX: usize = 4;
/// A preview line, in characters.
pub const PREVIEW_CHARACTERS_MAX: usize = 120;
/// A text, code, payload or URL's end in a template's message, in bytes: the templates' own limits
/// are tighter.
pub const VALUE_TEXT_BYTES_MAX: usize = 512;
/// The name or address of a place, in bytes.
pub const PLACE_BYTES_MAX: usize = 256;
/// A picture in a template's message, in bytes.
pub const TEMPLATE_IMAGE_BYTES_MAX: u64 = 5 << 20;
/// A video in a template's message, in bytes.
pub const TEMPLATE_VIDEO_BYTES_MAX: u64 = 16 << 20;
/// A document in a template's message, in bytes.
pub const TEMPLATE_DOCUMENT_BYTES_MAX: u64 = 100 << 20;
/// Buttons of an offer.
pub const OFFER_BUTTONS_MAX: usize = 3;
/// Sections of an offer's list.
pub const OFFER_SECTIONS_MAX: usize = 10;
/// Rows of an offer's list, all sections together.
pub const OFFER_ROWS_MAX: usize = 10;
/// Goods of the catalogue in one offer.
pub const OFFER_PRODUCTS_MAX: usize = 30;
/// Cards beside each other in one offer.
pub const OFFER_SLIDES_MAX: usize = 10;
/// The words of an offer, in bytes: 4,096 characters of any script.
pub const OFFER_BODY_BYTES_MAX: usize = 16_384;
/// The id of something that can be chosen, in bytes: 256 characters of any script.
pub const CHOICE_ID_BYTES_MAX: usize = 1_024;
/// A title, header, footer or description of an offer, in bytes: 72 characters of any script.
pub const OFFER_TEXT_BYTES_MAX: usize = 288;
/// People in one message.
pub const CONTACTS_MAX: usize = 32;
/// Numbers, addresses and pages of one person, of each kind.
pub const CONTACT_ENTRIES_MAX: usize = 16;
/// A name, number, address or page of a person, in bytes.
pub const CONTACT_TEXT_BYTES_MAX: usize = 512;
/// Lines of an order.
pub const ORDER_LINES_MAX: usize = 100;
/// Options of one line.
pub const ORDER_OPTIONS_MAX: usize = 32;
/// Pieces of one line.
pub const ORDER_QUANTITY_MAX: u32 = 999;
/// An item's id or name, a choice, or a reference, in bytes.
pub const ITEM_NAME_BYTES_MAX: usize = 128;
/// Taxes of one bill.
pub const TAXES_MAX: usize = 8;
/// A tax's rate, in hundredths of a percent.
pub const TAX_PER_MYRIAD_MAX: u32 = 10_000;
/// A signed acceptance or a device's certificate in a step, in bytes.
pub const CERTIFICATE_BYTES_MAX: usize = 2_048;
/// The address of a provider's page, in bytes.
pub const PAGE_URL_BYTES_MAX: usize = 2_048;
/// A note, or a reason, in bytes.
pub const NOTE_BYTES_MAX: usize = 2_048;
/// An address, in bytes.
pub const ADDRESS_BYTES_MAX: usize = 512;
/// Ways to pay of one request.
pub const RAILS_MAX: usize = 8;
/// A field of a way to pay, in bytes.
pub const RAIL_TEXT_BYTES_MAX: usize = 280;
/// Slots of one offer.
pub const SLOTS_MAX: usize = 60;
/// What stands in the calendar for somebody without a chat, in bytes.
pub const ENTRY_TITLE_BYTES_MAX: usize = 200;
/// A service's or a person's short name in the calendar, in bytes.
pub const BOOKING_ID_BYTES_MAX: usize = 32;
/// Minutes that a service takes, or that are kept free after it.
pub const SERVICE_MINUTES_MAX: u16 = 1_440;
/// Hours before a booking until which it can be cancelled: 30 days.
pub const CANCEL_HOURS_MAX: u16 = 720;
/// Times of work on one day of a roster.
pub const ROSTER_INTERVALS_MAX: usize = 8;
/// Spans of days that a person is away, or that the shop is closed.
pub const AWAY_MAX: usize = 64;
/// People or resources that offer one service.
pub const SERVICE_PEOPLE_MAX: usize = 32;
/// How often a slot is asked for within one booking.
pub const ASKS_MAX: usize = 32;
/// Lines of one part of a calendar that a new device gets.
pub const CALENDAR_LINES_MAX: usize = 64;
/// Days that are looked through for free slots at once.
pub const SLOT_DAYS_MAX: u32 = 62;
/// Free slots that are looked for at once.
pub const FREE_SLOTS_MAX: usize = 2_000;
/// Records of one message in the own group.
pub const RECORDS_MAX: usize = 512;
/// What a record is about, in bytes: the id of a message.
pub const RECORD_SUBJECT_BYTES_MAX: usize = 32;
/// Colleagues that one note is for.
pub const MENTIONS_MAX: usize = 16;
/// The loudness of a voice message along its length, in steps of a byte each.
pub const WAVEFORM_BYTES_MAX: usize = 64;
/// Bytes of what a bank or a provider calls a movement of money, where no words may travel.
pub const SOURCE_ID_BYTES_MAX: usize = 64;
/// An address book, in bytes: cards come with photos.
pub const ADDRESS_BOOK_BYTES_MAX: usize = 16 << 20;
/// People in an address book.
pub const ADDRESS_BOOK_CONTACTS_MAX: usize = 20_000;
/// A field of a card that goes on over many lines, in bytes; the rest of it isn't read.
pub const CONTACT_FIELD_BYTES_MAX: usize = 8 << 10;
/// Numbers, or addresses, of one person.
pub const CONTACT_WAYS_MAX: usize = 8;
/// A name or an address in an address book, in characters; the rest is cut off.
pub const CONTACT_TEXT_CHARACTERS_MAX: usize = 200;
/// A note in an address book, in characters; the rest is cut off.
pub const CONTACT_NOTE_CHARACTERS_MAX: usize = 1_000;
/// Digits of a phone number (E.164 ends at 15), short ones of a town among them.
pub const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 3..=15;
