//! The server's own secrets: made at the first start, kept in one file that only its user may read.
//!
//! The Ed25519 key signs acceptance roots and is the external sender of every group; the frank key
//! makes the franks of PROTOCOL D12. Losing the file breaks both, so that it belongs into backups.

use std::{
    fmt,
    fs::{File, OpenOptions},
    io::{Read as _, Write as _},
    path::Path,
};

use tresen_statement::{SigningKey, receipt::FrankKey};
use zeroize::Zeroizing;

use crate::ServerError;

const FILE_NAME: &str = "server.key";
const TEMPORARY_NAME: &str = "server.key.new";
const MAGIC: &[u8; 16] = b"tresen/keyfile/1";
const SECRETS: usize = 32;
const FILE_BYTES: usize = MAGIC.len() + 2 * SECRETS;

/// The server's secrets.
pub(crate) struct ServerKeys {
    signing_seed: Zeroizing<[u8; 32]>,
    signing: SigningKey,
    frank: FrankKey,
}

impl fmt::Debug for ServerKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServerKeys(..)")
    }
}

impl ServerKeys {
    /// Reads the secrets, or makes them when there are none yet.
    pub(crate) fn open(data_dir: &Path) -> Result<Self, ServerError> {
        let path = data_dir.join(FILE_NAME);
        match File::open(&path) {
            Ok(file) => Self::read(file),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let bytes = make()?;
                write(data_dir, &bytes).map_err(|source| ServerError::File {
                    what: "the server's key file can't be written",
                    source,
                })?;
                Self::parse(&bytes)
            }
            Err(source) => {
                Err(ServerError::File { what: "the server's key file can't be opened", source })
            }
        }
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

    /// The key of the franks.
    pub(crate) const fn frank(&self) -> &FrankKey {
        &self.frank
    }
}

fn make() -> Result<Zeroizing<[u8; FILE_BYTES]>, ServerError> {
    let mut bytes = Zeroizing::new([0; FILE_BYTES]);
    let (magic, secrets) = bytes.split_at_mut(MAGIC.len());
    magic.copy_from_slice(MAGIC);
    getrandom::fill(secrets).map_err(|_no_source| ServerError::Randomness)?;
    Ok(bytes)
}

/// Writes the file beside its place and moves it there, so that a crash leaves none or a whole one.
fn write(data_dir: &Path, bytes: &[u8; FILE_BYTES]) -> std::io::Result<()> {
    let temporary = data_dir.join(TEMPORARY_NAME);
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&temporary, data_dir.join(FILE_NAME))?;
    File::open(data_dir)?.sync_all()
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
        let first = ServerKeys::open(directory.path()).unwrap();
        let second = ServerKeys::open(directory.path()).unwrap();
        assert_eq!(first.public(), second.public());
        assert_eq!(frank(&first), frank(&second));
        assert_eq!(format!("{first:?}"), "ServerKeys(..)");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let metadata = std::fs::metadata(directory.path().join(FILE_NAME)).unwrap();
            assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_damaged_file_is_an_error_and_not_a_new_key() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join(FILE_NAME), [0; FILE_BYTES]).unwrap();
        assert!(ServerKeys::open(directory.path()).is_err());
        std::fs::write(directory.path().join(FILE_NAME), b"short").unwrap();
        assert!(ServerKeys::open(directory.path()).is_err());
    }
}
