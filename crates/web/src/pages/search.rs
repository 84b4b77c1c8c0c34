//! Search over everything on this device, and the way to the message that was found.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};
use tresen_types::ConversationId;
use tresen_view::{Answer, Command, SearchHit};
use web_sys::KeyboardEvent;

use super::chat::Talk;
use crate::{
    actions::{call, tell_failure},
    components::{EmptyState, Glyph, Icon, IconButton, roving_keys},
    i18n::{fill, t, time},
    state::app,
};

/// Letters that follow each other faster are searched for together.
const DELAY: Duration = Duration::from_millis(30);
const HITS_MAX: u32 = 50;

/// The field. Esc empties it.
#[component]
pub fn SearchField(query: RwSignal<String>, #[prop(into)] label: String) -> impl IntoView {
    view! {
        <div class="searchf" role="search">
            <Icon glyph=Glyph::Search />
            <input
                type="search"
                aria-label=label.clone()
                placeholder=label
                prop:value=query
                on:input=move |event| query.set(event_target_value(&event))
                on:keydown=move |event: KeyboardEvent| {
                    if event.key() == "Escape" && query.with_untracked(|query| !query.is_empty()) {
                        event.prevent_default();
                        event.stop_propagation();
                        query.set(String::new());
                    }
                }
            />
            {move || {
                query
                    .with(|query| !query.is_empty())
                    .then(|| {
                        view! {
                            <IconButton
                                glyph=Glyph::X
                                label=t().search_clear
                                on_press=move || query.set(String::new())
                            />
                        }
                    })
            }}
        </div>
    }
}

/// What was found. `on_choose` gets the hit that is pressed.
#[component]
pub fn SearchResults(
    #[prop(into)] query: Signal<String>,
    #[prop(optional)] conversation: Option<ConversationId>,
    on_choose: Callback<SearchHit>,
) -> impl IntoView {
    let hits = RwSignal::new(None::<(String, Vec<SearchHit>)>);
    Effect::new(move |timer: Option<Option<TimeoutHandle>>| {
        if let Some(Some(timer)) = timer {
            timer.clear();
        }
        let text = query.get();
        if text.trim().is_empty() {
            hits.set(None);
            return None;
        }
        let search = move || {
            spawn_local(async move {
                let asked = text.clone();
                let command = Command::Search { query: text, conversation, limit: HITS_MAX };
                match call(command).await {
                    Ok(Answer::Hits(found)) => {
                        // An answer to an older question is dropped.
                        if query.try_get_untracked().as_ref() == Some(&asked) {
                            hits.set(Some((asked, found)));
                        }
                    }
                    Ok(_) => {}
                    Err(failure) => tell_failure(&failure),
                }
            });
        };
        set_timeout_with_handle(search, DELAY).ok()
    });
    let is_single = conversation.is_some();
    move || {
        hits.get().map(|(asked, found)| {
            let count = u64::try_from(found.len()).unwrap_or(0);
            let rows = found.into_iter().map(|hit| row(hit, is_single, on_choose)).collect_view();
            if count == 0 {
                let title = fill(t().search_nothing, &[("query", &asked)]);
                return view! {
                    <EmptyState glyph=Glyph::Search title text=t().search_nothing_hint />
                }
                .into_any();
            }
            view! {
                <p class="hint hits-n" role="status">
                    {t().search_hits.of(count)}
                </p>
                <div on:keydown=move |event| roving_keys(&event)>{rows}</div>
            }
            .into_any()
        })
    }
}

fn row(hit: SearchHit, is_single: bool, on_choose: Callback<SearchHit>) -> AnyView {
    let name = (!is_single).then(|| hit.name.clone());
    let at = time::row_time(hit.at);
    let snippet = hit
        .snippet
        .iter()
        .map(|(text, is_hit)| {
            let text = text.clone();
            if *is_hit { view! { <mark>{text}</mark> }.into_any() } else { text.into_any() }
        })
        .collect::<Vec<_>>();
    view! {
        <button
            type="button"
            class="hit"
            data-row=hit.message.to_string()
            on:click=move |_| on_choose.run(hit.clone())
        >
            <span class="row sp">
                <span class="nm ell" dir="auto">{name}</span>
                <span class="tm">{at}</span>
            </span>
            <span class="lm" dir="auto">{snippet}</span>
        </button>
    }
    .into_any()
}

/// Search in one chat, for its sheet.
#[component]
pub(super) fn SearchInChat(talk: Talk) -> impl IntoView {
    let query = RwSignal::new(String::new());
    let choose = Callback::new(move |hit: SearchHit| {
        // The sheet goes first: it gives the focus back to what opened it, then the message takes it.
        talk.over.set(None);
        app().jump.set(Some((hit.conversation, hit.message)));
    });
    view! {
        <SearchField query label=t().search_in_chat />
        <SearchResults query conversation=talk.conversation on_choose=choose />
        <p class="hint">{t().search_private}</p>
    }
}
