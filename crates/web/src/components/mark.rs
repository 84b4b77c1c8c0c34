//! Tresen's mark: a counter bell on a plum square.

use leptos::prelude::*;

/// The mark; decorative.
#[component]
pub fn Mark(#[prop(default = 32)] size: u16) -> impl IntoView {
    view! {
        <svg
            class="mark"
            viewBox="0 0 32 32"
            width=size
            height=size
            aria-hidden="true"
            inner_html="<rect width='32' height='32' rx='9' fill='#7C2450'/><circle cx='16' cy='7.9' r='2.1' fill='#F2B035'/><path d='M7.5 19.5a8.5 8.5 0 0 1 17 0z' fill='#fff'/><rect x='5.5' y='21.2' width='21' height='3' rx='1.5' fill='#fff'/>"
        ></svg>
    }
}
