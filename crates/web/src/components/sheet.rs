//! Sheets rise from the bottom on phones; on desktops they are a dialog or a side sheet.

use leptos::{
    html::{Dialog, H2},
    prelude::*,
};
use web_sys::MouseEvent;

use super::{Button, ButtonKind, Glyph, IconButton};
use crate::{i18n::t, router};

/// A modal sheet. It is open as long as it is on the page; `on_close` takes it away. The focus goes
/// to its title; Esc, the back button and a click beside it close it, then the focus returns.
#[component]
pub fn Sheet(
    #[prop(into)] title: Signal<String>,
    on_close: impl Fn() + 'static,
    /// At the side of a desktop's window instead of in its middle.
    #[prop(optional)]
    side: bool,
    children: Children,
) -> impl IntoView {
    let dialog = NodeRef::<Dialog>::new();
    let heading = NodeRef::<H2>::new();
    let overlay = router::open_overlay(on_close);
    Effect::new(move |_| {
        let (Some(dialog), Some(heading)) = (dialog.get(), heading.get()) else { return };
        // It fails only for a dialog that is open already.
        dialog.show_modal().ok();
        heading.focus().ok();
    });
    on_cleanup(move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
        router::forget_overlay(overlay);
    });
    let class = if side { "sheet side" } else { "sheet" };
    view! {
        <dialog
            node_ref=dialog
            class=class
            aria-labelledby="sheet-title"
            on:cancel=move |event: web_sys::Event| {
                event.prevent_default();
                router::back();
            }
            on:mousedown=move |event: MouseEvent| {
                if is_backdrop(&event) {
                    router::back();
                }
            }
        >
            <div class="grab" aria-hidden="true"></div>
            <div class="sh">
                <h2 class="grow" id="sheet-title" tabindex="-1" node_ref=heading>
                    {title}
                </h2>
                <IconButton glyph=Glyph::X label=t().close.to_owned() on_press=router::back />
            </div>
            <div class="in">{children()}</div>
        </dialog>
    }
}

/// A click on the dialog itself is one beside its content.
fn is_backdrop(event: &MouseEvent) -> bool {
    match (event.target(), event.current_target()) {
        (Some(target), Some(dialog)) => target == dialog,
        _ => false,
    }
}

/// The question before something that can't be undone.
#[component]
pub fn Confirm(
    #[prop(into)] title: Signal<String>,
    #[prop(into)] text: String,
    #[prop(into)] yes: Signal<String>,
    on_yes: impl Fn() + Send + Sync + 'static,
    on_close: impl Fn() + 'static,
) -> impl IntoView {
    view! {
        <Sheet title on_close>
            <p class="mut">{text}</p>
            <div class="acts">
                <Button label=t().cancel.to_owned() on_press=router::back />
                <Button
                    kind=ButtonKind::DangerFill
                    label=yes
                    on_press=move || {
                        on_yes();
                        router::back();
                    }
                />
            </div>
        </Sheet>
    }
}
