//! A message to many, before it is sent: to whom, what, when, at what price.

use std::collections::BTreeSet;

use leptos::{prelude::*, task::spawn_local};
use tresen_view::{
    Answer, BroadcastDraft, BroadcastPreview, Command, LabelView, ParameterType, TemplateStatus,
    TemplateView, ValueDraft,
};

use super::left_out;
use crate::{
    actions::{call, tell_failure},
    components::{Button, ButtonKind, Checkbox, Field, FieldKind, Sheet, category_label},
    i18n::{b, fill, time},
    pages::business::{
        desk::desk,
        template_value::{end, kind_of_field, value, wanted},
        templates::{end_of_offer, language_name, title},
        usage::price,
    },
    state::app,
};

/// What is chosen and typed.
#[derive(Clone, Copy)]
struct Form {
    name: RwSignal<String>,
    template: RwSignal<Option<TemplateView>>,
    values: RwSignal<Vec<RwSignal<String>>>,
    /// Of entry links, with whether they are chosen.
    labels: RwSignal<Vec<(String, RwSignal<bool>)>>,
    /// Of the team: id, name, and whether it is chosen.
    team_labels: RwSignal<Vec<(String, String, RwSignal<bool>)>>,
    day: RwSignal<String>,
    hour: RwSignal<String>,
    per_minute: RwSignal<String>,
    most: RwSignal<String>,
}

impl Form {
    fn choose(self, template: Option<TemplateView>) {
        let count = template.as_ref().map_or(0, |template| template.parameters.len());
        self.values.set((0..count).map(|_| RwSignal::new(String::new())).collect());
        self.template.set(template);
    }

    /// The draft; `None` while a value is missing.
    fn draft(self) -> Option<BroadcastDraft> {
        let template = self.template.get()?;
        let values = self.values.get();
        let ends = end_of_offer(&template);
        let values: Option<Vec<ValueDraft>> = template
            .parameters
            .iter()
            .zip(&values)
            .enumerate()
            .map(|(at, (parameter, typed))| {
                let typed = typed.get();
                if ends == Some(at) { end(&typed) } else { value(parameter.kind, &typed) }
            })
            .collect();
        let hour = self.hour.with(|hour| hour.trim().parse().unwrap_or(9));
        let name = self.name.with(|name| name.trim().to_owned());
        Some(BroadcastDraft {
            name: if name.is_empty() { title(&template.name) } else { name },
            template: template.template,
            values: values?,
            labels: self.labels.with(|labels| {
                let chosen = labels.iter().filter(|(_, is_on)| is_on.get());
                chosen.map(|(label, _)| label.clone()).collect()
            }),
            team_labels: self.team_labels.with(|labels| {
                let chosen = labels.iter().filter(|(_, _, is_on)| is_on.get());
                chosen.map(|(label, _, _)| label.clone()).collect()
            }),
            conversations: Vec::new(),
            starts_at: self.day.with(|day| time::of_day(day, hour)),
            per_minute: self.per_minute.with(|typed| typed.trim().parse().ok()),
            messages_max: self.most.with(|typed| typed.trim().parse().ok()),
        })
    }
}

/// A template that programs alone can fill isn't offered.
fn is_usable(template: &TemplateView) -> bool {
    let is_typed = |kind: ParameterType| {
        !matches!(kind, ParameterType::File | ParameterType::Place | ParameterType::Goods)
    };
    template.status == TemplateStatus::Approved
        && template.parameters.iter().all(|parameter| is_typed(parameter.kind))
}

/// The sheet.
#[component]
pub(super) fn NewBroadcast(
    on_start: impl Fn() + Copy + Send + Sync + 'static,
    on_close: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let empty = || RwSignal::new(String::new());
    let form = Form {
        name: empty(),
        template: RwSignal::new(None),
        values: RwSignal::new(Vec::new()),
        labels: RwSignal::new(Vec::new()),
        team_labels: RwSignal::new(desk().team.with_untracked(|team| {
            let row = |one: &LabelView| (one.label.clone(), one.name.clone(), RwSignal::new(false));
            team.labels.iter().map(row).collect()
        })),
        day: empty(),
        hour: RwSignal::new("9".to_owned()),
        per_minute: empty(),
        most: empty(),
    };
    let templates = RwSignal::new(Vec::<TemplateView>::new());
    let owner = Owner::current();
    spawn_local(async move {
        if let Ok(Answer::Templates(mut all)) = call(Command::Templates).await {
            all.retain(is_usable);
            templates.try_set(all);
        }
        if let Ok(Answer::EntryLinks(links)) = call(Command::EntryLinks).await {
            let named = links.into_iter().map(|link| link.label).filter(|label| !label.is_empty());
            let named: BTreeSet<String> = named.collect();
            // They live as long as the sheet.
            let make = || named.into_iter().map(|label| (label, RwSignal::new(false))).collect();
            if let Some(owner) = owner {
                let labels = owner.with(make);
                form.labels.try_set(labels);
            }
        }
    });
    let preview = follow(form);
    let is_busy = RwSignal::new(false);
    let start = move || {
        let Some(draft) = untrack(|| form.draft()) else { return };
        if is_busy.get_untracked() {
            return;
        }
        is_busy.set(true);
        spawn_local(async move {
            match call(Command::StartBroadcast(Box::new(draft))).await {
                Ok(_) => {
                    app().tell(b().broadcast_started);
                    on_start();
                    on_close();
                }
                Err(failure) => tell_failure(&failure),
            }
            is_busy.try_set(false);
        });
    };
    view! {
        <Sheet title=b().broadcast_new on_close side=true>
            <div class="stack">
                <Choice form templates />
                <Values form />
                <Segment form />
                <Field id="bc-day" kind=FieldKind::Day label=b().broadcast_day hint=b().broadcast_day_hint value=form.day />
                <Field id="bc-hour" kind=FieldKind::Digits label=b().broadcast_hour value=form.hour max_length=2 />
                <Field id="bc-pace" kind=FieldKind::Digits label=b().broadcast_pace hint=b().broadcast_pace_hint value=form.per_minute max_length=6 />
                <Field id="bc-most" kind=FieldKind::Digits label=b().broadcast_most hint=b().broadcast_most_hint value=form.most max_length=7 />
                <Field id="bc-name" label=b().broadcast_name value=form.name max_length=80 />
                {move || preview.get().map(|preview| shown(&preview))}
                <div class="acts">
                    {move || {
                        preview
                            .with(|preview| preview.as_ref().is_some_and(|it| it.recipients > 0))
                            .then(|| {
                                view! {
                                    <Button
                                        kind=ButtonKind::Primary
                                        label=b().broadcast_start
                                        busy=is_busy
                                        on_press=start
                                    />
                                }
                            })
                    }}
                </div>
            </div>
        </Sheet>
    }
}

/// Asks the worker about every draft; the answer to an older one is dropped.
fn follow(form: Form) -> RwSignal<Option<BroadcastPreview>> {
    let preview = RwSignal::new(None);
    let asked = StoredValue::new(0_u32);
    let draft = Memo::new(move |_| form.draft());
    Effect::new(move |_| {
        let draft = draft.get();
        let number = asked.get_value().wrapping_add(1);
        asked.set_value(number);
        let Some(draft) = draft else {
            preview.set(None);
            return;
        };
        spawn_local(async move {
            let answer = call(Command::PreviewBroadcast(Box::new(draft))).await;
            if asked.try_get_value() == Some(number) {
                let known = match answer {
                    Ok(Answer::BroadcastPreview(known)) => Some(*known),
                    // A value that isn't one yet.
                    _unfinished => None,
                };
                preview.try_set(known);
            }
        });
    });
    preview
}

#[component]
fn Choice(form: Form, templates: RwSignal<Vec<TemplateView>>) -> impl IntoView {
    let choose = move |hash: String| {
        let found =
            templates.with_untracked(|all| all.iter().find(|one| one.template == hash).cloned());
        form.choose(found);
    };
    let options = move || {
        templates
            .get()
            .into_iter()
            .map(|one| {
                let name = format!(
                    "{} · {} · {}",
                    title(&one.name),
                    category_label(one.category),
                    language_name(&one.language),
                );
                view! { <option value=one.template>{name}</option> }
            })
            .collect_view()
    };
    view! {
        <div class="field">
            <label for="bc-template">{b().template_one}</label>
            <select
                class="inp"
                id="bc-template"
                on:change=move |event| choose(event_target_value(&event))
            >
                <option value="">{b().broadcast_choose}</option>
                {options}
            </select>
        </div>
        {move || {
            form.template
                .get()
                .map(|template| {
                    view! {
                        <p class="note pre" dir="auto" lang=template.language>
                            {template.body}
                        </p>
                    }
                })
        }}
    }
}

const IDS: [&str; 8] = ["bc-1", "bc-2", "bc-3", "bc-4", "bc-5", "bc-6", "bc-7", "bc-8"];

#[component]
fn Values(form: Form) -> impl IntoView {
    move || {
        let template = form.template.get()?;
        let ends = end_of_offer(&template);
        let rows = template
            .parameters
            .into_iter()
            .zip(form.values.get())
            .zip(1_usize..)
            .zip(IDS)
            .map(|(((parameter, typed), number), id)| {
                let name = match parameter.name.as_str() {
                    _ if ends.is_some_and(|at| at.saturating_add(1) == number) => {
                        b().tpl_offer_ends.to_owned()
                    }
                    "" => number.to_string(),
                    name => title(name),
                };
                let label = Signal::stored(name);
                view! {
                    <Field
                        id
                        kind=kind_of_field(parameter.kind)
                        label
                        hint=wanted(parameter.kind)
                        value=typed
                    />
                }
            })
            .collect_view();
        Some(rows)
    }
}

/// Everybody, or those who came through some links, or have some labels.
#[component]
fn Segment(form: Form) -> impl IntoView {
    let team = move || {
        let all = form.team_labels.get();
        (!all.is_empty()).then(|| {
            let boxes = all
                .into_iter()
                .map(|(_, label, checked)| view! { <Checkbox label checked /> })
                .collect_view();
            view! {
                <fieldset class="field">
                    <legend class="legend">{b().broadcast_team_labels}</legend>
                    <p class="hint">{b().broadcast_team_labels_hint}</p>
                    {boxes}
                </fieldset>
            }
        })
    };
    let entries = move || {
        let all = form.labels.get();
        (!all.is_empty()).then(|| {
            let boxes = all
                .into_iter()
                .map(|(label, checked)| view! { <Checkbox label checked /> })
                .collect_view();
            view! {
                <fieldset class="field">
                    <legend class="legend">{b().broadcast_labels}</legend>
                    <p class="hint">{b().broadcast_labels_hint}</p>
                    {boxes}
                </fieldset>
            }
        })
    };
    view! {
        {entries}
        {team}
    }
}

/// Who gets it, who doesn't and why, and the price.
fn shown(preview: &BroadcastPreview) -> AnyView {
    let b = b();
    let count = preview.recipients.to_string();
    let out = preview.left_out.iter().map(|out| {
        let count = out.customers.to_string();
        let words = fill(b.out_count, &[("n", &count), ("why", left_out(&out.reason))]);
        view! { <li class="hint">{words}</li> }
    });
    let cost = match &preview.quote {
        None => Some(b.broadcast_no_quote.to_owned()),
        Some(quote) if quote.currency.is_empty() => None,
        Some(quote) => {
            let amount = price(&quote.amount, &quote.currency);
            let words = fill(b.broadcast_cost, &[("amount", &amount)]);
            let covered = (quote.covered < preview.recipients)
                .then(|| fill(b.broadcast_covered, &[("n", &quote.covered.to_string())]));
            Some([Some(words), covered].into_iter().flatten().collect::<Vec<_>>().join(" "))
        }
    };
    view! {
        <section class="note stack" role="status" data-recipients=count.clone()>
            <b>{fill(b.broadcast_to, &[("n", &count)])}</b>
            <ul class="plain">{out.collect_view()}</ul>
            {cost.map(|words| view! { <p>{words}</p> })}
        </section>
    }
    .into_any()
}
