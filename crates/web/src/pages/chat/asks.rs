//! What a business says that it can be asked: questions before the first message, and words after a slash.

use leptos::prelude::*;
use tresen_types::profile::More;
use tresen_view::Command;

use super::talk::Talk;
use crate::i18n::t;

/// Commands that are shown at once.
const SHOWN_MAX: usize = 6;

/// Above the field: the questions while nothing was said, or the commands that fit what is typed.
#[component]
pub fn Asks(
    more: More,
    /// What is in the field.
    text: RwSignal<String>,
    talk: Talk,
) -> impl IntoView {
    let has_spoken = Memo::new(move |_| {
        talk.messages
            .with(|all| all.iter().any(|entry| entry.view.with_untracked(|view| view.is_own)))
    });
    let say = move |words: String| {
        text.set(String::new());
        let conversation = talk.conversation;
        talk.act(Command::SendText { conversation, text: words, reply_to: None });
    };
    let chip = move |words: String, about: String| {
        let said = words.clone();
        view! {
            <button type="button" class="chip" dir="auto" on:click=move |_| say(said.clone())>
                {words}
                {(!about.is_empty()).then(|| view! { <span class="mut">{about}</span> })}
            </button>
        }
    };
    move || {
        let typed = text.get();
        let chips = match typed.strip_prefix('/') {
            Some(start) => more
                .commands
                .iter()
                .filter(|command| command.name.starts_with(start.trim()))
                .take(SHOWN_MAX)
                .map(|command| chip(format!("/{}", command.name), command.about.clone()))
                .collect::<Vec<_>>(),
            None if typed.is_empty() && !has_spoken.get() => {
                more.prompts.iter().map(|prompt| chip(prompt.clone(), String::new())).collect()
            }
            None => Vec::new(),
        };
        (!chips.is_empty()).then(|| {
            view! { <div class="chips asks" role="group" aria-label=t().asks_label>{chips}</div> }
        })
    }
}
