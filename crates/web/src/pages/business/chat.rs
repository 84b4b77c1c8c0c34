//! An agent's chat: the shared chat view with who has it, who is answering, and the customer's card.

use leptos::{prelude::*, task::spawn_local};
use tresen_types::{Category, ConversationId, MessageId};
use tresen_view::{
    Answer, Command, ConsentView, ConversationHeader, ConversationRow, Event, Reader,
};
use web_sys::MouseEvent;

use super::{
    acts,
    bill_sheet::BillSheet,
    bookings::{DeskSheet, OfferSheet},
    customer_card::{CardSheet, CustomerCard},
    desk::desk,
    template_sheet::WindowNotice,
    writing,
};
use crate::{
    actions::call,
    components::{
        Avatar, Button, ButtonKind, ButtonSize, Glyph, Icon, IconButton, MenuItem, MessageMenu,
        below,
    },
    i18n::{b, fill, t},
    pages::{BookingDesk, ChatView, DeskActs, Face},
    state::{app, on_event},
};

/// What the agent's parts of a chat show.
#[derive(Clone, Copy)]
pub(super) struct Facts {
    /// The conversation.
    pub conversation: ConversationId,
    /// Its header.
    pub header: RwSignal<Option<ConversationHeader>>,
    /// What the customer allows, as signed.
    pub consent: RwSignal<Option<ConsentView>>,
    /// Who can read.
    pub readers: RwSignal<Option<Vec<Reader>>>,
    /// The row, as the header has it, and as the list has it until the header has come.
    pub row: Memo<Option<ConversationRow>>,
    /// Whether times are being offered.
    is_offering: RwSignal<bool>,
    /// Whether a quotation or a request of payment is being written.
    is_billing: RwSignal<bool>,
}

impl Facts {
    fn open(conversation: ConversationId) -> Self {
        let header = RwSignal::new(None::<ConversationHeader>);
        let row = Memo::new(move |_| {
            // The list keeps fresh what is in sight alone.
            if let Some(row) =
                header.with(|header| header.as_ref().map(|header| header.row.clone()))
            {
                return Some(row);
            }
            let rows = app().rows.get();
            rows.iter().find(|row| row.id == conversation).map(|row| row.view.get())
        });
        let open = desk().row;
        Effect::new(move |_| open.set(row.get()));
        let facts = Self {
            conversation,
            header,
            consent: RwSignal::new(None),
            readers: RwSignal::new(None),
            row,
            is_offering: RwSignal::new(false),
            is_billing: RwSignal::new(false),
        };
        on_event(move |event| match event {
            Event::HeaderChanged { conversation: changed } if *changed == conversation => {
                facts.fetch();
            }
            Event::ConversationsChanged => facts.fetch_header(),
            _ => {}
        });
        facts.fetch();
        facts
    }

    fn fetch_header(self) {
        let conversation = self.conversation;
        spawn_local(async move {
            if let Ok(Answer::Header(found)) = call(Command::Header { conversation }).await {
                self.header.try_set(Some(*found));
            }
        });
    }

    /// What fails here is told by the chat itself, which asks the same.
    fn fetch(self) {
        self.fetch_header();
        let conversation = self.conversation;
        spawn_local(async move {
            if let Ok(Answer::Consent(found)) = call(Command::Consent { conversation }).await {
                self.consent.try_set(found);
            }
            if let Ok(Answer::Readers(found)) = call(Command::WhoCanRead { conversation }).await {
                self.readers.try_set(Some(found));
            }
        });
    }

    /// The customer's name.
    pub(super) fn name(self) -> String {
        let name = self.row.with(|row| row.as_ref().map(|row| row.name.clone()));
        name.filter(|name| !name.is_empty()).unwrap_or_else(|| t().unknown_name.to_owned())
    }

    /// Whether answers are allowed.
    pub(super) fn may_answer(self) -> Option<bool> {
        self.header.with(|header| {
            let header = header.as_ref()?;
            let allowed = header.consent.is_some_and(|all| all.contains(Category::Service));
            Some(allowed && header.can_write)
        })
    }

    /// Whether the chat is done.
    pub(super) fn is_closed(self) -> bool {
        self.row.with(|row| row.as_ref().is_some_and(|row| row.is_closed))
    }
}

/// The chat with its card.
#[component]
pub(super) fn AgentChat(conversation: ConversationId) -> impl IntoView {
    let facts = Facts::open(conversation);
    writing::provide(conversation, Signal::derive(move || facts.name()));
    let is_sheet_open = RwSignal::new(false);
    let is_card_hidden = RwSignal::new(false);
    let booking = RwSignal::new(None::<MessageId>);
    provide_context(BookingDesk(booking));
    provide_context(DeskActs(Callback::new(move |()| seldom_acts(facts))));
    let show_card = Callback::new(move |()| {
        if has_room_for_card() {
            is_card_hidden.update(|is_hidden| *is_hidden = !*is_hidden);
        } else {
            is_sheet_open.set(true);
        }
    });
    view! {
        <main class="pane chat-pane">
            {move || desk().is_hand.get().then(|| view! { <h1 class="vh">{facts.name()}</h1> })}
            <ChatView
                conversation
                face=Face::Business
                back="/business"
                header_end=move || view! { <HeaderEnd facts /> }
                above_composer=move || view! { <AboveComposer facts /> }
                on_title=show_card
            />
        </main>
        <Written facts />
        {move || {
            booking
                .get()
                .map(|known| {
                    let close = move || {
                        booking.try_set(None);
                    };
                    view! { <DeskSheet booking=known has_link=false on_close=close /> }
                })
        }}
        {move || (!is_card_hidden.get()).then(|| view! { <CustomerCard facts /> })}
        {move || {
            is_sheet_open
                .get()
                .then(|| {
                    view! {
                        <CardSheet
                            facts
                            on_close=move || {
                                is_sheet_open.try_set(false);
                            }
                        />
                    }
                })
        }}
    }
}

fn has_room_for_card() -> bool {
    let media = window().match_media("(min-width: 1280px)").ok().flatten();
    media.is_some_and(|media| media.matches())
}

/// What a hand's window has in the menu instead of the header, which shows the customer's name.
fn seldom_acts(facts: Facts) -> Vec<MenuItem> {
    if !desk().is_hand.get_untracked() {
        return Vec::new();
    }
    vec![
        MenuItem::new(Glyph::CalendarDays, b().bk_offer, move || facts.is_offering.set(true)),
        MenuItem::new(Glyph::FileText, b().bill_write, move || facts.is_billing.set(true)),
    ]
}

/// What lies over the chat: times that are offered, or a bill.
#[component]
fn Written(facts: Facts) -> impl IntoView {
    let conversation = facts.conversation;
    let close = move || {
        facts.is_billing.try_set(false);
        facts.is_offering.try_set(false);
    };
    view! {
        {move || {
            facts
                .is_billing
                .get()
                .then(|| view! { <BillSheet conversation on_close=close /> })
        }}
        {move || {
            facts
                .is_offering
                .get()
                .then(|| view! { <OfferSheet conversation on_close=close /> })
        }}
    }
}

/// Offers, bills, who has the chat, and "Done".
#[component]
fn HeaderEnd(facts: Facts) -> impl IntoView {
    view! {
        {move || {
            (!desk().is_hand.get())
                .then(|| {
                    view! {
                        <IconButton
                            glyph=Glyph::CalendarDays
                            label=b().bk_offer
                            on_press=move || facts.is_offering.set(true)
                        />
                        <IconButton
                            glyph=Glyph::FileText
                            label=b().bill_write
                            on_press=move || facts.is_billing.set(true)
                        />
                    }
                })
        }}
        <Holder facts />
        {move || {
            let is_closed = facts.is_closed();
            let (glyph, label) = if is_closed {
                (Glyph::ArchiveRestore, b().reopen)
            } else {
                (Glyph::Check, b().done)
            };
            view! {
                <button
                    type="button"
                    class="btn head-btn"
                    title=label
                    on:click=move |_| {
                        acts::set_closed(facts.conversation, facts.name(), !is_closed);
                    }
                >
                    <Icon glyph small=true />
                    <span class="wide-only">{label}</span>
                </button>
            }
        }}
    }
}

/// Who has the chat; a menu to change it.
#[component]
pub(super) fn Holder(facts: Facts) -> impl IntoView {
    let menu_at = RwSignal::new(None::<(i32, i32)>);
    let holder = Memo::new(move |_| facts.row.with(|row| row.as_ref()?.assignee.clone()));
    let open = move |event: MouseEvent| menu_at.set(Some(below(&event)));
    view! {
        <button
            type="button"
            class="btn sec head-btn"
            aria-haspopup="menu"
            title=move || holder_text(holder.get())
            on:click=open
        >
            {move || match holder.get() {
                Some(reader) => view! { <Avatar name=reader.name size=22 /> }.into_any(),
                None => view! { <Icon glyph=Glyph::Hand small=true /> }.into_any(),
            }}
            <span class="wide-only ell">{move || holder_text(holder.get())}</span>
            <Icon glyph=Glyph::ChevronDown small=true />
        </button>
        {move || {
            menu_at
                .get()
                .map(|at| {
                    view! {
                        <MessageMenu
                            at
                            items=choices(facts, holder.get_untracked())
                            on_close=move || {
                                menu_at.try_set(None);
                            }
                        />
                    }
                })
        }}
    }
}

fn holder_text(holder: Option<Reader>) -> String {
    match holder {
        None => b().nobody_has.to_owned(),
        Some(reader) if reader.is_this => b().you_have.to_owned(),
        Some(reader) => fill(b().has_chat, &[("name", &reader.name)]),
    }
}

fn choices(facts: Facts, holder: Option<Reader>) -> Vec<MenuItem> {
    let conversation = facts.conversation;
    let is_mine = holder.as_ref().is_some_and(|reader| reader.is_this);
    let mut items = Vec::new();
    if !is_mine {
        let take = move || acts::take(conversation);
        items.push(MenuItem::new(Glyph::Hand, b().take, take));
    }
    let taken_by = holder.as_ref().map(|reader| reader.device);
    for device in desk().devices.get_untracked().unwrap_or_default() {
        if device.is_this || Some(device.device) == taken_by {
            continue;
        }
        let label = fill(b().give_to, &[("name", &device.name)]);
        let give = move || {
            let told = fill(b().given, &[("name", &device.name)]);
            acts::assign(conversation, Some(device.device), told);
        };
        items.push(MenuItem::new(Glyph::User, label, give));
    }
    if holder.is_some() {
        let put_back = move || acts::assign(conversation, None, b().was_put_back.to_owned());
        items.push(MenuItem::new(Glyph::Undo2, b().put_back, put_back));
    }
    items
}

/// "Anna is answering", or that the chat is done.
#[component]
fn AboveComposer(facts: Facts) -> impl IntoView {
    let answering = Memo::new(move |_| facts.row.with(|row| row.as_ref()?.answering.clone()));
    let is_closed = Memo::new(move |_| facts.is_closed());
    let line = move || match (answering.get(), is_closed.get()) {
        (Some(name), _) => Some(
            view! {
                <div class="coll">
                    <Avatar name=name.clone() size=22 />
                    <b class="grow">{fill(t().answering, &[("name", &name)])}</b>
                    <Button
                        kind=ButtonKind::Text
                        size=ButtonSize::Small
                        label=b().take_over
                        on_press=move || acts::take(facts.conversation)
                    />
                </div>
            }
            .into_any(),
        ),
        (None, true) => Some(
            view! {
                <div class="coll">
                    <Icon glyph=Glyph::Archive small=true />
                    <span class="grow">{b().is_closed_note}</span>
                </div>
            }
            .into_any(),
        ),
        (None, false) => None,
    };
    view! {
        <div role="status">{line}</div>
        <WindowNotice facts />
    }
}
