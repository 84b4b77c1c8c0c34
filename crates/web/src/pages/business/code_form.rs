//! A new entry link.

use leptos::{prelude::*, task::spawn_local};
use tresen_view::{Answer, Command, EntryLinkView};

use crate::{
    actions::{call, failure_text},
    components::{Button, ButtonKind, Field, FieldKind, Sheet},
    i18n::b,
};

/// The sheet. `on_made` gets the link, in the place of the sheet.
#[component]
pub(super) fn CodeForm(
    on_made: Callback<EntryLinkView>,
    on_close: impl Fn() + 'static,
) -> impl IntoView {
    let label = RwSignal::new(String::new());
    let prefilled = RwSignal::new(String::new());
    let limit = RwSignal::new(String::new());
    let days = RwSignal::new(String::new());
    let label_error = RwSignal::new(None::<String>);
    let limit_error = RwSignal::new(None::<String>);
    let days_error = RwSignal::new(None::<String>);
    let is_busy = RwSignal::new(false);
    let make = move || {
        if is_busy.get_untracked() {
            return;
        }
        let name = label.get_untracked().trim().to_owned();
        label_error.set(name.is_empty().then(|| b().code_label_missing.to_owned()));
        let uses_max = number(limit, limit_error);
        let days = number(days, days_error);
        let (Some(uses_max), Some(days), false) = (uses_max, days, name.is_empty()) else { return };
        let prefilled = prefilled.get_untracked().trim().to_owned();
        is_busy.set(true);
        spawn_local(async move {
            let command = Command::CreateEntryLink { label: name, prefilled, uses_max, days };
            match call(command).await {
                Ok(Answer::EntryLink(link)) => on_made.run(link),
                Ok(_) => {}
                Err(failure) => {
                    label_error.try_set(Some(failure_text(failure.kind).to_owned()));
                }
            }
            is_busy.try_set(false);
        });
    };
    let button = Signal::derive(move || {
        if is_busy.get() { b().making_code } else { b().make_code }.to_owned()
    });
    view! {
        <Sheet title=b().new_code on_close>
            <form
                novalidate=true
                class="stack"
                on:submit=move |event| {
                    event.prevent_default();
                    make();
                }
            >
                <Field
                    id="code-label"
                    label=b().code_label
                    hint=b().code_label_hint
                    value=label
                    error=label_error
                    max_length=60
                />
                <Field
                    id="code-prefilled"
                    label=b().code_prefilled
                    hint=b().code_prefilled_hint
                    value=prefilled
                    max_length=200
                />
                <div class="halves">
                    <Field
                        id="code-limit"
                        kind=FieldKind::Digits
                        label=b().code_limit
                        value=limit
                        error=limit_error
                        max_length=6
                    />
                    <Field
                        id="code-days"
                        kind=FieldKind::Digits
                        label=b().code_days
                        value=days
                        error=days_error
                        max_length=4
                    />
                </div>
                <p class="hint">{b().code_limit_hint}</p>
                <Button
                    kind=ButtonKind::Primary
                    wide=true
                    submit=true
                    label=button
                    busy=is_busy
                    on_press=|| ()
                />
            </form>
        </Sheet>
    }
}

/// A number above zero, or nothing; `None` when it is neither, with an error at the field.
fn number(value: RwSignal<String>, error: RwSignal<Option<String>>) -> Option<Option<u32>> {
    let text = value.get_untracked();
    let text = text.trim();
    let number = match text {
        "" => Some(None),
        text => text.parse::<u32>().ok().filter(|number| *number > 0).map(Some),
    };
    error.set(number.is_none().then(|| b().code_number_wrong.to_owned()));
    number
}
