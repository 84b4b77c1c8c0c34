//! What lies over a chat: menus, sheets and questions.

use leptos::{prelude::*, task::spawn_local};
use tresen_types::{
    MessageId,
    card::{Card, Contact, OfferAction},
};
use tresen_view::{Answer, Command, MessageBody, TemplateAction};

use super::{
    booking::{BookingSheet, SlotsSheet},
    catalogue::CatalogueSheet,
    deal::DealSheet,
    details::DetailsSheet,
    everyday::{DeleteSheet, ForwardSheet, StarredSheet},
    limits::LimitsSheet,
    menu::{chat_menu, message_menu},
    profile::ProfileSheet,
    report::ReportSheet,
    talk::{Over, Talk},
    why::WhySheet,
};
use crate::{
    actions::{call, tell_failure},
    components::{Confirm, ReadersSheet, Sheet},
    i18n::{fill, t},
    pages::search::SearchInChat,
};

/// Builds what lies over a chat.
#[must_use]
pub fn over(over: Over, talk: Talk) -> AnyView {
    let close = move || {
        talk.over.try_set(None);
    };
    let name = untrack(move || talk.name());
    let conversation = talk.conversation;
    let named = |text: &str| fill(text, &[("name", &name), ("shop", &name)]);
    match over {
        Over::Message(message, x, y) => message_menu(talk, message, (x, y)),
        Over::Chat(x, y) => chat_menu(talk, (x, y)),
        Over::Readers => readers_sheet(talk),
        Over::Limits => {
            let header = talk.header.get_untracked();
            let window = header.as_ref().map(|header| header.window).unwrap_or_default();
            let verified = header.map(|header| header.verified.map(|mark| mark.domain));
            let on_block = Some(Callback::new(move |()| talk.over.set(Some(Over::Block))));
            view! {
                <LimitsSheet conversation name verified window on_block on_close=close />
            }
            .into_any()
        }
        Over::Why(message) => view! { <WhySheet talk message on_close=close /> }.into_any(),
        Over::Report(message) => view! { <ReportSheet talk message on_close=close /> }.into_any(),
        Over::Profile => match talk.header.get_untracked() {
            Some(header) => {
                let account = header.row.counterpart;
                view! { <ProfileSheet account on_close=close /> }.into_any()
            }
            None => ().into_any(),
        },
        Over::Catalogue => catalogue_sheet(talk, Vec::new()),
        Over::Goods(items) => catalogue_sheet(talk, items),
        Over::Offer(message) => offer_sheet(talk, message),
        Over::Forward(message) => view! { <ForwardSheet talk message on_close=close /> }.into_any(),
        Over::Delete(message) => view! { <DeleteSheet talk message on_close=close /> }.into_any(),
        Over::Starred => view! { <StarredSheet talk on_close=close /> }.into_any(),
        Over::Slots(offer) => view! { <SlotsSheet talk offer on_close=close /> }.into_any(),
        Over::Booking(booking) => view! { <BookingSheet talk booking on_close=close /> }.into_any(),
        Over::Deal(message) => view! { <DealSheet talk message on_close=close /> }.into_any(),
        Over::Search => view! {
            <Sheet title=t().search_in_chat on_close=close side=true>
                <SearchInChat talk />
            </Sheet>
        }
        .into_any(),
        Over::Block => view! {
            <Confirm
                title=named(t().block_question)
                text=named(t().block_hint)
                yes=named(t().block)
                on_yes=move || talk.act(Command::SetBlocked { conversation, is_blocked: true })
                on_close=close
            />
        }
        .into_any(),
        Over::Leave => view! {
            <Confirm
                title=t().leave_question
                text=t().leave_hint
                yes=t().leave_chat
                on_yes=move || talk.act(Command::Leave { conversation })
                on_close=close
            />
        }
        .into_any(),
    }
}

/// The catalogue, or these items of it.
fn catalogue_sheet(talk: Talk, only: Vec<String>) -> AnyView {
    let Some(header) = talk.header.get_untracked() else { return ().into_any() };
    let account = header.row.counterpart;
    let close = move || {
        talk.over.try_set(None);
    };
    view! { <CatalogueSheet talk account only on_close=close /> }.into_any()
}

/// What a message offers or asks for.
fn offer_sheet(talk: Talk, message: MessageId) -> AnyView {
    let body = talk.message(message).map(|view| view.body);
    let card = match body {
        Some(MessageBody::Card(card)) => card,
        Some(MessageBody::Template(template)) => {
            let goods = template.buttons.into_iter().find_map(|button| match button.action {
                TemplateAction::Goods(items) => Some(items),
                _ => None,
            });
            return goods.map(|items| catalogue_sheet(talk, items)).into_any();
        }
        _ => return ().into_any(),
    };
    let Card::Offer(offer) = *card else { return ().into_any() };
    let close = move || {
        talk.over.try_set(None);
    };
    match offer.action {
        OfferAction::Catalogue(_) => catalogue_sheet(talk, Vec::new()),
        OfferAction::AskAddress { country, known } => {
            let (country, known) = (Some(country), *known);
            view! { <DetailsSheet talk message country known on_close=close /> }.into_any()
        }
        OfferAction::AskContact => {
            let (country, known) = (None, Contact::default());
            view! { <DetailsSheet talk message country known on_close=close /> }.into_any()
        }
        action => {
            let items = action.products().map(|product| product.item.clone());
            catalogue_sheet(talk, items.collect())
        }
    }
}

fn readers_sheet(talk: Talk) -> AnyView {
    let Some(header) = talk.header.get_untracked() else { return ().into_any() };
    let readers = RwSignal::new(None);
    let conversation = talk.conversation;
    spawn_local(async move {
        match call(Command::WhoCanRead { conversation }).await {
            Ok(Answer::Readers(found)) => {
                readers.try_set(Some(found));
            }
            Ok(_) => {}
            Err(failure) => tell_failure(&failure),
        }
    });
    let row = header.row;
    let other = (row.name, row.sign_colour, row.logo);
    view! {
        <ReadersSheet
            other
            readers
            on_close=move || {
                talk.over.try_set(None);
            }
        />
    }
    .into_any()
}
