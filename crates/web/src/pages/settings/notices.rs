//! The switch for being told of new messages while no page is open.

use leptos::{prelude::*, task::spawn_local};

use crate::{
    actions::notices,
    components::Switch,
    i18n::t,
    state::{app, are_notices_wanted},
};

/// The switch; the browser asks the person when it is used, and never before.
#[component]
pub(super) fn NoticeSwitch() -> impl IntoView {
    let has_account = Memo::new(|_| app().account.with(|known| matches!(known, Some(Some(_)))));
    let are_possible = notices::are_possible();
    let is_on = RwSignal::new(are_possible && are_notices_wanted());
    let is_busy = RwSignal::new(false);
    if is_on.get_untracked() {
        // The page was built anew, perhaps in another language.
        spawn_local(notices::tell_words());
    }
    let change = move |on: bool| {
        is_on.set(on);
        is_busy.set(true);
        spawn_local(async move {
            let done = if on { notices::switch_on().await } else { notices::switch_off().await };
            if let Err(trouble) = done {
                app().tell(notices::notice_text(&trouble));
                is_on.try_set(are_notices_wanted());
            }
            is_busy.try_set(false);
        });
    };
    move || {
        has_account.get().then(|| {
            view! {
                <Switch
                    label=t().notices
                    hint=if are_possible { t().notices_hint } else { t().notices_cannot }
                    on=is_on
                    on_change=change
                    disabled=Signal::derive(move || is_busy.get() || !are_possible)
                />
            }
        })
    }
}
