//! What only some templates have, in the part of the shell that is fetched for it: an offer that ends, and
//! the cards of a carousel.

use leptos::{prelude::*, task::spawn_local};
use tresen_types::MessageId;
use tresen_view::{
    AttachmentKind, Command, TemplateCardView, TemplateContent, TemplateOffer, TransferState,
};
use web_sys::Url;

use super::{FileCard, Glyph, Icon, PhotoCard, template_card};
use crate::{
    actions::{call_for_file, tell_failure},
    i18n::{fill, t, time},
    pages::{address_of, save_file},
};

/// The offer and the cards; files are fetched for the message that they belong to.
#[component]
pub fn TemplateExtras(
    template: TemplateContent,
    /// None in a preview.
    message: Option<MessageId>,
    /// Whether the reader may choose a quick reply.
    can_choose: bool,
    /// What is chosen.
    on_choose: Callback<String>,
) -> impl IntoView {
    let language = template.language;
    let has_cards = !template.cards.is_empty();
    let cards = (1_usize..)
        .zip(template.cards)
        .map(|(number, one)| card(one, number, message, can_choose, on_choose))
        .collect_view();
    let cards = has_cards.then(|| {
        view! {
            <ul class="tpl-cards" tabindex="0" lang=language>
                {cards}
            </ul>
        }
    });
    view! {
        {template.offer.map(offer)}
        {cards}
    }
}

fn offer(offer: TemplateOffer) -> AnyView {
    let ends = offer.ends_at.map(|at| {
        let words = if at > time::now() { t().offer_ends } else { t().offer_ended };
        view! { <span class="mut">{fill(words, &[("time", &time::date_year_time(at))])}</span> }
    });
    view! {
        <p class="tpl-offer">
            <Icon glyph=Glyph::Clock small=true />
            <strong>{offer.text}</strong>
            {ends}
        </p>
    }
    .into_any()
}

fn card(
    card: TemplateCardView,
    number: usize,
    message: Option<MessageId>,
    can_choose: bool,
    on_choose: Callback<String>,
) -> AnyView {
    // The same words stand on every card: the choice says which one it was.
    let choose = Callback::new(move |text: String| on_choose.run(format!("{number}/{text}")));
    let part = card.part;
    let file = match (card.file, message) {
        (Some(file), Some(message)) if file.kind == AttachmentKind::Photo => {
            let url = picture(message, part);
            let label = template_card::words(card.body.clone());
            let on_open = Callback::new(move |()| {
                if let Some(url) = url.get_untracked() {
                    open_window(&url);
                }
            });
            let transfer = TransferState::Here;
            view! { <PhotoCard attachment=*file label url transfer on_open /> }.into_any()
        }
        (Some(file), Some(message)) => {
            let on_open = Callback::new(move |()| {
                spawn_local(async move {
                    if let Err(failure) = save_file(Command::OpenPart { message, part }).await {
                        tell_failure(&failure);
                    }
                });
            });
            let transfer = TransferState::Here;
            view! { <FileCard attachment=*file transfer on_open /> }.into_any()
        }
        _ => view! {
            <div class="tpl-card-pic" aria-hidden="true">
                <Icon glyph=Glyph::Image />
            </div>
        }
        .into_any(),
    };
    let buttons = card
        .buttons
        .into_iter()
        .map(|one| template_card::button(one, can_choose, choose))
        .collect_view();
    view! {
        <li class="tpl-card">
            {file}
            <p class="tpl-body">{template_card::words(card.body)}</p>
            {buttons}
        </li>
    }
    .into_any()
}

/// The address of a card's picture, once it is here.
fn picture(message: MessageId, part: u8) -> RwSignal<Option<String>> {
    let url = RwSignal::new(None::<String>);
    on_cleanup(move || {
        if let Some(url) = url.try_get_untracked().flatten() {
            // An address that this page made.
            Url::revoke_object_url(&url).ok();
        }
    });
    spawn_local(async move {
        // A picture that can't be had stays a blurred preview.
        let Ok(reply) = call_for_file(Command::OpenPart { message, part }).await else { return };
        if let Some((_, blob)) = reply.files.first() {
            url.try_set(address_of(blob));
        }
    });
    url
}

/// Shows a picture of this page in a tab of its own.
fn open_window(url: &str) {
    // A browser that opens no tab leaves the picture where it is.
    window().open_with_url_and_target(url, "_blank").ok();
}
