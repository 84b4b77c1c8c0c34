//! A row of the list of conversations, for both faces.

use leptos::prelude::*;
use tresen_types::{AccountKind, Timestamp};
use tresen_view::{ConversationRow, PreviewKind};
use wasm_bindgen::JsCast as _;
use web_sys::{HtmlElement, KeyboardEvent};

use super::{Avatar, Badge, Glyph, Icon, Pill, PillKind, Sign, Ticks};
use crate::{
    i18n::{fill, t, time},
    state::Row,
};

/// Which face the row is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowFace {
    /// In front of the counter: 76 pixels.
    Customer,
    /// Behind it: 88 pixels, with a line of tags.
    Business,
}

/// A row; a link to `href`. `tags` is the third line of the business's rows.
#[component]
pub fn ChatRow(
    row: Row,
    face: RowFace,
    href: String,
    #[prop(into)] selected: Signal<bool>,
    #[prop(optional, into)] tags: Option<ViewFnOnce>,
) -> impl IntoView {
    let view = row.view.clone();
    let picture = {
        let view = view.clone();
        Memo::new(move |_| {
            view.with(|row| {
                (
                    row.name.clone(),
                    row.sign_colour.clone(),
                    row.logo.clone(),
                    row.counterpart.kind(),
                )
            })
        })
    };
    let is_unread = {
        let view = view.clone();
        Memo::new(move |_| view.with(|row| row.unread > 0))
    };
    let lines = {
        let view = view.clone();
        move || view.with(lines_view)
    };
    let class = match face {
        RowFace::Customer => "crow",
        RowFace::Business => "crow ir",
    };
    let size = if face == RowFace::Customer { 52 } else { 44 };
    view! {
        <a
            class=class
            class:un=is_unread
            class:sel=selected
            href=href
            data-row=row.id.to_string()
            aria-current=move || selected.get().then_some("page")
        >
            {move || {
                let (name, colour, logo, kind) = picture.get();
                match kind {
                    AccountKind::Business => view! { <Sign name colour logo size /> }.into_any(),
                    AccountKind::Person => view! { <Avatar name size /> }.into_any(),
                }
            }}
            <span class="grow crow-t">
                {lines}
                {tags.map(|tags| tags.run())}
            </span>
        </a>
    }
}

fn lines_view(row: &ConversationRow) -> AnyView {
    let name = if row.name.is_empty() { t().unknown_name.to_owned() } else { row.name.clone() };
    let at = (row.at > Timestamp::default()).then(|| time::row_time(row.at));
    let unread = (row.unread > 0).then(|| {
        view! { <Badge count=row.unread words=t().unread.of(u64::from(row.unread)) /> }
    });
    view! {
        <span class="row sp">
            <span class="nm ell" dir="auto">{name}</span>
            <span class="tm">{at}</span>
        </span>
        <span class="row sp">
            <span class="lm ell">{preview(row)}</span>
            {unread}
        </span>
    }
    .into_any()
}

/// The last line: who types or answers, the draft, or the last message.
fn preview(row: &ConversationRow) -> AnyView {
    if let Some(name) = &row.answering {
        let text = fill(t().answering, &[("name", name)]);
        return view! { <span class="live">{text}"…"</span> }.into_any();
    }
    if row.is_typing {
        return view! { <span class="live">{t().someone_typing}"…"</span> }.into_any();
    }
    if !row.draft.is_empty() {
        let draft = row.draft.clone();
        return view! {
            <b class="draft">{t().draft}</b>
            " "
            {draft}
        }
        .into_any();
    }
    let icon = match row.preview_kind {
        PreviewKind::Photo => Some(Glyph::Image),
        PreviewKind::File => Some(Glyph::FileText),
        PreviewKind::Voice => Some(Glyph::Mic),
        PreviewKind::Deleted => Some(Glyph::Ban),
        PreviewKind::Text | PreviewKind::System => None,
    };
    let text = match (&row.preview_from_own, row.preview_kind) {
        (_, PreviewKind::Photo) if row.preview.is_empty() => t().photo.to_owned(),
        (_, PreviewKind::File) if row.preview.is_empty() => t().file.to_owned(),
        (_, PreviewKind::Voice) => t().voice.to_owned(),
        (_, PreviewKind::Deleted) => t().msg_deleted.to_owned(),
        // A customer is alone on their side: the ticks say whose it is.
        (Some(name), kind)
            if kind != PreviewKind::System
                && !name.is_empty()
                && row.counterpart.kind() == AccountKind::Person =>
        {
            format!("{name}: {}", row.preview)
        }
        _ => row.preview.clone(),
    };
    let blocked = row.is_blocked.then(|| {
        view! { <Pill text=t().blocked kind=PillKind::Bad /> }
    });
    view! {
        {blocked}
        {row
            .marks
            .is_muted
            .then(|| {
                view! {
                    <Icon glyph=Glyph::BellOff small=true />
                    <span class="vh">{t().muted}</span>
                }
            })}
        {row.state.map(|state| view! { <Ticks state /> })}
        {icon.map(|glyph| view! { <Icon glyph small=true /> })}
        <span dir="auto">{text}</span>
    }
    .into_any()
}

/// Moves the focus between the rows of a list by the arrow keys; for `on:keydown` of the list.
pub fn roving_keys(event: &KeyboardEvent) {
    let step = match event.key().as_str() {
        "ArrowDown" => 1,
        "ArrowUp" => -1,
        "Home" => i32::MIN,
        "End" => i32::MAX,
        _ => return,
    };
    let Some(list) = event.current_target().and_then(|list| list.dyn_into::<HtmlElement>().ok())
    else {
        return;
    };
    let Ok(items) = list.query_selector_all("a[data-row], button[data-row]") else { return };
    let focused = document().active_element();
    let items = (0..items.length())
        .filter_map(|at| items.get(at)?.dyn_into::<HtmlElement>().ok())
        .collect::<Vec<_>>();
    let now = items
        .iter()
        .position(|item| focused.as_ref().is_some_and(|on| item.is_same_node(Some(on))));
    let last = items.len().saturating_sub(1);
    let next = match (step, now) {
        (i32::MIN, _) | (_, None) => 0,
        (i32::MAX, _) => last,
        (1, Some(now)) => (now + 1).min(last),
        (_, Some(now)) => now.saturating_sub(1),
    };
    if let Some(item) = items.get(next) {
        event.prevent_default();
        // An element of this page can take the focus.
        item.focus().ok();
    }
}
