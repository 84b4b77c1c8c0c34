//! What can be ordered: items, by hand or from a file, and their publication.

mod sheet;
mod typed;

use leptos::{prelude::*, task::spawn_local};
use tresen_types::Currency;
use tresen_view::{Answer, CatalogueDraft, Command, ItemView, MoneyView};

use self::{sheet::ItemSheet, typed::in_currency};
use super::file_reader::Reader;
use crate::{
    actions::{call, tell_failure},
    components::{Button, ButtonKind, Field, Glyph, IconButton},
    i18n::{Language, b, fill, language, money::money},
    state::app,
};

/// For how many days published prices hold.
const DAYS: u32 = 90;

/// The catalogue, as it is being changed.
#[derive(Clone, Copy)]
struct Draft {
    items: RwSignal<Vec<ItemView>>,
    /// Of all prices.
    currency: RwSignal<Currency>,
    /// What stands in the currency's field.
    code: RwSignal<String>,
    code_error: RwSignal<Option<String>>,
    is_changed: RwSignal<bool>,
    is_busy: RwSignal<bool>,
    /// The item that is open: its place in the list, or none for a new one.
    open: RwSignal<Option<(Option<usize>, ItemView)>>,
}

impl Draft {
    fn new() -> Self {
        let code = if language() == Language::Hindi { "INR" } else { "EUR" };
        Self {
            items: RwSignal::new(Vec::new()),
            currency: RwSignal::new(Currency::parse(code).unwrap_or(Currency::EUR)),
            code: RwSignal::new(code.to_owned()),
            code_error: RwSignal::new(None),
            is_changed: RwSignal::new(false),
            is_busy: RwSignal::new(false),
            open: RwSignal::new(None),
        }
    }

    fn fetch(self) {
        spawn_local(async move {
            if let Ok(Answer::Catalogue(found)) = call(Command::Catalogue { account: None }).await
                && found.edition > 0
                && let Ok(currency) = Currency::parse(&found.currency)
            {
                self.currency.try_set(currency);
                self.code.try_set(found.currency);
                self.items.try_set(found.items);
            }
        });
    }

    /// Takes the currency that was typed, once it is one; the numbers of the prices stay.
    fn follow_code(self) {
        Effect::new(move |_| {
            let code = self.code.get().trim().to_uppercase();
            let known = self.currency.get_untracked();
            let error = match Currency::parse(&code) {
                Ok(currency) if currency == known => None,
                Ok(currency) => {
                    let items =
                        self.items.with_untracked(|items| in_currency(items, known, currency));
                    if let Some(items) = items {
                        self.items.set(items);
                        self.currency.set(currency);
                        self.is_changed.set(true);
                        None
                    } else {
                        Some(b().cat_currency_decimals)
                    }
                }
                // Somebody is still writing.
                Err(_unknown) if code.len() < 3 => None,
                Err(_unknown) => Some(b().cat_bad_currency),
            };
            self.code_error.set(error.map(str::to_owned));
        });
    }

    fn publish(self) {
        let is_known = Currency::parse(&self.code.get_untracked().trim().to_uppercase())
            .is_ok_and(|currency| currency == self.currency.get_untracked());
        if !is_known {
            let error = self.code_error.get_untracked();
            let error = error.unwrap_or_else(|| b().cat_bad_currency.to_owned());
            self.code_error.set(Some(error));
            super::profile_form::focus_first_error();
            return;
        }
        self.is_busy.set(true);
        let currency = self.currency.get_untracked().code().to_owned();
        let items = self.items.get_untracked();
        let draft = Box::new(CatalogueDraft { currency, days: DAYS, items });
        spawn_local(async move {
            let done = call(Command::PublishCatalogue(draft)).await;
            self.is_busy.try_set(false);
            match done {
                Ok(Answer::Catalogue(found)) => {
                    self.items.try_set(found.items);
                    self.is_changed.try_set(false);
                    app().tell(b().cat_published);
                }
                Ok(_) => {}
                Err(failure) => tell_failure(&failure),
            }
        });
    }

    fn read_csv(self, csv: Vec<u8>) {
        let currency = self.currency.get_untracked().code().to_owned();
        spawn_local(async move {
            match call(Command::ReadCatalogue { csv, currency }).await {
                Ok(Answer::Catalogue(found)) => {
                    self.items.try_set(found.items);
                    self.is_changed.try_set(true);
                }
                Ok(_) => {}
                Err(failure) => tell_failure(&failure),
            }
        });
    }

    /// Keeps an item, in its place or at the end.
    fn keep(self, place: Option<usize>, item: ItemView) {
        self.items.update(|items| match place.and_then(|place| items.get_mut(place)) {
            Some(known) => *known = item,
            None => items.push(ItemView { id: free_id(items), ..item }),
        });
        self.is_changed.set(true);
    }

    fn remove(self, place: usize) {
        self.items.update(|items| {
            if place < items.len() {
                items.remove(place);
            }
        });
        self.is_changed.set(true);
    }
}

/// An id that no item has.
fn free_id(items: &[ItemView]) -> String {
    let is_taken = |id: &String| items.iter().any(|item| item.id == *id);
    let mut ids = (1..=items.len().saturating_add(1)).map(|number| format!("item-{number}"));
    ids.find(|id| !is_taken(id)).unwrap_or_default()
}

/// What can be ordered.
#[component]
pub(super) fn CatalogueEditor() -> impl IntoView {
    let draft = Draft::new();
    draft.fetch();
    draft.follow_code();
    view! {
        <section class="card pad stack">
            <h2>{b().cat_edit}</h2>
            {move || rows(draft)}
            <Button
                glyph=Glyph::Plus
                label=b().cat_new
                id="item-new"
                on_press=move || draft.open.set(Some((None, ItemView::default())))
            />
            <Reader
                id="catalogue-file"
                label=b().cat_file
                on_read=move |csv| draft.read_csv(csv)
            />
            <Field
                id="catalogue-currency"
                label=b().cat_currency
                value=draft.code
                error=draft.code_error
                max_length=3
            />
            <p class="hint" role="status">
                {move || draft.is_changed.get().then_some(b().cat_changed)}
            </p>
            <Button
                kind=ButtonKind::Primary
                label=b().cat_publish
                busy=draft.is_busy
                disabled=Signal::derive(move || !draft.is_changed.get())
                on_press=move || draft.publish()
            />
        </section>
        {move || {
            draft
                .open
                .get()
                .map(|(place, item)| {
                    let currency = draft.currency.get_untracked();
                    let on_done = Callback::new(move |item| draft.keep(place, item));
                    let close = move || {
                        draft.open.try_set(None);
                    };
                    view! { <ItemSheet item currency on_done on_close=close /> }
                })
        }}
    }
}

/// The items; behind each what can be chosen with it.
fn rows(draft: Draft) -> impl IntoView {
    let currency = draft.currency.get().code().to_owned();
    let rows = draft.items.get().into_iter().enumerate().map(|(place, item)| {
        let amount = money(&MoneyView { minor: item.price, currency: currency.clone() });
        let has_variants = !item.variants.is_empty();
        let price = if has_variants { fill(b().cat_from, &[("price", &amount)]) } else { amount };
        let remove = fill(b().cat_remove, &[("name", &item.name)]);
        let change = fill(b().cat_change, &[("name", &item.name)]);
        let choices = item.variants.iter().chain(&item.options);
        let choices: Vec<&str> = choices.map(|choice| &*choice.name).collect();
        let choices = choices.join(", ");
        let (id, name) = (item.id.clone(), item.name.clone());
        view! {
            <div class="row" data-item=id>
                <span class="grow" dir="auto">
                    {name}
                    {(!choices.is_empty()).then(|| view! { <span class="hint blk">{choices}</span> })}
                </span>
                <span class="num">{price}</span>
                <IconButton
                    glyph=Glyph::Pencil
                    label=change
                    on_press=move || draft.open.set(Some((Some(place), item.clone())))
                />
                <IconButton glyph=Glyph::X label=remove on_press=move || draft.remove(place) />
            </div>
        }
    });
    rows.collect_view()
}
