//! One item of the catalogue: its fields, its variants, what can be added to it, facts about it.

use leptos::prelude::*;
use tresen_types::Currency;
use tresen_view::ItemView;

use super::typed::{Fault, Faults, Place, Typed, TypedRow};
use crate::{
    components::{
        Button, ButtonKind, ButtonSize, Field, FieldKind, Glyph, IconButton, Logo, LogoPicker,
        Sheet,
    },
    i18n::{Language, b, fill, language, time},
    pages::business::profile_form::focus_first_error,
    router,
};

/// A row of two fields.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Row {
    number: u32,
    name: RwSignal<String>,
    value: RwSignal<String>,
}

impl Row {
    fn new(row: TypedRow) -> Self {
        Self { number: row.number, name: RwSignal::new(row.name), value: RwSignal::new(row.value) }
    }

    fn typed(self) -> TypedRow {
        TypedRow {
            number: self.number,
            name: self.name.get_untracked(),
            value: self.value.get_untracked(),
        }
    }
}

/// The fields.
#[derive(Clone, Copy)]
struct Form {
    name: RwSignal<String>,
    price: RwSignal<String>,
    collection: RwSignal<String>,
    description: RwSignal<String>,
    stock: RwSignal<String>,
    variants: RwSignal<Vec<Row>>,
    options: RwSignal<Vec<Row>>,
    facts: RwSignal<Vec<Row>>,
    /// The number of the next row.
    next: StoredValue<u32>,
    faults: RwSignal<Faults>,
}

impl Form {
    fn new(typed: Typed) -> Self {
        let rows =
            |rows: Vec<TypedRow>| RwSignal::new(rows.into_iter().map(Row::new).collect::<Vec<_>>());
        let count = typed.variants.len() + typed.options.len() + typed.facts.len();
        Self {
            name: RwSignal::new(typed.name),
            price: RwSignal::new(typed.price),
            collection: RwSignal::new(typed.collection),
            description: RwSignal::new(typed.description),
            stock: RwSignal::new(typed.stock),
            variants: rows(typed.variants),
            options: rows(typed.options),
            facts: rows(typed.facts),
            next: StoredValue::new(u32::try_from(count).unwrap_or_default() + 1),
            faults: RwSignal::new(Faults::new()),
        }
    }

    fn typed(self) -> Typed {
        let rows =
            |rows: RwSignal<Vec<Row>>| rows.get_untracked().into_iter().map(Row::typed).collect();
        Typed {
            name: self.name.get_untracked(),
            price: self.price.get_untracked(),
            collection: self.collection.get_untracked(),
            description: self.description.get_untracked(),
            stock: self.stock.get_untracked(),
            variants: rows(self.variants),
            options: rows(self.options),
            facts: rows(self.facts),
        }
    }

    /// What is wrong at a field, in words.
    fn error(self, place: Place) -> Signal<Option<String>> {
        Signal::derive(move || {
            let fault = self.faults.with(|faults| {
                faults.iter().find(|(known, _)| *known == place).map(|(_, fault)| *fault)
            });
            fault.map(|fault| words(fault).to_owned())
        })
    }
}

fn words(fault: Fault) -> &'static str {
    match fault {
        Fault::NoName => b().cat_bad_name,
        Fault::TooLong => b().cat_too_long,
        Fault::NoPrice => b().cat_no_price,
        Fault::NoNumber => b().cat_bad_number,
        Fault::Twice => b().cat_twice,
        Fault::NoFact => b().cat_bad_fact,
    }
}

/// The sheet. A new item has no name yet.
#[component]
pub(super) fn ItemSheet(
    item: ItemView,
    currency: Currency,
    on_done: Callback<ItemView>,
    on_close: impl Fn() + 'static,
) -> impl IntoView {
    let comma = language() == Language::German;
    let form = Form::new(Typed::of(&item, currency, comma));
    let again = RwSignal::new(item.unavailable_until.map(time::day).unwrap_or_default());
    let picture = RwSignal::new(None::<Logo>);
    let has_picture = RwSignal::new(item.picture.is_some() || item.new_picture.is_some());
    let is_new = item.name.is_empty();
    let has_variants = Memo::new(move |_| form.variants.with(|rows| !rows.is_empty()));
    let done = move || match form.typed().read(&item, currency) {
        Ok(mut read) => {
            read.unavailable_until = time::of_day(&again.get_untracked(), 0);
            if let Some(picture) = picture.get_untracked() {
                read.new_picture = Some(picture.base64);
            } else if !has_picture.get_untracked() {
                (read.picture, read.new_picture) = (None, None);
            }
            on_done.run(read);
            router::back();
        }
        Err(faults) => {
            form.faults.set(faults);
            focus_first_error();
        }
    };
    let price = Signal::derive(move || fill(b().cat_price_in, &[("currency", currency.code())]));
    let title = if is_new { b().cat_new } else { b().cat_edit_item };
    let act = if is_new { b().cat_add } else { b().cat_keep };
    view! {
        <Sheet title on_close side=true>
            <div class="stack">
                <Field id="item-name" label=b().cat_name value=form.name error=form.error(Place::Name) />
                {move || {
                    (!has_variants.get())
                        .then(|| {
                            view! {
                                <Field
                                    id="item-price"
                                    label=price
                                    value=form.price
                                    error=form.error(Place::Price)
                                />
                            }
                        })
                }}
                <Rows
                    form
                    rows=form.variants
                    kind="variant"
                    title=b().cat_variants
                    hint=b().cat_variants_hint
                    add=b().cat_variant_add
                    value=price
                />
                <Rows
                    form
                    rows=form.options
                    kind="option"
                    title=b().cat_options
                    hint=b().cat_options_hint
                    add=b().cat_option_add
                    value=price
                />
                <Field
                    id="item-collection"
                    label=b().cat_collection
                    value=form.collection
                    error=form.error(Place::Collection)
                />
                <Field
                    id="item-description"
                    label=b().cat_description
                    value=form.description
                    kind=FieldKind::Lines
                    error=form.error(Place::Description)
                />
                <Rows
                    form
                    rows=form.facts
                    kind="fact"
                    title=b().cat_facts
                    hint=b().cat_facts_hint
                    add=b().cat_fact_add
                    value=b().cat_fact.to_owned()
                />
                <Field
                    id="item-stock"
                    label=b().cat_stock
                    value=form.stock
                    error=form.error(Place::Stock)
                />
                <Field
                    id="item-again"
                    label=b().cat_again.to_owned()
                    value=again
                    kind=FieldKind::Day
                    hint=b().cat_again_hint.to_owned()
                />
                <LogoPicker
                    value=picture
                    words=[b().cat_picture, b().cat_other_picture, b().cat_no_picture]
                />
                <Kept picture has_picture />
                <Button kind=ButtonKind::Primary wide=true label=act on_press=done />
            </div>
        </Sheet>
    }
}

/// The picture that the item has already can be taken away.
#[component]
fn Kept(picture: RwSignal<Option<Logo>>, has_picture: RwSignal<bool>) -> impl IntoView {
    move || {
        let is_kept = has_picture.get() && picture.with(Option::is_none);
        is_kept.then(|| {
            view! {
                <Button
                    kind=ButtonKind::Text
                    label=b().cat_drop_picture
                    on_press=move || has_picture.set(false)
                />
            }
        })
    }
}

/// Rows of two fields, and the button for one more.
#[component]
fn Rows(
    form: Form,
    rows: RwSignal<Vec<Row>>,
    /// What the fields' ids begin with.
    kind: &'static str,
    title: &'static str,
    hint: &'static str,
    add: &'static str,
    /// The label of the second field.
    #[prop(into)]
    value: Signal<String>,
) -> impl IntoView {
    let one_more = move || {
        let number = form.next.get_value();
        form.next.set_value(number + 1);
        rows.update(|rows| rows.push(Row::new(TypedRow { number, ..TypedRow::default() })));
        focus_when_there(format!("{kind}-{number}-name"));
    };
    let row_view = move |row: Row| {
        let number = row.number;
        let remove = move || rows.update(|rows| rows.retain(|one| one.number != number));
        let label = Signal::derive(move || {
            let name = row.name.get();
            let name = if name.trim().is_empty() { title.to_owned() } else { name };
            fill(b().cat_remove, &[("name", &name)])
        });
        view! {
            <div class="row top choice-row">
                <Field
                    id=format!("{kind}-{number}-name")
                    label=b().cat_name
                    value=row.name
                    error=form.error(Place::RowName(number))
                />
                <Field
                    id=format!("{kind}-{number}-value")
                    label=value
                    value=row.value
                    error=form.error(Place::RowValue(number))
                />
                <IconButton glyph=Glyph::X label on_press=remove />
            </div>
        }
    };
    view! {
        <fieldset class="stack rows">
            <legend>{title}</legend>
            <p class="hint">{hint}</p>
            <For each=move || rows.get() key=|row| row.number children=row_view />
            <Button
                kind=ButtonKind::Text
                size=ButtonSize::Small
                glyph=Glyph::Plus
                label=add
                on_press=one_more
            />
        </fieldset>
    }
}

/// Puts the focus into a field that is about to be drawn.
fn focus_when_there(id: String) {
    use wasm_bindgen::JsCast as _;
    request_animation_frame(move || {
        let field = document().get_element_by_id(&id);
        if let Some(field) = field.and_then(|one| one.dyn_into::<web_sys::HtmlElement>().ok()) {
            field.focus().ok();
        }
    });
}
