//! What only some templates have: cards beside each other, and an offer that ends.

use leptos::prelude::*;
use tresen_types::Category;
use wasm_bindgen::JsCast as _;
use web_sys::HtmlElement;

use super::{
    form::{ButtonWords, CARD_BUTTONS_MAX, CardRow, TemplateForm},
    look::{Look, is_at},
    parts::ButtonType,
};
use crate::{
    components::{Button, ButtonSize, Field, Glyph, IconButton, Wrong},
    i18n::{b, fill},
};

/// As the rules of templates have it.
const CARDS_MIN: usize = 2;
const CARDS_MAX: usize = 10;

/// What a card's button may do.
const KINDS: [ButtonType; 3] = [ButtonType::Reply, ButtonType::Link, ButtonType::Phone];

/// The cards, or the button that begins them.
#[component]
pub(super) fn Cards(form: TemplateForm, look: Look) -> impl IntoView {
    let count = Memo::new(move |_| form.cards.with(Vec::len));
    let error = Signal::derive(move || look.error("template").get().filter(|_| form.has_cards()));
    // The first cards come by two; the focus goes to what is new.
    let add = move || {
        let before = count.get_untracked();
        form.cards.update(|cards| {
            let after = before.saturating_add(1).max(CARDS_MIN);
            cards.resize(after, CardRow::default());
        });
        focus(&card_id(before));
    };
    let drop_all = move || {
        form.cards.update(Vec::clear);
        focus("tpl-add-cards");
    };
    view! {
        <h2 class="sect-t">{b().tpl_cards}</h2>
        <p class="hint">{b().tpl_cards_hint}</p>
        <Show when=move || { count.get() > 0 }>{card_kinds(form)}</Show>
        {move || (0..count.get()).map(|at| card(form, look, at)).collect_view()}
        <Wrong error />
        <div class="row wrap">
            {move || match count.get() {
                0 => view! {
                    <Button
                        id="tpl-add-cards"
                        size=ButtonSize::Small
                        glyph=Glyph::Plus
                        label=b().tpl_add_cards
                        on_press=add
                    />
                }
                .into_any(),
                count => view! {
                    {(count < CARDS_MAX)
                        .then(|| {
                            view! {
                                <Button
                                    size=ButtonSize::Small
                                    glyph=Glyph::Plus
                                    label=b().tpl_add_card
                                    on_press=add
                                />
                            }
                        })}
                    <Button
                        size=ButtonSize::Small
                        label=b().tpl_cards_remove
                        on_press=drop_all
                    />
                }
                .into_any(),
            }}
        </div>
    }
}

fn card_id(at: usize) -> String {
    format!("tpl-card-{}", at.saturating_add(1))
}

/// Puts the focus on what is about to be on the page.
fn focus(id: &str) {
    let id = id.to_owned();
    request_animation_frame(move || {
        let field = document().get_element_by_id(&id);
        if let Some(field) = field.and_then(|field| field.dyn_into::<HtmlElement>().ok()) {
            field.focus().ok();
        }
    });
}

/// What the buttons do, which is the same on every card.
fn card_kinds(form: TemplateForm) -> AnyView {
    let count = Memo::new(move |_| form.card_buttons.with(Vec::len));
    let rows = move || {
        (0..count.get())
            .map(|at| {
                view! {
                    <div class="row">
                        {kind_list(form, at)}
                        {(at > 0)
                            .then(|| {
                                view! {
                                    <IconButton
                                        glyph=Glyph::Trash2
                                        label=b().tpl_button_remove
                                        on_press=move || {
                                            form.card_buttons.update(|all| all.truncate(at));
                                        }
                                    />
                                }
                            })}
                    </div>
                }
            })
            .collect_view()
    };
    view! {
        <div class="field" role="group" aria-label=b().tpl_card_buttons>
            <span class="legend">{b().tpl_card_buttons}</span>
            <div class="stack">
                {rows}
                <Show when=move || { count.get() < CARD_BUTTONS_MAX }>
                    <div>
                        <Button
                            size=ButtonSize::Small
                            glyph=Glyph::Plus
                            label=b().tpl_add_button
                            on_press=move || {
                                form.card_buttons.update(|all| all.push(ButtonType::Link));
                            }
                        />
                    </div>
                </Show>
            </div>
        </div>
    }
    .into_any()
}

fn kind_list(form: TemplateForm, at: usize) -> AnyView {
    let names = [b().tpl_button_reply, b().tpl_button_link, b().tpl_button_phone];
    let kind = move || form.card_buttons.with(|all| all.get(at).copied());
    let options = KINDS
        .into_iter()
        .zip(names)
        .zip(0_u8..)
        .map(|((own, name), number)| {
            view! {
                <option value=number.to_string() selected=move || kind() == Some(own)>
                    {name}
                </option>
            }
        })
        .collect_view();
    let choose = move |event: web_sys::Event| {
        let chosen = event_target_value(&event).parse::<usize>().ok();
        if let Some(chosen) = chosen.and_then(|number| KINDS.get(number).copied()) {
            form.card_buttons.update(|all| {
                if let Some(kind) = all.get_mut(at) {
                    *kind = chosen;
                }
            });
        }
    };
    view! {
        <select
            class="inp"
            aria-label=b().tpl_button_kind
            data-card-button=at.to_string()
            on:change=choose
        >
            {options}
        </select>
    }
    .into_any()
}

/// One card: its words and those on its buttons.
fn card(form: TemplateForm, look: Look, at: usize) -> AnyView {
    let number = at.saturating_add(1).to_string();
    let change = move |change: &dyn Fn(&mut CardRow)| {
        form.cards.update(|all| {
            if let Some(card) = all.get_mut(at) {
                change(card);
            }
        });
    };
    let now = form.cards.with_untracked(|all| all.get(at).map(|card| card.body.clone()));
    let now = now.unwrap_or_default();
    let can_go = form.cards.with_untracked(Vec::len) > CARDS_MIN;
    let error = look.error_at("card", at);
    let is_wrong = move || look.is_wrong(|remark| is_at(remark, "card", at)).then_some("true");
    let error_id = format!("{}-error", card_id(at));
    let described = error_id.clone();
    let remove = move || {
        form.cards.update(|all| {
            if at < all.len() {
                all.remove(at);
            }
        });
        focus(&card_id(at.saturating_sub(1)));
    };
    let buttons = move || {
        let kinds = form.card_buttons.get();
        kinds.into_iter().enumerate().map(|(of, kind)| words(form, at, of, kind)).collect_view()
    };
    view! {
        <fieldset class="tpl-fold" data-card=number.clone()>
            <legend>{fill(b().tpl_card, &[("n", &number)])}</legend>
            <textarea
                id=card_id(at)
                class="inp"
                rows="3"
                maxlength="200"
                aria-label=fill(b().tpl_card_text, &[("n", &number)])
                aria-invalid=is_wrong
                aria-describedby=described
                placeholder=b().tpl_body
                prop:value=now
                on:input=move |event| {
                    let typed = event_target_value(&event);
                    change(&|card| card.body.clone_from(&typed));
                }
            ></textarea>
            {buttons}
            <Wrong error id=error_id />
            {can_go
                .then(|| {
                    let label = fill(b().tpl_card_remove, &[("n", &number)]);
                    view! {
                        <div>
                            <Button size=ButtonSize::Small label on_press=remove />
                        </div>
                    }
                })}
        </fieldset>
    }
    .into_any()
}

/// The words on a button of a card, and where it leads.
fn words(form: TemplateForm, at: usize, of: usize, kind: ButtonType) -> AnyView {
    let now = form.cards.with_untracked(|all| {
        all.get(at).and_then(|card| card.buttons.get(of)).cloned().unwrap_or_default()
    });
    let change = move |change: &dyn Fn(&mut ButtonWords)| {
        form.cards.update(|all| {
            if let Some(words) = all.get_mut(at).and_then(|card| card.buttons.get_mut(of)) {
                change(words);
            }
        });
    };
    let target = match kind {
        ButtonType::Link => Some(b().tpl_button_address),
        ButtonType::Phone => Some(b().tpl_button_number),
        ButtonType::Reply | ButtonType::Code | ButtonType::Goods => None,
    };
    let ButtonWords { text, target: leads } = now;
    view! {
        <input
            class="inp"
            aria-label=b().tpl_button_text
            placeholder=b().tpl_button_text
            maxlength="25"
            data-words=of.to_string()
            prop:value=text
            on:input=move |event| {
                let typed = event_target_value(&event);
                change(&|words| words.text.clone_from(&typed));
            }
        />
        {target
            .map(|label| {
                view! {
                    <input
                        class="inp"
                        aria-label=label
                        placeholder=label
                        maxlength="500"
                        data-leads=of.to_string()
                        prop:value=leads
                        on:input=move |event| {
                            let typed = event_target_value(&event);
                            change(&|words| words.target.clone_from(&typed));
                        }
                    />
                }
            })}
    }
    .into_any()
}

/// An offer that ends; the day is chosen when the template is sent.
#[component]
pub(super) fn OfferThatEnds(form: TemplateForm, look: Look) -> impl IntoView {
    let add = move || {
        form.has_offer.set(true);
        // Whatever its words say, it is one.
        form.category.set(Category::Marketing);
        focus("tpl-offer");
    };
    let remove = move || {
        form.has_offer.set(false);
        focus("tpl-add-offer");
    };
    view! {
        <h2 class="sect-t">{b().tpl_offer}</h2>
        <p class="hint">{b().tpl_offer_hint}</p>
        {move || {
            if form.has_offer.get() {
                view! {
                    <Field
                        id="tpl-offer"
                        label=b().tpl_offer_text
                        value=form.offer_text
                        error=look.error("offer")
                        max_length=40
                    />
                    <div>
                        <Button
                            size=ButtonSize::Small
                            label=b().tpl_offer_remove
                            on_press=remove
                        />
                    </div>
                }
                .into_any()
            } else {
                view! {
                    <div>
                        <Button
                            id="tpl-add-offer"
                            size=ButtonSize::Small
                            glyph=Glyph::Plus
                            label=b().tpl_add_offer
                            on_press=add
                        />
                    </div>
                }
                .into_any()
            }
        }}
    }
}
