//! What an entry link is printed on: a poster in two sizes, table cards. Always light, made for the
//! printer. Each can have a code of its own, so that the shop sees what brings people.

use leptos::{prelude::*, task::spawn_local};
use tresen_types::EntryId;
use tresen_view::{Answer, Command, EntryLinkView, ProfileDraft};

use super::desk::desk;
use crate::{
    actions::{call, tell_failure},
    components::{
        Button, ButtonKind, ButtonSize, CodeMark, ErrorState, Glyph, Icon, Mark, QrCode, Segment,
        Sign, SkeletonRows,
    },
    i18n::{Language, b, fill, language, t},
    router,
    state::app,
};

/// What is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Format {
    /// 148 by 210 mm.
    #[default]
    A5,
    /// 210 by 297 mm.
    A4,
    /// Four cards of 105 by 148 mm on a page of 210 by 297 mm.
    Cards,
}

impl Format {
    const ALL: [Self; 3] = [Self::A5, Self::A4, Self::Cards];

    fn name(self) -> &'static str {
        match self {
            Self::A5 => b().poster_a5,
            Self::A4 => b().poster_a4,
            Self::Cards => b().poster_cards,
        }
    }

    fn hint(self) -> &'static str {
        match self {
            Self::A5 => b().poster_hint,
            Self::A4 => b().poster_hint_a4,
            Self::Cards => b().poster_hint_cards,
        }
    }

    /// The element's classes.
    const fn class(self) -> &'static str {
        match self {
            Self::A5 => "poster",
            Self::A4 => "poster a4",
            Self::Cards => "poster table-card",
        }
    }
}

/// Letters of a link's private name, as the form of a new one has it.
const LABEL_CHARS_MAX: usize = 60;

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
    let format = desk().poster_format;
    let formats = Format::ALL.map(|format| (format, format.name().to_owned()));
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
                    name="poster-format"
                    label=b().poster_format
                    choices=formats.to_vec()
                    value=format
                    on_change=move |chosen| format.set(chosen)
                />
                <Segment
                    name="poster-language"
                    label=b().poster_language
                    choices=languages.collect()
                    value=chosen
                    on_change=move |language| chosen.set(language)
                />
                <p class="hint">{move || format.get().hint()}</p>
                {move || {
                    let link = link.get().flatten().filter(|_| desk().is_owner());
                    link.map(|link| view! { <OwnCode link format /> })
                }}
            </div>
            {move || match link.get() {
                None => view! { <SkeletonRows /> }.into_any(),
                Some(None) => {
                    view! { <ErrorState glyph=Glyph::QrCode title=b().code_gone /> }.into_any()
                }
                Some(Some(link)) => {
                    let profile = desk().profile.get().unwrap_or_default();
                    let name = desk().shop_name();
                    let poster = |format| poster(&link, &profile, &name, chosen.get(), format);
                    match format.get() {
                        Format::Cards => {
                            let copies = [(); 3].map(|()| {
                                view! { <div aria-hidden="true">{poster(Format::Cards)}</div> }
                            });
                            view! {
                                <div class="card-sheet">
                                    <div>{poster(Format::Cards)}</div>
                                    {copies.into_iter().collect_view()}
                                </div>
                            }
                            .into_any()
                        }
                        format => poster(format),
                    }
                }
            }}
        </main>
    }
}

/// Which code this is, and another one for what is printed here alone.
#[component]
fn OwnCode(link: EntryLinkView, format: RwSignal<Format>) -> impl IntoView {
    let is_busy = RwSignal::new(false);
    let label = if link.label.is_empty() { link.entry.to_string() } else { link.label.clone() };
    let facts = fill(b().poster_code, &[("name", &label)]);
    let make = move || {
        is_busy.set(true);
        let format = format.get_untracked();
        let own = fill(b().poster_own_label, &[("name", &label), ("format", format.name())]);
        let command = Command::CreateEntryLink {
            label: own.chars().take(LABEL_CHARS_MAX).collect(),
            prefilled: link.prefilled.clone(),
            uses_max: None,
            days: None,
        };
        spawn_local(async move {
            match call(command).await {
                Ok(Answer::EntryLink(made)) => {
                    app().tell(b().poster_own_made);
                    router::navigate(&format!("/business/poster/{}", made.entry));
                }
                Ok(_) => {}
                Err(failure) => tell_failure(&failure),
            }
            is_busy.try_set(false);
        });
    };
    view! {
        <p class="hint" dir="auto">
            {facts}
        </p>
        <Button
            kind=ButtonKind::Text
            size=ButtonSize::Small
            glyph=Glyph::QrCode
            label=b().poster_own
            busy=is_busy
            on_press=make
        />
    }
}

fn poster(
    link: &EntryLinkView,
    profile: &ProfileDraft,
    name: &str,
    language: Language,
    format: Format,
) -> AnyView {
    let is_card = format == Format::Cards;
    let texts = language.business_texts();
    let shown = link.url.trim_start_matches("https://").trim_start_matches("http://").to_owned();
    let name = name.to_owned();
    let logo = profile.logo_media_type.as_ref().zip(profile.logo_base64.as_ref());
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
    let colour = profile.sign_colour.clone();
    view! {
        <article class=format!("{} c-{colour}", format.class()) lang=language.tag()>
            <PosterAwning />
            <h2>{texts.poster_headline}</h2>
            <p class="poster-l">{texts.poster_line}</p>
            <div class="poster-qr">
                <QrCode
                    text=link.url.clone()
                    label=fill(texts.qr_label, &[("shop", &name)])
                    mark=CodeMark::Tresen
                />
            </div>
            {(!is_card).then(|| view! { <ol>{steps}</ol> })}
            <div class="poster-who">
                <Sign name=name.clone() colour=colour.clone() logo size=72 />
                <span>
                    <b dir="auto">{name}</b>
                    <span class="poster-u" dir="ltr">
                        {shown}
                    </span>
                </span>
            </div>
            {(!is_card).then(|| view! { <p class="poster-f">{texts.poster_fine}</p> })}
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
