//! A person's further device: a link to scan, then the six digits that it shows.

use leptos::{prelude::*, task::spawn_local};
use tresen_types::Timestamp;
use tresen_view::{Answer, Command, Event, FailureKind, LinkStep, Role};

use crate::{
    actions::{call, failure_text, tell_failure},
    components::{
        Button, ButtonKind, EmptyState, ErrorState, Field, FieldKind, Glyph, QrCode, Sheet,
    },
    i18n::{fill, t, time},
    router,
    state::on_event,
};

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Waiting { url: String, expires_at: Timestamp },
    Code,
    Done,
    Failed,
}

/// The button with the sheet.
#[component]
pub(super) fn AddDevice() -> impl IntoView {
    let step = RwSignal::new(None::<Step>);
    let is_busy = RwSignal::new(false);
    on_event(move |event| {
        let next = match event {
            Event::Link(LinkStep::EnterCode { .. }) => Step::Code,
            Event::Link(LinkStep::Linked { .. }) => Step::Done,
            Event::Link(LinkStep::Failed) => Step::Failed,
            _ => return,
        };
        if step.with_untracked(Option::is_some) {
            step.try_set(Some(next));
        }
    });
    let invite = move || {
        if is_busy.get_untracked() {
            return;
        }
        is_busy.set(true);
        spawn_local(async move {
            // A person's device is that person's: neither role nor name count.
            let command = Command::Invite { role: Role::Agent, name: String::new() };
            match call(command).await {
                Ok(Answer::Link(LinkStep::Invitation { url, expires_at })) => {
                    step.try_set(Some(Step::Waiting { url, expires_at }));
                }
                Ok(_) => {}
                Err(failure) => tell_failure(&failure),
            }
            is_busy.try_set(false);
        });
    };
    view! {
        <Button
            kind=ButtonKind::Primary
            wide=true
            glyph=Glyph::Plus
            label=t().device_add
            busy=is_busy
            on_press=invite
        />
        {move || {
            step.get()
                .map(|now| {
                    let content = match now {
                        Step::Waiting { url, expires_at } => waiting(url, expires_at),
                        Step::Code => view! { <CodeEntry step /> }.into_any(),
                        Step::Done => done(),
                        Step::Failed => failed(invite),
                    };
                    view! {
                        <Sheet
                            title=t().device_add
                            on_close=move || {
                                step.try_set(None);
                            }
                        >
                            {content}
                        </Sheet>
                    }
                })
        }}
    }
}

fn waiting(url: String, expires_at: Timestamp) -> AnyView {
    let until = fill(t().device_add_until, &[("time", &time::clock(expires_at))]);
    view! {
        <div class="code-sheet">
            <p>{t().device_add_scan}</p>
            <div class="qrw">
                <QrCode text=url.clone() label=t().device_add />
            </div>
            <p class="hint">{until}</p>
            <p class="link-t">{url}</p>
            <p class="wait-line" role="status">
                <span class="spin" aria-hidden="true"></span>
                {t().device_add_wait}
            </p>
        </div>
    }
    .into_any()
}

#[component]
fn CodeEntry(step: RwSignal<Option<Step>>) -> impl IntoView {
    let digits = RwSignal::new(String::new());
    let error = RwSignal::new(None::<String>);
    let is_busy = RwSignal::new(false);
    let approve = move || {
        let code = digits
            .with_untracked(|typed| typed.chars().filter(char::is_ascii_digit).collect::<String>());
        if code.len() != 6 {
            error.set(Some(t().device_digits_missing.to_owned()));
            return;
        }
        if is_busy.get_untracked() {
            return;
        }
        error.set(None);
        is_busy.set(true);
        spawn_local(async move {
            match call(Command::ApproveLink { code }).await {
                Ok(Answer::Link(LinkStep::Linked { .. })) => {
                    step.try_set(Some(Step::Done));
                }
                Ok(_) => {}
                Err(failure) => match failure.kind {
                    FailureKind::LinkUsedUp | FailureKind::LinkExpired | FailureKind::NotFound => {
                        step.try_set(Some(Step::Failed));
                    }
                    kind => {
                        error.try_set(Some(failure_text(kind).to_owned()));
                    }
                },
            }
            is_busy.try_set(false);
        });
    };
    view! {
        <form
            novalidate=true
            class="stack digits-form"
            on:submit=move |event| {
                event.prevent_default();
                approve();
            }
        >
            <p>{t().device_digits_hint}</p>
            <Field
                id="device-digits"
                kind=FieldKind::Digits
                label=t().device_digits
                value=digits
                error
                max_length=7
                autofocus=true
            />
            <Button
                kind=ButtonKind::Primary
                wide=true
                submit=true
                label=t().device_add_do
                busy=is_busy
                on_press=|| ()
            />
        </form>
    }
}

fn done() -> AnyView {
    view! {
        <EmptyState glyph=Glyph::CircleCheck title=t().device_added text=t().device_added_hint>
            <Button kind=ButtonKind::Primary label=t().close on_press=router::back />
        </EmptyState>
    }
    .into_any()
}

fn failed(again: impl Fn() + Copy + Send + Sync + 'static) -> AnyView {
    view! {
        <ErrorState
            glyph=Glyph::CircleAlert
            title=t().device_add_failed
            text=t().device_add_failed_hint
        >
            <Button kind=ButtonKind::Primary label=t().try_again on_press=again />
        </ErrorState>
    }
    .into_any()
}
