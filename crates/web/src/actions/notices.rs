//! Being told of new messages while no page is open: the browser's push subscription, which the server
//! is told of, and the words that the service worker says then. It has no keys and knows no message.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use leptos::prelude::GetUntracked as _;
use tresen_types::AccountKind;
use tresen_view::{Answer, Command, Failure, PushCommand};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Notification, NotificationPermission, ServiceWorkerRegistration};

use super::{call, failure_text, install};
use crate::{
    i18n::t,
    state::{app, want_notices},
};

/// Why notices can't be switched on.
#[derive(Clone, Debug)]
pub enum NoticeTrouble {
    /// Browser or server can't do it.
    Unsupported,
    /// The person, or the browser's settings, said no.
    Denied,
    /// The browser's push service doesn't answer.
    Service,
    /// Our server says no.
    Failed(Failure),
}

type Result<T> = std::result::Result<T, NoticeTrouble>;

/// Whether this browser has what it takes.
#[must_use]
pub fn are_possible() -> bool {
    let has = |name: &str| Reflect::has(&js_sys::global(), &name.into()).unwrap_or(false);
    has("PushManager") && has("Notification") && install::container().is_some()
}

/// The sentence for a trouble.
#[must_use]
pub fn notice_text(trouble: &NoticeTrouble) -> &'static str {
    match trouble {
        NoticeTrouble::Unsupported => t().notices_cannot,
        NoticeTrouble::Denied => t().notices_denied,
        NoticeTrouble::Service => t().notices_failed,
        NoticeTrouble::Failed(failure) => failure_text(failure.kind),
    }
}

/// Asks the browser, which asks the person, and tells the server.
///
/// # Errors
/// What is in the way; then nothing has changed.
pub async fn switch_on() -> Result<()> {
    let asked = Notification::request_permission().map_err(|_old| NoticeTrouble::Unsupported)?;
    JsFuture::from(asked).await.map_err(|_refused| NoticeTrouble::Denied)?;
    register().await?;
    want_notices(true);
    Ok(())
}

/// Tells server and browser that it is over.
///
/// # Errors
/// What the server says; the browser has forgotten it all the same, so that nothing comes any more.
pub async fn switch_off() -> Result<()> {
    forget().await;
    call(Command::Push(PushCommand::Withdraw)).await.map_err(NoticeTrouble::Failed)?;
    Ok(())
}

/// Says the same again at each start: a browser may have changed its subscription, and the server
/// forgets who is away for long.
pub async fn renew() {
    if Notification::permission() != NotificationPermission::Granted {
        // Taken back in the browser's settings. Offline, the server learns it from the push service.
        switch_off().await.ok();
    } else if let Err(trouble) = register().await {
        // The next start tries again.
        leptos::logging::warn!("notices: {trouble:?}");
    }
}

/// Ends the browser's subscription; what the service worker would say goes too.
pub async fn forget() {
    want_notices(false);
    let Some(registration) = registration().await else { return };
    if let Some(subscription) = known(&registration).await {
        invoke(&subscription, "unsubscribe", &[]).await;
    }
    if let Some(active) = registration.active() {
        // A string can always be cloned.
        active.post_message(&"forget".into()).ok();
    }
}

/// Hands the words of the language that is shown to the service worker.
pub async fn tell_words() {
    let Some(active) = registration().await.and_then(|registration| registration.active()) else {
        return;
    };
    let is_business = app()
        .account
        .get_untracked()
        .flatten()
        .is_some_and(|account| account.kind == AccountKind::Business);
    let words = object(&[
        ("title", t().notice_title.into()),
        ("body", t().notice_body.into()),
        ("lang", crate::i18n::language().tag().into()),
        ("url", if is_business { "/business" } else { "/" }.into()),
    ]);
    // Strings can always be cloned.
    active.post_message(&object(&[("notice", words)])).ok();
}

async fn register() -> Result<()> {
    if Notification::permission() != NotificationPermission::Granted {
        return Err(NoticeTrouble::Denied);
    }
    let terms = call(Command::Push(PushCommand::Terms)).await.map_err(NoticeTrouble::Failed)?;
    let Answer::Text(key) = terms else { return Err(NoticeTrouble::Unsupported) };
    if key.is_empty() {
        return Err(NoticeTrouble::Unsupported);
    }
    let registration = registration().await.ok_or(NoticeTrouble::Unsupported)?;
    let subscription = subscribe(&registration, &key).await.ok_or(NoticeTrouble::Service)?;
    let told = command(&subscription).ok_or(NoticeTrouble::Service)?;
    call(Command::Push(told)).await.map_err(NoticeTrouble::Failed)?;
    tell_words().await;
    Ok(())
}

/// The service worker's registration, once it works.
async fn registration() -> Option<ServiceWorkerRegistration> {
    let container = install::container()?;
    // Where there is none, `ready` would wait for ever.
    let found = JsFuture::from(container.get_registration()).await.ok()?;
    if !found.is_object() {
        return None;
    }
    let ready = JsFuture::from(container.ready().ok()?).await.ok()?;
    Some(ready.unchecked_into())
}

/// The subscription that the browser has.
async fn known(registration: &ServiceWorkerRegistration) -> Option<JsValue> {
    let manager = Reflect::get(registration, &"pushManager".into()).ok()?;
    invoke(&manager, "getSubscription", &[]).await.filter(JsValue::is_object)
}

/// The browser's subscription for the server's key; one for another key ends.
async fn subscribe(registration: &ServiceWorkerRegistration, key: &str) -> Option<JsValue> {
    let manager = Reflect::get(registration, &"pushManager".into()).ok()?;
    let bytes = URL_SAFE_NO_PAD.decode(key).ok()?;
    let options = object(&[
        ("userVisibleOnly", true.into()),
        ("applicationServerKey", Uint8Array::from(bytes.as_slice()).into()),
    ]);
    if let Some(made) = invoke(&manager, "subscribe", std::slice::from_ref(&options)).await {
        return Some(made);
    }
    let other = known(registration).await?;
    invoke(&other, "unsubscribe", &[]).await?;
    invoke(&manager, "subscribe", &[options]).await
}

/// What the server is told of a subscription.
fn command(subscription: &JsValue) -> Option<PushCommand> {
    let method = Reflect::get(subscription, &"toJSON".into()).ok()?.dyn_into::<Function>().ok()?;
    let plain = method.call0(subscription).ok()?;
    let text = |of: &JsValue, name: &str| Reflect::get(of, &name.into()).ok()?.as_string();
    let keys = Reflect::get(&plain, &"keys".into()).ok()?;
    Some(PushCommand::Register {
        endpoint: text(&plain, "endpoint")?,
        public_key: text(&keys, "p256dh")?,
        auth: text(&keys, "auth")?,
    })
}

/// What a method promises; `None` when it fails.
async fn invoke(of: &JsValue, name: &str, arguments: &[JsValue]) -> Option<JsValue> {
    let method = Reflect::get(of, &name.into()).ok()?.dyn_into::<Function>().ok()?;
    let arguments: Array = arguments.iter().collect();
    let promise: Promise = method.apply(of, &arguments).ok()?.dyn_into().ok()?;
    JsFuture::from(promise).await.ok()
}

fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        // A property of a new object can always be set.
        Reflect::set(&object, &(*name).into(), value).ok();
    }
    object.into()
}
