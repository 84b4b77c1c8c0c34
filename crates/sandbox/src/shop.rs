//! The sandbox's shop: what the business offers, what customers order and pay.

use serde_json::{Map, Value, json};
use tresen_types::MessageId;
use tresen_view::{
    Answer, CartLine, CatalogueDraft, CatalogueView, Command, ItemView, OrderDraft,
    PaymentStepView, PaymentView,
};

use crate::{
    customer::Customer,
    error::{Error, Result},
    world::World,
};

/// Days for which the prices of the sandbox hold.
const DAYS: u32 = 30;
/// Items of the sandbox's catalogue.
const ITEMS_MAX: usize = 500;
/// Payments that are looked through for one.
const PAYMENTS_LOOKED_AT: u32 = 200;

/// Publishes the business's catalogue: `{currency, items: [{retailer_id, name, price}]}`, prices in
/// the smallest unit.
pub(crate) async fn publish(world: &World, body: &Value) -> Result<Value> {
    let text = |one: &Value, name: &str| {
        let found = one.get(name).and_then(Value::as_str).map(ToOwned::to_owned);
        found.ok_or_else(|| Error::Invalid(format!("'{name}' is missing")))
    };
    let listed = body.get("items").and_then(Value::as_array);
    let listed = listed.filter(|items| !items.is_empty() && items.len() <= ITEMS_MAX);
    let listed = listed.ok_or_else(|| Error::Invalid("'items' must be a list".to_owned()))?;
    let mut items = Vec::with_capacity(listed.len());
    for one in listed {
        let price = one.get("price").and_then(Value::as_i64).filter(|price| *price >= 0);
        let price = price.ok_or_else(|| Error::Invalid("'price' must be a number".to_owned()))?;
        let id = text(one, "retailer_id")?;
        items.push(ItemView { id, name: text(one, "name")?, price, ..ItemView::default() });
    }
    let currency = text(body, "currency")?;
    let count = items.len();
    let draft = CatalogueDraft { currency, days: DAYS, items };
    let command = Command::PublishCatalogue(Box::new(draft));
    let Answer::Catalogue(view) = world.owner().call(command).await? else {
        return Err(Error::unexpected());
    };
    Ok(json!({ "edition": view.edition, "items": count }))
}

/// A customer's order, in the shape of the API's own webhook; prices follow from the catalogue.
pub(crate) async fn order(customer: &Customer, order: &Map<String, Value>) -> Result<Command> {
    let asked = Command::Header { conversation: customer.conversation };
    let Answer::Header(header) = customer.call(asked).await? else {
        return Err(Error::unexpected());
    };
    let asked = Command::Catalogue { account: Some(header.row.counterpart) };
    let Answer::Catalogue(catalogue) = customer.call(asked).await? else {
        return Err(Error::unexpected());
    };
    let listed = order.get("product_items").and_then(Value::as_array);
    let listed =
        listed.ok_or_else(|| Error::Invalid("'product_items' must be a list".to_owned()))?;
    let (mut lines, mut total) = (Vec::with_capacity(listed.len()), 0_i64);
    for one in listed {
        let (line, price) = line(&catalogue, one)?;
        total = total.saturating_add(price.saturating_mul(i64::from(line.quantity)));
        lines.push(line);
    }
    let draft = OrderDraft {
        edition: catalogue.edition,
        lines,
        total,
        note: order.get("text").and_then(Value::as_str).unwrap_or_default().to_owned(),
        address: None,
        wanted_at: None,
    };
    Ok(Command::SendOrder { conversation: customer.conversation, order: Box::new(draft) })
}

fn line(catalogue: &CatalogueView, one: &Value) -> Result<(CartLine, i64)> {
    let id = one.get("product_retailer_id").and_then(Value::as_str).unwrap_or_default();
    let item = catalogue.items.iter().find(|item| item.id == id);
    let item = item.ok_or(Error::NotFound("item in the catalogue"))?;
    let quantity = one.get("quantity").and_then(Value::as_u64).unwrap_or(1);
    let quantity = u32::try_from(quantity).map_err(|_huge| Error::NotFound("so many"))?;
    let line = CartLine { item: id.to_owned(), variant: String::new(), options: vec![], quantity };
    Ok((line, item.price))
}

/// A customer pays a bill: says so, and the business's owner sees the money.
pub(crate) async fn pay(world: &World, customer: &Customer, bill: MessageId) -> Result<Value> {
    let conversation = Some(customer.conversation);
    let command = Command::Payments { conversation, limit: PAYMENTS_LOOKED_AT };
    let find = |answer: Answer| -> Result<PaymentView> {
        let Answer::Payments(payments) = answer else { return Err(Error::unexpected()) };
        let found = payments.into_iter().find(|one| one.payment == bill);
        found.ok_or(Error::NotFound("bill"))
    };
    let known = find(customer.call(command).await?)?;
    let step = PaymentStepView::Claim;
    customer.call(Command::StepPayment { payment: bill, step }).await?;
    let step = PaymentStepView::Received { minor: known.amount.minor };
    world.owner().call(Command::StepPayment { payment: bill, step }).await?;
    Ok(json!({ "success": true, "amount": known.amount.minor, "currency": known.amount.currency }))
}
