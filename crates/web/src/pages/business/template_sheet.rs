//! The service window behind the counter: until when an answer is possible, and a template afterwards.

use leptos::{prelude::*, task::spawn_local};
use tresen_types::ConversationId;
use tresen_view::{
    Answer, ButtonDraft, Command, FileRef, HeaderFile, OutgoingFile, ParameterDraft, ParameterType,
    TemplateContent, TemplateStatus, TemplateView, ValueDraft, WindowView,
};

use super::{
    chat::Facts,
    picture_field::PictureField,
    template_value::{end, kind_of_field, value, wanted},
    templates::{Stage, end_of_offer, language_name, place_of, title, with_end},
};
use crate::{
    actions::{call, call_with_files, tell_failure},
    components::{Button, ButtonKind, ButtonSize, Field, Glyph, Icon, Sheet, SkeletonRows},
    i18n::{b, fill, time},
    pages::Prepared,
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

/// Whether it may go now, and its values can be typed or chosen: of files, the pictures of cards.
fn is_usable(template: &TemplateView) -> bool {
    let is_file = |known: &&ParameterDraft| known.kind == ParameterType::File;
    let has_other = template
        .parameters
        .iter()
        .any(|known| matches!(known.kind, ParameterType::Place | ParameterType::Goods));
    let typed = template.parameters.iter().filter(|known| !is_file(known)).count();
    template.status == TemplateStatus::Approved
        && template.header_file.is_none()
        && template.cards.iter().all(|card| card.kind == HeaderFile::Image)
        && !has_other
        && typed <= FIELDS.len()
}

/// The number of the card with this picture.
fn card_of(template: &TemplateView, at: usize) -> Option<usize> {
    let is_own = |media: &str| place_of(&template.parameters, media) == Some(at);
    let card = template.cards.iter().position(|card| is_own(&card.media))?;
    Some(card.saturating_add(1))
}

/// What is typed or chosen for a parameter.
#[derive(Clone, Copy)]
struct Slot {
    typed: RwSignal<String>,
    picture: RwSignal<Option<Prepared>, LocalStorage>,
    error: RwSignal<Option<String>>,
}

impl Slot {
    fn new(given: String) -> Self {
        let slot = Self {
            typed: RwSignal::new(given),
            picture: RwSignal::new_local(None),
            error: RwSignal::new(None),
        };
        // What was said of the last words isn't true of the next ones.
        Effect::new(move |_| {
            slot.typed.track();
            slot.error.set(None);
        });
        slot
    }
}

/// A picture as it is handed over; the file stands beside the call.
fn outgoing(ready: &Prepared, file: FileRef) -> ValueDraft {
    ValueDraft::File(Box::new(OutgoingFile {
        file,
        kind: ready.kind,
        name: ready.name.clone(),
        media_type: ready.media_type.clone(),
        size_bytes: ready.size_bytes,
        dimensions: ready.dimensions,
        thumbhash: ready.thumbhash.clone(),
        voice: None,
        caption: String::new(),
    }))
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
    let slots: Vec<Slot> =
        (0..template.parameters.len()).map(|at| Slot::new(given(&template, at))).collect();
    let is_busy = RwSignal::new(false);
    let ends = end_of_offer(&template);
    let content = preview(&template, slots.clone(), ends);
    let fields = fields(&template, &slots, ends);
    let send = move || {
        let (mut values, mut files) = (Vec::new(), Vec::new());
        for (at, (parameter, slot)) in template.parameters.iter().zip(&slots).enumerate() {
            let typed = slot.typed.get_untracked();
            let picture = slot.picture.get_untracked();
            let found = match picture.filter(|_ready| parameter.kind == ParameterType::File) {
                Some(ready) => Some(Value::Picture(ready)),
                None if ends == Some(at) => end(&typed).map(Value::Typed),
                None => value(parameter.kind, &typed).map(Value::Typed),
            };
            let missing = found.is_none().then(|| wanted(parameter.kind).to_owned());
            slot.error.set(missing);
            values.extend(found);
        }
        if values.len() != template.parameters.len() || is_busy.get_untracked() {
            super::profile_form::focus_first_error();
            return;
        }
        is_busy.set(true);
        for value in &values {
            if let Value::Picture(ready) = value {
                files.push(ready.blob.clone());
            }
        }
        let template = template.template.clone();
        spawn_local(async move {
            let command = move |numbers: &[FileRef]| {
                let mut numbers = numbers.iter();
                let values = values.into_iter().filter_map(|value| match value {
                    Value::Typed(value) => Some(value),
                    Value::Picture(ready) => numbers.next().map(|number| outgoing(&ready, *number)),
                });
                Command::SendTemplate { conversation, template, values: values.collect() }
            };
            match call_with_files(files, command).await {
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

/// What is handed over for a parameter.
enum Value {
    Typed(ValueDraft),
    Picture(Prepared),
}

/// A field for every parameter, in their order.
fn fields(template: &TemplateView, slots: &[Slot], ends: Option<usize>) -> AnyView {
    let mut ids = FIELDS.iter();
    let mut views = Vec::with_capacity(slots.len());
    for (at, (parameter, slot)) in template.parameters.iter().zip(slots).enumerate() {
        let Slot { typed, picture, error } = *slot;
        if parameter.kind == ParameterType::File {
            let number = card_of(template, at).unwrap_or_default().to_string();
            let label = fill(b().tpl_card_picture, &[("n", &number)]);
            views.push(view! { <PictureField label value=picture error /> }.into_any());
            continue;
        }
        let Some(id) = ids.next() else { break };
        let name = parameter.name.replace('_', " ");
        let (label, hint) = if ends == Some(at) {
            (b().tpl_offer_ends.to_owned(), String::new())
        } else {
            let like = (!parameter.example.is_empty())
                .then(|| fill(b().tpl_like, &[("example", &parameter.example)]));
            let number = at.saturating_add(1).to_string();
            (if name.is_empty() { number } else { name }, like.unwrap_or_default())
        };
        let is_text = matches!(
            parameter.kind,
            ParameterType::Text
                | ParameterType::Code
                | ParameterType::UrlSuffix
                | ParameterType::Payload
        );
        let max_length = if is_text { u32::from(parameter.length_max) } else { 40 };
        let kind = kind_of_field(parameter.kind);
        views.push(
            view! { <Field id=*id kind label value=typed hint error=error max_length /> }
                .into_any(),
        );
    }
    views.into_any()
}

/// The message with what is typed so far, as the worker renders it.
fn preview(
    template: &TemplateView,
    slots: Vec<Slot>,
    ends: Option<usize>,
) -> RwSignal<Option<TemplateContent>> {
    let content = RwSignal::new(None);
    let draft = template.draft();
    Effect::new(move |_| {
        let mut draft = draft.clone();
        for (parameter, slot) in draft.parameters.iter_mut().zip(&slots) {
            slot.typed.with(|typed| {
                if !typed.trim().is_empty() {
                    typed.trim().clone_into(&mut parameter.example);
                }
            });
        }
        let day = ends.and_then(|at| slots.get(at)).map(|slot| slot.typed.get());
        spawn_local(async move {
            let answer = call(Command::PreviewTemplate(Box::new(draft))).await;
            if let Ok(Answer::TemplatePreview(preview)) = answer {
                content.try_set(Some(with_end(preview.content, day.as_deref())));
            }
        });
    });
    content
}
