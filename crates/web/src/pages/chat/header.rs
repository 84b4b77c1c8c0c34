//! The header of a chat, and for customers the strip of trust below it.

use leptos::prelude::*;
use tresen_types::{AccountKind, Category};
use tresen_view::ConversationHeader;
use web_sys::MouseEvent;

use super::{
    Face,
    opening::OpeningLine,
    talk::{Over, Talk},
};
use crate::{
    components::{Avatar, Glyph, Icon, Sign, below},
    i18n::{fill, t, time},
};

/// The header.
#[component]
pub(super) fn ChatHeader(
    talk: Talk,
    back: &'static str,
    header_end: Option<ViewFn>,
    on_title: Option<Callback<()>>,
) -> impl IntoView {
    let press_title = move |_| match (on_title, talk.face) {
        (Some(act), _) => act.run(()),
        (None, Face::Customer) => talk.over.set(Some(Over::Profile)),
        (None, Face::Business) => talk.over.set(Some(Over::Readers)),
    };
    view! {
        <header class="bar">
            <a class="ib only-narrow" href=back aria-label=t().back title=t().back>
                <Icon glyph=Glyph::ChevronLeft />
            </a>
            <button type="button" class="row grow chat-title" on:click=press_title>
                {move || talk.header.get().map(|header| title(&header, talk))}
            </button>
            {(talk.face == Face::Customer)
                .then(|| {
                    view! {
                        <button
                            type="button"
                            class="ib"
                            aria-label=t().catalogue
                            title=t().catalogue
                            on:click=move |_| talk.over.set(Some(Over::Catalogue))
                        >
                            <Icon glyph=Glyph::ShoppingBasket />
                        </button>
                    }
                })}
            {header_end.map(|end| end.run())}
            <button
                type="button"
                class="ib"
                aria-label=t().chat_menu
                title=t().chat_menu
                aria-haspopup="menu"
                on:click=move |event: MouseEvent| {
                    let (x, y) = below(&event);
                    talk.over.set(Some(Over::Chat(x, y)));
                }
            >
                <Icon glyph=Glyph::Ellipsis />
            </button>
        </header>
        {(talk.face == Face::Customer).then(|| view! { <TrustStrip talk /> })}
    }
}

fn title(header: &ConversationHeader, talk: Talk) -> AnyView {
    let row = header.row.clone();
    let name = if row.name.is_empty() { t().unknown_name.to_owned() } else { row.name.clone() };
    let picture = match row.counterpart.kind() {
        AccountKind::Business => {
            view! { <Sign name=name.clone() colour=row.sign_colour logo=row.logo size=40 /> }
                .into_any()
        }
        AccountKind::Person => view! { <Avatar name=name.clone() size=40 /> }.into_any(),
    };
    let opening = header.opening;
    let second = move || match talk.typing.get() {
        Some(name) if !name.is_empty() => fill(t().is_typing, &[("name", &name)]).into_any(),
        Some(_) => t().someone_typing.into_any(),
        None => view! { <OpeningLine opening /> }.into_any(),
    };
    view! {
        {picture}
        <span class="grow">
            <span class="t ell" dir="auto">
                {name}
            </span>
            <span class="u ell" aria-live="polite">
                {second}
            </span>
        </span>
    }
    .into_any()
}

/// Checked, who reads, what is allowed.
#[component]
fn TrustStrip(talk: Talk) -> impl IntoView {
    move || {
        let header = talk.header.get()?;
        let (seal, seal_icon, seal_class) = match &header.verified {
            Some(mark) => (mark.domain.clone(), Glyph::BadgeCheck, "seal"),
            None => (t().not_checked.to_owned(), Glyph::Info, ""),
        };
        let until = header.window.closes_at.filter(|_| header.window.is_open);
        let allowed = match header.consent {
            Some(allowed) if !allowed.is_empty() && until.is_some() => {
                let time = until.map(time::day_time).unwrap_or_default();
                fill(t().answers_until, &[("time", &time)])
            }
            Some(allowed) if allowed.contains(Category::Marketing) => t().allowed_offers.to_owned(),
            Some(allowed) if !allowed.is_empty() => t().allowed_service.to_owned(),
            _ => t().allowed_nothing.to_owned(),
        };
        Some(view! {
            <div class="trust" role="group" aria-label=t().trust_label>
                {cell(talk, Over::Profile, seal_icon, seal, seal_class)}
                {cell(
                    talk,
                    Over::Readers,
                    Glyph::Eye,
                    t().readers.of(u64::from(header.readers)),
                    "",
                )}
                {cell(talk, Over::Limits, Glyph::SlidersHorizontal, allowed, "")}
            </div>
        })
    }
}

fn cell(talk: Talk, over: Over, glyph: Glyph, text: String, class: &'static str) -> AnyView {
    view! {
        <button type="button" class=class on:click=move |_| talk.over.set(Some(over.clone()))>
            <Icon glyph />
            <span>{text}</span>
        </button>
    }
    .into_any()
}
