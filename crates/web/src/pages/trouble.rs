//! Why nothing works at the moment, and the way out.

use leptos::prelude::*;
use tresen_view::Connection;

use crate::{
    actions::bridge,
    components::{Button, ButtonKind, ErrorState, Glyph},
    i18n::t,
    state::{WorkerState, app},
};

/// Whether there is something to say; follows the worker and the connection.
#[must_use]
pub fn is_in_trouble() -> bool {
    let is_worker_well = matches!(app().worker.get(), WorkerState::Starting | WorkerState::Ready);
    !is_worker_well || app().connection.get() == Connection::Revoked
}

/// The sentence and the button.
#[must_use]
pub fn trouble() -> AnyView {
    match app().worker.get() {
        WorkerState::OtherWindow => view! {
            <ErrorState glyph=Glyph::Copy title=t().other_window text=t().other_window_hint>
                <Button
                    kind=ButtonKind::Primary
                    label=t().use_here
                    on_press=move || {
                        app().worker.set(WorkerState::Starting);
                        bridge::take_over();
                    }
                />
            </ErrorState>
        }
        .into_any(),
        WorkerState::NoStorage => view! {
            <ErrorState glyph=Glyph::Info title=t().no_storage text=t().no_storage_hint />
        }
        .into_any(),
        WorkerState::Broken => view! {
            <ErrorState glyph=Glyph::CircleAlert title=t().broken text=t().broken_hint>
                <Button
                    kind=ButtonKind::Primary
                    label=t().start_again
                    on_press=bridge::start_again
                />
            </ErrorState>
        }
        .into_any(),
        WorkerState::Starting | WorkerState::Ready => {
            let hint = if app().is_business() {
                t().device_gone_hint
            } else {
                t().device_gone_hint_person
            };
            view! { <ErrorState glyph=Glyph::LogOut title=t().device_gone text=hint /> }.into_any()
        }
    }
}
