//! Goods that a message names: they must be in the business's catalogue, and get their names from it.

use std::borrow::Cow;

use tresen_types::card::{Card, OfferAction, Product, SlideAction};
use tresen_view::{Answer, CatalogueView, Command};

use crate::{
    api_error::ApiError,
    error::Error,
    gateway::Gateway,
    request::{
        Body,
        template::{GivenValue, TemplateSend},
    },
};

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
    is_ours(gateway, catalogue)?;
    let Card::Offer(offer) = card.as_mut() else { return Ok(card) };
    let is_about_all = matches!(offer.action, OfferAction::Catalogue(_));
    if !is_about_all && offer.action.products().next().is_none() {
        return Ok(card);
    }
    let known = self::catalogue(gateway).await?;
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

/// The values of a template with the names of the goods in them.
pub(super) async fn named_in<'a>(
    gateway: &Gateway,
    wanted: &'a TemplateSend,
) -> Result<Cow<'a, TemplateSend>, ApiError> {
    if !wanted.values.iter().any(|given| matches!(given.value, GivenValue::Goods(_))) {
        return Ok(Cow::Borrowed(wanted));
    }
    let known = catalogue(gateway).await?;
    let mut wanted = wanted.clone();
    for given in &mut wanted.values {
        let GivenValue::Goods(goods) = &mut given.value else { continue };
        is_ours(gateway, goods.catalogue.as_deref())?;
        let products = goods.sections.iter_mut().flat_map(|section| &mut section.products);
        for product in products.chain(&mut goods.thumbnail) {
            product.name = name_of(&known, &product.item)?;
        }
    }
    Ok(Cow::Owned(wanted))
}

fn is_ours(gateway: &Gateway, named: Option<&str>) -> Result<(), ApiError> {
    if named.is_some_and(|named| *named != gateway.ids.catalogue) {
        return Err(ApiError::with(131_009, "there is no such catalogue"));
    }
    Ok(())
}

async fn catalogue(gateway: &Gateway) -> Result<Box<CatalogueView>, ApiError> {
    let asked = gateway.client.call(Command::Catalogue { account: None }).await?;
    let Answer::Catalogue(known) = asked else { return Err(Error::unexpected().into()) };
    if known.items.is_empty() {
        return Err(ApiError::with(131_009, "the business has no catalogue"));
    }
    Ok(known)
}

fn name_of(catalogue: &CatalogueView, id: &str) -> Result<String, ApiError> {
    let found = catalogue.items.iter().find(|item| item.id == id);
    let found = found.ok_or_else(|| {
        let id: String = id.chars().take(64).collect();
        ApiError::with(131_009, format!("there is no product '{id}' in the catalogue"))
    })?;
    Ok(found.name.clone())
}
