//! What a message says beside words and files: a place, people, and something to choose from.
//!
//! The same values inside the encryption, in an interface and at the gateway; how they are encoded is
//! told by crate `content`.

use serde::{Deserialize, Serialize};

/// A place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceOnMap {
    /// Degrees north of the equator, times ten million.
    pub latitude_e7: i32,
    /// Degrees east of Greenwich, times ten million.
    pub longitude_e7: i32,
    /// What it is called; may be empty.
    pub name: String,
    /// Its address; may be empty.
    pub address: String,
}

/// What a message says beside words and files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Card {
    /// A place.
    Place(PlaceOnMap),
    /// People or firms.
    Contacts(Vec<Contact>),
    /// Something to choose from.
    Offer(Box<Offer>),
}

/// Words with something to choose from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// What stands above; may be empty.
    pub header: String,
    /// What it says.
    pub body: String,
    /// The small line below; may be empty.
    pub footer: String,
    /// What can be done.
    pub action: OfferAction,
}

/// What can be done with an offer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferAction {
    /// One of up to three buttons.
    Buttons(Vec<OfferRow>),
    /// One row of a list.
    List {
        /// What opens the list.
        button: String,
        /// The rows, in sections.
        sections: Vec<OfferSection>,
    },
    /// A page to open.
    Link {
        /// What stands on the button.
        text: String,
        /// The page; http or https.
        url: String,
    },
    /// The other side is asked where it is.
    AskPlace,
    /// Goods of the business's catalogue.
    Products(Vec<ProductSection>),
    /// The business's whole catalogue; the product that stands for it, if one does.
    Catalogue(Option<Product>),
    /// The other side is asked for a postal address, and answers with [`Card::Contacts`].
    AskAddress {
        /// The country's code of two letters.
        country: String,
        /// What the business knows already; may all be empty.
        known: Box<Contact>,
    },
    /// The other side is asked how to reach it, and answers with [`Card::Contacts`].
    AskContact,
    /// Cards beside each other.
    Slides(Vec<Slide>),
}

impl OfferAction {
    /// All that can be chosen.
    pub fn rows(&self) -> impl Iterator<Item = &OfferRow> {
        let (buttons, sections): (&[OfferRow], &[OfferSection]) = match self {
            Self::Buttons(buttons) => (buttons, &[]),
            Self::List { sections, .. } => (&[], sections),
            _ => (&[], &[]),
        };
        let slides: &[Slide] = match self {
            Self::Slides(slides) => slides,
            _ => &[],
        };
        let of_slides = slides.iter().flat_map(|slide| match &slide.action {
            SlideAction::Buttons(buttons) => buttons.as_slice(),
            SlideAction::Link { .. } | SlideAction::Product(_) => &[],
        });
        buttons.iter().chain(sections.iter().flat_map(|section| &section.rows)).chain(of_slides)
    }

    /// All goods that it names.
    pub fn products(&self) -> impl Iterator<Item = &Product> {
        let (sections, one): (&[ProductSection], Option<&Product>) = match self {
            Self::Products(sections) => (sections, None),
            Self::Catalogue(product) => (&[], product.as_ref()),
            _ => (&[], None),
        };
        let slides: &[Slide] = match self {
            Self::Slides(slides) => slides,
            _ => &[],
        };
        let of_slides = slides.iter().filter_map(|slide| match &slide.action {
            SlideAction::Product(product) => Some(product),
            SlideAction::Buttons(_) | SlideAction::Link { .. } => None,
        });
        sections.iter().flat_map(|section| &section.products).chain(one).chain(of_slides)
    }
}

/// Goods under a heading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductSection {
    /// What stands above; may be empty.
    pub title: String,
    /// The goods.
    pub products: Vec<Product>,
}

/// Something of the business's catalogue. What it costs says the catalogue, which is signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// The item's id in the catalogue.
    pub item: String,
    /// What it is called.
    pub name: String,
}

/// One of several cards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slide {
    /// What it says; may be empty.
    pub body: String,
    /// What can be done with it.
    pub action: SlideAction,
}

/// What can be done with one of several cards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SlideAction {
    /// One of its buttons.
    Buttons(Vec<OfferRow>),
    /// A page to open.
    Link {
        /// What stands on the button.
        text: String,
        /// The page; http or https.
        url: String,
    },
    /// Something of the catalogue.
    Product(Product),
}

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferSection {
    /// What stands above; may be empty.
    pub title: String,
    /// Its rows.
    pub rows: Vec<OfferRow>,
}

/// Something that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferRow {
    /// What comes back when it is chosen; nobody sees it.
    pub id: String,
    /// What it says.
    pub title: String,
    /// More about it; may be empty, and is with buttons.
    pub description: String,
}

/// What was chosen, as the answer to an offer or a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Of what.
    pub of: ChoiceOf,
    /// Its id.
    pub id: String,
    /// What it said.
    pub title: String,
    /// More about it; may be empty.
    pub description: String,
}

/// Where something was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChoiceOf {
    /// A button of an offer.
    Buttons,
    /// A row of a list.
    List,
    /// A button of a template.
    Template,
}

/// A person or a firm.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// The name as it is shown.
    pub name: String,
    /// The parts of the name; may all be empty.
    pub parts: NameParts,
    /// The firm; may be empty.
    pub company: String,
    /// The department; may be empty.
    pub department: String,
    /// The position; may be empty.
    pub title: String,
    /// Day of birth, like 2012-08-18; may be empty.
    pub birthday: String,
    /// Telephone numbers.
    pub phones: Vec<Labelled>,
    /// Addresses of mail.
    pub emails: Vec<Labelled>,
    /// Pages.
    pub urls: Vec<Labelled>,
    /// Postal addresses.
    pub addresses: Vec<PostalAddress>,
}

/// The parts of a name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameParts {
    /// First name.
    pub first: String,
    /// Middle name.
    pub middle: String,
    /// Last name.
    pub last: String,
    /// Before the name.
    pub prefix: String,
    /// After the name.
    pub suffix: String,
}

/// A value with what it is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Labelled {
    /// The value.
    pub value: String,
    /// Such as WORK or HOME; may be empty.
    pub label: String,
}

/// A postal address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostalAddress {
    /// Street and number.
    pub street: String,
    /// City.
    pub city: String,
    /// State or province.
    pub state: String,
    /// Postal code.
    pub zip: String,
    /// Country.
    pub country: String,
    /// Its code of two letters.
    pub country_code: String,
    /// Such as WORK or HOME.
    pub label: String,
}
