//! Behind the counter: inbox, codes, shop, team, settings, and the two ways in.
//!
//! [`BusinessPages`] looks at whose device this is; the pages themselves share a [`desk::Desk`],
//! which follows the worker as long as one of them is on the page.

mod acts;
mod address_book;
mod bell;
mod bill_sheet;
mod bookings;
mod broadcasts;
mod card_team;
mod catalogue;
mod chat;
mod claim;
mod code_form;
mod codes;
mod customer_card;
mod desk;
mod domain;
mod file_reader;
mod filters;
mod first_steps;
mod inbox;
mod incoming;
mod invite;
mod join;
mod order_decision;
mod orders;
mod paying;
mod picture_field;
mod poster;
mod profile_form;
mod recovery;
mod settings;
mod shop;
mod shortcuts;
mod statistics;
mod switcher;
mod team;
mod teamwork;
mod template_sheet;
mod template_value;
mod templates;
mod usage;
mod writing;

pub use claim::ClaimPage;
pub use join::LinkPage;
use leptos::prelude::*;
use tresen_types::AccountKind;

use crate::{
    components::{EmptyState, Glyph, SkeletonRows},
    i18n::{b, t},
    state::app,
};

/// All pages behind the counter.
#[component]
pub fn BusinessPages() -> impl IntoView {
    let is_ours = Memo::new(|_| {
        app().account.with(|account| {
            account.as_ref().map(|account| {
                account.as_ref().is_some_and(|account| account.kind == AccountKind::Business)
            })
        })
    });
    move || match is_ours.get() {
        None => view! { <SkeletonRows /> }.into_any(),
        Some(true) => view! { <desk::DeskPages /> }.into_any(),
        Some(false) => view! {
            <main class="page">
                <EmptyState
                    glyph=Glyph::Store
                    title=b().no_business
                    text=b().no_business_hint
                    whole_page=true
                >
                    <a class="btn pri" href="/">
                        {t().go_to_chats}
                    </a>
                    <a class="btn ghost" href="/recover">
                        {t().recover}
                    </a>
                </EmptyState>
            </main>
        }
        .into_any(),
    }
}
