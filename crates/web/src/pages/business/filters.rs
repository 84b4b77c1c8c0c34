//! Filters of the inbox beside the four parts: nobody's, resting, labels, and those that were saved.

use leptos::prelude::*;
use tresen_view::{SavedFilter, TeamCommand};
use web_sys::MouseEvent;

use super::{
    card_team::act,
    desk::{Desk, Shown},
};
use crate::{
    components::{
        Button, ButtonKind, Field, Glyph, Icon, IconButton, MenuItem, MessageMenu, Sheet, below,
    },
    i18n::{b, fill, t},
};

/// The button with its menu.
#[component]
pub(super) fn MoreFilters(desk: Desk) -> impl IntoView {
    let menu_at = RwSignal::new(None::<(i32, i32)>);
    let is_saving = RwSignal::new(false);
    view! {
        <button
            type="button"
            class="ib"
            aria-haspopup="menu"
            aria-label=b().filters
            title=b().filters
            on:click=move |event: MouseEvent| menu_at.set(Some(below(&event)))
        >
            <Icon glyph=Glyph::SlidersHorizontal />
        </button>
        {move || {
            menu_at
                .get()
                .map(|at| {
                    view! {
                        <MessageMenu
                            at
                            items=items(desk, is_saving)
                            on_close=move || {
                                menu_at.try_set(None);
                            }
                        />
                    }
                })
        }}
        {move || is_saving.get().then(|| view! { <Save desk is_open=is_saving /> })}
    }
}

fn choose(desk: Desk, shown: Shown, label: String) {
    desk.shown.set(shown);
    desk.label.set(label);
}

fn items(desk: Desk, is_saving: RwSignal<bool>) -> Vec<MenuItem> {
    let part =
        |glyph, text, shown| MenuItem::new(glyph, text, move || choose(desk, shown, String::new()));
    let mut items = vec![
        part(Glyph::Hand, b().unassigned, Shown::Unassigned),
        part(Glyph::Hourglass, b().snoozed, Shown::Snoozed),
    ];
    let team = desk.team.get_untracked();
    for label in team.labels {
        let text = fill(b().filter_label, &[("name", &label.name)]);
        items.push(MenuItem::new(Glyph::Tag, text, move || {
            choose(desk, Shown::All, label.label.clone());
        }));
    }
    for filter in team.filters {
        items.push(MenuItem::new(Glyph::Star, filter.name.clone(), move || {
            choose(desk, Shown::of_word(&filter.shown), filter.label.clone());
        }));
    }
    if is_special(desk) {
        items.push(MenuItem::new(Glyph::Plus, b().filter_save, move || is_saving.set(true)));
    }
    items
}

/// Whether something is shown that the four parts don't.
fn is_special(desk: Desk) -> bool {
    !desk.label.with_untracked(String::is_empty)
        || matches!(desk.shown.get_untracked(), Shown::Unassigned | Shown::Snoozed)
}

/// Says what is shown, and leads back to all.
#[component]
pub(super) fn FilterLine(desk: Desk) -> impl IntoView {
    let words = move || {
        let (shown, label) = (desk.shown.get(), desk.label.get());
        let team = desk.team.get();
        let saved = team
            .filters
            .iter()
            .find(|filter| filter.shown == shown.word() && filter.label == label)
            .cloned();
        let label = team.labels.into_iter().find(|known| known.label == label);
        let words = match (&saved, label, shown) {
            (Some(saved), ..) => saved.name.clone(),
            (None, Some(label), _) => fill(b().filter_label, &[("name", &label.name)]),
            (None, None, Shown::Unassigned) => b().unassigned.to_owned(),
            (None, None, Shown::Snoozed) => b().snoozed.to_owned(),
            _ => return None,
        };
        Some((words, saved))
    };
    move || {
        words().map(|(words, saved)| {
            let remove = saved.map(|saved| {
                let label = fill(b().filter_remove, &[("name", &saved.name)]);
                let id = saved.filter;
                view! {
                    <IconButton
                        glyph=Glyph::Trash2
                        label
                        on_press=move || {
                            act(TeamCommand::RemoveFilter { filter: id.clone() });
                        }
                    />
                }
            });
            view! {
                <div class="filter-line" role="status">
                    <b class="grow ell" dir="auto">
                        {words}
                    </b>
                    {remove}
                    <IconButton
                        glyph=Glyph::X
                        label=b().filter_end
                        on_press=move || choose(desk, Shown::All, String::new())
                    />
                </div>
            }
        })
    }
}

/// Asks what the filter is to be called.
#[component]
fn Save(desk: Desk, is_open: RwSignal<bool>) -> impl IntoView {
    let name = RwSignal::new(String::new());
    let close = move || {
        is_open.try_set(false);
    };
    view! {
        <Sheet title=b().filter_save on_close=close>
            <form
                class="stack"
                on:submit=move |event| {
                    event.prevent_default();
                    let name = name.get_untracked();
                    if !name.trim().is_empty() {
                        act(TeamCommand::PutFilter(SavedFilter {
                            filter: String::new(),
                            name,
                            shown: desk.shown.get_untracked().word().to_owned(),
                            label: desk.label.get_untracked(),
                        }));
                        close();
                    }
                }
            >
                <Field id="filter-name" label=b().filter_name value=name autofocus=true />
                <Button
                    kind=ButtonKind::Primary
                    wide=true
                    submit=true
                    label=t().save
                    on_press=|| ()
                />
            </form>
        </Sheet>
    }
}
