//! Places, people and offers: arrays that begin with a version, strictly bounded both ways.
//!
//! ```text
//! card    [1, 0, latitude, longitude, name, address]
//!         [1, 1, [contact]]
//!         [1, 2, header, body, footer, kind, …]    0 buttons, 1 list, 2 link, 3 asks for a place,
//!             4 products, 5 catalogue, 6 asks for an address, 7 asks how to reach somebody, 8 slides
//! choice  [1, of, id, title, description]          0 button, 1 row, 2 button of a template
//! ```

use std::collections::BTreeSet;

use tresen_types::card::{
    Card, Choice, ChoiceOf, Contact, Labelled, NameParts, Offer, OfferAction, OfferRow,
    OfferSection, PostalAddress, Product, ProductSection, Slide, SlideAction,
};

use super::control::{VERSION, exact, read_version};
use crate::{
    cbor::{Reader, Writer},
    error::Error,
    limits::{
        CHOICE_ID_BYTES_MAX, CONTACT_ENTRIES_MAX, CONTACT_TEXT_BYTES_MAX, CONTACTS_MAX,
        OFFER_BODY_BYTES_MAX, OFFER_BUTTONS_MAX, OFFER_PRODUCTS_MAX, OFFER_ROWS_MAX,
        OFFER_SECTIONS_MAX, OFFER_SLIDES_MAX, OFFER_TEXT_BYTES_MAX, PLACE_BYTES_MAX, URL_BYTES_MAX,
    },
    template::value::{read_place, write_place},
};

const LATITUDE_E7_MAX: u32 = 900_000_000;
const LONGITUDE_E7_MAX: u32 = 1_800_000_000;

/// The same in words, for programs that don't know cards, and for the search.
pub(crate) fn words(card: &Card) -> String {
    match card {
        Card::Place(place) => {
            let degrees = |e7: i32| f64::from(e7) / 1e7;
            let at = format!("{}, {}", degrees(place.latitude_e7), degrees(place.longitude_e7));
            lines([place.name.as_str(), place.address.as_str(), at.as_str()])
        }
        Card::Contacts(contacts) => {
            let of = |contact: &Contact| {
                let values = contact.phones.iter().chain(&contact.emails).map(|one| &one.value);
                lines([contact.name.as_str()].into_iter().chain(values.map(String::as_str)))
            };
            contacts.iter().map(of).collect::<Vec<_>>().join("\n\n")
        }
        Card::Offer(offer) => {
            let link = match &offer.action {
                OfferAction::Link { url, .. } => url.as_str(),
                _ => "",
            };
            let rows = offer.action.rows().map(|row| row.title.as_str());
            let products = offer.action.products().map(|product| product.name.as_str());
            let listed = rows.chain(products).map(|title| format!("- {title}"));
            let listed: Vec<String> =
                slide_lines(&offer.action).into_iter().chain(listed).collect();
            lines(
                [offer.header.as_str(), &offer.body, &offer.footer, link]
                    .into_iter()
                    .chain(listed.iter().map(String::as_str)),
            )
        }
    }
}

fn slide_lines(action: &OfferAction) -> Vec<String> {
    let OfferAction::Slides(slides) = action else { return Vec::new() };
    let of = |slide: &Slide| match &slide.action {
        SlideAction::Link { url, .. } => lines([slide.body.as_str(), url]),
        SlideAction::Buttons(_) | SlideAction::Product(_) => slide.body.clone(),
    };
    slides.iter().map(of).collect()
}

/// One line of it.
pub(crate) fn line(card: &Card) -> String {
    match card {
        Card::Place(place) if place.name.is_empty() => place.address.clone(),
        Card::Place(place) => place.name.clone(),
        Card::Contacts(contacts) => {
            contacts.iter().map(|contact| contact.name.as_str()).collect::<Vec<_>>().join(", ")
        }
        Card::Offer(offer) => offer.body.clone(),
    }
}

fn lines<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

/// Whether a card keeps all limits.
pub(super) fn check(card: &Card) -> Result<(), Error> {
    match card {
        Card::Place(place) => {
            fits(&place.name, PLACE_BYTES_MAX)?;
            fits(&place.address, PLACE_BYTES_MAX)?;
            let is_there = place.latitude_e7.unsigned_abs() <= LATITUDE_E7_MAX
                && place.longitude_e7.unsigned_abs() <= LONGITUDE_E7_MAX;
            if is_there { Ok(()) } else { Err(Error::Value) }
        }
        Card::Contacts(contacts) => {
            if contacts.is_empty() || contacts.len() > CONTACTS_MAX {
                return Err(Error::Limit);
            }
            contacts.iter().try_for_each(check_contact)
        }
        Card::Offer(offer) => check_offer(offer),
    }
}

fn check_contact(contact: &Contact) -> Result<(), Error> {
    said(&contact.name, CONTACT_TEXT_BYTES_MAX)?;
    check_known(contact)
}

/// The same for what is known of somebody, which may lack the name.
fn check_known(contact: &Contact) -> Result<(), Error> {
    fits(&contact.name, CONTACT_TEXT_BYTES_MAX)?;
    let parts = &contact.parts;
    let single = [
        &parts.first,
        &parts.middle,
        &parts.last,
        &parts.prefix,
        &parts.suffix,
        &contact.company,
        &contact.department,
        &contact.title,
        &contact.birthday,
    ];
    single.into_iter().try_for_each(|text| fits(text, CONTACT_TEXT_BYTES_MAX))?;
    for list in [&contact.phones, &contact.emails, &contact.urls] {
        if list.len() > CONTACT_ENTRIES_MAX {
            return Err(Error::Limit);
        }
        for one in list {
            said(&one.value, CONTACT_TEXT_BYTES_MAX)?;
            fits(&one.label, CONTACT_TEXT_BYTES_MAX)?;
        }
    }
    if contact.addresses.len() > CONTACT_ENTRIES_MAX {
        return Err(Error::Limit);
    }
    contact.addresses.iter().try_for_each(|address| {
        address_texts(address).into_iter().try_for_each(|text| fits(text, CONTACT_TEXT_BYTES_MAX))
    })
}

const fn address_texts(address: &PostalAddress) -> [&String; 7] {
    [
        &address.street,
        &address.city,
        &address.state,
        &address.zip,
        &address.country,
        &address.country_code,
        &address.label,
    ]
}

fn check_offer(offer: &Offer) -> Result<(), Error> {
    said(&offer.body, OFFER_BODY_BYTES_MAX)?;
    fits(&offer.header, OFFER_TEXT_BYTES_MAX)?;
    fits(&offer.footer, OFFER_TEXT_BYTES_MAX)?;
    match &offer.action {
        OfferAction::Buttons(buttons) => {
            if buttons.is_empty() || buttons.len() > OFFER_BUTTONS_MAX {
                return Err(Error::Limit);
            }
        }
        OfferAction::List { button, sections } => {
            said(button, OFFER_TEXT_BYTES_MAX)?;
            let rows = offer.action.rows().count();
            if sections.len() > OFFER_SECTIONS_MAX || rows == 0 || rows > OFFER_ROWS_MAX {
                return Err(Error::Limit);
            }
            for section in sections {
                fits(&section.title, OFFER_TEXT_BYTES_MAX)?;
            }
        }
        OfferAction::Link { text, url } => check_link(text, url)?,
        OfferAction::AskPlace | OfferAction::AskContact | OfferAction::Catalogue(_) => {}
        OfferAction::Products(sections) => check_goods(sections)?,
        OfferAction::AskAddress { country, known } => {
            if country.len() != 2 || !country.bytes().all(|byte| byte.is_ascii_uppercase()) {
                return Err(Error::Value);
            }
            check_known(known)?;
        }
        OfferAction::Slides(slides) => {
            if slides.len() < 2 || slides.len() > OFFER_SLIDES_MAX {
                return Err(Error::Limit);
            }
            slides.iter().try_for_each(check_slide)?;
        }
    }
    offer.action.products().try_for_each(check_product)?;
    let mut ids = BTreeSet::new();
    for row in offer.action.rows() {
        said(&row.id, CHOICE_ID_BYTES_MAX)?;
        said(&row.title, OFFER_TEXT_BYTES_MAX)?;
        fits(&row.description, OFFER_TEXT_BYTES_MAX)?;
        if !ids.insert(&row.id) {
            return Err(Error::Value);
        }
    }
    Ok(())
}

/// Whether goods under their headings keep all limits; there is at least one of them.
pub(crate) fn check_goods(sections: &[ProductSection]) -> Result<(), Error> {
    let count: usize = sections.iter().map(|section| section.products.len()).sum();
    if sections.len() > OFFER_SECTIONS_MAX || count == 0 || count > OFFER_PRODUCTS_MAX {
        return Err(Error::Limit);
    }
    sections.iter().try_for_each(|section| {
        fits(&section.title, OFFER_TEXT_BYTES_MAX)?;
        section.products.iter().try_for_each(check_product)
    })
}

fn check_product(product: &Product) -> Result<(), Error> {
    said(&product.item, OFFER_TEXT_BYTES_MAX)?;
    said(&product.name, OFFER_TEXT_BYTES_MAX)
}

fn check_link(text: &str, url: &str) -> Result<(), Error> {
    said(text, OFFER_TEXT_BYTES_MAX)?;
    fits(url, URL_BYTES_MAX)?;
    let is_page = url.starts_with("https://") || url.starts_with("http://");
    if !is_page || url.chars().any(|one| one.is_control() || one.is_whitespace()) {
        return Err(Error::Value);
    }
    Ok(())
}

fn check_slide(slide: &Slide) -> Result<(), Error> {
    fits(&slide.body, OFFER_BODY_BYTES_MAX)?;
    match &slide.action {
        SlideAction::Buttons(buttons)
            if buttons.is_empty() || buttons.len() > OFFER_BUTTONS_MAX =>
        {
            Err(Error::Limit)
        }
        SlideAction::Buttons(_) | SlideAction::Product(_) => Ok(()),
        SlideAction::Link { text, url } => check_link(text, url),
    }
}

/// Whether a choice keeps all limits.
pub(super) fn check_choice(choice: &Choice) -> Result<(), Error> {
    said(&choice.id, CHOICE_ID_BYTES_MAX)?;
    said(&choice.title, OFFER_TEXT_BYTES_MAX)?;
    fits(&choice.description, OFFER_TEXT_BYTES_MAX)
}

fn fits(text: &str, bytes_max: usize) -> Result<(), Error> {
    if text.len() <= bytes_max { Ok(()) } else { Err(Error::Limit) }
}

fn said(text: &str, bytes_max: usize) -> Result<(), Error> {
    if text.trim().is_empty() { Err(Error::Value) } else { fits(text, bytes_max) }
}

pub(super) fn encode(card: &Card) -> Vec<u8> {
    let mut writer = Writer::new();
    match card {
        Card::Place(place) => {
            begin(&mut writer, 6, 0);
            write_place(&mut writer, place);
        }
        Card::Contacts(contacts) => {
            begin(&mut writer, 3, 1);
            writer.list(contacts, write_contact);
        }
        Card::Offer(offer) => write_offer(&mut writer, offer),
    }
    writer.finish()
}

fn begin(writer: &mut Writer, fields: usize, kind: u8) {
    writer.array(fields);
    writer.uint(VERSION);
    writer.uint(kind);
}

fn write_offer(writer: &mut Writer, offer: &Offer) {
    let (fields, kind) = match &offer.action {
        OfferAction::Buttons(_) => (7, 0_u8),
        OfferAction::List { .. } => (8, 1),
        OfferAction::Link { .. } => (8, 2),
        OfferAction::AskPlace => (6, 3),
        OfferAction::Products(_) => (7, 4),
        OfferAction::Catalogue(_) => (7, 5),
        OfferAction::AskAddress { .. } => (8, 6),
        OfferAction::AskContact => (6, 7),
        OfferAction::Slides(_) => (7, 8),
    };
    begin(writer, fields, 2);
    writer.text(&offer.header);
    writer.text(&offer.body);
    writer.text(&offer.footer);
    writer.uint(kind);
    match &offer.action {
        OfferAction::Buttons(buttons) => writer.list(buttons, write_row),
        OfferAction::List { button, sections } => {
            writer.text(button);
            writer.list(sections, |writer, section| {
                writer.array(2);
                writer.text(&section.title);
                writer.list(&section.rows, write_row);
            });
        }
        OfferAction::Link { text, url } => {
            writer.text(text);
            writer.text(url);
        }
        OfferAction::AskPlace | OfferAction::AskContact => {}
        OfferAction::Products(sections) => write_goods(writer, sections),
        OfferAction::Catalogue(product) => {
            let product: Vec<&Product> = product.iter().collect();
            writer.list(&product, |writer, product| write_product(writer, product));
        }
        OfferAction::AskAddress { country, known } => {
            writer.text(country);
            write_contact(writer, known);
        }
        OfferAction::Slides(slides) => writer.list(slides, write_slide),
    }
}

/// Writes goods under their headings.
pub(crate) fn write_goods(writer: &mut Writer, sections: &[ProductSection]) {
    writer.list(sections, |writer, section| {
        writer.array(2);
        writer.text(&section.title);
        writer.list(&section.products, write_product);
    });
}

fn write_product(writer: &mut Writer, product: &Product) {
    texts(writer, &[&product.item, &product.name]);
}

fn write_slide(writer: &mut Writer, slide: &Slide) {
    let (fields, kind) = match &slide.action {
        SlideAction::Buttons(_) => (3, 0_u8),
        SlideAction::Link { .. } => (4, 1),
        SlideAction::Product(_) => (3, 2),
    };
    writer.array(fields);
    writer.text(&slide.body);
    writer.uint(kind);
    match &slide.action {
        SlideAction::Buttons(buttons) => writer.list(buttons, write_row),
        SlideAction::Link { text, url } => {
            writer.text(text);
            writer.text(url);
        }
        SlideAction::Product(product) => write_product(writer, product),
    }
}

fn write_row(writer: &mut Writer, row: &OfferRow) {
    texts(writer, &[&row.id, &row.title, &row.description]);
}

fn texts(writer: &mut Writer, texts: &[&String]) {
    writer.list(texts, |writer, text| writer.text(text));
}

fn write_contact(writer: &mut Writer, contact: &Contact) {
    writer.array(10);
    writer.text(&contact.name);
    let parts = &contact.parts;
    texts(writer, &[&parts.first, &parts.middle, &parts.last, &parts.prefix, &parts.suffix]);
    for text in [&contact.company, &contact.department, &contact.title, &contact.birthday] {
        writer.text(text);
    }
    for list in [&contact.phones, &contact.emails, &contact.urls] {
        writer.list(list, |writer, one: &Labelled| texts(writer, &[&one.value, &one.label]));
    }
    writer.list(&contact.addresses, |writer, address| texts(writer, &address_texts(address)));
}

pub(super) fn decode(bytes: &[u8]) -> Result<Card, Error> {
    exact(bytes, encode, |reader| {
        // The exact count follows from the kind, and is compared when encoding again.
        reader.array_up_to(8)?;
        read_version(reader)?;
        Ok(match reader.u8()? {
            0 => Card::Place(read_place(reader)?),
            1 => Card::Contacts(reader.list(CONTACTS_MAX, read_contact)?),
            2 => Card::Offer(Box::new(read_offer(reader)?)),
            _unknown => return Err(Error::Value),
        })
    })
}

fn read_offer(reader: &mut Reader<'_>) -> Result<Offer, Error> {
    Ok(Offer {
        header: short(reader)?,
        body: reader.text(OFFER_BODY_BYTES_MAX)?,
        footer: short(reader)?,
        action: match reader.u8()? {
            0 => OfferAction::Buttons(reader.list(OFFER_BUTTONS_MAX, read_row)?),
            1 => OfferAction::List {
                button: short(reader)?,
                sections: reader.list(OFFER_SECTIONS_MAX, |reader| {
                    reader.array(2)?;
                    let title = short(reader)?;
                    Ok(OfferSection { title, rows: reader.list(OFFER_ROWS_MAX, read_row)? })
                })?,
            },
            2 => OfferAction::Link { text: short(reader)?, url: reader.text(URL_BYTES_MAX)? },
            3 => OfferAction::AskPlace,
            4 => OfferAction::Products(read_goods(reader)?),
            5 => OfferAction::Catalogue(reader.list(1, read_product)?.into_iter().next()),
            6 => {
                let country = short(reader)?;
                OfferAction::AskAddress { country, known: Box::new(read_contact(reader)?) }
            }
            7 => OfferAction::AskContact,
            8 => OfferAction::Slides(reader.list(OFFER_SLIDES_MAX, read_slide)?),
            _unknown => return Err(Error::Value),
        },
    })
}

/// Reads goods under their headings.
pub(crate) fn read_goods(reader: &mut Reader<'_>) -> Result<Vec<ProductSection>, Error> {
    reader.list(OFFER_SECTIONS_MAX, |reader| {
        reader.array(2)?;
        let title = short(reader)?;
        let products = reader.list(OFFER_PRODUCTS_MAX, read_product)?;
        Ok(ProductSection { title, products })
    })
}

fn read_product(reader: &mut Reader<'_>) -> Result<Product, Error> {
    reader.array(2)?;
    Ok(Product { item: short(reader)?, name: short(reader)? })
}

fn read_slide(reader: &mut Reader<'_>) -> Result<Slide, Error> {
    // The exact count follows from the kind, and is compared when encoding again.
    reader.array_up_to(4)?;
    let body = reader.text(OFFER_BODY_BYTES_MAX)?;
    let action = match reader.u8()? {
        0 => SlideAction::Buttons(reader.list(OFFER_BUTTONS_MAX, read_row)?),
        1 => SlideAction::Link { text: short(reader)?, url: reader.text(URL_BYTES_MAX)? },
        2 => SlideAction::Product(read_product(reader)?),
        _unknown => return Err(Error::Value),
    };
    Ok(Slide { body, action })
}

fn read_row(reader: &mut Reader<'_>) -> Result<OfferRow, Error> {
    reader.array(3)?;
    let id = reader.text(CHOICE_ID_BYTES_MAX)?;
    Ok(OfferRow { id, title: short(reader)?, description: short(reader)? })
}

fn short(reader: &mut Reader<'_>) -> Result<String, Error> {
    reader.text(OFFER_TEXT_BYTES_MAX)
}

fn detail(reader: &mut Reader<'_>) -> Result<String, Error> {
    reader.text(CONTACT_TEXT_BYTES_MAX)
}

fn read_contact(reader: &mut Reader<'_>) -> Result<Contact, Error> {
    let labelled = |reader: &mut Reader<'_>| {
        reader.array(2)?;
        Ok(Labelled { value: detail(reader)?, label: detail(reader)? })
    };
    reader.array(10)?;
    let name = detail(reader)?;
    reader.array(5)?;
    Ok(Contact {
        name,
        parts: NameParts {
            first: detail(reader)?,
            middle: detail(reader)?,
            last: detail(reader)?,
            prefix: detail(reader)?,
            suffix: detail(reader)?,
        },
        company: detail(reader)?,
        department: detail(reader)?,
        title: detail(reader)?,
        birthday: detail(reader)?,
        phones: reader.list(CONTACT_ENTRIES_MAX, labelled)?,
        emails: reader.list(CONTACT_ENTRIES_MAX, labelled)?,
        urls: reader.list(CONTACT_ENTRIES_MAX, labelled)?,
        addresses: reader.list(CONTACT_ENTRIES_MAX, |reader| {
            reader.array(7)?;
            Ok(PostalAddress {
                street: detail(reader)?,
                city: detail(reader)?,
                state: detail(reader)?,
                zip: detail(reader)?,
                country: detail(reader)?,
                country_code: detail(reader)?,
                label: detail(reader)?,
            })
        })?,
    })
}

pub(super) fn encode_choice(choice: &Choice) -> Vec<u8> {
    let mut writer = Writer::new();
    let of = match choice.of {
        ChoiceOf::Buttons => 0,
        ChoiceOf::List => 1,
        ChoiceOf::Template => 2,
    };
    begin(&mut writer, 5, of);
    writer.text(&choice.id);
    writer.text(&choice.title);
    writer.text(&choice.description);
    writer.finish()
}

pub(super) fn decode_choice(bytes: &[u8]) -> Result<Choice, Error> {
    exact(bytes, encode_choice, |reader| {
        reader.array(5)?;
        read_version(reader)?;
        let of = match reader.u8()? {
            0 => ChoiceOf::Buttons,
            1 => ChoiceOf::List,
            2 => ChoiceOf::Template,
            _unknown => return Err(Error::Value),
        };
        let id = reader.text(CHOICE_ID_BYTES_MAX)?;
        Ok(Choice { of, id, title: short(reader)?, description: short(reader)? })
    })
}
