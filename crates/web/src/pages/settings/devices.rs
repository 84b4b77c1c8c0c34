//! The devices of an account.
//!
//! What stands below the list keeps its place: while the list loads, bars are as high as it was when it was
//! seen last, and a failure ends them with a way to try again.

use std::cell::Cell;

use leptos::{prelude::*, task::spawn_local};
use tresen_view::{Answer, Command, DeviceView, Event, FailureKind};

use super::{PageBar, add_device::AddDevice};
use crate::{
    actions::{call, failure_text, tell_failure},
    components::{Avatar, Button, ButtonKind, ButtonSize, Confirm, Glyph, Icon, Pill, PillKind},
    i18n::{fill, t, time},
    state::{app, on_event},
};

/// A customer's devices.
#[component]
pub fn DevicesPage() -> impl IntoView {
    // `None` while nobody knows whose device this is, and when it is nobody's.
    let is_primary = Memo::new(|_| app().account_view().map(|view| view.is_primary));
    view! {
        <main class="page">
            <PageBar title=t().devices back="/settings" />
            <div class="page-in">
                <p class="mut">{t().devices_hint}</p>
                <section class="card">
                    {move || {
                        view! { <DeviceList can_remove={is_primary.get() == Some(true)} /> }
                    }}
                </section>
                {move || match is_primary.get() {
                    Some(true) => view! { <AddDevice /> }.into_any(),
                    Some(false) => {
                        view! { <p class="hint">{t().device_not_primary}</p> }.into_any()
                    }
                    None => ().into_any(),
                }}
            </div>
        </main>
    }
}

thread_local! {
    /// How many devices the list had when it was seen last; most people have one.
    static ROWS: Cell<usize> = const { Cell::new(1) };
}

/// How far the list is.
#[derive(Clone)]
enum Listed {
    Loading,
    Failed(FailureKind),
    Here(Vec<DeviceView>),
}

/// The list, with "Remove" for those who may.
#[component]
pub fn DeviceList(can_remove: bool) -> impl IntoView {
    let devices = RwSignal::new(Listed::Loading);
    let asking = RwSignal::new(None::<DeviceView>);
    let fetch = move || {
        spawn_local(async move {
            match call(Command::Devices).await {
                Ok(Answer::Devices(found)) => {
                    ROWS.set(found.len());
                    devices.try_set(Listed::Here(found));
                }
                Ok(_) => {}
                Err(failure) => {
                    devices.try_update(|known| match known {
                        // What is shown was true a moment ago.
                        Listed::Here(_) => tell_failure(&failure),
                        Listed::Loading | Listed::Failed(_) => {
                            *known = Listed::Failed(failure.kind);
                        }
                    });
                }
            }
        });
    };
    fetch();
    on_event(move |event| {
        if matches!(event, Event::DevicesChanged) {
            fetch();
        }
    });
    let remove = move |device: DeviceView| {
        spawn_local(async move {
            match call(Command::RemoveDevice { device: device.device }).await {
                Ok(_) => {
                    app().tell(t().device_removed);
                    fetch();
                }
                Err(failure) => tell_failure(&failure),
            }
        });
    };
    view! {
        {move || match devices.get() {
            Listed::Loading => bars(),
            Listed::Failed(kind) => {
                let again = move || {
                    devices.set(Listed::Loading);
                    fetch();
                };
                failed(kind, again)
            }
            Listed::Here(devices) => {
                let rows = devices
                    .into_iter()
                    .map(|device| row(device, can_remove, asking))
                    .collect_view();
                view! { <ul class="plain">{rows}</ul> }.into_any()
            }
        }}
        {move || {
            asking
                .get()
                .map(|device| {
                    view! {
                        <Confirm
                            title=t().device_remove_question
                            text=t().device_remove_hint
                            yes=t().remove
                            on_yes=move || remove(device.clone())
                            on_close=move || {
                                asking.try_set(None);
                            }
                        />
                    }
                })
        }}
    }
}

/// Bars in the place of the list, row for row.
fn bars() -> AnyView {
    let row = || {
        view! {
            <div class="lrow div">
                <span class="sk sk-av"></span>
                <span class="grow">
                    <span class="sk sk-short"></span>
                </span>
            </div>
        }
    };
    let rows = (0..ROWS.get().max(1)).map(|_| row()).collect_view();
    view! {
        <div class="sks" aria-busy="true">
            <span class="vh">{t().loading}</span>
            <div aria-hidden="true">{rows}</div>
        </div>
    }
    .into_any()
}

/// Why there is no list, and another attempt.
fn failed(kind: FailureKind, again: impl Fn() + 'static) -> AnyView {
    let words = match kind {
        FailureKind::NotFound => t().no_account_here,
        kind => failure_text(kind),
    };
    view! {
        <div class="lrow" data-failed="">
            <Icon glyph=Glyph::CircleAlert />
            <span class="grow" role="alert">
                {words}
            </span>
            <Button size=ButtonSize::Small label=t().try_again on_press=again />
        </div>
    }
    .into_any()
}

fn row(device: DeviceView, can_remove: bool, asking: RwSignal<Option<DeviceView>>) -> AnyView {
    let name = match (device.name.is_empty(), device.is_this) {
        (false, _) => device.name.clone(),
        (true, true) => t().this_device.to_owned(),
        (true, false) => t().another_device.to_owned(),
    };
    let since = fill(t().device_since, &[("date", &time::date(device.added_at))]);
    let picture = if device.name.is_empty() {
        view! { <Avatar name=name.clone() glyph=Glyph::Smartphone /> }.into_any()
    } else {
        view! { <Avatar name=name.clone() /> }.into_any()
    };
    let end = if device.is_this {
        view! { <Pill text=t().this_pill kind=PillKind::Brand /> }.into_any()
    } else if can_remove {
        let asked = device.clone();
        view! {
            <Button
                kind=ButtonKind::Danger
                size=ButtonSize::Small
                label=t().remove
                on_press=move || asking.set(Some(asked.clone()))
            />
        }
        .into_any()
    } else {
        ().into_any()
    };
    view! {
        <li class="lrow div" data-device=device.device.to_string()>
            {picture}
            <span class="grow">
                <span class="a" dir="auto">{name}</span>
                <span class="c">{since}</span>
            </span>
            {end}
        </li>
    }
    .into_any()
}
