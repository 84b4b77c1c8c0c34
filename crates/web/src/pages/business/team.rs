//! Devices and team: who works here, who may join, and the recovery code.

use leptos::{prelude::*, task::spawn_local};
use tresen_view::{Command, DeviceView, Role};

use super::{desk::desk, invite::InviteStep, recovery::RecoveryCard};
use crate::{
    actions::{call, tell_failure},
    components::{
        Avatar, Button, ButtonKind, ButtonSize, Confirm, Glyph, Icon, Pill, PillKind, SkeletonRows,
    },
    i18n::{b, fill, t, time},
    state::app,
};

/// The page.
#[component]
pub(super) fn TeamPage() -> impl IntoView {
    let desk = desk();
    let is_owner = Memo::new(move |_| desk.is_owner());
    let asking = RwSignal::new(None::<DeviceView>);
    let remove = move |device: DeviceView| {
        spawn_local(async move {
            match call(Command::RemoveDevice { device: device.device }).await {
                Ok(_) => {
                    app().tell(t().device_removed);
                    desk.fetch_devices();
                }
                Err(failure) => tell_failure(&failure),
            }
        });
    };
    view! {
        <main class="page">
            <div class="page-in">
                <div class="page-head">
                    <h1 class="grow">{b().team_title}</h1>
                    {move || {
                        is_owner
                            .get()
                            .then(|| {
                                view! {
                                    <Button
                                        kind=ButtonKind::Primary
                                        glyph=Glyph::UserPlus
                                        label=b().invite
                                        on_press=move || desk.invite.set(Some(InviteStep::Form))
                                    />
                                }
                            })
                    }}
                </div>
                <p class="mut">{b().team_intro}</p>
                {move || match desk.devices.get() {
                    None => view! { <SkeletonRows /> }.into_any(),
                    Some(devices) => {
                        let can_remove = is_owner.get();
                        let rows = devices
                            .into_iter()
                            .map(|device| row(device, can_remove, asking))
                            .collect_view();
                        view! { <ul class="plain card">{rows}</ul> }.into_any()
                    }
                }}
                <section class="card">
                    <a class="lrow" href="/business/teamwork">
                        <Icon glyph=Glyph::Zap />
                        <span class="grow">
                            <span class="a">{b().teamwork}</span>
                            <span class="c">{b().teamwork_hint}</span>
                        </span>
                        <Icon glyph=Glyph::ChevronRight small=true />
                    </a>
                </section>
                {move || is_owner.get().then(|| view! { <RecoveryCard /> })}
            </div>
        </main>
        {move || {
            asking
                .get()
                .map(|device| {
                    let name = [("name", &*device.name)];
                    view! {
                        <Confirm
                            title=fill(b().remove_question, &name)
                            text=b().remove_hint
                            yes=fill(b().remove_named, &name)
                            on_yes={
                                let device = device.clone();
                                move || remove(device.clone())
                            }
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
    let role = match device.role {
        Some(Role::Owner) => b().owner,
        Some(Role::Agent) | None => b().agent,
    };
    let since = fill(t().device_since, &[("date", &time::date(device.added_at))]);
    let name =
        if device.name.is_empty() { t().unknown_name.to_owned() } else { device.name.clone() };
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
            <Avatar name=name.clone() />
            <span class="grow">
                <span class="a" dir="auto">{name}</span>
                <span class="c">{format!("{role} · {since}")}</span>
            </span>
            {end}
        </li>
    }
    .into_any()
}
