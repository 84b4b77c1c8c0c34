//! The way to the worker: spawns it, numbers the commands, hands files over beside them, and watches.
//!
//! A command stays *pending* until its answer is here. A worker that says that it is dead, throws, or
//! doesn't answer three pings is ended and started again, and all pending commands are posted again
//! under their old numbers, so that none is lost and the SDK does none of them twice.

use std::{cell::RefCell, collections::BTreeMap};

use futures::channel::oneshot;
use js_sys::Reflect;
use leptos::prelude::{
    GetUntracked as _, Set as _, document, set_interval, set_timeout, window_event_listener_untyped,
};
use tresen_view::{Answer, Command, Failure, FailureKind, FileRef, Output};
use wasm_bindgen::prelude::*;
use web_sys::{Blob, MessageEvent, Worker, WorkerOptions, WorkerType};

use crate::{
    port::{Files, FromWorker, ToWorker, pack, unpack},
    state::{WorkerState, app, emit},
};

/// An answer with the files beside it.
#[derive(Debug)]
pub struct Reply {
    /// The answer.
    pub answer: Answer,
    /// The files.
    pub files: Files,
}

struct Pending {
    message: JsValue,
    reply: oneshot::Sender<Result<Reply, Failure>>,
}

#[derive(Default)]
struct Bridge {
    worker: Option<Worker>,
    is_listening: bool,
    /// As soon as the worker listens it is told to take the store from another window.
    takes_over: bool,
    pending: BTreeMap<u64, Pending>,
    next_call: u64,
    next_file: u64,
    /// Pings without an answer.
    missed: u32,
    /// Deaths in a row.
    deaths: u32,
}

/// Pings without an answer after which a worker counts as dead.
const MISSED_MAX: u32 = 6;
/// Deaths in a row after which it is not started again by itself.
const DEATHS_MAX: u32 = 5;
const PING_INTERVAL: std::time::Duration = std::time::Duration::from_secs(10);
const RESPAWN_DELAY: std::time::Duration = std::time::Duration::from_millis(300);

thread_local! {
    static BRIDGE: RefCell<Bridge> = RefCell::new(Bridge::default());
}

/// Starts the worker and the watchdog; called once.
pub fn start() {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "milliseconds since 1970 fit by far"
    )]
    let now_ms = js_sys::Date::now() as u64;
    BRIDGE.with_borrow_mut(|bridge| {
        // Numbers never repeat, also not after a reload of the page.
        bridge.next_call = now_ms << 10;
        bridge.next_file = 1;
    });
    spawn();
    set_interval(watch, PING_INTERVAL);
    // The worker ends before its page does: Chromium can crash when it is left to the end of the page,
    // and with it the next page, which lives in the same process.
    window_event_listener_untyped("pagehide", |_event| dismiss());
    window_event_listener_untyped("pageshow", |event| {
        let event: web_sys::PageTransitionEvent = event.unchecked_into();
        // A page that was kept comes back.
        if event.persisted() {
            app().worker.set(WorkerState::Starting);
            spawn();
        }
    });
}

/// Asks for something.
///
/// # Errors
/// What the SDK says.
pub async fn call(command: Command) -> Result<Answer, Failure> {
    post_call(command, Vec::new()).await.map(|reply| reply.answer)
}

/// Asks for something and takes the files beside the answer.
///
/// # Errors
/// What the SDK says.
pub async fn call_for_file(command: Command) -> Result<Reply, Failure> {
    post_call(command, Vec::new()).await
}

/// Asks for something, with one file beside it; `command` gets the file's number.
///
/// # Errors
/// What the SDK says.
pub async fn call_with_file(
    file: Blob,
    command: impl FnOnce(FileRef) -> Command,
) -> Result<Answer, Failure> {
    let number = next_file();
    post_call(command(number), vec![(number, file)]).await.map(|reply| reply.answer)
}

/// Asks for something, with files beside it; `command` gets their numbers.
///
/// # Errors
/// What the SDK says.
pub async fn call_with_files(
    files: Vec<Blob>,
    command: impl FnOnce(&[FileRef]) -> Command,
) -> Result<Answer, Failure> {
    let files: Files = files.into_iter().map(|file| (next_file(), file)).collect();
    let numbers: Vec<FileRef> = files.iter().map(|(number, _)| *number).collect();
    post_call(command(&numbers), files).await.map(|reply| reply.answer)
}

fn next_file() -> FileRef {
    BRIDGE.with_borrow_mut(|bridge| {
        bridge.next_file += 1;
        FileRef(bridge.next_file)
    })
}

async fn post_call(command: Command, files: Files) -> Result<Reply, Failure> {
    #[cfg(feature = "gallery")]
    if super::sample::is_on() {
        return super::sample::answer(command, files).await;
    }
    let gone = || Failure { kind: FailureKind::Internal, detail: "no answer".to_owned() };
    let receiver = BRIDGE.with_borrow_mut(|bridge| {
        bridge.next_call += 1;
        let id = bridge.next_call;
        let message = pack(&ToWorker::call(id, command)?, &files)?;
        let (sender, receiver) = oneshot::channel();
        if bridge.is_listening {
            bridge.post(&message);
        }
        bridge.pending.insert(id, Pending { message, reply: sender });
        Some(receiver)
    });
    let Some(receiver) = receiver else { return Err(gone()) };
    receiver.await.unwrap_or_else(|_cancelled| Err(gone()))
}

/// Takes the store from the window that has it.
pub fn take_over() {
    let is_alive = BRIDGE.with_borrow_mut(|bridge| {
        bridge.takes_over = bridge.worker.is_none();
        bridge.worker.is_some()
    });
    if is_alive {
        post(&ToWorker::TakeOver);
    } else {
        spawn();
    }
}

/// Tells the worker that it may be worth trying the network again.
pub fn wake() {
    post(&ToWorker::Wake);
}

/// Starts a worker that died too often once more.
pub fn start_again() {
    BRIDGE.with_borrow_mut(|bridge| bridge.deaths = 0);
    app().worker.set(WorkerState::Starting);
    spawn();
}

fn post(message: &ToWorker) {
    if let Some(message) = pack(message, &[]) {
        BRIDGE.with_borrow(|bridge| bridge.post(&message));
    }
}

impl Bridge {
    fn post(&self, message: &JsValue) {
        if let Some(worker) = &self.worker {
            // Strings and blobs can always be cloned.
            worker.post_message(message).ok();
        }
    }
}

fn spawn() {
    let Some(worker) = make_worker() else {
        app().worker.set(WorkerState::Broken);
        return;
    };
    BRIDGE.with_borrow_mut(|bridge| {
        if let Some(old) = bridge.worker.replace(worker) {
            old.set_onmessage(None);
            old.set_onerror(None);
            old.terminate();
        }
        bridge.is_listening = false;
        bridge.missed = 0;
    });
}

/// Takes the worker that `boot.js` has started; later on makes another one, whose address `index.html`
/// names.
fn make_worker() -> Option<Worker> {
    let worker = match started("worker") {
        Some(worker) => worker.unchecked_into(),
        None => {
            let address = document().document_element()?.get_attribute("data-worker")?;
            let options = WorkerOptions::new();
            options.set_type(WorkerType::Module);
            Worker::new_with_options(&address, &options).ok()?
        }
    };
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(|event: MessageEvent| {
        if let Some((message, files)) = unpack(&event.data()) {
            receive(message, files);
        }
    });
    worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
    let on_error = Closure::<dyn Fn(web_sys::Event)>::new(|_event: web_sys::Event| died());
    worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
    on_error.forget();
    // The worker waits for this (`worker/boot.js`); nothing can be cloned as well as something.
    worker.post_message(&JsValue::NULL).ok();
    Some(worker)
}

/// What `boot.js` has started under a name; it is given away once.
#[must_use]
pub fn started(name: &str) -> Option<JsValue> {
    let (window, name) = (js_sys::global(), JsValue::from_str(name));
    let value = Reflect::get(&window, &name).ok().filter(JsValue::is_object)?;
    // A property of the window can always be set.
    Reflect::set(&window, &name, &JsValue::UNDEFINED).ok();
    Some(value)
}

fn receive(message: FromWorker, files: Files) {
    match message {
        FromWorker::Listening => BRIDGE.with_borrow_mut(|bridge| {
            bridge.is_listening = true;
            if std::mem::take(&mut bridge.takes_over)
                && let Some(message) = pack(&ToWorker::TakeOver, &[])
            {
                bridge.post(&message);
            }
            for pending in bridge.pending.values() {
                bridge.post(&pending.message);
            }
        }),
        FromWorker::Ready => app().worker.set(WorkerState::Ready),
        FromWorker::OtherWindow => {
            if app().worker.get_untracked() == WorkerState::Ready {
                // It has handed the store over and ends itself.
                dismiss();
            }
            app().worker.set(WorkerState::OtherWindow);
        }
        FromWorker::NoStorage => app().worker.set(WorkerState::NoStorage),
        FromWorker::Pong => BRIDGE.with_borrow_mut(|bridge| {
            bridge.missed = 0;
            bridge.deaths = 0;
        }),
        FromWorker::Output(Output::Answer { id, result }) => {
            let pending = BRIDGE.with_borrow_mut(|bridge| bridge.pending.remove(&id));
            if let Some(pending) = pending {
                // Nobody waits any more when the page that asked is gone.
                pending.reply.send(result.map(|answer| Reply { answer, files })).ok();
            }
        }
        FromWorker::Output(Output::Event(event)) => emit(&event),
        FromWorker::Dead(reason) => {
            leptos::logging::warn!("the worker ended: {reason}");
            died();
        }
    }
}

/// Pings the worker; ends it when it has been silent for too long.
fn watch() {
    let is_dead = BRIDGE.with_borrow_mut(|bridge| {
        if !bridge.is_listening {
            return false;
        }
        bridge.missed += 1;
        bridge.missed > MISSED_MAX
    });
    if is_dead {
        died();
    } else {
        post(&ToWorker::Ping);
    }
}

/// Ends the worker; what is pending waits for the next one.
fn dismiss() {
    BRIDGE.with_borrow_mut(|bridge| {
        if let Some(worker) = bridge.worker.take() {
            worker.set_onmessage(None);
            worker.set_onerror(None);
            worker.terminate();
        }
        bridge.is_listening = false;
    });
}

fn died() {
    dismiss();
    let deaths = BRIDGE.with_borrow_mut(|bridge| {
        bridge.deaths += 1;
        bridge.deaths
    });
    if deaths > DEATHS_MAX {
        app().worker.set(WorkerState::Broken);
        return;
    }
    if app().worker.get_untracked() == WorkerState::Ready {
        app().worker.set(WorkerState::Starting);
    }
    set_timeout(spawn, RESPAWN_DELAY * deaths);
}
