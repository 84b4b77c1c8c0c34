//! The installed app: its service worker, a new version, the hint to put it on the home screen.

use std::cell::RefCell;

use js_sys::{Function, Promise, Reflect};
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{ServiceWorkerContainer, ServiceWorkerRegistration};

use crate::{
    i18n::t,
    router::{self, Route},
    state::{Toast, WorkerState, app, count_visit},
};

thread_local! {
    /// The browser's offer to install, which waits for a press.
    static OFFER: RefCell<Option<JsValue>> = const { RefCell::new(None) };
}

/// Visits before the first hint.
const HINT_AFTER: u32 = 2;

/// Registers the service worker and listens; called once.
pub fn start() {
    let visits = count_visit();
    window_event_listener_untyped("beforeinstallprompt", move |event| {
        event.prevent_default();
        OFFER.replace(Some(event.into()));
        if visits == HINT_AFTER {
            app().toast.set(Some(Toast {
                text: t().install.to_owned(),
                action: Some((t().install_do.to_owned(), Callback::new(|()| install()))),
            }));
        }
    });
    let Some(container) = container() else { return };
    // Kept by an earlier visit: this one has the time to keep what is seldom used, too.
    if let Some(kept) = container.controller() {
        kept.post_message(&"keep".into()).ok();
    }
    tell_seen();
    let reload = Closure::<dyn Fn()>::new(|| {
        // The page asked for the new version.
        window().location().reload().ok();
    });
    container.set_oncontrollerchange(
        container.controller().is_some().then(|| reload.as_ref().unchecked_ref()),
    );
    reload.forget();
    Effect::new(move |was_started: Option<bool>| {
        // Not before the worker stands: what it fetches would take the network from the first page.
        // Nor where a business asks: whoever goes away again keeps nothing, and whoever says yes is
        // in the chat before.
        let is_time = app().worker.get() != WorkerState::Starting
            && !matches!(router::route(), Route::Entry { .. });
        if is_time && was_started != Some(true) {
            register(container.clone());
        }
        was_started == Some(true) || is_time
    });
}

fn register(container: ServiceWorkerContainer) {
    spawn_local(async move {
        // Without it (private windows, tests over plain http) the app works, only not offline.
        let Ok(registration) = JsFuture::from(container.register("/sw.js")).await else { return };
        watch(registration.unchecked_into());
    });
}

/// Whether the browser offers to install the app.
#[must_use]
pub fn can_install() -> bool {
    OFFER.with_borrow(Option::is_some)
}

/// Shows the browser's question.
pub fn install() {
    let Some(offer) = OFFER.take() else { return };
    let prompt = Reflect::get(&offer, &"prompt".into());
    if let Ok(prompt) = prompt.and_then(|prompt| prompt.dyn_into::<Function>()) {
        // The browser tells nobody but the person what came of it.
        prompt.call0(&offer).ok();
    }
}

/// Tells the service worker that somebody sees a page: its notices have done their work.
pub fn tell_seen() {
    if let Some(worker) = container().and_then(|container| container.controller()) {
        // Strings can always be cloned.
        worker.post_message(&"seen".into()).ok();
    }
}

/// `None` where there are no service workers.
pub(super) fn container() -> Option<ServiceWorkerContainer> {
    let navigator = window().navigator();
    Reflect::get(&navigator, &"serviceWorker".into()).ok().filter(JsValue::is_object)?;
    Some(navigator.service_worker())
}

/// Tells when a new version waits.
fn watch(registration: ServiceWorkerRegistration) {
    offer_waiting(&registration);
    let known = registration.clone();
    let found = Closure::<dyn Fn()>::new(move || {
        let Some(installing) = known.installing() else { return };
        let known = known.clone();
        let changed = Closure::<dyn Fn()>::new(move || offer_waiting(&known));
        installing.set_onstatechange(Some(changed.as_ref().unchecked_ref()));
        changed.forget();
    });
    registration.set_onupdatefound(Some(found.as_ref().unchecked_ref()));
    found.forget();
}

fn offer_waiting(registration: &ServiceWorkerRegistration) {
    let is_update = container().is_some_and(|container| container.controller().is_some());
    let Some(waiting) = registration.waiting().filter(|_| is_update) else { return };
    let waiting = StoredValue::new_local(waiting);
    app().toast.set(Some(Toast {
        text: t().new_version.to_owned(),
        action: Some((
            t().use_it.to_owned(),
            Callback::new(move |()| {
                // The waiting worker takes over, then the page loads again.
                waiting.with_value(|waiting| waiting.post_message(&"use".into()).ok());
            }),
        )),
    }));
}

/// Asks the browser not to throw the store away; it may refuse, and nothing changes then.
pub fn ask_to_persist() {
    let promise: Result<Promise, JsValue> = window().navigator().storage().persist();
    if let Ok(promise) = promise {
        spawn_local(async move {
            JsFuture::from(promise).await.ok();
        });
    }
}
