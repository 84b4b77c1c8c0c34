//! A button that reads a file of rows.

use js_sys::Uint8Array;
use leptos::{html::Input, prelude::*, task::spawn_local};
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, HtmlInputElement};

use crate::components::{Button, ButtonKind, Glyph};

/// A button that reads a file.
#[component]
pub(super) fn Reader(
    id: &'static str,
    label: &'static str,
    on_read: impl Fn(Vec<u8>) + Copy + 'static,
) -> impl IntoView {
    let picker = NodeRef::<Input>::new();
    let take = move |file: File| {
        spawn_local(async move {
            if let Ok(buffer) = JsFuture::from(file.array_buffer()).await {
                on_read(Uint8Array::new(&buffer).to_vec());
            }
        });
    };
    view! {
        <input
            type="file"
            id=id
            accept=".csv,.xml,.sta,.mt940,.txt,text/csv,text/xml,application/xml"
            hidden=true
            aria-label=label
            node_ref=picker
            on:change=move |event| {
                let input = event_target::<HtmlInputElement>(&event);
                let file = input.files().and_then(|files| files.get(0));
                input.set_value("");
                if let Some(file) = file {
                    take(file);
                }
            }
        />
        <Button
            kind=ButtonKind::Text
            glyph=Glyph::FileText
            label=label.to_owned()
            on_press=move || {
                if let Some(picker) = picker.get_untracked() {
                    picker.click();
                }
            }
        />
    }
}
