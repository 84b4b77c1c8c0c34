//! Why a payment can't be put into a payload, or a payload not be read.

/// Why a payment is refused. Holds nothing of what was in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A bank account number whose digits don't check.
    #[error("the account number is wrong")]
    Account,
    /// A reference whose digits don't check, or with letters that the rail doesn't know.
    #[error("the reference is wrong")]
    Reference,
    /// The rail doesn't move this currency.
    #[error("the rail moves another currency")]
    Currency,
    /// The amount is negative, nothing, or more than the rail carries.
    #[error("the amount is outside the rail's bounds")]
    Amount,
    /// A text is too long for the rail, empty, or has letters that break its form.
    #[error("a text doesn't fit the rail")]
    Text,
    /// The bytes aren't what they should be.
    #[error("the data can't be read")]
    Malformed,
    /// A list, a text or the whole is over its limit.
    #[error("a part of the data is over its limit")]
    Limit,
    /// More would be given back than was received.
    #[error("more than was received can't be given back")]
    RefundTooLarge,
}
