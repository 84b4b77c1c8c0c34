//! Catalogues, their pictures, and the index of orders, payments and bookings.

use rusqlite::named_params;
use tresen_content::shop::DealKind;
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

    /// Notes that a message belongs to an order, a payment, an offer of slots or a booking.
    pub(crate) fn put_deal(
        &self,
        root: MessageId,
        message: MessageId,
        conversation: ConversationId,
        kind: DealKind,
    ) -> Result<()> {
        self.execute(
            "INSERT INTO deal (root, message, conversation, kind, pays)
             VALUES (:root, :message, :conversation, :kind, NULL)
             ON CONFLICT (root, message) DO NOTHING",
            named_params! {
                ":root": root.as_bytes(),
                ":message": message.as_bytes(),
                ":conversation": conversation.as_bytes(),
                ":kind": kind as u8,
            },
        )?;
        Ok(())
    }

    /// Notes what a deal is for: a request of payment for an order or a booking, a booking for an
    /// offer, an offer for a booking.
    pub(crate) fn put_pays(&self, deal: MessageId, of: MessageId) -> Result<()> {
        self.execute(
            "UPDATE deal SET pays = ?2 WHERE root = ?1 AND message = ?1",
            (deal.as_bytes(), of.as_bytes()),
        )?;
        Ok(())
    }

    /// The deals of a kind that are for another one, newest first.
    pub(crate) fn deals_for(&self, kind: DealKind, of: MessageId) -> Result<Vec<MessageId>> {
        self.all(
            "SELECT deal.root AS root FROM deal JOIN message ON message.id = deal.root
             WHERE deal.pays = ?1 AND deal.kind = ?2 ORDER BY message.position DESC",
            (of.as_bytes(), kind as u8),
            |row| id(row, "root"),
        )
    }

    /// What a message is a step of, or begins, if it is of that kind.
    pub(crate) fn root_of(&self, kind: DealKind, message: MessageId) -> Result<Option<MessageId>> {
        self.one(
            "SELECT root FROM deal WHERE message = ?1 AND kind = ?2",
            (message.as_bytes(), kind as u8),
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

    /// Deals of a kind, newest first.
    pub(crate) fn deals(
        &self,
        kind: DealKind,
        conversation: Option<ConversationId>,
        limit: u32,
    ) -> Result<Vec<MessageId>> {
        self.all(
            "SELECT deal.root AS root FROM deal JOIN message ON message.id = deal.root
             WHERE deal.root = deal.message AND deal.kind = ?1
                AND (?2 IS NULL OR deal.conversation = ?2)
             ORDER BY message.position DESC LIMIT ?3",
            (kind as u8, conversation.map(|known| known.as_bytes().to_vec()), limit),
            |row| id(row, "root"),
        )
    }
}
