//! The shop: everything that customers see of it.

use leptos::prelude::*;

use super::{
    desk::desk,
    domain::DomainCard,
    profile_form::{ContactFields, HoursFields, NameFields, Preview, ProfileForm, SignFields},
};
use crate::{
    components::{Button, ButtonKind, EmptyState, Glyph, SkeletonRows},
    i18n::{b, t},
    state::app,
};

/// The page; owners only.
#[component]
pub(super) fn ShopPage() -> impl IntoView {
    let is_owner = desk().is_owner();
    if !is_owner {
        return view! {
            <main class="page">
                <EmptyState glyph=Glyph::Store title=b().owner_only whole_page=true />
            </main>
        }
        .into_any();
    }
    let form = ProfileForm::open();
    view! {
        <main class="page shop-page">
            {move || match form.get() {
                None => view! { <SkeletonRows /> }.into_any(),
                Some(form) => view! { <Editor form /> }.into_any(),
            }}
        </main>
    }
    .into_any()
}

#[component]
fn Editor(form: ProfileForm) -> impl IntoView {
    let desk = desk();
    let label = Signal::derive(move || {
        if form.is_busy.get() { b().publishing } else { b().publish }.to_owned()
    });
    let is_changed = Memo::new(move |_| form.is_changed());
    let publish = move || form.publish(desk, || app().tell(b().published));
    view! {
        <form
            novalidate=true
            class="shop"
            on:submit=move |event| {
                event.prevent_default();
                publish();
            }
        >
            <div class="shop-fields">
                <h1>{b().shop}</h1>
                <p class="mut">{b().shop_intro}</p>
                <section class="card pad stack">
                    <SignFields form />
                    <NameFields form />
                    <ContactFields form />
                </section>
                <section class="card pad stack">
                    <h2>{t().hours}</h2>
                    <HoursFields form />
                </section>
                <DomainCard />
            </div>
            <div class="shop-front">
                <Preview form />
            </div>
            <div class="counter shop-counter" hidden=move || !is_changed.get() && !form.is_busy.get()>
                <span class="grow hint">
                    {b().unpublished}
                </span>
                <Button
                    kind=ButtonKind::Primary
                    submit=true
                    label
                    busy=form.is_busy
                    on_press=|| ()
                />
            </div>
        </form>
    }
}
