//! A new device's way in, a colleague's or a person's own: it uses an invitation, shows six digits, and
//! waits until they are typed on the device that invited.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use leptos::{prelude::*, task::spawn_local};
use tresen_view::{Answer, Command, Event, Failure, FailureKind, LinkStep, passkey};

use super::claim::problem;
use crate::{
    actions::{BrowserAuthenticator, call, install, tell_failure, tell_passkey},
    components::{Button, ButtonKind, ButtonSize, Glyph, Icon, Mark},
    i18n::{b, fill, t, time},
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
    let is_own = is_persons(&token);
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
            match accept_with_passkey(token.get_value()).await {
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
            Join::Asked => intro(is_own, accept, is_busy),
            Join::Code(step) => code(is_own, &step),
            Join::Done { messages } => done(is_own, messages),
            Join::Dead => problem(b.join_bad, b.join_bad_hint, false),
        }
    }
}

/// Uses the invitation; a person who has a passkey proves it first.
async fn accept_with_passkey(token: String) -> Result<Answer, Failure> {
    let accept = || call(Command::AcceptInvitation { token: token.clone() });
    match accept().await {
        Err(failure) if failure.kind == FailureKind::PasskeyNeeded => {}
        answer => return answer,
    }
    match passkey::prove(&BrowserAuthenticator, call).await {
        Ok(()) => accept().await,
        Err(error) => {
            tell_passkey(&error);
            Ok(Answer::Done)
        }
    }
}

/// Whether an invitation is into a person's account: the first bit of an account's id tells.
fn is_persons(token: &str) -> bool {
    let bytes = URL_SAFE_NO_PAD.decode(token.trim()).unwrap_or_default();
    bytes.get(ACCOUNT_AT).is_some_and(|first| first & 0x80 == 0)
}

/// Where the account's id begins in an invitation: after the version and the invitation's own.
const ACCOUNT_AT: usize = 17;

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

fn intro(
    is_own: bool,
    accept: impl Fn() + Copy + Send + Sync + 'static,
    is_busy: RwSignal<bool>,
) -> AnyView {
    let (title, text, busy, gets, ends) = if is_own {
        (b().join_own_title, b().join_own_intro, b().join_own_busy, b().join_own_2, b().join_own_3)
    } else {
        (b().join_title, b().join_intro, b().join_busy, b().join_2, b().join_3)
    };
    let label = Signal::derive(move || if is_busy.get() { busy } else { b().join_do }.to_owned());
    let reasons = [(Glyph::KeyRound, b().join_1), (Glyph::Eye, gets), (Glyph::LogOut, ends)];
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
                <h1>{title}</h1>
                <p class="mut">{text}</p>
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

fn code(is_own: bool, step: &LinkStep) -> AnyView {
    let LinkStep::ShowCode { business_name, code, expires_at } = step else {
        return ().into_any();
    };
    let (title, text, wait) = if is_own {
        (b().join_own_code, b().join_own_code_text.to_owned(), b().join_own_wait)
    } else {
        let text = fill(b().join_code_text, &[("shop", business_name)]);
        (b().join_code, text, b().join_wait)
    };
    let until = fill(b().valid_until, &[("time", &time::clock(*expires_at))]);
    // Two groups of three are read more easily; spaces aren't read out.
    let digits =
        code.chars().map(|digit| view! { <span>{digit.to_string()}</span> }).collect_view();
    view! {
        <main class="page steps-page">
            <div class="page-in centred">
                <h1>{title}</h1>
                <p class="digits num" aria-label=code.clone() role="img">
                    {digits}
                </p>
                <p class="hint">{until}</p>
                <p class="mut">{text}</p>
                <p class="wait-line" role="status">
                    <span class="spin" aria-hidden="true"></span>
                    {wait}
                </p>
            </div>
        </main>
    }
    .into_any()
}

fn done(is_own: bool, messages: u64) -> AnyView {
    let (title, home, label) = if is_own {
        (b().join_own_done, "/", t().go_to_chats)
    } else {
        (b().join_done, "/business", b().to_inbox)
    };
    let progress =
        if messages == 0 { b().join_restoring.to_owned() } else { b().restored.of(messages) };
    view! {
        <main class="page steps-page">
            <div class="page-in centred">
                <span class="empty-i ok" aria-hidden="true">
                    <Icon glyph=Glyph::CircleCheck />
                </span>
                <h1>{title}</h1>
                <p class="mut num" role="status">
                    {progress}
                </p>
                <a class="btn pri lg" href=home>
                    {label}
                </a>
            </div>
        </main>
    }
    .into_any()
}
