//! Accounts and the amounts that move between them.

use std::fmt;

use tresen_types::{AccountId, Category, Nonce, Timestamp};

use crate::Micros;

/// An account of the operator's books.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Account {
    /// What businesses paid in.
    Bank,
    /// What is owed to a business: its prepaid balance.
    Available(AccountId),
    /// What of it is set aside for messages that are on their way.
    Reserved(AccountId),
    /// What delivered messages of a category brought.
    Messages(Category),
    /// What plans brought.
    Fees,
    /// What was given back.
    CreditNotes,
}

impl fmt::Display for Account {
    /// As plain-text accounting writes it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bank => formatter.write_str("assets:bank"),
            Self::Available(business) => write!(formatter, "liabilities:available:{business}"),
            Self::Reserved(business) => write!(formatter, "liabilities:reserved:{business}"),
            Self::Messages(category) => {
                write!(formatter, "income:messages:{}", category_name(*category))
            }
            Self::Fees => formatter.write_str("income:fees"),
            Self::CreditNotes => formatter.write_str("expenses:credit notes"),
        }
    }
}

pub(crate) const fn category_name(category: Category) -> &'static str {
    match category {
        Category::Service => "service",
        Category::Utility => "utility",
        Category::Marketing => "marketing",
        Category::Authentication => "authentication",
    }
}

/// One amount that moves from one account to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posting {
    /// The message, payment, fee or credit note.
    pub id: Nonce,
    /// When.
    pub at: Timestamp,
    /// The account that it leaves.
    pub from: Account,
    /// The account that it enters.
    pub to: Account,
    /// How much; free messages move nothing.
    pub amount: Micros,
}
