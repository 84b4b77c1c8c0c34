//! The building blocks of the pages behind the counter.

mod day_sheet;
mod hours_editor;
mod logo;
mod row_tags;
mod shop_front;
mod shortcuts_sheet;
mod sign_picker;
mod steps;

pub use hours_editor::HoursEditor;
pub use logo::{Logo, LogoPicker};
pub use row_tags::{RowTags, waits};
pub use shop_front::{ShopFront, opening_now};
pub use shortcuts_sheet::ShortcutsSheet;
pub use sign_picker::SignPicker;
pub use steps::Steps;
