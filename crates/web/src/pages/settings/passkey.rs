//! Passkeys: making one, and coming back with it.

use leptos::{prelude::*, task::spawn_local};
use tresen_types::AccountKind;
use tresen_view::passkey;

use crate::{
    actions::{BrowserAuthenticator, call, passkey_text, session, tell_passkey},
    components::{Button, ButtonKind, ButtonSize, Glyph, Icon, Pill, PillKind},
    i18n::t,
    router,
    state::app,
};

/// The row that makes one.
#[component]
pub fn PasskeyRow() -> impl IntoView {
    let is_busy = RwSignal::new(false);
    let has_passkey = Memo::new(|_| app().account_view().is_some_and(|view| view.has_passkey));
    let make = move || {
        if is_busy.get_untracked() {
            return;
        }
        is_busy.set(true);
        spawn_local(async move {
            match passkey::add(&BrowserAuthenticator, call).await {
                Ok(()) => {
                    app().tell(t().passkey_made);
                    session::fetch_account();
                }
                Err(error) => tell_passkey(&error),
            }
            is_busy.try_set(false);
        });
    };
    let label = Signal::derive(move || {
        if has_passkey.get() { t().passkey_more } else { t().passkey_make }.to_owned()
    });
    view! {
        <div class="lrow div wrap" data-passkey="">
            <Icon glyph=Glyph::ShieldCheck />
            <span class="grow wide-min">
                <span class="a">
                    {t().passkey}" "
                    {move || {
                        has_passkey
                            .get()
                            .then(|| {
                                view! {
                                    <Pill
                                        text=t().recovery_made
                                        kind=PillKind::Ok
                                        glyph=Glyph::Check
                                    />
                                }
                            })
                    }}
                </span>
                <span class="c">{t().passkey_hint}</span>
            </span>
            <Button size=ButtonSize::Small label busy=is_busy on_press=make />
        </div>
    }
}

/// Coming back with one touch. `name` is the agent's, for a business.
#[component]
pub(super) fn PasskeyComeback(name: RwSignal<String>) -> impl IntoView {
    let error = RwSignal::new(None::<&'static str>);
    let is_busy = RwSignal::new(false);
    let bring = move || {
        if is_busy.get_untracked() {
            return;
        }
        error.set(None);
        is_busy.set(true);
        let name = name.get_untracked().trim().to_owned();
        let name = (!name.is_empty()).then_some(name);
        spawn_local(async move {
            match passkey::recover(&BrowserAuthenticator, name, call).await {
                Ok(Some(account)) => {
                    let home = match account.kind {
                        AccountKind::Business => "/business",
                        AccountKind::Person => "/",
                    };
                    app().account.set(Some(Some(account)));
                    router::replace(home);
                }
                Ok(None) => {}
                Err(trouble) => {
                    error.try_set(Some(passkey_text(&trouble)));
                }
            }
            is_busy.try_set(false);
        });
    };
    let label = Signal::derive(move || {
        if is_busy.get() { t().recovering } else { t().passkey_recover }.to_owned()
    });
    view! {
        <section class="card pad stack">
            <Button
                kind=ButtonKind::Primary
                wide=true
                glyph=Glyph::ShieldCheck
                label
                busy=is_busy
                on_press=bring
            />
            <p class="hint">{t().passkey_recover_hint}</p>
            <p class="err" role="alert">
                {move || error.get()}
            </p>
        </section>
        <p class="mut">{t().passkey_or_code}</p>
    }
}
