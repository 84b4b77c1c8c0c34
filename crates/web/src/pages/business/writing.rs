//! What an agent has in the composer: notes for colleagues, and what is picked while writing (quick
//! replies after a slash, colleagues after an at sign in a note).

use leptos::{prelude::*, task::spawn_local};
use tresen_types::{ConversationId, DeviceId};
use tresen_view::{Command, QuickReplyView, TeamCommand, quick_reply};
use web_sys::KeyboardEvent;

use super::desk::{Desk, desk};
use crate::{
    actions::{call, tell_failure},
    components::{Button, ButtonKind, Field, Glyph, Icon, Sheet},
    i18n::b,
    pages::ComposerHooks,
    state::app,
};

/// Names of the fields that ask for missing values.
const FIELDS: [&str; 6] = ["reply-1", "reply-2", "reply-3", "reply-4", "reply-5", "reply-6"];
/// Entries that are offered at once.
const OFFERED: usize = 6;

/// Something that can be picked.
#[derive(Clone, PartialEq)]
enum Pick {
    Reply(QuickReplyView),
    Colleague(String),
}

#[derive(Clone, Copy)]
struct Writing {
    desk: Desk,
    conversation: ConversationId,
    /// The customer's name.
    name: Signal<String>,
    text: StoredValue<Option<RwSignal<String>>>,
    at: RwSignal<usize>,
    /// A reply that lacks values.
    asking: RwSignal<Option<QuickReplyView>>,
}

/// Gives the composer of the chat below what an agent needs.
pub(super) fn provide(conversation: ConversationId, name: Signal<String>) {
    let writing = Writing {
        desk: desk(),
        conversation,
        name,
        text: StoredValue::new(None),
        at: RwSignal::new(0),
        asking: RwSignal::new(None),
    };
    writing.desk.is_note.set(false);
    provide_context(ComposerHooks {
        above: Callback::new(move |text| {
            writing.text.set_value(Some(text));
            view! { <Above writing text /> }.into_any()
        }),
        key: Callback::new(move |event: KeyboardEvent| writing.take_key(&event)),
        take: Callback::new(move |text: String| writing.take(&text)),
        is_note: writing.desk.is_note.into(),
    });
}

impl Writing {
    /// What fits what is being written.
    fn picks(self, text: &str) -> Vec<Pick> {
        if self.desk.is_note.get() {
            let Some((_, typed)) = text.rsplit_once('@') else { return Vec::new() };
            if typed.contains(char::is_whitespace) {
                return Vec::new();
            }
            let typed = typed.to_lowercase();
            let colleagues = self.desk.devices.get().unwrap_or_default();
            return colleagues
                .into_iter()
                .filter(|device| !device.is_this && device.name.to_lowercase().starts_with(&typed))
                .map(|device| Pick::Colleague(device.name))
                .take(OFFERED)
                .collect();
        }
        let Some(typed) = text.strip_prefix('/') else { return Vec::new() };
        let typed = typed.to_lowercase();
        let replies = self.desk.team.with(|team| team.replies.clone());
        let fits = |reply: &QuickReplyView| reply.shortcut.starts_with(&typed);
        replies.into_iter().filter(fits).map(Pick::Reply).take(OFFERED).collect()
    }

    fn take_key(self, event: &KeyboardEvent) -> bool {
        let Some(text) = self.text.get_value() else { return false };
        let picks = untrack(|| self.picks(&text.get_untracked()));
        let last = picks.len().saturating_sub(1);
        let at = self.at.get_untracked().min(last);
        match event.key().as_str() {
            _ if picks.is_empty() => {
                let leaves = event.key() == "Escape" && self.desk.is_note.get_untracked();
                if leaves {
                    self.desk.is_note.set(false);
                }
                return leaves;
            }
            "ArrowDown" => self.at.set((at + 1).min(last)),
            "ArrowUp" => self.at.set(at.saturating_sub(1)),
            "Enter" | "Tab" => {
                if let Some(pick) = picks.into_iter().nth(at) {
                    self.pick(pick);
                }
            }
            "Escape" => text.set(String::new()),
            _ => return false,
        }
        true
    }

    fn pick(self, pick: Pick) {
        self.at.set(0);
        let Some(text) = self.text.get_value() else { return };
        match pick {
            Pick::Colleague(name) => text.update(|text| {
                let before = text.rsplit_once('@').map_or("", |(before, _)| before);
                *text = format!("{before}@{name} ");
            }),
            Pick::Reply(reply) if missing(&reply).is_empty() => {
                text.set(self.filled(&reply, |_| None));
            }
            Pick::Reply(reply) => {
                text.set(String::new());
                self.asking.set(Some(reply));
            }
        }
    }

    fn filled(self, reply: &QuickReplyView, value_of: impl Fn(&str) -> Option<String>) -> String {
        let agent = app().account_view().map(|account| account.name).unwrap_or_default();
        let name = self.name.get_untracked();
        quick_reply::fill(&reply.text, |placeholder| match placeholder {
            quick_reply::NAME => Some(name.clone()),
            quick_reply::AGENT => Some(agent.clone()),
            other => value_of(other),
        })
    }

    /// Takes what would be sent, when it is a note.
    fn take(self, text: &str) -> bool {
        if !self.desk.is_note.get_untracked() {
            return false;
        }
        let text = text.trim().to_owned();
        let mentions = self.mentioned(&text);
        let conversation = self.conversation;
        self.desk.is_note.set(false);
        spawn_local(async move {
            let note = TeamCommand::AddNote { conversation, text, mentions };
            if let Err(failure) = call(Command::Team(Box::new(note))).await {
                tell_failure(&failure);
            }
        });
        true
    }

    fn mentioned(self, text: &str) -> Vec<DeviceId> {
        let text = text.to_lowercase();
        let devices = self.desk.devices.get_untracked().unwrap_or_default();
        let is_named =
            |name: &str| !name.is_empty() && text.contains(&format!("@{}", name.to_lowercase()));
        devices
            .into_iter()
            .filter(|device| !device.is_this && is_named(&device.name))
            .map(|device| device.device)
            .collect()
    }
}

/// The placeholders that nobody but the agent can fill.
fn missing(reply: &QuickReplyView) -> Vec<String> {
    let mut names = quick_reply::placeholders(&reply.text);
    names.retain(|name| name != quick_reply::NAME && name != quick_reply::AGENT);
    names.truncate(FIELDS.len());
    names
}

#[component]
fn Above(writing: Writing, text: RwSignal<String>) -> impl IntoView {
    let is_note = writing.desk.is_note;
    let picks = Memo::new(move |_| writing.picks(&text.get()));
    let entries = move || {
        let picks = picks.get();
        let at = writing.at.get().min(picks.len().saturating_sub(1));
        (!picks.is_empty()).then(|| {
            let entries = picks
                .into_iter()
                .enumerate()
                .map(|(number, pick)| pick_view(writing, pick, number == at))
                .collect_view();
            view! {
                <div class="picks" role="listbox" aria-label=b().replies>
                    {entries}
                </div>
            }
        })
    };
    view! {
        {entries}
        <div class="modes">
            <button
                type="button"
                class="btn sec head-btn"
                data-note-mode="yes"
                aria-pressed=move || if is_note.get() { "true" } else { "false" }
                on:click=move |_| is_note.update(|is_note| *is_note = !*is_note)
            >
                <Icon glyph=Glyph::StickyNote small=true />
                {move || if is_note.get() { b().note_leave } else { b().note_write }}
            </button>
            <span class="hint wide-only">
                {move || if is_note.get() { b().note_hint } else { b().replies_hint }}
            </span>
        </div>
        {move || writing.asking.get().map(|reply| view! { <Ask writing reply text /> })}
    }
}

fn pick_view(writing: Writing, pick: Pick, is_on: bool) -> AnyView {
    let chosen = pick.clone();
    let (title, text) = match pick {
        Pick::Reply(reply) => (format!("/{}", reply.shortcut), reply.text),
        Pick::Colleague(name) => (format!("@{name}"), String::new()),
    };
    view! {
        <button
            type="button"
            role="option"
            tabindex="-1"
            class:on=is_on
            aria-selected=if is_on { "true" } else { "false" }
            on:click=move |_| writing.pick(chosen.clone())
        >
            <b>{title}</b>
            <span class="ell" dir="auto">
                {text}
            </span>
        </button>
    }
    .into_any()
}

/// Asks for what a reply lacks.
#[component]
fn Ask(writing: Writing, reply: QuickReplyView, text: RwSignal<String>) -> impl IntoView {
    let values = missing(&reply)
        .into_iter()
        .zip(FIELDS)
        .map(|(name, id)| (name, id, RwSignal::new(String::new())))
        .collect::<Vec<_>>();
    let fields = values
        .clone()
        .into_iter()
        .enumerate()
        .map(|(at, (name, id, value))| view! { <Field id label=name value autofocus=at == 0 /> })
        .collect_view();
    let take_over = move || {
        let filled = writing.filled(&reply, |name| {
            let (_, _, value) = values.iter().find(|(known, ..)| known == name)?;
            let value = value.get_untracked().trim().to_owned();
            (!value.is_empty()).then_some(value)
        });
        text.set(filled);
        writing.asking.set(None);
    };
    view! {
        <Sheet
            title=b().reply_ask
            on_close=move || {
                writing.asking.try_set(None);
            }
        >
            <form
                class="stack"
                on:submit=move |event| {
                    event.prevent_default();
                    take_over();
                }
            >
                {fields}
                <Button kind=ButtonKind::Primary wide=true submit=true label=b().reply_use on_press=|| () />
            </form>
        </Sheet>
    }
}
