//! The receipts of one group commit: every message is encoded, franked and hashed once, the root is
//! signed once.
//!
//! This runs for each message that a server accepts; it allocates each buffer once, in its size.

use tresen_types::Timestamp;

use super::{Acceptance, AcceptanceRoot, FrankKey, LEAF_LABEL, server_key_id, tree, tree_of};
use crate::{
    cbor::Writer,
    error::Error,
    limits::RECEIPTS_MAX,
    signed::{Signed, SigningKey},
};

/// Bytes that an encoded acceptance and its leaf need at most.
const LEAF_BYTES: usize = 256;
/// Bytes of a hash in a path, with its head.
const HASH_BYTES: usize = 34;
/// Bytes of what stands around the parts of a receipt.
const FRAME_BYTES: usize = 24;

/// Makes the encoded receipts of a batch, in order, all accepted by `at`.
///
/// # Errors
/// [`Error::Limit`] when there is no message or there are more than one root covers.
pub fn seal(
    acceptances: &[Acceptance],
    at: Timestamp,
    frank: &FrankKey,
    signing: &SigningKey,
) -> Result<Vec<Vec<u8>>, Error> {
    let count = u32::try_from(acceptances.len()).map_err(|_too_many| Error::Limit)?;
    if !(1..=RECEIPTS_MAX).contains(&count) {
        return Err(Error::Limit);
    }
    let leaves: Vec<Vec<u8>> = acceptances.iter().map(|it| leaf_of(it, frank)).collect();
    let hashes = leaves.iter().map(|leaf| tree::leaf_hash(&[LEAF_LABEL, leaf])).collect();
    let tree = tree_of(hashes).ok_or(Error::Limit)?;
    let key_id = server_key_id(&signing.public());
    let root = Signed::sign(AcceptanceRoot { root: tree.root(), count, at, key_id }, signing)?;
    let root = root.encode();
    (0..count)
        .zip(&leaves)
        .map(|(index, leaf)| {
            let path = tree.path(index).ok_or(Error::Limit)?;
            let path_bytes = path.len().saturating_mul(HASH_BYTES);
            let parts = [leaf.len(), path_bytes, root.len(), FRAME_BYTES];
            let mut writer = Writer::with_capacity(parts.into_iter().sum());
            writer.array(4);
            writer.encoded(leaf);
            writer.uint(index);
            writer.list(&path, |writer, hash| writer.bytes(hash));
            writer.bytes(&root);
            Ok(writer.finish())
        })
        .collect()
}

/// The encoding of an acceptance's leaf.
fn leaf_of(acceptance: &Acceptance, frank: &FrankKey) -> Vec<u8> {
    let mut writer = Writer::with_capacity(LEAF_BYTES);
    acceptance.write(&mut writer);
    let acceptance = writer.finish();
    let mut writer = Writer::with_capacity(LEAF_BYTES);
    writer.array(2);
    writer.bytes(&frank.over(&acceptance));
    writer.encoded(&acceptance);
    writer.finish()
}
