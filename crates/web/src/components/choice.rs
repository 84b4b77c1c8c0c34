//! Choices: checkbox card, switch, segment. All are native inputs.

use leptos::prelude::*;

use super::{Glyph, Icon};

/// A checkbox in a card, with a sentence below its label.
#[component]
pub fn Checkbox(
    #[prop(into)] label: String,
    #[prop(optional, into)] hint: String,
    checked: RwSignal<bool>,
) -> impl IntoView {
    view! {
        <label class="opt" class:on=checked>
            <input
                type="checkbox"
                class="vh"
                prop:checked=checked
                on:change=move |event| checked.set(event_target_checked(&event))
            />
            <span class="ck" class:on=checked aria-hidden="true">
                <Icon glyph=Glyph::Check />
            </span>
            <span class="grow">
                <b>{label}</b>
                {(!hint.is_empty()).then(|| view! { <span>{hint}</span> })}
            </span>
        </label>
    }
}

/// A switch: what it says happens at once.
#[component]
pub fn Switch(
    #[prop(into)] label: String,
    #[prop(optional, into)] hint: String,
    #[prop(into)] on: Signal<bool>,
    on_change: impl Fn(bool) + 'static,
    #[prop(optional, into)] disabled: Signal<bool>,
) -> impl IntoView {
    view! {
        <label class="lrow div sw-row">
            <span class="grow">
                <span class="a">{label}</span>
                {(!hint.is_empty()).then(|| view! { <span class="c">{hint}</span> })}
            </span>
            <input
                type="checkbox"
                role="switch"
                class="sw"
                prop:checked=on
                disabled=disabled
                on:change=move |event| on_change(event_target_checked(&event))
            />
        </label>
    }
}

/// One of two to four; a group of radio buttons that the arrow keys move through.
#[component]
pub fn Segment<T>(
    /// Unique on the page.
    name: &'static str,
    /// Read out before the choices.
    #[prop(into)]
    label: String,
    choices: Vec<(T, String)>,
    #[prop(into)] value: Signal<T>,
    on_change: impl Fn(T) + Clone + 'static,
) -> impl IntoView
where
    T: Copy + PartialEq + Send + Sync + 'static,
{
    let choices = choices
        .into_iter()
        .map(|(choice, text)| {
            let on_change = on_change.clone();
            let is_on = Memo::new(move |_| value.get() == choice);
            view! {
                <label class:on=is_on>
                    <input
                        type="radio"
                        class="vh"
                        name=name
                        prop:checked=is_on
                        on:change=move |_| on_change(choice)
                    />
                    <span>{text}</span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="seg">
            <legend class="vh">{label}</legend>
            {choices}
        </fieldset>
    }
}
