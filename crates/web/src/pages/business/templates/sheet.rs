//! One template: how it looks, what was decided, and what can be made of it.

use leptos::{prelude::*, task::spawn_local};
use tresen_view::{Answer, Command, TemplateContent, TemplateDraft, TemplateStatus, TemplateView};

use super::{form::example_day, is_writable, language_name, state, title, words};
use crate::{
    actions::{call, tell_failure},
    components::{Button, ButtonKind, Glyph, Icon, Pill, Sheet, TemplateCard, category_label},
    i18n::{Language, b, fill, time},
    pages::business::desk::desk,
    router,
    state::app,
};

/// A message as it looks when its offer ends with this day, as a date field has it.
pub(in crate::pages::business) fn with_end(
    mut content: TemplateContent,
    day: Option<&str>,
) -> TemplateContent {
    if let (Some(offer), Some(day)) = (&mut content.offer, day) {
        offer.ends_at = time::end_of(day);
    }
    content
}

/// The sheet.
#[component]
pub(super) fn OneTemplate(
    template: TemplateView,
    on_change: Callback<TemplateView>,
    on_close: impl Fn() + 'static,
) -> impl IntoView {
    let desk = desk();
    let shown = preview_of(template.draft());
    let content =
        Signal::derive(move || shown.get().map(|content| with_end(content, Some(&example_day()))));
    let (word, kind) = state(&template);
    let facts = format!(
        "{} · {} · {}",
        category_label(template.category),
        language_name(&template.language),
        fill(b().tpl_version, &[("n", &template.version.to_string())]),
    );
    let is_approved = template.status == TemplateStatus::Approved;
    let until = template.until.filter(|_| is_approved);
    let said = template.reason.as_deref().map(words::reason);
    let hints = template.findings.iter().map(hint).collect_view();
    let may_approve = desk.is_owner()
        && template.counts_self_approval
        && matches!(template.status, TemplateStatus::Pending);
    let may_change = is_writable(&template);
    let draft = template.draft();
    let hash = template.template.clone();
    let approve = move || {
        let template = hash.clone();
        spawn_local(async move {
            match call(Command::ApproveTemplate { template }).await {
                Ok(Answer::Template(changed)) => {
                    app().tell(b().tpl_was_approved);
                    on_change.run(*changed);
                }
                Ok(_) => {}
                Err(failure) => tell_failure(&failure),
            }
        });
    };
    view! {
        <Sheet title=title(&template.name) on_close side=true>
            <p class="row wrap">
                <Pill text=word kind />
                <span class="mut">{facts}</span>
            </p>
            {until
                .map(|until| {
                    view! {
                        <p class="hint">{fill(b().valid_until, &[("time", &time::date(until))])}</p>
                    }
                })}
            {said.map(|said| view! { <p class="note">{said}</p> })}
            <Stage content />
            {hints}
            <div class="acts col">
                {may_approve
                    .then(|| {
                        view! {
                            <Button
                                kind=ButtonKind::Primary
                                label=b().tpl_approve
                                on_press=approve
                            />
                        }
                    })}
                {may_change.then(|| next_steps(draft))}
            </div>
        </Sheet>
    }
}

/// A new version, or the same in another language.
fn next_steps(draft: TemplateDraft) -> AnyView {
    let desk = desk();
    let edit = move |draft: TemplateDraft| {
        desk.template_draft.set(Some(draft));
        router::navigate("/business/templates/new");
    };
    let others = Language::ALL
        .into_iter()
        .filter(|language| Language::from_tag(&draft.language) != Some(*language))
        .map(|language| {
            let other = TemplateDraft { language: language.tag().to_owned(), ..draft.clone() };
            let label = fill(b().tpl_translate, &[("language", language.own_name())]);
            view! { <Button label on_press=move || edit(other.clone()) /> }
        })
        .collect_view();
    view! {
        <Button label=b().tpl_next_version on_press=move || edit(draft.clone()) />
        {others}
    }
    .into_any()
}

/// A hint of the lint.
pub(super) fn hint(remark: &tresen_view::RemarkView) -> AnyView {
    let glyph = if words::is_about_offers(remark) { Glyph::Megaphone } else { Glyph::Info };
    view! {
        <p class="note row" data-finding=remark.what.clone()>
            <Icon glyph small=true />
            <span class="grow">{words::finding(remark)}</span>
        </p>
    }
    .into_any()
}

/// What a customer would see of a draft, once the worker has said so.
fn preview_of(draft: TemplateDraft) -> RwSignal<Option<TemplateContent>> {
    let content = RwSignal::new(None);
    spawn_local(async move {
        let answer = call(Command::PreviewTemplate(Box::new(draft))).await;
        if let Ok(Answer::TemplatePreview(preview)) = answer {
            content.try_set(Some(preview.content));
        }
    });
    content
}

/// A message of the template, as the customer's chat shows it.
#[component]
pub(in crate::pages::business) fn Stage(
    #[prop(into)] content: Signal<Option<TemplateContent>>,
) -> impl IntoView {
    view! {
        <div class="tpl-stage" role="group" aria-label=b().tpl_preview>
            {move || {
                content
                    .get()
                    .map(|template| {
                        view! {
                            <div class="bub">
                                <TemplateCard
                                    template
                                    message=None
                                    can_choose=false
                                    on_choose=Callback::new(|_text| ())
                                    on_open=Callback::new(|()| ())
                                />
                            </div>
                        }
                    })
            }}
        </div>
    }
}
