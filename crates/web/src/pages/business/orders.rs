//! The order board, and for owners what can be ordered and how it is paid.

use js_sys::Uint8Array;
use leptos::{html::Input, prelude::*, task::spawn_local};
use tresen_types::{Currency, MessageId};
use tresen_view::{
    Answer, CatalogueDraft, Command, Event, ItemView, MoneyView, OrderStateView, OrderStepView,
    OrderView, PaymentDraft, RailDraft,
};
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, HtmlInputElement};

use super::desk::desk;
use crate::{
    actions::{call, tell_failure},
    components::{
        Button, ButtonKind, EmptyState, Field, FieldKind, Glyph, IconButton, Logo, LogoPicker,
        OrderCard, SkeletonRows,
    },
    i18n::{b, fill, money::money},
    state::{app, on_event},
};

/// Orders on the board.
const ORDERS: u32 = 200;
/// For how many days published prices hold.
const DAYS: u32 = 90;

/// The page.
#[component]
pub(super) fn OrdersPage() -> impl IntoView {
    let orders = RwSignal::new(None::<Vec<OrderView>>);
    let fetch = move || {
        spawn_local(async move {
            let asked = Command::Orders { conversation: None, limit: ORDERS };
            match call(asked).await {
                Ok(Answer::Orders(found)) => {
                    orders.try_set(Some(found));
                }
                Ok(_) => {}
                Err(failure) => tell_failure(&failure),
            }
        });
    };
    fetch();
    on_event(move |event| {
        if *event == Event::DealsChanged {
            fetch();
        }
    });
    view! {
        <main class="page orders-page">
            <div class="page-in">
                <div class="page-head">
                    <h1 class="grow">{b().orders}</h1>
                </div>
                {move || match orders.get() {
                    None => view! { <SkeletonRows /> }.into_any(),
                    Some(found) if found.is_empty() => {
                        view! { <EmptyState glyph=Glyph::ShoppingBasket title=b().orders_none /> }
                            .into_any()
                    }
                    Some(found) => view! { <Board orders=found /> }.into_any(),
                }}
                {desk().is_owner().then(|| view! { <CatalogueEditor /><Paying /> })}
            </div>
        </main>
    }
}

/// The columns of the board.
const COLUMNS: [&[OrderStateView]; 4] = [
    &[OrderStateView::New, OrderStateView::Changed],
    &[OrderStateView::Accepted],
    &[OrderStateView::Ready],
    &[
        OrderStateView::Done,
        OrderStateView::Declined,
        OrderStateView::Withdrawn,
        OrderStateView::Cancelled,
    ],
];

#[component]
fn Board(orders: Vec<OrderView>) -> impl IntoView {
    let b = b();
    let heads = [b.orders_new, b.orders_accepted, b.orders_ready, b.orders_ended];
    let columns = heads.into_iter().zip(COLUMNS).map(|(head, states)| {
        let cards = orders
            .iter()
            .filter(|order| states.contains(&order.state))
            .map(|order| view! { <Ticket order=order.clone() /> })
            .collect_view();
        view! {
            <section class="stack" aria-label=head>
                <h2>{head}</h2>
                {cards}
            </section>
        }
    });
    view! { <div class="board">{columns.collect_view()}</div> }
}

#[component]
fn Ticket(order: OrderView) -> impl IntoView {
    let id = order.order;
    let conversation = order.conversation;
    let href = format!("/business/c/{conversation}");
    let customer = order.customer.clone();
    let act = move |command: Command| {
        spawn_local(async move {
            if let Err(failure) = call(command).await {
                tell_failure(&failure);
            }
        });
    };
    let on_step = Callback::new(move |step: OrderStepView| {
        act(Command::StepOrder { order: id, step });
    });
    let on_ask = Callback::new(move |(order, amount): (MessageId, MoneyView)| {
        let order = Some(order);
        let payment = Box::new(PaymentDraft { order, amount, note: String::new(), days: None });
        act(Command::RequestPayment { conversation, payment });
    });
    view! {
        <div class="card pad">
            <a href=href dir="auto">{customer}</a>
            <OrderCard order is_customer=false on_step on_ask />
        </div>
    }
}

/// What can be ordered.
#[component]
fn CatalogueEditor() -> impl IntoView {
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

/// How it is paid.
#[component]
fn Paying() -> impl IntoView {
    let empty = || RwSignal::new(String::new());
    let (name, iban, address) = (empty(), empty(), empty());
    // What has no field here is kept as it is.
    let others = RwSignal::new(Vec::new());
    spawn_local(async move {
        let Ok(Answer::Rails(rails)) = call(Command::Rails).await else { return };
        for rail in rails {
            match rail {
                RailDraft::Sepa { iban: known, name: payee, .. } => {
                    iban.try_set(known);
                    name.try_set(payee);
                }
                RailDraft::Upi { address: known, name: payee } => {
                    address.try_set(known);
                    name.try_set(payee);
                }
                other @ (RailDraft::Swiss { .. } | RailDraft::Pix { .. }) => {
                    others.try_update(|others| others.push(other));
                }
            }
        }
    });
    let save = move || {
        let payee = name.get_untracked();
        let mut rails = others.get_untracked();
        let (iban, address) = (iban.get_untracked(), address.get_untracked());
        if !iban.trim().is_empty() {
            rails.push(RailDraft::Sepa { iban, bic: String::new(), name: payee.clone() });
        }
        if !address.trim().is_empty() {
            rails.push(RailDraft::Upi { address, name: payee });
        }
        spawn_local(async move {
            match call(Command::SetRails(rails)).await {
                Ok(_) => app().tell(crate::i18n::t().saved),
                Err(failure) => tell_failure(&failure),
            }
        });
    };
    let read = move |csv: Vec<u8>| {
        spawn_local(async move {
            let currency = "EUR".to_owned();
            match call(Command::ImportStatement { csv, currency }).await {
                Ok(Answer::Imported(import)) => {
                    let (matched, known) = (import.matched.to_string(), import.known.to_string());
                    let words = [("matched", matched.as_str()), ("known", known.as_str())];
                    app().tell(fill(b().rail_read, &words));
                }
                Ok(_) => {}
                Err(failure) => tell_failure(&failure),
            }
        });
    };
    let b = b();
    view! {
        <section class="card pad stack">
            <h2>{b.rail_title}</h2>
            <Field id="rail-name" label=b.rail_name.to_owned() value=name />
            <Field id="rail-iban" label=b.rail_iban.to_owned() value=iban />
            <Field id="rail-upi" label=b.rail_upi.to_owned() value=address />
            <Button label=b.rail_save.to_owned() on_press=save />
            <Reader id="statement-file" label=b.rail_statement on_read=read />
        </section>
    }
}

/// A button that reads a file.
#[component]
fn Reader(
    id: &'static str,
    label: &'static str,
    on_read: impl Fn(Vec<u8>) + Copy + 'static,
) -> impl IntoView {
    let picker = NodeRef::<Input>::new();
    let take = move |file: File| {
        spawn_local(async move {
            if let Ok(buffer) = JsFuture::from(file.array_buffer()).await {
                on_read(Uint8Array::new(&buffer).to_vec());
            }
        });
    };
    view! {
        <input
            type="file"
            id=id
            accept=".csv,text/csv"
            hidden=true
            aria-label=label
            node_ref=picker
            on:change=move |event| {
                let input = event_target::<HtmlInputElement>(&event);
                let file = input.files().and_then(|files| files.get(0));
                input.set_value("");
                if let Some(file) = file {
                    take(file);
                }
            }
        />
        <Button
            kind=ButtonKind::Text
            glyph=Glyph::FileText
            label=label.to_owned()
            on_press=move || {
                if let Some(picker) = picker.get_untracked() {
                    picker.click();
                }
            }
        />
    }
}
