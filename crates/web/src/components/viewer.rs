//! One photo, as large as the window.

use leptos::{html::Dialog, prelude::*};
use web_sys::KeyboardEvent;

use super::{Glyph, Icon, IconButton};
use crate::{i18n::t, router};

/// The viewer; open as long as it is on the page. `on_step` goes to the photo before or after.
#[component]
pub fn Viewer(
    #[prop(into)] url: Signal<Option<String>>,
    #[prop(into)] caption: Signal<String>,
    #[prop(into)] file_name: Signal<String>,
    on_step: Callback<i32>,
    on_close: impl Fn() + 'static,
) -> impl IntoView {
    let dialog = NodeRef::<Dialog>::new();
    let overlay = router::open_overlay(on_close);
    Effect::new(move |_| {
        if let Some(dialog) = dialog.get() {
            // It fails only for a dialog that is open already.
            dialog.show_modal().ok();
        }
    });
    on_cleanup(move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
        router::forget_overlay(overlay);
    });
    view! {
        <dialog
            node_ref=dialog
            class="viewer"
            aria-label=t().photo
            on:cancel=move |event: web_sys::Event| {
                event.prevent_default();
                router::back();
            }
            on:keydown=move |event: KeyboardEvent| match event.key().as_str() {
                "ArrowLeft" => on_step.run(-1),
                "ArrowRight" => on_step.run(1),
                _ => {}
            }
        >
            <div class="viewer-bar">
                <IconButton glyph=Glyph::X label=t().close on_press=router::back />
                <span class="grow"></span>
                {move || {
                    url.get()
                        .map(|url| {
                            view! {
                                <a
                                    class="ib"
                                    href=url
                                    download=file_name
                                    aria-label=t().download
                                    title=t().download
                                >
                                    <Icon glyph=Glyph::Download />
                                </a>
                            }
                        })
                }}
            </div>
            <div class="viewer-pic">
                {move || match url.get() {
                    Some(url) => view! { <img src=url alt=caption /> }.into_any(),
                    None => view! { <span class="spin"></span> }.into_any(),
                }}
            </div>
            <div class="viewer-bar">
                <IconButton
                    glyph=Glyph::ChevronLeft
                    label=t().photo_previous
                    on_press=move || on_step.run(-1)
                />
                <p class="grow" dir="auto">{caption}</p>
                <IconButton
                    glyph=Glyph::ChevronRight
                    label=t().photo_next
                    on_press=move || on_step.run(1)
                />
            </div>
        </dialog>
    }
}
