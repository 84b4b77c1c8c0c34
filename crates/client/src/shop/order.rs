//! A customer orders; both sides go on with it.

use std::rc::Rc;

use tresen_admission::Window;
use tresen_content::{
    Content, Message, search_text,
    shop::{Deal, DealKind, Fulfilment, Order, OrderLine, OrderStep, ShopMessage, total_of},
};
use tresen_statement::{CatalogueItem, CataloguePage};
use tresen_types::{AccountKind, Category, ConversationId, Currency, MessageId, Money};
use tresen_view::{Answer, CartLine, OrderDraft, OrderStepView};

use super::{catalogue, deal, tell, view};
use crate::{
    client::Inner,
    error::{Error, Result},
    limits::{DEALS_MAX, ORDER_QUANTITY_MAX},
    timeline,
};

const MINUTE_MS: i64 = 60_000;

/// Orders against the newest edition: what changed since it was shown is said, not sent.
pub(crate) async fn send_order(
    inner: &Rc<Inner>,
    call: Option<u64>,
    conversation: ConversationId,
    draft: OrderDraft,
) -> Result<Answer> {
    let own = inner.own()?;
    let record = inner.store.read(|tx| tx.known_conversation(conversation))?;
    let business = record
        .counterpart
        .filter(|other| !own.is_business() && other.kind() == AccountKind::Business)
        .ok_or(Error::Forbidden)?;
    let pages = catalogue::newest(inner, business).await?;
    let order = order_of_draft(inner, &pages, draft)?;
    let text = words(&order.lines, order.total);
    let content = shop_content(Deal::Order(order), text);
    send(inner, call, conversation, &content)
}

fn order_of_draft(inner: &Inner, pages: &[CataloguePage], draft: OrderDraft) -> Result<Order> {
    let now = inner.now();
    let first = pages.first().ok_or(Error::NotFound("catalogue"))?;
    if first.valid_until < now {
        return Err(Error::PriceChanged);
    }
    let items = || pages.iter().flat_map(|page| &page.items);
    let mut lines = Vec::with_capacity(draft.lines.len());
    for line in draft.lines {
        let item = items().find(|item| item.id == line.item).ok_or(Error::SoldOut)?;
        let is_enough = item.stock.is_none_or(|stock| stock >= line.quantity);
        if !item.is_available_at(now) || !is_enough {
            return Err(Error::SoldOut);
        }
        lines.push(priced(item, line)?);
    }
    let total = total_of(first.currency, &lines)?;
    if total.minor != draft.total {
        return Err(Error::PriceChanged);
    }
    if lines.is_empty() {
        return Err(Error::Invalid("an order without lines"));
    }
    let address = draft.address.map(|address| address.trim().to_owned());
    if address.as_ref().is_some_and(String::is_empty) {
        return Err(Error::Invalid("a delivery without an address"));
    }
    Ok(Order {
        edition: first.sequence,
        lines,
        total,
        note: draft.note.trim().to_owned(),
        fulfilment: address.map_or(Fulfilment::PickUp, |address| Fulfilment::Delivery { address }),
        wanted_at: draft.wanted_at,
    })
}

fn priced(item: &CatalogueItem, line: CartLine) -> Result<OrderLine> {
    if !(1..=ORDER_QUANTITY_MAX).contains(&line.quantity) {
        return Err(Error::Invalid("a quantity"));
    }
    let unit = item.price_of(&line.variant, &line.options).ok_or(Error::PriceChanged)?;
    Ok(OrderLine {
        item: line.item,
        name: item.name.clone(),
        variant: line.variant,
        options: line.options,
        unit,
        quantity: line.quantity,
    })
}

/// Goes on with an order. A step that doesn't fit any more is refused here; one that two devices
/// take at the same time counts once, on all.
pub(crate) fn step_order(
    inner: &Inner,
    call: Option<u64>,
    order: MessageId,
    step: OrderStepView,
) -> Result<Answer> {
    let own = inner.own()?;
    let (record, mut progress) = inner.store.read(|tx| {
        let (record, order) = deal::order_of(inner, tx, order)?;
        let (progress, _counted) = deal::progress(inner, tx, &record, &order)?;
        Ok((record, progress))
    })?;
    let now = inner.now();
    let step = match step {
        OrderStepView::Accept { minutes } => OrderStep::Accept {
            ready_at: minutes
                .map(|minutes| now.plus_millis(i64::from(minutes).saturating_mul(MINUTE_MS))),
        },
        OrderStepView::Decline { reason } => OrderStep::Decline { reason },
        OrderStepView::Change { quantities, reason } => {
            change(&progress.lines, progress.total.currency, &quantities, reason)?
        }
        OrderStepView::Agree => OrderStep::Agree,
        OrderStepView::Withdraw => OrderStep::Withdraw,
        OrderStepView::Ready => OrderStep::Ready,
        OrderStepView::Done => OrderStep::Done,
        OrderStepView::Cancel { reason } => OrderStep::Cancel { reason },
    };
    if !progress.apply(own.is_business(), &step, now) {
        return Err(Error::Invalid("a step that doesn't fit the order"));
    }
    send_step(inner, call, record.conversation, Deal::OrderStep { order, step })?;
    Ok(Answer::Done)
}

fn change(
    lines: &[OrderLine],
    currency: Currency,
    quantities: &[u32],
    reason: String,
) -> Result<OrderStep> {
    let lines: Vec<OrderLine> = lines
        .iter()
        .zip(quantities)
        .filter(|(_line, quantity)| **quantity > 0)
        .map(|(line, quantity)| OrderLine { quantity: *quantity, ..line.clone() })
        .collect();
    let is_sound = lines.iter().all(|line| line.quantity <= ORDER_QUANTITY_MAX);
    if lines.is_empty() || !is_sound {
        return Err(Error::Invalid("a change that leaves nothing"));
    }
    let total = total_of(currency, &lines)?;
    Ok(OrderStep::Change { lines, total, reason })
}

/// Orders, newest first.
pub(crate) fn orders(
    inner: &Inner,
    conversation: Option<ConversationId>,
    limit: u32,
) -> Result<Answer> {
    inner.store.read(|tx| {
        let mut views = Vec::new();
        for order in tx.deals(DealKind::Order, conversation, limit.min(DEALS_MAX))? {
            if let Ok((record, order)) = deal::order_of(inner, tx, order) {
                views.push(view::order_view(inner, tx, &record, &order)?);
            }
        }
        Ok(Answer::Orders(views))
    })
}

pub(crate) fn shop_content(deal: Deal, text: String) -> Content {
    Content::new(Message::Shop(Box::new(ShopMessage { deal, text })))
}

pub(crate) fn step_content(deal: Deal) -> Content {
    Content::new(Message::Shop(Box::new(ShopMessage::of_step(deal))))
}

/// Sends a step. A business's own words don't reach a customer whose window has closed, and whoever
/// writes them is told at once.
pub(crate) fn send_step(
    inner: &Inner,
    call: Option<u64>,
    conversation: ConversationId,
    step: Deal,
) -> Result<Answer> {
    let shop = ShopMessage::of_step(step);
    if inner.own()?.is_business() {
        let is_told = inner.store.read(|tx| {
            let record = tx.known_conversation(conversation)?;
            let window = Window { opened_at: record.window_at };
            Ok(window.is_open_at(inner.now()) || tell::goes_on(inner, tx, conversation, &shop)?)
        })?;
        if !is_told {
            return Err(Error::WindowClosed);
        }
    }
    send(inner, call, conversation, &Content::new(Message::Shop(Box::new(shop))))
}

pub(crate) fn send(
    inner: &Inner,
    call: Option<u64>,
    conversation: ConversationId,
    content: &Content,
) -> Result<Answer> {
    let found_by = search_text(&content.message).unwrap_or_default();
    timeline::send_content(inner, call, conversation, content, Category::Service, &found_by)
}

fn words(lines: &[OrderLine], total: Money) -> String {
    let mut text = String::new();
    for line in lines {
        text.push_str(&format!("{} × {}", line.quantity, line.name));
        for choice in std::iter::once(&line.variant).chain(&line.options) {
            if !choice.is_empty() {
                text.push_str(&format!(", {choice}"));
            }
        }
        text.push('\n');
    }
    text.push_str(&format!("= {total}"));
    text
}
