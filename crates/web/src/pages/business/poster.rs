//! The poster of an entry link: a page of 148 by 210 mm, always light, made for the printer.

use leptos::{prelude::*, task::spawn_local};
use tresen_types::EntryId;
use tresen_view::{Answer, Command, EntryLinkView, ProfileDraft};

use super::desk::desk;
use crate::{
    actions::{call, tell_failure},
    components::{
        Button, ButtonKind, ErrorState, Glyph, Icon, Mark, QrCode, Segment, Sign, SkeletonRows,
    },
    i18n::{Language, b, fill, language, t},
};

/// The page.
#[component]
pub(super) fn PosterPage(entry: EntryId) -> impl IntoView {
    let link = RwSignal::new(None::<Option<EntryLinkView>>);
    let chosen = RwSignal::new(language());
    spawn_local(async move {
        match call(Command::EntryLinks).await {
            Ok(Answer::EntryLinks(found)) => {
                link.try_set(Some(found.into_iter().find(|link| link.entry == entry)));
            }
            Ok(_) => {}
            Err(failure) => tell_failure(&failure),
        }
    });
    let languages =
        Language::ALL.into_iter().map(|language| (language, language.own_name().to_owned()));
    view! {
        <main class="page poster-page">
            <header class="bar flat no-print">
                <a class="ib" href="/business/links" aria-label=t().back title=t().back>
                    <Icon glyph=Glyph::ChevronLeft />
                </a>
                <h1 class="grow">{b().poster}</h1>
                <Button
                    kind=ButtonKind::Primary
                    glyph=Glyph::Printer
                    label=b().print
                    on_press=|| {
                        // The browser's own sheet follows; it fails only without a printer.
                        window().print().ok();
                    }
                />
            </header>
            <div class="poster-tools no-print">
                <Segment
                    name="poster-language"
                    label=b().poster_language
                    choices=languages.collect()
                    value=chosen
                    on_change=move |language| chosen.set(language)
                />
                <p class="hint">{b().poster_hint}</p>
            </div>
            {move || match link.get() {
                None => view! { <SkeletonRows /> }.into_any(),
                Some(None) => {
                    view! { <ErrorState glyph=Glyph::QrCode title=b().code_gone /> }.into_any()
                }
                Some(Some(link)) => {
                    let profile = desk().profile.get().unwrap_or_default();
                    let name = desk().shop_name();
                    poster(&link, profile, name, chosen.get())
                }
            }}
        </main>
    }
}

fn poster(
    link: &EntryLinkView,
    profile: ProfileDraft,
    name: String,
    language: Language,
) -> AnyView {
    let texts = language.business_texts();
    let shown = link.url.trim_start_matches("https://").trim_start_matches("http://").to_owned();
    let logo = profile.logo_media_type.zip(profile.logo_base64);
    let logo = logo.map(|(kind, base64)| format!("data:{kind};base64,{base64}"));
    let steps = [texts.poster_1, texts.poster_2, texts.poster_3]
        .into_iter()
        .zip(1..)
        .map(|(text, number)| {
            view! {
                <li>
                    <b aria-hidden="true">{number}</b>
                    {text}
                </li>
            }
        })
        .collect_view();
    let colour = profile.sign_colour;
    view! {
        <article class=format!("poster c-{colour}") lang=language.tag()>
            <PosterAwning />
            <h2>{texts.poster_headline}</h2>
            <p class="poster-l">{texts.poster_line}</p>
            <div class="poster-qr">
                <QrCode
                    text=link.url.clone()
                    label=fill(texts.qr_label, &[("shop", &name)])
                    with_mark=true
                />
            </div>
            <ol>{steps}</ol>
            <div class="poster-who">
                <Sign name=name.clone() colour=colour.clone() logo size=72 />
                <span>
                    <b dir="auto">{name}</b>
                    <span class="poster-u" dir="ltr">
                        {shown}
                    </span>
                </span>
            </div>
            <p class="poster-f">{texts.poster_fine}</p>
            <div class="poster-m">
                <Mark />
                "Tresen"
            </div>
        </article>
    }
    .into_any()
}

/// Thirteen stripes. Drawn and not masked as on the screen, because printers show the edges of masks.
#[component]
fn PosterAwning() -> impl IntoView {
    let stripe = |number: i32| format!("M{} 0h100v100a50 50 0 0 1-100 0z", number * 100);
    let stripes = |first: i32| (first..13).step_by(2).map(stripe).collect::<String>();
    view! {
        <svg class="poster-awning" viewBox="0 0 1300 152" aria-hidden="true">
            <path class="pale" d=stripes(1)></path>
            <path d=stripes(0)></path>
        </svg>
    }
}
