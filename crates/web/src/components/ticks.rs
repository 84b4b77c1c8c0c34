//! The state of an own message: clock, one tick, two, two in marigold, a warning.

use leptos::prelude::*;
use tresen_view::MessageState;

use super::{Glyph, Icon};
use crate::i18n::t;

/// The state in words.
#[must_use]
pub fn state_word(state: MessageState) -> &'static str {
    match state {
        MessageState::Queued => t().state_queued,
        MessageState::Sent => t().state_sent,
        MessageState::Delivered => t().state_delivered,
        MessageState::Read => t().state_read,
        MessageState::Played => t().state_played,
        MessageState::Failed => t().state_failed,
    }
}

/// An icon with its word for those who can't see it.
#[component]
pub fn Ticks(state: MessageState) -> impl IntoView {
    let (glyph, class) = match state {
        MessageState::Queued => (Glyph::Clock, "tk"),
        MessageState::Sent => (Glyph::Check, "tk"),
        MessageState::Delivered => (Glyph::CheckCheck, "tk"),
        MessageState::Read | MessageState::Played => (Glyph::CheckCheck, "tk rd2"),
        MessageState::Failed => (Glyph::CircleAlert, "tk bad"),
    };
    view! {
        <span class=class data-state=state_name(state)>
            <Icon glyph />
            <span class="vh">{state_word(state)}</span>
        </span>
    }
}

/// A stable name, for tests.
const fn state_name(state: MessageState) -> &'static str {
    match state {
        MessageState::Queued => "queued",
        MessageState::Sent => "sent",
        MessageState::Delivered => "delivered",
        MessageState::Read => "read",
        MessageState::Played => "played",
        MessageState::Failed => "failed",
    }
}
