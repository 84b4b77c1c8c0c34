//! The address bar: which page is shown, and what the back button does.
//!
//! A page is a [`Route`]. Links are plain `<a href>`: one listener on the document takes the clicks
//! on those of this origin. What lies over a page (a sheet, a menu, a viewer) is an *overlay*: it has
//! an entry of its own in the browser's history, so that the back button closes it first.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use leptos::prelude::*;
use tresen_types::{ConversationId, EntryId};
use wasm_bindgen::prelude::*;
use web_sys::{Element, MouseEvent};

/// A page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// The customer's chats, or the inbox, by whose device this is.
    Home,
    /// What is behind an entry link.
    Entry {
        /// The link's id, as text.
        entry: String,
        /// The fragment.
        fingerprint: String,
    },
    /// A customer's chat.
    Chat(ConversationId),
    /// A customer's settings.
    Settings,
    /// A customer's devices.
    Devices,
    /// A customer's limits with all shops.
    Limits,
    /// The end of a customer's account.
    Delete,
    /// Coming back with a recovery code.
    Recover,
    /// The first owner's one-time link.
    Claim {
        /// The secret.
        token: String,
    },
    /// A colleague's invitation.
    Link {
        /// The secret.
        token: String,
    },
    /// Behind the counter.
    Business(BusinessRoute),
    /// Every component, with sample data.
    #[cfg(feature = "gallery")]
    Gallery,
    /// There is no such page.
    NotFound,
}

/// A page behind the counter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BusinessRoute {
    /// The inbox without an open chat.
    Inbox,
    /// A chat in the inbox.
    Chat(ConversationId),
    /// The first steps after the claim.
    FirstRun,
    /// Entry links.
    Links,
    /// A link's poster.
    Poster(EntryId),
    /// Devices and colleagues.
    Devices,
    /// Profile, hours, logo.
    Profile,
    /// Settings.
    Settings,
    /// Orders, the catalogue, ways to pay.
    Orders,
    /// Bookings, and what can be booked.
    Bookings,
    /// What happened, in numbers.
    Statistics,
    /// Messages to many.
    Broadcasts,
    /// Costs, standing, decisions.
    Usage,
    /// Templates.
    Templates,
    /// Writing a template.
    NewTemplate,
    /// Quick replies, labels, what happens without a person.
    Teamwork,
}

impl Route {
    /// Reads an address.
    #[must_use]
    pub fn parse(path: &str, fragment: &str) -> Self {
        let fragment = fragment.strip_prefix('#').unwrap_or(fragment).to_owned();
        let parts = path.split('/').filter(|part| !part.is_empty()).collect::<Vec<_>>();
        match parts.as_slice() {
            [] => Self::Home,
            ["e", entry] => Self::Entry { entry: (*entry).to_owned(), fingerprint: fragment },
            ["c", id] => id.parse().map_or(Self::NotFound, Self::Chat),
            ["settings"] => Self::Settings,
            ["settings", "devices"] => Self::Devices,
            ["settings", "limits"] => Self::Limits,
            ["settings", "delete"] => Self::Delete,
            ["recover"] => Self::Recover,
            ["claim"] => Self::Claim { token: fragment },
            ["link"] => Self::Link { token: fragment },
            ["business", rest @ ..] => {
                BusinessRoute::parse(rest).map_or(Self::NotFound, Self::Business)
            }
            #[cfg(feature = "gallery")]
            ["gallery"] => Self::Gallery,
            _ => Self::NotFound,
        }
    }
}

impl BusinessRoute {
    fn parse(parts: &[&str]) -> Option<Self> {
        match parts {
            [] => Some(Self::Inbox),
            ["c", id] => id.parse().ok().map(Self::Chat),
            ["start"] => Some(Self::FirstRun),
            ["links"] => Some(Self::Links),
            ["poster", entry] => entry.parse().ok().map(Self::Poster),
            ["devices"] => Some(Self::Devices),
            ["profile"] => Some(Self::Profile),
            ["settings"] => Some(Self::Settings),
            ["orders"] => Some(Self::Orders),
            ["bookings"] => Some(Self::Bookings),
            ["statistics"] => Some(Self::Statistics),
            ["broadcasts"] => Some(Self::Broadcasts),
            ["usage"] => Some(Self::Usage),
            ["templates"] => Some(Self::Templates),
            ["templates", "new"] => Some(Self::NewTemplate),
            ["teamwork"] => Some(Self::Teamwork),
            _ => None,
        }
    }
}

struct Overlay {
    id: u32,
    close: Rc<dyn Fn()>,
}

thread_local! {
    static ROUTE: Cell<Option<RwSignal<Route>>> = const { Cell::new(None) };
    static OVERLAYS: RefCell<Vec<Overlay>> = const { RefCell::new(Vec::new()) };
    static NEXT_OVERLAY: Cell<u32> = const { Cell::new(0) };
    /// History steps back that this module asked for and that change nothing on the page.
    static SILENT_STEPS: Cell<u32> = const { Cell::new(0) };
    /// A forgotten overlay's entry in the history that is about to go, unless it is used again.
    static SPARE_ENTRY: Cell<bool> = const { Cell::new(false) };
}

/// Starts listening to the address bar; called once, before anything is painted.
pub fn start() -> RwSignal<Route> {
    let route = RwSignal::new(here());
    ROUTE.set(Some(route));
    listen("popstate", |_event: web_sys::Event| {
        if SILENT_STEPS.get() > 0 {
            SILENT_STEPS.set(SILENT_STEPS.get() - 1);
            return;
        }
        let top = OVERLAYS.with_borrow_mut(Vec::pop);
        match top {
            Some(overlay) => (overlay.close)(),
            None => show(here()),
        }
    });
    listen("click", |event: MouseEvent| {
        if let Some(path) = own_link(&event) {
            event.prevent_default();
            navigate(&path);
        }
    });
    route
}

fn listen<E: wasm_bindgen::convert::FromWasmAbi + 'static>(
    name: &str,
    listener: impl Fn(E) + 'static,
) {
    let listener = Closure::<dyn Fn(E)>::new(listener);
    // The window takes any listener.
    window().add_event_listener_with_callback(name, listener.as_ref().unchecked_ref()).ok();
    listener.forget();
}

/// The address of a click on a link that this page shows itself.
fn own_link(event: &MouseEvent) -> Option<String> {
    let plain = event.button() == 0
        && !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key());
    if !plain || event.default_prevented() {
        return None;
    }
    let anchor = event.target()?.dyn_into::<Element>().ok()?.closest("a[href]").ok()??;
    let href = anchor.get_attribute("href")?;
    let is_own = href.starts_with('/')
        && !href.starts_with("//")
        && !anchor.has_attribute("target")
        && !anchor.has_attribute("download");
    is_own.then_some(href)
}

fn here() -> Route {
    let location = window().location();
    Route::parse(&location.pathname().unwrap_or_default(), &location.hash().unwrap_or_default())
}

fn show(next: Route) {
    if let Some(route) = ROUTE.get()
        && route.with_untracked(|now| *now != next)
    {
        route.set(next);
    }
}

/// The page that is shown.
#[must_use]
pub fn route() -> Route {
    ROUTE.get().map_or(Route::NotFound, |route| route.get())
}

/// Goes to a page. An open overlay's place in the history is taken over.
pub fn navigate(path: &str) {
    let overlays = OVERLAYS.take();
    let has_spare = SPARE_ENTRY.replace(false);
    go(path, has_spare || !overlays.is_empty());
}

/// Goes to a page in the place of the present one.
pub fn replace(path: &str) {
    drop(OVERLAYS.take());
    SPARE_ENTRY.set(false);
    go(path, true);
}

fn go(path: &str, in_place: bool) {
    if let Ok(history) = window().history() {
        // Both fail for foreign origins only.
        if in_place {
            history.replace_state_with_url(&JsValue::NULL, "", Some(path)).ok();
        } else {
            history.push_state_with_url(&JsValue::NULL, "", Some(path)).ok();
        }
    }
    show(here());
}

/// One step back, as the browser's button does it.
pub fn back() {
    if let Ok(history) = window().history() {
        history.back().ok();
    }
}

/// Registers what lies over the page; `close` is called when the back button is pressed.
pub fn open_overlay(close: impl Fn() + 'static) -> u32 {
    let id = NEXT_OVERLAY.get();
    NEXT_OVERLAY.set(id + 1);
    OVERLAYS.with_borrow_mut(|overlays| overlays.push(Overlay { id, close: Rc::new(close) }));
    let has_entry = SPARE_ENTRY.replace(false);
    if let (false, Ok(history)) = (has_entry, window().history()) {
        history.push_state(&JsValue::NULL, "").ok();
    }
    id
}

/// Forgets an overlay that is gone from the page; its step in the history goes too. It goes a moment
/// later: an overlay that follows at once takes the step over, because the browser would mix up a
/// step back and a step forward in one breath.
pub fn forget_overlay(id: u32) {
    let was_there = OVERLAYS.with_borrow_mut(|overlays| {
        let before = overlays.len();
        overlays.retain(|overlay| overlay.id != id);
        overlays.len() < before
    });
    if was_there {
        SPARE_ENTRY.set(true);
        let drop_entry = || {
            if SPARE_ENTRY.replace(false) {
                SILENT_STEPS.set(SILENT_STEPS.get() + 1);
                back();
            }
        };
        set_timeout(drop_entry, std::time::Duration::ZERO);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_addresses() {
        let entry = Route::Entry { entry: "abc".to_owned(), fingerprint: "def".to_owned() };
        assert_eq!(Route::parse("/e/abc", "#def"), entry);
        assert_eq!(Route::parse("/", ""), Route::Home);
        assert_eq!(Route::parse("/c/nonsense", ""), Route::NotFound);
        assert_eq!(Route::parse("/business/", ""), Route::Business(BusinessRoute::Inbox));
    }
}
