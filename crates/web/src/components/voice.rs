//! A voice message: play, its waveform as a slider, time, speed.

use leptos::{
    html::{Audio, Input},
    prelude::*,
};
use tresen_view::AttachmentView;

use super::{Glyph, Icon};
use crate::i18n::{fill, t};

/// The speeds, in tenths; one press goes to the next.
const SPEEDS: [u32; 3] = [10, 15, 20];
/// Bars of a voice message that came without a waveform.
const BARS: usize = 40;

/// The card. It is played by this page's own `audio` element.
#[component]
pub fn VoiceCard(
    attachment: AttachmentView,
    #[prop(into)] url: Signal<Option<String>>,
    /// It is heard.
    on_play: Callback<()>,
) -> impl IntoView {
    let voice = attachment.voice.unwrap_or_default();
    let total_ms = voice.duration_ms;
    let audio = NodeRef::<Audio>::new();
    let slider = NodeRef::<Input>::new();
    let is_playing = RwSignal::new(false);
    let at_ms = RwSignal::new(0_u32);
    let speed = RwSignal::new(0_usize);
    let rate = move || SPEEDS.get(speed.get()).copied().unwrap_or(10);
    let toggle = move |_| {
        let Some(audio) = audio.get_untracked() else { return };
        audio.set_playback_rate(f64::from(rate()) / 10.0);
        if is_playing.get_untracked() {
            // A pause has no answer.
            audio.pause().ok();
        } else {
            // What can't be played says so by its `error`.
            drop(audio.play());
        }
    };
    let follow = move |_| {
        if let Some(audio) = audio.get_untracked() {
            at_ms.set(millis(audio.current_time()));
        }
    };
    let jump = move |_| {
        let wanted = slider.get_untracked().and_then(|slider| slider.value().parse::<u32>().ok());
        if let (Some(audio), Some(wanted)) = (audio.get_untracked(), wanted) {
            audio.set_current_time(f64::from(wanted) / 1_000.0);
            at_ms.set(wanted);
        }
    };
    let next_speed = move |_| {
        speed.update(|speed| *speed = (*speed + 1) % SPEEDS.len());
        if let Some(audio) = audio.get_untracked() {
            audio.set_playback_rate(f64::from(rate()) / 10.0);
        }
    };
    let bars = bars(&voice.waveform);
    let played = move || {
        let part = u64::from(at_ms.get()) * 100 / u64::from(total_ms.max(1));
        format!("{}%", part.min(100))
    };
    view! {
        <div class="voice" data-voice="yes">
            <audio
                node_ref=audio
                src=move || url.get()
                preload="metadata"
                on:play=move |_| {
                    is_playing.set(true);
                    on_play.run(());
                }
                on:pause=move |_| is_playing.set(false)
                on:ended=move |_| {
                    is_playing.set(false);
                    at_ms.set(0);
                }
                on:timeupdate=follow
            ></audio>
            <button
                type="button"
                class="ib"
                aria-label=move || if is_playing.get() { t().voice_pause } else { t().voice_play }
                disabled=move || url.with(Option::is_none)
                on:click=toggle
            >
                {move || {
                    let glyph = if is_playing.get() { Glyph::Pause } else { Glyph::Play };
                    view! { <Icon glyph /> }
                }}
            </button>
            <span class="wave grow">
                <svg viewBox="0 0 100 24" preserveAspectRatio="none" aria-hidden="true">
                    <path d=bars></path>
                </svg>
                <span class="wave-on" aria-hidden="true" style:inline-size=played></span>
                <input
                    node_ref=slider
                    type="range"
                    min="0"
                    max=total_ms.max(1).to_string()
                    step="500"
                    prop:value=move || at_ms.get().to_string()
                    aria-label=t().voice_place
                    aria-valuetext=move || clock(at_ms.get())
                    on:input=jump
                />
            </span>
            <span class="num">{move || clock(if is_playing.get() { at_ms.get() } else { total_ms })}</span>
            <button
                type="button"
                class="speed num"
                aria-label=move || fill(t().voice_speed, &[("n", &tenths(rate()))])
                on:click=next_speed
            >
                {move || format!("{}×", tenths(rate()))}
            </button>
        </div>
    }
}

/// Minutes and seconds.
pub(crate) fn clock(ms: u32) -> String {
    let seconds = ms.div_ceil(1_000);
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

fn tenths(rate: u32) -> String {
    match rate % 10 {
        0 => (rate / 10).to_string(),
        part => format!("{}.{part}", rate / 10),
    }
}

fn millis(seconds: f64) -> u32 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place in a recording of minutes"
    )]
    let ms = (seconds * 1_000.0).max(0.0) as u32;
    ms
}

/// The bars as one path on a field of 100 by 24; the loudest is as high as the field.
fn bars(waveform: &[u8]) -> String {
    let flat = vec![40_u8; BARS];
    let steps = if waveform.is_empty() { &flat } else { waveform };
    let count = u32::try_from(steps.len()).unwrap_or(1).max(1);
    // In tenths, because what writes fractions is large.
    let tenth = |value: u32| format!("{}.{}", value / 10, value % 10);
    (0_u32..)
        .zip(steps)
        .map(|(at, step)| {
            let x = tenth((at * 1_000 + 500) / count);
            let half = 10 + u32::from(*step) * 110 / 255;
            format!("M{x} {}v{}", tenth(120 - half), tenth(half * 2))
        })
        .collect()
}
