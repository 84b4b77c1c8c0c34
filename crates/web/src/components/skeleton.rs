//! What is shown while something loads for more than 300 ms (the delay is in the style sheet).

use leptos::prelude::*;

use crate::i18n::t;

/// A list that loads.
#[component]
pub fn SkeletonRows() -> impl IntoView {
    let row = || {
        view! {
            <div class="sk-row">
                <span class="sk sk-sign"></span>
                <span class="grow">
                    <span class="sk sk-short"></span>
                    <span class="sk"></span>
                </span>
            </div>
        }
    };
    view! {
        <div class="sks" aria-busy="true">
            <span class="vh">{t().loading}</span>
            <div aria-hidden="true">{(0..5).map(|_| row()).collect_view()}</div>
        </div>
    }
}

/// A chat that loads.
#[component]
pub fn SkeletonTalk() -> impl IntoView {
    view! {
        <div class="sks sk-talk" aria-busy="true">
            <span class="vh">{t().loading}</span>
            <span class="sk sk-bub" aria-hidden="true"></span>
            <span class="sk sk-bub me" aria-hidden="true"></span>
            <span class="sk sk-bub" aria-hidden="true"></span>
        </div>
    }
}
