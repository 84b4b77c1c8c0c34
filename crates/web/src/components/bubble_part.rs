//! What a bubble has beside plain text. Nothing of it is needed to write a first message, so it is in the
//! part that is fetched when it is first needed.

use leptos::prelude::*;
use tresen_types::{Category, MessageId, Timestamp, card::Card};
use tresen_view::{
    AttachmentKind, AttachmentView, MessageBody, MessageState, Reaction, RefusalView,
    TemplateHeader, TransferState,
};

use super::{
    BookingCard, BubbleActions, Button, ButtonKind, ButtonSize, ChoiceNote, FileCard,
    FormattedText, Glyph, Icon, OfferCard, OrderCard, PaymentCard, PeopleCard, PhotoCard,
    PlaceCard, Progress, QuotationCard, SlotsCard, TemplateCard, VoiceCard, category_label,
};
use crate::i18n::{fill, t, time};

/// A part of a bubble.
#[derive(Clone, Debug)]
pub enum BubblePart {
    /// What it says, where that isn't plain text.
    Body(Box<MessageBody>),
    /// Above a message of a template: what it is about, and why it came.
    Mark(Category),
    /// In the place of what the customer didn't ask for, as long as it is hidden.
    Shelf(RwSignal<bool>),
    /// Below it.
    Reactions(Vec<Reaction>),
    /// Why the server didn't take it.
    Refusal(RefusalView),
}

/// The bubble that a part belongs to.
#[derive(Clone, Copy, Debug)]
pub struct BubblePlace {
    /// The message.
    pub message: MessageId,
    /// Whether the reader's side wrote it.
    pub is_own: bool,
    /// When, and how far it has come.
    pub meta: Memo<(Timestamp, Option<MessageState>)>,
    /// Where its bytes are.
    pub transfer: Signal<TransferState>,
    /// What it can ask for.
    pub actions: BubbleActions,
}

/// Builds a part of a bubble.
#[must_use]
pub fn bubble_part(part: BubblePart, place: BubblePlace) -> AnyView {
    let BubblePlace { message, actions, .. } = place;
    match part {
        BubblePart::Body(body) => body_view(*body, place),
        BubblePart::Mark(category) => template_mark(category, message, actions),
        BubblePart::Shelf(is_hidden) => shelf(message, is_hidden, actions),
        BubblePart::Reactions(all) => reactions_view(all, message, actions),
        BubblePart::Refusal(refusal) => {
            let words = refusal_words(&refusal);
            view! {
                <p class="refusal" data-refusal=refusal.reason>
                    {words}
                </p>
            }
            .into_any()
        }
    }
}

fn body_view(body: MessageBody, place: BubblePlace) -> AnyView {
    let BubblePlace { message: id, is_own, meta, transfer, actions } = place;
    match body {
        MessageBody::Attachment(attachment) => {
            let caption = attachment.caption.clone();
            let name = attachment.name.clone();
            let on_cancel = Callback::new(move |()| actions.cancel.run(id));
            let card = file_view(attachment, id, meta, transfer, actions);
            view! {
                {card}
                <Progress name transfer on_cancel />
                {(!caption.is_empty())
                    .then(|| {
                        view! {
                            <div class="cap">
                                <FormattedText text=caption />
                            </div>
                        }
                    })}
            }
            .into_any()
        }
        MessageBody::Template(template) => {
            let on_choose = Callback::new(move |text| actions.choose.run((id, text)));
            let on_open = Callback::new(move |()| actions.offer.run(id));
            let file = match &template.header {
                Some(TemplateHeader::File(file)) => {
                    Some(file_view((**file).clone(), id, meta, transfer, actions))
                }
                _ => None,
            };
            view! {
                {file}
                <TemplateCard
                    template=*template
                    message=Some(id)
                    can_choose=!is_own
                    on_choose
                    on_open
                />
            }
            .into_any()
        }
        MessageBody::Card(card) => match *card {
            Card::Place(place) => view! { <PlaceCard place /> }.into_any(),
            Card::Contacts(contacts) => view! { <PeopleCard contacts /> }.into_any(),
            Card::Offer(offer) => {
                let on_choose = Callback::new(move |choice| actions.choose.run((id, choice)));
                let on_place = Callback::new(move |()| actions.place.run(id));
                let on_open = Callback::new(move |()| actions.offer.run(id));
                let can_choose = !is_own;
                let on_goods = actions.goods;
                view! { <OfferCard offer=*offer can_choose on_choose on_place on_open on_goods /> }
                    .into_any()
            }
        },
        MessageBody::Choice(choice) => view! { <ChoiceNote choice=*choice /> }.into_any(),
        MessageBody::Unsupported { text } if !text.is_empty() => {
            view! { <FormattedText text /> }.into_any()
        }
        MessageBody::Unsupported { .. } => {
            view! { <p class="mut">{t().unsupported}</p> }.into_any()
        }
        MessageBody::Refused { reason } => {
            let why = refused_words(&reason);
            view! {
                <p class="bad-h" data-reason=reason>
                    <Icon glyph=Glyph::CircleAlert small=true />
                    {t().refused}
                </p>
                <p>{why}</p>
            }
            .into_any()
        }
        MessageBody::Order(order) => {
            let on_step = Callback::new(move |step| actions.order.run((id, step)));
            let on_ask = actions.ask;
            view! { <OrderCard order=*order is_customer=is_own on_step on_ask /> }.into_any()
        }
        MessageBody::Payment(payment) => {
            let on_step = Callback::new(move |step| actions.pay.run((id, step)));
            let on_open = Callback::new(move |()| actions.deal.run(id));
            view! { <PaymentCard payment=*payment is_business=is_own on_step on_open /> }.into_any()
        }
        MessageBody::Quotation(quotation) => {
            let on_open = Callback::new(move |()| actions.deal.run(id));
            view! { <QuotationCard quotation=*quotation on_open /> }.into_any()
        }
        MessageBody::Slots(slots) => {
            let on_open = Callback::new(move |()| actions.slots.run(id));
            view! { <SlotsCard slots=*slots is_customer=!is_own on_open /> }.into_any()
        }
        MessageBody::Booking(known) => {
            let on_open = Callback::new(move |()| actions.booking.run(id));
            view! { <BookingCard booking=*known is_customer=is_own on_open /> }.into_any()
        }
        MessageBody::Deleted => view! {
            <p class="mut">
                <Icon glyph=Glyph::Ban small=true />
                " "
                {t().msg_deleted}
            </p>
        }
        .into_any(),
        MessageBody::Text { .. } | MessageBody::System(_) | MessageBody::Deal(_) => ().into_any(),
    }
}

/// A file in a bubble.
fn file_view(
    attachment: AttachmentView,
    id: MessageId,
    meta: Memo<(Timestamp, Option<MessageState>)>,
    transfer: Signal<TransferState>,
    actions: BubbleActions,
) -> AnyView {
    let on_open = Callback::new(move |()| actions.open.run(id));
    match attachment.kind {
        AttachmentKind::Photo | AttachmentKind::Sticker => {
            let at = time::clock(meta.get_untracked().0);
            let label = fill(t().photo_from, &[("name", ""), ("time", &at)]);
            let url = actions.photo.run(id);
            view! { <PhotoCard attachment label url transfer on_open /> }.into_any()
        }
        AttachmentKind::Voice => {
            let url = actions.photo.run(id);
            let on_play = Callback::new(move |()| actions.played.run(id));
            view! { <VoiceCard attachment url on_play /> }.into_any()
        }
        AttachmentKind::File => view! { <FileCard attachment transfer on_open /> }.into_any(),
    }
}

/// Above a message of a template: what it is about, and why it came.
fn template_mark(category: Category, id: MessageId, actions: BubbleActions) -> AnyView {
    let glyph = match category {
        Category::Marketing => Glyph::Megaphone,
        Category::Authentication => Glyph::KeyRound,
        Category::Service | Category::Utility => Glyph::FileText,
    };
    view! {
        <p class="tpl-mark-line">
            <Icon glyph small=true />
            <span>{category_label(category)}</span>
            " · "
            <button type="button" data-why="yes" on:click=move |_| actions.why.run(id)>
                {t().why_this}
            </button>
        </p>
    }
    .into_any()
}

/// In the place of what the customer didn't ask for.
fn shelf(id: MessageId, is_hidden: RwSignal<bool>, actions: BubbleActions) -> AnyView {
    view! {
        <p class="bad-h" data-shelf="yes">
            <Icon glyph=Glyph::Info small=true />
            {t().unrequested}
        </p>
        <p>{t().unrequested_hint}</p>
        <div class="row wrap shelf-acts">
            <Button
                size=ButtonSize::Small
                label=t().unrequested_show
                on_press=move || is_hidden.set(false)
            />
            <Button
                kind=ButtonKind::Danger
                size=ButtonSize::Small
                label=t().report
                on_press=move || actions.report.run(id)
            />
        </div>
    }
    .into_any()
}

/// Why a message of a business isn't shown.
fn refused_words(reason: &str) -> &'static str {
    match reason {
        "template_part" | "template_unknown" | "template_changed" | "not_approved"
        | "parameters" => t().refused_wording,
        "category" => t().refused_category,
        "window" | "back_dated" => t().refused_window,
        "sender" | "franking" | "receipt" => t().refused_sender,
        _ => t().refused_other,
    }
}

/// Why the server didn't take a message, until when, and what is possible instead.
fn refusal_words(refusal: &RefusalView) -> String {
    let t = t();
    let why = match refusal.reason.as_str() {
        "blocked" => t.no_blocked,
        "no_consent" => t.no_consent,
        "window_closed" | "template_required" => t.no_window,
        "template_unknown" | "template_not_approved" | "category_mismatch" => t.no_template,
        "customer_limit" => t.no_limit,
        "quiet_hours" => t.no_quiet,
        "category_suspended" => t.no_suspended,
        "tier_reached" => t.no_tier,
        "unpaid" => t.no_money,
        _ => t.no_other,
    };
    let mut words = why.to_owned();
    if let Some(until) = refusal.until {
        words.push(' ');
        words.push_str(&fill(t.no_until, &[("time", &time::date_time(until))]));
    }
    if refusal.invitation {
        words.push(' ');
        words.push_str(t.no_invitation);
    } else if !refusal.free_text && refusal.reason == "window_closed" {
        words.push(' ');
        words.push_str(t.no_instead);
    }
    words
}

fn reactions_view(all: Vec<Reaction>, id: MessageId, actions: BubbleActions) -> AnyView {
    let buttons = all
        .into_iter()
        .map(|reaction| {
            let count = u64::from(reaction.count);
            let words = fill(
                t().reactions.choose(count),
                &[("emoji", &reaction.emoji), ("n", &count.to_string())],
            );
            let next = (!reaction.is_own).then(|| reaction.emoji.clone());
            let number = (reaction.count > 1).then_some(reaction.count);
            view! {
                <button
                    type="button"
                    class="react"
                    class:on=reaction.is_own
                    aria-pressed=if reaction.is_own { "true" } else { "false" }
                    aria-label=words
                    on:click=move |_| actions.react.run((id, next.clone()))
                >
                    {reaction.emoji}
                    {number}
                </button>
            }
        })
        .collect_view();
    view! { <div class="reacts">{buttons}</div> }.into_any()
}
