//! Pages of providers, refunds through them, and which of their webhooks were taken.

use rusqlite::Row;
use tresen_types::{MessageId, Timestamp};

use super::{Tx, id};
use crate::error::Result;

/// A page on which a payment can be paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PageRecord {
    pub(crate) payment: MessageId,
    pub(crate) provider: String,
    /// The provider's id of the page.
    pub(crate) page: String,
    pub(crate) currency: String,
    /// The provider's id of what it collected.
    pub(crate) charge: Option<String>,
}

const COLUMNS: &str = "payment, provider, page, currency, charge";

impl Tx<'_> {
    /// Keeps a page, or what was collected on it.
    pub(crate) fn put_page(&self, record: &PageRecord) -> Result<()> {
        self.execute(
            "INSERT INTO hosted_page (payment, provider, page, currency, charge)
             VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (provider, page) DO UPDATE SET charge = COALESCE(excluded.charge, charge)",
            (
                record.payment.as_bytes(),
                &record.provider,
                &record.page,
                &record.currency,
                &record.charge,
            ),
        )?;
        Ok(())
    }

    /// A page by the provider's id.
    pub(crate) fn page(&self, provider: &str, page: &str) -> Result<Option<PageRecord>> {
        let wanted = format!("SELECT {COLUMNS} FROM hosted_page WHERE provider = ?1 AND page = ?2");
        self.one(&wanted, (provider, page), read)
    }

    /// A page by what was collected on it.
    pub(crate) fn page_of_charge(
        &self,
        provider: &str,
        charge: &str,
    ) -> Result<Option<PageRecord>> {
        let wanted =
            format!("SELECT {COLUMNS} FROM hosted_page WHERE provider = ?1 AND charge = ?2");
        self.one(&wanted, (provider, charge), read)
    }

    /// The page on which a payment was paid.
    pub(crate) fn charged_page(&self, payment: MessageId) -> Result<Option<PageRecord>> {
        let wanted = format!(
            "SELECT {COLUMNS} FROM hosted_page WHERE payment = ?1 AND charge IS NOT NULL LIMIT 1"
        );
        self.one(&wanted, (payment.as_bytes(),), read)
    }

    /// The provider's id of the refund that a step wanted.
    pub(crate) fn refund_of(&self, step: MessageId) -> Result<Option<String>> {
        self.one("SELECT refund FROM hosted_refund WHERE step = ?1", (step.as_bytes(),), |row| {
            Ok(row.get("refund")?)
        })
    }

    /// Keeps it.
    pub(crate) fn put_refund(&self, step: MessageId, refund: &str) -> Result<()> {
        self.execute(
            "INSERT INTO hosted_refund (step, refund) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            (step.as_bytes(), refund),
        )?;
        Ok(())
    }

    /// Whether a webhook was taken before.
    pub(crate) fn knows_hook(&self, provider: &str, event: &str) -> Result<bool> {
        let found = self.one(
            "SELECT 1 AS known FROM hosted_event WHERE provider = ?1 AND event = ?2",
            (provider, event),
            |row| Ok(row.get::<_, i64>("known")?),
        )?;
        Ok(found.is_some())
    }

    /// Notes that a webhook was taken.
    pub(crate) fn put_hook(&self, provider: &str, event: &str, at: Timestamp) -> Result<()> {
        self.execute(
            "INSERT INTO hosted_event (provider, event, at) VALUES (?1, ?2, ?3)
             ON CONFLICT DO NOTHING",
            (provider, event, at.as_millis()),
        )?;
        Ok(())
    }

    /// Forgets old webhooks: what they said counts once by its own id too.
    pub(crate) fn forget_hooks(&self, before: Timestamp) -> Result<()> {
        self.execute("DELETE FROM hosted_event WHERE at < ?1", (before.as_millis(),))?;
        Ok(())
    }
}

fn read(row: &Row<'_>) -> Result<PageRecord> {
    Ok(PageRecord {
        payment: id(row, "payment")?,
        provider: row.get("provider")?,
        page: row.get("page")?,
        currency: row.get("currency")?,
        charge: row.get("charge")?,
    })
}
