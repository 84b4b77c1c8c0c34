//! Hands the worker's events to whoever is on the page.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use leptos::prelude::on_cleanup;
use tresen_view::Event;

type Listener = Rc<dyn Fn(&Event)>;

thread_local! {
    static LISTENERS: RefCell<Vec<(u32, Listener)>> = const { RefCell::new(Vec::new()) };
    static NEXT: Cell<u32> = const { Cell::new(0) };
}

/// Calls `listener` for each event, as long as the component that called this is on the page.
pub fn on_event(listener: impl Fn(&Event) + 'static) {
    let id = NEXT.get();
    NEXT.set(id + 1);
    LISTENERS.with_borrow_mut(|listeners| listeners.push((id, Rc::new(listener))));
    on_cleanup(move || LISTENERS.with_borrow_mut(|all| all.retain(|(other, _)| *other != id)));
}

/// Tells everybody. A listener may come or go meanwhile.
pub fn emit(event: &Event) {
    let listeners = LISTENERS.with_borrow(Clone::clone);
    for (_, listener) in listeners {
        listener(event);
    }
}
