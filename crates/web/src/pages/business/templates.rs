//! Templates: what exists and whether it may be sent; the editor is a page of its own.
//!
//! ```text
//! list ──▶ sheet of one ──▶ new version / other language ──▶ editor ──▶ list
//! ```

mod cards;
mod editor;
mod form;
mod look;
mod parts;
mod sheet;
mod words;

pub(super) use editor::TemplateEditor;
use leptos::{prelude::*, task::spawn_local};
pub(super) use parts::place_of;
pub(super) use sheet::{Stage, with_end};
use tresen_view::{
    Answer, ButtonDraft, Command, HeaderFile, ParameterType, TemplateStatus, TemplateView,
};

use self::sheet::OneTemplate;
use super::desk::desk;
use crate::{
    actions::{call, tell_failure},
    components::{EmptyState, Glyph, Icon, Pill, PillKind, SkeletonRows, category_label},
    i18n::{Language, b},
};

/// The state of a template in a word.
fn state(template: &TemplateView) -> (&'static str, PillKind) {
    let b = b();
    match template.status {
        TemplateStatus::Pending => (b.tpl_pending, PillKind::Wait),
        TemplateStatus::Approved => (b.tpl_approved, PillKind::Ok),
        TemplateStatus::Rejected => (b.tpl_rejected, PillKind::Bad),
        TemplateStatus::Paused => (b.tpl_paused, PillKind::Wait),
        TemplateStatus::Disabled => (b.tpl_disabled, PillKind::Plain),
    }
}

/// A template's name as people read it: `gate_changed` is "Gate changed".
pub(super) fn title(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => words,
    }
}

/// The place of the parameter with which the offer ends.
pub(super) fn end_of_offer(template: &TemplateView) -> Option<usize> {
    place_of(&template.parameters, template.offer.as_ref()?.ends.as_deref()?)
}

/// Whether the editor can write it: words above the text, no items of the catalogue, and cards with pictures.
fn is_writable(template: &TemplateView) -> bool {
    let stands_in_card = |button: &ButtonDraft| {
        matches!(
            button,
            ButtonDraft::QuickReply { .. } | ButtonDraft::Url { .. } | ButtonDraft::Phone { .. }
        )
    };
    let has_other =
        |kind: ParameterType| matches!(kind, ParameterType::Place | ParameterType::Goods);
    let are_cards_known = template
        .cards
        .iter()
        .all(|card| card.kind == HeaderFile::Image && card.buttons.iter().all(stands_in_card));
    template.header_file.is_none()
        && are_cards_known
        && !template.parameters.iter().any(|known| has_other(known.kind))
}

/// The name of a language, in itself where this app speaks it.
pub(super) fn language_name(tag: &str) -> String {
    Language::from_tag(tag).map_or_else(|| tag.to_owned(), |known| known.own_name().to_owned())
}

/// The newest of every name and language; the list comes in the order of versions.
fn newest(all: Vec<TemplateView>) -> Vec<TemplateView> {
    let mut kept: Vec<TemplateView> = Vec::new();
    for template in all {
        let same = |known: &TemplateView| {
            known.name == template.name && known.language == template.language
        };
        match kept.last_mut().filter(|known| same(known)) {
            Some(known) => *known = template,
            None => kept.push(template),
        }
    }
    kept
}

/// The page.
#[component]
pub(super) fn TemplatesPage() -> impl IntoView {
    let desk = desk();
    let templates = RwSignal::new(None::<Vec<TemplateView>>);
    let shown = RwSignal::new(None::<TemplateView>);
    let fetch = move || {
        spawn_local(async move {
            match call(Command::Templates).await {
                Ok(Answer::Templates(all)) => {
                    templates.try_set(Some(newest(all)));
                }
                Ok(_) => {}
                Err(failure) => {
                    tell_failure(&failure);
                    templates.try_update(|known| {
                        known.get_or_insert_default();
                    });
                }
            }
        });
    };
    fetch();
    let changed = Callback::new(move |changed: TemplateView| {
        shown.set(Some(changed));
        fetch();
    });
    view! {
        <main class="page">
            <div class="page-in">
                <div class="page-head">
                    <h1 class="grow">{b().templates}</h1>
                    <a
                        class="btn pri"
                        href="/business/templates/new"
                        on:click=move |_| desk.template_draft.set(None)
                    >
                        <Icon glyph=Glyph::Plus small=true />
                        <span>{b().tpl_new}</span>
                    </a>
                </div>
                <p class="mut">{b().tpl_intro}</p>
                {move || match templates.get() {
                    None => view! { <SkeletonRows /> }.into_any(),
                    Some(all) if all.is_empty() => {
                        view! {
                            <EmptyState
                                glyph=Glyph::FileText
                                title=b().tpl_empty
                                text=b().tpl_empty_hint
                            />
                        }
                        .into_any()
                    }
                    Some(all) => list(all, shown),
                }}
            </div>
        </main>
        {move || {
            shown
                .get()
                .map(|template| {
                    view! {
                        <OneTemplate
                            template
                            on_change=changed
                            on_close=move || {
                                shown.try_set(None);
                            }
                        />
                    }
                })
        }}
    }
}

fn list(all: Vec<TemplateView>, shown: RwSignal<Option<TemplateView>>) -> AnyView {
    let rows = all
        .into_iter()
        .map(|template| {
            let (word, kind) = state(&template);
            let facts = format!(
                "{} · {}",
                category_label(template.category),
                language_name(&template.language),
            );
            let (name, body) = (title(&template.name), template.body.clone());
            let lang = template.language.clone();
            let hash = template.template.clone();
            view! {
                <button
                    type="button"
                    class="lrow div tpl-row"
                    data-template=hash
                    on:click=move |_| shown.set(Some(template.clone()))
                >
                    <span class="grow">
                        <span class="row wrap">
                            <span class="a" dir="auto">{name}</span>
                            <Pill text=word kind />
                        </span>
                        <span class="c">{facts}</span>
                        <span class="c ell" dir="auto" lang=lang>
                            {body}
                        </span>
                    </span>
                    <Icon glyph=Glyph::ChevronRight small=true />
                </button>
            }
        })
        .collect_view();
    view! { <section class="card">{rows}</section> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::title;

    #[test]
    fn names_are_read_as_words() {
        assert_eq!(title("gate_changed"), "Gate changed");
        assert_eq!(title(""), "");
    }
}
