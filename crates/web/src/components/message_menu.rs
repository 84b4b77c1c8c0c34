//! What can be done with a message: quick reactions and actions, in a sheet on phones and beside the
//! message on desktops.

use std::sync::Arc;

use leptos::{
    html::{Dialog, Div},
    prelude::*,
};
use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlElement, KeyboardEvent, MouseEvent};

use super::{Glyph, Icon};
use crate::{
    i18n::{fill, t},
    router,
};

/// The six reactions that are one tap away.
const QUICK: [&str; 6] = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

/// An entry of the menu.
#[derive(Clone)]
pub struct MenuItem {
    /// Its icon.
    pub glyph: Glyph,
    /// Its words.
    pub label: String,
    /// Whether it destroys something.
    pub is_danger: bool,
    /// What it does, after the menu is closed. It isn't a `Callback`, which would be gone by then.
    act: Arc<dyn Fn() + Send + Sync>,
}

impl MenuItem {
    /// An entry that destroys nothing.
    #[must_use]
    pub fn new(
        glyph: Glyph,
        label: impl Into<String>,
        act: impl Fn() + Send + Sync + 'static,
    ) -> Self {
        Self { glyph, label: label.into(), is_danger: false, act: Arc::new(act) }
    }
}

impl std::fmt::Debug for MenuItem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MenuItem").field("label", &self.label).finish_non_exhaustive()
    }
}

/// A menu at a place in the window; open as long as it is on the page.
#[component]
pub fn MessageMenu(
    at: (i32, i32),
    /// Shown first, when given: the present own reaction and what sets a new one.
    #[prop(optional)]
    react: Option<(Option<String>, Callback<Option<String>>)>,
    items: Vec<MenuItem>,
    on_close: impl Fn() + 'static,
) -> impl IntoView {
    let dialog = NodeRef::<Dialog>::new();
    let list = NodeRef::<Div>::new();
    let overlay = router::open_overlay(on_close);
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        // It fails only for a dialog that is open already.
        dialog.show_modal().ok();
        let (left, top) = fit(&dialog, at);
        let style = HtmlElement::style(&dialog);
        style.set_property("--x", &format!("{left}px")).ok();
        style.set_property("--y", &format!("{top}px")).ok();
        focus_item(list.get_untracked(), 0);
    });
    on_cleanup(move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
        router::forget_overlay(overlay);
    });
    let reactions = react.map(|(own, set)| reactions_view(own, set));
    let entries = items.into_iter().map(item_view).collect_view();
    view! {
        <dialog
            node_ref=dialog
            class="menu"
            aria-label=t().message_menu
            on:cancel=move |event: web_sys::Event| {
                event.prevent_default();
                router::back();
            }
            on:mousedown=move |event: MouseEvent| {
                if event.target() == event.current_target() {
                    router::back();
                }
            }
            on:keydown=move |event: KeyboardEvent| move_focus(&event, list.get_untracked())
        >
            {reactions}
            <div role="menu" aria-label=t().message_menu node_ref=list>
                {entries}
            </div>
        </dialog>
    }
}

fn reactions_view(own: Option<String>, set: Callback<Option<String>>) -> AnyView {
    let buttons = QUICK
        .into_iter()
        .map(|emoji| {
            let is_on = own.as_deref() == Some(emoji);
            let text = if is_on { t().react_undo } else { t().react_with };
            view! {
                <button
                    type="button"
                    class:on=is_on
                    aria-label=fill(text, &[("emoji", emoji)])
                    aria-pressed=if is_on { "true" } else { "false" }
                    on:click=move |_| {
                        router::back();
                        set.run((!is_on).then(|| emoji.to_owned()));
                    }
                >
                    {emoji}
                </button>
            }
        })
        .collect_view();
    view! { <div class="quick">{buttons}</div> }.into_any()
}

fn item_view(item: MenuItem) -> AnyView {
    view! {
        <button
            type="button"
            role="menuitem"
            class:danger=item.is_danger
            on:click=move |_| {
                router::back();
                // The menu is gone first, so that what opens next doesn't lie under it.
                let act = Arc::clone(&item.act);
                set_timeout(move || act(), std::time::Duration::from_millis(30));
            }
        >
            <Icon glyph=item.glyph />
            {item.label}
        </button>
    }
    .into_any()
}

fn move_focus(event: &KeyboardEvent, list: Option<web_sys::HtmlDivElement>) {
    let step = match event.key().as_str() {
        "ArrowDown" => 1,
        "ArrowUp" => -1,
        _ => return,
    };
    event.prevent_default();
    focus_item(list, step);
}

/// Focuses the item `step` after the focused one; the first when none is focused.
fn focus_item(list: Option<web_sys::HtmlDivElement>, step: i32) {
    let Some(list) = list else { return };
    let items = list.children();
    let focused = document().active_element();
    let count = i32::try_from(items.length()).unwrap_or(0);
    let now = (0..items.length()).find(|at| items.item(*at) == focused);
    let next = now
        .and_then(|now| i32::try_from(now).ok())
        .map_or(0, |now| (now + step).rem_euclid(count.max(1)));
    let next = u32::try_from(next).unwrap_or(0);
    if let Some(item) = items.item(next).and_then(|item| item.dyn_into::<HtmlElement>().ok()) {
        item.focus().ok();
    }
}

/// Where the menu of a pressed button stands: a press of a key has no place of its own.
#[must_use]
pub fn below(event: &MouseEvent) -> (i32, i32) {
    let button = event.current_target().and_then(|button| button.dyn_into::<Element>().ok());
    let Some(place) = button.map(|button| button.get_bounding_client_rect()) else {
        return (event.client_x(), event.client_y());
    };
    #[expect(clippy::cast_possible_truncation, reason = "pixels of a window")]
    let place = (place.left() as i32, place.bottom() as i32 + 6);
    place
}

/// A place at which the whole menu is in the window.
fn fit(dialog: &HtmlElement, (x, y): (i32, i32)) -> (i32, i32) {
    let size = |value: Result<wasm_bindgen::JsValue, wasm_bindgen::JsValue>| {
        let value = value.ok().and_then(|value| value.as_f64()).unwrap_or(0.0);
        #[expect(clippy::cast_possible_truncation, reason = "the size of a window")]
        let value = value as i32;
        value
    };
    let width = size(window().inner_width()) - dialog.offset_width() - 8;
    let height = size(window().inner_height()) - dialog.offset_height() - 8;
    (x.min(width).max(8), y.min(height).max(8))
}
