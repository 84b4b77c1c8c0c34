//! The worker module: holds the SDK, its keys and its store.
//!
//! ```text
//! start → wait for the lock (`lock`) → unwrap the key (`key`) → open the client → answer (`host`)
//! ```
//!
//! The store belongs to one window at a time. When another one wants it, this worker closes the
//! client, says so and ends itself, which gives the lock and the files free.

mod files;
mod host;
mod key;
mod lock;
#[cfg(feature = "sample")]
mod sample;

use futures::{StreamExt as _, channel::mpsc};
use tresen_client::{Client, ClientConfig, StoreLocation};
use tresen_web::port::{Files, FromWorker, ToWorker, pack, unpack};
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

/// The store's file.
const STORE: &str = "tresen.db";
/// Attempts to open the files while the worker of a window that was just closed still has them.
const OPEN_ATTEMPTS: u32 = 15;
const OPEN_PAUSE_MS: i32 = 200;

type Inbox = mpsc::UnboundedReceiver<(ToWorker, Files)>;

fn main() {
    std::panic::set_hook(Box::new(|panic| {
        console_error_panic_hook::hook(panic);
        post(&FromWorker::Dead("panic".to_owned()), &Vec::new());
    }));
    report_traps();
    let inbox = listen();
    wasm_bindgen_futures::spawn_local(run(inbox));
}

async fn run(mut inbox: Inbox) {
    post(&FromWorker::Listening, &Vec::new());
    let waiting = lock::acquire(&mut inbox).await;
    match open().await {
        Ok(client) => {
            post(&FromWorker::Ready, &Vec::new());
            #[cfg(feature = "sample")]
            sample::listen(client.clone());
            host::serve(client, inbox, waiting).await;
            post(&FromWorker::OtherWindow, &Vec::new());
            scope().close();
        }
        Err(Problem::NoStorage) => post(&FromWorker::NoStorage, &Vec::new()),
        Err(Problem::Failed(reason)) => post(&FromWorker::Dead(reason), &Vec::new()),
    }
}

/// Why the store can't be opened.
enum Problem {
    /// The browser gives no room for it.
    NoStorage,
    /// Something else; for people who debug.
    Failed(String),
}

async fn open() -> Result<Client, Problem> {
    let key = key::unwrap_or_make().await.map_err(|_forbidden| Problem::NoStorage)?;
    let origin = scope().location().origin();
    let mut attempt = 0;
    loop {
        let store = StoreLocation::Browser { name: STORE.to_owned(), key: key.clone() };
        attempt += 1;
        match Client::open(ClientConfig::new(origin.clone(), store)).await {
            Ok(client) => return Ok(client),
            Err(tresen_client::Error::StoreLocked) if attempt < OPEN_ATTEMPTS => {
                pause(OPEN_PAUSE_MS).await;
            }
            Err(tresen_client::Error::StoreUnavailable(_)) => return Err(Problem::NoStorage),
            Err(error) => return Err(Problem::Failed(error.to_string())),
        }
    }
}

fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

fn post(message: &FromWorker, files: &Files) {
    if let Some(message) = pack(message, files) {
        // Strings and blobs can always be cloned.
        scope().post_message(&message).ok();
    }
}

/// Takes messages from the first moment on, so that none is missed.
fn listen() -> Inbox {
    let (sender, inbox) = mpsc::unbounded();
    let listener = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        if let Some(message) = unpack(&event.data()) {
            // The other end lives as long as this worker.
            sender.unbounded_send(message).ok();
        }
    });
    scope().set_onmessage(Some(listener.as_ref().unchecked_ref()));
    listener.forget();
    inbox
}

/// A trap inside a task shows only as a promise that was refused.
fn report_traps() {
    let listener = Closure::<dyn Fn(JsValue)>::new(|_event: JsValue| {
        post(&FromWorker::Dead("trap".to_owned()), &Vec::new());
    });
    for name in ["unhandledrejection", "error"] {
        // A worker's scope takes any listener.
        scope().add_event_listener_with_callback(name, listener.as_ref().unchecked_ref()).ok();
    }
    listener.forget();
}

/// Waits.
async fn pause(duration_ms: i32) {
    let promise = js_sys::Promise::new(&mut |resolve, _reject| {
        scope().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, duration_ms).ok();
    });
    wasm_bindgen_futures::JsFuture::from(promise).await.ok();
}

/// The next message; `None` never comes, because the sender is never dropped.
async fn next(inbox: &mut Inbox) -> Option<(ToWorker, Files)> {
    inbox.next().await
}
