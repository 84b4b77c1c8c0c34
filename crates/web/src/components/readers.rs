//! Who can read a chat: exactly the devices in its group.

use leptos::prelude::*;
use tresen_view::Reader;

use super::{Avatar, Glyph, Icon, Sheet, Sign, SkeletonRows};
use crate::i18n::{fill, t, time};

/// The sheet. `readers` is `None` while the list is being fetched.
#[component]
pub fn ReadersSheet(
    /// The other side: name, sign colour and logo; no colour for a customer.
    other: (String, String, Option<String>),
    #[prop(into)] readers: Signal<Option<Vec<Reader>>>,
    on_close: impl Fn() + 'static,
) -> impl IntoView {
    let other = StoredValue::new(other);
    view! {
        <Sheet title=t().who_can_read on_close side=true>
            {move || match readers.get() {
                None => view! { <SkeletonRows /> }.into_any(),
                Some(readers) => list(readers, other.get_value()),
            }}
        </Sheet>
    }
}

fn list(readers: Vec<Reader>, (name, colour, logo): (String, String, Option<String>)) -> AnyView {
    let count = u64::try_from(readers.len()).unwrap_or(0);
    let (own, others) = readers.into_iter().partition::<Vec<_>, _>(|reader| reader.is_own);
    let is_customer_side = !colour.is_empty();
    let rows = |readers: Vec<Reader>, anonymous: bool| {
        readers.into_iter().map(|reader| row(reader, anonymous)).collect_view()
    };
    view! {
        <p class="mut">{t().reader_devices.of(count)}</p>
        <h3 class="sect">{t().you}</h3>
        <ul class="plain">{rows(own, is_customer_side)}</ul>
        <h3 class="sect row">
            {is_customer_side
                .then(|| {
                    view! { <Sign name=name.clone() colour=colour.clone() logo=logo size=22 /> }
                })}
            <bdi>{name.clone()}</bdi>
        </h3>
        <ul class="plain">{rows(others, false)}</ul>
        <p class="info">
            <Icon glyph=Glyph::Info small=true />
            <span>{t().readers_explained}</span>
        </p>
    }
    .into_any()
}

fn row(reader: Reader, anonymous: bool) -> AnyView {
    let name = match (reader.is_this, anonymous || reader.name.is_empty()) {
        (true, true) => t().this_device.to_owned(),
        (false, true) if reader.is_own => t().another_device.to_owned(),
        (false, true) => t().unknown_name.to_owned(),
        (true, false) => format!("{}, {}", reader.name, t().this_device),
        (false, false) => reader.name.clone(),
    };
    let since = fill(t().can_read_since, &[("date", &time::date_time(reader.since))]);
    let detail = if reader.is_robot { format!("{} · {since}", t().robot) } else { since };
    let picture = match (reader.is_robot, anonymous) {
        (true, _) => view! { <Avatar name=name.clone() glyph=Glyph::Bot /> }.into_any(),
        (false, true) => view! { <Avatar name=name.clone() glyph=Glyph::Smartphone /> }.into_any(),
        (false, false) => view! { <Avatar name=reader.name /> }.into_any(),
    };
    view! {
        <li class="lrow div">
            {picture}
            <span class="grow">
                <span class="a" dir="auto">{name}</span>
                <span class="c">{detail}</span>
            </span>
        </li>
    }
    .into_any()
}
