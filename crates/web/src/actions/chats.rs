//! Keeps the list of conversations as the worker has it, as far as it is in sight.

use std::{
    cell::{Cell, RefCell},
    ops::Range,
};

use leptos::{prelude::*, task::spawn_local};
use tresen_view::{Answer, Command, ConversationRow, Event, InboxQuery};
use wasm_bindgen::JsCast as _;
use web_sys::{FocusOptions, HtmlElement};

use super::{call, tell_failure};
use crate::state::{WorkerState, app, on_event};

thread_local! {
    /// Places of the rows that are in sight.
    static SEEN: RefCell<Range<usize>> = const { RefCell::new(0..0) };
    /// A page is being fetched.
    static IS_FETCHING: Cell<bool> = const { Cell::new(false) };
    /// Changes that the page has heard of.
    static CHANGES: Cell<u64> = const { Cell::new(0) };
}

/// Fetches what is in sight again. Calls during a fetch are joined to one more.
pub fn refresh_rows() {
    CHANGES.set(CHANGES.get() + 1);
    app().rows.change();
    fetch();
}

/// Rows at these places are in sight now: fetches what is near them.
pub fn look_at_rows(seen: Range<usize>) {
    SEEN.set(seen);
    if untrack(can_fetch) {
        fetch();
    }
}

/// The list was scrolled.
pub fn follow_rows(pane: &HtmlElement) {
    let (top, height) = (pane.scroll_top().max(0), pane.client_height());
    let rows = i64::try_from(app().rows.len_untracked()).unwrap_or(i64::MAX);
    let pixels = pane.scroll_height().max(1);
    // Rows are about as high as each other, and much more than one is fetched ahead.
    let place = |at: i32| {
        let place = i64::from(at).saturating_mul(rows) / i64::from(pixels);
        usize::try_from(place).unwrap_or(0)
    };
    look_at_rows(place(top)..place(top.saturating_add(height)).saturating_add(1));
}

/// Keeps the list fresh as long as the component that called this is on the page.
pub fn watch_rows() {
    on_event(|event| {
        if matches!(event, Event::ConversationsChanged | Event::Typing { .. }) {
            refresh_rows();
        }
    });
    Effect::new(|_| {
        app().asked.track();
        if can_fetch() {
            refresh_rows();
        }
    });
}

/// The newest conversations with others whose names contain something; `None` when they can't be found.
pub async fn find_chats(name: String, limit: u32) -> Option<Vec<ConversationRow>> {
    match call(Command::FindConversations { name, limit }).await {
        Ok(Answer::Conversations(rows)) => Some(rows),
        Ok(_) => None,
        Err(failure) => {
            tell_failure(&failure);
            None
        }
    }
}

/// What is found for the text of a field; `None` until something was looked for.
pub fn find_as_typed(
    query: RwSignal<String>,
    limit: u32,
) -> RwSignal<Option<Vec<ConversationRow>>> {
    let found = RwSignal::new(None);
    Effect::new(move |_| {
        let name = query.get();
        spawn_local(async move {
            let rows = find_chats(name.clone(), limit).await;
            if rows.is_some() && query.try_get_untracked() == Some(name) {
                found.try_set(rows);
            }
        });
    });
    found
}

/// Whether there is somebody to ask, and something to ask for; follows both.
fn can_fetch() -> bool {
    let has_account = app().account.with(|account| matches!(account, Some(Some(_))));
    has_account && app().worker.get() == WorkerState::Ready
}

fn fetch() {
    if !IS_FETCHING.replace(true) {
        spawn_local(async {
            while fetch_page().await {}
            IS_FETCHING.set(false);
        });
    }
}

/// Fetches what is lacking most; `false` when nothing is, or it can't be fetched.
async fn fetch_page() -> bool {
    let (asked, changes) = (app().asked.get_untracked(), CHANGES.get());
    if app().rows.of_untracked().as_ref() != Some(&asked) {
        SEEN.set(0..0);
    }
    let Some((from, limit)) = app().rows.lacks(&asked, &SEEN.with_borrow(Clone::clone)) else {
        return false;
    };
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let query = InboxQuery { from: number(from), limit: number(limit), ..asked.clone() };
    match call(Command::ConversationPage(query)).await {
        Ok(Answer::ConversationPage(page)) if app().asked.get_untracked() == asked => {
            let focus = focused_row();
            app().rows.take(&asked, from, page);
            if let Some(row) = focus {
                request_animation_frame(move || focus_again(&row));
            }
            // What came meanwhile may be in the page already, or not.
            if changes != CHANGES.get() {
                app().rows.change();
            }
            true
        }
        Ok(Answer::ConversationPage(_)) => true,
        Ok(_) => false,
        Err(failure) => {
            tell_failure(&failure);
            false
        }
    }
}

fn focused_row() -> Option<String> {
    document().active_element()?.get_attribute("data-row")
}

/// A row that moves in the list loses the focus.
fn focus_again(row: &str) {
    let is_lost = document().active_element().is_none_or(|on| on.tag_name() == "BODY");
    let found = document().query_selector(&format!("a[data-row='{row}']")).ok().flatten();
    if let Some(found) = found.filter(|_| is_lost).and_then(|it| it.dyn_into::<HtmlElement>().ok())
    {
        let options = FocusOptions::new();
        options.set_prevent_scroll(true);
        // An element of this page can take the focus.
        found.focus_with_options(&options).ok();
    }
}
