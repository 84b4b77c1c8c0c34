//! What accounts publish: entry links, profiles, their devices' keys.

mod fetch_directory;
mod fetch_entry;
mod list_entry_links;
mod publish_entry_link;
mod publish_profile;

pub(crate) use fetch_directory::fetch_directory;
pub(crate) use fetch_entry::{check_entry, describe_entry, entry_of, fetch_entry};
pub(crate) use list_entry_links::list_entry_links;
pub(crate) use publish_entry_link::publish_entry_link;
pub(crate) use publish_profile::publish_profile;
