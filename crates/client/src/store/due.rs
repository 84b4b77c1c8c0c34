//! Which conversations a duty is about. Each is one question: a business may have a hundred thousand, and
//! reading them one after the other takes a minute.

use tresen_types::{AccountId, ConversationId, DeviceId, Timestamp};

use super::{ConversationKind, ConversationState, Tx, id};
use crate::error::Result;

/// The counterpart is looked up with each statement that comes; rows of kind 3
/// ([`tresen_mls::PROPOSAL_ROWS`]) stand for as long as a group has pending proposals. The numbers stand
/// here as SQLite wants them: it takes an index over a part only for the same words.
pub(super) const INDEXES: &str = "
CREATE INDEX conversation_by_counterpart ON conversation (counterpart);
CREATE INDEX mls_that_proposes ON mls (grp) WHERE kind = 3;
CREATE INDEX conversation_that_is_lost ON conversation (id) WHERE state = 3;
";

const _: () = assert!(tresen_mls::PROPOSAL_ROWS == 3 && ConversationState::Lost as u8 == 3);
const _: () = assert!(ConversationState::Open as u8 == 1 && ConversationKind::Own as u8 == 0);

/// The conversations whose groups may owe a commit.
pub(super) const OWING: &str = "
SELECT id FROM conversation WHERE state = 1 AND (
    EXISTS (SELECT 1 FROM mls WHERE grp = conversation.grp AND kind = 3)
    OR EXISTS (SELECT 1 FROM left_device WHERE conversation = conversation.id)
    OR EXISTS (SELECT 1 FROM member WHERE conversation = conversation.id AND NOT EXISTS (
        SELECT 1 FROM certificate WHERE certificate.account = member.account
        AND certificate.device = member.device AND is_listed = 1)))
ORDER BY updated_at DESC, id";

impl Tx<'_> {
    /// Listed devices of an account and the open conversations that lack them, newest activity first.
    pub(crate) fn lacking_devices(
        &self,
        account: AccountId,
    ) -> Result<Vec<(ConversationId, DeviceId)>> {
        self.all(
            "SELECT conversation.id AS id, certificate.device AS device
             FROM conversation, certificate
             WHERE certificate.account = ?1 AND is_listed = 1 AND state = 1 AND is_closed = 0
             AND NOT EXISTS (SELECT 1 FROM member WHERE conversation = conversation.id
                AND member.device = certificate.device)
             ORDER BY updated_at DESC, id, certificate.device",
            (account.as_bytes(),),
            |row| Ok((id(row, "id")?, id(row, "device")?)),
        )
    }

    /// Whether a listed device of an account isn't in a conversation.
    pub(crate) fn lacks_device(
        &self,
        conversation: ConversationId,
        account: AccountId,
    ) -> Result<bool> {
        let found = self.one(
            "SELECT 1 FROM certificate WHERE account = ?2 AND is_listed = 1 AND NOT EXISTS (
                SELECT 1 FROM member WHERE conversation = ?1 AND member.device = certificate.device)",
            (conversation.as_bytes(), account.as_bytes()),
            |_row| Ok(()),
        )?;
        Ok(found.is_some())
    }

    /// The conversations with a device of an account that isn't listed any more, the own group first.
    pub(crate) fn with_unlisted_devices(&self, account: AccountId) -> Result<Vec<ConversationId>> {
        self.all(
            "SELECT id FROM conversation WHERE state = 1 AND EXISTS (
                SELECT 1 FROM member WHERE conversation = conversation.id AND account = ?1
                AND NOT EXISTS (SELECT 1 FROM certificate WHERE certificate.account = ?1
                    AND certificate.device = member.device AND is_listed = 1))
             ORDER BY kind, updated_at DESC, id",
            (account.as_bytes(),),
            |row| id(row, "id"),
        )
    }

    /// The conversations whose group may owe a commit: somebody proposed, left or isn't listed any more.
    pub(crate) fn owing_commits(&self) -> Result<Vec<ConversationId>> {
        self.all(OWING, [], |row| id(row, "id"))
    }

    /// The conversations in which the own leaf is from before a time.
    pub(crate) fn with_leaf_before(&self, time: Timestamp) -> Result<Vec<ConversationId>> {
        self.all(
            "SELECT id FROM conversation WHERE state = 1 AND leaf_updated_at < ?1
             ORDER BY updated_at DESC, id",
            (time.as_millis(),),
            |row| id(row, "id"),
        )
    }

    /// The other sides of open conversations without a consent; `is_business` says on which side the
    /// own account is.
    pub(crate) fn without_consent(
        &self,
        own: AccountId,
        is_business: bool,
    ) -> Result<Vec<AccountId>> {
        let pair = if is_business {
            "business = ?1 AND customer = counterpart"
        } else {
            "business = counterpart AND customer = ?1"
        };
        self.all(
            &format!(
                "SELECT counterpart FROM conversation WHERE counterpart IS NOT NULL AND state = 1
                 AND NOT EXISTS (SELECT 1 FROM consent WHERE {pair})
                 ORDER BY updated_at DESC, id"
            ),
            (own.as_bytes(),),
            |row| id(row, "counterpart"),
        )
    }

    /// Conversations whose group is lost and that weren't tried to be brought back since a time.
    pub(crate) fn lost_before(&self, time: Timestamp) -> Result<Vec<ConversationId>> {
        self.all(
            "SELECT id FROM conversation WHERE state = 3 AND resynced_at < ?1
             ORDER BY updated_at DESC, id",
            (time.as_millis(),),
            |row| id(row, "id"),
        )
    }

    /// Whether the group of a conversation is lost.
    pub(crate) fn has_lost(&self) -> Result<bool> {
        let found = self.one("SELECT 1 FROM conversation WHERE state = 3", [], |_row| Ok(()))?;
        Ok(found.is_some())
    }
}
