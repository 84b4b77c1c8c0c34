//! The ten sign colours, as radio buttons with names.

use leptos::prelude::*;

use crate::i18n::b;

/// The names that a profile knows, in the order of the picker.
const COLOURS: [&str; 10] =
    ["crust", "brick", "honey", "moss", "spruce", "lagoon", "indigo", "violet", "rose", "slate"];

/// Chooses the colour of the sign.
#[component]
pub fn SignPicker(value: RwSignal<String>) -> impl IntoView {
    let choices = COLOURS
        .into_iter()
        .map(|colour| {
            let is_on = Memo::new(move |_| value.with(|value| value == colour));
            let name = colour_name(colour);
            view! {
                <label class=format!("swatch c-{colour}") class:on=is_on title=name>
                    <input
                        type="radio"
                        class="vh"
                        name="sign-colour"
                        prop:checked=is_on
                        on:change=move |_| value.set(colour.to_owned())
                    />
                    <span class="vh">{name}</span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="swatches">
            <legend class="vh">{b().sign_colour}</legend>
            {choices}
        </fieldset>
    }
}

fn colour_name(colour: &str) -> &'static str {
    let b = b();
    match colour {
        "crust" => b.crust,
        "brick" => b.brick,
        "honey" => b.honey,
        "moss" => b.moss,
        "spruce" => b.spruce,
        "lagoon" => b.lagoon,
        "indigo" => b.indigo,
        "violet" => b.violet,
        "rose" => b.rose,
        _ => b.slate,
    }
}
