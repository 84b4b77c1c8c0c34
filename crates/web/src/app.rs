//! The root: what is on the page, by address and by whose device this is.

use leptos::prelude::*;
use tresen_types::AccountKind;
use wasm_bindgen::JsCast as _;
use wasm_bindgen_futures::spawn_local;

use crate::{
    actions,
    actions::{bridge, session},
    components::{ErrorState, Glyph, SkeletonRows, Slides, TemplateExtras, ToastHost, bubble_part},
    i18n::{self, language, t},
    pages,
    parts::{self, Part, Seldom},
    router::{self, Route},
    state::{self, app},
};

/// Builds a page; what the other module has is fetched by loading the address anew.
type Build = fn(Frame) -> AnyView;

/// Starts the module for people in front of the counter.
pub fn run_shell(texts: i18n::Load, chats: Part<Frame>, seldom: Part<Seldom>) {
    run(shell, move || parts::set_parts(texts, chats, seldom));
}

/// Starts the module for people behind the counter.
pub fn run_desk() {
    run(desk, parts::set_whole);
}

fn run(build: Build, prepare: impl FnOnce()) {
    console_error_panic_hook::set_once();
    state::start();
    router::start();
    prepare();
    spawn_local(async move {
        let language = app().preferences.get_untracked().language;
        i18n::show(language, parts::texts(language).await);
        mount_to_body(move || view! { <Root build_page=build /> });
    });
}

/// Everything is built anew when the language changes.
#[component]
fn Root(build_page: Build) -> impl IntoView {
    if cfg!(feature = "gallery") {
        actions::start_sample();
    } else {
        bridge::start();
    }
    actions::install::start();
    session::follow();
    actions::watch_rows();
    follow_title();
    let chosen = Memo::new(|_| app().preferences.get().language);
    let shown = RwSignal::new(language());
    Effect::new(move |_| {
        let language = chosen.get();
        if language != shown.get_untracked() {
            spawn_local(async move {
                let texts = parts::texts(language).await;
                // Whoever has chosen again meanwhile waits for that one.
                if chosen.get_untracked() == language {
                    i18n::show(language, texts);
                    shown.set(language);
                }
            });
        }
    });
    view! {
        {move || {
            shown.track();
            view! {
                <button type="button" class="skip" on:click=|_| focus_main()>
                    {t().skip_to_content}
                </button>
                <div class="app" id="main" tabindex="-1">
                    <Page build_page />
                </div>
                <ToastHost />
            }
        }}
    }
}

/// Past lists and navigation, to what the page is about.
fn focus_main() {
    let main = document().query_selector("main").ok().flatten();
    let main = main.or_else(|| document().get_element_by_id("main"));
    if let Some(main) = main.and_then(|main| main.dyn_into::<web_sys::HtmlElement>().ok()) {
        // It has no place of its own in the order of the Tab key.
        main.set_attribute("tabindex", "-1").ok();
        main.focus().ok();
    }
}

/// The window's title counts what is unread.
fn follow_title() {
    Effect::new(|_| {
        let unread = app().rows.counts().unread;
        let title = if unread > 0 { format!("({unread}) Tresen") } else { "Tresen".to_owned() };
        document().set_title(&title);
    });
}

/// The part of the address that decides which page is built; a change inside it is the page's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// Nobody knows yet whose device this is.
    Starting,
    /// The worker doesn't run.
    Trouble,
    /// A customer's chats.
    Customer,
    /// Behind the counter.
    Business,
    /// The page behind an entry link: its id and its fragment.
    Entry(String, String),
    /// A customer's settings.
    Settings,
    /// A customer's devices.
    Devices,
    /// A customer's limits with all shops.
    Limits,
    /// The end of a customer's account.
    Delete,
    /// Coming back with a recovery code.
    Recover,
    /// The first owner's one-time link, by its secret.
    Claim(String),
    /// A colleague's invitation, by its secret.
    Link(String),
    /// Every component, with sample data.
    #[cfg(feature = "gallery")]
    Gallery,
    /// There is no such page.
    NotFound,
}

#[component]
fn Page(build_page: Build) -> impl IntoView {
    let frame = Memo::new(|_| frame());
    move || match frame.get() {
        Frame::Starting => view! { <SkeletonRows /> }.into_any(),
        Frame::Trouble => view! { <main class="page">{pages::trouble()}</main> }.into_any(),
        Frame::NotFound => view! {
            <main class="page">
                <ErrorState
                    glyph=Glyph::Search
                    title=t().page_not_found
                    text=t().page_not_found_hint
                >
                    <a class="btn pri" href="/">
                        {t().go_to_chats}
                    </a>
                </ErrorState>
            </main>
        }
        .into_any(),
        other => build_page(other),
    }
}

/// The pages in front of the counter.
fn shell(frame: Frame) -> AnyView {
    match frame {
        Frame::Entry(entry, fingerprint) => {
            view! { <pages::EntryPage entry fingerprint /> }.into_any()
        }
        Frame::Settings | Frame::Devices | Frame::Limits | Frame::Delete | Frame::Recover => {
            or_bars(parts::seldom(Seldom::Page(frame)))
        }
        _ => or_bars(parts::chats(frame)),
    }
}

/// A page of a part; bars in its place until the part is here.
fn or_bars(page: Option<AnyView>) -> AnyView {
    page.unwrap_or_else(|| view! { <SkeletonRows /> }.into_any())
}

/// The second part of the shell: the chats.
#[must_use]
pub fn chats(frame: Frame) -> AnyView {
    match frame {
        Frame::Customer => view! { <pages::CustomerPage /> }.into_any(),
        #[cfg(feature = "gallery")]
        Frame::Gallery => view! { <pages::GalleryPage /> }.into_any(),
        Frame::Business => match router::route() {
            Route::Home => load("/business"),
            Route::Chat(conversation) => load(&format!("/business/c/{conversation}")),
            _ => load_here(),
        },
        _ => load_here(),
    }
}

/// The third part of the shell: what is seldom opened.
#[must_use]
pub fn seldom(wish: Seldom) -> AnyView {
    match wish {
        Seldom::Page(Frame::Settings) => view! { <pages::SettingsPage /> }.into_any(),
        Seldom::Page(Frame::Devices) => view! { <pages::DevicesPage /> }.into_any(),
        Seldom::Page(Frame::Limits) => view! { <pages::LimitsPage /> }.into_any(),
        Seldom::Page(Frame::Delete) => view! { <pages::DeletePage /> }.into_any(),
        Seldom::Page(Frame::Recover) => view! { <pages::RecoverPage /> }.into_any(),
        Seldom::Page(_) => load_here(),
        Seldom::Over(over, talk) => pages::over(over, talk),
        Seldom::Beside(beside, talk) => pages::beside(beside, talk),
        Seldom::Bubble(part, place) => bubble_part(part, place),
        Seldom::Voice(step, voice) => voice.step(step),
        Seldom::Prepare(file, ready) => {
            spawn_local(async move { ready.run(pages::prepare(file).await) });
            ().into_any()
        }
        Seldom::SendPlace(talk, message) => {
            pages::send_place(talk, message);
            ().into_any()
        }
        Seldom::RenewNotices => {
            spawn_local(actions::notices::renew());
            ().into_any()
        }
        Seldom::EndNotices => {
            spawn_local(actions::notices::forget());
            ().into_any()
        }
        Seldom::Photo(talk) => view! { <pages::PhotoViewer talk /> }.into_any(),
        Seldom::Slides(slides, can_choose, on_choose, on_goods) => {
            view! { <Slides slides can_choose on_choose on_goods /> }.into_any()
        }
        Seldom::Asks(more, text, talk) => view! { <pages::Asks more text talk /> }.into_any(),
        Seldom::Hits(query, on_choose) => {
            view! { <pages::SearchResults query on_choose /> }.into_any()
        }
        Seldom::Extras(template, message, can_choose, on_choose) => {
            view! { <TemplateExtras template message can_choose on_choose /> }.into_any()
        }
    }
}

/// The pages behind the counter.
fn desk(frame: Frame) -> AnyView {
    match frame {
        Frame::Business => view! { <pages::BusinessPages /> }.into_any(),
        Frame::Claim(token) => view! { <pages::ClaimPage token /> }.into_any(),
        Frame::Link(token) => view! { <pages::LinkPage token /> }.into_any(),
        _ => load_here(),
    }
}

/// Loads an address in the place of this one, with the module that has its page (`boot.js` knows).
fn load(path: &str) -> AnyView {
    // An address of this origin can always be loaded.
    window().location().replace(path).ok();
    view! { <SkeletonRows /> }.into_any()
}

fn load_here() -> AnyView {
    // This page can always be loaded.
    window().location().reload().ok();
    view! { <SkeletonRows /> }.into_any()
}

fn frame() -> Frame {
    let route = router::route();
    // The first page needs no worker, and says for itself what it lacks.
    if let Route::Entry { entry, fingerprint } = route {
        return Frame::Entry(entry, fingerprint);
    }
    if pages::is_in_trouble() {
        return Frame::Trouble;
    }
    match route {
        Route::Home => match app().account.get() {
            None => Frame::Starting,
            Some(Some(account)) if account.kind == AccountKind::Business => Frame::Business,
            Some(_) => Frame::Customer,
        },
        Route::Chat(_) if app().is_business() => Frame::Business,
        Route::Chat(_) => Frame::Customer,
        Route::Settings => Frame::Settings,
        Route::Devices => Frame::Devices,
        Route::Limits => Frame::Limits,
        Route::Delete => Frame::Delete,
        Route::Recover => Frame::Recover,
        Route::Claim { token } => Frame::Claim(token),
        Route::Link { token } => Frame::Link(token),
        Route::Business(_) => Frame::Business,
        #[cfg(feature = "gallery")]
        Route::Gallery => Frame::Gallery,
        Route::Entry { .. } | Route::NotFound => Frame::NotFound,
    }
}
