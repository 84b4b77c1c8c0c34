//! A button that reads a file of rows.

use js_sys::Uint8Array;
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

use crate::components::{ButtonKind, FilePicker, Glyph};

/// A button that reads a file.
#[component]
pub(super) fn Reader(
    id: &'static str,
    label: &'static str,
    on_read: impl Fn(Vec<u8>) + Copy + 'static,
) -> impl IntoView {
    let take = move |file: File| {
        spawn_local(async move {
            if let Ok(buffer) = JsFuture::from(file.array_buffer()).await {
                on_read(Uint8Array::new(&buffer).to_vec());
            }
        });
    };
    view! {
        <FilePicker
            id
            accept=".csv,.xml,.sta,.mt940,.txt,text/csv,text/xml,application/xml"
            name=label
            label=label.to_owned()
            on_file=take
            glyph=Glyph::FileText
            kind=ButtonKind::Text
        />
    }
}
