//! The devices in each conversation's group, as far as an interface shows them.

use rusqlite::Row;
use tresen_types::{AccountId, ConversationId, DeviceId, Timestamp};

use super::{Tx, id};
use crate::error::Result;

/// A device in a conversation's group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MemberRecord {
    pub(crate) account: AccountId,
    pub(crate) device: DeviceId,
    /// Since when it can read.
    pub(crate) since: Timestamp,
}

impl Tx<'_> {
    /// The members of a conversation.
    pub(crate) fn members(&self, conversation: ConversationId) -> Result<Vec<MemberRecord>> {
        self.all(
            "SELECT account, device, since FROM member WHERE conversation = ?1
             ORDER BY since, device",
            (conversation.as_bytes(),),
            read,
        )
    }

    /// A member of a conversation.
    pub(crate) fn member(
        &self,
        conversation: ConversationId,
        device: DeviceId,
    ) -> Result<Option<MemberRecord>> {
        self.one(
            "SELECT account, device, since FROM member WHERE conversation = ?1 AND device = ?2",
            (conversation.as_bytes(), device.as_bytes()),
            read,
        )
    }

    /// Whether a device of an account is in a conversation and hasn't left.
    pub(crate) fn is_there(
        &self,
        conversation: ConversationId,
        account: AccountId,
    ) -> Result<bool> {
        let found: Option<i64> = self.one(
            "SELECT 1 FROM member WHERE conversation = ?1 AND account = ?2 AND device NOT IN
             (SELECT device FROM left_device WHERE conversation = ?1) LIMIT 1",
            (conversation.as_bytes(), account.as_bytes()),
            |row| Ok(row.get(0)?),
        )?;
        Ok(found.is_some())
    }

    /// Adds a member, if it isn't there already.
    pub(crate) fn add_member(
        &self,
        conversation: ConversationId,
        member: &MemberRecord,
    ) -> Result<()> {
        self.execute(
            "INSERT INTO member (conversation, device, account, since) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (conversation, device) DO NOTHING",
            (
                conversation.as_bytes(),
                member.device.as_bytes(),
                member.account.as_bytes(),
                member.since.as_millis(),
            ),
        )?;
        Ok(())
    }

    /// Removes a member.
    pub(crate) fn remove_member(
        &self,
        conversation: ConversationId,
        device: DeviceId,
    ) -> Result<()> {
        self.execute(
            "DELETE FROM member WHERE conversation = ?1 AND device = ?2",
            (conversation.as_bytes(), device.as_bytes()),
        )?;
        self.execute(
            "DELETE FROM left_device WHERE conversation = ?1 AND device = ?2",
            (conversation.as_bytes(), device.as_bytes()),
        )?;
        Ok(())
    }

    /// Notes that a device has signed that it leaves: its removal is to be accepted.
    pub(crate) fn put_left(&self, conversation: ConversationId, device: DeviceId) -> Result<()> {
        self.execute(
            "INSERT INTO left_device (conversation, device) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            (conversation.as_bytes(), device.as_bytes()),
        )?;
        Ok(())
    }

    /// Whether a device has signed that it leaves.
    pub(crate) fn has_left(&self, conversation: ConversationId, device: DeviceId) -> Result<bool> {
        let row = self.one(
            "SELECT 1 FROM left_device WHERE conversation = ?1 AND device = ?2",
            (conversation.as_bytes(), device.as_bytes()),
            |_row| Ok(()),
        )?;
        Ok(row.is_some())
    }
}

fn read(row: &Row<'_>) -> Result<MemberRecord> {
    Ok(MemberRecord {
        account: id(row, "account")?,
        device: id(row, "device")?,
        since: Timestamp::from_millis(row.get("since")?),
    })
}
