//! The addresses of the photos of a chat, fetched when they come into sight.

use std::collections::BTreeMap;

use leptos::{prelude::*, task::spawn_local};
use tresen_types::MessageId;
use tresen_view::Command;
use web_sys::{Blob, Url};

use crate::actions::call_for_file;

type Address = ArcRwSignal<Option<String>>;

/// Addresses by message; they live as long as the chat is on the page.
#[derive(Clone, Copy, Debug)]
pub struct Photos(StoredValue<BTreeMap<MessageId, Address>>);

impl Photos {
    pub(super) fn new() -> Self {
        let addresses = StoredValue::new(BTreeMap::<MessageId, Address>::new());
        on_cleanup(move || {
            addresses.with_value(|all| {
                for url in all.values().filter_map(GetUntracked::get_untracked) {
                    // An address that this page made.
                    Url::revoke_object_url(&url).ok();
                }
            });
        });
        Self(addresses)
    }

    /// The address of a photo; the first call fetches it.
    #[must_use]
    pub fn url(self, message: MessageId) -> Signal<Option<String>> {
        if let Some(known) = self.0.with_value(|all| all.get(&message).cloned()) {
            return known.into();
        }
        let address = Address::new(None);
        self.0.update_value(|all| {
            all.insert(message, address.clone());
        });
        let fetched = address.clone();
        spawn_local(async move {
            // A photo that can't be had stays a blurred preview; its state says why.
            let Ok(reply) = call_for_file(Command::OpenAttachment { message }).await else {
                return;
            };
            if let Some((_, blob)) = reply.files.first() {
                fetched.set(address_of(blob));
            }
        });
        address.into()
    }

    /// Remembers the bytes of a photo that this page has just sent.
    pub fn put(self, message: MessageId, blob: &Blob) {
        self.0.update_value(|all| {
            all.insert(message, Address::new(address_of(blob)));
        });
    }
}

/// What a browser shows or plays without running anything in it.
const HARMLESS: [&str; 11] = [
    "image/jpeg",
    "image/png",
    "image/webp",
    "image/gif",
    "image/avif",
    "audio/ogg",
    "audio/mpeg",
    "audio/wav",
    "audio/webm",
    "video/webm",
    "video/mp4",
];

/// An address for pictures and voice messages.
pub(crate) fn address_of(blob: &Blob) -> Option<String> {
    let kind = blob.type_();
    let kind = kind.split(';').next().unwrap_or_default();
    HARMLESS.contains(&kind).then(|| Url::create_object_url_with_blob(blob).ok()).flatten()
}
