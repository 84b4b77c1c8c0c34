//! What all nodes of an installation have in common; the first one that starts says what it is.

use super::ControlStore;
use crate::{ErrorKind, StoreError};

/// What all nodes have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstallationRecord {
    /// The public key that signs receipts and proposals.
    pub server_key: Vec<u8>,
    /// The public URL.
    pub origin: String,
}

impl ControlStore {
    /// Asks the database for nothing in particular.
    ///
    /// # Errors
    /// Fails when the database doesn't answer.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.database
            .read(|transaction| {
                transaction.number("SELECT COUNT(*) FROM installation", &[]).map(|_one| ())
            })
            .await
    }

    /// Notes what this node has, if it is the first one, and compares otherwise.
    ///
    /// # Errors
    /// `Conflict` when other nodes have something else.
    pub async fn join_installation(&self, own: InstallationRecord) -> Result<(), StoreError> {
        self.database
            .write(move |transaction| {
                transaction.execute(
                    "INSERT INTO installation (id, server_key, origin) VALUES (1, $1, $2) \
                     ON CONFLICT (id) DO NOTHING",
                    &[own.server_key.as_slice().into(), own.origin.as_bytes().into()],
                )?;
                let row = transaction
                    .query_one("SELECT server_key, origin FROM installation WHERE id = 1", &[])?
                    .ok_or_else(|| StoreError::corrupt("the installation has no record"))?;
                if row.bytes(0)? != own.server_key {
                    return Err(StoreError::new(
                        ErrorKind::Conflict,
                        "the other nodes on this database have another server key",
                    ));
                }
                if row.blob(1)? != own.origin.as_bytes() {
                    return Err(StoreError::new(
                        ErrorKind::Conflict,
                        "the other nodes on this database have another origin",
                    ));
                }
                Ok(())
            })
            .await
    }
}
