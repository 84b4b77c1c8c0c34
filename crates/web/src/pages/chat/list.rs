//! The messages: days, the line "new messages", groups, what is typed; and where it is scrolled to.

use leptos::{
    html::Div,
    prelude::*,
    task::{spawn_local, tick},
};
use tresen_types::{MessageId, card::Card};
use tresen_view::{Command, EverydayCommand, MessageBody, PaymentDraft, SystemLine};
use wasm_bindgen::JsCast as _;
use web_sys::{
    DragEvent, HtmlElement, KeyboardEvent, ScrollIntoViewOptions, ScrollLogicalPosition,
};

use super::{
    BookingDesk, Face,
    talk::{Entry, Over, Scroll, Talk},
};
use crate::{
    components::{
        Badge, Bubble, BubbleActions, EmptyState, FormattedText, Glyph, Icon, ReplyDraft,
        deal_text, system_text,
    },
    i18n::{fill, money::money, t, time},
    parts::{self, Seldom},
    state::app,
};

/// What stands in the list.
#[derive(Clone)]
enum Item {
    Day(i64, String),
    New(u32),
    Message(Entry, bool),
    System(Entry),
}

/// What an item is known by; an item that changes its look gets another key.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Key {
    Day(i64),
    New,
    Message(MessageId, bool),
    System(MessageId),
}

/// Messages of one writer within this time are a group.
const GROUP_MS: i64 = 5 * 60 * 1000;
/// So near to the end counts as the end, in pixels.
const END_SLACK: i32 = 80;
/// So near to the beginning more is fetched, in pixels.
const BEGIN_SLACK: i32 = 240;
const FLASH: std::time::Duration = std::time::Duration::from_millis(1_600);

/// The list.
#[component]
pub(super) fn MessageList(talk: Talk) -> impl IntoView {
    let log = NodeRef::<Div>::new();
    let actions = actions(talk);
    let items = Memo::new_with_compare(
        move |_| talk.messages.with(|all| items(all, talk.first_unread.get())),
        |_, _| true,
    );
    follow_scroll(talk, log);
    stay_at_end(talk);
    let is_empty = Memo::new(move |_| talk.is_loaded.get() && talk.messages.with(Vec::is_empty));
    let label = fill(t().log_label, &[("name", &talk.name())]);
    view! {
        <div class="talk-wrap">
            <div
                class="talk"
                role="log"
                aria-live="polite"
                aria-relevant="additions"
                aria-label=label
                tabindex="0"
                node_ref=log
                on:scroll=move |_| on_scroll(talk, log)
                on:keydown=move |event: KeyboardEvent| move_focus(&event)
                on:dragover=move |event: DragEvent| event.prevent_default()
            >
                <div class="talk-in">
                    {move || {
                        is_empty
                            .get()
                            .then(|| {
                                view! {
                                    <EmptyState glyph=Glyph::MessageCircle title=t().empty_chat />
                                }
                            })
                    }}
                    {move || (!talk.has_older.get()).then(|| lock_line(talk))}
                    <For each=move || items.get() key=key let:item>
                        {item_view(item, talk, actions)}
                    </For>
                    {move || {
                        talk.typing
                            .get()
                            .map(|_| {
                                view! {
                                    <div class="bub typing" aria-hidden="true">
                                        <i></i>
                                        <i></i>
                                        <i></i>
                                    </div>
                                }
                            })
                    }}
                </div>
            </div>
            <JumpButton talk />
        </div>
    }
}

/// Once per chat, at its beginning.
fn lock_line(talk: Talk) -> AnyView {
    let text = match talk.face {
        Face::Customer => fill(t().only_you_and, &[("shop", &talk.name())]),
        Face::Business => fill(t().only_team_and, &[("name", &talk.name())]),
    };
    view! {
        <p class="sys">
            <Icon glyph=Glyph::Lock small=true />
            {text}
            {t().sentence_end}
            <button type="button" on:click=move |_| talk.over.set(Some(Over::Readers))>
                {t().who_exactly}
            </button>
        </p>
    }
    .into_any()
}

#[component]
fn JumpButton(talk: Talk) -> impl IntoView {
    let is_shown = Memo::new(move |_| !talk.at_end.get() || talk.has_newer.get());
    move || {
        is_shown.get().then(|| {
            view! {
                <button
                    type="button"
                    class="jump"
                    aria-label=t().jump_down
                    title=t().jump_down
                    on:click=move |_| talk.go_to_end()
                >
                    <Icon glyph=Glyph::ArrowDown />
                    {move || {
                        let count = talk.unseen.get();
                        let words = t().unread.of(u64::from(count));
                        (count > 0).then(|| view! { <Badge count words /> })
                    }}
                </button>
            }
        })
    }
}

fn items(entries: &[Entry], first_unread: Option<(i64, u32)>) -> Vec<Item> {
    let mut items = Vec::with_capacity(entries.len() + 8);
    let mut last: Option<(i64, i64, tresen_types::DeviceId)> = None;
    let mut is_marked = false;
    for entry in entries {
        let (at, sender, is_system) = entry.view.with_untracked(|view| {
            (
                view.at,
                view.sender,
                matches!(view.body, MessageBody::System(_) | MessageBody::Deal(_)),
            )
        });
        let day = time::local_day(at);
        let is_new_day = last.is_none_or(|(last_day, ..)| last_day != day);
        if is_new_day {
            items.push(Item::Day(day, time::day_title(at)));
        }
        let mut is_first = is_new_day;
        if let Some((position, count)) = first_unread
            && !is_marked
            && entry.position >= position
        {
            is_marked = true;
            is_first = true;
            items.push(Item::New(count));
        }
        if is_system {
            items.push(Item::System(entry.clone()));
            last = Some((day, i64::MIN, sender));
            continue;
        }
        is_first |= last.is_none_or(|(_, last_at, last_sender)| {
            last_sender != sender || at.as_millis().saturating_sub(last_at) > GROUP_MS
        });
        items.push(Item::Message(entry.clone(), is_first));
        last = Some((day, at.as_millis(), sender));
    }
    items
}

fn key(item: &Item) -> Key {
    match item {
        Item::Day(day, _) => Key::Day(*day),
        Item::New(_) => Key::New,
        Item::Message(entry, is_first) => Key::Message(entry.id, *is_first),
        Item::System(entry) => Key::System(entry.id),
    }
}

fn item_view(item: Item, talk: Talk, actions: BubbleActions) -> AnyView {
    match item {
        Item::Day(_, title) => view! {
            <h2 class="day">{title}</h2>
        }
        .into_any(),
        Item::New(count) => view! {
            <p class="newline" id="new-messages">
                {t().new_messages.of(u64::from(count))}
            </p>
        }
        .into_any(),
        Item::System(entry) if is_note(&entry) => note_view(&entry),
        Item::System(entry) => {
            let id = entry.id.to_string();
            view! {
                <p class="sys" data-message=id>
                    {move || system_line(&entry, talk)}
                </p>
            }
            .into_any()
        }
        Item::Message(entry, is_first) => {
            let id = entry.id;
            let is_own = entry.view.with_untracked(|view| view.is_own);
            // A customer is alone on their side, and so is the name of the one who answers known
            // from the header, unless several do; a team sees who of them has answered.
            let show_name = match talk.face {
                Face::Customer => !is_own,
                Face::Business => is_own,
            };
            let is_flashing = Signal::derive(move || talk.flashing.get() == Some(id));
            view! {
                <Bubble
                    view=entry.view
                    transfer=entry.transfer
                    is_first
                    show_name
                    is_flashing
                    actions
                />
            }
            .into_any()
        }
    }
}

fn is_note(entry: &Entry) -> bool {
    entry
        .view
        .with_untracked(|view| matches!(view.body, MessageBody::System(SystemLine::Note { .. })))
}

/// A colleague's note, yellow.
fn note_view(entry: &Entry) -> AnyView {
    let id = entry.id.to_string();
    let view = entry.view.get_untracked();
    let MessageBody::System(SystemLine::Note { text, .. }) = view.body else {
        return ().into_any();
    };
    view! {
        <article class="note note-line" data-note="yes" data-message=id>
            <p class="note-h">
                <Icon glyph=Glyph::Lock small=true />
                <b dir="auto">{view.sender_name}</b>
                <span class="grow">{t().note_team_only}</span>
                <time class="num">{time::clock(view.at)}</time>
            </p>
            <FormattedText text />
        </article>
    }
    .into_any()
}

fn system_line(entry: &Entry, talk: Talk) -> String {
    let own_name = app().account.with_untracked(|account| {
        account.as_ref().and_then(Option::as_ref).map(|account| account.name.clone())
    });
    let own_name = own_name.filter(|_| talk.face == Face::Business).unwrap_or_default();
    entry.view.with(|view| match &view.body {
        MessageBody::System(line) => system_text(line, &own_name),
        MessageBody::Deal(line) => deal_text(line),
        _ => String::new(),
    })
}

fn actions(talk: Talk) -> BubbleActions {
    let at_desk = use_context::<BookingDesk>();
    BubbleActions {
        menu: Callback::new(move |(message, x, y)| {
            talk.over.set(Some(Over::Message(message, x, y)));
        }),
        reply: Callback::new(move |message| reply_to(talk, message)),
        react: Callback::new(move |(message, emoji)| talk.act(Command::React { message, emoji })),
        jump: Callback::new(move |message| talk.jump(message)),
        retry: Callback::new(move |message| talk.act(Command::Retry { message })),
        cancel: Callback::new(move |message| talk.act(Command::CancelTransfer { message })),
        choose: Callback::new(move |(message, choice)| {
            talk.act(Command::Choose { message, choice });
        }),
        order: Callback::new(move |(order, step)| talk.act(Command::StepOrder { order, step })),
        pay: Callback::new(move |(payment, step)| talk.act(Command::StepPayment { payment, step })),
        slots: Callback::new(move |offer| talk.over.set(Some(Over::Slots(offer)))),
        booking: Callback::new(move |booking| match at_desk {
            Some(BookingDesk(open)) => open.set(Some(booking)),
            None => talk.over.set(Some(Over::Booking(booking))),
        }),
        ask: Callback::new(move |(order, amount)| {
            let order = Some(order);
            let payment =
                PaymentDraft { order, amount, note: String::new(), days: None, bill: None };
            let conversation = talk.conversation;
            let payment = Box::new(payment);
            talk.act(Command::RequestPayment { conversation, payment });
        }),
        deal: Callback::new(move |deal| talk.over.set(Some(Over::Deal(deal)))),
        place: Callback::new(move |message| parts::do_seldom(Seldom::SendPlace(talk, message))),
        offer: Callback::new(move |message| talk.over.set(Some(Over::Offer(message)))),
        goods: Callback::new(move |item| talk.over.set(Some(Over::Goods(vec![item])))),
        played: Callback::new(move |message| played(talk, message)),
        open: Callback::new(move |message| talk.open_attachment(message)),
        why: Callback::new(move |message| talk.over.set(Some(Over::Why(message)))),
        report: Callback::new(move |message| talk.over.set(Some(Over::Report(message)))),
        photo: Callback::new(move |message| talk.photos.url(message)),
    }
}

/// The other side is told that its speech is heard.
fn played(talk: Talk, message: MessageId) {
    if talk.message(message).is_some_and(|view| !view.is_own) {
        talk.act(Command::Everyday(EverydayCommand::Played { message }));
    }
}

/// Lays a reply to a message on the counter.
pub(super) fn reply_to(talk: Talk, message: MessageId) {
    let Some(view) = talk.message(message) else { return };
    let preview = match &view.body {
        MessageBody::Text { text } | MessageBody::Unsupported { text } => {
            tresen_content::format::plain_text(text).lines().next().unwrap_or_default().to_owned()
        }
        MessageBody::Template(template) => template.text(),
        MessageBody::Card(card) => match card.as_ref() {
            Card::Place(place) => place.name.clone(),
            Card::Contacts(contacts) => {
                contacts.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join(", ")
            }
            Card::Offer(offer) => offer.body.clone(),
        },
        MessageBody::Choice(choice) => choice.title.clone(),
        MessageBody::Attachment(attachment) if !attachment.caption.is_empty() => {
            attachment.caption.clone()
        }
        MessageBody::Attachment(attachment) => attachment.name.clone(),
        MessageBody::Order(order) => fill(t().order, &[("number", &order.number)]),
        MessageBody::Payment(payment) => money(&payment.amount),
        MessageBody::Quotation(known) => fill(t().quotation, &[("number", &known.number)]),
        MessageBody::Slots(slots) => slots.terms.name.clone(),
        MessageBody::Booking(known) => known.terms.name.clone(),
        MessageBody::Deal(_)
        | MessageBody::System(_)
        | MessageBody::Deleted
        | MessageBody::Refused { .. } => return,
    };
    let is_me = view.is_own && talk.face == Face::Customer;
    let sender_name = if is_me { t().you.to_owned() } else { view.sender_name };
    let quote = tresen_view::Quote { message, sender_name, preview };
    talk.reply.set(Some(ReplyDraft { message, quote }));
}

/// Does what `talk.scroll` asks for, after the list was painted.
fn follow_scroll(talk: Talk, log: NodeRef<Div>) {
    Effect::new(move |_| {
        let (Some(scroll), Some(log)) = (talk.scroll.get(), log.get()) else { return };
        talk.scroll.set(None);
        let before = (log.scroll_height(), log.scroll_top());
        spawn_local(async move {
            tick().await;
            perform(talk, &log, scroll, before);
        });
    });
}

/// When the part comes that paints photos and cards, bubbles grow.
fn stay_at_end(talk: Talk) {
    Effect::new(move |_| {
        if parts::is_seldom_here() && talk.at_end.get_untracked() {
            talk.scroll.set(Some(Scroll::End));
        }
    });
}

fn perform(talk: Talk, log: &HtmlElement, scroll: Scroll, (height, top): (i32, i32)) {
    match scroll {
        Scroll::End => log.set_scroll_top(log.scroll_height()),
        Scroll::Keep => log.set_scroll_top(top + log.scroll_height() - height),
        Scroll::Unread => match find(log, "#new-messages") {
            Some(line) => into_view(&line),
            None => log.set_scroll_top(log.scroll_height()),
        },
        Scroll::Message(message) => {
            if let Some(target) = find(log, &format!("[data-message='{message}']")) {
                into_view(&target);
                target.focus().ok();
            }
            talk.flashing.set(Some(message));
            set_timeout(
                move || {
                    talk.flashing.try_set(None);
                },
                FLASH,
            );
        }
    }
    measure(talk, log);
}

fn find(log: &HtmlElement, selector: &str) -> Option<HtmlElement> {
    log.query_selector(selector).ok()??.dyn_into().ok()
}

fn into_view(element: &HtmlElement) {
    let options = ScrollIntoViewOptions::new();
    options.set_block(ScrollLogicalPosition::Center);
    element.scroll_into_view_with_scroll_into_view_options(&options);
}

fn on_scroll(talk: Talk, log: NodeRef<Div>) {
    if let Some(log) = log.get_untracked() {
        measure(talk, &log);
    }
}

fn measure(talk: Talk, log: &HtmlElement) {
    let below = log.scroll_height() - log.client_height() - log.scroll_top();
    let at_end = below <= END_SLACK;
    if talk.at_end.get_untracked() != at_end {
        talk.at_end.set(at_end);
    }
    if at_end && talk.has_newer.get_untracked() {
        talk.load_newer();
    } else if at_end {
        if talk.unseen.get_untracked() > 0 {
            talk.unseen.set(0);
        }
        talk.mark_read();
    }
    if log.scroll_top() < BEGIN_SLACK && talk.is_loaded.get_untracked() {
        talk.load_older();
    }
}

/// The arrow keys go from message to message.
fn move_focus(event: &KeyboardEvent) {
    let is_up = match event.key().as_str() {
        "ArrowUp" => true,
        "ArrowDown" => false,
        _ => return,
    };
    let Some(log) = event.current_target().and_then(|log| log.dyn_into::<HtmlElement>().ok())
    else {
        return;
    };
    let Ok(all) = log.query_selector_all("article.msg") else { return };
    let focused = document().active_element();
    let now = (0..all.length()).find(|at| {
        all.item(*at)
            .is_some_and(|node| focused.as_ref().is_some_and(|on| node.is_same_node(Some(on))))
    });
    let next = match (now, is_up) {
        (None, true) => all.length().checked_sub(1),
        (None, false) => return,
        (Some(now), true) => now.checked_sub(1),
        (Some(now), false) => now.checked_add(1),
    };
    event.prevent_default();
    let next = next.and_then(|at| all.item(at)?.dyn_into::<HtmlElement>().ok());
    if let Some(next) = next {
        next.focus().ok();
    }
}
