//! Places, people and offers inside a bubble, and what was chosen.

use leptos::prelude::*;
use tresen_types::card::{Choice, Contact, Offer, OfferAction, OfferRow, PlaceOnMap};

use super::{FormattedText, Glyph, Icon};
use crate::{
    i18n::t,
    parts::{self, Seldom},
};

/// A place, with a link to a map that is followed by nobody but the reader.
#[component]
pub fn PlaceCard(
    /// The place.
    place: PlaceOnMap,
) -> impl IntoView {
    let degrees = |e7: i32| format!("{:.6}", f64::from(e7) / 1e7);
    let (north, east) = (degrees(place.latitude_e7), degrees(place.longitude_e7));
    let url =
        format!("https://www.openstreetmap.org/?mlat={north}&mlon={east}#map=16/{north}/{east}");
    let name = if place.name.is_empty() { t().place.to_owned() } else { place.name };
    view! {
        <div class="tpl">
            <p class="tpl-head">{name}</p>
            {(!place.address.is_empty()).then(|| view! { <p class="tpl-body">{place.address}</p> })}
            <p class="mut tpl-foot">{format!("{north}, {east}")}</p>
            <a class="btn tpl-btn" href=url target="_blank" rel="noopener noreferrer">
                {t().place_map}
            </a>
        </div>
    }
}

/// People, with what can be called and written to.
#[component]
pub fn PeopleCard(
    /// The people.
    contacts: Vec<Contact>,
) -> impl IntoView {
    let lines = |contact: Contact| {
        let firm = [contact.title, contact.department, contact.company];
        let firm: Vec<String> = firm.into_iter().filter(|part| !part.is_empty()).collect();
        let phones = contact.phones.into_iter().map(|one| ("tel:", one.value));
        let mails = contact.emails.into_iter().map(|one| ("mailto:", one.value));
        let links = phones.chain(mails).map(|(scheme, value)| {
            view! {
                <p class="tpl-body">
                    <a href=format!("{scheme}{value}")>{value.clone()}</a>
                </p>
            }
        });
        let addresses = contact.addresses.into_iter().map(|one| {
            let parts = [one.street, one.zip, one.city, one.state, one.country];
            let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            view! { <p class="tpl-body">{parts.join(", ")}</p> }
        });
        view! {
            <p class="tpl-head" dir="auto">{contact.name}</p>
            {(!firm.is_empty()).then(|| view! { <p class="mut tpl-foot">{firm.join(", ")}</p> })}
            {links.collect_view()}
            {addresses.collect_view()}
        }
    };
    view! { <div class="tpl">{contacts.into_iter().map(lines).collect_view()}</div> }
}

/// What was chosen: its title, and what it said below.
#[component]
pub fn ChoiceNote(
    /// What was chosen.
    choice: Choice,
) -> impl IntoView {
    view! {
        <p class="tpl-body" dir="auto">{choice.title}</p>
        {(!choice.description.is_empty())
            .then(|| view! { <p class="mut tpl-foot">{choice.description}</p> })}
    }
}

/// Words with something to choose from; who made them can't choose.
#[component]
pub fn OfferCard(
    /// What is offered.
    offer: Offer,
    /// Whether the reader may choose.
    can_choose: bool,
    /// The id of what is chosen.
    on_choose: Callback<String>,
    /// The reader's place is sent.
    on_place: Callback<()>,
    /// What it offers or asks for is opened.
    on_open: Callback<()>,
    /// Something of the catalogue is opened.
    on_goods: Callback<String>,
) -> impl IntoView {
    let header = (!offer.header.is_empty())
        .then(|| view! { <p class="tpl-head" dir="auto">{offer.header}</p> });
    let footer =
        (!offer.footer.is_empty()).then(|| view! { <p class="mut tpl-foot">{offer.footer}</p> });
    let action = match offer.action {
        OfferAction::Buttons(buttons) => rows(buttons, can_choose, on_choose),
        OfferAction::List { button, sections } => {
            let sections = sections.into_iter().map(|section| {
                view! {
                    {(!section.title.is_empty())
                        .then(|| view! { <p class="mut tpl-foot">{section.title}</p> })}
                    {rows(section.rows, can_choose, on_choose)}
                }
            });
            view! {
                <details>
                    <summary class="btn tpl-btn">{button}</summary>
                    {sections.collect_view()}
                </details>
            }
            .into_any()
        }
        OfferAction::Link { text, url } => view! {
            <a class="btn tpl-btn" href=url target="_blank" rel="noopener noreferrer">
                {text}
            </a>
        }
        .into_any(),
        OfferAction::AskPlace => can_choose
            .then(|| {
                view! {
                    <button type="button" class="btn tpl-btn" on:click=move |_| on_place.run(())>
                        <Icon glyph=Glyph::MapPin small=true />
                        {t().place_send}
                    </button>
                }
            })
            .into_any(),
        OfferAction::Products(sections) => {
            let names = sections.into_iter().flat_map(|section| section.products);
            let names: Vec<String> = names.map(|product| product.name).collect();
            view! {
                <p class="mut tpl-foot" dir="auto">{names.join(" · ")}</p>
                {opens(t().offer_goods, Glyph::Store, can_choose, on_open)}
            }
            .into_any()
        }
        OfferAction::Catalogue(_) => opens(t().catalogue, Glyph::Store, can_choose, on_open),
        OfferAction::AskAddress { .. } => {
            opens(t().offer_address, Glyph::MapPin, can_choose, on_open)
        }
        OfferAction::AskContact => opens(t().offer_contact, Glyph::User, can_choose, on_open),
        OfferAction::Slides(slides) => {
            (move || parts::seldom(Seldom::Slides(slides.clone(), can_choose, on_choose, on_goods)))
                .into_any()
        }
    };
    view! {
        <div class="tpl">
            {header}
            <FormattedText text=offer.body />
            {footer}
            {action}
        </div>
    }
}

/// A button that opens what lies behind the offer; who made it has nothing to open.
pub(super) fn opens(
    label: impl Into<String>,
    glyph: Glyph,
    can_choose: bool,
    on_open: Callback<()>,
) -> AnyView {
    let label = label.into();
    can_choose
        .then(|| {
            view! {
                <button type="button" class="btn tpl-btn" on:click=move |_| on_open.run(())>
                    <Icon glyph small=true />
                    {label}
                </button>
            }
        })
        .into_any()
}

pub(super) fn rows(rows: Vec<OfferRow>, can_choose: bool, on_choose: Callback<String>) -> AnyView {
    let row = |row: OfferRow| {
        let id = row.id;
        view! {
            <button
                type="button"
                class="btn tpl-btn"
                disabled=!can_choose
                on:click=move |_| on_choose.run(id.clone())
            >
                <span>
                    {row.title}
                    {(!row.description.is_empty())
                        .then(|| view! { <br /> <span class="mut">{row.description}</span> })}
                </span>
            </button>
        }
    };
    rows.into_iter().map(row).collect_view().into_any()
}
