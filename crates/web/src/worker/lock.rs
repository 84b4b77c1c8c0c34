//! One window at a time: a Web Lock says which, a broadcast asks it to hand over.

use futures::{
    channel::oneshot,
    future::{Either, select},
};
use js_sys::{Function, Object, Promise, Reflect};
use tresen_web::port::{Files, FromWorker, ToWorker};
use wasm_bindgen::prelude::*;
use web_sys::BroadcastChannel;

use crate::{Inbox, next, pause, post, scope};

const LOCK: &str = "tresen-store";
const CHANNEL: &str = "tresen-store";
const HAND_OVER: &str = "hand over";
/// The lock of a page that was just left is given back within this time.
const ATTEMPTS: u32 = 5;
const PAUSE_MS: i32 = 150;

/// Waits until this window may use the store, and gives back the messages that came meanwhile.
pub(crate) async fn acquire(inbox: &mut Inbox) -> Vec<(ToWorker, Files)> {
    for _ in 0..ATTEMPTS {
        if request(true).await {
            return Vec::new();
        }
        pause(PAUSE_MS).await;
    }
    post(&FromWorker::OtherWindow, &Vec::new());
    let mut waiting = Vec::new();
    // It may also become free by itself, when the other window is closed.
    let mut freed = Box::pin(request(false));
    loop {
        let message = Box::pin(next(inbox));
        match select(freed, message).await {
            Either::Left((_is_held, _message)) => return waiting,
            Either::Right((message, still_waiting)) => {
                freed = still_waiting;
                match message {
                    Some((ToWorker::TakeOver, _)) => ask_for_it(),
                    Some((ToWorker::Ping, _)) => post(&FromWorker::Pong, &Vec::new()),
                    Some(other) => waiting.push(other),
                    None => {}
                }
            }
        }
    }
}

/// Asks for the lock, which is then held as long as this worker lives; says whether it is.
async fn request(only_if_free: bool) -> bool {
    let (sender, receiver) = oneshot::channel();
    let mut sender = Some(sender);
    let granted = Closure::once_into_js(move |lock: JsValue| -> Promise {
        let is_held = !lock.is_null();
        if let Some(sender) = sender.take() {
            // The asking side waits for this.
            sender.send(is_held).ok();
        }
        if is_held {
            // Never fulfilled: the lock goes when the worker goes.
            Promise::new(&mut |_resolve, _reject| {})
        } else {
            Promise::resolve(&JsValue::NULL)
        }
    });
    if ask(only_if_free, &granted).is_err() {
        return false;
    }
    receiver.await.unwrap_or(false)
}

/// Calls `navigator.locks.request`, by name: web-sys has Web Locks behind an unstable flag only.
fn ask(only_if_free: bool, granted: &JsValue) -> Result<(), JsValue> {
    let options = Object::new();
    Reflect::set(&options, &"ifAvailable".into(), &only_if_free.into())?;
    let locks = Reflect::get(&scope().navigator(), &"locks".into())?;
    let request: Function = Reflect::get(&locks, &"request".into())?.dyn_into()?;
    // The promise lasts as long as the lock is held; the callback tells what is to be known.
    drop(request.call3(&locks, &LOCK.into(), &options, granted)?);
    Ok(())
}

fn ask_for_it() {
    if let Ok(channel) = BroadcastChannel::new(CHANNEL) {
        // A string can be cloned.
        channel.post_message(&HAND_OVER.into()).ok();
        channel.close();
    }
}

/// Waits until another window wants the store.
pub(crate) async fn wanted_elsewhere() {
    let Ok(channel) = BroadcastChannel::new(CHANNEL) else {
        return std::future::pending().await;
    };
    let (sender, receiver) = oneshot::channel();
    let listener = Closure::once_into_js(move |_event: JsValue| {
        // The waiting side lives as long as the worker.
        sender.send(()).ok();
    });
    channel.set_onmessage(Some(listener.unchecked_ref()));
    if receiver.await.is_err() {
        std::future::pending::<()>().await;
    }
    channel.close();
}
