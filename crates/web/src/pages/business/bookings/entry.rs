//! Who comes without a chat: who called, or stands at the counter.

use leptos::{prelude::*, task::spawn_local};
use tresen_types::MessageId;
use tresen_view::{Command, EntryView, ScheduleChange, SlotView};

use super::{
    Book,
    sheet::{ServiceField, fetch_free},
};
use crate::{
    actions::{call, tell_failure},
    components::{
        Button, ButtonKind, Field, Pill, PillKind, Sheet, SkeletonRows, SlotPicker, Wrong,
    },
    i18n::{b, t, time},
    router,
};

/// What stands in the calendar, in characters.
const TITLE_MAX: u32 = 60;

/// One of them.
#[component]
pub(super) fn EntrySheet(
    book: Book,
    entry: MessageId,
    on_close: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let known = Memo::new(move |_| {
        book.schedule.with(|schedule| {
            let entries = schedule.as_ref().map(|known| known.entries.as_slice());
            entries.unwrap_or_default().iter().find(|known| known.entry == entry).cloned()
        })
    });
    let strike = move || {
        spawn_local(async move {
            let change = Box::new(ScheduleChange::Strike { entry });
            match call(Command::ChangeSchedule(change)).await {
                Ok(_) => router::back(),
                Err(failure) => tell_failure(&failure),
            }
        });
    };
    view! {
        <Sheet title=b().bk_no_chat on_close side=true>
            {move || match known.get() {
                // A colleague was faster.
                None => view! { <p>{b().bk_struck}</p> }.into_any(),
                Some(known) => {
                    view! {
                        <div class="stack">
                            {facts(book, known)}
                            <Button
                                kind=ButtonKind::Danger
                                label=b().bk_strike.to_owned()
                                on_press=strike
                            />
                        </div>
                    }
                    .into_any()
                }
            }}
        </Sheet>
    }
}

fn facts(book: Book, entry: EntryView) -> AnyView {
    let start = entry.slot.start;
    let zone = time::Zoned::new(&book.zone());
    let day = zone.date(start).map(|(year, month, day)| time::plain_day(year, month, day));
    let clash = (!entry.is_held).then(|| {
        view! {
            <Pill text=b().bk_clash kind=PillKind::Bad />
            <p>{b().bk_clash_hint}</p>
        }
    });
    view! {
        {clash}
        <b dir="auto">{entry.title}</b>
        <p dir="auto">{entry.service}</p>
        <p class="num">{day}" "{zone.time(start)}</p>
        <p class="mut" dir="auto">{entry.slot.name}</p>
    }
    .into_any()
}

/// A new one.
#[component]
pub(super) fn NewEntry(
    book: Book,
    on_close: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let title = RwSignal::new(String::new());
    let wrong = RwSignal::new(None::<String>);
    let missing = RwSignal::new(None::<String>);
    let service = RwSignal::new(String::new());
    let free = RwSignal::new(None::<Vec<SlotView>>);
    let chosen = RwSignal::new(Vec::<SlotView>::new());
    let is_busy = RwSignal::new(false);
    let choose = move |id: String| {
        free.set(None);
        chosen.set(Vec::new());
        service.set(id.clone());
        fetch_free(id, true, free);
    };
    let first = book.schedule.with_untracked(|schedule| {
        schedule.as_ref().and_then(|known| known.services.first()).map(|first| first.id.clone())
    });
    if let Some(first) = first {
        choose(first);
    }
    // What is mended isn't wrong any more.
    Effect::new(move |_| {
        title.track();
        missing.set(None);
    });
    Effect::new(move |_| {
        chosen.track();
        wrong.set(None);
    });
    let zone = book.zone();
    let enter = move || {
        let words = title.with_untracked(|title| title.trim().to_owned());
        let slot = chosen.get_untracked().into_iter().next();
        missing.set(words.is_empty().then(|| b().bk_who_missing.to_owned()));
        wrong.set(slot.is_none().then(|| b().bk_time_missing.to_owned()));
        let Some(slot) = slot.filter(|_slot| !words.is_empty()) else { return };
        is_busy.set(true);
        let service = service.get_untracked();
        spawn_local(async move {
            let change = Box::new(ScheduleChange::Enter { title: words, service, slot });
            let done = call(Command::ChangeSchedule(change)).await;
            is_busy.try_set(false);
            match done {
                Ok(_) => router::back(),
                Err(failure) => tell_failure(&failure),
            }
        });
    };
    view! {
        <Sheet title=b().bk_enter on_close side=true>
            <div class="stack">
                <Field
                    id="entry-title"
                    label=b().bk_who.to_owned()
                    value=title
                    hint=b().bk_who_hint.to_owned()
                    error=missing
                    max_length=TITLE_MAX
                    autofocus=true
                />
                <ServiceField schedule=book.schedule service on_choose=choose />
                {move || match free.get() {
                    None => view! { <SkeletonRows /> }.into_any(),
                    Some(slots) => {
                        view! { <SlotPicker slots zone=zone.clone() chosen /> }.into_any()
                    }
                }}
                <Wrong error=wrong />
                <Button
                    kind=ButtonKind::Primary
                    wide=true
                    label=b().bk_enter_do.to_owned()
                    busy=is_busy
                    on_press=enter
                />
                <Button kind=ButtonKind::Text wide=true label=t().cancel on_press=router::back />
            </div>
        </Sheet>
    }
}
