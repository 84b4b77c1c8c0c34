//! The rails of a business, and what a banking app reads for one of them.

use tresen_types::Money;

use crate::{epc, error::Error, iban::Iban, pix, swiss, upi};

/// A way to pay that a business offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rail {
    /// A SEPA credit transfer, as an EPC QR code (EPC069-12).
    Sepa {
        /// The creditor's account.
        iban: Iban,
        /// The bank; empty for none.
        bic: String,
        /// The creditor.
        name: String,
    },
    /// A Swiss QR-bill.
    Swiss {
        /// The creditor's account.
        iban: Iban,
        /// The creditor.
        creditor: Creditor,
    },
    /// A UPI link, also as a QR code.
    Upi {
        /// The payee's address, like `shop@bank`.
        address: String,
        /// The payee.
        name: String,
    },
    /// A static Pix code.
    Pix {
        /// The key: a telephone number, a mail address, a tax number or a random one.
        key: String,
        /// The creditor.
        name: String,
        /// The creditor's town.
        city: String,
    },
    /// A page of a provider, which the business's gateway makes for each payment.
    Hosted {
        /// The provider.
        provider: Provider,
    },
}

/// A provider that collects payments on pages of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Provider {
    /// Stripe, by Checkout Sessions.
    Stripe,
    /// Razorpay, by payment links.
    Razorpay,
}

impl Provider {
    /// A stable word for the provider.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stripe => "stripe",
            Self::Razorpay => "razorpay",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Stripe, Self::Razorpay].into_iter().find(|provider| provider.as_str() == word)
    }
}

/// The creditor of a Swiss QR-bill.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Creditor {
    /// Name.
    pub name: String,
    /// Street; may be empty.
    pub street: String,
    /// House number; may be empty.
    pub house_number: String,
    /// Postal code.
    pub postal_code: String,
    /// Town.
    pub town: String,
    /// The country's two letters.
    pub country: String,
}

/// What is to be paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// How much.
    pub amount: Money,
    /// The reference that finds it again: a creditor reference for SEPA and Swiss rails.
    pub reference: String,
    /// A text for the receiver; may be empty.
    pub note: String,
}

/// What a banking app reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    /// The content of the QR code.
    pub code: String,
    /// A link that opens an app on the same device, where the rail has one.
    pub link: Option<String>,
}

impl Rail {
    /// A stable word for the rail.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Sepa { .. } => "sepa",
            Self::Swiss { .. } => "swiss",
            Self::Upi { .. } => "upi",
            Self::Pix { .. } => "pix",
            Self::Hosted { provider } => provider.as_str(),
        }
    }

    /// Whether it moves a currency.
    #[must_use]
    pub fn moves(&self, currency: &str) -> bool {
        match self {
            Self::Sepa { .. } => currency == "EUR",
            Self::Swiss { .. } => matches!(currency, "CHF" | "EUR"),
            Self::Upi { .. } => currency == "INR",
            Self::Pix { .. } => currency == "BRL",
            // The provider says itself what it doesn't move.
            Self::Hosted { .. } => true,
        }
    }
}

/// Makes what a banking app reads.
///
/// # Errors
/// When the rail doesn't move the currency, or something doesn't fit it.
pub fn payload(rail: &Rail, request: &Request) -> Result<Payload, Error> {
    if !rail.moves(request.amount.currency.code()) {
        return Err(Error::Currency);
    }
    if request.amount.minor <= 0 {
        return Err(Error::Amount);
    }
    match rail {
        Rail::Sepa { iban, bic, name } => {
            Ok(Payload { code: epc::write(iban, bic, name, request)?, link: None })
        }
        Rail::Swiss { iban, creditor } => {
            Ok(Payload { code: swiss::write(iban, creditor, request)?, link: None })
        }
        Rail::Upi { address, name } => {
            let link = upi::write(address, name, request)?;
            Ok(Payload { code: link.clone(), link: Some(link) })
        }
        Rail::Pix { key, name, city } => {
            let pix = pix::Pix {
                key: key.clone(),
                name: name.clone(),
                city: city.clone(),
                cents: Some(request.amount.minor),
                reference: request.reference.clone(),
            };
            Ok(Payload { code: pix.write()?, link: None })
        }
        Rail::Hosted { .. } => Ok(Payload { code: String::new(), link: None }),
    }
}

/// The amount with a point and two decimals, without the currency.
pub(crate) fn decimal(amount: Money) -> String {
    let text = amount.to_string();
    text.split(' ').next().unwrap_or_default().to_owned()
}

/// A text of one line within a number of characters.
pub(crate) fn line(text: &str, characters_max: usize) -> Result<&str, Error> {
    let text = text.trim();
    if text.chars().count() > characters_max || text.chars().any(char::is_control) {
        return Err(Error::Text);
    }
    Ok(text)
}

/// A text of one line that says something.
pub(crate) fn some_line(text: &str, characters_max: usize) -> Result<&str, Error> {
    line(text, characters_max)
        .and_then(|text| if text.is_empty() { Err(Error::Text) } else { Ok(text) })
}
