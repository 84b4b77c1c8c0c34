//! The first steps after the claim: sign, hours, code. Each step publishes what it has, so that nobody
//! loses anything by closing the page.

use leptos::{prelude::*, task::spawn_local};
use tresen_view::{Answer, Command, EntryLinkView};

use super::{
    desk::{Desk, desk},
    profile_form::{HoursFields, NameFields, Preview, ProfileForm, SignFields},
};
use crate::{
    actions::{call, tell_failure},
    components::{
        Button, ButtonKind, ButtonSize, CodeMark, Glyph, Icon, QrCode, SkeletonRows, Steps,
    },
    i18n::{b, fill},
};

/// The claim is the first one.
pub(super) const STEPS: u8 = 4;
const SIGN: u8 = 2;
const HOURS: u8 = 3;
const CODE: u8 = 4;

/// The page.
#[component]
pub(super) fn FirstSteps() -> impl IntoView {
    let desk = desk();
    let step = RwSignal::new(SIGN);
    let form = ProfileForm::open();
    let content = move || {
        let Some(form) = form.get() else { return view! { <SkeletonRows /> }.into_any() };
        match step.get() {
            SIGN => {
                view! { <SignStep form on_done=Callback::new(move |()| step.set(HOURS)) desk /> }
                    .into_any()
            }
            HOURS => {
                view! { <HoursStep form on_done=Callback::new(move |()| step.set(CODE)) desk /> }
                    .into_any()
            }
            _ => view! { <CodeStep desk /> }.into_any(),
        }
    };
    view! {
        <main class="page steps-page">
            <div class="page-in">
                <Steps now=step total=STEPS />
                {content}
            </div>
        </main>
    }
}

#[component]
fn SignStep(form: ProfileForm, on_done: Callback<()>, desk: Desk) -> impl IntoView {
    view! {
        <StepForm
            title=b().sign_title
            intro=b().sign_intro
            next=b().next_hours
            form
            on_next=Callback::new(move |()| form.publish(desk, move || on_done.run(())))
        >
            <SignFields form />
            <NameFields form />
            <Preview form />
        </StepForm>
    }
}

#[component]
fn HoursStep(form: ProfileForm, on_done: Callback<()>, desk: Desk) -> impl IntoView {
    form.suggest_hours();
    view! {
        <StepForm
            title=b().hours_title
            intro=b().hours_intro
            next=b().next_print
            form
            on_next=Callback::new(move |()| form.publish(desk, move || on_done.run(())))
        >
            <HoursFields form />
        </StepForm>
    }
}

#[component]
fn StepForm(
    title: &'static str,
    intro: &'static str,
    next: &'static str,
    form: ProfileForm,
    on_next: Callback<()>,
    children: Children,
) -> impl IntoView {
    view! {
        <form
            novalidate=true
            class="stack step"
            on:submit=move |event| {
                event.prevent_default();
                on_next.run(());
            }
        >
            <h1>{title}</h1>
            <p class="mut">{intro}</p>
            {children()}
            <div class="counter step-counter">
                <Button
                    kind=ButtonKind::Primary
                    size=ButtonSize::Large
                    wide=true
                    submit=true
                    label=next
                    busy=form.is_busy
                    on_press=|| ()
                />
                <p class="hint keys-here">
                    <Icon glyph=Glyph::KeyRound small=true />
                    {b().keys_here}
                </p>
            </div>
        </form>
    }
}

/// The first entry link, made when the step is reached for the first time.
#[component]
fn CodeStep(desk: Desk) -> impl IntoView {
    let link = RwSignal::new(None::<EntryLinkView>);
    spawn_local(async move {
        match first_link().await {
            Ok(found) => {
                link.try_set(found);
            }
            Err(failure) => tell_failure(&failure),
        }
    });
    view! {
        <div class="stack step">
            <h1>{b().print_title}</h1>
            <p class="mut">{b().print_intro}</p>
            {move || match link.get() {
                None => view! { <SkeletonRows /> }.into_any(),
                Some(link) => {
                    let label = fill(b().qr_label, &[("shop", &desk.shop_name())]);
                    view! {
                        <div class="qrw step-qr">
                            <QrCode text=link.url label mark=CodeMark::Tresen />
                        </div>
                        <div class="counter step-counter">
                            <a
                                class="btn pri lg wide"
                                href=format!("/business/poster/{}", link.entry)
                            >
                                <Icon glyph=Glyph::Printer small=true />
                                {b().print_poster}
                            </a>
                            <a class="btn wide" href="/business">
                                {b().to_inbox}
                            </a>
                        </div>
                    }
                        .into_any()
                }
            }}
        </div>
    }
}

/// The oldest link that works; a fresh one when there is none.
async fn first_link() -> Result<Option<EntryLinkView>, tresen_view::Failure> {
    if let Answer::EntryLinks(links) = call(Command::EntryLinks).await?
        && let Some(link) = links.into_iter().rev().find(|link| !link.is_revoked)
    {
        return Ok(Some(link));
    }
    let command = Command::CreateEntryLink {
        label: b().first_label.to_owned(),
        prefilled: String::new(),
        uses_max: None,
        days: None,
    };
    match call(command).await? {
        Answer::EntryLink(link) => Ok(Some(link)),
        _ => Ok(None),
    }
}
