//! The inbox: the list, and the chat beside it or in its place.

use leptos::{html::Div, prelude::*};
use tresen_types::ConversationId;
use tresen_view::{InboxFilter, OpeningView, SearchHit};
use wasm_bindgen::JsCast as _;
use web_sys::{FocusEvent, HtmlElement, KeyboardEvent};

use super::{
    chat::AgentChat,
    desk::{Desk, desk},
    filters::{FilterLine, MoreFilters},
};
use crate::{
    actions::{follow_rows, look_at_rows},
    components::{
        Badge, BadgeKind, ChatRow, EmptyState, Glyph, IconButton, OfflineBar, RowFace, RowTags,
        SkeletonRows, opening_now, roving_keys,
    },
    i18n::{b, t},
    pages::{OpeningLine, SearchField, SearchResults},
    router,
    state::{Row, app},
};

/// List, chat and card.
#[component]
pub(super) fn InboxPage() -> impl IntoView {
    let desk = desk();
    view! {
        <div class="two inbox" class:has-chat=move || desk.open.with(Option::is_some)>
            <List />
            {move || match desk.open.get() {
                Some(conversation) => view! { <AgentChat conversation /> }.into_any(),
                None => {
                    view! {
                        <main class="pane chat-pane">
                            <EmptyState
                                glyph=Glyph::Inbox
                                title=b().choose_chat
                                text=b().choose_chat_hint
                            />
                        </main>
                    }
                    .into_any()
                }
            }}
        </div>
    }
}

#[component]
fn List() -> impl IntoView {
    let desk = desk();
    let query = RwSignal::new(String::new());
    let head = NodeRef::<Div>::new();
    Effect::new(move |_| {
        if desk.is_searching.get() {
            focus_search(head);
        } else {
            query.set(String::new());
        }
    });
    let has_query = Memo::new(move |_| query.with(|query| !query.trim().is_empty()));
    let pane = NodeRef::<Div>::new();
    // Another list begins at its beginning.
    Effect::new(move |_| {
        app().asked.track();
        if let Some(pane) = pane.get_untracked() {
            pane.set_scroll_top(0);
        }
    });
    let choose = Callback::new(move |hit: SearchHit| {
        app().jump.set(Some((hit.conversation, hit.message)));
        router::navigate(&format!("/business/c/{}", hit.conversation));
    });
    let search_label = Signal::derive(move || {
        if desk.is_searching.get() { t().search_clear } else { t().search }.to_owned()
    });
    view! {
        <section
            class="pane list-pane"
            aria-label=b().inbox
            role=move || (desk.is_hand.get() && desk.open.with(Option::is_none)).then_some("main")
        >
            <div class="list-head inbox-head" node_ref=head>
                <div class="row">
                    <div class="grow">
                        <h1>{b().inbox}</h1>
                        <span class="hand-only">
                            <OwnOpening desk />
                        </span>
                    </div>
                    <IconButton
                        glyph=Glyph::Search
                        label=search_label
                        expanded=desk.is_searching
                        on_press=move || desk.is_searching.update(|is_on| *is_on = !*is_on)
                    />
                    <MoreFilters desk />
                </div>
                {move || {
                    if desk.is_searching.get() {
                        view! { <SearchField query label=t().search_everywhere /> }.into_any()
                    } else {
                        view! { <Segments desk /> }.into_any()
                    }
                }}
            </div>
            <FilterLine desk />
            {move || desk.open.with(Option::is_none).then(|| view! { <OfflineBar /> })}
            <div
                class="scroll"
                node_ref=pane
                on:scroll=move |_| {
                    if let Some(pane) = pane.get_untracked().filter(|_| !has_query.get_untracked()) {
                        follow_rows(&pane);
                    }
                }
            >
                {move || {
                    if has_query.get() {
                        view! { <SearchResults query on_choose=choose /> }.into_any()
                    } else {
                        view! { <Rows desk /> }.into_any()
                    }
                }}
            </div>
        </section>
    }
}

fn focus_search(head: NodeRef<Div>) {
    request_animation_frame(move || {
        let field = head
            .get_untracked()
            .and_then(|head| head.query_selector("input[type=search]").ok().flatten())
            .and_then(|field| field.dyn_into::<HtmlElement>().ok());
        if let Some(field) = field {
            field.focus().ok();
        }
    });
}

/// Whether the own business is open, in words.
#[component]
fn OwnOpening(desk: Desk) -> impl IntoView {
    let state = Memo::new(move |_| {
        desk.now.track();
        desk.profile.with(|profile| profile.as_ref().map_or(OpeningView::Unknown, opening_now))
    });
    move || view! { <OpeningLine opening=state.get() /> }
}

/// Waiting, mine, all, done; a group of radio buttons.
#[component]
fn Segments(desk: Desk) -> impl IntoView {
    let choices = [
        (InboxFilter::Queue, b().waiting),
        (InboxFilter::Mine, b().mine),
        (InboxFilter::All, b().all),
        (InboxFilter::Closed, b().closed),
    ];
    let choices = choices
        .into_iter()
        .map(|(choice, text)| {
            let is_on = Memo::new(move |_| app().asked.with(|asked| asked.filter == choice));
            let badge = (choice == InboxFilter::Queue).then_some(move || {
                let count = desk.waiting.get();
                (count > 0).then(|| {
                    let words = count.to_string();
                    view! { <Badge count words kind=BadgeKind::Waiting /> }
                })
            });
            view! {
                <label class:on=is_on>
                    <input
                        type="radio"
                        class="vh"
                        name="shown"
                        prop:checked=is_on
                        on:change=move |_| {
                            let label = app().asked.with_untracked(|asked| asked.label.clone());
                            desk.show(choice, label);
                        }
                    />
                    <span>{text}</span>
                    {badge}
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="seg wide">
            <legend class="vh">{b().which_chats}</legend>
            {choices}
        </fieldset>
    }
}

#[component]
fn Rows(desk: Desk) -> impl IntoView {
    let rows = app().rows;
    // `None` before the first page, the part that has no rows, or a list.
    let state = Memo::new(move |_| Some(rows.is_empty().then_some(rows.of()?.filter)));
    let list = NodeRef::<Div>::new();
    look_at_rows(0..1);
    Effect::new(move |_| {
        rows.track();
        let open = desk.open.get();
        if let Some(list) = list.get() {
            request_animation_frame(move || rove(&list, open));
        }
    });
    move || match state.get() {
        None => view! { <SkeletonRows /> }.into_any(),
        Some(Some(filter)) => nothing(filter),
        Some(None) => view! {
            <div
                node_ref=list
                on:keydown=move |event: KeyboardEvent| roving_keys(&event)
                on:focusin=move |event: FocusEvent| follow_focus(&event)
            >
                <For each=move || rows.get() key=|row| row.id let:row>
                    {row_view(row, desk)}
                </For>
            </div>
        }
        .into_any(),
    }
}

fn row_view(row: Row, desk: Desk) -> AnyView {
    let id = row.id;
    let selected = Signal::derive(move || desk.open.get() == Some(id));
    let view = row.view.clone();
    let now = desk.now;
    let tags = move || view! { <RowTags view now /> };
    view! {
        <ChatRow row face=RowFace::Business href=format!("/business/c/{id}") selected tags />
    }
    .into_any()
}

fn nothing(filter: InboxFilter) -> AnyView {
    let b = b();
    match filter {
        InboxFilter::Mine => {
            view! { <EmptyState glyph=Glyph::Inbox title=b.none_mine text=b.none_mine_hint /> }
                .into_any()
        }
        InboxFilter::Closed => {
            view! { <EmptyState glyph=Glyph::Archive title=b.none_closed text=b.none_closed_hint /> }
                .into_any()
        }
        InboxFilter::Queue
        | InboxFilter::All
        | InboxFilter::Unassigned
        | InboxFilter::Snoozed => {
            let title =
                if filter == InboxFilter::Queue { b.nobody_waits } else { b.none_at_all };
            view! {
                <EmptyState glyph=Glyph::ConciergeBell title text=b.nobody_waits_hint>
                    <a class="btn pri" href="/business/links">
                        {b.print_poster}
                    </a>
                </EmptyState>
            }
            .into_any()
        }
    }
}

/// One row of the list is in the tab order: the one that has the focus, else the open one, else the first.
fn rove(list: &HtmlElement, open: Option<ConversationId>) {
    let row = |selector: &str| list.query_selector(selector).ok().flatten();
    let open = open.and_then(|id| row(&format!("a[data-row='{id}']")));
    let chosen = row("a[data-row]:focus").or(open).or_else(|| row("a[data-row]"));
    if let Some(chosen) = chosen.and_then(|row| row.dyn_into::<HtmlElement>().ok()) {
        choose(list, &chosen);
    }
}

fn follow_focus(event: &FocusEvent) {
    let list = event.current_target().and_then(|list| list.dyn_into::<HtmlElement>().ok());
    let target = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
    let (Some(list), Some(target)) = (list, target) else { return };
    if target.has_attribute("data-row") {
        choose(&list, &target);
    }
}

/// Takes all rows but one out of the tab order; of thousands, most are out already.
fn choose(list: &HtmlElement, chosen: &HtmlElement) {
    let Ok(rows) = list.query_selector_all("a[data-row]:not([tabindex='-1'])") else { return };
    for at in 0..rows.length() {
        if let Some(row) = rows.get(at).and_then(|row| row.dyn_into::<HtmlElement>().ok()) {
            row.set_tab_index(-1);
        }
    }
    chosen.set_tab_index(0);
}
