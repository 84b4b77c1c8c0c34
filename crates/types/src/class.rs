//! What a message is to the server (PROTOCOL 5.2).

/// What a message is to the server: it decides which rules hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum MessageClass {
    /// What a person wrote.
    Chat = 0,
    /// An instance of an approved template.
    Template = 1,
    /// Receipts and other things that are never shown as text.
    Control = 2,
    /// A payment request or its state.
    Payment = 3,
    /// A call.
    Call = 4,
    /// A step of an order, a booking, a quotation or a payment, without words: a business may send it
    /// after the window (docs/decisions/0032).
    Step = 5,
}

impl MessageClass {
    /// Reads the byte on the wire.
    #[must_use]
    pub const fn from_byte(byte: u8) -> Option<Self> {
        Some(match byte {
            0 => Self::Chat,
            1 => Self::Template,
            2 => Self::Control,
            3 => Self::Payment,
            4 => Self::Call,
            5 => Self::Step,
            _ => return None,
        })
    }

    /// Whether a business may send it within the customer's window only (PROTOCOL 5.2).
    #[must_use]
    pub const fn obeys_window(self) -> bool {
        matches!(self, Self::Chat | Self::Payment | Self::Call)
    }
}
