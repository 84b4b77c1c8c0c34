//! Keeps the list of conversations as the worker has it.

use std::cell::Cell;

use leptos::{prelude::*, task::spawn_local};
use tresen_view::{Answer, Command, Event};

use super::{call, tell_failure};
use crate::state::{WorkerState, app, on_event};

thread_local! {
    /// A fetch is under way; `true` inside means that another one is due after it.
    static FETCH: Cell<Option<bool>> = const { Cell::new(None) };
}

/// Fetches the list again. Calls during a fetch are joined to one more.
pub fn refresh_rows() {
    if FETCH.get().is_some() {
        FETCH.set(Some(true));
        return;
    }
    FETCH.set(Some(false));
    spawn_local(async {
        loop {
            let filter = app().filter.get_untracked();
            match call(Command::Conversations { filter }).await {
                Ok(Answer::Conversations(rows)) => app().rows.update(rows),
                Ok(_) => {}
                Err(failure) => tell_failure(&failure),
            }
            if FETCH.get() != Some(true) {
                break;
            }
            FETCH.set(Some(false));
        }
        FETCH.set(None);
    });
}

/// Keeps the list fresh as long as the component that called this is on the page.
pub fn watch_rows() {
    on_event(|event| {
        if matches!(event, Event::ConversationsChanged | Event::Typing { .. }) {
            refresh_rows();
        }
    });
    Effect::new(|_| {
        app().filter.track();
        let has_account = app().account.with(|account| matches!(account, Some(Some(_))));
        if has_account && app().worker.get() == WorkerState::Ready {
            refresh_rows();
        }
    });
}
