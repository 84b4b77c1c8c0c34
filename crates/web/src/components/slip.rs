//! The slip: everything with a consequence looks like this.

use leptos::prelude::*;

use super::{Glyph, Icon, Pill, PillKind};

/// A slip with a torn edge before its foot.
#[component]
pub fn Slip(
    glyph: Glyph,
    #[prop(into)] title: String,
    /// State, or a time.
    #[prop(optional, into)]
    aside: String,
    children: Children,
    #[prop(optional)] foot: Option<Children>,
) -> impl IntoView {
    view! {
        <article class="slip">
            <div class="h">
                <Icon glyph />
                <h3 class="k grow">{title}</h3>
                <span class="mut">{aside}</span>
            </div>
            <div class="bd">{children()}</div>
            {foot
                .map(|foot| {
                    view! {
                        <div class="perf" aria-hidden="true"></div>
                        <div class="ft">{foot()}</div>
                    }
                })}
        </article>
    }
}

/// A line of a slip with yes or no at its end.
#[component]
pub fn SlipLine(
    #[prop(into)] label: String,
    #[prop(into)] value: String,
    is_yes: bool,
) -> impl IntoView {
    let (kind, glyph) =
        if is_yes { (PillKind::Ok, Some(Glyph::Check)) } else { (PillKind::Plain, None) };
    let pill = match glyph {
        Some(glyph) => view! { <Pill text=value kind glyph /> }.into_any(),
        None => view! { <Pill text=value kind /> }.into_any(),
    };
    view! {
        <div class="li">
            <span>{label}</span>
            {pill}
        </div>
    }
}
