//! The pages of both faces.

mod business;
mod chat;
mod customer;
mod entry;
#[cfg(feature = "gallery")]
mod gallery;
mod search;
mod settings;
mod trouble;

pub use business::{BusinessPages, ClaimPage, LinkPage};
pub use chat::{
    Asks, Beside, BookingDesk, ChatView, ComposerHooks, DeskActs, Face, OpeningLine, Over,
    PhotoViewer, Prepared, ProfileSheet, Talk, Unusable, Voice, VoiceStep, beside, over, prepare,
    send_place,
};
pub(crate) use chat::{address_of, save_file, save_text};
pub use customer::CustomerPage;
pub use entry::EntryPage;
pub(crate) use entry::opening;
#[cfg(feature = "gallery")]
pub use gallery::GalleryPage;
pub use search::{SearchField, SearchResults};
pub use settings::{
    DeletePage, DeviceList, DevicesPage, LimitsPage, PasskeyRow, PreferenceSettings, RecoverPage,
    RecoveryRow, SettingsPage,
};
pub use trouble::{is_in_trouble, trouble};
