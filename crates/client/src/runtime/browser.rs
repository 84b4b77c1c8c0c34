//! In the browser: the worker's event loop.

use std::future::Future;

use futures::channel::oneshot;
use js_sys::{Array, Intl, Object, Reflect};
use tresen_statement::{Date, LocalTime};
use tresen_types::Timestamp;
use wasm_bindgen::{JsCast as _, JsValue, prelude::Closure};
use web_sys::WorkerGlobalScope;

/// Starts a task on this thread.
pub(crate) fn spawn(task: impl Future<Output = ()> + 'static) {
    wasm_bindgen_futures::spawn_local(task);
}

/// Waits.
pub(crate) async fn sleep(duration_ms: u64) {
    let (done, wait) = oneshot::channel();
    let wake = Closure::once_into_js(move || {
        // The waiting side may be gone: then nobody cares.
        done.send(()).ok();
    });
    let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
    let duration_ms = i32::try_from(duration_ms).unwrap_or(i32::MAX);
    let started = scope
        .set_timeout_with_callback_and_timeout_and_arguments_0(wake.unchecked_ref(), duration_ms)
        .map_err(|error: JsValue| error);
    if started.is_ok() {
        wait.await.ok();
    }
}

/// This machine's clock, milliseconds since the Unix epoch.
#[expect(clippy::cast_possible_truncation, reason = "a date fits into 53 bits")]
pub(crate) fn now_millis() -> i64 {
    js_sys::Date::now() as i64
}

/// The civil time in a time zone; `None` when the browser doesn't know the zone.
pub(crate) fn local_time(time_zone: &str, now: Timestamp) -> Option<LocalTime> {
    let options = Object::new();
    for (name, value) in [
        ("timeZone", time_zone),
        ("calendar", "iso8601"),
        ("numberingSystem", "latn"),
        ("hourCycle", "h23"),
        ("year", "numeric"),
        ("month", "numeric"),
        ("day", "numeric"),
        ("hour", "numeric"),
        ("minute", "numeric"),
    ] {
        Reflect::set(&options, &name.into(), &value.into()).ok()?;
    }
    // An unknown zone is an exception, which `Reflect` catches.
    let locales = Array::of1(&"en".into());
    let arguments = Array::of2(&locales, &options);
    let constructor: js_sys::Function = Reflect::get(&js_sys::global(), &"Intl".into())
        .and_then(|intl| Reflect::get(&intl, &"DateTimeFormat".into()))
        .ok()?
        .unchecked_into();
    let format: Intl::DateTimeFormat =
        Reflect::construct(&constructor, &arguments).ok()?.unchecked_into();
    #[expect(clippy::cast_precision_loss, reason = "a date fits into 53 bits")]
    let date = js_sys::Date::new(&JsValue::from_f64(now.as_millis() as f64));
    let mut numbers = [0_u16; 5];
    for part in format.format_to_parts(&date).iter() {
        let text = |name: &str| Reflect::get(&part, &name.into()).ok()?.as_string();
        let kind = text("type")?;
        let names = ["year", "month", "day", "hour", "minute"];
        if let Some(place) = names.iter().position(|name| *name == kind) {
            *numbers.get_mut(place)? = text("value")?.parse().ok()?;
        }
    }
    let [year, month, day, hour, minute] = numbers;
    let date = Date::from_civil(year, u8::try_from(month).ok()?, u8::try_from(day).ok()?)?;
    Some(LocalTime { date, minute: hour.checked_mul(60)?.checked_add(minute)? })
}
