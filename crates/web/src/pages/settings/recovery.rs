//! The recovery code: making one, and coming back with it.

use leptos::{prelude::*, task::spawn_local};
use tresen_types::AccountKind;
use tresen_view::{Answer, Command};

use super::{PageBar, passkey::PasskeyComeback};
use crate::{
    actions::{call, failure_text, session, tell_failure},
    components::{Button, ButtonKind, ButtonSize, Field, FieldKind, Glyph, Icon, QrCode, Sheet},
    i18n::t,
    router,
    state::app,
};

/// The row of the settings, with the sheet that shows a fresh code once.
#[component]
pub fn RecoveryRow() -> impl IntoView {
    let code = RwSignal::new(None::<String>);
    let is_busy = RwSignal::new(false);
    let has_code = Memo::new(|_| app().account_view().is_some_and(|account| account.has_recovery));
    let make = move || {
        is_busy.set(true);
        spawn_local(async move {
            match call(Command::CreateRecoveryCode).await {
                Ok(Answer::RecoveryCode(fresh)) => {
                    code.try_set(Some(fresh));
                    session::fetch_account();
                }
                Ok(_) => {}
                Err(failure) => tell_failure(&failure),
            }
            is_busy.try_set(false);
        });
    };
    let label = Signal::derive(move || {
        if has_code.get() { t().recovery_new } else { t().recovery_make }.to_owned()
    });
    view! {
        <div class="lrow div">
            <Icon glyph=Glyph::KeyRound />
            <span class="grow">
                <span class="a">{t().recovery}</span>
                <span class="c">{t().recovery_hint}</span>
            </span>
            <Button size=ButtonSize::Small label busy=is_busy on_press=make />
        </div>
        {move || {
            code.get()
                .map(|shown| {
                    view! {
                        <Sheet
                            title=t().recovery
                            on_close=move || {
                                code.try_set(None);
                            }
                        >
                            <div class="stack">
                                <p>{t().recovery_shown_once}</p>
                                <p class="code">{shown.clone()}</p>
                                <div class="qrw qr-small">
                                    <QrCode text=shown.clone() label=t().recovery />
                                </div>
                                <Button
                                    kind=ButtonKind::Primary
                                    wide=true
                                    label=t().recovery_written
                                    on_press=router::back
                                />
                            </div>
                        </Sheet>
                    }
                })
        }}
    }
}

/// Coming back on this device.
#[component]
pub fn RecoverPage() -> impl IntoView {
    let code = RwSignal::new(String::new());
    let name = RwSignal::new(String::new());
    let error = RwSignal::new(None::<String>);
    let is_busy = RwSignal::new(false);
    let bring = move || {
        if code.with_untracked(|code| code.trim().is_empty()) || is_busy.get_untracked() {
            return;
        }
        error.set(None);
        is_busy.set(true);
        let agent_name = name.get_untracked().trim().to_owned();
        let command = Command::Recover {
            code: code.get_untracked().trim().to_owned(),
            agent_name: (!agent_name.is_empty()).then_some(agent_name),
        };
        spawn_local(async move {
            match call(command).await {
                Ok(Answer::Account(Some(account))) => {
                    let home = match account.kind {
                        AccountKind::Business => "/business",
                        AccountKind::Person => "/",
                    };
                    app().account.set(Some(Some(account)));
                    router::replace(home);
                }
                Ok(_) => {}
                Err(failure) => {
                    error.try_set(Some(failure_text(failure.kind).to_owned()));
                }
            }
            is_busy.try_set(false);
        });
    };
    let label = Signal::derive(move || {
        if is_busy.get() { t().recovering } else { t().recover_do }.to_owned()
    });
    view! {
        <main class="page">
            <PageBar title=t().recover_title back="/" />
            <form
                class="page-in"
                on:submit=move |event| {
                    event.prevent_default();
                    bring();
                }
            >
                <PasskeyComeback name />
                <Field
                    id="recover-code"
                    label=t().recover_field
                    kind=FieldKind::Code
                    value=code
                    hint=t().recover_field_hint
                    error
                    autofocus=true
                />
                <Field
                    id="recover-name"
                    label=t().recover_agent
                    kind=FieldKind::Name
                    value=name
                />
                <Button
                    kind=ButtonKind::Primary
                    submit=true
                    label
                    busy=is_busy
                    on_press=|| ()
                />
            </form>
        </main>
    }
}
