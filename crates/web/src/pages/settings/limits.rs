//! What all shops may send, in one place.

use leptos::{prelude::*, task::spawn_local};
use tresen_types::Category;
use tresen_view::{Answer, Command, Event, LimitsView};

use super::PageBar;
use crate::{
    actions::{call, tell_failure},
    components::{
        Button, ButtonKind, Confirm, EmptyState, Glyph, Icon, Pill, PillKind, SkeletonRows,
    },
    i18n::t,
    pages::{
        chat::{LimitsSheet, set_limits, summary, with},
        customer::CustomerTabs,
    },
    state::on_event,
};

/// The page.
#[component]
pub fn LimitsPage() -> impl IntoView {
    let all = RwSignal::new(None::<Vec<LimitsView>>);
    let open = RwSignal::new(None::<LimitsView>);
    let is_asking = RwSignal::new(false);
    let fetch = move || {
        spawn_local(async move {
            match call(Command::Limits).await {
                Ok(Answer::Limits(found)) => {
                    all.try_set(Some(found));
                }
                Ok(_) => {}
                Err(failure) => tell_failure(&failure),
            }
        });
    };
    fetch();
    on_event(move |event| {
        if matches!(event, Event::HeaderChanged { .. }) {
            fetch();
        }
    });
    let offers = Memo::new(move |_| {
        all.with(|all| {
            let all = all.as_deref().unwrap_or_default();
            all.iter().filter(|view| view.limits.categories.contains(Category::Marketing)).count()
        })
    });
    view! {
        <main class="page">
            <PageBar title=t().limits_all back="/settings" />
            <div class="page-in">
                <p class="mut">{t().limits_all_hint}</p>
                {move || match all.get() {
                    None => view! { <SkeletonRows /> }.into_any(),
                    Some(all) if all.is_empty() => {
                        view! { <EmptyState glyph=Glyph::SlidersHorizontal title=t().no_chats /> }
                            .into_any()
                    }
                    Some(all) => rows(all, open),
                }}
                {move || {
                    (offers.get() > 0)
                        .then(|| {
                            view! {
                                <Button
                                    kind=ButtonKind::Danger
                                    wide=true
                                    label=t().stop_all
                                    on_press=move || is_asking.set(true)
                                />
                            }
                        })
                }}
            </div>
        </main>
        <CustomerTabs />
        {move || {
            open.get()
                .map(|view| {
                    view! {
                        <LimitsSheet
                            conversation=view.conversation
                            name=view.name
                            on_close=move || {
                                open.try_set(None);
                            }
                        />
                    }
                })
        }}
        {move || {
            is_asking
                .get()
                .then(|| {
                    view! {
                        <Confirm
                            title=t().stop_all_question
                            text=t().stop_all_hint
                            yes=t().stop_all
                            on_yes=move || stop_offers(all.get_untracked().unwrap_or_default())
                            on_close=move || {
                                is_asking.try_set(false);
                            }
                        />
                    }
                })
        }}
    }
}

fn rows(all: Vec<LimitsView>, open: RwSignal<Option<LimitsView>>) -> AnyView {
    let rows = all
        .into_iter()
        .map(|view| {
            let (name, allowed) = (view.name.clone(), summary(&view.limits));
            let is_waiting = view.is_waiting;
            let is_blocked = view.is_blocked;
            view! {
                <button
                    type="button"
                    class="lrow div"
                    data-limits="yes"
                    on:click=move |_| open.set(Some(view.clone()))
                >
                    <span class="grow">
                        <span class="a" dir="auto">{name}</span>
                        <span class="c">{allowed}</span>
                    </span>
                    {is_blocked.then(|| view! { <Pill text=t().blocked /> })}
                    {is_waiting
                        .then(|| view! { <Pill text=t().limits_waiting kind=PillKind::Wait /> })}
                    <Icon glyph=Glyph::ChevronRight small=true />
                </button>
            }
        })
        .collect_view();
    view! { <section class="card">{rows}</section> }.into_any()
}

/// Takes the offers out of every yes, one after the other.
fn stop_offers(all: Vec<LimitsView>) {
    spawn_local(async move {
        for view in all {
            if view.limits.categories.contains(Category::Marketing) {
                let mut limits = view.limits.clone();
                limits.categories = with(limits.categories, Category::Marketing, false);
                set_limits(&view, limits).await;
            }
        }
    });
}
