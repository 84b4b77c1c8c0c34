//! One booking with what the shop can do, and times for a customer's chat.

use leptos::{prelude::*, task::spawn_local};
use tresen_types::{ConversationId, MessageId};
use tresen_view::{
    Answer, BookingStateView, BookingStepView, BookingView, Command, Event, ScheduleView, SlotView,
    SlotsDraft,
};

use super::BOOKINGS;
use crate::{
    actions::{call, tell_failure},
    components::{
        Button, ButtonKind, Glyph, Pill, Sheet, SkeletonRows, SlotPicker, TermsLine, booking_times,
        booking_word,
    },
    i18n::{b, fill, t, time},
    state::on_event,
};

/// For how many days free times are looked for.
const DAYS: u32 = 28;
/// For how many hours times are offered.
const HOURS: u32 = 48;
/// Times of one offer.
const TIMES: usize = 60;

/// One booking.
#[component]
pub(in crate::pages::business) fn DeskSheet(
    booking: MessageId,
    /// Whether a link leads to the chat.
    has_link: bool,
    on_close: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let known = RwSignal::new(None::<BookingView>);
    let is_moving = RwSignal::new(false);
    let fetch = move || {
        spawn_local(async move {
            let asked = Command::Bookings { conversation: None, from: None, limit: BOOKINGS };
            if let Ok(Answer::Bookings(found)) = call(asked).await {
                known.try_set(found.into_iter().find(|known| known.booking == booking));
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
        <Sheet title=t().booking_title on_close side=true>
            {move || match known.get() {
                None => view! { <SkeletonRows /> }.into_any(),
                Some(found) if is_moving.get() => {
                    view! { <Moving booking=found on_close /> }.into_any()
                }
                Some(found) => details(&found, has_link, is_moving, on_close),
            }}
        </Sheet>
    }
}

fn details(
    booking: &BookingView,
    has_link: bool,
    is_moving: RwSignal<bool>,
    on_close: impl Fn() + Copy + Send + Sync + 'static,
) -> AnyView {
    use BookingStateView::{Asked, Confirmed, Declined, Held, Waiting};
    let id = booking.booking;
    let (word, kind) = booking_word(booking.state);
    let act = move |step: BookingStepView| {
        spawn_local(async move {
            match call(Command::StepBooking { booking: id, step }).await {
                Ok(_) => on_close(),
                Err(failure) => tell_failure(&failure),
            }
        });
    };
    let button = move |kind: ButtonKind, label: &'static str, step: BookingStepView| {
        view! { <Button kind label=label.to_owned() on_press=move || act(step.clone()) /> }
            .into_any()
    };
    let is_given = matches!(booking.state, Held | Confirmed);
    let is_open = is_given || matches!(booking.state, Waiting | Asked | Declined);
    let mut buttons: Vec<AnyView> = Vec::new();
    if booking.state == Held {
        buttons.push(button(ButtonKind::Primary, b().bk_confirm, BookingStepView::Confirm));
    }
    if booking.has_begun && is_given {
        buttons.push(button(ButtonKind::Quiet, t().booking_no_show, BookingStepView::NoShow));
    }
    if is_open {
        let label = if is_given { t().booking_move } else { b().bk_give };
        let other =
            view! { <Button label=label.to_owned() on_press=move || is_moving.set(true) /> };
        buttons.push(other.into_any());
    }
    let nothing = String::new;
    if booking.wish.is_some() {
        let decline = BookingStepView::Decline { reason: nothing() };
        buttons.push(button(ButtonKind::Quiet, b().bk_decline, decline));
    }
    if has_link {
        let href = format!("/business/c/{}", booking.conversation);
        buttons.push(view! { <a class="btn" href=href>{b().bk_open_chat}</a> }.into_any());
    }
    if is_open {
        let cancel = BookingStepView::Cancel { reason: nothing() };
        buttons.push(button(ButtonKind::Text, t().booking_cancel, cancel));
    }
    let moves = booking.moves.to_string();
    let moved = (booking.moves > 0).then(|| fill(b().bk_moves, &[("n", &moves)]));
    let note = booking.note.clone();
    view! {
        <div class="stack">
            <div class="row">
                <b class="grow" dir="auto">{booking.customer.clone()}</b>
                <Pill text=word kind />
            </div>
            <p class="mut">{fill(t().booking, &[("number", &booking.number)])}</p>
            <TermsLine terms=booking.terms.clone() />
            {booking_times(booking)}
            {(!note.is_empty()).then(|| view! { <p dir="auto">{note}</p> })}
            {moved.map(|moved| view! { <p class="mut">{moved}</p> })}
            {buttons}
        </div>
    }
    .into_any()
}

#[component]
fn Moving(
    booking: BookingView,
    on_close: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let free = RwSignal::new(None::<Vec<SlotView>>);
    let chosen = RwSignal::new(Vec::<SlotView>::new());
    let is_busy = RwSignal::new(false);
    let id = booking.booking;
    fetch_free(booking.terms.service, false, free);
    let zone = booking.terms.time_zone;
    let give = move || {
        let Some(slot) = chosen.get_untracked().into_iter().next() else { return };
        is_busy.set(true);
        spawn_local(async move {
            let step = BookingStepView::Move { slot };
            let done = call(Command::StepBooking { booking: id, step }).await;
            is_busy.try_set(false);
            match done {
                Ok(_) => on_close(),
                Err(failure) => tell_failure(&failure),
            }
        });
    };
    view! {
        <div class="stack">
            {move || match free.get() {
                None => view! { <SkeletonRows /> }.into_any(),
                Some(slots) => view! { <SlotPicker slots zone=zone.clone() chosen /> }.into_any(),
            }}
            <Button
                kind=ButtonKind::Primary
                wide=true
                label=b().bk_give.to_owned()
                busy=is_busy
                disabled=Signal::derive(move || chosen.with(Vec::is_empty))
                on_press=give
            />
        </div>
    }
}

pub(super) fn fetch_free(
    service: String,
    without_notice: bool,
    free: RwSignal<Option<Vec<SlotView>>>,
) {
    spawn_local(async move {
        let from = time::now();
        let wish = Command::FreeSlots { service, person: None, from, days: DAYS, without_notice };
        match call(wish).await {
            Ok(Answer::Slots(found)) => {
                free.try_set(Some(found));
            }
            Ok(_) => {}
            Err(failure) => {
                tell_failure(&failure);
                free.try_set(Some(Vec::new()));
            }
        }
    });
}

/// Times for a customer.
#[component]
pub(in crate::pages::business) fn OfferSheet(
    conversation: ConversationId,
    on_close: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let schedule = RwSignal::new(None::<ScheduleView>);
    let service = RwSignal::new(String::new());
    let free = RwSignal::new(None::<Vec<SlotView>>);
    let choose = move |id: String| {
        free.try_set(None);
        service.try_set(id.clone());
        fetch_free(id, false, free);
    };
    spawn_local(async move {
        match call(Command::Schedule).await {
            Ok(Answer::Schedule(found)) => {
                if let Some(first) = found.services.first() {
                    choose(first.id.clone());
                }
                schedule.try_set(Some(*found));
            }
            Ok(_) => {}
            Err(failure) => tell_failure(&failure),
        }
    });
    let is_empty = Memo::new(move |_| {
        schedule.with(|schedule| schedule.as_ref().is_some_and(|known| known.services.is_empty()))
    });
    view! {
        <Sheet title=b().bk_offer on_close side=true>
            {move || {
                if is_empty.get() {
                    return view! {
                        <p>{b().bk_no_service}</p>
                        <a class="btn" href="/business/bookings">{b().bk_setup}</a>
                    }
                    .into_any();
                }
                view! {
                    <div class="stack">
                        <ServiceField schedule service on_choose=choose />
                        {move || match free.get() {
                            None => view! { <SkeletonRows /> }.into_any(),
                            Some(slots) => {
                                let zone = zone_of(schedule);
                                let service = service.get_untracked();
                                view! { <Times conversation service slots zone on_sent=on_close /> }
                                    .into_any()
                            }
                        }}
                    </div>
                }
                .into_any()
            }}
        </Sheet>
    }
}

/// The field that chooses a service.
#[component]
pub(super) fn ServiceField(
    schedule: RwSignal<Option<ScheduleView>>,
    #[prop(into)] service: Signal<String>,
    on_choose: impl Fn(String) + 'static,
) -> impl IntoView {
    let services = move || {
        let services = schedule.get().map(|known| known.services).unwrap_or_default();
        let option = |known: tresen_view::ServiceView| {
            let is_on = known.id == service.get();
            view! { <option value=known.id selected=is_on>{known.name}</option> }
        };
        services.into_iter().map(option).collect_view()
    };
    view! {
        <div class="field">
            <label for="slot-service">{b().bk_service}</label>
            <select
                class="inp"
                id="slot-service"
                on:change=move |event| on_choose(event_target_value(&event))
            >
                {services}
            </select>
        </div>
    }
}

fn zone_of(schedule: RwSignal<Option<ScheduleView>>) -> String {
    schedule.with_untracked(|schedule| {
        let rules = schedule.as_ref().and_then(|known| known.rules.as_ref());
        rules.map_or_else(time::own_time_zone, |rules| rules.time_zone.clone())
    })
}

#[component]
fn Times(
    conversation: ConversationId,
    service: String,
    slots: Vec<SlotView>,
    zone: String,
    on_sent: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let chosen = RwSignal::new(Vec::<SlotView>::new());
    let is_busy = RwSignal::new(false);
    // The next ones, as many as an offer holds.
    let next: Vec<SlotView> = slots.iter().take(TIMES).cloned().collect();
    let send = move || {
        is_busy.set(true);
        let mut slots = chosen.get_untracked();
        slots.truncate(TIMES);
        let service = service.clone();
        let offer = Box::new(SlotsDraft { service, slots, hours: HOURS, booking: None });
        spawn_local(async move {
            let done = call(Command::OfferSlots { conversation, offer }).await;
            is_busy.try_set(false);
            match done {
                Ok(_) => on_sent(),
                Err(failure) => tell_failure(&failure),
            }
        });
    };
    let label = Signal::derive(move || {
        let count = chosen.with(|chosen| chosen.len().min(TIMES)).to_string();
        fill(b().bk_send_times, &[("n", &count)])
    });
    view! {
        <SlotPicker slots zone chosen many=true />
        <Button
            kind=ButtonKind::Text
            glyph=Glyph::CheckCheck
            label=b().bk_all_times.to_owned()
            on_press=move || chosen.set(next.clone())
        />
        <Button
            kind=ButtonKind::Primary
            wide=true
            label
            busy=is_busy
            disabled=Signal::derive(move || chosen.with(Vec::is_empty))
            on_press=send
        />
    }
}
