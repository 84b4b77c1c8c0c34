//! The sound of a new order: made by the browser itself, silent until somebody switches it on here.

use js_sys::Promise;
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::state::{is_order_sound_wanted, want_order_sound};

#[wasm_bindgen]
extern "C" {
    #[derive(Clone)]
    type AudioContext;
    #[wasm_bindgen(constructor, catch)]
    fn new() -> Result<AudioContext, JsValue>;
    #[wasm_bindgen(method, getter)]
    fn state(this: &AudioContext) -> String;
    #[wasm_bindgen(method, getter, js_name = currentTime)]
    fn current_time(this: &AudioContext) -> f64;
    #[wasm_bindgen(method, getter)]
    fn destination(this: &AudioContext) -> AudioNode;
    #[wasm_bindgen(method, catch)]
    fn resume(this: &AudioContext) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch, js_name = createOscillator)]
    fn create_oscillator(this: &AudioContext) -> Result<Oscillator, JsValue>;
    #[wasm_bindgen(method, catch, js_name = createGain)]
    fn create_gain(this: &AudioContext) -> Result<Gain, JsValue>;

    type AudioNode;
    #[wasm_bindgen(method, catch)]
    fn connect(this: &AudioNode, to: &AudioNode) -> Result<(), JsValue>;

    #[wasm_bindgen(extends = AudioNode)]
    type Oscillator;
    #[wasm_bindgen(method, getter)]
    fn frequency(this: &Oscillator) -> AudioParam;
    #[wasm_bindgen(method, catch)]
    fn start(this: &Oscillator, at: f64) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn stop(this: &Oscillator, at: f64) -> Result<(), JsValue>;

    #[wasm_bindgen(extends = AudioNode)]
    type Gain;
    #[wasm_bindgen(method, getter)]
    fn gain(this: &Gain) -> AudioParam;

    type AudioParam;
    #[wasm_bindgen(method, catch, js_name = setValueAtTime)]
    fn set_value(this: &AudioParam, value: f64, at: f64) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch, js_name = exponentialRampToValueAtTime)]
    fn ramp_to(this: &AudioParam, value: f64, at: f64) -> Result<(), JsValue>;
}

/// Pitches of the strokes of a counter's bell, in hertz.
const STROKES_HZ: [f64; 3] = [1_318.5, 1_318.5, 1_760.0];
/// Between two strokes, in seconds.
const STROKE_GAP_S: f64 = 0.22;
/// How long a stroke is heard, in seconds.
const STROKE_S: f64 = 0.9;
/// How loud a stroke begins, of 1; a kitchen is no quiet place.
const LOUDNESS: f64 = 0.5;
/// Loudness can't fall to nothing along an exponential curve.
const SILENCE: f64 = 0.0001;

/// The sound, and whether it may be heard.
#[derive(Clone, Copy)]
pub(super) struct Bell {
    /// Whether somebody has switched it on, on this device.
    pub is_on: RwSignal<bool>,
    /// Whether the browser lets this page sound.
    pub is_allowed: RwSignal<bool>,
    context: StoredValue<Option<AudioContext>, LocalStorage>,
}

impl Bell {
    /// The bell as it was left. It lives as long as the desk.
    pub(super) fn open() -> Self {
        let bell = Self {
            is_on: RwSignal::new(is_order_sound_wanted()),
            is_allowed: RwSignal::new(false),
            context: StoredValue::new_local(None),
        };
        // A browser lets a page sound only after somebody has touched it, wherever that was.
        for touch in ["pointerup", "keydown"] {
            let handle = window_event_listener_untyped(touch, move |_event| bell.wake());
            on_cleanup(move || handle.remove());
        }
        bell
    }

    /// Switches it on or off; what was switched on is heard at once.
    pub(super) fn switch(self, is_on: bool) {
        want_order_sound(is_on);
        self.is_on.set(is_on);
        if is_on {
            spawn_local(async move {
                self.allow().await;
                self.ring();
            });
        }
    }

    /// Rings, where it is on and allowed. It never rings later than it was meant to.
    pub(super) fn ring(self) {
        if !self.is_on.get_untracked() {
            return;
        }
        let context = self.context.get_value().filter(|context| context.state() == "running");
        self.is_allowed.set(context.is_some());
        if let Some(context) = context {
            // A browser without sound only loses the sound; the page shows the order.
            strike(&context).ok();
        }
    }

    fn wake(self) {
        if self.is_on.get_untracked() && !self.is_allowed.get_untracked() {
            spawn_local(self.allow());
        }
    }

    async fn allow(self) {
        let Some(context) = self.context_or_new() else { return };
        if let Ok(resumed) = context.resume() {
            // Refused: then it stays silent, and says so.
            JsFuture::from(resumed).await.ok();
        }
        self.is_allowed.try_set(context.state() == "running");
    }

    fn context_or_new(self) -> Option<AudioContext> {
        if let Some(context) = self.context.try_get_value()? {
            return Some(context);
        }
        let context = AudioContext::new().ok()?;
        self.context.try_set_value(Some(context.clone()));
        Some(context)
    }
}

fn strike(context: &AudioContext) -> Result<(), JsValue> {
    let mut at = context.current_time();
    for pitch_hz in STROKES_HZ {
        let (tone, loudness) = (context.create_oscillator()?, context.create_gain()?);
        tone.frequency().set_value(pitch_hz, at)?;
        loudness.gain().set_value(LOUDNESS, at)?;
        loudness.gain().ramp_to(SILENCE, at + STROKE_S)?;
        tone.connect(&loudness)?;
        loudness.connect(&context.destination())?;
        tone.start(at)?;
        tone.stop(at + STROKE_S)?;
        at += STROKE_GAP_S;
    }
    Ok(())
}
