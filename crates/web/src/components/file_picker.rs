//! A button that asks for one file.

use leptos::{html::Input, prelude::*};
use web_sys::{File, HtmlInputElement};

use super::{Button, ButtonKind, ButtonSize, Glyph};

/// Pictures that every browser draws.
pub const PICTURES: &str = "image/png,image/jpeg,image/webp";

/// A button that asks for one file; the same file can be chosen again.
#[component]
pub fn FilePicker(
    /// Media types and endings.
    accept: &'static str,
    /// What the file is.
    #[prop(into)]
    name: String,
    /// What the button says.
    #[prop(into)]
    label: Signal<String>,
    on_file: impl Fn(File) + 'static,
    glyph: Glyph,
    #[prop(optional)] kind: ButtonKind,
    #[prop(optional)] size: ButtonSize,
    #[prop(optional, into)] busy: Signal<bool>,
    /// For tests.
    #[prop(optional)]
    id: Option<&'static str>,
) -> impl IntoView {
    let picker = NodeRef::<Input>::new();
    view! {
        <input
            type="file"
            id=id
            accept=accept
            hidden=true
            aria-label=name
            node_ref=picker
            on:change=move |event| {
                let input = event_target::<HtmlInputElement>(&event);
                let file = input.files().and_then(|files| files.get(0));
                input.set_value("");
                if let Some(file) = file {
                    on_file(file);
                }
            }
        />
        <Button
            kind
            size
            glyph
            label
            busy
            on_press=move || {
                if let Some(picker) = picker.get_untracked() {
                    picker.click();
                }
            }
        />
    }
}
