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
