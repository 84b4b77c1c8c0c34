//! The owner's half of linking: an invitation, then the six digits that the new device shows.

use leptos::{prelude::*, task::spawn_local};
use tresen_types::Timestamp;
use tresen_view::{Answer, Command, FailureKind, LinkStep, Role};

use super::{claim::name_error, codes::copy, desk::Desk};
use crate::{
    actions::{call, failure_text, tell_failure},
    components::{
        Button, ButtonKind, EmptyState, ErrorState, Field, FieldKind, Glyph, QrCode, Sheet,
    },
    i18n::{b, fill, t, time},
    router,
};

/// How far an invitation is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum InviteStep {
    /// Who is invited?
    Form,
    /// The link waits for the new device.
    Waiting { name: String, url: String, expires_at: Timestamp },
    /// The new device is there and shows its digits.
    Code { name: String },
    /// It belongs to the team.
    Done { name: String },
    /// It didn't work.
    Failed,
}

/// The sheet of a step.
#[component]
pub(super) fn InviteSheet(desk: Desk, step: InviteStep) -> impl IntoView {
    let title = match &step {
        InviteStep::Code { .. } => b().enter_title,
        _ => b().invite,
    };
    let close = move || {
        desk.invite.try_set(None);
    };
    let content = match step {
        InviteStep::Form => view! { <InviteForm desk /> }.into_any(),
        InviteStep::Waiting { name, url, expires_at } => waiting(&name, url, expires_at),
        InviteStep::Code { name } => view! { <CodeEntry desk name /> }.into_any(),
        InviteStep::Done { name } => done(&name),
        InviteStep::Failed => failed(desk),
    };
    view! {
        <Sheet title on_close=close>
            {content}
        </Sheet>
    }
}

#[component]
fn InviteForm(desk: Desk) -> impl IntoView {
    let name = RwSignal::new(String::new());
    let role = RwSignal::new(Role::Agent);
    let error = RwSignal::new(None::<String>);
    let is_busy = RwSignal::new(false);
    let invite = move || {
        let wanted = name.get_untracked().trim().to_owned();
        error.set(name_error(&wanted, b().first_name_missing));
        if error.with_untracked(Option::is_some) || is_busy.get_untracked() {
            return;
        }
        is_busy.set(true);
        spawn_local(async move {
            let command = Command::Invite { role: role.get_untracked(), name: wanted.clone() };
            match call(command).await {
                Ok(Answer::Link(LinkStep::Invitation { url, expires_at })) => {
                    desk.invite.try_set(Some(InviteStep::Waiting {
                        name: wanted,
                        url,
                        expires_at,
                    }));
                }
                Ok(_) => {}
                Err(failure) => tell_failure(&failure),
            }
            is_busy.try_set(false);
        });
    };
    let label =
        Signal::derive(move || if is_busy.get() { b().inviting } else { b().invite_do }.to_owned());
    view! {
        <form
            novalidate=true
            class="stack"
            on:submit=move |event| {
                event.prevent_default();
                invite();
            }
        >
            <Field
                id="invite-name"
                label=b().invite_name
                value=name
                error
                max_length=60
            />
            <fieldset class="stack">
                <legend class="legend">{b().invite_role}</legend>
                {role_card(role, Role::Agent, b().agent, b().agent_hint)}
                {role_card(role, Role::Owner, b().owner, b().owner_hint)}
            </fieldset>
            <Button
                kind=ButtonKind::Primary
                wide=true
                submit=true
                label
                busy=is_busy
                on_press=|| ()
            />
        </form>
    }
}

fn role_card(
    role: RwSignal<Role>,
    choice: Role,
    label: &'static str,
    hint: &'static str,
) -> AnyView {
    let is_on = Memo::new(move |_| role.get() == choice);
    view! {
        <label class="opt" class:on=is_on>
            <input
                type="radio"
                class="vh"
                name="invite-role"
                prop:checked=is_on
                on:change=move |_| role.set(choice)
            />
            <span class="rd" class:on=is_on aria-hidden="true"></span>
            <span class="grow">
                <b>{label}</b>
                <span>{hint}</span>
            </span>
        </label>
    }
    .into_any()
}

fn waiting(name: &str, url: String, expires_at: Timestamp) -> AnyView {
    let until = fill(b().valid_until, &[("time", &time::date_time(expires_at))]);
    let label = fill(b().qr_invite, &[("name", name)]);
    let link = url.clone();
    view! {
        <div class="code-sheet">
            <p>{b().invite_scan}</p>
            <div class="qrw">
                <QrCode text=url.clone() label />
            </div>
            <p class="hint">{until}</p>
            <p class="link-t">{url}</p>
            <Button
                wide=true
                glyph=Glyph::Copy
                label=b().copy_link
                on_press=move || copy(link.clone(), b().link_copied)
            />
            <p class="wait-line" role="status">
                <span class="spin" aria-hidden="true"></span>
                {b().invite_wait}
            </p>
        </div>
    }
    .into_any()
}

#[component]
fn CodeEntry(desk: Desk, name: String) -> impl IntoView {
    let digits = RwSignal::new(String::new());
    let error = RwSignal::new(None::<String>);
    let is_busy = RwSignal::new(false);
    let text = fill(b().enter_text, &[("name", &name)]);
    let name = StoredValue::new(name);
    let approve = move || {
        let code = digits
            .with_untracked(|typed| typed.chars().filter(char::is_ascii_digit).collect::<String>());
        if code.len() != 6 {
            error.set(Some(b().digits_missing.to_owned()));
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
                    desk.fetch_devices();
                    desk.invite.try_set(Some(InviteStep::Done { name: name.get_value() }));
                }
                Ok(Answer::Link(LinkStep::Failed)) => {
                    desk.invite.try_set(Some(InviteStep::Failed));
                }
                Ok(_) => {}
                Err(failure) => match failure.kind {
                    FailureKind::LinkUsedUp | FailureKind::LinkExpired | FailureKind::NotFound => {
                        desk.invite.try_set(Some(InviteStep::Failed));
                    }
                    kind => {
                        error.try_set(Some(failure_text(kind).to_owned()));
                    }
                },
            }
            is_busy.try_set(false);
        });
    };
    let label =
        Signal::derive(move || if is_busy.get() { b().approving } else { b().approve }.to_owned());
    view! {
        <form
            novalidate=true
            class="stack digits-form"
            on:submit=move |event| {
                event.prevent_default();
                approve();
            }
        >
            <p>{text}</p>
            <Field
                id="link-digits"
                kind=FieldKind::Digits
                label=b().digits
                value=digits
                error
                max_length=7
                autofocus=true
            />
            <Button
                kind=ButtonKind::Primary
                wide=true
                submit=true
                label
                busy=is_busy
                on_press=|| ()
            />
        </form>
    }
}

fn done(name: &str) -> AnyView {
    let title = fill(b().linked, &[("name", name)]);
    view! {
        <EmptyState glyph=Glyph::CircleCheck title text=b().linked_hint>
            <Button kind=ButtonKind::Primary label=t().close on_press=router::back />
        </EmptyState>
    }
    .into_any()
}

fn failed(desk: Desk) -> AnyView {
    view! {
        <ErrorState glyph=Glyph::CircleAlert title=b().link_failed text=b().link_failed_hint>
            <Button
                kind=ButtonKind::Primary
                label=b().invite_again
                on_press=move || desk.invite.set(Some(InviteStep::Form))
            />
        </ErrorState>
    }
    .into_any()
}
