//! The shop's catalogue in front of the counter: what there is, the cart, and sending the order.
//!
//! The cart lives as long as the sheet. What is sent was shown: the worker checks prices and stock
//! against the newest edition, and says when something has changed.

use std::collections::BTreeMap;

use leptos::{prelude::*, task::spawn_local};
use tresen_types::AccountId;
use tresen_view::{Answer, CartLine, CatalogueView, Command, ItemView, MoneyView, OrderDraft};

use super::talk::Talk;
use crate::{
    actions::{call, tell_failure},
    components::{
        Button, ButtonKind, Checkbox, EmptyState, Field, FieldKind, Glyph, Sheet, SkeletonRows,
    },
    i18n::{fill, money::money, t, time},
    state::app,
};

/// Pictures that are asked for at once.
const PICTURES: usize = 16;

/// A line of the cart with what it was shown with.
#[derive(Clone, Debug, PartialEq)]
struct Wanted {
    line: CartLine,
    name: String,
    unit: i64,
}

#[derive(Clone, Copy)]
struct Counter {
    talk: Talk,
    cart: RwSignal<Vec<Wanted>>,
    pictures: RwSignal<BTreeMap<String, String>>,
}

impl Counter {
    fn add(self, wanted: Wanted) {
        self.cart.update(|cart| {
            let same = |known: &&mut Wanted| {
                known.line.item == wanted.line.item
                    && known.line.variant == wanted.line.variant
                    && known.line.options == wanted.line.options
            };
            match cart.iter_mut().find(same) {
                Some(known) => known.line.quantity = known.line.quantity.saturating_add(1),
                None => cart.push(wanted),
            }
        });
    }

    fn total(self) -> i64 {
        self.cart.with(|cart| {
            cart.iter().fold(0_i64, |sum, wanted| {
                sum.saturating_add(wanted.unit.saturating_mul(i64::from(wanted.line.quantity)))
            })
        })
    }
}

/// The sheet.
#[component]
pub(super) fn CatalogueSheet(
    talk: Talk,
    account: AccountId,
    /// The items that are shown; all when there are none here.
    only: Vec<String>,
    on_close: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let catalogue = RwSignal::new(None::<CatalogueView>);
    let counter =
        Counter { talk, cart: RwSignal::new(Vec::new()), pictures: RwSignal::new(BTreeMap::new()) };
    spawn_local(async move {
        match call(Command::Catalogue { account: Some(account) }).await {
            Ok(Answer::Catalogue(mut found)) => {
                found.items.retain(|item| only.is_empty() || only.contains(&item.id));
                let hashes: Vec<String> =
                    found.items.iter().filter_map(|item| item.picture.clone()).collect();
                catalogue.try_set(Some(*found));
                fetch_pictures(counter, account, hashes).await;
            }
            Ok(_) => {}
            Err(failure) => {
                tell_failure(&failure);
                on_close();
            }
        }
    });
    view! {
        <Sheet title=t().catalogue on_close side=true>
            {move || match catalogue.get() {
                None => view! { <SkeletonRows /> }.into_any(),
                Some(found) if found.items.is_empty() => {
                    view! { <EmptyState glyph=Glyph::Store title=t().catalogue_empty /> }.into_any()
                }
                Some(found) => {
                    let cart_of = found.clone();
                    view! {
                        <Items counter catalogue=found />
                        <Cart counter catalogue=cart_of on_sent=on_close />
                    }
                        .into_any()
                }
            }}
        </Sheet>
    }
}

async fn fetch_pictures(counter: Counter, account: AccountId, hashes: Vec<String>) {
    for hashes in hashes.chunks(PICTURES) {
        let wanted = Command::Pictures { account, hashes: hashes.to_vec() };
        if let Ok(Answer::Pictures(found)) = call(wanted).await {
            counter.pictures.try_update(|known| {
                known.extend(found.into_iter().map(|picture| (picture.hash, picture.url)));
            });
        }
    }
}

#[component]
fn Items(counter: Counter, catalogue: CatalogueView) -> impl IntoView {
    let mut heading = String::new();
    let currency = catalogue.currency;
    let items = catalogue.items.into_iter().map(|item| {
        let is_new = item.collection != heading && !item.collection.is_empty();
        heading.clone_from(&item.collection);
        let head = is_new.then(|| view! { <h3 dir="auto">{item.collection.clone()}</h3> });
        view! {
            {head}
            <Item counter item currency=currency.clone() />
        }
    });
    view! { <div class="stack shop-items">{items.collect_view()}</div> }
}

#[component]
fn Item(counter: Counter, item: ItemView, currency: String) -> impl IntoView {
    let variant =
        RwSignal::new(item.variants.first().map(|first| first.name.clone()).unwrap_or_default());
    let chosen: Vec<(String, i64, RwSignal<bool>)> = item
        .options
        .iter()
        .map(|option| (option.name.clone(), option.price, RwSignal::new(false)))
        .collect();
    let amount = {
        let currency = currency.clone();
        move |minor| money(&MoneyView { minor, currency: currency.clone() })
    };
    let unit = {
        let (variants, price, chosen) = (item.variants.clone(), item.price, chosen.clone());
        Memo::new(move |_| {
            let name = variant.get();
            let base = variants.iter().find(|one| one.name == name).map_or(price, |one| one.price);
            chosen
                .iter()
                .filter(|(_, _, is_on)| is_on.get())
                .fold(base, |sum, (_, price, _)| sum.saturating_add(*price))
        })
    };
    let again = item.unavailable_until.filter(|until| *until > time::now());
    let out = match again {
        Some(until) => Some(fill(t().catalogue_again, &[("date", &time::date(until))])),
        None => (item.stock == Some(0)).then(|| t().catalogue_sold_out.to_owned()),
    };
    let picture = item.picture.clone().map(|hash| {
        let alt = item.name.clone();
        move || {
            let url = counter.pictures.with(|known| known.get(&hash).cloned());
            url.map(|url| view! { <img class="shop-picture" src=url alt=alt.clone() width="72" height="72" /> })
        }
    });
    let variants = (!item.variants.is_empty()).then(|| {
        let options = item.variants.iter().map(|one| {
            let label = format!("{} {}", one.name, amount(one.price));
            view! { <option value=one.name.clone()>{label}</option> }
        });
        view! {
            <select
                class="in"
                aria-label=t().catalogue_variant
                on:change=move |event| variant.set(event_target_value(&event))
            >
                {options.collect_view()}
            </select>
        }
    });
    let options = chosen
        .iter()
        .map(|(name, price, is_on)| {
            let label = format!("{name} + {}", amount(*price));
            let is_on = *is_on;
            view! { <Checkbox label checked=is_on /> }
        })
        .collect_view();
    let facts = item
        .facts
        .iter()
        .map(|(name, fact)| view! { <p class="hint" dir="auto">{format!("{name}: {fact}")}</p> })
        .collect_view();
    let (id, name) = (item.id.clone(), item.name.clone());
    let add = move || {
        let options = chosen
            .iter()
            .filter(|(_, _, is_on)| is_on.get_untracked())
            .map(|(name, _, _)| name.clone())
            .collect();
        let line =
            CartLine { item: id.clone(), variant: variant.get_untracked(), options, quantity: 1 };
        counter.add(Wanted { line, name: name.clone(), unit: unit.get_untracked() });
    };
    let label = fill(t().catalogue_add, &[("name", &item.name)]);
    let price = move || amount(unit.get());
    view! {
        <div class="card pad stack" data-item=item.id.clone()>
            <div class="row">
                {picture}
                <b class="grow" dir="auto">{item.name.clone()}</b>
                <span class="num">{price}</span>
            </div>
            {(!item.description.is_empty()).then(|| view! { <p dir="auto">{item.description.clone()}</p> })}
            {facts}
            {variants}
            {options}
            {match out {
                Some(out) => view! { <p class="mut">{out}</p> }.into_any(),
                None => view! { <Button glyph=Glyph::Plus label on_press=add /> }.into_any(),
            }}
        </div>
    }
}

#[component]
fn Cart(
    counter: Counter,
    catalogue: CatalogueView,
    on_sent: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let note = RwSignal::new(String::new());
    let address = RwSignal::new(String::new());
    let is_delivery = RwSignal::new(false);
    let is_busy = RwSignal::new(false);
    let currency = catalogue.currency.clone();
    let amount = move |minor| money(&MoneyView { minor, currency: currency.clone() });
    let edition = catalogue.edition;
    let send = move || {
        let order = OrderDraft {
            edition,
            lines: counter
                .cart
                .with_untracked(|cart| cart.iter().map(|wanted| wanted.line.clone()).collect()),
            total: counter.total(),
            note: note.get_untracked(),
            address: is_delivery.get_untracked().then(|| address.get_untracked()),
            wanted_at: None,
        };
        if order.address.as_ref().is_some_and(|address| address.trim().is_empty()) {
            app().tell(t().order_address_missing);
            return;
        }
        is_busy.set(true);
        let conversation = counter.talk.conversation;
        spawn_local(async move {
            let sent = call(Command::SendOrder { conversation, order: Box::new(order) }).await;
            is_busy.try_set(false);
            match sent {
                Ok(_) => on_sent(),
                Err(failure) => tell_failure(&failure),
            }
        });
    };
    let lines = {
        let amount = amount.clone();
        move || {
            let cart = counter.cart.get();
            let rows = cart.into_iter().enumerate().map(|(index, wanted)| {
                let sum = wanted.unit.saturating_mul(i64::from(wanted.line.quantity));
                let label = fill(t().cart_remove, &[("name", &wanted.name)]);
                view! {
                    <div class="row">
                        <span class="grow" dir="auto">
                            {format!("{} × {}", wanted.line.quantity, wanted.name)}
                        </span>
                        <span class="num">{amount(sum)}</span>
                        <button
                            type="button"
                            class="ib"
                            aria-label=label.clone()
                            title=label
                            on:click=move |_| {
                                counter.cart.update(|cart| {
                                    if index < cart.len() {
                                        cart.remove(index);
                                    }
                                });
                            }
                        >
                            "−"
                        </button>
                    </div>
                }
            });
            rows.collect_view()
        }
    };
    let total = move || amount(counter.total());
    let is_empty = Memo::new(move |_| counter.cart.with(Vec::is_empty));
    move || {
        (!is_empty.get()).then(|| {
            let (lines, total) = (lines.clone(), total.clone());
            view! {
                <section class="card pad stack" aria-label=t().cart>
                    <h3>{t().cart}</h3>
                    {lines}
                    <div class="row">
                        <b class="grow">{t().order_total}</b>
                        <b class="num">{total}</b>
                    </div>
                    <Field id="order-note" label=t().order_note.to_owned() value=note kind=FieldKind::Lines />
                    <Checkbox label=t().order_deliver checked=is_delivery />
                    {move || {
                        is_delivery
                            .get()
                            .then(|| {
                                view! {
                                    <Field id="order-address" label=t().order_address.to_owned() value=address />
                                }
                            })
                    }}
                    <Button
                        kind=ButtonKind::Primary
                        label=t().order_send.to_owned()
                        busy=is_busy
                        on_press=send
                    />
                </section>
            }
        })
    }
}
