//! What can be ordered: items, by hand or from a file, and their publication.

use leptos::{prelude::*, task::spawn_local};
use tresen_types::Currency;
use tresen_view::{Answer, CatalogueDraft, Command, ItemView, MoneyView};

use super::file_reader::Reader;
use crate::{
    actions::{call, tell_failure},
    components::{Button, ButtonKind, Field, FieldKind, Glyph, IconButton, Logo, LogoPicker},
    i18n::{b, fill, money::money},
    state::app,
};

/// For how many days published prices hold.
const DAYS: u32 = 90;

/// What can be ordered.
#[component]
pub(super) fn CatalogueEditor() -> impl IntoView {
    let items = RwSignal::new(Vec::<ItemView>::new());
    let currency = RwSignal::new("EUR".to_owned());
    let is_changed = RwSignal::new(false);
    let is_busy = RwSignal::new(false);
    spawn_local(async move {
        if let Ok(Answer::Catalogue(found)) = call(Command::Catalogue { account: None }).await
            && found.edition > 0
        {
            currency.try_set(found.currency);
            items.try_set(found.items);
        }
    });
    let publish = move || {
        is_busy.set(true);
        let (currency, items_now) = (currency.get_untracked(), items.get_untracked());
        let draft = Box::new(CatalogueDraft { currency, days: DAYS, items: items_now });
        spawn_local(async move {
            let done = call(Command::PublishCatalogue(draft)).await;
            is_busy.try_set(false);
            match done {
                Ok(Answer::Catalogue(found)) => {
                    items.try_set(found.items);
                    is_changed.try_set(false);
                    app().tell(b().cat_published);
                }
                Ok(_) => {}
                Err(failure) => tell_failure(&failure),
            }
        });
    };
    let read = move |csv: Vec<u8>| {
        let currency = currency.get_untracked();
        spawn_local(async move {
            match call(Command::ReadCatalogue { csv, currency }).await {
                Ok(Answer::Catalogue(found)) => {
                    items.try_set(found.items);
                    is_changed.try_set(true);
                }
                Ok(_) => {}
                Err(failure) => tell_failure(&failure),
            }
        });
    };
    let rows = move || {
        let currency = currency.get();
        let rows = items.get().into_iter().enumerate().map(|(index, item)| {
            let price = money(&MoneyView { minor: item.price, currency: currency.clone() });
            let label = fill(b().cat_remove, &[("name", &item.name)]);
            let remove = move || {
                items.update(|items| {
                    if index < items.len() {
                        items.remove(index);
                    }
                });
                is_changed.set(true);
            };
            view! {
                <div class="row">
                    <span class="grow" dir="auto">{item.name}</span>
                    <span class="num">{price}</span>
                    <IconButton glyph=Glyph::X label on_press=remove />
                </div>
            }
        });
        rows.collect_view()
    };
    let on_add = move |item: ItemView| {
        items.update(|items| items.push(item));
        is_changed.set(true);
    };
    view! {
        <section class="card pad stack">
            <h2>{b().cat_edit}</h2>
            {rows}
            <NewItem items currency on_add />
            <Reader id="catalogue-file" label=b().cat_file on_read=read />
            <Button
                kind=ButtonKind::Primary
                label=b().cat_publish.to_owned()
                busy=is_busy
                disabled=Signal::derive(move || !is_changed.get())
                on_press=publish
            />
        </section>
    }
}

#[component]
fn NewItem(
    items: RwSignal<Vec<ItemView>>,
    currency: RwSignal<String>,
    on_add: impl Fn(ItemView) + Copy + 'static,
) -> impl IntoView {
    let empty = || RwSignal::new(String::new());
    let (name, price, collection, description, stock) =
        (empty(), empty(), empty(), empty(), empty());
    let picture = RwSignal::new(None::<Logo>);
    let add = move || {
        let parsed = Currency::parse(&currency.get_untracked()).ok();
        let minor =
            parsed.and_then(|known| tresen_payments::bank::minor(&price.get_untracked(), known));
        let title = name.get_untracked().trim().to_owned();
        let Some(minor) = minor.filter(|minor| *minor >= 0 && !title.is_empty()) else {
            app().tell(b().cat_bad_price);
            return;
        };
        let number = items.with_untracked(|items| {
            let taken = |number: &usize| {
                let id = format!("item-{number}");
                items.iter().any(|item| item.id == id)
            };
            (1..=items.len().saturating_add(1)).find(|number| !taken(number)).unwrap_or_default()
        });
        on_add(ItemView {
            id: format!("item-{number}"),
            name: title,
            description: description.get_untracked(),
            collection: collection.get_untracked(),
            price: minor,
            new_picture: picture.get_untracked().map(|picture| picture.base64),
            stock: stock.get_untracked().trim().parse().ok(),
            ..ItemView::default()
        });
        for field in [name, price, description, stock] {
            field.set(String::new());
        }
        picture.set(None);
    };
    let b = b();
    view! {
        <div class="stack">
            <Field id="item-name" label=b.cat_name.to_owned() value=name />
            <Field id="item-price" label=b.cat_price.to_owned() value=price />
            <Field id="item-currency" label=b.cat_currency.to_owned() value=currency />
            <Field id="item-collection" label=b.cat_collection.to_owned() value=collection />
            <Field id="item-description" label=b.cat_description.to_owned() value=description kind=FieldKind::Lines />
            <Field id="item-stock" label=b.cat_stock.to_owned() value=stock />
            <LogoPicker value=picture words=[b.cat_picture, b.cat_other_picture, b.cat_no_picture] />
            <Button glyph=Glyph::Plus label=b.cat_add.to_owned() on_press=add />
        </div>
    }
}
