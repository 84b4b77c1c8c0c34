//! Keys, as both protocols name them.

/// A key that isn't text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is what is printed on the key")]
pub enum Key {
    Tab,
    /// Tab with Shift: to what came before.
    BackTab,
    Enter,
    Space,
    Escape,
    Backspace,
    Delete,
    Home,
    End,
    PageUp,
    PageDown,
    ArrowLeft,
    ArrowUp,
    ArrowRight,
    ArrowDown,
}

/// What the protocols want to know about a key.
pub(super) struct Definition {
    /// The name in the web's `KeyboardEvent.key`.
    pub(super) key: &'static str,
    /// The name of the place on the keyboard.
    pub(super) code: &'static str,
    /// The number that Windows gives it, which Chromium asks for.
    pub(super) number: u32,
    /// What it types, if anything.
    pub(super) text: Option<&'static str>,
    /// The character that stands for it in WebDriver.
    pub(super) webdriver: char,
    pub(super) shift: bool,
}

impl Key {
    pub(super) const fn definition(self) -> Definition {
        let (key, number, text, webdriver) = match self {
            Self::Tab | Self::BackTab => ("Tab", 9, None, '\u{E004}'),
            Self::Enter => ("Enter", 13, Some("\r"), '\u{E006}'),
            Self::Space => (" ", 32, Some(" "), ' '),
            Self::Escape => ("Escape", 27, None, '\u{E00C}'),
            Self::Backspace => ("Backspace", 8, None, '\u{E003}'),
            Self::Delete => ("Delete", 46, None, '\u{E017}'),
            Self::Home => ("Home", 36, None, '\u{E011}'),
            Self::End => ("End", 35, None, '\u{E010}'),
            Self::PageUp => ("PageUp", 33, None, '\u{E00E}'),
            Self::PageDown => ("PageDown", 34, None, '\u{E00F}'),
            Self::ArrowLeft => ("ArrowLeft", 37, None, '\u{E012}'),
            Self::ArrowUp => ("ArrowUp", 38, None, '\u{E013}'),
            Self::ArrowRight => ("ArrowRight", 39, None, '\u{E014}'),
            Self::ArrowDown => ("ArrowDown", 40, None, '\u{E015}'),
        };
        let code = if matches!(self, Self::Space) { "Space" } else { key };
        let shift = matches!(self, Self::BackTab);
        Definition { key, code, number, text, webdriver, shift }
    }
}
