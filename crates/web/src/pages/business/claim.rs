//! The first owner's way in: one link, used once, makes the business.

use leptos::{prelude::*, task::spawn_local};
use tresen_types::limits::DISPLAY_NAME_BYTES_MAX;
use tresen_view::{Answer, Command, FailureKind};

use super::{first_steps::STEPS, profile_form::focus_first_error};
use crate::{
    actions::{call, failure_text, install},
    components::{
        Button, ButtonKind, ButtonSize, ErrorState, Field, FieldKind, Glyph, Icon, Steps,
    },
    i18n::{b, fill, language},
    router,
    state::app,
};

/// The page.
#[component]
pub fn ClaimPage(token: String) -> impl IntoView {
    let has_account = Memo::new(|_| app().account_view().is_some());
    let is_dead = RwSignal::new(false);
    let token = StoredValue::new(token);
    move || {
        let b = b();
        if token.with_value(String::is_empty) {
            return problem(b.link_cut, b.link_cut_hint, false);
        }
        if is_dead.get() {
            return problem(b.claim_bad, b.claim_bad_hint, false);
        }
        if has_account.get() {
            return problem(b.has_account, b.has_account_hint, true);
        }
        view! { <ClaimForm token is_dead /> }.into_any()
    }
}

/// A link that leads nowhere; with an account, the way to it.
pub(super) fn problem(title: &'static str, text: &'static str, has_account: bool) -> AnyView {
    view! {
        <main class="page">
            <h1 class="vh">{b().claim_title}</h1>
            <ErrorState glyph=Glyph::Link title text>
                {has_account
                    .then(|| {
                        view! {
                            <a class="btn pri" href="/">
                                {b().go_on}
                            </a>
                        }
                    })}
            </ErrorState>
        </main>
    }
    .into_any()
}

#[component]
fn ClaimForm(token: StoredValue<String>, is_dead: RwSignal<bool>) -> impl IntoView {
    let first_name = RwSignal::new(String::new());
    let business = RwSignal::new(String::new());
    let first_name_error = RwSignal::new(None::<String>);
    let business_error = RwSignal::new(None::<String>);
    let is_busy = RwSignal::new(false);
    let claim = move || {
        let agent_name = first_name.get_untracked().trim().to_owned();
        let business_name = business.get_untracked().trim().to_owned();
        first_name_error.set(name_error(&agent_name, b().first_name_missing));
        business_error.set(name_error(&business_name, b().business_name_missing));
        let is_wrong = first_name_error.with_untracked(Option::is_some)
            || business_error.with_untracked(Option::is_some);
        if is_wrong {
            focus_first_error();
        }
        if is_wrong || is_busy.get_untracked() {
            return;
        }
        is_busy.set(true);
        install::ask_to_persist();
        spawn_local(async move {
            let command = Command::ClaimBusiness {
                token: token.get_value(),
                agent_name,
                business_name,
                language: language().tag().to_owned(),
            };
            match call(command).await {
                Ok(Answer::Account(Some(account))) => {
                    // The page changes first: with an account this one would say that there is one.
                    router::replace("/business/start");
                    app().account.set(Some(Some(account)));
                }
                Ok(_) => {}
                Err(failure) => match failure.kind {
                    FailureKind::LinkUsedUp
                    | FailureKind::LinkExpired
                    | FailureKind::LinkRevoked
                    | FailureKind::NotFound => {
                        is_dead.try_set(true);
                    }
                    kind => {
                        business_error.try_set(Some(failure_text(kind).to_owned()));
                    }
                },
            }
            is_busy.try_set(false);
        });
    };
    let host = window().location().host().unwrap_or_default();
    let label = Signal::derive(move || {
        if is_busy.get() { b().claim_busy } else { b().claim_do }.to_owned()
    });
    view! {
        <main class="page steps-page">
            <form
                novalidate=true
                class="page-in"
                on:submit=move |event| {
                    event.prevent_default();
                    claim();
                }
            >
                <Steps now=1_u8 total=STEPS />
                <h1>{b().claim_title}</h1>
                <p class="mut">{fill(b().claim_intro, &[("host", &host)])}</p>
                <Field
                    id="first-name"
                    kind=FieldKind::Name
                    label=b().first_name
                    hint=b().first_name_hint
                    value=first_name
                    error=first_name_error
                    max_length=60
                />
                <Field
                    id="business-name"
                    label=b().business_name
                    value=business
                    error=business_error
                    max_length=100
                />
                <div class="counter step-counter">
                    <Button
                        kind=ButtonKind::Primary
                        size=ButtonSize::Large
                        wide=true
                        submit=true
                        label
                        busy=is_busy
                        on_press=|| ()
                    />
                    <p class="hint keys-here">
                        <Icon glyph=Glyph::KeyRound small=true />
                        {b().keys_here}
                    </p>
                </div>
            </form>
        </main>
    }
}

/// What is wrong with a name; `None` when it can be used.
pub(super) fn name_error(name: &str, missing: &str) -> Option<String> {
    if name.is_empty() {
        return Some(missing.to_owned());
    }
    (name.len() > DISPLAY_NAME_BYTES_MAX).then(|| b().name_too_long.to_owned())
}
