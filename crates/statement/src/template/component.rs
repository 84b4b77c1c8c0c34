//! The parts of a template.

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Words that are the same in every message.
    Fixed(String),
    /// The value of the parameter with this number.
    Parameter(u8),
}

/// A text with parameters in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TemplateText(pub Vec<Piece>);

impl TemplateText {
    /// A text without parameters.
    #[must_use]
    pub fn fixed(text: &str) -> Self {
        Self(vec![Piece::Fixed(text.to_owned())])
    }

    /// How many characters are the same in every message.
    #[must_use]
    pub fn fixed_characters(&self) -> usize {
        self.fixed_pieces().map(|text| text.chars().count()).sum()
    }

    /// The words that are the same in every message.
    pub fn fixed_pieces(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Fixed(text) => Some(text.as_str()),
            Piece::Parameter(_) => None,
        })
    }

    /// The numbers of the parameters, in the order of the text.
    pub fn parameters(&self) -> impl Iterator<Item = u8> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Parameter(number) => Some(*number),
            Piece::Fixed(_) => None,
        })
    }
}

byte_enum! {
    /// What a media header shows.
    MediaKind {
        /// A picture.
        Image = 0,
        /// A video.
        Video = 1,
        /// A document.
        Document = 2,
    }
}

/// What stands above the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Header {
    /// A line of text with at most one parameter.
    Text(TemplateText),
    /// A file.
    Media {
        /// What it is shown as.
        kind: MediaKind,
        /// The parameter with the file.
        parameter: u8,
    },
    /// A place on the map.
    Location {
        /// The parameter with the place.
        parameter: u8,
    },
    /// An item of the business's catalogue.
    Goods {
        /// The parameter with the item.
        parameter: u8,
    },
}

/// A button below the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Button {
    /// Answers with its text.
    QuickReply {
        /// The text.
        text: String,
        /// The parameter that is handed back to the business.
        payload: Option<u8>,
    },
    /// Opens a page.
    Url {
        /// The text.
        text: String,
        /// The URL, or its fixed beginning.
        url: String,
        /// The parameter that ends the URL.
        suffix: Option<u8>,
    },
    /// Calls.
    Phone {
        /// The text.
        text: String,
        /// The number: a plus and digits.
        number: String,
    },
    /// Copies a coupon's code.
    CopyCode {
        /// The text.
        text: String,
        /// The parameter with the code.
        code: u8,
    },
    /// Copies a one-time code.
    OneTimeCode {
        /// The text.
        text: String,
        /// The parameter with the code.
        code: u8,
    },
    /// Opens the business's catalogue.
    Goods {
        /// The text.
        text: String,
        /// The parameter with the items that are opened; none for all of them.
        goods: Option<u8>,
    },
}

impl Button {
    /// The text on it.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::QuickReply { text, .. }
            | Self::Url { text, .. }
            | Self::Phone { text, .. }
            | Self::CopyCode { text, .. }
            | Self::OneTimeCode { text, .. }
            | Self::Goods { text, .. } => text,
        }
    }

    /// Its parameter.
    #[must_use]
    pub const fn parameter(&self) -> Option<u8> {
        match self {
            Self::QuickReply { payload, .. } => *payload,
            Self::Url { suffix, .. } => *suffix,
            Self::Phone { .. } => None,
            Self::CopyCode { code, .. } | Self::OneTimeCode { code, .. } => Some(*code),
            Self::Goods { goods, .. } => *goods,
        }
    }

    /// Its number in the encoding; cards of one carousel have the same in the same order.
    pub(super) const fn number(&self) -> u8 {
        match self {
            Self::QuickReply { .. } => 0,
            Self::Url { .. } => 1,
            Self::Phone { .. } => 2,
            Self::CopyCode { .. } => 3,
            Self::OneTimeCode { .. } => 4,
            Self::Goods { .. } => 5,
        }
    }
}

/// One card of a carousel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// What its media shows: a picture or a video.
    pub kind: MediaKind,
    /// The parameter with the file.
    pub media: u8,
    /// The text.
    pub body: TemplateText,
    /// The buttons.
    pub buttons: Vec<Button>,
}

/// An offer that ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitedTimeOffer {
    /// The text.
    pub text: String,
    /// The parameter with the end, if there is one.
    pub ends: Option<u8>,
}
