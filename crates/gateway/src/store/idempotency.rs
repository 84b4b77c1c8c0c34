//! Sends with a key of their caller: the same key is the same message.

use tresen_types::Timestamp;

use super::Tx;
use crate::error::{Error, Result};

/// What is known of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    /// Hash of the request that brought it first.
    pub(crate) request: [u8; 32],
    /// What was answered, JSON; none while it is being sent.
    pub(crate) answer: Option<String>,
}

impl Tx<'_> {
    /// Notes a key before the message is sent; tells what was known of it.
    pub(crate) fn begin_once(
        &self,
        key: &[u8; 32],
        request: &[u8; 32],
        at: Timestamp,
        forget_before: Timestamp,
    ) -> Result<Option<Known>> {
        self.execute("DELETE FROM idempotency WHERE at < ?1", (forget_before.as_millis(),))?;
        let known = self.one(
            "SELECT request, answer FROM idempotency WHERE key = ?1",
            (&key[..],),
            |row| {
                let request: Vec<u8> = row.get("request")?;
                let request = <[u8; 32]>::try_from(&request[..])
                    .map_err(|_length| Error::Damaged("hash of a request"))?;
                Ok(Known { request, answer: row.get("answer")? })
            },
        )?;
        if known.is_none() {
            self.execute(
                "INSERT INTO idempotency (key, request, at) VALUES (?1, ?2, ?3)",
                (&key[..], &request[..], at.as_millis()),
            )?;
        }
        Ok(known)
    }

    /// Notes what was answered.
    pub(crate) fn end_once(&self, key: &[u8; 32], answer: &str) -> Result<()> {
        self.execute("UPDATE idempotency SET answer = ?2 WHERE key = ?1", (&key[..], answer))?;
        Ok(())
    }

    /// Forgets a key whose message wasn't sent.
    pub(crate) fn drop_once(&self, key: &[u8; 32]) -> Result<()> {
        self.execute("DELETE FROM idempotency WHERE key = ?1", (&key[..],))?;
        Ok(())
    }
}
