//! Sheets and entries of the menus for everyday things: forward, delete, starred messages, and what is
//! possible with a message.

use leptos::{prelude::*, task::spawn_local};
use tresen_types::{AccountKind, MessageId};
use tresen_view::{
    Answer, Command, ConversationRow, EverydayCommand, MessageBody, MessageState, MessageView,
    SearchHit,
};

use super::{
    Face,
    talk::{Over, Talk},
};
use crate::{
    actions::{call, find_as_typed, tell_failure},
    components::{
        Avatar, Button, ButtonKind, EmptyState, Glyph, MenuItem, Sheet, Sign, SkeletonRows,
    },
    i18n::{t, time},
    pages::SearchField,
    router,
    state::app,
};

/// How long a text can be changed; the SDK decides, this only offers.
const EDIT_MS: i64 = 15 * 60 * 1_000;
const DELETE_MS: i64 = 2 * 24 * 60 * 60 * 1_000;
/// Chats that are offered at once for a message to be forwarded to.
const FOUND: u32 = 30;

/// Whether this person wrote it, with this device where agents share an account.
fn is_mine(talk: Talk, view: &MessageView) -> bool {
    view.is_own
        && match talk.face {
            Face::Customer => true,
            Face::Business => {
                app().account_view().is_some_and(|account| account.device == view.sender)
            }
        }
}

/// Whether the text can be changed now.
pub(super) fn can_edit(talk: Talk, view: &MessageView) -> bool {
    matches!(view.body, MessageBody::Text { .. })
        && is_mine(talk, view)
        && view.state != Some(MessageState::Failed)
        && time::now().millis_since(view.at) < EDIT_MS
}

fn can_take_back(talk: Talk, view: &MessageView) -> bool {
    matches!(
        view.body,
        MessageBody::Text { .. } | MessageBody::Attachment(_) | MessageBody::Card(_)
    ) && is_mine(talk, view)
        && is_sent(view)
        && time::now().millis_since(view.at) < DELETE_MS
}

fn is_sent(view: &MessageView) -> bool {
    view.state.is_some_and(|state| state != MessageState::Queued && state != MessageState::Failed)
}

/// What can be done with a message beside answering it.
pub(super) fn items(talk: Talk, view: &MessageView, can_write: bool) -> Vec<MenuItem> {
    let message = view.message;
    let conversation = talk.conversation;
    let mut items = Vec::new();
    if can_write && can_edit(talk, view) {
        let edit = move || talk.editing.set(Some(message));
        items.push(MenuItem::new(Glyph::Pencil, t().edit, edit));
    }
    let is_here = !view.is_own || is_sent(view);
    let is_plain = matches!(
        view.body,
        MessageBody::Text { .. } | MessageBody::Attachment(_) | MessageBody::Card(_)
    );
    if is_plain && is_here {
        let forward = move || talk.over.set(Some(Over::Forward(message)));
        items.push(MenuItem::new(Glyph::Forward, t().forward, forward));
    }
    if !matches!(view.body, MessageBody::Deleted) {
        let is_starred = !view.marks.is_starred;
        let label = if is_starred { t().star } else { t().unstar };
        items.push(MenuItem::new(Glyph::Star, label, move || {
            talk.act(Command::Everyday(EverydayCommand::Star { message, is_starred }));
        }));
        let pinned = talk.header.with_untracked(|header| {
            header.as_ref().and_then(|header| Some(header.pinned.as_ref()?.message))
        });
        let next = (pinned != Some(message)).then_some(message);
        let label = if next.is_some() { t().pin } else { t().unpin };
        items.push(MenuItem::new(Glyph::Pin, label, move || {
            talk.act(Command::Everyday(EverydayCommand::Pin { conversation, message: next }));
        }));
    }
    let mut delete = MenuItem::new(Glyph::Trash2, t().delete, move || {
        talk.over.set(Some(Over::Delete(message)));
    });
    delete.is_danger = true;
    items.push(delete);
    items
}

/// What can be done with the whole chat.
pub(super) fn chat_items(talk: Talk) -> Vec<MenuItem> {
    let conversation = talk.conversation;
    let starred = move || talk.over.set(Some(Over::Starred));
    let mut items = vec![MenuItem::new(Glyph::Star, t().starred, starred)];
    if talk.face == Face::Business {
        return items;
    }
    let marks = talk.header.with_untracked(|header| {
        header.as_ref().map(|header| header.row.marks.clone()).unwrap_or_default()
    });
    let (is_muted, is_archived) = (!marks.is_muted, !marks.is_archived);
    let label = if is_muted { t().mute_chat } else { t().unmute_chat };
    items.push(MenuItem::new(Glyph::BellOff, label, move || {
        talk.act(Command::Everyday(EverydayCommand::SetMuted { conversation, is_muted }));
    }));
    let label = if is_archived { t().archive_chat } else { t().unarchive_chat };
    items.push(MenuItem::new(Glyph::Archive, label, move || {
        talk.act(Command::Everyday(EverydayCommand::SetArchived { conversation, is_archived }));
    }));
    items
}

/// For whom a message is deleted.
#[component]
pub(super) fn DeleteSheet(
    talk: Talk,
    message: MessageId,
    on_close: impl Fn() + 'static,
) -> impl IntoView {
    let for_all = talk.message(message).is_some_and(|view| can_take_back(talk, &view));
    let delete = move |for_everyone: bool| {
        router::back();
        talk.act(Command::Everyday(EverydayCommand::Delete { message, for_everyone }));
    };
    view! {
        <Sheet title=t().delete_question on_close>
            <div class="stack">
                {for_all
                    .then(|| {
                        view! {
                            <Button
                                kind=ButtonKind::Danger
                                wide=true
                                label=t().delete_everyone
                                on_press=move || delete(true)
                            />
                        }
                    })}
                <Button wide=true label=t().delete_me on_press=move || delete(false) />
            </div>
        </Sheet>
    }
}

/// The other chats, the newest or by name; a press forwards.
#[component]
pub(super) fn ForwardSheet(
    talk: Talk,
    message: MessageId,
    on_close: impl Fn() + 'static,
) -> impl IntoView {
    let query = RwSignal::new(String::new());
    let found = find_as_typed(query, FOUND);
    let buttons = move || {
        let mut others = found.get()?;
        others.retain(|row| row.conversation != talk.conversation);
        if others.is_empty() {
            return Some(view! { <p class="mut">{t().forward_none}</p> }.into_any());
        }
        Some(others.into_iter().map(|row| forward_button(row, message)).collect_view().into_any())
    };
    view! {
        <Sheet title=t().forward_to on_close>
            <SearchField query label=t().search />
            {buttons}
        </Sheet>
    }
}

fn forward_button(row: ConversationRow, message: MessageId) -> AnyView {
    let id = row.conversation;
    let name = if row.name.is_empty() { t().unknown_name.to_owned() } else { row.name };
    let picture = match row.counterpart.kind() {
        AccountKind::Business => {
            let (colour, logo) = (row.sign_colour, row.logo);
            view! { <Sign name=name.clone() colour logo size=40 /> }.into_any()
        }
        AccountKind::Person => view! { <Avatar name=name.clone() size=40 /> }.into_any(),
    };
    let forward = move |_| {
        router::back();
        spawn_local(async move {
            let command = EverydayCommand::Forward { message, to: vec![id] };
            match call(Command::Everyday(command)).await {
                Ok(_) => app().tell(t().forwarded_now),
                Err(failure) => tell_failure(&failure),
            }
        });
    };
    view! {
        <button type="button" class="row li wide-btn" data-forward=id.to_string() on:click=forward>
            {picture}
            <bdi class="grow">{name}</bdi>
        </button>
    }
    .into_any()
}

/// All starred messages; a press leads there.
#[component]
pub(super) fn StarredSheet(talk: Talk, on_close: impl Fn() + 'static) -> impl IntoView {
    let found = RwSignal::new(None::<Vec<SearchHit>>);
    spawn_local(async move {
        match call(Command::Everyday(EverydayCommand::Starred)).await {
            Ok(Answer::Hits(hits)) => {
                found.try_set(Some(hits));
            }
            Ok(_) => {}
            Err(failure) => tell_failure(&failure),
        }
    });
    let base = match talk.face {
        Face::Customer => "/c/",
        Face::Business => "/business/c/",
    };
    view! {
        <Sheet title=t().starred on_close side=true>
            {move || match found.get() {
                None => view! { <SkeletonRows /> }.into_any(),
                Some(hits) if hits.is_empty() => {
                    view! { <EmptyState glyph=Glyph::Star title=t().starred_none /> }.into_any()
                }
                Some(hits) => hits.into_iter().map(|hit| hit_view(hit, base)).collect_view().into_any(),
            }}
        </Sheet>
    }
}

fn hit_view(hit: SearchHit, base: &'static str) -> AnyView {
    let text = hit.snippet.into_iter().map(|(text, _)| text).collect::<String>();
    let (conversation, message) = (hit.conversation, hit.message);
    view! {
        <button
            type="button"
            class="row li wide-btn"
            data-starred="yes"
            on:click=move |_| {
                app().jump.set(Some((conversation, message)));
                router::navigate(&format!("{base}{conversation}"));
            }
        >
            <span class="grow">
                <b class="ell blk" dir="auto">{hit.name}</b>
                <span class="ell blk" dir="auto">
                    {text}
                </span>
            </span>
            <span class="hint num">{time::date(hit.at)}</span>
        </button>
    }
    .into_any()
}
