//! Bills and quotations, as interfaces show them. Amounts are whole minor units.

use serde::{Deserialize, Serialize};
use tresen_types::{ConversationId, MessageId, Timestamp};

use crate::{LineView, MoneyView, PaymentStateView, StatisticsView};

/// What a sum is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillView {
    /// What is paid for.
    pub lines: Vec<LineView>,
    /// What is taken off.
    pub discount: i64,
    /// What bringing it costs.
    pub shipping: i64,
    /// The taxes.
    pub taxes: Vec<TaxView>,
    /// The sum.
    pub total: MoneyView,
}

/// A tax on a bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxView {
    /// The rate in hundredths of a percent.
    pub per_myriad: u32,
    /// How much it is.
    pub amount: i64,
    /// Whether the prices hold it already.
    pub is_included: bool,
}

/// A bill as a business writes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillDraft {
    /// The currency of all amounts.
    pub currency: String,
    /// What is paid for: name, price of one, how many.
    pub lines: Vec<(String, i64, u32)>,
    /// What is taken off.
    pub discount: i64,
    /// What bringing it costs.
    pub shipping: i64,
    /// A tax on all of it: its rate in hundredths of a percent, and whether the prices hold it already.
    pub tax: Option<(u32, bool)>,
}

/// A quotation as a business writes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotationDraft {
    /// The business's own number for it; may be empty.
    pub number: String,
    /// What it costs.
    pub bill: BillDraft,
    /// What is paid before the work begins; 0 for nothing.
    pub deposit: i64,
    /// For how many days it can be accepted.
    pub days: u32,
    /// More words; may be empty.
    pub note: String,
}

/// How far a quotation has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuotationStateView {
    /// Nobody has answered.
    Open,
    /// The customer has signed.
    Accepted,
    /// The customer doesn't want it.
    Declined,
    /// The business took it back.
    Withdrawn,
    /// Nobody answered in time.
    Expired,
}

/// A quotation, as it stands now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotationView {
    /// The message that holds it.
    pub quotation: MessageId,
    /// Its conversation.
    pub conversation: ConversationId,
    /// The business's own number for it, or a short name.
    pub number: String,
    /// The customer's name.
    pub customer: String,
    /// When it was written.
    pub at: Timestamp,
    /// What it costs.
    pub bill: BillView,
    /// What is paid before the work begins; 0 for nothing.
    pub deposit: i64,
    /// Until when it can be accepted.
    pub valid_until: Timestamp,
    /// More words; may be empty.
    pub note: String,
    /// How far it has come.
    pub state: QuotationStateView,
    /// Why it was declined; may be empty.
    pub reason: String,
    /// When it was answered, by the server's clock.
    pub answered_at: Option<Timestamp>,
    /// What was signed: SHA-256 of the quotation, 64 hexadecimal digits.
    pub hash: String,
    /// What was asked for it, as far as that has come.
    pub payment: Option<PaymentStateView>,
}

/// A step of a quotation that a person takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(not(feature = "compact"), serde(tag = "step"))]
pub enum QuotationStepView {
    /// The customer accepts; this device signs.
    Accept,
    /// The customer doesn't want it.
    Decline {
        /// Why; may be empty.
        reason: String,
    },
    /// The business takes it back.
    Withdraw,
}

/// Money that moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MovementView {
    /// Whether it was given back.
    pub is_refund: bool,
    /// How much.
    pub minor: i64,
    /// When it was said, by the server's clock.
    pub at: Timestamp,
    /// Who says so.
    pub source: MovementSource,
    /// The name of the agent whose device said so.
    pub by: String,
}

/// Who says that money moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MovementSource {
    /// A person of the business.
    Hand,
    /// A bank's statement.
    Statement,
    /// A provider, whose word was verified.
    Provider,
}

/// What belongs to trade beside orders, payments and bookings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(not(feature = "compact"), serde(tag = "trade"))]
pub enum TradeCommand {
    /// A business writes a quotation. Answers [`crate::Answer::Message`].
    SendQuotation {
        /// Where.
        conversation: ConversationId,
        /// What it says.
        quotation: Box<QuotationDraft>,
    },
    /// Goes on with a quotation. Answers [`crate::Answer::Done`].
    StepQuotation {
        /// The quotation.
        quotation: MessageId,
        /// What happens.
        step: QuotationStepView,
    },
    /// Quotations, newest first. Answers [`TradeView::Quotations`].
    Quotations {
        /// Of this conversation; `None` for all.
        conversation: Option<ConversationId>,
        /// At most so many.
        limit: u32,
    },
    /// An accepted quotation with its signature, as JSON that others can check. Answers
    /// [`crate::Answer::Text`].
    QuotationProof {
        /// The quotation.
        quotation: MessageId,
    },
    /// The business's gateway has a provider's page for a payment. Answers [`crate::Answer::Done`].
    PaymentPage {
        /// The payment.
        payment: MessageId,
        /// The provider's stable word.
        provider: String,
        /// The page.
        url: String,
    },
    /// The business's gateway has a provider's verified word that money came. Answers
    /// [`crate::Answer::Done`].
    Collected {
        /// The payment.
        payment: MessageId,
        /// How much.
        minor: i64,
        /// The provider's id: it counts once.
        id: String,
    },
    /// The business's gateway has given money back through a provider. Answers
    /// [`crate::Answer::Done`].
    PaidBack {
        /// The payment.
        payment: MessageId,
        /// How much.
        minor: i64,
        /// The provider's id: it counts once.
        id: String,
    },
    /// A provider could not collect a payment. Answers [`crate::Answer::Done`].
    NotCollected {
        /// The payment.
        payment: MessageId,
    },
    /// What a gateway has to do about pages of providers. Answers [`TradeView::Hosted`].
    Hosted,
    /// What happened in some days. Answers [`TradeView::Statistics`].
    Statistics {
        /// The instants at which each day begins, and the one at which the last ends.
        days: Vec<Timestamp>,
    },
}

/// Answers to [`TradeCommand`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(not(feature = "compact"), serde(tag = "trade"))]
pub enum TradeView {
    /// Quotations, newest first.
    Quotations {
        /// They.
        found: Vec<QuotationView>,
    },
    /// What happened in some days.
    Statistics {
        /// It.
        report: StatisticsView,
    },
    /// What a gateway has to do about pages of providers.
    Hosted {
        /// One for each payment that offers such a page and isn't over.
        found: Vec<HostedView>,
    },
}

/// A payment that offers a provider's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostedView {
    /// The payment.
    pub payment: MessageId,
    /// What finds it again.
    pub reference: String,
    /// What it is for; may be empty.
    pub note: String,
    /// What is still to come.
    pub open: MoneyView,
    /// Until when.
    pub expires_at: Option<Timestamp>,
    /// Whether it can still be paid.
    pub is_open: bool,
    /// The providers that it offers, by their stable words.
    pub providers: Vec<String>,
    /// Those whose pages were told already.
    pub told: Vec<String>,
    /// Refunds that are wanted: the step that wants each, and how much.
    pub wanted: Vec<(MessageId, i64)>,
    /// What a provider collected and gave back: its ids.
    pub known: Vec<String>,
}
