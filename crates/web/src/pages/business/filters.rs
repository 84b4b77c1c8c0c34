//! Filters of the inbox beside the four parts: nobody's, resting, labels, and those that were saved.

use leptos::prelude::*;
use tresen_view::{InboxFilter, InboxQuery, SavedFilter, TeamCommand};
use web_sys::MouseEvent;

use super::{card_team::act, desk::Desk};
use crate::{
    components::{
        Button, ButtonKind, Field, Glyph, Icon, IconButton, MenuItem, MessageMenu, Sheet, below,
    },
    i18n::{b, fill, t},
    state::app,
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
        {move || is_saving.get().then(|| view! { <Save is_open=is_saving /> })}
    }
}

/// The stable words of saved filters.
const WORDS: [(InboxFilter, &str); 6] = [
    (InboxFilter::All, "all"),
    (InboxFilter::Queue, "waiting"),
    (InboxFilter::Mine, "mine"),
    (InboxFilter::Closed, "closed"),
    (InboxFilter::Unassigned, "unassigned"),
    (InboxFilter::Snoozed, "snoozed"),
];

/// What a word stands for; all for one of a later version.
fn of_word(word: &str) -> InboxFilter {
    WORDS.iter().find(|(_, known)| *known == word).map_or(InboxFilter::All, |(filter, _)| *filter)
}

fn word(filter: InboxFilter) -> &'static str {
    WORDS.iter().find(|(known, _)| *known == filter).map_or("all", |(_, word)| word)
}

fn items(desk: Desk, is_saving: RwSignal<bool>) -> Vec<MenuItem> {
    let part =
        |glyph, text, filter| MenuItem::new(glyph, text, move || desk.show(filter, String::new()));
    let mut items = vec![
        part(Glyph::Hand, b().unassigned, InboxFilter::Unassigned),
        part(Glyph::Hourglass, b().snoozed, InboxFilter::Snoozed),
    ];
    let team = desk.team.get_untracked();
    for label in team.labels {
        let text = fill(b().filter_label, &[("name", &label.name)]);
        items.push(MenuItem::new(Glyph::Tag, text, move || {
            desk.show(InboxFilter::All, label.label.clone());
        }));
    }
    for filter in team.filters {
        items.push(MenuItem::new(Glyph::Star, filter.name.clone(), move || {
            desk.show(of_word(&filter.shown), filter.label.clone());
        }));
    }
    if is_special() {
        items.push(MenuItem::new(Glyph::Plus, b().filter_save, move || is_saving.set(true)));
    }
    items
}

/// Whether something is shown that the four parts don't.
fn is_special() -> bool {
    app().asked.with_untracked(|asked| {
        !asked.label.is_empty()
            || matches!(asked.filter, InboxFilter::Unassigned | InboxFilter::Snoozed)
    })
}

/// Says what is shown, and leads back to all.
#[component]
pub(super) fn FilterLine(desk: Desk) -> impl IntoView {
    let words = move || {
        let InboxQuery { filter: shown, label, .. } = app().asked.get();
        let team = desk.team.get();
        let saved = team
            .filters
            .iter()
            .find(|filter| filter.shown == word(shown) && filter.label == label)
            .cloned();
        let label = team.labels.into_iter().find(|known| known.label == label);
        let words = match (&saved, label, shown) {
            (Some(saved), ..) => saved.name.clone(),
            (None, Some(label), _) => fill(b().filter_label, &[("name", &label.name)]),
            (None, None, InboxFilter::Unassigned) => b().unassigned.to_owned(),
            (None, None, InboxFilter::Snoozed) => b().snoozed.to_owned(),
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
                        on_press=move || desk.show(InboxFilter::All, String::new())
                    />
                </div>
            }
        })
    }
}

/// Asks what the filter is to be called.
#[component]
fn Save(is_open: RwSignal<bool>) -> impl IntoView {
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
                        let asked = app().asked.get_untracked();
                        act(TeamCommand::PutFilter(SavedFilter {
                            filter: String::new(),
                            name,
                            shown: word(asked.filter).to_owned(),
                            label: asked.label,
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
