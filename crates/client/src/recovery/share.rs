//! The ways back, told among the devices that hold the account key, so that each of them keeps all
//! records up to date. Sealed under a key of the account key: the own group has agents in it.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chacha20poly1305::{
    ChaCha20Poly1305, Key, Nonce,
    aead::{Aead as _, KeyInit as _, Payload},
};
use prost::Message;
use tresen_content::message::Private;
use tresen_proto::read_id;
use tresen_types::Timestamp;
use zeroize::{Zeroize as _, Zeroizing};

use super::create::put_way;
use crate::{
    account::Own,
    archive,
    client::Inner,
    config::Seed,
    error::{Error, Result},
    kdf, private, runtime,
    store::{Tx, WayBackRecord},
};

/// The setting that carries them.
pub(crate) const WAYS_BACK: &str = "tresen/ways-back";

const NONCE_BYTES: usize = 12;
const FORGED: Error = Error::Untrusted("ways back");

#[derive(Clone, PartialEq, Eq, Message)]
struct Ways {
    #[prost(message, repeated, tag = "1")]
    ways: Vec<Way>,
}

#[derive(Clone, PartialEq, Eq, Message)]
#[prost(skip_debug)]
struct Way {
    #[prost(bytes = "vec", tag = "1")]
    lookup_hash: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    wrap_key: Vec<u8>,
    /// Empty for the code.
    #[prost(bytes = "vec", tag = "3")]
    credential: Vec<u8>,
    #[prost(bytes = "vec", tag = "4")]
    device: Vec<u8>,
    #[prost(int64, tag = "5")]
    made_at_ms: i64,
}

impl fmt::Debug for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Way(..)")
    }
}

impl Drop for Way {
    fn drop(&mut self) {
        self.wrap_key.zeroize();
    }
}

/// Queues what this device knows for the others, if it holds the account key.
pub(crate) fn tell(inner: &Inner, tx: &Tx<'_>, own: &Own) -> Result<()> {
    let ways = tx.ways_back()?;
    let Some(seed) = own.record.account_seed.as_ref().filter(|_seed| !ways.is_empty()) else {
        return Ok(());
    };
    let ways = Ways { ways: ways.iter().map(Way::of).collect() };
    let plain = Zeroizing::new(ways.encode_to_vec());
    let nonce: [u8; NONCE_BYTES] = runtime::random();
    let sealed = cipher(seed)?
        .encrypt(Nonce::from_slice(&nonce), Payload { msg: &plain, aad: own.account.as_bytes() })
        .map_err(|_aead| Error::Internal("ways back"))?;
    let setting = Private::Setting {
        name: WAYS_BACK.to_owned(),
        value: URL_SAFE_NO_PAD.encode([&nonce[..], &sealed].concat()),
        at: inner.now(),
    };
    private::tell(inner, tx, own, setting).map(drop)
}

/// Takes in what another device knows; a device without the account key can't.
pub(crate) fn take_in(tx: &Tx<'_>, own: &Own, value: &str) -> Result<()> {
    let Some(seed) = &own.record.account_seed else { return Ok(()) };
    let bytes = URL_SAFE_NO_PAD.decode(value).map_err(|_text| FORGED)?;
    let (nonce, sealed) = bytes.split_first_chunk::<NONCE_BYTES>().ok_or(FORGED)?;
    let plain = cipher(seed)?
        .decrypt(Nonce::from_slice(nonce), Payload { msg: sealed, aad: own.account.as_bytes() })
        .map_err(|_aead| FORGED)?;
    let plain = Zeroizing::new(plain);
    let told = Ways::decode(&plain[..]).map_err(|_malformed| FORGED)?;
    for way in &told.ways {
        let way = way.record()?;
        let is_newer = |known: &WayBackRecord| {
            // There is one code; a passkey's way changes its device when somebody came back by it.
            let is_same = known.lookup_hash == way.lookup_hash
                || (known.credential.is_none() && way.credential.is_none());
            is_same && known.made_at >= way.made_at
        };
        if !tx.ways_back()?.iter().any(is_newer) {
            put_way(tx, &way)?;
            archive::turn_on(tx)?;
        }
    }
    Ok(())
}

impl Way {
    fn of(record: &WayBackRecord) -> Self {
        Self {
            lookup_hash: record.lookup_hash.to_vec(),
            wrap_key: record.wrap_key.to_vec(),
            credential: record.credential.clone().unwrap_or_default(),
            device: record.device.as_bytes().to_vec(),
            made_at_ms: record.made_at.as_millis(),
        }
    }

    fn record(&self) -> Result<WayBackRecord> {
        let fixed = |bytes: &[u8]| <[u8; 32]>::try_from(bytes).map_err(|_length| FORGED);
        Ok(WayBackRecord {
            lookup_hash: fixed(&self.lookup_hash)?,
            wrap_key: Zeroizing::new(fixed(&self.wrap_key)?),
            stored_hash: [0; 32],
            credential: (!self.credential.is_empty()).then(|| self.credential.clone()),
            device: read_id(&self.device)?,
            made_at: Timestamp::from_millis(self.made_at_ms),
        })
    }
}

fn cipher(account_seed: &Seed) -> Result<ChaCha20Poly1305> {
    let key = kdf::expand(&account_seed[..], b"tresen/ways-back/1")?;
    Ok(ChaCha20Poly1305::new(Key::from_slice(&key[..])))
}
