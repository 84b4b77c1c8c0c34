//! The microphone on the counter: one press begins, the next sends or throws away.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};

use super::{files::Prepared, recorder::Recorder};
use crate::{
    components::{Glyph, Icon, IconButton, voice_clock},
    i18n::{fill, t},
    parts::{self, Seldom},
    state::app,
};

const TICK_MS: u32 = 500;
/// A longer one ends by itself.
const LONGEST_MS: u32 = 10 * 60 * 1_000;

/// What happens to a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VoiceStep {
    /// It begins.
    Begin,
    /// It ends and is sent.
    Finish,
    /// It ends and is thrown away.
    Drop,
    /// It is shown above the field.
    Show,
}

/// A recording, if there is one.
#[derive(Clone, Copy, Debug)]
pub struct Voice {
    recorder: StoredValue<Option<Recorder>, LocalStorage>,
    /// How long it lasts already.
    pub(super) ms: RwSignal<Option<u32>>,
    tick: StoredValue<Option<IntervalHandle>>,
    send: Callback<Prepared>,
}

impl Voice {
    pub(super) fn new(send: Callback<Prepared>) -> Self {
        let voice = Self {
            recorder: StoredValue::new_local(None),
            ms: RwSignal::new(None),
            tick: StoredValue::new(None),
            send,
        };
        on_cleanup(move || {
            if voice.ms.try_get_untracked().flatten().is_some() {
                voice.ask(VoiceStep::Drop);
            }
        });
        voice
    }

    /// Lets the part that records do it.
    fn ask(self, step: VoiceStep) {
        parts::do_seldom(Seldom::Voice(step, self));
    }

    /// Does it.
    #[must_use]
    pub fn step(self, step: VoiceStep) -> AnyView {
        match step {
            VoiceStep::Begin => self.begin(),
            VoiceStep::Finish => self.finish(),
            VoiceStep::Drop => drop(self.end()),
            VoiceStep::Show => return view! { <Recording voice=self /> }.into_any(),
        }
        ().into_any()
    }

    fn begin(self) {
        spawn_local(async move {
            match Recorder::begin().await {
                Ok(recorder) => {
                    if self.ms.is_disposed() {
                        return;
                    }
                    self.recorder.set_value(Some(recorder));
                    self.ms.set(Some(0));
                    let tick = set_interval_with_handle(
                        move || self.go_on(),
                        Duration::from_millis(u64::from(TICK_MS)),
                    );
                    self.tick.set_value(tick.ok());
                }
                Err(_refused) => app().tell(t().voice_refused),
            }
        });
    }

    fn go_on(self) {
        self.ms.update(|ms| *ms = ms.map(|ms| ms + TICK_MS));
        if self.ms.get_untracked() >= Some(LONGEST_MS) {
            self.finish();
        }
    }

    /// Ends the recording; gives it, unless there is none.
    fn end(self) -> Option<Recorder> {
        if let Some(tick) = self.tick.try_update_value(Option::take).flatten() {
            tick.clear();
        }
        self.ms.try_set(None);
        self.recorder.try_update_value(Option::take).flatten()
    }

    fn finish(self) {
        let Some(recorder) = self.end() else { return };
        spawn_local(async move {
            match recorder.finish().await {
                Ok(ready) => self.send.run(ready),
                Err(_failed) => app().tell(t().voice_refused),
            }
        });
    }
}

/// In the place of the arrow while there is nothing to send.
#[component]
pub(super) fn Microphone(voice: Voice) -> impl IntoView {
    move || {
        if voice.ms.with(Option::is_some) {
            view! {
                <button
                    type="button"
                    class="snd"
                    aria-label=t().voice_send
                    title=t().voice_send
                    on:click=move |_| voice.ask(VoiceStep::Finish)
                >
                    <Icon glyph=Glyph::ArrowUp />
                </button>
            }
        } else {
            view! {
                <button
                    type="button"
                    class="snd mic"
                    aria-label=t().voice_record
                    title=t().voice_record
                    on:click=move |_| voice.ask(VoiceStep::Begin)
                >
                    <Icon glyph=Glyph::Mic />
                </button>
            }
        }
    }
}

/// Above the field while something is recorded.
#[component]
fn Recording(voice: Voice) -> impl IntoView {
    move || {
        voice.ms.get().map(|ms| {
            let words = fill(t().voice_recording, &[("time", &voice_clock(ms))]);
            view! {
                <div class="tray rec">
                    <span class="rec-dot" aria-hidden="true"></span>
                    <span class="grow num" role="timer">
                        {words}
                    </span>
                    <IconButton
                        glyph=Glyph::Trash2
                        label=t().voice_drop
                        on_press=move || drop(voice.end())
                    />
                </div>
            }
        })
    }
}
