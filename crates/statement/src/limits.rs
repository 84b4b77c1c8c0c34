//! Limits of single fields, beyond those that all crates share (`tresen_types::limits`).

/// An origin such as `https://tresen.example`, in bytes.
pub const ORIGIN_BYTES_MAX: usize = 255;
/// What a business says about itself, in bytes.
pub const ABOUT_BYTES_MAX: usize = 2_048;
/// The line of business, in bytes.
pub const BRANCH_BYTES_MAX: usize = 128;
/// A postal address, in bytes.
pub const ADDRESS_BYTES_MAX: usize = 512;
/// One website, in bytes.
pub const WEBSITE_BYTES_MAX: usize = 256;
/// Websites of a profile.
pub const WEBSITES_MAX: usize = 4;
/// A language tag, in bytes (the longest that BCP 47 asks programs to hold).
pub const LANGUAGE_BYTES_MAX: usize = 35;
/// Languages of a profile.
pub const LANGUAGES_MAX: usize = 16;
/// An address of mail, in bytes.
pub const EMAIL_BYTES_MAX: usize = 128;
/// A telephone number, in bytes.
pub const PHONE_BYTES_MAX: usize = 40;
/// The name of a firm or of a person who answers for it, in bytes.
pub const IMPRINT_NAME_BYTES_MAX: usize = 512;
/// A firm's legal form, in bytes.
pub const IMPRINT_FORM_BYTES_MAX: usize = 1_024;
/// What a customer may want to ask first.
pub const PROMPTS_MAX: usize = 4;
/// One of these, in bytes.
pub const PROMPT_BYTES_MAX: usize = 320;
/// What a customer may type after a slash.
pub const COMMANDS_MAX: usize = 30;
/// The word after the slash, in bytes.
pub const COMMAND_NAME_BYTES_MAX: usize = 128;
/// What a command does, in bytes.
pub const COMMAND_ABOUT_BYTES_MAX: usize = 1_024;
/// Initials or the name of a pictogram, in bytes.
pub const MARK_BYTES_MAX: usize = 32;
/// An IANA time zone name, in bytes.
pub const TIME_ZONE_BYTES_MAX: usize = 64;
/// Opening intervals that begin on one day.
pub const INTERVALS_MAX: usize = 6;
/// Days that differ from the weekly hours.
pub const EXCEPTIONS_MAX: usize = 64;
/// The public title of an entry link, in bytes.
pub const ENTRY_TITLE_BYTES_MAX: usize = 128;
/// A greeting or a prefilled text, in bytes.
pub const ENTRY_TEXT_BYTES_MAX: usize = 1_024;
/// The wording that a customer agrees to, in bytes.
pub const PURPOSE_BYTES_MAX: usize = 2_048;
/// Receipts that one root signs: what one group commit of the server may hold.
pub const RECEIPTS_MAX: u32 = 1 << 20;
/// Hashes of the path in a receipt: the depth of a tree of [`RECEIPTS_MAX`] leaves.
pub const RECEIPT_PATH_MAX: usize = 20;
/// One acceptance receipt, in bytes.
pub const RECEIPT_BYTES_MAX: usize = 2_048;
/// Pages of a catalogue: all of them travel in one frame.
pub const CATALOGUE_PAGES_MAX: u32 = 12;
/// Items on one page of a catalogue.
pub const CATALOGUE_ITEMS_MAX: usize = 512;
/// An item's id, name or heading, in bytes.
pub const CATALOGUE_NAME_BYTES_MAX: usize = 128;
/// An item's description, in bytes.
pub const CATALOGUE_TEXT_BYTES_MAX: usize = 2_048;
/// Variants or options of one item.
pub const CATALOGUE_CHOICES_MAX: usize = 32;
/// Facts of one item.
pub const CATALOGUE_FACTS_MAX: usize = 16;
/// One fact of an item, in bytes.
pub const CATALOGUE_FACT_BYTES_MAX: usize = 512;
/// A price, in minor units: a thousand lines of a thousand pieces of it still are an amount.
pub const CATALOGUE_PRICE_MAX: i64 = 1_000_000_000_000;
/// The name of a template, in bytes.
pub const TEMPLATE_NAME_BYTES_MAX: usize = 512;
/// An encoded template, in bytes.
pub const TEMPLATE_BYTES_MAX: usize = 48 << 10;
/// The header text of a template, in characters.
pub const TEMPLATE_HEADER_CHARACTERS_MAX: usize = 60;
/// The body of a template, in characters.
pub const TEMPLATE_BODY_CHARACTERS_MAX: usize = 1_024;
/// The footer of a template, in characters.
pub const TEMPLATE_FOOTER_CHARACTERS_MAX: usize = 60;
/// The text on a button, in characters.
pub const TEMPLATE_BUTTON_CHARACTERS_MAX: usize = 25;
/// Buttons of a template.
pub const TEMPLATE_BUTTONS_MAX: usize = 10;
/// Buttons of a template that open a page.
pub const TEMPLATE_URL_BUTTONS_MAX: usize = 2;
/// A URL of a button, in bytes.
pub const TEMPLATE_URL_BYTES_MAX: usize = 2_000;
/// A phone number of a button, in bytes.
pub const TEMPLATE_PHONE_BYTES_MAX: usize = 20;
/// Cards of a carousel, at least.
pub const TEMPLATE_CARDS_MIN: usize = 2;
/// Cards of a carousel.
pub const TEMPLATE_CARDS_MAX: usize = 10;
/// The text of a card, in characters.
pub const TEMPLATE_CARD_CHARACTERS_MAX: usize = 160;
/// Buttons of a card.
pub const TEMPLATE_CARD_BUTTONS_MAX: usize = 2;
/// The text of a limited-time offer, in characters.
pub const TEMPLATE_OFFER_CHARACTERS_MAX: usize = 16;
/// The body of a template with an offer that ends, in characters.
pub const TEMPLATE_OFFER_BODY_CHARACTERS_MAX: usize = 600;
/// Parameters of a template.
pub const TEMPLATE_PARAMETERS_MAX: usize = 64;
/// The name of a parameter, in bytes.
pub const TEMPLATE_PARAMETER_NAME_BYTES_MAX: usize = 64;
/// The example of a parameter, in characters.
pub const TEMPLATE_EXAMPLE_CHARACTERS_MAX: usize = 100;
/// A parameter of free text, in characters (PROTOCOL 5.3).
pub const TEMPLATE_TEXT_CHARACTERS_MAX: u16 = 60;
/// The variable end of a URL, in bytes.
pub const TEMPLATE_SUFFIX_BYTES_MAX: u16 = 256;
/// A code to copy, in characters.
pub const TEMPLATE_CODE_CHARACTERS_MAX: u16 = 15;
/// What a quick reply hands back to the business, in bytes.
pub const TEMPLATE_PAYLOAD_BYTES_MAX: u16 = 128;
/// Items of the catalogue in a message of a template.
pub const TEMPLATE_GOODS_MAX: u16 = 30;
/// Pieces of one text of a template.
pub const TEMPLATE_PIECES_MAX: usize = 129;
/// Domains that a template may link to.
pub const TEMPLATE_DOMAINS_MAX: usize = 8;
/// A domain, in bytes (RFC 1035).
pub const DOMAIN_BYTES_MAX: usize = 253;
/// How long a template's message may wait for its device, in seconds: 30 days.
pub const TEMPLATE_TTL_S_MAX: u32 = 30 * 86_400;
/// How long an approval may hold, in milliseconds: a year and a day.
pub const APPROVAL_MS_MAX: i64 = 366 * 86_400_000;
/// Messages that one report may hold.
pub const REPORT_ITEMS_MAX: usize = 8;
/// What somebody adds to a report in words, in bytes.
pub const REPORT_NOTE_BYTES_MAX: usize = 1_024;
/// The operator's reason for a decision, in bytes.
pub const DECISION_NOTE_BYTES_MAX: usize = 2_048;
