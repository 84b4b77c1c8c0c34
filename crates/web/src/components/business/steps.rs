//! How far the first steps have come.

use leptos::prelude::*;

use crate::{
    components::Mark,
    i18n::{b, fill},
};

/// The mark, "2 of 4", and a bar for each step; `now` counts from one.
#[component]
pub fn Steps(#[prop(into)] now: Signal<u8>, total: u8) -> impl IntoView {
    let words =
        move || fill(b().step_of, &[("n", &now.get().to_string()), ("total", &total.to_string())]);
    let bars =
        (1..=total).map(|step| view! { <i class:on=move || step <= now.get()></i> }).collect_view();
    view! {
        <div class="steps">
            <div class="row sp">
                <Mark />
                <span class="hint num" role="status">
                    {words}
                </span>
            </div>
            <div class="steps-b" aria-hidden="true">
                {bars}
            </div>
        </div>
    }
}
