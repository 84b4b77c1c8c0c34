//! The API's ids. Numbers follow from the accounts behind them, so they stay when the gateway moves
//! to another machine or there are several.
//!
//! ```text
//! phone number 1…, business 2…, app 3…, firm 6…, catalogue 7…   16 digits from the business's account
//! template     5…                        15 digits from the template's hash
//! user         8…                        15 digits from the device
//! media        4…                        16 random digits
//! wa_id        999 and 12 digits         from business and customer: a number without a country
//! user id      ZZ. and 26 digits         from business and customer, so no two businesses see the same
//! message      wamid. and base64url      the message's id
//! ```

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use tresen_types::{AccountId, DeviceId, MessageId};

const TEN_POW_15: u64 = 1_000_000_000_000_000;
const TEN_POW_12: u64 = 1_000_000_000_000;
/// The ids of the business.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BusinessIds {
    /// The business's account.
    pub account: AccountId,
    /// The phone-number id.
    pub phone: String,
    /// The id of the business account (WABA).
    pub business: String,
    /// The app's id.
    pub app: String,
    /// The id of the firm that has the business account.
    pub portfolio: String,
    /// The id of the catalogue.
    pub catalogue: String,
    /// The number that is shown.
    pub display_number: String,
}

impl BusinessIds {
    /// The ids of a business.
    #[must_use]
    pub fn of(account: AccountId) -> Self {
        let digits = |kind: &str, first: u8| {
            let number = hashed(kind, &[account.as_bytes()]) % TEN_POW_15;
            format!("{first}{number:015}")
        };
        let number = hashed("display", &[account.as_bytes()]) % TEN_POW_12;
        Self {
            account,
            phone: digits("phone", 1),
            business: digits("business", 2),
            app: digits("app", 3),
            portfolio: digits("portfolio", 6),
            catalogue: digits("catalogue", 7),
            display_number: format!("999{number:012}"),
        }
    }

    /// The pseudo number of a customer; `attempt` counts numbers that are taken already.
    #[must_use]
    pub fn wa_id(&self, customer: AccountId, attempt: u8) -> String {
        let parts = [&self.account.as_bytes()[..], &customer.as_bytes()[..], &[attempt]];
        format!("999{:012}", hashed("wa_id", &parts) % TEN_POW_12)
    }

    /// The user id of a customer at this business. Digits alone: some programs take others for groups.
    #[must_use]
    pub fn user_id(&self, customer: AccountId) -> String {
        let hash = hash("user_id", &[self.account.as_bytes(), customer.as_bytes()]);
        let text: String = hash
            .iter()
            .take(26)
            .filter_map(|byte| char::from_digit(u32::from(byte % 10), 10))
            .collect();
        format!("ZZ.{text}")
    }
}

/// The id of a message.
#[must_use]
pub fn wamid(message: MessageId) -> String {
    format!("wamid.{}", URL_SAFE_NO_PAD.encode(message.as_bytes()))
}

/// The message whose id, as it was when it was made, an id of the API has.
#[must_use]
pub fn message_of_wamid(wamid: &str) -> Option<MessageId> {
    let bytes = URL_SAFE_NO_PAD.decode(wamid.strip_prefix("wamid.")?).ok()?;
    MessageId::try_from(&bytes[..]).ok()
}

/// The id of a template, from its hash.
#[must_use]
pub fn template_id(template: &str) -> String {
    format!("5{:015}", hashed("template", &[template.as_bytes()]) % TEN_POW_15)
}

/// The id of somebody who works for the business, from the device.
#[must_use]
pub(crate) fn user(device: DeviceId) -> String {
    format!("8{:015}", hashed("user", &[device.as_bytes()]) % TEN_POW_15)
}

/// A new id of a medium.
///
/// # Errors
/// When the machine gives no randomness.
pub(crate) fn media_id() -> crate::Result<String> {
    let number = u64::from_be_bytes(crate::secret::random()?) % TEN_POW_15;
    Ok(format!("4{number:015}"))
}

fn hash(what: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"tresen/gateway/1/");
    hash.update(what.as_bytes());
    for part in parts {
        hash.update([0]);
        hash.update(part);
    }
    hash.finalize().into()
}

fn hashed(what: &str, parts: &[&[u8]]) -> u64 {
    let hash = hash(what, parts);
    hash.iter().take(8).fold(0, |number, byte| (number << 8) | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use tresen_types::AccountKind;

    use super::*;

    #[test]
    fn ids_have_the_form_that_clients_check_and_differ_by_business() {
        let korn = BusinessIds::of(AccountId::from_random(AccountKind::Business, [1; 16]));
        let other = BusinessIds::of(AccountId::from_random(AccountKind::Business, [2; 16]));
        let priya = AccountId::from_random(AccountKind::Person, [3; 16]);
        assert_eq!(korn.phone.len(), 16);
        for (id, first) in [(&korn.phone, '1'), (&korn.business, '2'), (&korn.app, '3')] {
            assert!(id.starts_with(first) && id.bytes().all(|byte| byte.is_ascii_digit()));
        }
        assert_ne!(korn.phone, other.phone);
        let wa_id = korn.wa_id(priya, 0);
        assert_eq!(wa_id.len(), 15);
        assert!(wa_id.starts_with("999"));
        assert_ne!(wa_id, korn.wa_id(priya, 1));
        let user = korn.user_id(priya);
        let (country, rest) = user.split_once('.').unwrap();
        assert_eq!((country, rest.len()), ("ZZ", 26));
        assert!(rest.bytes().all(|byte| byte.is_ascii_digit()));
        assert_ne!(user, other.user_id(priya));
    }
}
