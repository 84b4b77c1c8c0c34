//! Buttons. One primary button a view, named by its result.

use leptos::prelude::*;

use super::{Glyph, Icon};

/// What a button means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonKind {
    /// The one thing to do here.
    Primary,
    /// Everything else.
    #[default]
    Quiet,
    /// Beside a primary one, on canvas.
    Outlined,
    /// Words only.
    Text,
    /// Ready, done.
    Ok,
    /// Opens the question about something destructive.
    Danger,
    /// Destroys; only in the confirming sheet.
    DangerFill,
}

impl ButtonKind {
    const fn class(self) -> &'static str {
        match self {
            Self::Primary => " pri",
            Self::Quiet => "",
            Self::Outlined => " sec",
            Self::Text => " ghost",
            Self::Ok => " ok",
            Self::Danger => " danger",
            Self::DangerFill => " danger fill",
        }
    }
}

/// 36, 44 or 52 pixels high.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonSize {
    /// 36, with an invisible rim of 4.
    Small,
    /// 44.
    #[default]
    Normal,
    /// 52.
    Large,
}

impl ButtonSize {
    const fn class(self) -> &'static str {
        match self {
            Self::Small => " smb",
            Self::Normal => "",
            Self::Large => " lg",
        }
    }
}

/// A button with words. While `busy` it keeps its focus and does nothing.
#[component]
pub fn Button(
    #[prop(into)] label: Signal<String>,
    on_press: impl Fn() + 'static,
    #[prop(optional)] kind: ButtonKind,
    #[prop(optional)] size: ButtonSize,
    #[prop(optional)] wide: bool,
    #[prop(optional)] glyph: Option<Glyph>,
    #[prop(optional, into)] busy: Signal<bool>,
    #[prop(optional, into)] disabled: Signal<bool>,
    /// For tests and for `for=` of labels.
    #[prop(optional)]
    id: Option<&'static str>,
    /// Inside a form it sends the form, instead of calling `on_press` by itself.
    #[prop(optional)]
    submit: bool,
) -> impl IntoView {
    let wide = if wide { " wide" } else { "" };
    let class = format!("btn{}{}{wide}", kind.class(), size.class());
    view! {
        <button
            type=if submit { "submit" } else { "button" }
            class=class
            id=id
            aria-busy=move || busy.get().then_some("true")
            disabled=disabled
            on:click=move |_| {
                if !submit && !busy.get_untracked() {
                    on_press();
                }
            }
        >
            {move || busy.get().then(|| view! { <span class="spin" aria-hidden="true"></span> })}
            {move || {
                let glyph = glyph.filter(|_| !busy.get());
                glyph.map(|glyph| view! { <Icon glyph small=true /> })
            }}
            <span>{label}</span>
        </button>
    }
}

/// A round button with an icon; `label` is read out and shown as a hint.
#[component]
pub fn IconButton(
    glyph: Glyph,
    #[prop(into)] label: Signal<String>,
    on_press: impl Fn() + 'static,
    #[prop(optional, into)] expanded: Option<Signal<bool>>,
    #[prop(optional)] class: &'static str,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class=format!("ib {class}")
            aria-label=label
            title=label
            aria-expanded=move || expanded.map(|open| if open.get() { "true" } else { "false" })
            on:click=move |_| on_press()
        >
            <Icon glyph />
        </button>
    }
}
