//! Entry links: how many came through each, their QR codes, new ones.

use leptos::{prelude::*, task::spawn_local};
use tresen_view::{Answer, Command, EntryLinkView};

use super::{
    address_book::AddressBook,
    code_form::CodeForm,
    desk::{Desk, desk},
};
use crate::{
    actions::{call, tell_failure},
    components::{
        Button, ButtonKind, Confirm, EmptyState, Glyph, Icon, Pill, PillKind, QrCode, Sheet,
        SkeletonRows,
    },
    i18n::{b, fill, t, time},
    state::app,
};

/// What lies over the page.
#[derive(Clone, PartialEq, Eq)]
enum Over {
    New,
    Shown(Box<EntryLinkView>),
    Revoke(Box<EntryLinkView>),
}

/// Whether a link still opens chats, and the word for it.
fn state(link: &EntryLinkView) -> (&'static str, PillKind) {
    let b = b();
    let is_used_up = link.uses_max.is_some_and(|max| link.uses >= u64::from(max));
    if link.is_revoked {
        (b.code_revoked, PillKind::Plain)
    } else if link.expires_at.is_some_and(|end| end <= time::now()) {
        (b.code_expired, PillKind::Plain)
    } else if is_used_up {
        (b.code_used_up, PillKind::Plain)
    } else {
        (b.code_valid, PillKind::Ok)
    }
}

/// Its private name, which only devices know that were told; else its public id.
fn title(link: &EntryLinkView) -> String {
    if link.label.is_empty() { link.entry.to_string() } else { link.label.clone() }
}

/// Copies a text and says so.
pub(super) fn copy(text: String, told: &'static str) {
    spawn_local(async move {
        let written = window().navigator().clipboard().write_text(&text);
        match wasm_bindgen_futures::JsFuture::from(written).await {
            Ok(_) => app().tell(told),
            // The browser refused; the text stands on the page and can be marked.
            Err(_refused) => app().tell(t().fail_invalid),
        }
    });
}

/// The line that puts a chat button on a web site.
fn button_line(link: &str) -> String {
    let origin = window().location().origin().unwrap_or_default();
    let label = b().button_label;
    format!(
        "<script src=\"{origin}/button.js\" defer data-link=\"{link}\" data-label=\"{label}\"></script>"
    )
}

/// The page.
#[component]
pub(super) fn CodesPage() -> impl IntoView {
    let desk = desk();
    // Links are signed by the account's key, which only owners' devices hold.
    let is_owner = desk.is_owner();
    let links = RwSignal::new(None::<Vec<EntryLinkView>>);
    let over = RwSignal::new(None::<Over>);
    let fetch = move || {
        spawn_local(async move {
            match call(Command::EntryLinks).await {
                Ok(Answer::EntryLinks(found)) => {
                    links.try_set(Some(found));
                }
                Ok(_) => {}
                Err(failure) => tell_failure(&failure),
            }
        });
    };
    fetch();
    let revoke = move |link: Box<EntryLinkView>| {
        spawn_local(async move {
            match call(Command::RevokeEntryLink { entry: link.entry }).await {
                Ok(_) => {
                    app().tell(b().was_revoked);
                    fetch();
                }
                Err(failure) => tell_failure(&failure),
            }
        });
    };
    let made = Callback::new(move |link: EntryLinkView| {
        fetch();
        over.try_set(Some(Over::Shown(Box::new(link))));
    });
    let close = move || {
        over.try_set(None);
    };
    let over_view = move || {
        Some(match over.get()? {
            Over::New => view! { <CodeForm on_made=made on_close=close /> }.into_any(),
            Over::Shown(link) => {
                let asked = link.clone();
                let ask = move || over.set(Some(Over::Revoke(asked.clone())));
                view! { <CodeSheet desk link on_revoke=ask on_close=close /> }.into_any()
            }
            Over::Revoke(link) => view! {
                <Confirm
                    title=b().revoke_question
                    text=b().revoke_hint
                    yes=b().revoke
                    on_yes=move || revoke(link.clone())
                    on_close=close
                />
            }
            .into_any(),
        })
    };
    view! {
        <main class="page">
            <div class="page-in">
                <div class="page-head">
                    <h1 class="grow">{b().codes}</h1>
                    {is_owner
                        .then(|| {
                            view! {
                                <Button
                                    kind=ButtonKind::Primary
                                    glyph=Glyph::Plus
                                    label=b().new_code
                                    on_press=move || over.set(Some(Over::New))
                                />
                            }
                        })}
                </div>
                <p class="mut">{b().codes_intro}</p>
                {move || match links.get() {
                    None => view! { <SkeletonRows /> }.into_any(),
                    Some(links) if links.is_empty() => {
                        view! {
                            <EmptyState
                                glyph=Glyph::QrCode
                                title=b().no_codes
                                text=b().no_codes_hint
                            />
                        }
                        .into_any()
                    }
                    Some(links) => {
                        let rows = links.into_iter().map(|link| row(link, over)).collect_view();
                        view! { <section class="card codes">{rows}</section> }.into_any()
                    }
                }}
            </div>
        </main>
        {over_view}
    }
}

fn row(link: EntryLinkView, over: RwSignal<Option<Over>>) -> AnyView {
    let (word, kind) = state(&link);
    let facts = facts(&link);
    let shown = link.clone();
    view! {
        <button
            type="button"
            class="lrow div"
            data-entry=link.entry.to_string()
            on:click=move |_| over.set(Some(Over::Shown(Box::new(shown.clone()))))
        >
            <span class="av z44 c-slate" aria-hidden="true">
                <Icon glyph=Glyph::QrCode />
            </span>
            <span class="grow">
                <span class="a" dir="auto">{title(&link)}</span>
                <span class="c num">{facts}</span>
            </span>
            <Pill text=word kind />
            <Icon glyph=Glyph::ChevronRight small=true />
        </button>
    }
    .into_any()
}

/// "3 of 20 chats · 40 visits · until 3 Dec".
fn facts(link: &EntryLinkView) -> String {
    let uses = match link.uses_max {
        None => b().code_uses.of(link.uses),
        Some(max) => {
            let max = u64::from(max);
            let numbers = [("used", &*link.uses.to_string()), ("n", &*max.to_string())];
            fill(b().code_uses_max.choose(max), &numbers)
        }
    };
    let until = link.expires_at.map(|end| fill(b().code_until, &[("date", &time::date(end))]));
    [Some(uses), Some(b().code_visits.of(link.visits)), until]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" · ")
}

/// One link with its code.
#[component]
fn CodeSheet(
    desk: Desk,
    link: Box<EntryLinkView>,
    on_revoke: impl Fn() + Clone + Send + Sync + 'static,
    on_close: impl Fn() + 'static,
) -> impl IntoView {
    let (word, kind) = state(&link);
    let is_valid = kind == PillKind::Ok;
    let url = link.url.clone();
    let line_url = url.clone();
    let invited_url = url.clone();
    let label = fill(b().qr_label, &[("shop", &desk.shop_name())]);
    let prefilled = (!link.prefilled.is_empty()).then(|| {
        view! {
            <p class="mut" dir="auto">
                "“"{link.prefilled.clone()}"”"
            </p>
        }
    });
    view! {
        <Sheet title=title(&link) on_close>
            <div class="code-sheet">
                <div class="row wrap">
                    <Pill text=word kind />
                    <span class="hint num">{facts(&link)}</span>
                </div>
                {prefilled}
                {is_valid
                    .then(|| {
                        view! {
                            <div class="qrw">
                                <QrCode text=url.clone() label />
                            </div>
                            <p class="hint">{b().scan_hint}</p>
                            <p class="link-t">{url.clone()}</p>
                            <a
                                class="btn pri wide"
                                href=format!("/business/poster/{}", link.entry)
                            >
                                <Icon glyph=Glyph::Printer small=true />
                                {b().print_poster}
                            </a>
                            <Button
                                wide=true
                                glyph=Glyph::Copy
                                label=b().copy_link
                                on_press=move || copy(url.clone(), b().link_copied)
                            />
                            <Button
                                kind=ButtonKind::Text
                                wide=true
                                glyph=Glyph::Globe
                                label=b().button_copy
                                on_press=move || copy(button_line(&line_url), b().button_copied)
                            />
                            <AddressBook link=invited_url />
                            {desk
                                .is_owner()
                                .then(move || {
                                    view! {
                                        <Button
                                            kind=ButtonKind::Danger
                                            wide=true
                                            label=b().revoke
                                            on_press=move || {
                                                crate::router::back();
                                                // Not a callback, which would be gone with this sheet.
                                                set_timeout(
                                                    on_revoke.clone(),
                                                    std::time::Duration::from_millis(30),
                                                );
                                            }
                                        />
                                    }
                                })}
                        }
                    })}
            </div>
        </Sheet>
    }
}
