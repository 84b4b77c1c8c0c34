//! The devices of an account.

use leptos::{prelude::*, task::spawn_local};
use tresen_view::{Answer, Command, DeviceView, Event};

use super::{PageBar, add_device::AddDevice};
use crate::{
    actions::{call, tell_failure},
    components::{
        Avatar, Button, ButtonKind, ButtonSize, Confirm, Glyph, Pill, PillKind, SkeletonRows,
    },
    i18n::{fill, t, time},
    state::{app, on_event},
};

/// A customer's devices.
#[component]
pub fn DevicesPage() -> impl IntoView {
    let is_primary = Memo::new(|_| app().account_view().is_some_and(|view| view.is_primary));
    view! {
        <main class="page">
            <PageBar title=t().devices back="/settings" />
            <div class="page-in">
                <p class="mut">{t().devices_hint}</p>
                {move || {
                    let is_primary = is_primary.get();
                    view! {
                        <section class="card">
                            <DeviceList can_remove=is_primary />
                        </section>
                        {if is_primary {
                            view! { <AddDevice /> }.into_any()
                        } else {
                            view! { <p class="hint">{t().device_not_primary}</p> }.into_any()
                        }}
                    }
                }}
            </div>
        </main>
    }
}

/// The list, with "Remove" for those who may.
#[component]
pub fn DeviceList(can_remove: bool) -> impl IntoView {
    let devices = RwSignal::new(None::<Vec<DeviceView>>);
    let asking = RwSignal::new(None::<DeviceView>);
    let fetch = move || {
        spawn_local(async move {
            match call(Command::Devices).await {
                Ok(Answer::Devices(found)) => {
                    devices.try_set(Some(found));
                }
                Ok(_) => {}
                Err(failure) => tell_failure(&failure),
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
            None => view! { <SkeletonRows /> }.into_any(),
            Some(devices) => {
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
