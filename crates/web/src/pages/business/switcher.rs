//! Going to a chat by its name (Ctrl and K).

use leptos::{prelude::*, task::spawn_local};
use tresen_types::ConversationId;

use super::desk::Desk;
use crate::{
    actions::{find_as_typed, find_chats},
    components::{Avatar, Field, Sheet},
    i18n::{b, t},
    router,
};

/// Entries that are shown at once.
const SHOWN: u32 = 12;

/// The sheet; Enter goes to the first.
#[component]
pub(super) fn Switcher(desk: Desk) -> impl IntoView {
    let query = RwSignal::new(String::new());
    let found = find_as_typed(query, SHOWN);
    let go = move |id: ConversationId| router::navigate(&format!("/business/c/{id}"));
    let close = move || {
        desk.is_switching.try_set(false);
    };
    let entries = move || {
        found
            .get()
            .unwrap_or_default()
            .into_iter()
            .map(|row| {
                let (id, name) = (row.conversation, row.name);
                let shown =
                    if name.is_empty() { t().unknown_name.to_owned() } else { name.clone() };
                view! {
                    <button
                        type="button"
                        class="row li wide-btn"
                        on:click=move |_| {
                            close();
                            go(id);
                        }
                    >
                        <Avatar name size=32 />
                        <bdi class="grow">{shown}</bdi>
                    </button>
                }
            })
            .collect_view()
    };
    view! {
        <Sheet title=b().switch_to on_close=close>
            <form on:submit=move |event| {
                event.prevent_default();
                // Whoever types quickly may be ahead of what is shown.
                spawn_local(async move {
                    let rows = find_chats(query.get_untracked(), 1).await;
                    if let Some(row) = rows.and_then(|rows| rows.into_iter().next()) {
                        close();
                        go(row.conversation);
                    }
                });
            }>
                <Field id="switch-name" label=b().switch_name value=query autofocus=true />
            </form>
            {entries}
        </Sheet>
    }
}
