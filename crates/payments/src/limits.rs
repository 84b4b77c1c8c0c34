//! Limits of payloads and files.

/// The name of a creditor in a SEPA or Swiss code, in characters.
pub const NAME_CHARACTERS_MAX: usize = 70;
/// The text for the receiver in a SEPA or Swiss code, in characters.
pub const TEXT_CHARACTERS_MAX: usize = 140;
/// A whole SEPA code, in bytes (EPC069-12).
pub const EPC_BYTES_MAX: usize = 331;
/// The largest amount of a SEPA or Swiss code, in cents.
pub const CENTS_MAX: i64 = 99_999_999_999;
/// A street or town in a Swiss code, in characters.
pub const ADDRESS_CHARACTERS_MAX: usize = 35;
/// A UPI address, in bytes.
pub const UPI_ADDRESS_BYTES_MAX: usize = 255;
/// A reference of a UPI link, in bytes.
pub const UPI_REFERENCE_BYTES_MAX: usize = 35;
/// A note of a UPI link, in characters.
pub const UPI_NOTE_CHARACTERS_MAX: usize = 50;
/// A Pix key, in bytes.
pub const PIX_KEY_BYTES_MAX: usize = 77;
/// A creditor's name in a Pix code, in bytes.
pub const PIX_NAME_BYTES_MAX: usize = 25;
/// A creditor's town in a Pix code, in bytes.
pub const PIX_CITY_BYTES_MAX: usize = 15;
/// A reference in a Pix code, in bytes.
pub const PIX_REFERENCE_BYTES_MAX: usize = 25;
/// A Pix code, in bytes.
pub const PIX_BYTES_MAX: usize = 512;
/// What follows `RF` and its check digits, in characters (ISO 11649).
pub const CREDITOR_REFERENCE_CHARACTERS_MAX: usize = 21;
/// A file with entries of a bank statement or of a catalogue, in bytes.
pub const FILE_BYTES_MAX: usize = 8 << 20;
/// Rows of a CSV file.
pub const ROWS_MAX: usize = 50_000;
/// Columns of a CSV file.
pub const COLUMNS_MAX: usize = 64;
/// A field of a CSV file or an element's text, in bytes.
pub const FIELD_BYTES_MAX: usize = 16 << 10;
/// Elements of a bank's XML file.
pub const XML_ELEMENTS_MAX: usize = 400_000;
/// Elements inside elements of a bank's XML file.
pub const XML_DEPTH_MAX: usize = 32;
/// Events that one payment keeps.
pub const EVENTS_MAX: usize = 256;
