//! Every component in its states, with sample data. Only with the feature `gallery`.

use leptos::prelude::*;
use tresen_types::{AccountId, AccountKind, Categories, Category, EntryId};
use tresen_view::{ConsentView, FailureKind, HoursView, MessageState, OpeningView, TransferState};

use super::entry::Verified;
use crate::{
    components::{
        Avatar, Badge, BadgeKind, Button, ButtonKind, ButtonSize, Checkbox, CodeMark, ConsentSlip,
        EmptyState, ErrorState, Field, Glyph, Icon, Mark, Pill, PillKind, Progress, QrCode,
        Segment, Sign, SkeletonRows, Switch, Ticks,
    },
    i18n::{t, time},
    state::{Toast, app},
};

/// What an entry link shows with sample data.
pub(super) fn sample_entry(entry: EntryId, fragment: &str) -> Result<Verified, FailureKind> {
    if fragment.starts_with('z') {
        return Err(FailureKind::FingerprintMismatch);
    }
    let day = vec![(420, 1_080)];
    Ok(Verified {
        entry,
        fingerprint: fragment.to_owned(),
        account: AccountId::from_random(AccountKind::Business, [77; 16]),
        name: "Backstube Lindner".to_owned(),
        line: "Bäckerei · Weserstraße 41, Berlin-Neukölln".to_owned(),
        about: "Brot aus dem Holzofen, seit 1961.".to_owned(),
        sign_colour: "crust".to_owned(),
        logo: None,
        websites: vec!["https://backstube-lindner.de/".to_owned()],
        hours: Some(HoursView {
            time_zone: "Europe/Berlin".to_owned(),
            weekly: std::array::from_fn(|_| day.clone()),
            exceptions: Vec::new(),
        }),
        opening: OpeningView::OpenUntil(18 * 60),
        greeting: String::new(),
        prefilled: "Guten Tag, ".to_owned(),
        categories: [Category::Service, Category::Marketing].into_iter().collect(),
        purpose: String::new(),
    })
}

/// The page.
#[component]
pub fn GalleryPage() -> impl IntoView {
    view! {
        <main class="page">
            <header class="bar flat">
                <Mark size=40 />
                <h1>"Tresen"</h1>
            </header>
            <div class="gal">
                <Controls />
                <Marks />
                <Slips />
                <States />
            </div>
        </main>
    }
}

#[component]
fn Controls() -> impl IntoView {
    let name = RwSignal::new("Jonas".to_owned());
    let price = RwSignal::new("-3,00 €".to_owned());
    let is_on = RwSignal::new(true);
    let is_checked = RwSignal::new(false);
    let part = RwSignal::new(1_u8);
    let parts = vec![(1, "Waiting".to_owned()), (2, "Mine".to_owned()), (3, "All".to_owned())];
    let error = Signal::derive(|| Some("A price cannot be below zero".to_owned()));
    let nothing = || ();
    view! {
        <section class="stack">
            <div class="gal-row">
                <Button kind=ButtonKind::Primary label="Send order" on_press=nothing />
                <Button kind=ButtonKind::Primary label="Sending" busy=true on_press=nothing />
                <Button label="Disabled" disabled=true on_press=nothing />
                <Button label="Quiet" on_press=nothing />
                <Button kind=ButtonKind::Outlined label="Outlined" on_press=nothing />
                <Button kind=ButtonKind::Text label="Text" on_press=nothing />
                <Button kind=ButtonKind::Ok label="Ready" on_press=nothing />
                <Button kind=ButtonKind::Danger label="Remove" on_press=nothing />
                <Button kind=ButtonKind::DangerFill label="Remove all" on_press=nothing />
                <Button size=ButtonSize::Small label="Small" on_press=nothing />
            </div>
            <Field id="g-name" label="Your name" value=name hint="As the shop sees it" />
            <Field id="g-price" label="Price" value=price error />
            <Checkbox label=t().cat_marketing hint=t().cat_marketing_hint checked=is_checked />
            <Switch
                label=t().read_receipts
                hint=t().read_receipts_hint
                on=is_on
                on_change=move |on| is_on.set(on)
            />
            <Segment
                name="g-part"
                label="Part"
                choices=parts
                value=part
                on_change=move |next| part.set(next)
            />
            <Button
                label=t().new_version
                on_press=|| {
                    app()
                        .toast
                        .set(
                            Some(Toast {
                                text: t().new_version.to_owned(),
                                action: Some((t().use_it.to_owned(), Callback::new(|()| ()))),
                            }),
                        );
                }
            />
        </section>
    }
}

#[component]
fn Marks() -> impl IntoView {
    let colours = [
        "crust", "brick", "honey", "moss", "spruce", "lagoon", "indigo", "violet", "rose", "slate",
    ];
    let people = ["Jonas Weber", "Anna K", "Rosa Luna", "प्रिया शर्मा", "Fatma Demir"];
    let states = [
        MessageState::Queued,
        MessageState::Sent,
        MessageState::Delivered,
        MessageState::Read,
        MessageState::Failed,
    ];
    view! {
        <section class="stack">
            <div class="gal-row">
                {colours
                    .map(|colour| view! { <Sign name="Backstube Lindner" colour=colour /> })
                    .collect_view()}
            </div>
            <div class="gal-row">
                {people.map(|name| view! { <Avatar name=name /> }).collect_view()}
                <Avatar name="" glyph=Glyph::Smartphone />
            </div>
            <div class="gal-row">
                <Badge count=3 words="" />
                <Badge count=4 words="" kind=BadgeKind::Waiting />
                <Badge count=12 words="" kind=BadgeKind::Quiet />
                <Pill text="Paid" kind=PillKind::Ok glyph=Glyph::Check />
                <Pill text="waiting 14 min" kind=PillKind::Wait glyph=Glyph::Clock />
                <Pill text="Failed" kind=PillKind::Bad glyph=Glyph::X />
                <Pill text="domain checked 3 Nov" kind=PillKind::Seal glyph=Glyph::BadgeCheck />
                <Pill text="Draft" />
            </div>
            <div class="gal-row">
                {states.map(|state| view! { <Ticks state /> }).collect_view()}
            </div>
            <div class="strip">
                <Icon glyph=Glyph::WifiOff small=true />
                {t().offline}
            </div>
            <div class="card pad">
                <Progress
                    name="bread.jpg"
                    transfer=TransferState::Uploading {
                        done_bytes: 1_200_000,
                        total_bytes: 1_800_000,
                    }
                    on_cancel=Callback::new(|()| ())
                />
            </div>
            <div class="qrw qr-small">
                <QrCode
                    text="https://chat.example/e/0410g20820g42#0123456789abcdefghjkmnpqrs"
                    label="QR"
                    mark=CodeMark::Tresen
                />
            </div>
        </section>
    }
}

#[component]
fn Slips() -> impl IntoView {
    let consent = ConsentView {
        categories: Categories::NONE.with(Category::Service),
        at: time::now(),
        language: "en".to_owned(),
        is_own: true,
        way_in: "entry".to_owned(),
    };
    view! {
        <section class="stack">
            <ConsentSlip consent on_change=Callback::new(|()| ()) />
        </section>
    }
}

#[component]
fn States() -> impl IntoView {
    view! {
        <section class="stack">
            <div class="card">
                <EmptyState glyph=Glyph::ConciergeBell title=t().no_chats text=t().no_chats_hint />
            </div>
            <div class="card">
                <ErrorState
                    glyph=Glyph::WifiOff
                    title=t().entry_offline
                    text=t().entry_offline_hint
                />
            </div>
            <div class="card">
                <SkeletonRows />
            </div>
        </section>
    }
}
