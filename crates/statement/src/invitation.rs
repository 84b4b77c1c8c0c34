//! The one-time invitation of an agent's device (PROTOCOL D16).

use tresen_types::{AccountId, AccountKind, DeviceId, Timestamp, limits::DISPLAY_NAME_BYTES_MAX};

use crate::{
    cbor::{Reader, Writer},
    device::Role,
    error::Error,
    signed::Statement,
    text,
};

/// Lets one device link itself to a business. Signed by the account key or by the key of an owner's
/// device; a session that begins with it can do nothing but link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkInvitation {
    /// The business.
    pub account: AccountId,
    /// Names this invitation, so that it counts once.
    pub invitation: [u8; 16],
    /// The role that the device gets.
    pub role: Role,
    /// The agent's first name.
    pub name: String,
    /// The end of the invitation.
    pub expires_at: Timestamp,
    /// The owner's device that made it.
    pub issued_by: DeviceId,
}

impl Statement for LinkInvitation {
    const LABEL: &'static str = "tresen/link-invitation/1";
    const FIELDS: usize = 6;

    fn write(&self, writer: &mut Writer) {
        writer.bytes(self.account.as_bytes());
        writer.bytes(&self.invitation);
        writer.uint(self.role.as_byte());
        writer.text(&self.name);
        writer.time(self.expires_at);
        writer.bytes(self.issued_by.as_bytes());
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let invitation = Self {
            account: AccountId::new(reader.fixed()?),
            invitation: reader.fixed()?,
            role: reader.byte(Role::from_byte)?,
            name: text::line(reader.text(DISPLAY_NAME_BYTES_MAX)?)?,
            expires_at: reader.time()?,
            issued_by: DeviceId::new(reader.fixed()?),
        };
        let is_business = invitation.account.kind() == AccountKind::Business;
        if is_business == (invitation.role != Role::Member) {
            Ok(invitation)
        } else {
            Err(Error::Value)
        }
    }
}
