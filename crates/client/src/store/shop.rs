//! Catalogues, their pictures, and the index of orders and payments.

use rusqlite::named_params;
use tresen_types::{AccountId, ConversationId, MessageId};

use super::{
    Tx, id,
    message::{COLUMNS, MessageRecord, read},
    to_sql,
};
use crate::error::Result;

impl Tx<'_> {
    /// The signed pages of a business's catalogue, in their order.
    pub(crate) fn catalogue(&self, account: AccountId) -> Result<Vec<Vec<u8>>> {
        self.all(
            "SELECT bytes FROM catalogue WHERE account = ?1 ORDER BY page",
            (account.as_bytes(),),
            |row| Ok(row.get("bytes")?),
        )
    }

    /// Puts an edition in the place of the older one.
    pub(crate) fn put_catalogue(
        &self,
        account: AccountId,
        sequence: u64,
        pages: &[Vec<u8>],
    ) -> Result<()> {
        self.execute("DELETE FROM catalogue WHERE account = ?1", (account.as_bytes(),))?;
        for (number, bytes) in (0_i64..).zip(pages) {
            self.execute(
                "INSERT INTO catalogue (account, page, sequence, bytes) VALUES (?1, ?2, ?3, ?4)",
                (account.as_bytes(), number, to_sql(sequence), bytes),
            )?;
        }
        Ok(())
    }

    /// A picture by its hash.
    pub(crate) fn picture(&self, hash: [u8; 32]) -> Result<Option<Vec<u8>>> {
        self.one("SELECT bytes FROM picture WHERE hash = ?1", (hash,), |row| Ok(row.get("bytes")?))
    }

    /// Keeps a picture.
    pub(crate) fn put_picture(&self, hash: [u8; 32], bytes: &[u8]) -> Result<()> {
        self.execute(
            "INSERT INTO picture (hash, bytes) VALUES (?1, ?2) ON CONFLICT (hash) DO NOTHING",
            (hash, bytes),
        )?;
        Ok(())
    }

    /// Notes that a message belongs to an order or a payment.
    pub(crate) fn put_deal(
        &self,
        root: MessageId,
        message: MessageId,
        conversation: ConversationId,
        is_payment: bool,
    ) -> Result<()> {
        self.execute(
            "INSERT INTO deal (root, message, conversation, is_payment, pays)
             VALUES (:root, :message, :conversation, :is_payment, NULL)
             ON CONFLICT (root, message) DO NOTHING",
            named_params! {
                ":root": root.as_bytes(),
                ":message": message.as_bytes(),
                ":conversation": conversation.as_bytes(),
                ":is_payment": is_payment,
            },
        )?;
        Ok(())
    }

    /// Notes which order a request of payment is for.
    pub(crate) fn put_pays(&self, payment: MessageId, order: MessageId) -> Result<()> {
        self.execute(
            "UPDATE deal SET pays = ?2 WHERE root = ?1 AND message = ?1",
            (payment.as_bytes(), order.as_bytes()),
        )?;
        Ok(())
    }

    /// The newest request of payment for an order.
    pub(crate) fn payment_for(&self, order: MessageId) -> Result<Option<MessageId>> {
        self.one(
            "SELECT deal.root AS root FROM deal JOIN message ON message.id = deal.root
             WHERE deal.pays = ?1 ORDER BY message.position DESC LIMIT 1",
            (order.as_bytes(),),
            |row| id(row, "root"),
        )
    }

    /// The messages that are steps of an order or a payment, in the server's order; those that it
    /// hasn't accepted yet last.
    pub(crate) fn steps_of(&self, root: MessageId) -> Result<Vec<MessageRecord>> {
        self.all(
            &format!(
                "SELECT {COLUMNS} FROM message WHERE id IN
                    (SELECT message FROM deal WHERE root = ?1 AND message <> ?1)
                 ORDER BY sequence = 0, sequence, position"
            ),
            (root.as_bytes(),),
            read,
        )
    }

    /// Orders or payments, newest first.
    pub(crate) fn deals(
        &self,
        are_payments: bool,
        conversation: Option<ConversationId>,
        limit: u32,
    ) -> Result<Vec<MessageId>> {
        self.all(
            "SELECT deal.root AS root FROM deal JOIN message ON message.id = deal.root
             WHERE deal.root = deal.message AND deal.is_payment = ?1
                AND (?2 IS NULL OR deal.conversation = ?2)
             ORDER BY message.position DESC LIMIT ?3",
            (are_payments, conversation.map(|known| known.as_bytes().to_vec()), limit),
            |row| id(row, "root"),
        )
    }
}
