//! What the shell and the worker post to each other.
//!
//! A posted message is an object `{ bytes, files }`: [`ToWorker`] or [`FromWorker`] by position, and
//! pairs of a [`FileRef`]'s number and a `File` or `Blob`. Both sides are of one build, so nothing is
//! named in the bytes; the code that reads and writes them is much smaller for it.

use js_sys::{Array, Object, Reflect, Uint8Array};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tresen_view::{Command, FileRef, FirstCommand, Output};
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::Blob;

/// From the shell.
#[derive(Debug, Serialize, Deserialize)]
pub enum ToWorker {
    /// A command of a first visit, with the id that its answer will carry.
    First(u64, FirstCommand),
    /// Another command with its id: a [`Command`] by position, which the worker's second part reads.
    Call(u64, Vec<u8>),
    /// This window wants the store that another one has.
    TakeOver,
    /// The browser has a network again, or the page is looked at again.
    Wake,
    /// Are you there?
    Ping,
}

/// From the worker.
#[derive(Debug, Serialize, Deserialize)]
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

impl ToWorker {
    /// A command with the id that its answer will carry; `None` never happens for our own types.
    #[must_use]
    pub fn call(id: u64, command: Command) -> Option<Self> {
        match command.into_first() {
            Ok(command) => Some(Self::First(id, command)),
            Err(command) => {
                postcard::to_allocvec(&command).ok().map(|command| Self::Call(id, command))
            }
        }
    }
}

/// Files beside a message.
pub type Files = Vec<(FileRef, Blob)>;

/// Packs a message; `None` never happens for our own types.
#[must_use]
pub fn pack<T: Serialize>(message: &T, files: &[(FileRef, Blob)]) -> Option<JsValue> {
    let bytes = postcard::to_allocvec(message).ok()?;
    let object = Object::new();
    Reflect::set(&object, &"bytes".into(), &Uint8Array::from(bytes.as_slice())).ok()?;
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
    let bytes = Reflect::get(message, &"bytes".into()).ok()?.dyn_into::<Uint8Array>().ok()?;
    let message_read = postcard::from_bytes(&bytes.to_vec()).ok()?;
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
