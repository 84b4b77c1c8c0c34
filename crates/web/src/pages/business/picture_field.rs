//! A picture of a template's card, chosen when the template is sent.

use leptos::{prelude::*, task::spawn_local};
use tresen_view::AttachmentKind;
use web_sys::{File, Url};

use crate::{
    components::{ButtonSize, FilePicker, Glyph, PICTURES, Wrong},
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
    let (group, title) = (label.clone(), label.clone());
    view! {
        <div class="field" role="group" aria-label=group>
            <span class="legend">{title}</span>
            <div class="row wrap">
                {move || shown.get().map(|url| view! { <img class="tpl-pic" src=url alt="" /> })}
                <FilePicker
                    accept=PICTURES
                    name=label
                    label=words
                    on_file=take
                    glyph=Glyph::Image
                    size=ButtonSize::Small
                    busy=is_busy
                />
            </div>
            <Wrong error takes_focus=true />
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
