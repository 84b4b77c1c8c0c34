//! What a receiving device checks before it shows a message (PROTOCOL 5.2): the six checks.
//!
//! [`screen`] is one function with explicit inputs: the decrypted message as it [`Arrival`]s, and the
//! [`Facts`] that the device knows by itself. It trusts neither the server nor the business: the
//! category comes from the approval, the consent is the device's own record, and the window is
//! counted from the customer's own messages against the time in the server's signed receipt.
//!
//! Nothing in here reads a clock, a store or the network.
#![deny(missing_docs)]
#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod template;
mod verdict;

pub use template::TemplateFacts;
use template::check_template;
use tresen_admission::Window;
use tresen_content::{Message, Received};
use tresen_proto::aad::AuthenticatedData;
use tresen_statement::{Consent, receipt::Acceptance};
use tresen_types::{
    AccountId, AccountKind, Category, DeviceId, MessageClass, Timestamp, limits::MAILBOX_DAYS,
};
pub use verdict::{Refusal, Verdict};

/// How much later than the receipt's time a message may reach a device that was connected all the
/// time, in milliseconds: what is older was back-dated or held back.
pub const DELAY_MS_MAX: i64 = 5 * 60 * 1_000;

/// A message after decryption.
#[derive(Clone, Copy, Debug)]
pub struct Arrival<'a> {
    /// The authenticated data, which server and members saw alike.
    pub data: &'a AuthenticatedData,
    /// The account and device in the certificate of the leaf that signed.
    pub leaf: (AccountId, DeviceId),
    /// The content, decoded for the conversation and that sender.
    pub received: &'a Received,
    /// The acceptance in the server's receipt, if its signature is good.
    pub acceptance: Option<&'a Acceptance>,
    /// When it came, if the device has been connected since before it was accepted.
    pub received_at: Option<Timestamp>,
}

/// What the device knows by itself.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The own account.
    pub own: AccountId,
    /// The own newest consent for the sender.
    pub consent: Option<&'a Consent>,
    /// The window, by the own devices' last message to the sender.
    pub window: Window,
    /// Whether a step goes on with what is known in this conversation.
    pub goes_on: bool,
    /// The template that the authenticated data names, as far as it could be fetched.
    pub template: Option<TemplateFacts<'a>>,
}

/// Decides what becomes of a message. Messages between a business's own devices and from customers
/// have no category and no window; the first two and the last check hold for all.
///
/// # Errors
/// With the failed check: nothing of the message may be rendered, and it can be reported.
pub fn screen(arrival: &Arrival<'_>, facts: &Facts<'_>) -> Result<Verdict, Refusal> {
    let data = arrival.data;
    // (1) The sender that the server saw is the leaf that signed.
    if arrival.leaf != (data.account, data.device) {
        return Err(Refusal::Sender);
    }
    // (2) The commitment opens to exactly this content.
    if arrival.received.franking_tag != data.franking_tag {
        return Err(Refusal::Franking);
    }
    let message = &arrival.received.content.message;
    // (6) The control class never shows text, and nothing else passes as control.
    if message.is_control() != (data.class == MessageClass::Control) {
        return Err(Refusal::Class);
    }
    // Nor does a step carry words (docs/decisions/0032); a customer's own steps are messages.
    if data.class == MessageClass::Step
        && (data.account.kind() != AccountKind::Business
            || !matches!(message, Message::Shop(said) if said.is_bare_step()))
    {
        return Err(Refusal::Class);
    }
    // The class template and the part template go together only.
    if matches!(message, Message::Template(_)) != (data.class == MessageClass::Template) {
        return Err(Refusal::TemplatePart);
    }
    if data.class == MessageClass::Control {
        return Ok(Verdict::Control);
    }
    let is_from_business =
        data.account.kind() == AccountKind::Business && data.account != facts.own;
    if !is_from_business {
        return Ok(Verdict::Show { template: None });
    }
    let acceptance = arrival.acceptance.ok_or(Refusal::Receipt)?;
    if !is_for(acceptance, data) {
        return Err(Refusal::Receipt);
    }
    // (3) An instance of an approved template, in the approved category.
    let template = match message {
        Message::Template(instance) => {
            let known = facts.template.ok_or(Refusal::TemplateUnknown)?;
            Some(Box::new(check_template(&known, instance, data, acceptance.accepted_at)?))
        }
        _free_text => None,
    };
    // (4) Free text, payments and calls within the own window.
    if data.class.obeys_window() {
        if data.category != Category::Service {
            return Err(Refusal::Category);
        }
        check_window(arrival, acceptance, facts.window)?;
    }
    // A step may come later, for what began here.
    if data.class == MessageClass::Step {
        if data.category != Category::Service {
            return Err(Refusal::Category);
        }
        if !facts.goes_on {
            return Ok(Verdict::Aside);
        }
        if !facts.window.reaches_steps_at(acceptance.accepted_at) {
            return Err(Refusal::Window);
        }
    }
    // (5) Only what the customer's own record allows.
    if facts.consent.is_some_and(|consent| consent.allows(data.category)) {
        Ok(Verdict::Show { template })
    } else {
        Ok(Verdict::Shelve { template })
    }
}

fn is_for(acceptance: &Acceptance, data: &AuthenticatedData) -> bool {
    acceptance.franking_tag == data.franking_tag
        && (acceptance.sender_account, acceptance.sender_device) == (data.account, data.device)
        && acceptance.class == data.class as u8
        && acceptance.category == data.category
        && acceptance.template_hash == data.template
        && acceptance.nonce == data.nonce
}

fn check_window(
    arrival: &Arrival<'_>,
    acceptance: &Acceptance,
    window: Window,
) -> Result<(), Refusal> {
    if !window.is_plausible_at(acceptance.accepted_at) {
        return Err(Refusal::Window);
    }
    // A server that back-dates a message into the window hands it out later than it says.
    let is_back_dated = arrival.received_at.is_some_and(|at| {
        let delay = at.millis_since(acceptance.accepted_at);
        delay > DELAY_MS_MAX && !window.is_plausible_at(at)
    });
    // Nor is anything delivered that is older than the mailbox keeps.
    let is_stale = arrival.received_at.is_some_and(|at| {
        at.millis_since(acceptance.accepted_at)
            > MAILBOX_DAYS.saturating_mul(tresen_types::limits::DAY_MS)
    });
    if is_back_dated || is_stale { Err(Refusal::BackDated) } else { Ok(()) }
}
