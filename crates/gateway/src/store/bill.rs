//! Bills, by what programs call them, and how far their payment was told.

use rusqlite::Row;
use tresen_types::{ConversationId, MessageId};

use super::{Tx, id};
use crate::error::{Error, Result};

/// A bill as the API knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BillRecord {
    /// What the program calls it.
    pub(crate) reference: String,
    pub(crate) message: MessageId,
    pub(crate) conversation: ConversationId,
    /// The customer's order that it is for.
    pub(crate) order: Option<MessageId>,
    /// How far its payment was told; empty for nothing.
    pub(crate) told: String,
}

const COLUMNS: &str = "reference, message, conversation, order_message, told";

impl Tx<'_> {
    /// Keeps a bill that is new.
    pub(crate) fn put_bill(&self, record: &BillRecord) -> Result<()> {
        self.execute(
            "INSERT INTO bill (reference, message, conversation, order_message, told)
             VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (reference) DO NOTHING",
            (
                &record.reference,
                record.message.as_bytes(),
                record.conversation.as_bytes(),
                record.order.map(|order| order.as_bytes().to_vec()),
                &record.told,
            ),
        )?;
        Ok(())
    }

    /// A bill by its name.
    pub(crate) fn bill(&self, reference: &str) -> Result<Option<BillRecord>> {
        self.one(&format!("SELECT {COLUMNS} FROM bill WHERE reference = ?1"), (reference,), read)
    }

    /// A bill by its message.
    pub(crate) fn bill_of(&self, message: MessageId) -> Result<Option<BillRecord>> {
        self.one(
            &format!("SELECT {COLUMNS} FROM bill WHERE message = ?1"),
            (message.as_bytes(),),
            read,
        )
    }

    /// Notes what is told of its payment now.
    pub(crate) fn put_told_bill(&self, reference: &str, told: &str) -> Result<()> {
        self.execute("UPDATE bill SET told = ?2 WHERE reference = ?1", (reference, told))?;
        Ok(())
    }
}

fn read(row: &Row<'_>) -> Result<BillRecord> {
    let order: Option<Vec<u8>> = row.get("order_message")?;
    let order = order
        .map(|bytes| MessageId::try_from(&bytes[..]).map_err(|_length| Error::Damaged("order")))
        .transpose()?;
    Ok(BillRecord {
        reference: row.get("reference")?,
        message: id(row, "message")?,
        conversation: id(row, "conversation")?,
        order,
        told: row.get("told")?,
    })
}
