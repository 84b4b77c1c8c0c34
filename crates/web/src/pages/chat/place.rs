//! The reader's place, asked of the browser when the reader wants to send it.

use leptos::prelude::*;
use tresen_types::{
    MessageId,
    card::{Card, PlaceOnMap},
};
use tresen_view::Command;
use wasm_bindgen::{JsCast as _, JsValue, prelude::Closure};

use super::talk::Talk;
use crate::{i18n::t, state::app};

/// Asks where the reader is and sends it as an answer.
pub fn send(talk: Talk, message: MessageId) {
    let found = Closure::once_into_js(move |position: JsValue| match place_of(&position) {
        Some(place) => talk.act(Command::SendCard {
            conversation: talk.conversation,
            card: Box::new(Card::Place(place)),
            reply_to: Some(message),
        }),
        None => app().tell(t().place_unknown),
    });
    let failed = Closure::once_into_js(move |_: JsValue| app().tell(t().place_unknown));
    let geolocation = window().navigator().geolocation();
    let asked = geolocation.and_then(|geolocation| {
        geolocation.get_current_position_with_error_callback(
            found.unchecked_ref(),
            Some(failed.unchecked_ref()),
        )
    });
    if asked.is_err() {
        app().tell(t().place_unknown);
    }
}

fn place_of(position: &JsValue) -> Option<PlaceOnMap> {
    let coordinates = js_sys::Reflect::get(position, &"coords".into()).ok()?;
    let degrees = |name: &str| {
        let value = js_sys::Reflect::get(&coordinates, &name.into()).ok()?.as_f64()?;
        #[expect(clippy::cast_possible_truncation, reason = "degrees, checked to be in range")]
        let e7 = (value.abs() <= 180.0).then(|| (value * 1e7).round() as i32);
        e7
    };
    Some(PlaceOnMap {
        latitude_e7: degrees("latitude")?,
        longitude_e7: degrees("longitude")?,
        name: String::new(),
        address: String::new(),
    })
}
