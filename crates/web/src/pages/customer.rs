//! The customer's face: the list of chats, and the chat beside it or in its place.

use leptos::{html::Div, prelude::*, task::spawn_local};
use tresen_types::ConversationId;
use tresen_view::{Answer, Command, SearchHit};
use web_sys::KeyboardEvent;

use super::{
    chat::{ChatView, Face},
    search::SearchField,
};
use crate::{
    actions::{call, follow_rows, look_at_rows},
    components::{
        Badge, ChatRow, EmptyState, Glyph, Icon, Mark, OfflineBar, RowFace, SkeletonRows,
        roving_keys,
    },
    i18n::t,
    parts::{self, Seldom},
    router::{self, Route},
    state::{Row, app},
};

/// List and chat.
#[component]
pub fn CustomerPage() -> impl IntoView {
    let open = Memo::new(|_| match router::route() {
        Route::Chat(conversation) => Some(conversation),
        _ => None,
    });
    view! {
        <main class="two" class:has-chat=move || open.get().is_some()>
            <ChatList open />
            <div class="pane chat-pane">
                {move || match open.get() {
                    Some(conversation) => view! {
                        <ChatHeading conversation />
                        <ChatView conversation face=Face::Customer back="/" />
                    }
                    .into_any(),
                    None => {
                        view! {
                            <EmptyState
                                glyph=Glyph::MessageCircle
                                title=t().no_chat_chosen
                                text=t().no_chat_chosen_hint
                            />
                        }
                        .into_any()
                    }
                }}
            </div>
        </main>
        <CustomerTabs />
    }
}

/// The page's heading where the list isn't beside the chat.
#[component]
fn ChatHeading(conversation: ConversationId) -> impl IntoView {
    let name = Memo::new(move |_| {
        let rows = app().rows.get();
        let row = rows.iter().find(|row| row.id == conversation)?;
        Some(row.view.with(|view| view.name.clone()))
    });
    // A chat that stands far down in the list isn't drawn there.
    let known = RwSignal::new(None::<String>);
    Effect::new(move |_| {
        if app().rows.of().is_some() && name.with(Option::is_none) {
            spawn_local(async move {
                // What fails here is told by the chat itself, which asks the same.
                if let Ok(Answer::Header(header)) = call(Command::Header { conversation }).await {
                    known.try_set(Some(header.row.name));
                }
            });
        }
    });
    view! {
        <h1 class="vh only-narrow" dir="auto">
            {move || name.get().or_else(|| known.get())}
        </h1>
    }
}

#[component]
fn ChatList(open: Memo<Option<ConversationId>>) -> impl IntoView {
    let query = RwSignal::new(String::new());
    let pane = NodeRef::<Div>::new();
    let is_searching = Memo::new(move |_| query.with(|query| !query.trim().is_empty()));
    let choose = Callback::new(move |hit: SearchHit| {
        app().jump.set(Some((hit.conversation, hit.message)));
        router::navigate(&format!("/c/{}", hit.conversation));
    });
    view! {
        <nav class="pane list-pane" aria-label=t().chats>
            <div class="list-head">
                <div class="row">
                    <span class="only-wide">
                        <Mark />
                    </span>
                    <h1 class="grow">{t().chats}</h1>
                    <a class="ib only-wide" href="/settings" aria-label=t().settings title=t().settings>
                        <Icon glyph=Glyph::Settings />
                    </a>
                </div>
                <SearchField query label=t().search_hint />
            </div>
            {move || open.get().is_none().then(|| view! { <OfflineBar /> })}
            <div
                class="scroll"
                node_ref=pane
                on:scroll=move |_| {
                    if let Some(pane) = pane.get_untracked().filter(|_| !is_searching.get_untracked()) {
                        follow_rows(&pane);
                    }
                }
            >
                {move || {
                    if is_searching.get() {
                        parts::seldom(Seldom::Hits(query.into(), choose))
                    } else {
                        Some(view! { <Rows open /> }.into_any())
                    }
                }}
            </div>
        </nav>
    }
}

#[component]
fn Rows(open: Memo<Option<ConversationId>>) -> impl IntoView {
    let rows = app().rows;
    look_at_rows(0..1);
    let has_account = Memo::new(|_| app().account_view().is_some());
    let state = Memo::new(move |_| {
        let count = rows.get().len();
        let is_known = !has_account.get() || rows.of().is_some();
        (is_known, count > 0)
    });
    move || match state.get() {
        (false, _) => view! { <SkeletonRows /> }.into_any(),
        (true, false) => view! { <NoChats /> }.into_any(),
        (true, true) => view! {
            <div on:keydown=move |event: KeyboardEvent| roving_keys(&event)>
                <For each=move || shown(false) key=|row| row.id let:row>
                    {row_view(row, open)}
                </For>
                <Archived open />
            </div>
        }
        .into_any(),
    }
}

/// The rows that were put away, or the others.
fn shown(is_archived: bool) -> Vec<Row> {
    let mut rows = app().rows.get();
    rows.retain(|row| row.view.with(|view| view.marks.is_archived) == is_archived);
    rows
}

fn row_view(row: Row, open: Memo<Option<ConversationId>>) -> AnyView {
    let id = row.id;
    let selected = Signal::derive(move || open.get() == Some(id));
    view! { <ChatRow row face=RowFace::Customer href=format!("/c/{id}") selected /> }.into_any()
}

/// What was put away, below the others.
#[component]
fn Archived(open: Memo<Option<ConversationId>>) -> impl IntoView {
    let is_any = Memo::new(|_| !shown(true).is_empty());
    move || {
        is_any.get().then(|| {
            view! {
                <details class="more archived">
                    <summary>
                        <Icon glyph=Glyph::Archive small=true />
                        {t().archived}
                    </summary>
                    <For each=move || shown(true) key=|row| row.id let:row>
                        {row_view(row, open)}
                    </For>
                </details>
            }
        })
    }
}

#[component]
fn NoChats() -> impl IntoView {
    view! {
        <EmptyState glyph=Glyph::QrCode title=t().no_chats text=t().no_chats_hint>
            {(app().account_view().is_none())
                .then(|| {
                    view! {
                        <a class="btn ghost" href="/recover">
                            {t().recover}
                        </a>
                    }
                })}
        </EmptyState>
    }
}

/// The tabs at the bottom of a phone.
#[component]
pub(super) fn CustomerTabs() -> impl IntoView {
    let here = Memo::new(|_| matches!(router::route(), Route::Settings | Route::Devices));
    view! {
        <nav class="ctabs" aria-label=t().main_navigation>
            <a
                href="/"
                class:on=move || !here.get()
                aria-current=move || (!here.get()).then_some("page")
            >
                <Icon glyph=Glyph::MessageCircle />
                {t().chats}
                {move || {
                    let unread = app().rows.counts().unread;
                    (unread > 0)
                        .then(|| {
                            let words = t().unread.of(u64::from(unread));
                            view! { <Badge count=unread words /> }
                        })
                }}
            </a>
            <a
                href="/settings"
                class:on=here
                aria-current=move || here.get().then_some("page")
            >
                <Icon glyph=Glyph::User />
                {t().me}
            </a>
        </nav>
    }
}
