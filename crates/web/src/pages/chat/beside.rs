//! What lies beside the messages for a reason: what is pinned, what a stop word did, what waits for the
//! digest, why nothing can be written, what is being changed.

use leptos::{prelude::*, task::spawn_local};
use tresen_view::{Command, ConversationHeader, EverydayCommand};

use super::{
    Face,
    limits::undo_stop,
    talk::{Over, Talk},
};
use crate::{
    components::{Button, ButtonKind, ButtonSize, Glyph, Icon, IconButton},
    i18n::{fill, t, time},
};

/// Something beside the messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beside {
    /// The message that is pinned, above the chat.
    Pinned,
    /// A stop word, as long as it can be taken back.
    Stopped,
    /// What waits on this device until the customer's day.
    Held,
    /// In the place of the composer: why there is none.
    CantWrite,
    /// What is in the field replaces a message.
    Editing,
}

impl Beside {
    /// Whether there is a reason for it.
    pub(super) fn is_there(self, header: &ConversationHeader, talk: Talk) -> bool {
        match self {
            Self::Pinned => header.pinned.is_some(),
            Self::Stopped => talk.face == Face::Customer && header.stopped.is_some(),
            Self::Held => talk.face == Face::Customer && header.held.is_some(),
            Self::CantWrite | Self::Editing => true,
        }
    }
}

/// Builds it.
#[must_use]
pub fn beside(beside: Beside, talk: Talk) -> AnyView {
    match beside {
        Beside::Pinned => view! { <PinnedBar talk /> }.into_any(),
        Beside::Stopped => view! { <StopNotice talk /> }.into_any(),
        Beside::Held => view! { <HeldNotice talk /> }.into_any(),
        Beside::CantWrite => view! { <CantWrite talk /> }.into_any(),
        Beside::Editing => view! { <EditTray talk /> }.into_any(),
    }
}

/// A line that leads to the pinned message.
#[component]
fn PinnedBar(talk: Talk) -> impl IntoView {
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

/// Above the composer, with the way back.
#[component]
fn StopNotice(talk: Talk) -> impl IntoView {
    let conversation = talk.conversation;
    view! {
        <div class="coll" data-stopped="yes" role="status">
            <Icon glyph=Glyph::Ban small=true />
            <span class="grow">{fill(t().stop_done, &[("shop", &talk.name())])}</span>
            <Button
                kind=ButtonKind::Text
                size=ButtonSize::Small
                label=t().stop_undo
                on_press=move || spawn_local(undo_stop(conversation))
            />
        </div>
    }
}

/// Above the composer, how much waits.
#[component]
fn HeldNotice(talk: Talk) -> impl IntoView {
    let held = Memo::new(move |_| talk.header.with(|header| header.as_ref()?.held));
    move || {
        held.get().map(|(count, until)| {
            let words = t().held.choose(u64::from(count));
            let when = time::day_time(until);
            view! {
                <div class="coll" data-held=count.to_string()>
                    <Icon glyph=Glyph::Hourglass small=true />
                    <span class="grow">
                        {fill(words, &[("n", &count.to_string()), ("time", &when)])}
                    </span>
                </div>
            }
        })
    }
}

/// In the place of the composer.
#[component]
fn CantWrite(talk: Talk) -> impl IntoView {
    move || {
        let header = talk.header.get()?;
        if talk.face == Face::Business && header.can_write {
            // The window is closed: what stands above says so, and what is possible.
            return None;
        }
        let name = header.row.name.clone();
        let conversation = talk.conversation;
        let content = if header.has_ended {
            view! { <p>{fill(t().cant_write_ended, &[("name", &name)])}</p> }.into_any()
        } else if header.row.is_blocked {
            view! {
                <p>{fill(t().cant_write_blocked, &[("name", &name)])}</p>
                <Button
                    label=t().unblock
                    on_press=move || {
                        talk.act(Command::SetBlocked { conversation, is_blocked: false });
                    }
                />
            }
            .into_any()
        } else if talk.face == Face::Customer {
            view! {
                <p>{fill(t().cant_write_consent, &[("name", &name)])}</p>
                <Button
                    kind=ButtonKind::Primary
                    label=t().allow_again
                    on_press=move || talk.over.set(Some(Over::Limits))
                />
            }
            .into_any()
        } else {
            view! { <p>{fill(t().cant_write_customer, &[("name", &name)])}</p> }.into_any()
        };
        Some(view! { <div class="cant">{content}</div> })
    }
}

/// Says that what is in the field replaces a message.
#[component]
fn EditTray(talk: Talk) -> impl IntoView {
    view! {
        <div class="tray" data-editing="yes">
            <Icon glyph=Glyph::Pencil small=true />
            <b class="grow">{t().editing}</b>
            <IconButton
                glyph=Glyph::X
                label=t().edit_drop
                on_press=move || talk.editing.set(None)
            />
        </div>
    }
}
