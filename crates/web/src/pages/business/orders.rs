//! The orders: the board, the sound of a new one; below it, for owners, what can be ordered and how it
//! is paid.

mod board;
mod part;
mod ticket;

use leptos::prelude::*;

use self::board::Board;
pub(super) use self::part::Seen;
use super::{bell::Bell, catalogue::CatalogueEditor, desk::desk, paying::Paying};
use crate::{
    components::{EmptyState, Glyph, Icon, SkeletonRows},
    i18n::b,
};

/// The page.
#[component]
pub(super) fn OrdersPage() -> impl IntoView {
    let incoming = desk().incoming;
    let orders = incoming.orders;
    // The board stays while its orders change.
    let has_orders =
        Memo::new(move |_| orders.with(|orders| orders.as_ref().map(|orders| !orders.is_empty())));
    let all = Memo::new(move |_| orders.get().unwrap_or_default());
    view! {
        <main class="page orders-page">
            <div class="page-in">
                <div class="page-head">
                    <h1 class="grow">{b().orders}</h1>
                    <SoundSwitch bell=incoming.bell />
                    <a class="btn smb only-hand" href="/business/bookings">
                        {b().bookings}
                    </a>
                    <a class="btn smb only-hand" href="/business/statistics">
                        {b().stats}
                    </a>
                </div>
                <p class="vh" role="status" data-came="">
                    {incoming.came}
                </p>
                {move || match has_orders.get() {
                    None => view! { <SkeletonRows /> }.into_any(),
                    Some(false) => {
                        view! { <EmptyState glyph=Glyph::ShoppingBasket title=b().orders_none /> }
                            .into_any()
                    }
                    Some(true) => view! { <Board orders=all /> }.into_any(),
                }}
                {desk().is_owner().then(|| view! { <CatalogueEditor /><Paying /> })}
            </div>
        </main>
    }
}

/// Switches the sound, and says when the browser holds it back.
#[component]
fn SoundSwitch(bell: Bell) -> impl IntoView {
    let is_held_back = Memo::new(move |_| bell.is_on.get() && !bell.is_allowed.get());
    view! {
        <button
            type="button"
            class="btn smb"
            role="switch"
            aria-checked=move || if bell.is_on.get() { "true" } else { "false" }
            on:click=move |_| bell.switch(!bell.is_on.get_untracked())
        >
            {move || {
                let glyph = if bell.is_on.get() { Glyph::Volume2 } else { Glyph::VolumeX };
                view! { <Icon glyph small=true /> }
            }}
            <span>{b().orders_sound}</span>
        </button>
        <p class="hint sound-hint" role="status">
            {move || is_held_back.get().then_some(b().orders_sound_held)}
        </p>
    }
}
