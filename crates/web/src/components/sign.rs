//! A business's sign: a rounded square in its colour, with its logo or its letters.

use leptos::prelude::*;

use super::initials;

/// The ten sign colours; the class `sign-NAME` sets the colour.
const COLOURS: [&str; 10] =
    ["crust", "brick", "honey", "moss", "spruce", "lagoon", "indigo", "violet", "rose", "slate"];

/// The class of a sign colour; slate for a name that isn't one.
pub(super) fn colour_class(colour: &str) -> String {
    let colour = COLOURS.into_iter().find(|known| *known == colour).unwrap_or("slate");
    format!("c-{colour}")
}

/// A sign; decorative, the name must stand beside it.
#[component]
pub fn Sign(
    #[prop(into)] name: String,
    #[prop(into)] colour: String,
    /// A data URL.
    #[prop(optional_no_strip)]
    logo: Option<String>,
    /// Pixels; one of 22, 32, 36, 40, 44, 48, 52, 72, 96.
    #[prop(default = 44)]
    size: u16,
) -> impl IntoView {
    let class = format!("sign z{size} {}", colour_class(&colour));
    let mark = match logo.filter(|logo| logo.starts_with("data:image/")) {
        Some(logo) => view! { <img src=logo alt="" /> }.into_any(),
        None => view! { <span>{initials(&name)}</span> }.into_any(),
    };
    view! { <span class=class aria-hidden="true">{mark}</span> }
}
