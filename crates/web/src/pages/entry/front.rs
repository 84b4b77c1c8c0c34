//! The shop front: awning, sign, name, facts; below it the question.

use leptos::prelude::*;
use tresen_view::OpeningView;

use super::{consent::ConsentForm, description::Verified};
use crate::{
    actions::look_at_rows,
    components::{Awning, Button, ButtonKind, Glyph, Icon, Sign},
    i18n::{fill, t},
    pages::{
        chat::{OpeningLine, about},
        is_in_trouble, trouble,
    },
    state::app,
};

/// The front and what is asked.
#[component]
pub(super) fn Front(verified: Verified) -> impl IntoView {
    let is_looking = RwSignal::new(false);
    let shop = verified.name.clone();
    let account = verified.account;
    let known = Memo::new(move |_| {
        let rows = app().rows.get();
        rows.iter().find(|row| row.view.with(|view| view.counterpart == account)).map(|row| row.id)
    });
    // Far down in a long list there may be one.
    Effect::new(move |_| {
        let count = app().rows.get().len();
        if known.get().is_none() && app().rows.has_more() {
            look_at_rows(count..count + 1);
        }
    });
    let form = StoredValue::new(verified.clone());
    let is_in_trouble = Memo::new(|_| is_in_trouble());
    let ask = move || match (known.get(), is_looking.get()) {
        _ if is_in_trouble.get() => trouble(),
        (Some(conversation), _) => {
            let shop = form.with_value(|verified| verified.name.clone());
            view! {
                <h2>{fill(t().known_chat, &[("shop", &shop)])}</h2>
                <a class="btn pri lg wide" href=format!("/c/{conversation}")>
                    {t().open_known}
                </a>
            }
            .into_any()
        }
        (None, true) => view! {
            <Button
                kind=ButtonKind::Primary
                wide=true
                label=t().after_all
                on_press=move || is_looking.set(false)
            />
        }
        .into_any(),
        (None, false) => view! { <ConsentForm verified=form.get_value() is_looking /> }.into_any(),
    };
    let details = move || {
        is_looking.get().then(|| {
            let verified = form.get_value();
            view! {
                <div class="front-body">
                    <h2 class="vh">{fill(t().about_shop, &[("shop", &verified.name)])}</h2>
                    {about(verified.about, verified.websites, verified.hours)}
                </div>
            }
        })
    };
    view! {
        <div class="front">
            <Awning colour=verified.sign_colour.clone() />
            <header class="front-head">
                <Sign
                    name=verified.name.clone()
                    colour=verified.sign_colour
                    logo=verified.logo
                    size=72
                />
                <h1 dir="auto">{verified.name}</h1>
                <p class="mut" dir="auto">{verified.line}</p>
                {(!verified.greeting.is_empty())
                    .then(|| view! { <p class="greet" dir="auto">{verified.greeting}</p> })}
                {facts(verified.opening, &shop)}
            </header>
            {details}
            <section class="counter">{ask}</section>
        </div>
    }
}

fn facts(opening: OpeningView, shop: &str) -> AnyView {
    let is_open = matches!(opening, OpeningView::OpenUntil(_) | OpeningView::AlwaysOpen);
    let lock = fill(t().only_you_and, &[("shop", shop)]);
    view! {
        <div class="facts">
            {(opening != OpeningView::Unknown)
                .then(|| {
                    view! {
                        <div class:f-ok=is_open>
                            <Icon glyph=Glyph::Clock small=true />
                            <OpeningLine opening />
                        </div>
                    }
                })}
            <div>
                <Icon glyph=Glyph::Info small=true />
                <span>{t().nobody_checked}</span>
            </div>
            <div>
                <Icon glyph=Glyph::Lock small=true />
                <span>{lock}</span>
            </div>
        </div>
    }
    .into_any()
}
