//! The photo that is looked at, and the way to the next one.

use leptos::prelude::*;

use super::talk::Talk;
use crate::components::Viewer;

/// The photo that `talk.looking_at` names.
#[component]
pub fn PhotoViewer(talk: Talk) -> impl IntoView {
    let shown = Signal::derive(move || talk.looking_at.get());
    let url =
        Signal::derive(move || shown.get().and_then(|message| talk.photos.url(message).get()));
    let attachment = move || shown.get().and_then(|message| talk.attachment(message));
    let caption = Signal::derive(move || {
        attachment().map(|attachment| attachment.caption).unwrap_or_default()
    });
    let file_name =
        Signal::derive(move || attachment().map(|attachment| attachment.name).unwrap_or_default());
    view! {
        <Viewer
            url
            caption
            file_name
            on_step=Callback::new(move |step| talk.next_photo(step))
            on_close=move || talk.looking_at.set(None)
        />
    }
}
