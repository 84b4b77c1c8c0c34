//! What the page knows: signals that pages read and that events from the worker change.
//!
//! There is one [`App`] for a page, made by [`start`]; every part of it is a handle that is cheap to
//! copy. Nothing here asks the worker; that is what `actions` is for.

mod events;
mod preferences;
mod rows;

use std::cell::Cell;

pub use events::{emit, on_event};
use leptos::prelude::*;
pub use preferences::{
    Preferences, Theme, are_notices_wanted, count_visit, forget_visits, is_order_sound_wanted,
    want_notices, want_order_sound,
};
pub use rows::{Row, RowList};
use tresen_types::{ConversationId, MessageId};
use tresen_view::{AccountView, Connection, InboxQuery};

/// Everything that is shared by the pages.
#[derive(Clone, Copy, Debug)]
pub struct App {
    /// The account on this device; `None` while it isn't known yet.
    pub account: RwSignal<Option<Option<AccountView>>>,
    /// The connection to the server.
    pub connection: RwSignal<Connection>,
    /// How the worker is.
    pub worker: RwSignal<WorkerState>,
    /// Whether the browser has a network.
    pub is_online: RwSignal<bool>,
    /// The list of conversations.
    pub rows: RowList,
    /// Which list is asked for; the page of it is no part of this.
    pub asked: RwSignal<InboxQuery>,
    /// A message that a chat is to show as soon as it is open.
    pub jump: RwSignal<Option<(ConversationId, MessageId)>>,
    /// A chat that was opened for the first time just now: who said yes wants to write.
    pub begun: RwSignal<Option<ConversationId>>,
    /// What is told at the bottom of the page.
    pub toast: RwSignal<Option<Toast>>,
    /// What the person has chosen on this device.
    pub preferences: RwSignal<Preferences>,
}

/// How the worker is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WorkerState {
    /// It loads, or opens the store.
    #[default]
    Starting,
    /// It answers.
    Ready,
    /// Another window has the store.
    OtherWindow,
    /// This browser gives no room for a store.
    NoStorage,
    /// It died again and again.
    Broken,
}

/// What is told at the bottom of the page.
#[derive(Clone, Debug)]
pub struct Toast {
    /// One sentence.
    pub text: String,
    /// A button's label and what it does.
    pub action: Option<(String, Callback<()>)>,
}

thread_local! {
    static APP: Cell<Option<App>> = const { Cell::new(None) };
}

/// Makes the state; called once.
pub fn start() -> App {
    let app = App {
        account: RwSignal::new(None),
        connection: RwSignal::new(Connection::Syncing),
        worker: RwSignal::new(WorkerState::Starting),
        is_online: RwSignal::new(window().navigator().on_line()),
        rows: RowList::new(),
        asked: RwSignal::new(InboxQuery::default()),
        jump: RwSignal::new(None),
        begun: RwSignal::new(None),
        toast: RwSignal::new(None),
        preferences: RwSignal::new(Preferences::load()),
    };
    APP.set(Some(app));
    app
}

/// The page's state.
///
/// # Panics
/// Before [`start`] was called.
#[must_use]
pub fn app() -> App {
    APP.get().expect("the state is made before anything is painted")
}

impl App {
    /// The account, if it is known and there is one.
    #[must_use]
    pub fn account_view(&self) -> Option<AccountView> {
        self.account.get().flatten()
    }

    /// Whether this device belongs to a business; follows the account.
    #[must_use]
    pub fn is_business(&self) -> bool {
        self.account.with(|account| {
            account
                .as_ref()
                .and_then(Option::as_ref)
                .is_some_and(|account| account.kind == tresen_types::AccountKind::Business)
        })
    }

    /// Says a sentence at the bottom of the page.
    pub fn tell(&self, text: impl Into<String>) {
        self.toast.set(Some(Toast { text: text.into(), action: None }));
    }
}
