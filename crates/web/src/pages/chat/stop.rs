//! Above the composer: what a stop word did, with the way back, and what waits for the digest.

use leptos::{prelude::*, task::spawn_local};

use super::{limits::undo_stop, talk::Talk};
use crate::{
    components::{Button, ButtonKind, ButtonSize, Glyph, Icon},
    i18n::{fill, t, time},
};

/// Above the composer, as long as the stop can be taken back.
#[component]
pub(super) fn StopNotice(talk: Talk) -> impl IntoView {
    let is_stopped = Memo::new(move |_| {
        talk.header.with(|header| header.as_ref().is_some_and(|header| header.stopped.is_some()))
    });
    let conversation = talk.conversation;
    move || {
        is_stopped.get().then(|| {
            view! {
                <div class="coll" data-stopped="yes" role="status">
                    <Icon glyph=Glyph::Ban small=true />
                    <span class="grow">{fill(t().stop_done, &[("shop", &talk.name())])}</span>
                    <Button
                        kind=ButtonKind::Text
                        size=ButtonSize::Small
                        label=t().stop_undo
                        on_press=move || spawn_local(undo_stop(conversation))
                    />
                </div>
            }
        })
    }
}

/// What waits on this device until the customer's day.
#[component]
pub(super) fn HeldNotice(talk: Talk) -> impl IntoView {
    let held = Memo::new(move |_| talk.header.with(|header| header.as_ref()?.held));
    move || {
        held.get().map(|(count, until)| {
            let words = t().held.choose(u64::from(count));
            let when = time::day_time(until);
            view! {
                <div class="coll" data-held=count.to_string()>
                    <Icon glyph=Glyph::Hourglass small=true />
                    <span class="grow">
                        {fill(words, &[("n", &count.to_string()), ("time", &when)])}
                    </span>
                </div>
            }
        })
    }
}
