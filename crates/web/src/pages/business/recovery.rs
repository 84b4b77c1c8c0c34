//! The business's ways back: passkeys, and the code, which is shown once, printed or copied, confirmed.

use leptos::{prelude::*, task::spawn_local};
use tresen_view::{Answer, Command};

use super::{codes::copy, desk::desk};
use crate::{
    actions::{call, session, tell_failure},
    components::{
        Button, ButtonKind, ButtonSize, Checkbox, Glyph, Icon, Pill, PillKind, QrCode, Sheet,
    },
    i18n::{b, fill, t},
    pages::PasskeyRow,
    router,
    state::app,
};

/// The card on the team's page.
#[component]
pub(super) fn RecoveryCard() -> impl IntoView {
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
        <section class="card">
            <div class="lrow wrap">
                <Icon glyph=Glyph::KeyRound />
                <span class="grow wide-min">
                    <span class="a">
                        {t().recovery}" "
                        {move || {
                            has_code
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
                    <span class="c">{t().recovery_hint}</span>
                </span>
                <Button size=ButtonSize::Small label busy=is_busy on_press=make />
            </div>
            <PasskeyRow />
        </section>
        {move || {
            code.get()
                .map(|shown| {
                    view! {
                        <CodeSheet
                            code=shown
                            on_close=move || {
                                code.try_set(None);
                            }
                        />
                    }
                })
        }}
    }
}

#[component]
fn CodeSheet(code: String, on_close: impl Fn() + 'static) -> impl IntoView {
    let is_written = RwSignal::new(false);
    let title = fill(b().recovery_for, &[("shop", &desk().shop_name())]);
    let copied = code.clone();
    view! {
        <Sheet title on_close>
            <div class="code-sheet print-alone">
                <p>{t().recovery_shown_once}</p>
                <p class="code">{code.clone()}</p>
                <div class="qrw qr-small">
                    <QrCode text=code label=t().recovery />
                </div>
                <div class="acts no-print">
                    <Button
                        glyph=Glyph::Copy
                        label=t().copy
                        on_press=move || copy(copied.clone(), t().copied)
                    />
                    <Button
                        glyph=Glyph::Printer
                        label=b().print
                        on_press=|| {
                            // The browser's own sheet follows; it fails only without a printer.
                            window().print().ok();
                        }
                    />
                </div>
                <div class="no-print stack">
                    <Checkbox label=t().recovery_written checked=is_written />
                    <Button
                        kind=ButtonKind::Primary
                        wide=true
                        label=b().recovery_done
                        disabled=Signal::derive(move || !is_written.get())
                        on_press=router::back
                    />
                </div>
            </div>
        </Sheet>
    }
}
