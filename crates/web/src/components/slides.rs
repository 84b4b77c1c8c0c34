//! Cards beside each other inside a bubble, in the part of the shell that is fetched for them.

use leptos::prelude::*;
use tresen_types::card::{Slide, SlideAction};

use super::{FormattedText, Glyph, Icon, card::rows};
use crate::i18n::t;

/// The cards; who made them can't choose.
#[component]
pub fn Slides(
    /// What they say.
    slides: Vec<Slide>,
    /// Whether the reader may choose.
    can_choose: bool,
    /// The id of what is chosen.
    on_choose: Callback<String>,
    /// The item of the catalogue that is opened.
    on_goods: Callback<String>,
) -> impl IntoView {
    let cards = slides.into_iter().map(|slide| card(slide, can_choose, on_choose, on_goods));
    view! { <ul class="tpl-cards" tabindex="0">{cards.collect_view()}</ul> }
}

fn card(
    slide: Slide,
    can_choose: bool,
    on_choose: Callback<String>,
    on_goods: Callback<String>,
) -> AnyView {
    let body = (!slide.body.is_empty()).then(|| view! { <FormattedText text=slide.body /> });
    let action = match slide.action {
        SlideAction::Buttons(buttons) => rows(buttons, can_choose, on_choose),
        SlideAction::Link { text, url } => view! {
            <a class="btn tpl-btn" href=url target="_blank" rel="noopener noreferrer">
                {text}
            </a>
        }
        .into_any(),
        SlideAction::Product(product) => {
            let item = product.item;
            view! {
                <p class="tpl-head" dir="auto">{product.name}</p>
                {can_choose
                    .then(|| {
                        view! {
                            <button
                                type="button"
                                class="btn tpl-btn"
                                on:click=move |_| on_goods.run(item.clone())
                            >
                                <Icon glyph=Glyph::Store small=true />
                                {t().offer_goods}
                            </button>
                        }
                    })}
            }
            .into_any()
        }
    };
    view! { <li class="tpl-card">{body} {action}</li> }.into_any()
}
