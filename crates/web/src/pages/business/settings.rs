//! An agent's settings.

use leptos::prelude::*;

use super::desk::desk;
use crate::{
    components::{Avatar, Glyph, Icon, Switch},
    i18n::{b, t},
    pages::PreferenceSettings,
    state::app,
};

/// Switches the single keys on or off.
pub(super) fn switch_shortcuts(is_on: bool) {
    let mut chosen = app().preferences.get_untracked();
    chosen.shortcuts = is_on;
    chosen.save();
    app().preferences.set(chosen);
}

/// The page.
#[component]
pub(super) fn BusinessSettings() -> impl IntoView {
    let desk = desk();
    let preferences = app().preferences;
    let own = move || {
        let account = app().account_view()?;
        Some(view! {
            <section class="card">
                <div class="lrow">
                    <Avatar name=account.name.clone() />
                    <span class="grow">
                        <span class="a" dir="auto">{account.name}</span>
                        <span class="c" dir="auto">{desk.shop_name()}</span>
                    </span>
                </div>
            </section>
        })
    };
    view! {
        <main class="page">
            <div class="page-in">
                <div class="page-head">
                    <h1 class="grow">{t().settings}</h1>
                </div>
                {own}
                <section class="card only-hand">
                    <a class="lrow" href="/business/templates">
                        <Icon glyph=Glyph::FileText />
                        <span class="grow a">{b().templates}</span>
                        <Icon glyph=Glyph::ChevronRight small=true />
                    </a>
                    <a class="lrow div" href="/business/broadcasts">
                        <Icon glyph=Glyph::Megaphone />
                        <span class="grow a">{b().broadcasts}</span>
                        <Icon glyph=Glyph::ChevronRight small=true />
                    </a>
                </section>
                <section class="card">
                    <a class="lrow" href="/business/usage">
                        <Icon glyph=Glyph::FileText />
                        <span class="grow a">{b().usage}</span>
                        <Icon glyph=Glyph::ChevronRight small=true />
                    </a>
                </section>
                <PreferenceSettings />
                <section class="card">
                    <Switch
                        label=b().shortcuts_on
                        hint=b().shortcuts_hint
                        on=Signal::derive(move || preferences.get().shortcuts)
                        on_change=switch_shortcuts
                    />
                    <button
                        type="button"
                        class="lrow div"
                        on:click=move |_| desk.is_help_open.set(true)
                    >
                        <span class="grow a">{b().shortcuts_show}</span>
                        <Icon glyph=Glyph::ChevronRight small=true />
                    </button>
                </section>
                <p class="hint">{t().about_app_text}</p>
            </div>
        </main>
    }
}
