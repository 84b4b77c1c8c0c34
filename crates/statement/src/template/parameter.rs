//! What may differ from message to message, and within which bounds.

use crate::limits::{
    TEMPLATE_CODE_CHARACTERS_MAX, TEMPLATE_GOODS_MAX, TEMPLATE_PAYLOAD_BYTES_MAX,
    TEMPLATE_SUFFIX_BYTES_MAX, TEMPLATE_TEXT_CHARACTERS_MAX,
};

byte_enum! {
    /// The type of a parameter.
    ParameterKind {
        /// A few words of free text, in one line, without links.
        Text = 0,
        /// A number.
        Number = 1,
        /// An amount of money.
        Amount = 2,
        /// A day or a moment.
        Date = 3,
        /// The end of a button's URL.
        UrlSuffix = 4,
        /// A picture, video or document for the header.
        Media = 5,
        /// A place for the header.
        Location = 6,
        /// A code to copy or to type.
        Code = 7,
        /// What a quick reply hands back to the business; nobody sees it.
        Payload = 8,
        /// Items of the business's catalogue, for the header or a button.
        Goods = 9,
    }
}

impl ParameterKind {
    /// Whether it may stand among words.
    #[must_use]
    pub const fn is_textual(self) -> bool {
        matches!(self, Self::Text | Self::Number | Self::Amount | Self::Date | Self::Code)
    }

    /// The largest `length_max` of such a parameter; 1 where a length means nothing.
    #[must_use]
    pub const fn length_limit(self) -> u16 {
        match self {
            Self::Text => TEMPLATE_TEXT_CHARACTERS_MAX,
            Self::UrlSuffix => TEMPLATE_SUFFIX_BYTES_MAX,
            Self::Code => TEMPLATE_CODE_CHARACTERS_MAX,
            Self::Payload => TEMPLATE_PAYLOAD_BYTES_MAX,
            Self::Goods => TEMPLATE_GOODS_MAX,
            Self::Number | Self::Amount | Self::Date | Self::Media | Self::Location => 1,
        }
    }
}

byte_enum! {
    /// The characters that a parameter of free text may hold.
    Charset {
        /// Every script, in one line.
        Any = 0,
        /// ASCII letters, digits, space and `-/#.`: order numbers, plates.
        Plain = 1,
        /// Digits.
        Digits = 2,
    }
}

impl Charset {
    /// Whether a character belongs to it. What no parameter may hold is refused elsewhere.
    #[must_use]
    pub fn contains(self, character: char) -> bool {
        match self {
            Self::Any => true,
            Self::Plain => {
                character.is_ascii_alphanumeric()
                    || matches!(character, ' ' | '-' | '/' | '#' | '.')
            }
            Self::Digits => character.is_ascii_digit(),
        }
    }
}

/// One parameter of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name; empty in a template whose parameters go by their position.
    pub name: String,
    /// Its type.
    pub kind: ParameterKind,
    /// How long a value may be: characters of a text or code, bytes of a URL's end or payload,
    /// items of the catalogue, 1 for the others.
    pub length_max: u16,
    /// The characters of a text; [`Charset::Any`] for the others.
    pub charset: Charset,
    /// An example for those who review the template.
    pub example: String,
}
