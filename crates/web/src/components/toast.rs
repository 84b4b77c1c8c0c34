//! Toasts: one at a time, 6 seconds, 10 with an action.

use std::time::Duration;

use leptos::prelude::*;

use super::{Glyph, IconButton};
use crate::{i18n::t, state::app};

const SHORT: Duration = Duration::from_secs(6);
const LONG: Duration = Duration::from_secs(10);

/// Where toasts appear. The region is always there, so that it is read out.
#[component]
pub fn ToastHost() -> impl IntoView {
    let toast = app().toast;
    Effect::new(move |timer: Option<Option<TimeoutHandle>>| {
        if let Some(Some(timer)) = timer {
            timer.clear();
        }
        let length = toast.with(|toast| {
            toast.as_ref().map(|toast| if toast.action.is_some() { LONG } else { SHORT })
        })?;
        set_timeout_with_handle(move || toast.set(None), length).ok()
    });
    view! {
        <div class="toasts" role="status">
            {move || {
                toast
                    .get()
                    .map(|shown| {
                        let action = shown
                            .action
                            .map(|(label, act)| {
                                view! {
                                    <button
                                        type="button"
                                        class="btn"
                                        on:click=move |_| {
                                            toast.set(None);
                                            act.run(());
                                        }
                                    >
                                        {label}
                                    </button>
                                }
                            });
                        view! {
                            <div class="toast">
                                <span class="grow">{shown.text}</span>
                                {action}
                                <IconButton
                                    glyph=Glyph::X
                                    label=t().close.to_owned()
                                    on_press=move || toast.set(None)
                                />
                            </div>
                        }
                    })
            }}
        </div>
    }
}
