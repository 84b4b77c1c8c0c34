//! The message that is pinned above the chat.

use leptos::prelude::*;
use tresen_view::{Command, EverydayCommand};

use super::talk::Talk;
use crate::{
    components::{Glyph, Icon, IconButton},
    i18n::t,
};

/// A line that leads to it; nothing without one.
#[component]
pub(super) fn PinnedBar(talk: Talk) -> impl IntoView {
    let pinned = Memo::new(move |_| talk.header.with(|header| header.as_ref()?.pinned.clone()));
    move || {
        pinned.get().map(|pinned| {
            let message = pinned.message;
            let conversation = talk.conversation;
            view! {
                <div class="pinned" data-pinned="yes">
                    <button type="button" class="row grow" on:click=move |_| talk.jump(message)>
                        <Icon glyph=Glyph::Pin small=true />
                        <span class="vh">{t().pinned}</span>
                        <span class="ell" dir="auto">
                            {pinned.preview}
                        </span>
                    </button>
                    <IconButton
                        glyph=Glyph::X
                        label=t().unpin
                        on_press=move || {
                            let pin = EverydayCommand::Pin { conversation, message: None };
                            talk.act(Command::Everyday(pin));
                        }
                    />
                </div>
            }
        })
    }
}
