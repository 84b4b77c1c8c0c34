//! Messages to many: what was sent and what came of it; a new one is a sheet.

mod draft;

use leptos::{prelude::*, task::spawn_local};
use tresen_view::{Answer, BroadcastState, BroadcastView, Command};

use self::draft::NewBroadcast;
use crate::{
    actions::{call, tell_failure},
    components::{Button, ButtonKind, ButtonSize, EmptyState, Glyph, Pill, PillKind, SkeletonRows},
    i18n::{b, fill, time},
};

/// How often the numbers are asked for while something is sent.
const LOOK_AGAIN: std::time::Duration = std::time::Duration::from_secs(2);

/// Why somebody gets nothing, in words.
fn left_out(reason: &str) -> &'static str {
    let b = b();
    match reason {
        "no_consent" | "limit" | "stopped" => b.out_no_consent,
        "blocked" => b.out_blocked,
        "other_label" => b.out_label,
        "unpaid" => b.out_unpaid,
        _not_open => b.out_closed,
    }
}

/// The page.
#[component]
pub(super) fn BroadcastsPage() -> impl IntoView {
    let known = RwSignal::new(None::<Vec<BroadcastView>>);
    let is_new = RwSignal::new(false);
    let fetch = move || {
        spawn_local(async move {
            match call(Command::Broadcasts).await {
                Ok(Answer::Broadcasts(all)) => {
                    known.try_set(Some(all));
                }
                Ok(_) => {}
                Err(failure) => {
                    tell_failure(&failure);
                    known.try_update(|known| {
                        known.get_or_insert_default();
                    });
                }
            }
        });
    };
    fetch();
    let timer = set_interval_with_handle(
        move || {
            let is_moving = known.try_with_untracked(|known| {
                known.iter().flatten().any(|one| one.state == BroadcastState::Running)
            });
            if is_moving == Some(true) {
                fetch();
            }
        },
        LOOK_AGAIN,
    );
    on_cleanup(move || {
        if let Ok(timer) = timer {
            timer.clear();
        }
    });
    view! {
        <main class="page">
            <div class="page-in">
                <div class="page-head">
                    <h1 class="grow">{b().broadcasts}</h1>
                    <Button
                        kind=ButtonKind::Primary
                        glyph=Glyph::Plus
                        label=b().broadcast_new
                        on_press=move || is_new.set(true)
                    />
                </div>
                <p class="mut">{b().broadcasts_intro}</p>
                {move || match known.get() {
                    None => view! { <SkeletonRows /> }.into_any(),
                    Some(all) if all.is_empty() => {
                        view! {
                            <EmptyState
                                glyph=Glyph::Megaphone
                                title=b().broadcasts_empty
                                text=b().broadcasts_empty_hint
                            />
                        }
                        .into_any()
                    }
                    Some(all) => {
                        all.into_iter().map(|one| card(one, fetch)).collect_view().into_any()
                    }
                }}
            </div>
        </main>
        {move || {
            is_new
                .get()
                .then(|| {
                    view! {
                        <NewBroadcast
                            on_start=move || fetch()
                            on_close=move || {
                                is_new.try_set(false);
                            }
                        />
                    }
                })
        }}
    }
}

fn card(one: BroadcastView, fetch: impl Fn() + Copy + Send + Sync + 'static) -> AnyView {
    let b = b();
    let is_early = one.state == BroadcastState::Running && one.starts_at > time::now();
    let (word, kind) = match one.state {
        BroadcastState::Running if is_early => (b.broadcast_waits, PillKind::Wait),
        BroadcastState::Running => (b.broadcast_runs, PillKind::Brand),
        BroadcastState::Paused => (b.broadcast_paused, PillKind::Wait),
        BroadcastState::Done => (b.broadcast_done, PillKind::Ok),
        BroadcastState::Cancelled => (b.broadcast_cancelled, PillKind::Plain),
    };
    let reason = match one.reason.as_deref() {
        Some("unpaid") => Some(b.broadcast_unpaid),
        Some("messages_max") => Some(b.broadcast_at_cap),
        _ => None,
    };
    let number = one.broadcast;
    let act = move |command: Command| {
        spawn_local(async move {
            if let Err(failure) = call(command).await {
                tell_failure(&failure);
            }
            fetch();
        });
    };
    let button = move |label: &'static str, command: Command| {
        view! {
            <Button size=ButtonSize::Small label on_press=move || act(command.clone()) />
        }
    };
    let buttons = match one.state {
        BroadcastState::Running => vec![
            button(b.broadcast_pause, Command::PauseBroadcast { broadcast: number }),
            button(b.broadcast_cancel, Command::CancelBroadcast { broadcast: number }),
        ],
        BroadcastState::Paused => vec![
            button(b.broadcast_resume, Command::ResumeBroadcast { broadcast: number }),
            button(b.broadcast_cancel, Command::CancelBroadcast { broadcast: number }),
        ],
        BroadcastState::Done | BroadcastState::Cancelled => Vec::new(),
    };
    let facts = [
        (b.col_recipients, one.recipients),
        (b.col_waiting, one.waiting),
        (b.col_sent, one.sent),
        (b.col_delivered, one.delivered),
        (b.col_read, one.read),
        (b.col_withdrawn, one.withdrawn),
        (b.col_stopped, one.stopped),
    ];
    let facts = facts
        .into_iter()
        .map(|(label, count)| {
            view! {
                <div>
                    <dt>{label}</dt>
                    <dd>{count}</dd>
                </div>
            }
        })
        .collect_view();
    let refused = one.refused.iter().map(|refused| {
        let count = refused.customers.to_string();
        let words = fill(b.out_count, &[("n", &count), ("why", left_out(&refused.reason))]);
        view! { <li class="hint">{words}</li> }
    });
    let begin = fill(b.broadcast_at, &[("time", &time::date_time(one.starts_at))]);
    view! {
        <section class="card pad stack" data-broadcast=number.to_string()>
            <div class="row wrap">
                <h2 class="grow" dir="auto">{one.name.clone()}</h2>
                <Pill text=word kind />
            </div>
            <p class="hint">{begin}</p>
            {reason.map(|words| view! { <p class="note" role="status">{words}</p> })}
            <dl class="counts">{facts}</dl>
            <ul class="plain">{refused.collect_view()}</ul>
            <div class="row wrap">{buttons}</div>
        </section>
    }
    .into_any()
}
