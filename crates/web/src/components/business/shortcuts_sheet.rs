//! The list of keyboard shortcuts.

use leptos::prelude::*;

use crate::{
    components::{Sheet, Switch},
    i18n::b,
};

/// The sheet; the switch turns the single keys off.
#[component]
pub fn ShortcutsSheet(
    #[prop(into)] is_on: Signal<bool>,
    on_change: impl Fn(bool) + Send + 'static,
    on_close: impl Fn() + 'static,
) -> impl IntoView {
    let b = b();
    let single = [
        ("A", b.key_assign),
        ("N", b.key_note),
        ("S", b.key_snooze),
        ("R", b.key_resolve),
        ("E", b.key_close),
        ("/", b.key_search),
    ];
    let combined = [
        (vec!["Alt", "↓"], b.key_next),
        (vec!["Alt", "↑"], b.key_previous),
        (vec![b.key_control, "K"], b.key_switch),
        (vec![b.key_control, "/"], b.key_help),
    ];
    let row = |keys: Vec<&'static str>, text: &'static str| {
        let keys = keys.into_iter().map(|key| view! { <kbd>{key}</kbd> }).collect_view();
        view! {
            <div class="li">
                <dt>{text}</dt>
                <dd class="row">{keys}</dd>
            </div>
        }
    };
    let single = single.into_iter().map(|(key, text)| row(vec![key], text)).collect_view();
    let combined = combined.into_iter().map(|(keys, text)| row(keys, text)).collect_view();
    view! {
        <Sheet title=b.shortcuts on_close>
            <dl class="keys" class:off=move || !is_on.get()>
                {single}
            </dl>
            <dl class="keys">{combined}</dl>
            <Switch label=b.shortcuts_on on=is_on on_change />
        </Sheet>
    }
}
