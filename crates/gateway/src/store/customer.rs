//! Customers, by the numbers and user ids that the API knows them by.

use rusqlite::Row;
use tresen_types::{AccountId, ConversationId};

use super::{Tx, id};
use crate::{
    error::{Error, Result},
    ids::BusinessIds,
};

/// Numbers that are tried for a customer; two customers with the same one are one in millions.
const ATTEMPTS_MAX: u8 = 16;

/// A customer as the API knows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CustomerRecord {
    pub(crate) account: AccountId,
    /// The newest conversation.
    pub(crate) conversation: ConversationId,
    pub(crate) wa_id: String,
    pub(crate) user_id: String,
    pub(crate) name: String,
    /// The short hash of the account's key.
    pub(crate) key_hash: String,
    /// The entry link by which the customer came while the gateway was there; empty for none.
    pub(crate) entry: String,
}

const COLUMNS: &str = "account, conversation, wa_id, user_id, name, key_hash, entry";

impl Tx<'_> {
    /// Keeps a customer with conversation and name; the number, once given, stays.
    pub(crate) fn put_customer(
        &self,
        ids: &BusinessIds,
        account: AccountId,
        conversation: ConversationId,
        name: &str,
        key_hash: &str,
        entry: &str,
    ) -> Result<CustomerRecord> {
        let (name, key_hash, entry) = (name.to_owned(), key_hash.to_owned(), entry.to_owned());
        if let Some(known) = self.customer(account)? {
            let now = CustomerRecord { conversation, name, key_hash, entry, ..known.clone() };
            if now != known {
                self.execute(
                    "UPDATE customer SET conversation = ?2, name = ?3, key_hash = ?4,
                        entry = ?5
                     WHERE account = ?1",
                    (
                        account.as_bytes(),
                        conversation.as_bytes(),
                        &now.name,
                        &now.key_hash,
                        &now.entry,
                    ),
                )?;
            }
            return Ok(now);
        }
        for attempt in 0..ATTEMPTS_MAX {
            let wa_id = ids.wa_id(account, attempt);
            if self.customer_by_wa_id(&wa_id)?.is_some() {
                continue;
            }
            let user_id = ids.user_id(account);
            self.execute(
                "INSERT INTO customer (account, conversation, wa_id, user_id, name, key_hash, entry)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                (
                    account.as_bytes(),
                    conversation.as_bytes(),
                    &wa_id,
                    &user_id,
                    &name,
                    &key_hash,
                    &entry,
                ),
            )?;
            let known =
                CustomerRecord { account, conversation, wa_id, user_id, name, key_hash, entry };
            return Ok(known);
        }
        Err(Error::Damaged("numbers of customers"))
    }

    /// Customers after a number, in the order of their numbers.
    pub(crate) fn customers_after(&self, wa_id: &str, limit: u32) -> Result<Vec<CustomerRecord>> {
        self.all(
            &format!("SELECT {COLUMNS} FROM customer WHERE wa_id > ?1 ORDER BY wa_id LIMIT ?2"),
            (wa_id, limit),
            read,
        )
    }

    /// A customer by account.
    pub(crate) fn customer(&self, account: AccountId) -> Result<Option<CustomerRecord>> {
        self.one(
            &format!("SELECT {COLUMNS} FROM customer WHERE account = ?1"),
            (account.as_bytes(),),
            read,
        )
    }

    /// Whether a customer wanted offers when it was told or seen last.
    pub(crate) fn wanted_offers(&self, account: AccountId) -> Result<Option<bool>> {
        let known = self.one(
            "SELECT wants_offers FROM customer WHERE account = ?1",
            (account.as_bytes(),),
            |row| Ok(row.get("wants_offers")?),
        )?;
        Ok(known.flatten())
    }

    /// Notes whether a customer wants offers.
    pub(crate) fn put_wanted_offers(&self, account: AccountId, wants: bool) -> Result<()> {
        self.execute(
            "UPDATE customer SET wants_offers = ?2 WHERE account = ?1",
            (account.as_bytes(), wants),
        )?;
        Ok(())
    }

    /// A customer by conversation.
    pub(crate) fn customer_of(
        &self,
        conversation: ConversationId,
    ) -> Result<Option<CustomerRecord>> {
        self.one(
            &format!("SELECT {COLUMNS} FROM customer WHERE conversation = ?1"),
            (conversation.as_bytes(),),
            read,
        )
    }

    /// A customer by number.
    pub(crate) fn customer_by_wa_id(&self, wa_id: &str) -> Result<Option<CustomerRecord>> {
        self.one(&format!("SELECT {COLUMNS} FROM customer WHERE wa_id = ?1"), (wa_id,), read)
    }

    /// A customer by user id.
    pub(crate) fn customer_by_user_id(&self, user_id: &str) -> Result<Option<CustomerRecord>> {
        self.one(&format!("SELECT {COLUMNS} FROM customer WHERE user_id = ?1"), (user_id,), read)
    }
}

fn read(row: &Row<'_>) -> Result<CustomerRecord> {
    Ok(CustomerRecord {
        account: id(row, "account")?,
        conversation: id(row, "conversation")?,
        wa_id: row.get("wa_id")?,
        user_id: row.get("user_id")?,
        name: row.get("name")?,
        key_hash: row.get("key_hash")?,
        entry: row.get("entry")?,
    })
}
