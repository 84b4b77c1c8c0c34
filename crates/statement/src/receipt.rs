//! Acceptance receipts (PROTOCOL D12): the server's word that it took a message, and when.
//!
//! One group commit of the server accepts many messages. Each becomes a [`Leaf`]: what was accepted
//! and the server's frank over it. The leaves are hashed into a tree, the server signs its
//! root once ([`AcceptanceRoot`]), and everybody concerned gets a [`Receipt`]: leaf, path, signed
//! root. The tree is that of RFC 6962.

mod batch;
mod tree;

use std::fmt;

pub use batch::seal;
use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};
use tree::tree_of;
use tresen_types::{AccountId, Category, ConversationId, DeviceId, Nonce, Timestamp};

use crate::{
    cbor::{Reader, Writer},
    error::Error,
    limits::{RECEIPT_BYTES_MAX, RECEIPT_PATH_MAX, RECEIPTS_MAX},
    signed::{Signed, Statement, Unverified},
};

const LEAF_LABEL: &[u8] = b"tresen/acceptance-leaf/1\0";
const FRANK_LABEL: &[u8] = b"tresen/frank/1\0";

/// What the server accepted: everything that it frankly knows about one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Acceptance {
    /// The commitment to the content, from the message's authenticated data.
    pub franking_tag: [u8; 32],
    /// The conversation.
    pub conversation: ConversationId,
    /// The message's place in the conversation.
    pub sequence: u64,
    /// The account that sent it.
    pub sender_account: AccountId,
    /// The device that sent it.
    pub sender_device: DeviceId,
    /// When the server accepted it; the clock of all windows.
    pub accepted_at: Timestamp,
    /// The class byte of the authenticated data (PROTOCOL 5.2).
    pub class: u8,
    /// The category of the authenticated data.
    pub category: Category,
    /// The hash of the template, if one was used.
    pub template_hash: Option<[u8; 32]>,
    /// The sender's idempotency nonce.
    pub nonce: Nonce,
}

impl Acceptance {
    /// The server's frank: only the server can make and check it, with its secret key. A report
    /// brings it back.
    #[must_use]
    pub fn frank(&self, key: &FrankKey) -> [u8; 32] {
        let mut writer = Writer::new();
        self.write(&mut writer);
        key.over(&writer.finish())
    }

    fn write(&self, writer: &mut Writer) {
        writer.array(10);
        writer.bytes(&self.franking_tag);
        writer.bytes(self.conversation.as_bytes());
        writer.uint(self.sequence);
        writer.bytes(self.sender_account.as_bytes());
        writer.bytes(self.sender_device.as_bytes());
        writer.time(self.accepted_at);
        writer.uint(self.class);
        writer.uint(self.category.as_byte());
        writer.optional(self.template_hash, |writer, hash| writer.bytes(&hash));
        writer.bytes(self.nonce.as_bytes());
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        reader.array(10)?;
        Ok(Self {
            franking_tag: reader.fixed()?,
            conversation: ConversationId::new(reader.fixed()?),
            sequence: reader.uint()?,
            sender_account: AccountId::new(reader.fixed()?),
            sender_device: DeviceId::new(reader.fixed()?),
            accepted_at: reader.time()?,
            class: reader.byte(Some)?,
            category: reader.byte(Category::from_byte)?,
            template_hash: reader.optional(Reader::fixed)?,
            nonce: Nonce::new(reader.fixed()?),
        })
    }
}

/// The server's franking key, with the part of HMAC that depends on it alone done once.
#[derive(Clone)]
pub struct FrankKey(Hmac<Sha256>);

impl FrankKey {
    /// The key from its secret.
    #[must_use]
    pub fn new(secret: &[u8; 32]) -> Self {
        let keyed = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length");
        Self(keyed.chain_update(FRANK_LABEL))
    }

    /// The frank over an encoded acceptance.
    fn over(&self, acceptance: &[u8]) -> [u8; 32] {
        self.0.clone().chain_update(acceptance).finalize().into_bytes().into()
    }
}

impl fmt::Debug for FrankKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FrankKey(..)")
    }
}

/// One leaf of the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// The server's frank over the acceptance.
    pub frank: [u8; 32],
    /// What was accepted.
    pub acceptance: Acceptance,
}

impl Leaf {
    /// Franks an acceptance.
    #[must_use]
    pub fn new(acceptance: Acceptance, key: &FrankKey) -> Self {
        Self { frank: acceptance.frank(key), acceptance }
    }

    /// The leaf's hash in the tree.
    fn hash(&self) -> [u8; 32] {
        let mut writer = Writer::new();
        self.write(&mut writer);
        tree::leaf_hash(&[LEAF_LABEL, &writer.finish()])
    }

    fn write(&self, writer: &mut Writer) {
        writer.array(2);
        writer.bytes(&self.frank);
        self.acceptance.write(writer);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        reader.array(2)?;
        Ok(Self { frank: reader.fixed()?, acceptance: Acceptance::read(reader)? })
    }
}

/// The root of one batch of acceptances. Signed by the server key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AcceptanceRoot {
    /// The root of the tree.
    pub root: [u8; 32],
    /// How many leaves it has.
    pub count: u32,
    /// When the batch was accepted.
    pub at: Timestamp,
    /// Which server key signs: its [`server_key_id`].
    pub key_id: [u8; 16],
}

/// The short name of a server key.
#[must_use]
pub fn server_key_id(key: &[u8; 32]) -> [u8; 16] {
    let hash = Sha256::new().chain_update(b"tresen/server-key/1\0").chain_update(key).finalize();
    let mut id = [0; 16];
    id.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
    id
}

impl Statement for AcceptanceRoot {
    const LABEL: &'static str = "tresen/acceptance-root/1";
    const FIELDS: usize = 4;

    fn write(&self, writer: &mut Writer) {
        writer.bytes(&self.root);
        writer.uint(self.count);
        writer.time(self.at);
        writer.bytes(&self.key_id);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let root = Self {
            root: reader.fixed()?,
            count: reader.u32()?,
            at: reader.time()?,
            key_id: reader.fixed()?,
        };
        if (1..=RECEIPTS_MAX).contains(&root.count) { Ok(root) } else { Err(Error::Value) }
    }

    fn accepts_key(&self, key: &[u8; 32]) -> bool {
        self.key_id == server_key_id(key)
    }
}

/// A receipt as it was received: form and limits are checked, nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnverifiedReceipt {
    leaf: Leaf,
    index: u32,
    path: Vec<[u8; 32]>,
    root: Unverified<AcceptanceRoot>,
}

impl UnverifiedReceipt {
    /// Reads a receipt strictly.
    ///
    /// # Errors
    /// When the bytes are anything else than the deterministic encoding of a receipt.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        if bytes.len() > RECEIPT_BYTES_MAX {
            return Err(Error::Limit);
        }
        let mut reader = Reader::new(bytes);
        reader.array(4)?;
        let receipt = Self {
            leaf: Leaf::read(&mut reader)?,
            index: reader.u32()?,
            path: reader.list(RECEIPT_PATH_MAX, Reader::fixed)?,
            root: Unverified::decode(reader.bytes(RECEIPT_BYTES_MAX)?)?,
        };
        reader.finish()?;
        let again = encode(&receipt.leaf, receipt.index, &receipt.path, &receipt.root.encode());
        if again == bytes { Ok(receipt) } else { Err(Error::NotDeterministic) }
    }

    /// What the receipt claims; nothing of it is proven.
    #[must_use]
    pub fn claimed(&self) -> &Leaf {
        &self.leaf
    }

    /// Checks path and signature with the server's key.
    ///
    /// # Errors
    /// [`Error::Signature`] when the root isn't signed by `server_key` or the leaf isn't below it.
    pub fn verify(self, server_key: &[u8; 32]) -> Result<Receipt, Error> {
        let root = self.root.verify(server_key)?;
        let AcceptanceRoot { root: expected, count, .. } = *root.value();
        if tree::root_from_path(self.leaf.hash(), self.index, count, &self.path) == Some(expected) {
            Ok(Receipt { leaf: self.leaf, index: self.index, path: self.path, root })
        } else {
            Err(Error::Signature)
        }
    }
}

/// A receipt that this program made or checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    leaf: Leaf,
    index: u32,
    path: Vec<[u8; 32]>,
    root: Signed<AcceptanceRoot>,
}

impl Receipt {
    /// The leaf with the frank, as a report needs it.
    #[must_use]
    pub fn leaf(&self) -> &Leaf {
        &self.leaf
    }

    /// What was accepted.
    #[must_use]
    pub fn acceptance(&self) -> &Acceptance {
        &self.leaf.acceptance
    }

    /// The signed root.
    #[must_use]
    pub fn root(&self) -> &Signed<AcceptanceRoot> {
        &self.root
    }

    /// The encoding.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        encode(&self.leaf, self.index, &self.path, &self.root.encode())
    }
}

/// Encodes a receipt from its parts.
fn encode(leaf: &Leaf, index: u32, path: &[[u8; 32]], signed_root: &[u8]) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.array(4);
    leaf.write(&mut writer);
    writer.uint(index);
    writer.list(path, |writer, hash| writer.bytes(hash));
    writer.bytes(signed_root);
    writer.finish()
}
