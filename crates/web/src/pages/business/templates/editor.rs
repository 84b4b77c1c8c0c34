//! Writing a template: fields on the left, what the customer sees on the right, hints between.

use leptos::{prelude::*, task::spawn_local};
use tresen_types::Category;
use tresen_view::{Answer, Command, ParameterType, TemplateDraft, TemplateStatus};

use super::{
    cards::{Cards, OfferThatEnds},
    form::{TemplateForm, example_day},
    language_name,
    look::{Look, is_at},
    parts::{ButtonRow, ButtonType},
    sheet::{Stage, hint, with_end},
    words,
};
use crate::{
    actions::{call, tell_failure},
    components::{
        Button, ButtonKind, ButtonSize, Field, FieldKind, Glyph, Icon, IconButton, Segment, Wrong,
        category_label,
    },
    i18n::{Language, b, fill, t},
    pages::business::{desk::desk, profile_form::focus_first_error},
    router,
    state::app,
};

/// The buttons that a message has room for on a phone.
const BUTTONS_MAX: usize = 3;

/// The page.
#[component]
pub(in crate::pages::business) fn TemplateEditor() -> impl IntoView {
    let form = TemplateForm::new(desk().template_draft.get_untracked());
    let look = Look::follow(form);
    let is_busy = RwSignal::new(false);
    let submit = move || {
        if is_busy.get_untracked() {
            return;
        }
        look.is_strict.set(true);
        let draft = untrack(|| form.draft());
        is_busy.set(true);
        spawn_local(async move {
            send(draft, look).await;
            is_busy.try_set(false);
        });
    };
    let label = Signal::derive(move || {
        if is_busy.get() { b().tpl_submitting } else { b().tpl_submit }.to_owned()
    });
    let content = Signal::derive(move || {
        let content = look.preview.with(|known| known.as_ref().map(|known| known.content.clone()));
        content.map(|content| with_end(content, Some(&example_day())))
    });
    let elsewhere = look.error_elsewhere(form);
    view! {
        <main class="page shop-page">
            <form
                novalidate=true
                class="shop"
                on:submit=move |event| {
                    event.prevent_default();
                    submit();
                }
            >
                <div class="shop-fields">
                    <div class="page-head">
                        <a
                            class="ib"
                            href="/business/templates"
                            aria-label=b().templates
                            title=b().templates
                        >
                            <Icon glyph=Glyph::ChevronLeft />
                        </a>
                        <h1 class="grow">
                            {if form.is_next { b().tpl_next_version } else { b().tpl_new }}
                        </h1>
                    </div>
                    <section class="card pad stack">
                        <Head form look />
                        <Texts form look />
                        <Marks form look />
                        <Findings form look />
                        <Show when=move || !form.has_cards()>
                            <Buttons form look />
                        </Show>
                        <Cards form look />
                        <OfferThatEnds form look />
                        <Wrong error=elsewhere takes_focus=true />
                    </section>
                </div>
                <div class="shop-front">
                    <h2 class="sect">{b().tpl_preview}</h2>
                    <Stage content />
                </div>
                <div class="counter shop-counter">
                    <span class="grow hint">{b().tpl_submit_hint}</span>
                    <Button
                        kind=ButtonKind::Primary
                        submit=true
                        label
                        busy=is_busy
                        on_press=|| ()
                    />
                </div>
            </form>
        </main>
    }
}

/// Publishes a draft without problems; with some, the first field with one takes the focus.
async fn send(draft: TemplateDraft, look: Look) {
    match call(Command::PreviewTemplate(Box::new(draft.clone()))).await {
        Ok(Answer::TemplatePreview(preview)) => {
            let is_good = preview.problems.is_empty();
            look.preview.try_set(Some(*preview));
            if !is_good {
                focus_first_error();
                return;
            }
        }
        Ok(_) => return,
        Err(_unfinished) => {
            app().tell(b().tpl_bad_mark);
            return;
        }
    }
    match call(Command::CreateTemplate(Box::new(draft))).await {
        Ok(Answer::Template(made)) => {
            let is_approved = made.status == TemplateStatus::Approved;
            app().tell(if is_approved { b().tpl_was_approved } else { b().tpl_was_sent });
            router::navigate("/business/templates");
        }
        Ok(_) => {}
        Err(failure) => tell_failure(&failure),
    }
}

/// Name, category, language.
#[component]
fn Head(form: TemplateForm, look: Look) -> impl IntoView {
    let categories = [Category::Utility, Category::Marketing, Category::Authentication]
        .map(|category| (category, category_label(category).to_owned()));
    let is_known = Language::from_tag(&form.language.get_untracked()).is_some();
    let other = (!is_known).then(|| form.language.get_untracked());
    let tags = Language::ALL.map(|language| language.tag().to_owned()).into_iter().chain(other);
    let options = tags
        .map(|tag| {
            let (value, name) = (tag.clone(), language_name(&tag));
            let is_chosen = tag.clone();
            view! {
                <option
                    value=value
                    lang=tag
                    selected=move || form.language.with(|chosen| *chosen == is_chosen)
                >
                    {name}
                </option>
            }
        })
        .collect_view();
    view! {
        <Field
            id="tpl-name"
            label=b().tpl_name
            hint=b().tpl_name_hint
            value=form.name
            error=look.error("name")
            max_length=80
        />
        <div class="field">
            <span class="legend">{b().tpl_category}</span>
            <Segment
                name="tpl-category"
                label=b().tpl_category
                choices=categories.to_vec()
                value=form.category
                on_change=move |category| form.category.set(category)
            />
        </div>
        <div class="field">
            <label for="tpl-language">{t().language}</label>
            <select
                class="inp"
                id="tpl-language"
                on:change=move |event| form.language.set(event_target_value(&event))
            >
                {options}
            </select>
        </div>
    }
}

/// Header, body, footer.
#[component]
fn Texts(form: TemplateForm, look: Look) -> impl IntoView {
    view! {
        // Cards stand in the place of a title, an offer in that of the small line.
        <Show when=move || !form.has_cards()>
            <Field
                id="tpl-header"
                label=b().tpl_header
                value=form.header
                error=look.error("header")
                max_length=80
            />
        </Show>
        <Field
            id="tpl-body"
            kind=FieldKind::Lines
            label=b().tpl_body
            hint=b().tpl_body_hint
            value=form.body
            error=look.error("body")
            max_length=1_200
        />
        <div>
            <Button
                size=ButtonSize::Small
                glyph=Glyph::Plus
                label=b().tpl_add_mark
                on_press=move || form.add_mark()
            />
        </div>
        <Show when=move || !form.has_cards() && !form.has_offer.get()>
            <Field
                id="tpl-footer"
                label=b().tpl_footer
                value=form.footer
                error=look.error("footer")
                max_length=60
            />
        </Show>
    }
}

const KINDS: [ParameterType; 5] = [
    ParameterType::Text,
    ParameterType::Number,
    ParameterType::Amount,
    ParameterType::Date,
    ParameterType::Code,
];

/// The name of a parameter's type.
fn kind_name(kind: ParameterType) -> &'static str {
    match kind {
        ParameterType::Number => b().tpl_kind_number,
        ParameterType::Amount => b().tpl_kind_amount,
        ParameterType::Date => b().tpl_kind_date,
        ParameterType::Code => b().tpl_kind_code,
        ParameterType::Text
        | ParameterType::UrlSuffix
        | ParameterType::Payload
        | ParameterType::File
        | ParameterType::Place
        | ParameterType::Goods => b().tpl_kind_text,
    }
}

/// What differs from message to message: a type and an example for each mark.
#[component]
fn Marks(form: TemplateForm, look: Look) -> impl IntoView {
    let error = look.error("parameter");
    view! {
        <Show when=move || form.marks.with(|marks| !marks.is_empty())>
            <h2 class="sect-t">{b().tpl_marks}</h2>
            <p class="hint">{b().tpl_marks_hint}</p>
            <For each=move || form.marks.get() key=Clone::clone let:mark>
                {mark_row(form, look, mark)}
            </For>
            <Wrong error />
        </Show>
    }
}

fn mark_row(form: TemplateForm, look: Look, mark: String) -> AnyView {
    let stored = StoredValue::new(mark.clone());
    let is_wrong = move || {
        let at = stored.with_value(|mark| form.order().0.iter().position(|known| known == mark))?;
        look.is_wrong(|remark| is_at(remark, "parameter", at)).then_some("true")
    };
    let fact = move || stored.with_value(|mark| form.fact(mark));
    let options = KINDS
        .into_iter()
        .zip(0_u8..)
        .map(|(kind, number)| {
            view! {
                <option value=number.to_string() selected=move || fact().kind == kind>
                    {kind_name(kind)}
                </option>
            }
        })
        .collect_view();
    let choose = move |event: web_sys::Event| {
        let chosen = event_target_value(&event).parse::<usize>().ok();
        if let Some(kind) = chosen.and_then(|number| KINDS.get(number)) {
            stored.with_value(|mark| form.set_fact(mark, |fact| fact.kind = *kind));
        }
    };
    let shown = format!("{{{{{mark}}}}}");
    let kind_label = fill(b().tpl_kind_of, &[("mark", &shown)]);
    let example_label = fill(b().tpl_example_of, &[("mark", &shown)]);
    view! {
        <div class="tpl-mark" data-mark=mark>
            <code>{shown}</code>
            <select class="inp" aria-label=kind_label on:change=choose>
                {options}
            </select>
            <input
                class="inp"
                aria-label=example_label
                placeholder=b().tpl_example
                maxlength="200"
                aria-invalid=is_wrong
                prop:value=move || fact().example
                on:input=move |event| {
                    let typed = event_target_value(&event);
                    stored.with_value(|mark| form.set_fact(mark, |fact| fact.example = typed));
                }
            />
        </div>
    }
    .into_any()
}

/// Why it reads like an offer, and the way to make it one.
#[component]
fn Findings(form: TemplateForm, look: Look) -> impl IntoView {
    let findings = Memo::new(move |_| look.findings());
    let is_offer = Memo::new(move |_| findings.with(|all| all.iter().any(words::is_about_offers)));
    view! {
        <div aria-live="polite" class="stack">
            {move || findings.with(|all| all.iter().map(hint).collect_view())}
            {move || {
                is_offer
                    .get()
                    .then(|| {
                        view! {
                            <div class="row wrap">
                                <span class="grow hint">{b().lint_what}</span>
                                <Button
                                    size=ButtonSize::Small
                                    label=b().lint_make_offer
                                    on_press=move || form.category.set(Category::Marketing)
                                />
                            </div>
                        }
                    })
            }}
        </div>
    }
}

/// The buttons below the message.
#[component]
fn Buttons(form: TemplateForm, look: Look) -> impl IntoView {
    let count = Memo::new(move |_| form.buttons.with(Vec::len));
    let error =
        Signal::derive(move || look.error("button").get().or_else(|| look.error("template").get()));
    let add = move || {
        let kind = if form.category.get_untracked() == Category::Authentication {
            ButtonType::Code
        } else {
            ButtonType::Reply
        };
        form.buttons.update(|all| {
            all.push(ButtonRow { kind, text: String::new(), target: String::new() });
        });
    };
    view! {
        <h2 class="sect-t">{b().tpl_buttons}</h2>
        {move || (0..count.get()).map(|at| button_row(form, look, at)).collect_view()}
        <Wrong error />
        <Show when=move || count.get() < BUTTONS_MAX>
            <div>
                <Button
                    size=ButtonSize::Small
                    glyph=Glyph::Plus
                    label=b().tpl_add_button
                    on_press=add
                />
            </div>
        </Show>
    }
}

fn button_row(form: TemplateForm, look: Look, at: usize) -> AnyView {
    const TYPES: [ButtonType; 5] = [
        ButtonType::Reply,
        ButtonType::Link,
        ButtonType::Phone,
        ButtonType::Code,
        ButtonType::Goods,
    ];
    let row = move || form.buttons.with(|all| all.get(at).cloned());
    let change = move |change: &dyn Fn(&mut ButtonRow)| {
        form.buttons.update(|all| {
            if let Some(row) = all.get_mut(at) {
                change(row);
            }
        });
    };
    let names = [
        b().tpl_button_reply,
        b().tpl_button_link,
        b().tpl_button_phone,
        b().tpl_button_code,
        t().catalogue,
    ];
    let options = TYPES
        .into_iter()
        .zip(names)
        .zip(0_u8..)
        .map(|((kind, name), number)| {
            let is_chosen = move || row().is_some_and(|row| row.kind == kind);
            view! {
                <option value=number.to_string() selected=is_chosen>
                    {name}
                </option>
            }
        })
        .collect_view();
    let choose = move |event: web_sys::Event| {
        let chosen = event_target_value(&event).parse::<usize>().ok();
        if let Some(kind) = chosen.and_then(|number| TYPES.get(number).copied()) {
            change(&|row| row.kind = kind);
        }
    };
    let target = move || {
        let label = match row()?.kind {
            ButtonType::Link => b().tpl_button_address,
            ButtonType::Phone => b().tpl_button_number,
            ButtonType::Reply | ButtonType::Code | ButtonType::Goods => return None,
        };
        let now = untrack(row).map(|row| row.target).unwrap_or_default();
        Some(view! {
            <input
                class="inp"
                aria-label=label
                placeholder=label
                maxlength="500"
                prop:value=now
                on:input=move |event| {
                    let typed = event_target_value(&event);
                    change(&|row| row.target.clone_from(&typed));
                }
            />
        })
    };
    let is_wrong = move || look.is_wrong(|remark| is_at(remark, "button", at)).then_some("true");
    let kind = Memo::new(move |_| row().map(|row| row.kind));
    let now = untrack(row).map(|row| row.text).unwrap_or_default();
    view! {
        <div class="tpl-button" data-button=at.to_string()>
            <div class="row">
                <select class="inp" aria-label=b().tpl_button_kind on:change=choose>
                    {options}
                </select>
                <input
                    class="inp grow"
                    aria-label=b().tpl_button_text
                    placeholder=b().tpl_button_text
                    maxlength="25"
                    aria-invalid=is_wrong
                    prop:value=now
                    on:input=move |event| {
                        let typed = event_target_value(&event);
                        change(&|row| row.text.clone_from(&typed));
                    }
                />
                <IconButton
                    glyph=Glyph::Trash2
                    label=b().tpl_button_remove
                    on_press=move || form.buttons.update(|all| {
                        if at < all.len() {
                            all.remove(at);
                        }
                    })
                />
            </div>
            {move || {
                kind.track();
                untrack(target)
            }}
        </div>
    }
    .into_any()
}
