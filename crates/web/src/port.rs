//! What the shell and the worker post to each other.
//!
//! A posted message is an object `{ json, files }`: the JSON of [`ToWorker`] or [`FromWorker`], and
//! pairs of a [`FileRef`]'s number and a `File` or `Blob`.

use js_sys::{Array, Object, Reflect};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tresen_view::{Call, FileRef, Output};
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::Blob;

/// From the shell.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToWorker {
    /// A command.
    Call(Call),
    /// This window wants the store that another one has.
    TakeOver,
    /// The browser has a network again, or the page is looked at again.
    Wake,
    /// Are you there?
    Ping,
}

/// From the worker.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FromWorker {
    /// The module runs; commands may come.
    Listening,
    /// The store is open.
    Ready,
    /// An answer or an event.
    Output(Output),
    /// Another window has the store.
    OtherWindow,
    /// The browser gives no room for a store.
    NoStorage,
    /// Yes.
    Pong,
    /// This worker is finished; the text is for people who debug.
    Dead(String),
}

/// Files beside a message.
pub type Files = Vec<(FileRef, Blob)>;

/// Packs a message; `None` never happens for our own types.
#[must_use]
pub fn pack<T: Serialize>(message: &T, files: &[(FileRef, Blob)]) -> Option<JsValue> {
    let json = serde_json::to_string(message).ok()?;
    let object = Object::new();
    Reflect::set(&object, &"json".into(), &json.into()).ok()?;
    if !files.is_empty() {
        let pairs = files
            .iter()
            .map(|(FileRef(number), blob)| {
                #[expect(clippy::cast_precision_loss, reason = "a counter, far below 2^53")]
                let number = *number as f64;
                Array::of2(&JsValue::from_f64(number), blob)
            })
            .collect::<Array>();
        Reflect::set(&object, &"files".into(), &pairs).ok()?;
    }
    Some(object.into())
}

/// Reads a message; `None` when it isn't one of ours.
#[must_use]
pub fn unpack<T: DeserializeOwned>(message: &JsValue) -> Option<(T, Files)> {
    let json = Reflect::get(message, &"json".into()).ok()?.as_string()?;
    let message_read = serde_json::from_str(&json).ok()?;
    let files = Reflect::get(message, &"files".into()).ok()?;
    let files = files.dyn_ref::<Array>().map(read_files).unwrap_or_default();
    Some((message_read, files))
}

fn read_files(pairs: &Array) -> Files {
    pairs
        .iter()
        .filter_map(|pair| {
            let pair = pair.dyn_into::<Array>().ok()?;
            let number = pair.get(0).as_f64()?;
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a counter, written by pack()"
            )]
            let number = number as u64;
            Some((FileRef(number), pair.get(1).dyn_into::<Blob>().ok()?))
        })
        .collect()
}
