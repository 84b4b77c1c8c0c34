//! Badges are numbers, pills are states with icon and word.

use leptos::prelude::*;

use super::{Glyph, Icon};

/// What a badge counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BadgeKind {
    /// Unread.
    #[default]
    Unread,
    /// Waiting for somebody.
    Waiting,
    /// Not urgent.
    Quiet,
}

/// A number; `words` is what it means, read out in its place.
#[component]
pub fn Badge(
    count: u32,
    #[prop(into)] words: String,
    #[prop(optional)] kind: BadgeKind,
) -> impl IntoView {
    let class = match kind {
        BadgeKind::Unread => "badge",
        BadgeKind::Waiting => "badge gold",
        BadgeKind::Quiet => "badge quiet",
    };
    let number = if count > 99 { "99+".to_owned() } else { count.to_string() };
    view! {
        <span class=class aria-hidden="true">{number}</span>
        <span class="vh">{words}</span>
    }
}

/// What a pill says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PillKind {
    /// A fact.
    #[default]
    Plain,
    /// Good.
    Ok,
    /// Waiting.
    Wait,
    /// Failed.
    Bad,
    /// Checked.
    Seal,
    /// This one.
    Brand,
}

/// A state in a word.
#[component]
pub fn Pill(
    #[prop(into)] text: Signal<String>,
    #[prop(optional)] kind: PillKind,
    #[prop(optional)] glyph: Option<Glyph>,
) -> impl IntoView {
    let class = match kind {
        PillKind::Plain => "pill",
        PillKind::Ok => "pill ok",
        PillKind::Wait => "pill wait",
        PillKind::Bad => "pill bad",
        PillKind::Seal => "pill seal",
        PillKind::Brand => "pill brand",
    };
    view! {
        <span class=class>
            {glyph.map(|glyph| view! { <Icon glyph small=true /> })}
            {text}
        </span>
    }
}
