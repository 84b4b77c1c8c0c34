//! One message: an article with who, text, time and state.

use leptos::{html::Article, prelude::*};
use tresen_types::MessageId;
use tresen_view::{
    AttachmentKind, MessageBody, MessageMarks, MessageState, MessageView, MoneyView, OrderStepView,
    PaymentStepView, TransferState,
};
use web_sys::{KeyboardEvent, MouseEvent, PointerEvent};

use super::{BubblePart, BubblePlace, FormattedText, Glyph, Icon, QuoteBlock, Ticks};
use crate::{
    i18n::{t, time},
    parts::{self, Seldom},
};

/// What a bubble can ask for.
#[derive(Clone, Copy, Debug)]
pub struct BubbleActions {
    /// The menu, at a place in the window.
    pub menu: Callback<(MessageId, i32, i32)>,
    /// Replying to it.
    pub reply: Callback<MessageId>,
    /// Setting or taking back a reaction.
    pub react: Callback<(MessageId, Option<String>)>,
    /// Going to a quoted message.
    pub jump: Callback<MessageId>,
    /// Sending it once more.
    pub retry: Callback<MessageId>,
    /// Stopping its transfer.
    pub cancel: Callback<MessageId>,
    /// Choosing something of it.
    pub choose: Callback<(MessageId, String)>,
    /// A step of an order.
    pub order: Callback<(MessageId, OrderStepView)>,
    /// A step of a payment.
    pub pay: Callback<(MessageId, PaymentStepView)>,
    /// Choosing of slots.
    pub slots: Callback<MessageId>,
    /// Looking at a booking.
    pub booking: Callback<MessageId>,
    /// Looking at a quotation or a payment.
    pub deal: Callback<MessageId>,
    /// Asking for the money of an order.
    pub ask: Callback<(MessageId, MoneyView)>,
    /// Sending the own place as an answer.
    pub place: Callback<MessageId>,
    /// Opening what it offers or asks for.
    pub offer: Callback<MessageId>,
    /// Opening something of the catalogue.
    pub goods: Callback<String>,
    /// Its speech is heard.
    pub played: Callback<MessageId>,
    /// Opening its photo or file.
    pub open: Callback<MessageId>,
    /// Why it came, of a message of a template.
    pub why: Callback<MessageId>,
    /// Reporting it.
    pub report: Callback<MessageId>,
    /// The address of its photo; fetches it when it isn't there yet.
    pub photo: Callback<MessageId, Signal<Option<String>>>,
}

/// How far a finger goes to reply, in pixels.
const SWIPE: i32 = 56;
const LONG_PRESS: std::time::Duration = std::time::Duration::from_millis(500);

/// A bubble.
#[component]
pub fn Bubble(
    view: ArcRwSignal<MessageView>,
    transfer: ArcRwSignal<TransferState>,
    /// The first of a group has the tail and, where it matters, the name.
    is_first: bool,
    /// Whether the writer's name stands above.
    show_name: bool,
    /// Whether it was just jumped to.
    #[prop(into)]
    is_flashing: Signal<bool>,
    actions: BubbleActions,
) -> impl IntoView {
    let article = NodeRef::<Article>::new();
    let shown = view.get_untracked();
    let id = shown.message;
    let is_own = shown.is_own;
    let name = shown.sender_name.clone();
    let transfer = Signal::from(transfer);
    let body = {
        let view = view.clone();
        Memo::new(move |_| view.with(still_body))
    };
    let quote = {
        let view = view.clone();
        Memo::new(move |_| view.with(|view| view.quote.clone()))
    };
    let meta = {
        let view = view.clone();
        Memo::new(move |_| view.with(|view| (view.at, view.state)))
    };
    let marks = {
        let view = view.clone();
        Memo::new(move |_| view.with(|view| view.marks))
    };
    let refusal = {
        let view = view.clone();
        Memo::new(move |_| view.with(|view| view.refusal.clone()))
    };
    let is_hidden = RwSignal::new(shown.is_unrequested);
    let category = match &shown.body {
        MessageBody::Template(template) => Some(template.category),
        _ => None,
    };
    let place = BubblePlace { message: id, is_own, meta, transfer, actions };
    let part = move |part| parts::seldom(Seldom::Bubble(part, place));
    let reactions = Memo::new(move |_| view.with(|view| view.reactions.clone()));
    let is_failed = Memo::new(move |_| meta.get().1 == Some(MessageState::Failed));
    let open_menu_here = move || {
        let place = article.get_untracked().map(|article| article.get_bounding_client_rect());
        let (x, y) =
            place.map_or((0, 0), |place| (pixel(place.left()) + 40, pixel(place.top()) + 24));
        actions.menu.run((id, x, y));
    };
    let class =
        format!("msg{}{}", if is_own { " me" } else { "" }, if is_first { "" } else { " j" });
    let speaker = if is_own && !show_name { t().you.to_owned() } else { name.clone() };
    let gesture = Gesture::new();
    view! {
        <article
            node_ref=article
            class=class
            class:flash=is_flashing
            tabindex="-1"
            data-message=id.to_string()
            on:contextmenu=move |event: MouseEvent| {
                if !is_link(&event) {
                    event.prevent_default();
                    actions.menu.run((id, event.client_x(), event.client_y()));
                }
            }
            on:keydown=move |event: KeyboardEvent| {
                if event.key() == "Enter" && is_on_itself(&event) {
                    event.prevent_default();
                    open_menu_here();
                }
            }
            on:pointerdown=move |event: PointerEvent| {
                gesture.begin(&event, move |x, y| actions.menu.run((id, x, y)));
            }
            on:pointermove=move |event: PointerEvent| gesture.go_on(&event)
            on:pointerup=move |_| {
                if gesture.end() {
                    actions.reply.run(id);
                }
            }
            on:pointercancel=move |_| {
                gesture.end();
            }
        >
            {if show_name && is_first {
                view! { <span class="who" dir="auto">{name}</span> }.into_any()
            } else {
                view! { <span class="vh">{speaker}</span> }.into_any()
            }}
            {category.map(|category| move || part(BubblePart::Mark(category)))}
            <div class="bub-row" style:transform=move || gesture.shift()>
                <div
                    class="bub"
                    class:media=move || body.with(is_media)
                    class:bad=move || {
                        is_hidden.get()
                            || body.with(|body| matches!(body, MessageBody::Refused { .. }))
                    }
                >
                    {move || {
                        quote
                            .get()
                            .map(|quote| {
                                let target = quote.message;
                                let jump = Callback::new(move |()| actions.jump.run(target));
                                view! { <QuoteBlock quote on_jump=jump /> }
                            })
                    }}
                    {move || how_sent(marks.get())}
                    {move || {
                        if is_hidden.get() {
                            part(BubblePart::Shelf(is_hidden)).into_any()
                        } else {
                            body_view(body.get(), part)
                        }
                    }}
                    <span class="meta">
                        {move || {
                            let (at, state) = meta.get();
                            let marks = marks.get();
                            view! {
                                {marks
                                    .is_starred
                                    .then(|| {
                                        view! {
                                            <Icon glyph=Glyph::Star small=true />
                                            <span class="vh">{t().msg_starred}</span>
                                        }
                                    })}
                                {marks.is_edited.then(|| view! { <span>{t().msg_edited}</span> })}
                                <time>{time::clock(at)}</time>
                                {state.map(|state| view! { <Ticks state /> })}
                            }
                        }}
                    </span>
                </div>
                <button
                    type="button"
                    class="ib msg-more"
                    tabindex="-1"
                    aria-label=t().message_actions
                    title=t().message_actions
                    on:click=move |event: MouseEvent| {
                        actions.menu.run((id, event.client_x(), event.client_y()));
                    }
                >
                    <Icon glyph=Glyph::ChevronDown small=true />
                </button>
            </div>
            {move || {
                let all = reactions.get();
                (!all.is_empty()).then(|| part(BubblePart::Reactions(all)))
            }}
            {move || {
                is_failed
                    .get()
                    .then(|| {
                        view! {
                            <button
                                type="button"
                                class="retry"
                                on:click=move |_| actions.retry.run(id)
                            >
                                <Icon glyph=Glyph::RotateCcw small=true />
                                {t().not_sent}
                            </button>
                        }
                    })
            }}
            {move || {
                refusal.get().map(|refusal| part(BubblePart::Refusal(refusal)))
            }}
        </article>
    }
}

/// Above what it says: that nobody wrote it here.
fn how_sent(marks: MessageMarks) -> Option<AnyView> {
    let (glyph, text) = match (marks.is_forwarded, marks.is_automatic) {
        (true, _) => (Glyph::Forward, t().msg_forwarded),
        (_, true) => (Glyph::Bot, t().msg_automatic),
        _ => return None,
    };
    let line = view! {
        <p class="how-sent">
            <Icon glyph small=true />
            {text}
        </p>
    };
    Some(line.into_any())
}

/// The body without its transfer, so that progress doesn't paint a photo anew.
fn still_body(view: &MessageView) -> MessageBody {
    let mut body = view.body.clone();
    if let MessageBody::Attachment(attachment) = &mut body {
        attachment.transfer = TransferState::Here;
    }
    body
}

fn body_view(body: MessageBody, part: impl Fn(BubblePart) -> Option<AnyView>) -> AnyView {
    match body {
        MessageBody::Text { text } => view! { <FormattedText text /> }.into_any(),
        MessageBody::System(_) | MessageBody::Deal(_) => ().into_any(),
        body => {
            let shape = shape(&body);
            part(BubblePart::Body(Box::new(body))).unwrap_or_else(|| {
                let height = shape.is_some().then_some("auto");
                view! {
                    <span
                        class="sk body"
                        aria-busy="true"
                        style:aspect-ratio=shape
                        style:height=height
                    ></span>
                }
                .into_any()
            })
        }
    }
}

/// The shape of a body, so that little moves when what paints it is here.
fn shape(body: &MessageBody) -> Option<String> {
    let MessageBody::Attachment(file) = body else { return None };
    let (width, height) = file.dimensions?;
    Some(format!("{width} / {height}"))
}

fn is_media(body: &MessageBody) -> bool {
    matches!(body, MessageBody::Attachment(attachment)
        if matches!(attachment.kind, AttachmentKind::Photo | AttachmentKind::Sticker))
}

fn is_link(event: &MouseEvent) -> bool {
    use wasm_bindgen::JsCast as _;
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.and_then(|element| element.closest("a").ok().flatten()).is_some()
}

fn is_on_itself(event: &KeyboardEvent) -> bool {
    event.target() == event.current_target()
}

fn pixel(place: f64) -> i32 {
    #[expect(clippy::cast_possible_truncation, reason = "a place in the window")]
    let place = place as i32;
    place
}

/// A finger on the bubble: to the side to reply, still for the menu.
#[derive(Clone, Copy)]
struct Gesture {
    start: RwSignal<Option<(i32, i32)>>,
    dx: RwSignal<i32>,
    timer: StoredValue<Option<TimeoutHandle>>,
}

impl Gesture {
    fn new() -> Self {
        Self { start: RwSignal::new(None), dx: RwSignal::new(0), timer: StoredValue::new(None) }
    }

    fn begin(self, event: &PointerEvent, on_long: impl Fn(i32, i32) + 'static) {
        if event.pointer_type() != "touch" {
            return;
        }
        let (x, y) = (event.client_x(), event.client_y());
        self.start.set(Some((x, y)));
        let long = set_timeout_with_handle(
            move || {
                self.start.set(None);
                on_long(x, y);
            },
            LONG_PRESS,
        );
        self.timer.set_value(long.ok());
    }

    fn go_on(self, event: &PointerEvent) {
        let Some((x, y)) = self.start.get_untracked() else { return };
        let (dx, dy) = (event.client_x() - x, event.client_y() - y);
        if dx.abs() > 8 || dy.abs() > 8 {
            self.stop_timer();
        }
        if dy.abs() <= dx.abs() {
            self.dx.set(dx.clamp(0, SWIPE + 24));
        }
    }

    /// Whether it went far enough for a reply.
    fn end(self) -> bool {
        self.stop_timer();
        let is_reply = self.start.get_untracked().is_some() && self.dx.get_untracked() >= SWIPE;
        self.start.set(None);
        self.dx.set(0);
        is_reply
    }

    fn stop_timer(self) {
        if let Some(timer) = self.timer.get_value() {
            timer.clear();
        }
        self.timer.set_value(None);
    }

    fn shift(self) -> Option<String> {
        let dx = self.dx.get();
        (dx != 0).then(|| format!("translateX({dx}px)"))
    }
}
