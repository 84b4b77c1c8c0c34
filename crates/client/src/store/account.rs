//! The account on this device: one row at most.

use std::fmt;

use rusqlite::{Row, named_params};
use tresen_types::{AccountId, ConversationId, DeviceId};
use zeroize::Zeroizing;

use super::{Tx, blob, id, optional_id};
use crate::{
    config::Seed,
    error::{Error, Result},
};

/// The account on this device, with its secrets.
#[derive(Clone)]
pub(crate) struct AccountRecord {
    pub(crate) account: AccountId,
    pub(crate) device: DeviceId,
    /// The person's or the agent's name.
    pub(crate) name: String,
    /// Empty for a person.
    pub(crate) business_name: String,
    pub(crate) language: String,
    /// The account key; missing on an agent's device.
    pub(crate) account_seed: Option<Seed>,
    pub(crate) device_seed: Seed,
    /// The signed certificate of this device: the identity in all groups.
    pub(crate) certificate: Vec<u8>,
    pub(crate) own_group: Option<ConversationId>,
    /// Whether the server has answered the registration.
    pub(crate) is_registered: bool,
    /// Whether its messages are archived; a business's always are.
    pub(crate) has_archive: bool,
    pub(crate) is_revoked: bool,
}

impl fmt::Debug for AccountRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountRecord").field("account", &self.account).finish_non_exhaustive()
    }
}

impl Tx<'_> {
    /// The account, if there is one.
    pub(crate) fn account(&self) -> Result<Option<AccountRecord>> {
        self.one(
            "SELECT account, device, name, business_name, language, account_seed, device_seed,
                    certificate, own_group, is_registered, has_archive, is_revoked FROM account",
            [],
            read,
        )
    }

    /// Writes the account.
    pub(crate) fn put_account(&self, record: &AccountRecord) -> Result<()> {
        self.execute(
            "INSERT INTO account (id, account, device, name, business_name, language, account_seed,
                device_seed, certificate, own_group, is_registered, has_archive, is_revoked)
             VALUES (1, :account, :device, :name, :business_name, :language, :account_seed,
                :device_seed, :certificate, :own_group, :is_registered, :has_archive, :is_revoked)
             ON CONFLICT (id) DO UPDATE SET account = excluded.account, device = excluded.device,
                name = excluded.name, business_name = excluded.business_name,
                language = excluded.language, account_seed = excluded.account_seed,
                device_seed = excluded.device_seed, certificate = excluded.certificate,
                own_group = excluded.own_group, is_registered = excluded.is_registered,
                has_archive = excluded.has_archive, is_revoked = excluded.is_revoked",
            named_params! {
                ":account": record.account.as_bytes(),
                ":device": record.device.as_bytes(),
                ":name": record.name,
                ":business_name": record.business_name,
                ":language": record.language,
                ":account_seed": blob(record.account_seed.as_ref().map(|seed| &seed[..])),
                ":device_seed": &record.device_seed[..],
                ":certificate": record.certificate,
                ":own_group": blob(record.own_group.as_ref().map(|id| &id.as_bytes()[..])),
                ":is_registered": record.is_registered,
                ":has_archive": record.has_archive,
                ":is_revoked": record.is_revoked,
            },
        )?;
        Ok(())
    }

    /// Forgets the account again, when its registration was refused.
    pub(crate) fn delete_account(&self) -> Result<()> {
        self.execute("DELETE FROM account", [])?;
        Ok(())
    }
}

fn read(row: &Row<'_>) -> Result<AccountRecord> {
    Ok(AccountRecord {
        account: id(row, "account")?,
        device: id(row, "device")?,
        name: row.get("name")?,
        business_name: row.get("business_name")?,
        language: row.get("language")?,
        account_seed: row.get::<_, Option<Vec<u8>>>("account_seed")?.map(seed).transpose()?,
        device_seed: seed(row.get("device_seed")?)?,
        certificate: row.get("certificate")?,
        own_group: optional_id(row, "own_group")?,
        is_registered: row.get("is_registered")?,
        has_archive: row.get("has_archive")?,
        is_revoked: row.get("is_revoked")?,
    })
}

fn seed(bytes: Vec<u8>) -> Result<Seed> {
    let bytes = Zeroizing::new(bytes);
    <[u8; 32]>::try_from(&bytes[..]).map(Zeroizing::new).map_err(|_length| Error::Damaged("seed"))
}
