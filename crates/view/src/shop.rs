//! Catalogue, orders and payments, as interfaces show them. Amounts are whole minor units.

use serde::{Deserialize, Serialize};
use tresen_types::{AccountId, ConversationId, MessageId, Timestamp};

use crate::{BillDraft, BillView, MovementView, QuotationStateView, SlotView};

/// An amount.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoneyView {
    /// Minor units: cents, paise, whole yen.
    pub minor: i64,
    /// ISO 4217.
    pub currency: String,
}

/// A business's catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogueView {
    /// The business.
    pub account: AccountId,
    /// The edition; 0 when there is none.
    pub edition: u64,
    /// The currency of all prices.
    pub currency: String,
    /// Until when its prices hold.
    pub valid_until: Timestamp,
    /// What is offered, in the order in which it is shown.
    pub items: Vec<ItemView>,
}

/// What a business wants to offer from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogueDraft {
    /// The currency of all prices.
    pub currency: String,
    /// For how many days the prices hold.
    pub days: u32,
    /// What is offered.
    pub items: Vec<ItemView>,
}

/// Something that is offered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemView {
    /// The business's short name for it: letters, digits, `-`, `_` and `.`.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// A few words; may be empty.
    pub description: String,
    /// The heading that it stands under; may be empty.
    pub collection: String,
    /// The price, in minor units.
    pub price: i64,
    /// The hash of its picture, 64 hexadecimal digits.
    pub picture: Option<String>,
    /// A new picture (WebP, PNG or JPEG), base64; in drafts only.
    pub new_picture: Option<String>,
    /// How many are left; `None` when nobody counts.
    pub stock: Option<u32>,
    /// It can't be had before this time.
    pub unavailable_until: Option<Timestamp>,
    /// One of these is chosen, when there are any.
    pub variants: Vec<ChoiceView>,
    /// Any of these can be added.
    pub options: Vec<ChoiceView>,
    /// Other facts, each by its name.
    pub facts: Vec<(String, String)>,
}

/// A variant or an option.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoiceView {
    /// What it is called.
    pub name: String,
    /// Its price: of a variant the whole, of an option what it costs more.
    pub price: i64,
}

/// A picture of a catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PictureView {
    /// Its hash, 64 hexadecimal digits.
    pub hash: String,
    /// The picture as a data URL.
    pub url: String,
}

/// What a customer wants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderDraft {
    /// The edition that was shown.
    pub edition: u64,
    /// What is wanted.
    pub lines: Vec<CartLine>,
    /// The sum that was shown.
    pub total: i64,
    /// A few words; may be empty.
    pub note: String,
    /// Where it is brought to; `None` when the customer comes.
    pub address: Option<String>,
    /// When it is wanted; `None` for as soon as possible.
    pub wanted_at: Option<Timestamp>,
}

/// A line of a cart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CartLine {
    /// The item's id.
    pub item: String,
    /// The variant; empty where there is none.
    pub variant: String,
    /// The added options.
    pub options: Vec<String>,
    /// How many.
    pub quantity: u32,
}

/// A line of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineView {
    /// The item's id.
    pub item: String,
    /// What it was called.
    pub name: String,
    /// Variant and options, in words; may be empty.
    pub choices: String,
    /// How many.
    pub quantity: u32,
    /// The price of one.
    pub unit: i64,
}

/// How far an order has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderStateView {
    /// The business hasn't said anything yet.
    New,
    /// The business would take it with other lines; the customer is asked.
    Changed,
    /// The business has taken it.
    Accepted,
    /// It is ready.
    Ready,
    /// The customer has it.
    Done,
    /// The business didn't take it.
    Declined,
    /// The customer didn't want it any more.
    Withdrawn,
    /// The business couldn't go on.
    Cancelled,
}

/// An order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderView {
    /// The message that began it.
    pub order: MessageId,
    /// Its conversation.
    pub conversation: ConversationId,
    /// A short name for people: four letters and digits.
    pub number: String,
    /// The customer's name.
    pub customer: String,
    /// When it was sent.
    pub at: Timestamp,
    /// How far it has come.
    pub state: OrderStateView,
    /// What is ordered now.
    pub lines: Vec<LineView>,
    /// The sum now.
    pub total: MoneyView,
    /// A few words of the customer; may be empty.
    pub note: String,
    /// Where it is brought to; `None` when the customer comes.
    pub address: Option<String>,
    /// When it is wanted.
    pub wanted_at: Option<Timestamp>,
    /// Why it was declined, changed or cancelled; may be empty.
    pub reason: String,
    /// When it will be ready.
    pub ready_at: Option<Timestamp>,
    /// When each state began.
    pub times: Vec<(OrderStateView, Timestamp)>,
    /// Whether its prices are those of the signed catalogue that it names; `None` when this device
    /// doesn't have that edition.
    pub is_as_priced: Option<bool>,
    /// What was asked for it, as far as that has come.
    pub payment: Option<PaymentStateView>,
}

/// A step of an order that a person takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(not(feature = "compact"), serde(tag = "step"))]
pub enum OrderStepView {
    /// The business takes it.
    Accept {
        /// In how many minutes it will be ready.
        minutes: Option<u32>,
    },
    /// The business doesn't take it.
    Decline {
        /// Why; may be empty.
        reason: String,
    },
    /// The business takes it with fewer of some lines, if the customer agrees.
    Change {
        /// How many of each line; 0 leaves it out.
        quantities: Vec<u32>,
        /// Why; may be empty.
        reason: String,
    },
    /// The customer agrees to a change.
    Agree,
    /// The customer doesn't want it any more.
    Withdraw,
    /// It is ready.
    Ready,
    /// The customer has it.
    Done,
    /// The business can't go on.
    Cancel {
        /// Why; may be empty.
        reason: String,
    },
}

/// How far a payment has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStateView {
    /// Asked for.
    Requested,
    /// The payer says that it was paid; nobody has seen the money.
    Claimed,
    /// A part is here.
    PartlyPaid,
    /// All is here.
    Paid,
    /// More is here than was asked for.
    Overpaid,
    /// Nothing came in time.
    Expired,
    /// A provider could not collect it.
    Failed,
    /// Taken back by the business.
    Cancelled,
    /// A part was given back.
    PartlyRefunded,
    /// All that came was given back.
    Refunded,
}

/// A payment that is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentView {
    /// The message that began it.
    pub payment: MessageId,
    /// Its conversation.
    pub conversation: ConversationId,
    /// The order, booking or quotation that it is for.
    pub order: Option<MessageId>,
    /// The customer's name.
    pub customer: String,
    /// When it was asked for.
    pub at: Timestamp,
    /// What finds it on a bank statement.
    pub reference: String,
    /// How much.
    pub amount: MoneyView,
    /// What it is for; may be empty.
    pub note: String,
    /// Until when.
    pub expires_at: Option<Timestamp>,
    /// How far it has come.
    pub state: PaymentStateView,
    /// What came in, in minor units.
    pub received: i64,
    /// What was given back, in minor units.
    pub refunded: i64,
    /// Whether money came after the end: a person has to look.
    pub is_late: bool,
    /// Who said last that money came: the name of an agent; empty for nobody.
    pub confirmed_by: String,
    /// The ways to pay, nearest first.
    pub ways: Vec<WayView>,
    /// What the amount is made of, where that is known.
    pub bill: Option<BillView>,
    /// Money that moved, oldest first.
    pub movements: Vec<MovementView>,
    /// What the provider collected and hasn't given back; 0 when it can't give anything back.
    pub refundable: i64,
}

/// A way to pay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WayView {
    /// `sepa`, `swiss`, `upi`, `pix`, `stripe` or `razorpay`.
    pub rail: String,
    /// The content of the QR code; empty where there is none.
    pub code: String,
    /// A link that opens an app on this device, or a provider's page.
    pub link: Option<String>,
    /// To whom.
    pub name: String,
    /// Account number, address or key, as people read it.
    pub account: String,
}

/// What a business asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentDraft {
    /// The order that it is for.
    pub order: Option<MessageId>,
    /// How much.
    pub amount: MoneyView,
    /// What it is for; may be empty.
    pub note: String,
    /// For how many days it holds; `None` for no end.
    pub days: Option<u32>,
    /// What the amount is made of: its sum.
    pub bill: Option<BillDraft>,
}

/// A step of a payment that a person takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(not(feature = "compact"), serde(tag = "step"))]
pub enum PaymentStepView {
    /// The customer says that it was paid.
    Claim,
    /// The business has seen money.
    Received {
        /// How much, in minor units.
        minor: i64,
    },
    /// The business has given money back.
    Refunded {
        /// How much, in minor units.
        minor: i64,
    },
    /// The business doesn't want it any more.
    Cancel,
    /// The business gives money back through the provider that collected it.
    RefundThrough {
        /// How much, in minor units.
        minor: i64,
    },
    /// A provider's page is there; said by a gateway alone.
    Page,
    /// A provider couldn't collect it; said by a gateway alone.
    Failed,
}

/// A way to pay as a business sets it up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(not(feature = "compact"), serde(tag = "rail"))]
pub enum RailDraft {
    /// A SEPA credit transfer.
    Sepa {
        /// The account number.
        iban: String,
        /// The bank; may be empty.
        bic: String,
        /// The creditor.
        name: String,
    },
    /// A Swiss QR-bill.
    Swiss {
        /// The account number.
        iban: String,
        /// The creditor.
        name: String,
        /// Street; may be empty.
        street: String,
        /// House number; may be empty.
        house_number: String,
        /// Postal code.
        postal_code: String,
        /// Town.
        town: String,
        /// The country's two letters.
        country: String,
    },
    /// A UPI address.
    Upi {
        /// The address.
        address: String,
        /// The payee.
        name: String,
    },
    /// A Pix key.
    Pix {
        /// The key.
        key: String,
        /// The creditor.
        name: String,
        /// The creditor's town.
        city: String,
    },
    /// A page of a provider, made by the business's gateway.
    Hosted {
        /// The provider's stable word.
        provider: String,
    },
}

/// What a bank statement brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportView {
    /// Entries that pay a request.
    pub matched: u32,
    /// Entries that were known already.
    pub known: u32,
    /// Money that came in and belongs to no request.
    pub unmatched: u32,
}

/// A step as a line between the messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(not(feature = "compact"), serde(tag = "line"))]
pub enum DealLine {
    /// A step of an order.
    Order {
        /// The order's short name.
        number: String,
        /// The state that it led to; `None` when another step was faster.
        state: Option<OrderStateView>,
        /// Why; may be empty.
        reason: String,
    },
    /// A step of a payment.
    Payment {
        /// What was said.
        step: PaymentStepView,
        /// The currency of its amount.
        currency: String,
    },
    /// A step of a quotation.
    Quotation {
        /// The quotation's number.
        number: String,
        /// The state that it led to; `None` when it didn't count.
        state: Option<QuotationStateView>,
        /// Why; may be empty.
        reason: String,
    },
    /// A step of a booking.
    Booking {
        /// The booking's short name.
        number: String,
        /// What happened; `None` when another step was faster.
        event: Option<BookingEvent>,
        /// The slot that it is about, with the shop's time zone.
        slot: Option<(SlotView, String)>,
        /// Why; may be empty.
        reason: String,
    },
}

/// What a step of a booking says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BookingEvent {
    /// Another slot is asked for.
    Asked,
    /// The slot is kept.
    Held,
    /// It is agreed.
    Confirmed,
    /// It has another slot now.
    Moved,
    /// The slot couldn't be had.
    Declined,
    /// It was cancelled.
    Cancelled,
    /// The customer didn't come.
    NoShow,
    /// The deposit didn't come in time.
    Lapsed,
}
