//! Limits and times of the gateway, with their units.

/// A JSON or form body, in bytes.
pub const BODY_BYTES_MAX: usize = 1 << 20;
/// A whole JSON or form body must be there after this long, in milliseconds.
pub const BODY_MS_MAX: u64 = 10_000;
/// The head of a request must be there after this long, in milliseconds.
pub const HEAD_MS_MAX: u64 = 15_000;
/// Headers of a request.
pub const HEADERS_MAX: usize = 64;
/// Bytes that one connection buffers.
pub const BUFFER_BYTES_MAX: usize = 64 << 10;
/// Connections at the same time; further ones wait to be accepted.
pub const CONNECTIONS_MAX: usize = 1_024;
/// How long open connections may take to end when the gateway stops, in milliseconds.
pub const SHUTDOWN_MS_MAX: u64 = 5_000;
/// How long accepting pauses when the system has no descriptor left, in milliseconds.
pub const ACCEPT_PAUSE_MS: u64 = 100;
/// Parameters of one request.
pub const PARAMETERS_MAX: usize = 256;
/// Segments of a path.
pub const SEGMENTS_MAX: usize = 8;

/// A text, in characters.
pub const TEXT_CHARS_MAX: usize = 4_096;
/// A caption, in characters.
pub const CAPTION_CHARS_MAX: usize = 1_024;
/// What comes back with the statuses of a message, in characters.
pub const CALLBACK_DATA_CHARS_MAX: usize = 512;
/// Words of buttons, a link or a question for a place, in characters.
pub const INTERACTIVE_BODY_CHARS_MAX: usize = 1_024;
/// Header and footer of an interactive message, in characters.
pub const INTERACTIVE_TEXT_CHARS_MAX: usize = 60;
/// Reply buttons.
pub const BUTTONS_MAX: usize = 3;
/// What stands on a button, in characters.
pub const BUTTON_TITLE_CHARS_MAX: usize = 20;
/// The id of a reply button, in characters.
pub const REPLY_ID_CHARS_MAX: usize = 256;
/// Sections of a list.
pub const SECTIONS_MAX: usize = 10;
/// Rows of a list, all sections together.
pub const ROWS_MAX: usize = 10;
/// The id of a row, in characters.
pub const ROW_ID_CHARS_MAX: usize = 200;
/// The title of a row or section, in characters.
pub const ROW_TITLE_CHARS_MAX: usize = 24;
/// The description of a row, in characters.
pub const DESCRIPTION_CHARS_MAX: usize = 72;
/// The name or address of a place, in characters.
pub const PLACE_CHARS_MAX: usize = 64;
/// People in one message; the original takes more.
pub const CONTACTS_MAX: usize = 32;
/// Numbers, addresses and pages of one person, of each kind.
pub const CONTACT_ENTRIES_MAX: usize = 16;
/// A name, number, address or page of a person, in characters.
pub const CONTACT_CHARS_MAX: usize = 128;
/// What a program calls a bill, in characters.
pub const REFERENCE_CHARS_MAX: usize = 35;
/// Items of a bill.
pub const BILL_ITEMS_MAX: usize = 100;
/// Words and items of a bill, in bytes.
pub const BILL_NOTE_BYTES_MAX: usize = 2_000;
/// Orders of one conversation that are looked through for the one that is meant.
pub const ORDERS_LOOKED_AT: u32 = 200;
/// An idempotency key, in bytes.
pub const IDEMPOTENCY_KEY_BYTES_MAX: usize = 255;
/// Idempotency keys are remembered for this long, in milliseconds.
pub const IDEMPOTENCY_MS: i64 = 24 * 60 * 60 * 1_000;

/// Messages a second that one number sends.
pub const MESSAGES_PER_SECOND: u32 = 1_000;
/// Messages that one customer gets at once before the pair limit holds.
pub const PAIR_BURST: u32 = 45;
/// One message to one customer per this time, once the burst is used up, in milliseconds.
pub const PAIR_INTERVAL_MS: i64 = 6_000;
/// Management calls that a token makes at once.
pub const MANAGEMENT_BURST: u32 = 200;
/// One management call per this time after that, in milliseconds (5,000 an hour).
pub const MANAGEMENT_INTERVAL_MS: i64 = 720;
/// Keys that one rate remembers; the rested ones are forgotten first.
pub const RATE_KEYS_MAX: usize = 100_000;

/// A typing indicator stands for this long, in milliseconds.
pub const TYPING_MS: u64 = 25_000;
/// It is told again after this long, in milliseconds.
pub const TYPING_REPEAT_MS: u64 = 6_000;

/// Webhooks that wait. When so many do, nothing more is taken in: it waits in the account's store.
pub const WEBHOOKS_MAX: u64 = 1_000_000;
/// A webhook that wasn't taken after this long is given up, in milliseconds.
pub const WEBHOOK_MS_MAX: i64 = 7 * 24 * 60 * 60 * 1_000;
/// One delivery of a webhook, in milliseconds.
pub const WEBHOOK_DELIVERY_MS_MAX: u64 = 20_000;
/// First pause after a webhook wasn't taken, in milliseconds; it doubles up to the maximum.
pub const WEBHOOK_PAUSE_MS_MIN: i64 = 1_000;
/// Longest pause after a webhook wasn't taken, in milliseconds.
pub const WEBHOOK_PAUSE_MS_MAX: i64 = 60 * 60 * 1_000;
/// Events are kept for this long, in milliseconds.
pub const EVENTS_KEPT_MS: i64 = WEBHOOK_MS_MAX;
/// Old events are looked for after this many new ones.
pub const EVENTS_BETWEEN_SWEEPS: u64 = 1_000;
/// Events of one page, if nothing is said.
pub const EVENTS_PAGE: u32 = 100;
/// Events of one page.
pub const EVENTS_PAGE_MAX: u32 = 1_000;
/// Waiting for an event, in seconds.
pub const EVENTS_WAIT_S_MAX: u64 = 60;
/// Users of one call that blocks.
pub const BLOCK_USERS_MAX: usize = 100;
/// Customers of one page.
pub const CUSTOMERS_PAGE: u32 = 100;
/// Receivers beside the app's.
pub const SUBSCRIBERS_MAX: usize = 16;
/// Conversations whose webhooks are delivered at the same time.
pub const LANES_AT_ONCE: usize = 32;
/// Places to which connections stay open.
pub const IDLE_PLACES_MAX: usize = 32;
/// What a receiver's answer may have, in bytes.
pub const WEBHOOK_ANSWER_BYTES_MAX: usize = 16 << 10;
/// A callback URL, in bytes.
pub const URL_BYTES_MAX: usize = 2_048;
/// A verify token, in bytes.
pub const VERIFY_TOKEN_BYTES_MAX: usize = 512;

/// Opening a connection to a receiver or to the place of a file, in milliseconds.
pub const CONNECT_MS_MAX: u64 = 10_000;
/// Fetching one file by its link, in milliseconds.
pub const FETCH_MS_MAX: u64 = 60_000;
/// Redirects that are followed to a file.
pub const REDIRECTS_MAX: usize = 3;

/// A picture, in bytes.
pub const IMAGE_BYTES_MAX: u64 = 5 << 20;
/// A sticker, in bytes.
pub const STICKER_BYTES_MAX: u64 = 500 << 10;
/// A film or a recording, in bytes.
pub const FILM_BYTES_MAX: u64 = 16 << 20;
/// A document, in bytes.
pub const DOCUMENT_BYTES_MAX: u64 = 100 << 20;
/// An upload with what is around the file, in bytes.
pub const UPLOAD_BYTES_MAX: u64 = DOCUMENT_BYTES_MAX + (64 << 10);
/// Parts of an upload.
pub const UPLOAD_PARTS_MAX: usize = 16;
/// A part of an upload that isn't the file, in bytes.
pub const UPLOAD_FIELD_BYTES_MAX: u64 = 4 << 10;
/// A whole upload, in milliseconds.
pub const UPLOAD_MS_MAX: u64 = 10 * 60 * 1_000;
/// Between two pieces of an upload, in milliseconds.
pub const UPLOAD_PIECE_MS_MAX: u64 = 30_000;
/// Uploads are kept for this long, in milliseconds.
pub const UPLOAD_KEPT_MS: i64 = 30 * 24 * 60 * 60 * 1_000;
/// Uploads in parts at the same time.
pub const UPLOAD_SESSIONS_MAX: u64 = 1_000;
/// An upload in parts is kept for this long, in milliseconds.
pub const UPLOAD_SESSION_MS: i64 = 24 * 60 * 60 * 1_000;
/// Points of one question for analytics.
pub const ANALYTICS_POINTS_MAX: i64 = 4_400;
/// Pages of the bill that are looked through for prices.
pub const USAGE_PAGES_MAX: u32 = 100;
/// Uploads that are kept at the same time.
pub const UPLOADS_MAX: u64 = 10_000;
/// The URL of a file is valid for this long, in milliseconds.
pub const MEDIA_URL_MS: i64 = 5 * 60 * 1_000;
/// Bytes of a file that are read at a time.
pub const FILE_PIECE_BYTES: usize = 256 << 10;
/// Files that are fetched by their links at the same time.
pub const FETCHES_AT_ONCE: usize = 4;
/// The name of a file, in bytes.
pub const FILE_NAME_BYTES_MAX: usize = 200;

/// When a send may be tried again that was refused because the server is away, in milliseconds.
pub const AWAY_RETRY_MS: i64 = 5_000;

/// Values of one message of a template.
pub const TEMPLATE_VALUES_MAX: usize = 64;
/// Between two attempts at what a provider didn't do, in milliseconds.
pub const HOSTED_PAUSE_MS: u64 = 15_000;
/// One request to a provider, in milliseconds.
pub const PROVIDER_MS_MAX: u64 = 20_000;
/// An answer of a provider, in bytes.
pub const PROVIDER_ANSWER_BYTES_MAX: usize = 1 << 20;
/// How old a provider's signature may be, or how far in the future, in milliseconds.
pub const HOOK_TOLERANCE_MS: i64 = 300_000;
/// Parts of a provider's signature that are looked at.
pub const HOOK_SIGNATURES_MAX: usize = 16;
/// The id of a provider's event, in bytes.
pub const HOOK_EVENT_BYTES_MAX: usize = 255;
/// A provider's event is remembered for this long, in milliseconds; what it says counts once anyway.
pub const HOOK_EVENTS_KEPT_MS: i64 = 90 * 24 * 60 * 60 * 1_000;
/// The shortest time that a provider's page can have an end after, in milliseconds.
pub const PAGE_MS_MIN: i64 = 31 * 60 * 1_000;
/// The longest, in milliseconds.
pub const PAGE_MS_MAX: i64 = 24 * 60 * 60 * 1_000;
/// A provider's secret, in bytes.
pub const PROVIDER_SECRET_BYTES_MAX: usize = 512;
/// What is known of the templates counts for this long, in milliseconds.
pub const TEMPLATES_FRESH_MS: i64 = 60_000;
/// Decisions about templates are looked for this often, in milliseconds.
pub const TEMPLATES_LOOK_MS: u64 = 60_000;
/// The same while the server isn't reached, in milliseconds.
pub const TEMPLATES_LOOK_SOON_MS: u64 = 1_000;
/// Languages of one call that makes templates.
pub const UPSERT_LANGUAGES_MAX: usize = 20;
/// How long a one-time code may count, in minutes.
pub const CODE_MINUTES_MAX: u64 = 90;
/// Templates of one page, if nothing is said.
pub const TEMPLATES_PAGE: usize = 25;
/// Templates of one page.
pub const TEMPLATES_PAGE_MAX: usize = 1_000;

/// Messages of one page that is asked of the SDK.
pub const PAGE: u32 = 200;
/// Statuses of own messages are followed up after a restart for this long, in milliseconds.
pub const FOLLOWED_MS: i64 = 30 * 24 * 60 * 60 * 1_000;
/// The name of a token, in bytes.
pub const TOKEN_NAME_BYTES_MAX: usize = 128;
/// Tokens that one gateway has.
pub const TOKENS_MAX: u64 = 1_000;
/// Goods of one message.
pub const PRODUCTS_MAX: usize = 30;
/// A product's id, in characters.
pub const PRODUCT_ID_CHARS_MAX: usize = 100;
/// Cards of one carousel.
pub const SLIDES_MAX: usize = 10;
/// What a card of a carousel says, in characters.
pub const SLIDE_BODY_CHARS_MAX: usize = 160;
/// Messages of one webhook of the history.
pub const HISTORY_MESSAGES: usize = 100;
/// Messages of one conversation that the history tells.
pub const HISTORY_OF_CONVERSATION_MAX: usize = 5_000;
/// Activities of one page.
pub const ACTIVITIES_PAGE: u32 = 25;
/// Activities of one page that may be asked for.
pub const ACTIVITIES_PAGE_MAX: u32 = 100;
/// What a customer may want to ask first.
pub const PROMPTS_MAX: usize = 4;
/// One of these, in characters.
pub const PROMPT_CHARS_MAX: usize = 80;
/// What a customer may type after a slash.
pub const COMMANDS_MAX: usize = 30;
/// The word after the slash, in characters.
pub const COMMAND_NAME_CHARS_MAX: usize = 32;
/// What a command does, in characters.
pub const COMMAND_ABOUT_CHARS_MAX: usize = 256;
/// A firm's name or form, in characters.
pub const ENTITY_CHARS_MAX: usize = 128;
/// The line of business as programs name it, in characters.
pub const VERTICAL_CHARS_MAX: usize = 32;
/// Templates that are put away by one call.
pub const ARCHIVE_MAX: usize = 100;
