//! Recording a voice message with the browser's own recorder, and drawing its waveform.

use js_sys::{ArrayBuffer, Float32Array, Promise, Reflect};
use tresen_view::{AttachmentKind, VoiceView};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, MediaStream, MediaStreamConstraints, MediaStreamTrack};

use super::files::Prepared;

/// Steps of a waveform.
const STEPS: u32 = 48;

#[wasm_bindgen]
extern "C" {
    type MediaRecorder;
    #[wasm_bindgen(constructor, catch)]
    fn new(stream: &MediaStream) -> Result<MediaRecorder, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn start(this: &MediaRecorder) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn stop(this: &MediaRecorder) -> Result<(), JsValue>;
    #[wasm_bindgen(method, setter, js_name = ondataavailable)]
    fn set_on_data(this: &MediaRecorder, listener: Option<&js_sys::Function>);

    type AudioContext;
    #[wasm_bindgen(constructor, catch)]
    fn new() -> Result<AudioContext, JsValue>;
    #[wasm_bindgen(method, catch, js_name = decodeAudioData)]
    fn decode(this: &AudioContext, bytes: &ArrayBuffer) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn close(this: &AudioContext) -> Result<Promise, JsValue>;

    type AudioBuffer;
    #[wasm_bindgen(method, getter)]
    fn duration(this: &AudioBuffer) -> f64;
    #[wasm_bindgen(method, js_name = getChannelData)]
    fn channel(this: &AudioBuffer, number: u32) -> Float32Array;
}

/// A recording that is under way. Dropped, it is thrown away and the microphone is off.
pub(super) struct Recorder {
    recorder: MediaRecorder,
    stream: MediaStream,
}

impl Recorder {
    /// Asks for the microphone and begins.
    pub(super) async fn begin() -> Result<Self, JsValue> {
        let constraints = MediaStreamConstraints::new();
        constraints.set_audio(&JsValue::TRUE);
        let devices = web_sys::window().ok_or(JsValue::NULL)?.navigator().media_devices()?;
        let stream = devices.get_user_media_with_constraints(&constraints)?;
        let stream = JsFuture::from(stream).await?.unchecked_into::<MediaStream>();
        let recorder = MediaRecorder::new(&stream).and_then(|recorder| {
            recorder.start()?;
            Ok(recorder)
        });
        match recorder {
            Ok(recorder) => Ok(Self { recorder, stream }),
            Err(error) => {
                silence(&stream);
                Err(error)
            }
        }
    }

    /// Ends it; gives what is to be sent.
    pub(super) async fn finish(self) -> Result<Prepared, JsValue> {
        let promise = Promise::new(&mut |resolve, _reject| {
            let listener = Closure::once_into_js(move |event: JsValue| {
                let data = Reflect::get(&event, &"data".into()).unwrap_or(JsValue::NULL);
                // A function of the engine's own takes any value.
                resolve.call1(&JsValue::NULL, &data).ok();
            });
            self.recorder.set_on_data(Some(listener.unchecked_ref()));
        });
        self.recorder.stop()?;
        let blob = JsFuture::from(promise).await?.unchecked_into::<Blob>();
        let media_type = blob.type_().split(';').next().unwrap_or_default().to_owned();
        let voice = listen(&blob).await.unwrap_or_default();
        let extension = media_type.split('/').next_back().unwrap_or("webm").to_owned();
        Ok(Prepared {
            kind: AttachmentKind::Voice,
            name: format!("voice.{extension}"),
            size_bytes: super::files::size(&blob),
            media_type,
            dimensions: None,
            thumbhash: None,
            voice: Some(voice),
            blob,
        })
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.recorder.set_on_data(None);
        // One that has ended can't be stopped again.
        self.recorder.stop().ok();
        silence(&self.stream);
    }
}

fn silence(stream: &MediaStream) {
    for track in stream.get_tracks() {
        track.unchecked_into::<MediaStreamTrack>().stop();
    }
}

/// How long a recording is and how loud along its length.
async fn listen(blob: &Blob) -> Result<VoiceView, JsValue> {
    let bytes = JsFuture::from(blob.array_buffer()).await?.unchecked_into::<ArrayBuffer>();
    let context = AudioContext::new()?;
    let sound = JsFuture::from(context.decode(&bytes)?).await?.unchecked_into::<AudioBuffer>();
    let samples = sound.channel(0);
    let length = samples.length();
    let peak = |step: u32| {
        let at = |step: u32| {
            let place = u64::from(length) * u64::from(step) / u64::from(STEPS);
            u32::try_from(place).unwrap_or(length)
        };
        let part = samples.subarray(at(step), at(step + 1)).to_vec();
        part.iter().fold(0.0_f32, |loudest, sample| loudest.max(sample.abs()))
    };
    let peaks = (0..STEPS).map(peak).collect::<Vec<_>>();
    let loudest = peaks.iter().fold(0.01_f32, |loudest, peak| loudest.max(*peak));
    let waveform = peaks.iter().map(|peak| byte(f64::from(*peak / loudest) * 255.0)).collect();
    // Its end is not waited for.
    drop(context.close());
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "milliseconds of a recording of minutes"
    )]
    let duration_ms = (sound.duration() * 1_000.0) as u32;
    Ok(VoiceView { duration_ms, waveform })
}

fn byte(value: f64) -> u8 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a number from 0 to 255"
    )]
    let byte = value.clamp(0.0, 255.0) as u8;
    byte
}
