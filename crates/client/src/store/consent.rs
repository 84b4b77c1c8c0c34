//! Consents: the newest one of every pair, those before it, and the words that were read.

use rusqlite::named_params;
use tresen_types::AccountId;

use super::{Tx, id, to_sql};
use crate::{error::Result, limits::CONSENTS_SHOWN_MAX};

impl Tx<'_> {
    /// The newest consent between two.
    pub(crate) fn consent(
        &self,
        business: AccountId,
        customer: AccountId,
    ) -> Result<Option<Vec<u8>>> {
        self.one(
            "SELECT consent FROM consent WHERE business = ?1 AND customer = ?2",
            (business.as_bytes(), customer.as_bytes()),
            |row| Ok(row.get("consent")?),
        )
    }

    /// Notes whether the server is to hear of a consent.
    pub(crate) fn set_consent_due(
        &self,
        business: AccountId,
        customer: AccountId,
        is_due: bool,
    ) -> Result<()> {
        self.execute(
            "UPDATE consent SET is_due = ?3 WHERE business = ?1 AND customer = ?2",
            (business.as_bytes(), customer.as_bytes(), is_due),
        )?;
        Ok(())
    }

    /// The businesses whose consent the server hasn't heard of yet.
    pub(crate) fn consents_due(&self, customer: AccountId) -> Result<Vec<AccountId>> {
        self.all(
            "SELECT business FROM consent WHERE customer = ?1 AND is_due = 1",
            (customer.as_bytes(),),
            |row| id(row, "business"),
        )
    }

    /// Writes a consent unless a newer one is there; tells whether it was written.
    pub(crate) fn put_consent(
        &self,
        business: AccountId,
        customer: AccountId,
        sequence: u64,
        consent: &[u8],
    ) -> Result<bool> {
        let written = self.execute(
            "INSERT INTO consent (business, customer, sequence, consent)
             VALUES (:business, :customer, :sequence, :consent)
             ON CONFLICT (business, customer) DO UPDATE SET sequence = excluded.sequence,
                consent = excluded.consent WHERE excluded.sequence > consent.sequence",
            named_params! {
                ":business": business.as_bytes(),
                ":customer": customer.as_bytes(),
                ":sequence": to_sql(sequence),
                ":consent": consent,
            },
        )?;
        self.execute(
            "INSERT OR IGNORE INTO consent_history (business, customer, sequence, consent)
             VALUES (?1, ?2, ?3, ?4)",
            (business.as_bytes(), customer.as_bytes(), to_sql(sequence), consent),
        )?;
        Ok(written > 0)
    }

    /// The consents between two that this device has seen, newest first.
    pub(crate) fn consents(
        &self,
        business: AccountId,
        customer: AccountId,
    ) -> Result<Vec<Vec<u8>>> {
        self.all(
            "SELECT consent FROM consent_history WHERE business = ?1 AND customer = ?2
             ORDER BY sequence DESC LIMIT ?3",
            (business.as_bytes(), customer.as_bytes(), CONSENTS_SHOWN_MAX),
            |row| Ok(row.get("consent")?),
        )
    }

    /// The words with this hash, when they were read on this device.
    pub(crate) fn wording(&self, hash: [u8; 32]) -> Result<Option<String>> {
        self.one("SELECT words FROM wording WHERE hash = ?1", (hash,), |row| Ok(row.get("words")?))
    }

    /// Keeps words that were read.
    pub(crate) fn put_wording(&self, hash: [u8; 32], words: &str) -> Result<()> {
        self.execute("INSERT OR IGNORE INTO wording (hash, words) VALUES (?1, ?2)", (hash, words))?;
        Ok(())
    }
}
