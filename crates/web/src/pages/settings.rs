//! A person's settings: language, looks, privacy, ways back, devices.

mod add_device;
mod delete;
mod devices;
mod limits;
mod notices;
mod passkey;
mod recovery;

pub use delete::DeletePage;
pub use devices::{DeviceList, DevicesPage};
use leptos::{prelude::*, task::spawn_local};
pub use limits::LimitsPage;
use notices::NoticeSwitch;
pub use passkey::PasskeyRow;
pub use recovery::{RecoverPage, RecoveryRow};
use tresen_view::{Answer, Command, Settings};

use super::customer::CustomerTabs;
use crate::{
    actions::{call, install, tell_failure},
    components::{Button, Glyph, Icon, Segment, SkeletonRows, Switch},
    i18n::{Language, t},
    state::{Preferences, Theme, app},
};

/// The page.
#[component]
pub fn SettingsPage() -> impl IntoView {
    // Rows that come one after the other would push each other away.
    let is_known = Memo::new(|_| app().account.with(Option::is_some));
    view! {
        <main class="page">
            <PageBar title=t().settings back="/" />
            <div class="page-in">
                {move || {
                    if is_known.get() {
                        view! { <Rows /> }.into_any()
                    } else {
                        view! { <SkeletonRows /> }.into_any()
                    }
                }}
            </div>
        </main>
        <CustomerTabs />
    }
}

/// What the page shows once it is known whose it is.
#[component]
fn Rows() -> impl IntoView {
    let account = Memo::new(|_| app().account_view());
    // Apart, so that a change of the account builds no open sheet anew.
    let has_account = Memo::new(move |_| account.with(Option::is_some));
    let is_primary =
        Memo::new(move |_| account.with(|view| view.as_ref().is_some_and(|view| view.is_primary)));
    view! {
        {move || {
            account
                .get()
                .map(|account| {
                    view! {
                        <section class="card">
                            <div class="lrow">
                                <crate::components::Avatar name=account.name.clone() />
                                <span class="grow">
                                    <span class="c">{t().your_name_is}</span>
                                    <span class="a" dir="auto">{account.name}</span>
                                </span>
                            </div>
                        </section>
                    }
                })
        }}
        <PreferenceSettings />
        {move || {
            has_account
                .get()
                .then(|| {
                    view! {
                        <section class="card">
                            {page_row(
                                "/settings/limits",
                                Glyph::SlidersHorizontal,
                                t().limits_all,
                            )}
                            {page_row("/settings/devices", Glyph::Smartphone, t().devices)}
                            {move || {
                                is_primary
                                    .get()
                                    .then(|| {
                                        view! {
                                            <PasskeyRow />
                                            <RecoveryRow />
                                        }
                                    })
                            }}
                        </section>
                    }
                })
        }}
        <InstallCard />
        {move || {
            has_account
                .get()
                .then(|| {
                    view! {
                        <section class="card">
                            {page_row("/settings/delete", Glyph::Trash2, t().delete_account)}
                        </section>
                    }
                })
        }}
        <p class="hint">{t().about_app_text}</p>
    }
}

/// A row that leads to a page.
fn page_row(href: &'static str, glyph: Glyph, label: &'static str) -> AnyView {
    view! {
        <a class="lrow div" href=href>
            <Icon glyph />
            <span class="grow">
                <span class="a">{label}</span>
            </span>
            <Icon glyph=Glyph::ChevronRight small=true />
        </a>
    }
    .into_any()
}

/// A page's title with the way back.
#[component]
pub(super) fn PageBar(#[prop(into)] title: String, back: &'static str) -> impl IntoView {
    view! {
        <header class="bar flat">
            <a class="ib" href=back aria-label=t().back title=t().back>
                <Icon glyph=Glyph::ChevronLeft />
            </a>
            <h1>{title}</h1>
        </header>
    }
}

/// Language, looks and privacy; both faces show it.
#[component]
pub fn PreferenceSettings() -> impl IntoView {
    let preferences = app().preferences;
    let change = move |change: &dyn Fn(&mut Preferences)| {
        preferences.update(|chosen| change(chosen));
        preferences.get_untracked().save();
    };
    let languages = Language::ALL
        .into_iter()
        .map(|language| (language, language.own_name().to_owned()))
        .collect();
    let themes = vec![
        (Theme::System, t().theme_system.to_owned()),
        (Theme::Light, t().theme_light.to_owned()),
        (Theme::Dark, t().theme_dark.to_owned()),
    ];
    view! {
        <section class="card pad stack">
            <h2 class="h-sm">{t().language}</h2>
            <Segment
                name="language"
                label=t().language
                choices=languages
                value=Signal::derive(move || preferences.get().language)
                on_change=move |language| {
                    // The texts change first, because the signal builds the page anew.
                    let mut chosen = preferences.get_untracked();
                    chosen.language = language;
                    chosen.save();
                    preferences.set(chosen);
                }
            />
            <h2 class="h-sm">{t().appearance}</h2>
            <Segment
                name="theme"
                label=t().appearance
                choices=themes
                value=Signal::derive(move || preferences.get().theme)
                on_change=move |theme| change(&|chosen| chosen.theme = theme)
            />
        </section>
        <section class="card">
            <Switch
                label=t().enter_sends
                hint=t().enter_sends_hint
                on=Signal::derive(move || preferences.get().enter_sends)
                on_change=move |on| change(&|chosen| chosen.enter_sends = on)
            />
            <NoticeSwitch />
            <PrivacySwitches />
        </section>
    }
}

#[component]
fn PrivacySwitches() -> impl IntoView {
    let settings = RwSignal::new(None::<Settings>);
    spawn_local(async move {
        // Without an account there are no settings yet.
        if let Ok(Answer::Settings(found)) = call(Command::Settings).await {
            settings.try_set(Some(found));
        }
    });
    let now = move || settings.get().unwrap_or_default();
    let change = move |change: &dyn Fn(&mut Settings)| {
        let mut next = settings.get_untracked().unwrap_or_default();
        change(&mut next);
        spawn_local(async move {
            match call(Command::SetSettings(next)).await {
                Ok(Answer::Settings(found)) => {
                    settings.try_set(Some(found));
                }
                Ok(_) => {}
                Err(failure) => tell_failure(&failure),
            }
        });
    };
    // The rows stand before their state is known: one that came later would push away what a finger
    // is about to touch.
    let has_account = Memo::new(|_| app().account_view().is_some());
    let is_unknown = Signal::derive(move || settings.with(Option::is_none));
    move || {
        has_account.get().then(|| {
            view! {
                <Switch
                    label=t().read_receipts
                    hint=t().read_receipts_hint
                    on=Signal::derive(move || now().read_receipts)
                    on_change=move |on| change(&|settings| settings.read_receipts = on)
                    disabled=is_unknown
                />
                <Switch
                    label=t().typing_setting
                    on=Signal::derive(move || now().typing)
                    on_change=move |on| change(&|settings| settings.typing = on)
                    disabled=is_unknown
                />
            }
        })
    }
}

#[component]
fn InstallCard() -> impl IntoView {
    install::can_install().then(|| {
        view! {
            <section class="card">
                <div class="lrow">
                    <Icon glyph=Glyph::Download />
                    <span class="grow">
                        <span class="a">{t().install}</span>
                    </span>
                    <Button label=t().install_do on_press=install::install />
                </div>
            </section>
        }
    })
}
