//! Behind the counter: inbox, links, devices, profile.

use leptos::prelude::*;

use crate::components::SkeletonRows;

/// All pages behind the counter.
#[component]
pub fn BusinessPages() -> impl IntoView {
    view! { <SkeletonRows /> }
}

/// The first owner's way in.
#[component]
pub fn ClaimPage(token: String) -> impl IntoView {
    drop(token);
    view! { <SkeletonRows /> }
}

/// A colleague's way in.
#[component]
pub fn LinkPage(token: String) -> impl IntoView {
    drop(token);
    view! { <SkeletonRows /> }
}
