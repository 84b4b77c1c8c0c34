//! How a message came to be sent, beside what it says. Whoever doesn't know the mark shows the message
//! all the same.

use crate::mimi::{ExtensionKey, MimiContent, Value};

/// The extension that holds the mark.
const NAME: &str = "tresen.mark";

const FORWARDED: i64 = 1;
const AUTOMATIC: i64 = 2;

/// How a message came to be sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mark {
    /// A person wrote it here, or nothing is known.
    #[default]
    None,
    /// It was in another conversation before.
    Forwarded,
    /// No person sent it: a greeting, a note that nobody is there.
    Automatic,
}

impl Mark {
    pub(super) const fn number(self) -> Option<i64> {
        match self {
            Self::None => None,
            Self::Forwarded => Some(FORWARDED),
            Self::Automatic => Some(AUTOMATIC),
        }
    }

    /// The mark of content; one of a later version is none.
    pub(super) fn of(mimi: &MimiContent) -> Self {
        match mimi.extensions.get(&mark_key()) {
            Some(Value::Integer(FORWARDED)) => Self::Forwarded,
            Some(Value::Integer(AUTOMATIC)) => Self::Automatic,
            _other => Self::None,
        }
    }
}

pub(super) fn mark_key() -> ExtensionKey {
    ExtensionKey::Name(NAME.to_owned())
}
