//! The ways to pay that a business offers: a setting that its devices share.

use std::rc::Rc;

use tresen_payments::{Creditor, Iban, Provider, Rail};
use tresen_view::{Answer, RailDraft};

use crate::{
    client::Inner,
    error::{Error, Result},
    limits::RAILS_MAX,
    shared::{self, SharedSetting},
    store::Tx,
};

/// The ways to pay, as they were set up.
pub(crate) fn rails(inner: &Inner) -> Result<Answer> {
    inner.store.read(drafts).map(Answer::Rails)
}

/// Changes the ways to pay, on all devices of the business.
pub(crate) fn set_rails(inner: &Rc<Inner>, rails: Vec<RailDraft>) -> Result<Answer> {
    if rails.len() > RAILS_MAX {
        return Err(Error::TooLarge("ways to pay"));
    }
    for rail in &rails {
        rail_of(rail)?;
    }
    let value =
        serde_json::to_string(&stored(&rails)).map_err(|_never| Error::Internal("rails"))?;
    shared::set(inner, SharedSetting::Rails, value)?;
    Ok(Answer::Rails(rails))
}

/// The ways to pay that can be used.
pub(crate) fn known(tx: &Tx<'_>) -> Result<Vec<Rail>> {
    Ok(drafts(tx)?.iter().filter_map(|draft| rail_of(draft).ok()).collect())
}

fn drafts(tx: &Tx<'_>) -> Result<Vec<RailDraft>> {
    let Some(value) = shared::get(tx, SharedSetting::Rails)? else { return Ok(Vec::new()) };
    let stored: Vec<(u8, Vec<String>)> =
        serde_json::from_str(&value).map_err(|_malformed| Error::Damaged("rails"))?;
    Ok(stored.into_iter().filter_map(|(kind, fields)| draft_of(kind, fields)).collect())
}

// The form of the interface may be one by position: what is kept has a form of its own.
fn stored(rails: &[RailDraft]) -> Vec<(u8, Vec<&str>)> {
    rails
        .iter()
        .map(|rail| match rail {
            RailDraft::Sepa { iban, bic, name } => (0, vec![iban.as_str(), bic, name]),
            RailDraft::Swiss { iban, name, street, house_number, postal_code, town, country } => {
                (1, vec![iban.as_str(), name, street, house_number, postal_code, town, country])
            }
            RailDraft::Upi { address, name } => (2, vec![address.as_str(), name]),
            RailDraft::Pix { key, name, city } => (3, vec![key.as_str(), name, city]),
            RailDraft::Hosted { provider } => (4, vec![provider.as_str()]),
        })
        .collect()
}

fn draft_of(kind: u8, fields: Vec<String>) -> Option<RailDraft> {
    let mut fields = fields.into_iter();
    let mut next = || fields.next();
    Some(match kind {
        0 => RailDraft::Sepa { iban: next()?, bic: next()?, name: next()? },
        1 => RailDraft::Swiss {
            iban: next()?,
            name: next()?,
            street: next()?,
            house_number: next()?,
            postal_code: next()?,
            town: next()?,
            country: next()?,
        },
        2 => RailDraft::Upi { address: next()?, name: next()? },
        3 => RailDraft::Pix { key: next()?, name: next()?, city: next()? },
        4 => RailDraft::Hosted { provider: next()? },
        _unknown => return None,
    })
}

fn rail_of(draft: &RailDraft) -> Result<Rail> {
    let account = |iban: &str| {
        Iban::parse(iban)
            .ok()
            .filter(|iban| !iban.is_qr_iban())
            .ok_or(Error::Invalid("an account number"))
    };
    let some = |text: &str| {
        let text = text.trim();
        if text.is_empty() { Err(Error::Invalid("a way to pay")) } else { Ok(text.to_owned()) }
    };
    Ok(match draft {
        RailDraft::Sepa { iban, bic, name } => {
            Rail::Sepa { iban: account(iban)?, bic: bic.trim().to_owned(), name: some(name)? }
        }
        RailDraft::Swiss { iban, name, street, house_number, postal_code, town, country } => {
            Rail::Swiss {
                iban: account(iban)?,
                creditor: Creditor {
                    name: some(name)?,
                    street: street.trim().to_owned(),
                    house_number: house_number.trim().to_owned(),
                    postal_code: some(postal_code)?,
                    town: some(town)?,
                    country: some(country)?,
                },
            }
        }
        RailDraft::Upi { address, name } => {
            Rail::Upi { address: some(address)?, name: some(name)? }
        }
        RailDraft::Pix { key, name, city } => {
            Rail::Pix { key: some(key)?, name: some(name)?, city: some(city)? }
        }
        RailDraft::Hosted { provider } => Rail::Hosted {
            provider: Provider::parse(provider).ok_or(Error::Invalid("a provider"))?,
        },
    })
}
