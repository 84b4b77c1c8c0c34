//! What the person has chosen on this device: language, theme, the Enter key. Kept in the browser's
//! local storage, because it is needed before the worker is up and says nothing about anybody.

use web_sys::Storage;

use crate::i18n::Language;

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// The attribute's value; `None` follows the system.
    #[must_use]
    pub const fn attribute(self) -> Option<&'static str> {
        match self {
            Self::System => None,
            Self::Light => Some("light"),
            Self::Dark => Some("dark"),
        }
    }
}

/// What the person has chosen on this device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preferences {
    /// The interface's language.
    pub language: Language,
    /// Light or dark.
    pub theme: Theme,
    /// Whether the Enter key sends.
    pub enter_sends: bool,
    /// Whether single keys act on the open chat, behind the counter.
    pub shortcuts: bool,
}

const LANGUAGE: &str = "tresen.language";
const THEME: &str = "tresen.theme";
const ENTER: &str = "tresen.enter";
const SHORTCUTS: &str = "tresen.shortcuts";
const VISITS: &str = "tresen.visits";
const NOTICES: &str = "tresen.notices";
const ORDER_SOUND: &str = "tresen.order-sound";

impl Preferences {
    /// Reads them; what was never chosen follows the browser.
    #[must_use]
    pub fn load() -> Self {
        let theme = match read(THEME).as_deref() {
            Some("light") => Theme::Light,
            Some("dark") => Theme::Dark,
            _ => Theme::System,
        };
        let language = read(LANGUAGE)
            .and_then(|tag| Language::from_tag(&tag))
            .unwrap_or_else(browser_language);
        let chosen = Self {
            language,
            theme,
            enter_sends: read(ENTER).as_deref() != Some("no"),
            shortcuts: read(SHORTCUTS).as_deref() != Some("no"),
        };
        chosen.apply();
        chosen
    }

    /// Keeps them and shows them on the page.
    pub fn save(self) {
        write(LANGUAGE, Some(self.language.tag()));
        write(THEME, self.theme.attribute());
        write(ENTER, (!self.enter_sends).then_some("no"));
        write(SHORTCUTS, (!self.shortcuts).then_some("no"));
        self.apply();
    }

    fn apply(self) {
        let root = web_sys::window().and_then(|window| window.document()?.document_element());
        let Some(root) = root else { return };
        // Setting these well-known attributes can't fail.
        root.set_attribute("lang", self.language.tag()).ok();
        root.set_attribute("dir", "ltr").ok();
        match self.theme.attribute() {
            Some(theme) => root.set_attribute("data-theme", theme).ok(),
            None => root.remove_attribute("data-theme").ok(),
        };
    }
}

/// Counts this visit and says how many there were.
pub fn count_visit() -> u32 {
    let visits = read(VISITS).and_then(|text| text.parse().ok()).unwrap_or(0_u32).saturating_add(1);
    write(VISITS, Some(&visits.to_string()));
    visits
}

/// Begins to count anew: whoever comes next has never been here.
pub fn forget_visits() {
    write(VISITS, None);
}

/// Whether this browser is to be woken up for new messages.
#[must_use]
pub fn are_notices_wanted() -> bool {
    read(NOTICES).as_deref() == Some("yes")
}

/// Keeps whether this browser is to be woken up.
pub fn want_notices(wanted: bool) {
    write(NOTICES, wanted.then_some("yes"));
}

/// Whether a new order is to be heard on this device.
#[must_use]
pub fn is_order_sound_wanted() -> bool {
    read(ORDER_SOUND).as_deref() == Some("yes")
}

/// Keeps whether a new order is to be heard.
pub fn want_order_sound(wanted: bool) {
    write(ORDER_SOUND, wanted.then_some("yes"));
}

fn browser_language() -> Language {
    let Some(window) = web_sys::window() else { return Language::default() };
    window
        .navigator()
        .languages()
        .iter()
        .filter_map(|tag| Language::from_tag(&tag.as_string()?))
        .next()
        .unwrap_or_default()
}

/// `None` in a browser that forbids local storage: then nothing is remembered.
fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok()?
}

fn read(key: &str) -> Option<String> {
    storage()?.get_item(key).ok()?
}

fn write(key: &str, value: Option<&str>) {
    let Some(storage) = storage() else { return };
    // A full or forbidden storage only means that the choice isn't remembered.
    match value {
        Some(value) => storage.set_item(key, value).ok(),
        None => storage.remove_item(key).ok(),
    };
}
