//! The service window behind the counter: until when an answer is possible, and a template afterwards.

use leptos::{prelude::*, task::spawn_local};
use tresen_types::ConversationId;
use tresen_view::{
    Answer, ButtonDraft, Command, ParameterType, TemplateContent, TemplateStatus, TemplateView,
    WindowView,
};

use super::{
    chat::Facts,
    template_value::{kind_of_field, value},
    templates::{Stage, language_name, title},
};
use crate::{
    actions::{call, tell_failure},
    components::{Button, ButtonKind, ButtonSize, Field, Glyph, Icon, Sheet, SkeletonRows},
    i18n::{b, fill, time},
    state::app,
};

/// Names of the fields; a template with more parameters isn't written by hand here.
const FIELDS: [&str; 10] =
    ["tpl-1", "tpl-2", "tpl-3", "tpl-4", "tpl-5", "tpl-6", "tpl-7", "tpl-8", "tpl-9", "tpl-10"];

/// The service window, above the composer: until when an answer is possible, or that it isn't.
#[component]
pub(super) fn WindowNotice(facts: Facts) -> impl IntoView {
    let window = Memo::new(move |_| {
        facts.header.with(|header| {
            let header = header.as_ref()?;
            header.can_write.then_some(header.window)
        })
    });
    let is_choosing = RwSignal::new(false);
    view! {
        {move || window.get().map(|window| notice(window, is_choosing))}
        {move || {
            is_choosing
                .get()
                .then(|| {
                    view! {
                        <TemplateSheet conversation=facts.conversation is_open=is_choosing />
                    }
                })
        }}
    }
}

fn notice(window: WindowView, is_choosing: RwSignal<bool>) -> AnyView {
    let words = match window.closes_at {
        Some(at) if window.is_open => fill(b().window_open, &[("time", &time::day_time(at))]),
        Some(at) => fill(b().window_closed, &[("time", &time::date_time(at))]),
        None => b().window_never_open.to_owned(),
    };
    let state = if window.is_open { "open" } else { "closed" };
    view! {
        <div class="coll" data-window=state>
            <Icon glyph=Glyph::Clock small=true />
            <span class="grow">{words}</span>
            <Button
                kind=ButtonKind::Text
                size=ButtonSize::Small
                label=b().template_send
                on_press=move || is_choosing.set(true)
            />
        </div>
    }
    .into_any()
}

/// The approved templates; one is chosen, filled and sent.
#[component]
fn TemplateSheet(conversation: ConversationId, is_open: RwSignal<bool>) -> impl IntoView {
    let templates = RwSignal::new(None::<Vec<TemplateView>>);
    let chosen = RwSignal::new(None::<TemplateView>);
    spawn_local(async move {
        match call(Command::Templates).await {
            Ok(Answer::Templates(all)) => {
                templates.try_set(Some(all.into_iter().filter(is_usable).collect()));
            }
            Ok(_) => {}
            Err(failure) => tell_failure(&failure),
        }
    });
    view! {
        <Sheet
            title=b().template_send.to_owned()
            on_close=move || {
                is_open.try_set(false);
            }
            side=true
        >
            {move || match (chosen.get(), templates.get()) {
                (Some(template), _) => {
                    view! { <Filling conversation template is_open chosen /> }.into_any()
                }
                (None, None) => view! { <SkeletonRows /> }.into_any(),
                (None, Some(all)) if all.is_empty() => {
                    view! {
                        <p class="mut">{b().template_none}</p>
                        <div class="acts">
                            <a class="btn" href="/business/templates">
                                {b().templates}
                            </a>
                        </div>
                    }
                    .into_any()
                }
                (None, Some(all)) => {
                    all.into_iter().map(|template| row(template, chosen)).collect_view().into_any()
                }
            }}
        </Sheet>
    }
}

/// Whether it may go now, and its values can be typed.
fn is_usable(template: &TemplateView) -> bool {
    template.status == TemplateStatus::Approved
        && !template.is_special
        && template.parameters.len() <= FIELDS.len()
}

fn row(template: TemplateView, chosen: RwSignal<Option<TemplateView>>) -> AnyView {
    let (name, body) = (title(&template.name), template.body.clone());
    let lang = template.language.clone();
    let language = language_name(&template.language);
    let hash = template.template.clone();
    view! {
        <button
            type="button"
            class="lrow div"
            data-template=hash
            on:click=move |_| chosen.set(Some(template.clone()))
        >
            <span class="grow">
                <span class="a">{name} <span class="mut">" · " {language}</span></span>
                <span class="c" dir="auto" lang=lang>
                    {body}
                </span>
            </span>
            <Icon glyph=Glyph::ChevronRight small=true />
        </button>
    }
    .into_any()
}

/// What stands in a field at first: what a quick reply hands back is its text.
fn given(template: &TemplateView, at: usize) -> String {
    let name = template.parameters.get(at).map(|known| known.name.clone()).unwrap_or_default();
    let mark = if name.is_empty() { at.saturating_add(1).to_string() } else { name };
    let text = template.buttons.iter().find_map(|button| match button {
        ButtonDraft::QuickReply { text, payload } if payload.as_ref() == Some(&mark) => {
            Some(text.clone())
        }
        _ => None,
    });
    text.unwrap_or_default()
}

/// The chosen template with its values, as the customer will see it.
#[component]
fn Filling(
    conversation: ConversationId,
    template: TemplateView,
    is_open: RwSignal<bool>,
    chosen: RwSignal<Option<TemplateView>>,
) -> impl IntoView {
    let typed: Vec<RwSignal<String>> =
        (0..template.parameters.len()).map(|at| RwSignal::new(given(&template, at))).collect();
    let errors: Vec<RwSignal<Option<String>>> =
        template.parameters.iter().map(|_parameter| RwSignal::new(None)).collect();
    let is_busy = RwSignal::new(false);
    let content = preview(&template, typed.clone());
    let fields = FIELDS.iter().zip(&template.parameters).zip(typed.iter().zip(&errors)).zip(1_u8..);
    let fields = fields
        .map(|(((id, parameter), (value, error)), number)| {
            let name = parameter.name.replace('_', " ");
            let label = if name.is_empty() { number.to_string() } else { name };
            let hint = (!parameter.example.is_empty())
                .then(|| fill(b().tpl_like, &[("example", &parameter.example)]));
            let hint = hint.unwrap_or_default();
            let is_text = matches!(
                parameter.kind,
                ParameterType::Text
                    | ParameterType::Code
                    | ParameterType::UrlSuffix
                    | ParameterType::Payload
            );
            let max_length = if is_text { u32::from(parameter.length_max) } else { 40 };
            let kind = kind_of_field(parameter.kind);
            view! { <Field id kind label value=*value hint error=*error max_length /> }
        })
        .collect_view();
    let send = move || {
        let mut values = Vec::new();
        for ((parameter, typed), error) in template.parameters.iter().zip(&typed).zip(&errors) {
            let found = value(parameter.kind, &typed.get_untracked());
            error.set(
                found.is_none().then(|| super::template_value::wanted(parameter.kind).to_owned()),
            );
            values.extend(found);
        }
        if values.len() != template.parameters.len() || is_busy.get_untracked() {
            super::profile_form::focus_first_error();
            return;
        }
        is_busy.set(true);
        let template = template.template.clone();
        spawn_local(async move {
            match call(Command::SendTemplate { conversation, template, values }).await {
                Ok(_) => {
                    app().tell(b().template_sent);
                    is_open.try_set(false);
                }
                Err(failure) => tell_failure(&failure),
            }
            is_busy.try_set(false);
        });
    };
    view! {
        <div class="stack">
            <Stage content />
            {fields}
            <div class="acts">
                <Button label=b().tpl_other on_press=move || chosen.set(None) />
                <Button
                    kind=ButtonKind::Primary
                    label=b().template_send
                    busy=is_busy
                    on_press=send
                />
            </div>
        </div>
    }
}

/// The message with what is typed so far, as the worker renders it.
fn preview(
    template: &TemplateView,
    typed: Vec<RwSignal<String>>,
) -> RwSignal<Option<TemplateContent>> {
    let content = RwSignal::new(None);
    let draft = template.draft();
    Effect::new(move |_| {
        let mut draft = draft.clone();
        for (parameter, typed) in draft.parameters.iter_mut().zip(&typed) {
            typed.with(|typed| {
                if !typed.trim().is_empty() {
                    typed.trim().clone_into(&mut parameter.example);
                }
            });
        }
        spawn_local(async move {
            let answer = call(Command::PreviewTemplate(Box::new(draft))).await;
            if let Ok(Answer::TemplatePreview(preview)) = answer {
                content.try_set(Some(preview.content));
            }
        });
    });
    content
}
