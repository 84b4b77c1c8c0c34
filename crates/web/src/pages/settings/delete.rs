//! The end of a customer's account: what ends, what stays, a deliberate yes, and goodbye.
//!
//! ```text
//! page ──▶ tick ──▶ question ──▶ the worker deletes ──▶ no account on this device ──▶ goodbye
//! ```

use leptos::{prelude::*, task::spawn_local};
use tresen_types::AccountKind;
use tresen_view::{AccountView, Command, Failure, FailureKind};
use wasm_bindgen::JsCast as _;
use web_sys::HtmlElement;

use super::PageBar;
use crate::{
    actions::{call, failure_text},
    components::{
        Button, ButtonKind, Checkbox, Confirm, EmptyState, Glyph, Icon, SkeletonRows, Wrong,
    },
    i18n::t,
    state::{app, forget_visits},
};

/// The box that says yes, for who has missed it.
const TICK: &str = "#delete-yes input";

/// The page. What it shows follows the account: if the answer to the deletion is lost, the worker finds
/// out by itself that there is none any more.
#[component]
pub fn DeletePage() -> impl IntoView {
    // Kept here, because it outlives the account.
    let was_asked = RwSignal::new(false);
    let shown = Memo::new(|_| app().account.with(|known| known.as_ref().map(Shown::of)));
    move || match shown.get() {
        None => view! { <SkeletonRows /> }.into_any(),
        Some(Shown::Question) => view! { <Question was_asked /> }.into_any(),
        Some(Shown::OtherDevice) => empty(Glyph::Smartphone, t().delete_other_device, || {
            view! {
                <a class="btn" href="/settings/devices">
                    {t().devices}
                </a>
            }
            .into_any()
        }),
        Some(Shown::Business) => empty(Glyph::Store, t().delete_business, || {
            view! {
                <a class="btn" href="/business/settings">
                    {t().settings}
                </a>
            }
            .into_any()
        }),
        Some(Shown::Nobody) if was_asked.get_untracked() => goodbye(),
        Some(Shown::Nobody) => empty(Glyph::User, t().no_account_here, || ().into_any()),
    }
}

/// Whom the page speaks to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    /// Who can delete the account here.
    Question,
    /// A further device, without the account's key.
    OtherDevice,
    /// A shop.
    Business,
    /// Nobody has an account here, or has it any more.
    Nobody,
}

impl Shown {
    fn of(account: &Option<AccountView>) -> Self {
        match account {
            None => Self::Nobody,
            Some(account) if account.kind == AccountKind::Business => Self::Business,
            Some(account) if account.is_primary => Self::Question,
            Some(_) => Self::OtherDevice,
        }
    }
}

/// Why it can't be done here.
fn empty(glyph: Glyph, text: &'static str, link: fn() -> AnyView) -> AnyView {
    view! {
        <main class="page">
            <PageBar title=t().delete_account back="/settings" />
            <EmptyState glyph title=text>
                {link()}
            </EmptyState>
        </main>
    }
    .into_any()
}

/// Said once; whoever loads the page again finds an app without an account.
fn goodbye() -> AnyView {
    forget_visits();
    // What had the focus is gone.
    request_animation_frame(|| focus("main h1"));
    view! {
        <main class="page" data-goodbye="">
            <EmptyState
                glyph=Glyph::Check
                title=t().deleted_title
                text=t().deleted_text
                whole_page=true
            />
        </main>
    }
    .into_any()
}

/// What ends, what stays, and the yes.
#[component]
fn Question(was_asked: RwSignal<bool>) -> impl IntoView {
    let is_sure = RwSignal::new(false);
    let is_asking = RwSignal::new(false);
    let is_busy = RwSignal::new(false);
    let error = RwSignal::new(None::<&'static str>);
    Effect::new(move |_| {
        if is_sure.get() {
            error.set(None);
        }
    });
    let ask = move || {
        if is_sure.get_untracked() {
            is_asking.set(true);
        } else {
            error.set(Some(t().delete_tick_first));
            focus(TICK);
        }
    };
    let delete = move || {
        error.set(None);
        is_busy.set(true);
        was_asked.set(true);
        spawn_local(async move {
            // When it is done, the account's signal follows, and with it this page.
            if let Err(failure) = call(Command::DeleteAccount).await {
                error.try_set(Some(words(&failure)));
                is_busy.try_set(false);
            }
        });
    };
    let label = Signal::derive(move || {
        if is_busy.get() { t().deleting } else { t().delete_account }.to_owned()
    });
    view! {
        <main class="page">
            <PageBar title=t().delete_account back="/settings" />
            <div class="page-in">
                {facts(
                    t().delete_ends,
                    Glyph::X,
                    [t().delete_ends_chats, t().delete_ends_yes, t().delete_ends_backup],
                )}
                {facts(
                    t().delete_stays,
                    Glyph::Archive,
                    [t().delete_stays_shops, t().delete_stays_deals, t().delete_stays_proof],
                )}
                <p class="hint">{t().delete_devices_hint}</p>
                <div id="delete-yes">
                    <Checkbox label=t().delete_sure hint=t().delete_sure_hint checked=is_sure />
                </div>
                <Wrong error=Signal::derive(move || error.get().map(str::to_owned)) />
                <Button kind=ButtonKind::Danger wide=true label busy=is_busy on_press=ask />
            </div>
        </main>
        {move || {
            is_asking
                .get()
                .then(|| {
                    view! {
                        <Confirm
                            title=t().delete_now
                            text=t().delete_now_hint
                            yes=t().delete_for_good
                            on_yes=delete
                            on_close=move || {
                                is_asking.try_set(false);
                            }
                        />
                    }
                })
        }}
    }
}

/// A card with a heading and a line for each fact.
fn facts(title: &'static str, glyph: Glyph, lines: [&'static str; 3]) -> AnyView {
    let lines = lines
        .map(|line| {
            view! {
                <li class="lrow div">
                    <Icon glyph />
                    <span class="grow">{line}</span>
                </li>
            }
        })
        .into_iter()
        .collect_view();
    view! {
        <h2 class="sect">{title}</h2>
        <ul class="plain card">{lines}</ul>
    }
    .into_any()
}

/// What a failure means here: whether something has been deleted.
fn words(failure: &Failure) -> &'static str {
    leptos::logging::warn!("{:?}: {}", failure.kind, failure.detail);
    match failure.kind {
        FailureKind::Offline => t().delete_offline,
        FailureKind::Busy => failure_text(failure.kind),
        _ => t().delete_failed,
    }
}

/// Puts the focus on something that is on the page.
fn focus(selector: &str) {
    let found = document().query_selector(selector).ok().flatten();
    if let Some(found) = found.and_then(|found| found.dyn_into::<HtmlElement>().ok()) {
        if found.tab_index() < 0 {
            // A title has no place of its own in the order of the Tab key.
            found.set_attribute("tabindex", "-1").ok();
        }
        found.focus().ok();
    }
}
