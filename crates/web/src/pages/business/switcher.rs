//! Going to a chat by its name (Ctrl and K).

use leptos::prelude::*;
use tresen_types::ConversationId;

use super::desk::Desk;
use crate::{
    components::{Avatar, Field, Sheet},
    i18n::{b, t},
    router,
    state::app,
};

/// Entries that are shown at once.
const SHOWN: usize = 12;

/// The sheet; Enter goes to the first.
#[component]
pub(super) fn Switcher(desk: Desk) -> impl IntoView {
    let query = RwSignal::new(String::new());
    let found = Memo::new(move |_| {
        let wanted = query.get().trim().to_lowercase();
        let mut found: Vec<(ConversationId, String)> = Vec::new();
        for row in app().rows.get() {
            let name = row.view.with(|view| view.name.clone());
            if name.to_lowercase().contains(&wanted) && found.len() < SHOWN {
                found.push((row.id, name));
            }
        }
        found
    });
    let go = move |id: ConversationId| router::navigate(&format!("/business/c/{id}"));
    let close = move || {
        desk.is_switching.try_set(false);
    };
    let entries = move || {
        found
            .get()
            .into_iter()
            .map(|(id, name)| {
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
                if let Some((id, _)) = found.with_untracked(|found| found.first().cloned()) {
                    close();
                    go(id);
                }
            }>
                <Field id="switch-name" label=b().switch_name value=query autofocus=true />
            </form>
            {entries}
        </Sheet>
    }
}
