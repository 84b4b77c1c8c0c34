//! What holds for the whole page: who this device belongs to, the connection, the network.

use leptos::{prelude::*, task::spawn_local};
use tresen_view::{Answer, Command, Connection, Event};

use super::{bridge, call, install, tell_failure};
use crate::{
    parts::{self, Seldom},
    state::{WorkerState, app, are_notices_wanted, on_event},
};

/// Starts to follow account, connection and network; called once by the root component.
pub fn follow() {
    on_event(|event| match event {
        Event::Connection(Connection::Replaced) => {
            app().connection.set(Connection::Replaced);
            app().worker.set(WorkerState::OtherWindow);
        }
        Event::Connection(connection) => {
            app().connection.set(*connection);
            if *connection == Connection::Revoked && are_notices_wanted() {
                parts::do_seldom(Seldom::EndNotices);
            }
        }
        Event::AccountChanged => fetch_account(),
        _ => {}
    });
    Effect::new(|_| {
        if app().worker.get() == WorkerState::Ready {
            fetch_account();
        }
    });
    Effect::new(|had_account: Option<Option<bool>>| {
        let has_account = app().account.with(|known| known.as_ref().map(Option::is_some));
        if had_account != Some(has_account) && are_notices_wanted() {
            match has_account {
                Some(true) => parts::do_seldom(Seldom::RenewNotices),
                // It has ended here, or while this page was shut.
                Some(false) => parts::do_seldom(Seldom::EndNotices),
                None => {}
            }
        }
        has_account
    });
    for (name, is_online) in [("online", true), ("offline", false)] {
        window_event_listener_untyped(name, move |_event| {
            app().is_online.set(is_online);
            if is_online {
                bridge::wake();
            }
        });
    }
    window_event_listener_untyped("visibilitychange", |_event| {
        if is_visible() {
            bridge::wake();
            install::tell_seen();
        }
    });
}

/// Whether somebody can see this page.
#[must_use]
pub fn is_visible() -> bool {
    document().visibility_state() == web_sys::VisibilityState::Visible
}

/// Asks who this device belongs to.
pub fn fetch_account() {
    spawn_local(async {
        match call(Command::Account).await {
            Ok(Answer::Account(account)) => {
                let fresh = Some(account);
                if app().account.with_untracked(|known| *known != fresh) {
                    app().account.set(fresh);
                }
            }
            Ok(_) => {}
            Err(failure) => tell_failure(&failure),
        }
    });
}
