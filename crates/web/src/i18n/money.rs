//! Amounts as the reader's language writes them; the browser knows how.

use js_sys::{Array, Intl, Object, Reflect};
use tresen_types::{Currency, Money};
use tresen_view::MoneyView;
use wasm_bindgen::JsValue;

use super::language;

/// An amount with its currency.
#[must_use]
pub fn money(amount: &MoneyView) -> String {
    let Ok(currency) = Currency::parse(&amount.currency) else {
        return format!("{} {}", amount.minor, amount.currency);
    };
    let plain = Money { minor: amount.minor, currency }.to_string();
    let decimal = plain.split(' ').next().unwrap_or_default();
    let options = Object::new();
    for (key, value) in [("style", "currency"), ("currency", currency.code())] {
        // It fails only for what isn't an object.
        Reflect::set(&options, &key.into(), &value.into()).ok();
    }
    let locales = Array::of1(&language().tag().into());
    let format = Intl::NumberFormat::new(&locales, &options).format();
    // A decimal as text keeps all its digits.
    let text = format.call1(&JsValue::UNDEFINED, &decimal.into()).ok();
    text.and_then(|text| text.as_string()).unwrap_or(plain)
}
