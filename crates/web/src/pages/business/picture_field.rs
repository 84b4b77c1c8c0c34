//! A picture of a template's card, chosen when the template is sent.

use leptos::{html::Input, prelude::*, task::spawn_local};
use tresen_view::AttachmentKind;
use web_sys::{File, HtmlInputElement, Url};

use crate::{
    components::{Button, ButtonSize, Glyph, Icon},
    i18n::{b, t},
    pages::{Prepared, address_of, prepare},
};

/// The field; what was chosen is made ready at once, without place, device and time in it.
#[component]
pub(super) fn PictureField(
    label: String,
    value: RwSignal<Option<Prepared>, LocalStorage>,
    error: RwSignal<Option<String>>,
) -> impl IntoView {
    let picker = NodeRef::<Input>::new();
    let is_busy = RwSignal::new(false);
    let shown = shown(value);
    let take = move |file: File| {
        is_busy.set(true);
        spawn_local(async move {
            match prepare(file).await {
                Ok(ready) if ready.kind == AttachmentKind::Photo => {
                    error.try_set(None);
                    value.try_set(Some(ready));
                }
                Ok(_) | Err(_) => {
                    error.try_set(Some(t().photo_unreadable.to_owned()));
                }
            }
            is_busy.try_set(false);
        });
    };
    let words = Signal::derive(move || {
        if value.with(Option::is_some) { b().cat_other_picture } else { b().cat_picture }.to_owned()
    });
    let choose = move || {
        if let Some(picker) = picker.get_untracked() {
            picker.click();
        }
    };
    let (group, title) = (label.clone(), label.clone());
    view! {
        <div class="field" role="group" aria-label=group>
            <span class="legend">{title}</span>
            <input
                type="file"
                accept="image/png,image/jpeg,image/webp"
                hidden=true
                aria-label=label
                data-role="picture"
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
            <div class="row wrap">
                {move || shown.get().map(|url| view! { <img class="tpl-pic" src=url alt="" /> })}
                <Button
                    size=ButtonSize::Small
                    glyph=Glyph::Image
                    label=words
                    busy=is_busy
                    on_press=choose
                />
            </div>
            // Focused when it stands in the way.
            {move || {
                error
                    .get()
                    .map(|error| {
                        view! {
                            <p class="err-t" role="alert" tabindex="-1" data-wrong="">
                                <Icon glyph=Glyph::CircleAlert small=true />
                                <span>{error}</span>
                            </p>
                        }
                    })
            }}
        </div>
    }
}

/// The address of what was chosen, given back when it is over.
fn shown(value: RwSignal<Option<Prepared>, LocalStorage>) -> RwSignal<Option<String>> {
    let url = RwSignal::new(None::<String>);
    let forget = move || {
        if let Some(url) = url.try_get_untracked().flatten() {
            // An address that this page made.
            Url::revoke_object_url(&url).ok();
        }
    };
    Effect::new(move |_| {
        let made = value.with(|value| value.as_ref().and_then(|ready| address_of(&ready.blob)));
        forget();
        url.set(made);
    });
    on_cleanup(forget);
    url
}
