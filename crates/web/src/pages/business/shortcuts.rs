//! Keys: single ones act on the open chat, Alt and the arrows move through the list, Ctrl and / shows
//! them all. Single keys can be switched off and never act while somebody writes.

use leptos::prelude::*;
use tresen_types::ConversationId;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlElement, KeyboardEvent, ScrollIntoViewOptions, ScrollLogicalPosition};

use super::{acts, card_team::window_middle, desk::Desk};
use crate::{actions::look_at_rows, router, state::app};

/// Listens as long as the desk is on the page.
pub(super) fn listen(desk: Desk) {
    let handle = window_event_listener(leptos::ev::keydown, move |event: KeyboardEvent| {
        if !event.default_prevented() && !event.is_composing() && act(desk, &event) {
            event.prevent_default();
        }
    });
    on_cleanup(move || handle.remove());
}

/// Acts on a key; `false` when it means nothing here.
fn act(desk: Desk, event: &KeyboardEvent) -> bool {
    let key = event.key();
    if (event.ctrl_key() || event.meta_key()) && key == "/" {
        desk.is_help_open.update(|is_open| *is_open = true);
        return true;
    }
    if has_dialog() {
        return false;
    }
    if (event.ctrl_key() || event.meta_key()) && key.eq_ignore_ascii_case("k") {
        desk.is_switching.set(true);
        return true;
    }
    if event.alt_key() && !event.ctrl_key() && matches!(&*key, "ArrowDown" | "ArrowUp") {
        return step(desk, key == "ArrowDown");
    }
    let is_plain = !(event.ctrl_key() || event.meta_key() || event.alt_key());
    if !is_plain || !app().preferences.get_untracked().shortcuts || is_typing(event) {
        return false;
    }
    if key == "/" && desk.open.with_untracked(Option::is_none) {
        desk.is_searching.set(true);
        return true;
    }
    let Some(conversation) = desk.open.get_untracked() else { return false };
    let Some(row) = desk.row_now(conversation) else { return false };
    match &*key {
        "a" | "A" => acts::take_or_put_back(&row),
        "r" | "R" => acts::set_closed(conversation, row.name, !row.is_closed),
        "e" | "E" => {
            step(desk, true);
            acts::set_closed(conversation, row.name, true);
        }
        "n" | "N" => {
            desk.is_note.set(true);
            focus_composer();
        }
        "s" | "S" => desk.snooze_at.set(Some((window_middle(), 160))),
        "/" => desk.is_searching.set(true),
        _ => return false,
    }
    true
}

fn focus_composer() {
    request_animation_frame(|| {
        let field = document().query_selector("textarea.inpc").ok().flatten();
        if let Some(field) = field.and_then(|field| field.dyn_into::<HtmlElement>().ok()) {
            field.focus().ok();
        }
    });
}

/// Opens the chat after or before the present one.
fn step(desk: Desk, forward: bool) -> bool {
    let rows = app().rows.get_untracked();
    let open = desk.open.get_untracked();
    let now = rows.iter().position(|row| Some(row.id) == open);
    let next = match (now, forward) {
        (None, _) => Some(0),
        (Some(now), true) => now.checked_add(1),
        (Some(now), false) => now.checked_sub(1),
    };
    let Some(row) = next.and_then(|next| rows.get(next)) else { return true };
    router::navigate(&format!("/business/c/{}", row.id));
    reveal(row.id);
    // A window that shows no list doesn't scroll it.
    if rows.last().is_some_and(|last| last.id == row.id) {
        look_at_rows(rows.len()..rows.len() + 1);
    }
    true
}

/// Scrolls the list to a row, so that those behind it are fetched.
fn reveal(conversation: ConversationId) {
    let row = document().query_selector(&format!("a[data-row='{conversation}']")).ok().flatten();
    if let Some(row) = row {
        let options = ScrollIntoViewOptions::new();
        options.set_block(ScrollLogicalPosition::Nearest);
        row.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

/// Whether something lies over the page.
fn has_dialog() -> bool {
    document().query_selector("dialog[open]").ok().flatten().is_some()
}

fn is_typing(event: &KeyboardEvent) -> bool {
    let Some(target) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else {
        return false;
    };
    let is_field = matches!(&*target.tag_name(), "INPUT" | "TEXTAREA" | "SELECT");
    is_field || target.dyn_ref::<HtmlElement>().is_some_and(HtmlElement::is_content_editable)
}
