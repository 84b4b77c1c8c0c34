//! The closed window: why there is no composer, and a template to send instead.

use leptos::{prelude::*, task::spawn_local};
use tresen_types::ConversationId;
use tresen_view::{
    Answer, Command, ParameterType, TemplateStatus, TemplateView, ValueDraft, WindowView,
};

use super::chat::Facts;
use crate::{
    actions::{call, tell_failure},
    components::{Button, ButtonKind, ButtonSize, Field, Glyph, Icon, Sheet, SkeletonRows},
    i18n::{b, fill, time},
    state::app,
};

/// Names of the fields; a template with more parameters isn't written by hand here.
const FIELDS: [&str; 6] = ["tpl-1", "tpl-2", "tpl-3", "tpl-4", "tpl-5", "tpl-6"];

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
        {move || window.get().filter(|window| !window.is_open).map(|window| closed(window, is_choosing))}
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

fn closed(window: WindowView, is_choosing: RwSignal<bool>) -> AnyView {
    let words = match window.closes_at {
        Some(at) => fill(b().window_closed, &[("time", &time::date_time(at))]),
        None => b().window_never_open.to_owned(),
    };
    view! {
        <div class="coll" data-window="closed">
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
                (Some(template), _) => form(conversation, template, is_open),
                (None, None) => view! { <SkeletonRows /> }.into_any(),
                (None, Some(all)) if all.is_empty() => {
                    view! { <p class="mut">{b().template_none}</p> }.into_any()
                }
                (None, Some(all)) => {
                    all.into_iter().map(|template| row(template, chosen)).collect_view().into_any()
                }
            }}
        </Sheet>
    }
}

/// Whether it may go now, and its values are words.
fn is_usable(template: &TemplateView) -> bool {
    template.status == TemplateStatus::Approved
        && template.parameters.len() <= FIELDS.len()
        && template.parameters.iter().all(|parameter| value(parameter.kind, "").is_some())
}

fn value(kind: ParameterType, text: &str) -> Option<ValueDraft> {
    let text = text.trim().to_owned();
    match kind {
        ParameterType::Text => Some(ValueDraft::Text(text)),
        ParameterType::Code => Some(ValueDraft::Code(text)),
        ParameterType::UrlSuffix => Some(ValueDraft::UrlSuffix(text)),
        ParameterType::Payload => Some(ValueDraft::Payload(text)),
        ParameterType::Number | ParameterType::Amount | ParameterType::Date => None,
    }
}

fn row(template: TemplateView, chosen: RwSignal<Option<TemplateView>>) -> AnyView {
    let name = format!("{} · {}", template.name, template.language);
    let body = template.body.clone();
    view! {
        <button type="button" class="row" on:click=move |_| chosen.set(Some(template.clone()))>
            <span class="grow">
                <b>{name}</b>
                <br />
                <span class="mut">{body}</span>
            </span>
        </button>
    }
    .into_any()
}

fn form(conversation: ConversationId, template: TemplateView, is_open: RwSignal<bool>) -> AnyView {
    let values: Vec<RwSignal<String>> =
        template.parameters.iter().map(|_parameter| RwSignal::new(String::new())).collect();
    let fields = FIELDS.iter().zip(&template.parameters).zip(&values).zip(1_u8..);
    let fields = fields
        .map(|(((id, parameter), value), number)| {
            let name = parameter.name.clone();
            let label = if name.is_empty() { number.to_string() } else { name };
            let hint = parameter.example.clone();
            let max_length = u32::from(parameter.length_max);
            view! { <Field id label value=*value hint max_length /> }
        })
        .collect_view();
    let body = template.body.clone();
    let send = move || {
        let drafts = template.parameters.iter().zip(&values);
        let values = drafts
            .filter_map(|(parameter, text)| value(parameter.kind, &text.get_untracked()))
            .collect();
        let template = template.template.clone();
        spawn_local(async move {
            match call(Command::SendTemplate { conversation, template, values }).await {
                Ok(_) => {
                    app().tell(b().template_sent);
                    is_open.try_set(false);
                }
                Err(failure) => tell_failure(&failure),
            }
        });
    };
    view! {
        <p class="mut">{body}</p>
        {fields}
        <div class="acts col">
            <Button kind=ButtonKind::Primary label=b().template_send on_press=send />
        </div>
    }
    .into_any()
}
