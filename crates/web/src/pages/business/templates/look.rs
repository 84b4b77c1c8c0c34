//! What the worker says about a draft, and where the editor says it.

use leptos::{prelude::*, task::spawn_local};
use tresen_view::{Answer, Command, RemarkView, TemplatePreview};

use super::{form::TemplateForm, words};
use crate::actions::call;

/// What the worker says about the draft.
#[derive(Clone, Copy)]
pub(super) struct Look {
    pub(super) preview: RwSignal<Option<TemplatePreview>>,
    /// Whether problems are told: not before somebody wants to send.
    pub(super) is_strict: RwSignal<bool>,
}

impl Look {
    /// Asks the worker about every draft; the answer to an older one is dropped.
    pub(super) fn follow(form: TemplateForm) -> Self {
        let look = Self { preview: RwSignal::new(None), is_strict: RwSignal::new(false) };
        let asked = StoredValue::new(0_u32);
        let draft = Memo::new(move |_| form.draft());
        Effect::new(move |_| {
            let draft = draft.get();
            let number = asked.get_value().wrapping_add(1);
            asked.set_value(number);
            spawn_local(async move {
                let answer = call(Command::PreviewTemplate(Box::new(draft))).await;
                // A mark that isn't finished yet changes nothing.
                if let Ok(Answer::TemplatePreview(preview)) = answer
                    && asked.try_get_value() == Some(number)
                {
                    look.preview.try_set(Some(*preview));
                }
            });
        });
        look
    }

    /// Hints, which stop nobody.
    pub(super) fn findings(self) -> Vec<RemarkView> {
        self.preview
            .with(|known| known.as_ref().map(|known| known.findings.clone()))
            .unwrap_or_default()
    }

    /// Whether there is a problem that is told.
    pub(super) fn is_wrong(self, is_here: impl Fn(&RemarkView) -> bool) -> bool {
        self.first(is_here).is_some()
    }

    /// What to do about the first such problem.
    pub(super) fn first(self, is_here: impl Fn(&RemarkView) -> bool) -> Option<String> {
        if !self.is_strict.get() {
            return None;
        }
        self.preview.with(|known| {
            let found = known.as_ref()?.problems.iter().find(|remark| is_here(remark))?;
            Some(words::problem(found).to_owned())
        })
    }

    /// The error at a field.
    pub(super) fn error(self, place: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || {
            self.first(|remark| match place {
                "name" => remark.what == "name",
                place => remark.place == place && remark.what != "name",
            })
        })
    }

    /// The error at one of several, counted from 0.
    pub(super) fn error_at(self, place: &'static str, at: usize) -> Signal<Option<String>> {
        Signal::derive(move || self.first(|remark| is_at(remark, place, at)))
    }

    /// What is said of a part that has no field on the page: domains of links always, parameters where no
    /// text has a blank.
    pub(super) fn error_elsewhere(self, form: TemplateForm) -> Signal<Option<String>> {
        Signal::derive(move || {
            let has_marks = form.marks.with(|marks| !marks.is_empty());
            self.first(|remark| match remark.place.as_str() {
                "parameter" => !has_marks,
                place => place == "link_domains",
            })
        })
    }
}

/// Whether a problem is one of this place and number.
pub(super) fn is_at(remark: &RemarkView, place: &str, at: usize) -> bool {
    remark.place == place && usize::from(remark.number) == at
}
