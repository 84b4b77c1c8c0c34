//! A colleague's way in: the new device uses an invitation, shows six digits, and waits until the
//! owner has typed them.

use leptos::{prelude::*, task::spawn_local};
use tresen_view::{Answer, Command, Event, FailureKind, LinkStep};

use super::claim::problem;
use crate::{
    actions::{call, install, tell_failure},
    components::{Button, ButtonKind, ButtonSize, Glyph, Icon, Mark},
    i18n::{b, fill, time},
    state::{app, on_event},
};

/// How far it is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Join {
    Asked,
    Code(LinkStep),
    Done { messages: u64 },
    Dead,
}

/// The page.
#[component]
pub fn LinkPage(token: String) -> impl IntoView {
    let join = RwSignal::new(Join::Asked);
    let token = StoredValue::new(token);
    let is_busy = RwSignal::new(false);
    let has_account = Memo::new(|_| app().account_view().is_some());
    on_event(move |event| {
        if let Event::Link(step) = event {
            take(step, join);
        }
    });
    let accept = move || {
        if is_busy.get_untracked() {
            return;
        }
        is_busy.set(true);
        install::ask_to_persist();
        spawn_local(async move {
            match call(Command::AcceptInvitation { token: token.get_value() }).await {
                Ok(Answer::Link(step)) => take(&step, join),
                Ok(_) => {}
                Err(failure) => match failure.kind {
                    FailureKind::LinkUsedUp
                    | FailureKind::LinkExpired
                    | FailureKind::LinkRevoked
                    | FailureKind::NotFound => {
                        join.try_set(Join::Dead);
                    }
                    _ => tell_failure(&failure),
                },
            }
            is_busy.try_set(false);
        });
    };
    move || {
        let b = b();
        if token.with_value(String::is_empty) {
            return problem(b.link_cut, b.link_cut_hint, false);
        }
        match join.get() {
            Join::Asked if has_account.get() => problem(b.has_account, b.has_account_hint, true),
            Join::Asked => intro(accept, is_busy),
            Join::Code(step) => code(&step),
            Join::Done { messages } => done(messages),
            Join::Dead => problem(b.join_bad, b.join_bad_hint, false),
        }
    }
}

fn take(step: &LinkStep, join: RwSignal<Join>) {
    let next = match step {
        LinkStep::ShowCode { .. } => Join::Code(step.clone()),
        LinkStep::Linked { .. } => Join::Done { messages: 0 },
        LinkStep::Restoring { messages } => Join::Done { messages: *messages },
        LinkStep::Failed => Join::Dead,
        LinkStep::Invitation { .. } | LinkStep::EnterCode { .. } => return,
    };
    join.try_set(next);
}

fn intro(accept: impl Fn() + Copy + Send + Sync + 'static, is_busy: RwSignal<bool>) -> AnyView {
    let label =
        Signal::derive(move || if is_busy.get() { b().join_busy } else { b().join_do }.to_owned());
    let reasons =
        [(Glyph::KeyRound, b().join_1), (Glyph::Eye, b().join_2), (Glyph::LogOut, b().join_3)];
    let reasons = reasons
        .into_iter()
        .map(|(glyph, text)| {
            view! {
                <p class="why">
                    <Icon glyph />
                    <span>{text}</span>
                </p>
            }
        })
        .collect_view();
    view! {
        <main class="page steps-page">
            <div class="page-in">
                <div class="steps">
                    <Mark size=36 />
                </div>
                <h1>{b().join_title}</h1>
                <p class="mut">{b().join_intro}</p>
                <div>{reasons}</div>
                <div class="counter step-counter">
                    <Button
                        kind=ButtonKind::Primary
                        size=ButtonSize::Large
                        wide=true
                        label
                        busy=is_busy
                        on_press=accept
                    />
                </div>
            </div>
        </main>
    }
    .into_any()
}

fn code(step: &LinkStep) -> AnyView {
    let LinkStep::ShowCode { business_name, code, expires_at } = step else {
        return ().into_any();
    };
    let text = fill(b().join_code_text, &[("shop", business_name)]);
    let until = fill(b().valid_until, &[("time", &time::clock(*expires_at))]);
    // Two groups of three are read more easily; spaces aren't read out.
    let digits =
        code.chars().map(|digit| view! { <span>{digit.to_string()}</span> }).collect_view();
    view! {
        <main class="page steps-page">
            <div class="page-in centred">
                <h1>{b().join_code}</h1>
                <p class="digits num" aria-label=code.clone() role="img">
                    {digits}
                </p>
                <p class="hint">{until}</p>
                <p class="mut">{text}</p>
                <p class="wait-line" role="status">
                    <span class="spin" aria-hidden="true"></span>
                    {b().join_wait}
                </p>
            </div>
        </main>
    }
    .into_any()
}

fn done(messages: u64) -> AnyView {
    let progress =
        if messages == 0 { b().join_restoring.to_owned() } else { b().restored.of(messages) };
    view! {
        <main class="page steps-page">
            <div class="page-in centred">
                <span class="empty-i ok" aria-hidden="true">
                    <Icon glyph=Glyph::CircleCheck />
                </span>
                <h1>{b().join_done}</h1>
                <p class="mut num" role="status">
                    {progress}
                </p>
                <a class="btn pri lg" href="/business">
                    {b().to_inbox}
                </a>
            </div>
        </main>
    }
    .into_any()
}
