//! The server's own secrets: made at the first start, kept in one file that only its user may read.
//!
//! The Ed25519 key signs acceptance roots and is the external sender of every group; the frank key
//! makes the franks of PROTOCOL D12. Losing the file breaks both, so that it belongs into backups.
//! Several nodes have the same file: the operator makes it once and gives it to each.

use std::{
    fmt,
    fs::{File, OpenOptions},
    io::{Read as _, Write as _},
    path::Path,
};

use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use tresen_statement::{SigningKey, receipt::FrankKey};
use zeroize::Zeroizing;

use crate::{ServerError, push::vapid::PushKey};

/// The file in the data directory, when no other one is configured.
pub(crate) const FILE_NAME: &str = "server.key";
const TEMPORARY_EXTENSION: &str = "new";
const MAGIC: &[u8; 16] = b"tresen/keyfile/1";
const NODES_LABEL: &[u8] = b"tresen/nodes/1";
const PUSH_LABEL: &[u8] = b"tresen/push/1";
const SECRETS: usize = 32;
const FILE_BYTES: usize = MAGIC.len() + 2 * SECRETS;

/// The server's secrets.
pub(crate) struct ServerKeys {
    signing_seed: Zeroizing<[u8; 32]>,
    signing: SigningKey,
    frank: FrankKey,
    nodes: Zeroizing<[u8; SECRETS]>,
    push: PushKey,
}

impl fmt::Debug for ServerKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServerKeys(..)")
    }
}

impl ServerKeys {
    /// Reads the secrets, or makes them when there are none yet and `may_make`.
    pub(crate) fn open(path: &Path, may_make: bool) -> Result<Self, ServerError> {
        match File::open(path) {
            Ok(file) => Self::read(file),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && may_make => {
                Self::make(path)
            }
            Err(source) => {
                Err(ServerError::File { what: "the server's key file can't be opened", source })
            }
        }
    }

    /// Makes secrets and a file of them.
    pub(crate) fn make(path: &Path) -> Result<Self, ServerError> {
        let bytes = make()?;
        write(path, &bytes).map_err(|source| ServerError::File {
            what: "the server's key file can't be written",
            source,
        })?;
        Self::parse(&bytes)
    }

    fn read(mut file: File) -> Result<Self, ServerError> {
        let mut bytes = Zeroizing::new([0; FILE_BYTES]);
        file.read_exact(bytes.as_mut_slice()).map_err(|source| ServerError::File {
            what: "the server's key file can't be read",
            source,
        })?;
        Self::parse(&bytes)
    }

    fn parse(bytes: &[u8; FILE_BYTES]) -> Result<Self, ServerError> {
        let parts = bytes.strip_prefix(MAGIC).and_then(|rest| {
            let (signing, frank) = rest.split_first_chunk::<SECRETS>()?;
            Some((signing, <&[u8; SECRETS]>::try_from(frank).ok()?))
        });
        let Some((signing, frank)) = parts else {
            return Err(ServerError::File {
                what: "the server's key file is damaged",
                source: std::io::Error::from(std::io::ErrorKind::InvalidData),
            });
        };
        Ok(Self {
            signing_seed: Zeroizing::new(*signing),
            signing: SigningKey::from_seed(signing),
            frank: FrankKey::new(frank),
            nodes: derive(frank, NODES_LABEL),
            push: PushKey::derive(&derive(frank, PUSH_LABEL)),
        })
    }

    /// The public key, as the hello names it.
    pub(crate) fn public(&self) -> [u8; 32] {
        self.signing.public()
    }

    /// The key that signs.
    pub(crate) const fn signing(&self) -> &SigningKey {
        &self.signing
    }

    /// The signing key's seed, for the external proposals of MLS.
    pub(crate) fn signing_seed(&self) -> &[u8; 32] {
        &self.signing_seed
    }

    /// The secret from which nodes derive what they have among themselves.
    pub(crate) fn nodes(&self) -> &[u8; SECRETS] {
        &self.nodes
    }

    /// The key that proves this server to push services.
    pub(crate) const fn push(&self) -> &PushKey {
        &self.push
    }

    /// The key of the franks.
    pub(crate) const fn frank(&self) -> &FrankKey {
        &self.frank
    }
}

fn derive(secret: &[u8; SECRETS], label: &[u8]) -> Zeroizing<[u8; SECRETS]> {
    let mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length");
    Zeroizing::new(mac.chain_update(label).finalize().into_bytes().into())
}

fn make() -> Result<Zeroizing<[u8; FILE_BYTES]>, ServerError> {
    let mut bytes = Zeroizing::new([0; FILE_BYTES]);
    let (magic, secrets) = bytes.split_at_mut(MAGIC.len());
    magic.copy_from_slice(MAGIC);
    getrandom::fill(secrets).map_err(|_no_source| ServerError::Randomness)?;
    Ok(bytes)
}

/// Writes the file beside its place and moves it there, so that a crash leaves none or a whole one.
fn write(path: &Path, bytes: &[u8; FILE_BYTES]) -> std::io::Result<()> {
    let temporary = path.with_added_extension(TEMPORARY_EXTENSION);
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&temporary, path)?;
    let directory = path.parent().filter(|it| !it.as_os_str().is_empty());
    File::open(directory.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(test)]
mod tests {
    use tresen_statement::receipt::Acceptance;
    use tresen_types::{AccountId, Category, ConversationId, DeviceId, Nonce, Timestamp};

    use super::*;

    /// What the keys make of one and the same message.
    fn frank(keys: &ServerKeys) -> [u8; 32] {
        let acceptance = Acceptance {
            franking_tag: [1; 32],
            conversation: ConversationId::new([2; 16]),
            sequence: 3,
            sender_account: AccountId::new([4; 16]),
            sender_device: DeviceId::new([5; 8]),
            accepted_at: Timestamp::from_millis(6),
            class: 0,
            category: Category::Service,
            template_hash: None,
            nonce: Nonce::new([7; 16]),
        };
        acceptance.frank(keys.frank())
    }

    #[test]
    fn keys_are_made_once_and_only_their_user_may_read_them() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(FILE_NAME);
        assert!(ServerKeys::open(&path, false).is_err());
        let first = ServerKeys::open(&path, true).unwrap();
        let second = ServerKeys::open(&path, true).unwrap();
        assert_eq!(first.public(), second.public());
        assert_eq!(frank(&first), frank(&second));
        assert_eq!(format!("{first:?}"), "ServerKeys(..)");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let metadata = std::fs::metadata(&path).unwrap();
            assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_damaged_file_is_an_error_and_not_a_new_key() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(FILE_NAME);
        std::fs::write(&path, [0; FILE_BYTES]).unwrap();
        assert!(ServerKeys::open(&path, true).is_err());
        std::fs::write(&path, b"short").unwrap();
        assert!(ServerKeys::open(&path, true).is_err());
    }
}
