//! `order_details` and `order_status`: a bill, and how far what was ordered has come.

use serde_json::{Map, Value};
use tresen_types::Currency;

use super::{card::header_of, missing, object, optional_text, required_text_in, too_long, wrong};
use crate::{
    api_error::ApiError,
    limits::{
        BILL_ITEMS_MAX, BILL_NOTE_BYTES_MAX, INTERACTIVE_BODY_CHARS_MAX, REFERENCE_CHARS_MAX,
    },
    request::HeaderFile,
};

const PARAMETERS: &str = "interactive['action']['parameters']";
/// The one factor that the API documents.
const OFFSET: i64 = 100;

/// What is to be paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bill {
    /// What the program calls it.
    pub reference: String,
    /// How much, in minor units.
    pub minor: i64,
    /// Of which currency.
    pub currency: Currency,
    /// What for: the words and the items.
    pub note: String,
    /// Until when, in seconds since 1970.
    pub expires_at_s: Option<i64>,
    /// What comes before it.
    pub header: Option<HeaderFile>,
}

/// How far something has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Not begun.
    Pending,
    /// Begun.
    Processing,
    /// On its way, or ready.
    Shipped,
    /// Done.
    Completed,
    /// Ended before.
    Canceled,
}

/// What is said about a bill's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderStatus {
    /// The bill.
    pub reference: String,
    /// How far it has come.
    pub progress: Progress,
    /// The words for the customer.
    pub text: String,
}

/// Reads an interactive of the type `order_details`.
pub(super) fn details(interactive: &Map<String, Value>) -> Result<Bill, ApiError> {
    let words = body(interactive)?;
    let action = named(interactive, "review_and_pay")?;
    let reference = reference(action)?;
    let code = required_text_in(action, PARAMETERS, "currency")?;
    let currency = Currency::parse(&code).map_err(|_unknown| wrong("currency"))?;
    let order = object(action, "order")?;
    let total = minor(object(action, "total_amount")?, "total_amount", currency)?;
    let (items, lines) = items(order, currency)?;
    let part = |name: &str| match order.get(name) {
        None => Ok(0),
        Some(_) => minor(object(order, name)?, name, currency),
    };
    let subtotal = part("subtotal")?;
    if order.contains_key("subtotal") && items != subtotal {
        return Err(sum_is_wrong("subtotal"));
    }
    let sum = items
        .saturating_add(part("tax")?)
        .saturating_add(part("shipping")?)
        .saturating_sub(part("discount")?);
    if sum != total || total <= 0 {
        return Err(sum_is_wrong("total_amount"));
    }
    let note = std::iter::once(words).chain(lines).collect::<Vec<_>>().join("\n");
    if note.len() > BILL_NOTE_BYTES_MAX {
        return Err(ApiError::with(131_009, "body and items are longer than a bill can be"));
    }
    let expires_at_s = match order.get("expiration") {
        None => None,
        Some(_) => {
            let at = object(order, "expiration")?.get("timestamp").and_then(|at| match at {
                Value::String(text) => text.parse().ok(),
                other => other.as_i64(),
            });
            Some(at.ok_or_else(|| wrong("order['expiration']['timestamp']"))?)
        }
    };
    let header = header_of(interactive)?;
    Ok(Bill { reference, minor: total, currency, note, expires_at_s, header })
}

/// Reads an interactive of the type `order_status`.
pub(super) fn status(interactive: &Map<String, Value>) -> Result<OrderStatus, ApiError> {
    let words = body(interactive)?;
    let action = named(interactive, "review_order")?;
    let order = object(action, "order")?;
    let progress = match required_text_in(order, "order", "status")?.as_str() {
        "pending" => Progress::Pending,
        "processing" => Progress::Processing,
        "partially_shipped" | "shipped" => Progress::Shipped,
        "completed" => Progress::Completed,
        "canceled" => Progress::Canceled,
        _ => return Err(wrong("order['status']")),
    };
    let description = optional_text(order, "description")?.unwrap_or_default();
    let text =
        if description.trim().is_empty() { words } else { format!("{words}\n{description}") };
    if text.chars().count() > INTERACTIVE_BODY_CHARS_MAX.saturating_mul(2) {
        return Err(too_long("order['description']", INTERACTIVE_BODY_CHARS_MAX));
    }
    Ok(OrderStatus { reference: reference(action)?, progress, text })
}

fn body(interactive: &Map<String, Value>) -> Result<String, ApiError> {
    let path = "interactive['body']";
    let words = required_text_in(object(interactive, "body")?, path, "text")?;
    if words.trim().is_empty() {
        return Err(missing(path));
    }
    if words.chars().count() > INTERACTIVE_BODY_CHARS_MAX {
        return Err(too_long(path, INTERACTIVE_BODY_CHARS_MAX));
    }
    Ok(words)
}

fn named<'a>(
    interactive: &'a Map<String, Value>,
    name: &str,
) -> Result<&'a Map<String, Value>, ApiError> {
    let action = object(interactive, "action")?;
    if action.get("name").and_then(Value::as_str) != Some(name) {
        return Err(wrong("interactive['action']['name']"));
    }
    object(action, "parameters")
}

fn reference(parameters: &Map<String, Value>) -> Result<String, ApiError> {
    let reference = required_text_in(parameters, PARAMETERS, "reference_id")?;
    let is_sound = (1..=REFERENCE_CHARS_MAX).contains(&reference.chars().count())
        && !reference.chars().any(char::is_control);
    if is_sound { Ok(reference) } else { Err(wrong("reference_id")) }
}

/// The sum of the items, and each as a line.
fn items(order: &Map<String, Value>, currency: Currency) -> Result<(i64, Vec<String>), ApiError> {
    let Some(Value::Array(listed)) = order.get("items") else {
        return Err(missing("order['items']"));
    };
    if listed.is_empty() || listed.len() > BILL_ITEMS_MAX {
        return Err(wrong("order['items']"));
    }
    let (mut sum, mut lines) = (0_i64, Vec::with_capacity(listed.len()));
    for item in listed {
        let item = item.as_object().ok_or_else(|| wrong("order['items'][]"))?;
        let name = required_text_in(item, "order['items'][]", "name")?;
        let quantity = item.get("quantity").and_then(Value::as_i64).filter(|count| *count > 0);
        let quantity = quantity.ok_or_else(|| wrong("order['items'][]['quantity']"))?;
        let price = if item.contains_key("sale_amount") { "sale_amount" } else { "amount" };
        let unit = minor(object(item, price)?, price, currency)?;
        sum = sum.saturating_add(unit.saturating_mul(quantity));
        lines.push(format!("{quantity} × {}", name.trim()));
    }
    Ok((sum, lines))
}

/// `{value, offset}` in the currency's smallest unit.
fn minor(amount: &Map<String, Value>, name: &str, currency: Currency) -> Result<i64, ApiError> {
    let number = |field: &str| match amount.get(field) {
        Some(Value::String(text)) => text.parse().ok(),
        Some(number) => number.as_i64(),
        None => None,
    };
    let value: i64 = number("value").filter(|value| *value >= 0).ok_or_else(|| wrong(name))?;
    if number("offset") != Some(OFFSET) {
        return Err(wrong(&format!("{name}['offset']")));
    }
    let whole = value.checked_mul(currency.minor_per_unit()).ok_or_else(|| wrong(name))?;
    if whole % OFFSET != 0 {
        return Err(wrong(name));
    }
    Ok(whole / OFFSET)
}

fn sum_is_wrong(name: &str) -> ApiError {
    ApiError::with(131_009, format!("{name} isn't the sum of its parts"))
}
