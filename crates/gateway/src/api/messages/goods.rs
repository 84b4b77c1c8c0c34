//! Goods that a message names: they must be in the business's catalogue, and get their names from it.

use tresen_types::card::{Card, OfferAction, Product, SlideAction};
use tresen_view::{Answer, CatalogueView, Command};

use crate::{api_error::ApiError, error::Error, gateway::Gateway, request::Body};

/// What an interactive message asks for, as the webhook of its answer needs to know it.
pub(super) fn asks(body: &Body) -> Option<String> {
    let Body::Card { card, .. } = body else { return None };
    let Card::Offer(offer) = card.as_ref() else { return None };
    match &offer.action {
        OfferAction::AskAddress { country, .. } => Some(format!("address/{country}")),
        OfferAction::AskContact => Some("contact".to_owned()),
        _ => None,
    }
}

/// The card with the names of its goods.
pub(super) async fn named(
    gateway: &Gateway,
    card: &Card,
    catalogue: Option<&str>,
) -> Result<Box<Card>, ApiError> {
    let mut card = Box::new(card.clone());
    if catalogue.is_some_and(|named| *named != gateway.ids.catalogue) {
        return Err(ApiError::with(131_009, "there is no such catalogue"));
    }
    let Card::Offer(offer) = card.as_mut() else { return Ok(card) };
    let is_about_all = matches!(offer.action, OfferAction::Catalogue(_));
    if !is_about_all && offer.action.products().next().is_none() {
        return Ok(card);
    }
    let asked = gateway.client.call(Command::Catalogue { account: None }).await?;
    let Answer::Catalogue(known) = asked else { return Err(Error::unexpected().into()) };
    if known.items.is_empty() {
        return Err(ApiError::with(131_009, "the business has no catalogue"));
    }
    let mut products: Vec<&mut Product> = match &mut offer.action {
        OfferAction::Products(sections) => {
            sections.iter_mut().flat_map(|section| &mut section.products).collect()
        }
        OfferAction::Catalogue(product) => product.iter_mut().collect(),
        OfferAction::Slides(slides) => slides
            .iter_mut()
            .filter_map(|slide| match &mut slide.action {
                SlideAction::Product(product) => Some(product),
                SlideAction::Buttons(_) | SlideAction::Link { .. } => None,
            })
            .collect(),
        _ => Vec::new(),
    };
    for product in &mut products {
        product.name = name_of(&known, &product.item)?;
    }
    if let (true, Some(first)) = (offer.body.is_empty(), products.first()) {
        offer.body.clone_from(&first.name);
    }
    Ok(card)
}

fn name_of(catalogue: &CatalogueView, id: &str) -> Result<String, ApiError> {
    let found = catalogue.items.iter().find(|item| item.id == id);
    let found = found.ok_or_else(|| {
        let id: String = id.chars().take(64).collect();
        ApiError::with(131_009, format!("there is no product '{id}' in the catalogue"))
    })?;
    Ok(found.name.clone())
}
