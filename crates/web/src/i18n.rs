//! Languages: which one is chosen, its texts, and times and numbers as it writes them.
//!
//! The texts of a language are one struct ([`Texts`]); a key that a language lacks doesn't compile.
//! When the language changes, the whole page is built again, so nothing in here is reactive. In front of
//! the counter the texts of a language are a part of their own, which comes before the first page.

/// Makes a struct of texts: plain ones first, then those with a number.
macro_rules! texts {
    ($(#[$meta:meta])* $name:ident { $($key:ident,)* } plural { $($plural:ident,)* }) => {
        $(#[$meta])*
        #[derive(Debug)]
        pub struct $name {
            $(pub $key: &'static str,)*
            $(pub $plural: Plural,)*
        }

        impl $name {
            /// No text at all.
            pub const EMPTY: Self = Self {
                $($key: "",)*
                $($plural: Plural { one: "", other: "" },)*
            };
        }
    };
}

mod business_keys;
mod fill;
mod keys;
pub mod money;
pub mod time;

use std::cell::Cell;

pub use business_keys::BusinessTexts;
pub use fill::{bytes, bytes_of, fill};
use futures::future::LocalBoxFuture;
pub use keys::Texts;

use crate::locales;

/// A language of the interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// German.
    German,
    /// Hindi.
    Hindi,
}

/// A text that depends on a number.
#[derive(Clone, Copy, Debug)]
pub struct Plural {
    /// For one (in Hindi also for none).
    pub one: &'static str,
    /// For all other numbers.
    pub other: &'static str,
}

/// Fetches the texts of a language; `None` as long as they can't be had.
pub type Load = fn(Language) -> LocalBoxFuture<'static, Option<&'static Texts>>;

thread_local! {
    static SHOWN: Cell<(Language, &'static Texts)> =
        const { Cell::new((Language::English, &Texts::EMPTY)) };
}

impl Language {
    /// All of them, in the order of the switch.
    pub const ALL: [Self; 3] = [Self::English, Self::German, Self::Hindi];

    /// The BCP 47 tag.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::Hindi => "hi",
        }
    }

    /// The language's name in itself.
    #[must_use]
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
            Self::Hindi => "हिन्दी",
        }
    }

    /// Reads a tag such as `de-AT`; `None` for a language that isn't here.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split('-').next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| primary.eq_ignore_ascii_case(language.tag()))
    }

    /// The texts in this language. What calls it has those of all languages.
    #[must_use]
    pub const fn texts(self) -> &'static Texts {
        match self {
            Self::English => english(),
            Self::German => german(),
            Self::Hindi => hindi(),
        }
    }

    /// The texts behind the counter in this language.
    #[must_use]
    pub const fn business_texts(self) -> &'static BusinessTexts {
        match self {
            Self::English => &locales::business_en::TEXTS,
            Self::German => &locales::business_de::TEXTS,
            Self::Hindi => &locales::business_hi::TEXTS,
        }
    }
}

/// The texts in English.
#[must_use]
pub const fn english() -> &'static Texts {
    &locales::en::TEXTS
}

/// The texts in German.
#[must_use]
pub const fn german() -> &'static Texts {
    &locales::de::TEXTS
}

/// The texts in Hindi.
#[must_use]
pub const fn hindi() -> &'static Texts {
    &locales::hi::TEXTS
}

/// The language that is shown.
#[must_use]
pub fn language() -> Language {
    SHOWN.get().0
}

/// Everything that is built from now on has these texts.
pub fn show(language: Language, texts: &'static Texts) {
    SHOWN.set((language, texts));
}

/// The texts of the language that is shown.
#[must_use]
pub fn t() -> &'static Texts {
    SHOWN.get().1
}

/// The texts behind the counter in the chosen language.
#[must_use]
pub fn b() -> &'static BusinessTexts {
    language().business_texts()
}

impl Plural {
    /// The text for `n`, with `{n}` filled in.
    #[must_use]
    pub fn of(&self, n: u64) -> String {
        fill(self.choose(n), &[("n", &n.to_string())])
    }

    /// The text for `n`, not filled in yet.
    #[must_use]
    pub fn choose(&self, n: u64) -> &'static str {
        let is_one = n == 1 || (n == 0 && language() == Language::Hindi);
        if is_one { self.one } else { self.other }
    }
}
