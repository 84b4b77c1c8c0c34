//! A bill into the conversation, and how far what was ordered has come.

use tresen_types::{MessageId, limits::DAY_MS};
use tresen_view::{
    Answer, Command, ConversationHeader, MessageView, MoneyView, OrderStateView, OrderStepView,
    PaymentDraft, PaymentStepView,
};

use super::{queue, quoted};
use crate::{
    api_error::ApiError,
    error::Error,
    gateway::Gateway,
    limits::ORDERS_LOOKED_AT,
    request::{Bill, OrderStatus, Progress, Send},
    store::BillRecord,
};

/// Asks for money; a quoted order is what it is for.
pub(super) async fn send(
    gateway: &Gateway,
    header: &ConversationHeader,
    send: &Send,
    bill: &Bill,
    number: Option<u64>,
) -> Result<MessageView, ApiError> {
    let conversation = header.row.conversation;
    let known = gateway.store.read(|tx| tx.bill(&bill.reference))?;
    if known.is_some() && number.is_none() {
        return Err(used());
    }
    let quote = match &send.reply_to {
        None => None,
        Some(wamid) => Some(quoted(gateway, conversation, wamid)?),
    };
    let order = match quote {
        Some(quote) if state_of(gateway, header, quote).await?.is_some() => Some(quote),
        _ => None,
    };
    let payment = PaymentDraft {
        order,
        amount: MoneyView { minor: bill.minor, currency: bill.currency.code().to_owned() },
        note: bill.note.clone(),
        days: days_until(gateway, bill)?,
        bill: None,
    };
    let command = Command::RequestPayment { conversation, payment: Box::new(payment) };
    let message = queue(gateway, command, number).await?;
    if known.is_some_and(|known| known.message != message.message) {
        return Err(used());
    }
    let record = BillRecord {
        reference: bill.reference.clone(),
        message: message.message,
        conversation,
        order,
        told: String::new(),
    };
    gateway.store.write(|tx| tx.put_bill(&record))?;
    Ok(*message)
}

fn used() -> ApiError {
    ApiError::with(131_009, "the reference_id was used for another bill")
}

/// Whole days, as bills here have them.
fn days_until(gateway: &Gateway, bill: &Bill) -> Result<Option<u32>, ApiError> {
    let Some(at_s) = bill.expires_at_s else { return Ok(None) };
    let left = at_s.saturating_mul(1_000).saturating_sub(gateway.now().as_millis());
    let days = u32::try_from(left.div_euclid(DAY_MS).saturating_add(1)).ok();
    let days = days.filter(|days| *days > 0 && left > 0);
    let days = days.ok_or_else(|| ApiError::with(131_009, "the bill is over already"))?;
    Ok(Some(days))
}

/// Goes on with the order, and tells the customer in words.
pub(super) async fn status(
    gateway: &Gateway,
    header: &ConversationHeader,
    status: &OrderStatus,
    number: Option<u64>,
) -> Result<MessageView, ApiError> {
    let conversation = header.row.conversation;
    let bill = gateway.store.read(|tx| tx.bill(&status.reference))?;
    let bill = bill.filter(|bill| bill.conversation == conversation).ok_or_else(|| {
        ApiError::with(131_009, "no order_details with this reference_id went to this customer")
    })?;
    if let Some(order) = bill.order {
        go_on(gateway, header, order, status.progress).await?;
    } else if status.progress == Progress::Canceled {
        let command = Command::StepPayment { payment: bill.message, step: PaymentStepView::Cancel };
        gateway.client.call(command).await?;
    }
    let reply_to = Some(bill.message);
    let command = Command::SendText { conversation, text: status.text.clone(), reply_to };
    Ok(*queue(gateway, command, number).await?)
}

/// The steps that are missing until an order is as far.
async fn go_on(
    gateway: &Gateway,
    header: &ConversationHeader,
    order: MessageId,
    progress: Progress,
) -> Result<(), ApiError> {
    let state = state_of(gateway, header, order).await?.ok_or_else(Error::unexpected)?;
    let accept = || OrderStepView::Accept { minutes: None };
    let cancel = || OrderStepView::Cancel { reason: String::new() };
    let steps = match (progress, state) {
        (Progress::Pending, _) => Vec::new(),
        (Progress::Canceled, OrderStateView::New) => {
            vec![OrderStepView::Decline { reason: String::new() }]
        }
        (Progress::Canceled, OrderStateView::Accepted | OrderStateView::Ready) => vec![cancel()],
        (Progress::Processing, OrderStateView::New) => vec![accept()],
        (Progress::Shipped, OrderStateView::New) => vec![accept(), OrderStepView::Ready],
        (Progress::Completed, OrderStateView::New) => {
            vec![accept(), OrderStepView::Ready, OrderStepView::Done]
        }
        (Progress::Processing, OrderStateView::Accepted)
        | (Progress::Shipped, OrderStateView::Ready)
        | (Progress::Completed, OrderStateView::Done)
        | (Progress::Canceled, OrderStateView::Declined | OrderStateView::Cancelled) => Vec::new(),
        (Progress::Shipped, OrderStateView::Accepted) => vec![OrderStepView::Ready],
        (Progress::Completed, OrderStateView::Accepted) => {
            vec![OrderStepView::Ready, OrderStepView::Done]
        }
        (Progress::Completed, OrderStateView::Ready) => vec![OrderStepView::Done],
        _ => return Err(ApiError::with(131_009, "the order can't come to this status any more")),
    };
    for step in steps {
        gateway.client.call(Command::StepOrder { order, step }).await?;
    }
    Ok(())
}

/// How far an order has come; `None`: the message isn't one.
async fn state_of(
    gateway: &Gateway,
    header: &ConversationHeader,
    order: MessageId,
) -> Result<Option<OrderStateView>, ApiError> {
    let conversation = Some(header.row.conversation);
    let command = Command::Orders { conversation, limit: ORDERS_LOOKED_AT };
    let Answer::Orders(orders) = gateway.client.call(command).await? else {
        return Err(Error::unexpected().into());
    };
    Ok(orders.into_iter().find(|one| one.order == order).map(|one| one.state))
}
