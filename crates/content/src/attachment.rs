//! Files, sealed in chunks (PROTOCOL 7).
//!
//! A file is filled with zeros to its [Padmé](padded_size) size, so that its length tells little,
//! cut into chunks of 64 KiB, and each chunk is sealed with ChaCha20-Poly1305 (STREAM): the nonce is
//! an 11-byte counter and a byte that is 1 for the last chunk only. A chunk that is changed, missing,
//! doubled or out of place doesn't open. Both directions hold one chunk in memory: ask
//! [`Encryptor::wanted`] or [`Decryptor::wanted`] how many bytes come next, hand them over, repeat.
//!
//! A key must be fresh for every file, because the counter begins at zero each time.

mod padme;

use std::fmt;

use chacha20poly1305::{ChaCha20Poly1305, KeyInit as _, Nonce, Tag, aead::AeadInPlace as _};
pub use padme::padded_size;
use sha2::{Digest as _, Sha256};
use tresen_types::limits::ATTACHMENT_BYTES_MAX;

use crate::{error::Error, secret::SecretKey};

/// Plain bytes of a full chunk.
pub const CHUNK_BYTES: usize = 64 << 10;
/// What sealing adds to a chunk.
pub const TAG_BYTES: usize = 16;

/// The size of the encrypted file for a plain one of `size` bytes.
///
/// # Errors
/// [`Error::Limit`] when the file is larger than attachments may be.
pub fn encrypted_size(size: u64) -> Result<u64, Error> {
    let layout = Layout::new(size)?;
    Ok(layout.padded.saturating_add(layout.chunks.saturating_mul(16)))
}

/// Where the chunks of a file lie.
#[derive(Clone, Copy, Debug)]
struct Layout {
    size: u64,
    padded: u64,
    chunks: u64,
}

const CHUNK: u64 = 64 << 10;

impl Layout {
    fn new(size: u64) -> Result<Self, Error> {
        if size > ATTACHMENT_BYTES_MAX {
            return Err(Error::Limit);
        }
        let padded = padded_size(size);
        // An empty file is one empty chunk.
        Ok(Self { size, padded, chunks: padded.div_ceil(CHUNK).max(1) })
    }

    fn is_last(&self, index: u64) -> bool {
        index.saturating_add(1) == self.chunks
    }

    /// Plain bytes of a chunk, with the padding.
    fn padded_bytes(&self, index: u64) -> usize {
        chunk_bytes(self.padded, index)
    }

    /// Plain bytes of a chunk, without the padding.
    fn file_bytes(&self, index: u64) -> usize {
        chunk_bytes(self.size, index)
    }
}

fn chunk_bytes(size: u64, index: u64) -> usize {
    let left = size.saturating_sub(index.saturating_mul(CHUNK)).min(CHUNK);
    usize::try_from(left).unwrap_or(CHUNK_BYTES)
}

fn nonce(index: u64, is_last: bool) -> Nonce {
    let mut nonce = Nonce::default();
    let counter = index.to_be_bytes();
    // Three zeros, the counter, the flag: the counter of 11 bytes, big-endian.
    nonce.iter_mut().skip(3).zip(counter).for_each(|(to, from)| *to = from);
    if let Some(flag) = nonce.last_mut() {
        *flag = u8::from(is_last);
    }
    nonce
}

/// Encrypts a file, chunk by chunk.
pub struct Encryptor {
    cipher: ChaCha20Poly1305,
    layout: Layout,
    next: u64,
    hash: Sha256,
}

impl fmt::Debug for Encryptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encryptor").field("next", &self.next).finish_non_exhaustive()
    }
}

impl Encryptor {
    /// Begins a file of `size` bytes; `key` is 32 fresh random bytes.
    ///
    /// # Errors
    /// [`Error::Limit`] when the file is larger than attachments may be.
    pub fn new(key: &SecretKey, size: u64) -> Result<Self, Error> {
        let cipher = ChaCha20Poly1305::new(key.as_bytes().into());
        Ok(Self { cipher, layout: Layout::new(size)?, next: 0, hash: Sha256::new() })
    }

    /// How many bytes of the file the next chunk takes: zero for a chunk of padding alone, `None`
    /// after the last.
    #[must_use]
    pub fn wanted(&self) -> Option<usize> {
        (self.next < self.layout.chunks).then(|| self.layout.file_bytes(self.next))
    }

    /// Seals the next chunk; `plain` has exactly the bytes that were wanted.
    ///
    /// # Errors
    /// [`Error::Chunk`] for another length or after the last chunk.
    pub fn chunk(&mut self, plain: &[u8]) -> Result<Vec<u8>, Error> {
        if self.wanted() != Some(plain.len()) {
            return Err(Error::Chunk);
        }
        let padded = self.layout.padded_bytes(self.next);
        let mut sealed = Vec::with_capacity(padded.saturating_add(TAG_BYTES));
        sealed.extend_from_slice(plain);
        sealed.resize(padded, 0);
        let nonce = nonce(self.next, self.layout.is_last(self.next));
        let tag = self
            .cipher
            .encrypt_in_place_detached(&nonce, &[], &mut sealed)
            .map_err(|_too_long| Error::Chunk)?;
        sealed.extend_from_slice(&tag);
        self.hash.update(&sealed);
        self.next = self.next.saturating_add(1);
        Ok(sealed)
    }

    /// The hash of the encrypted file, after its last chunk.
    ///
    /// # Errors
    /// [`Error::Chunk`] while chunks are missing.
    pub fn finish(self) -> Result<[u8; 32], Error> {
        if self.wanted().is_some() { Err(Error::Chunk) } else { Ok(self.hash.finalize().into()) }
    }
}

/// Decrypts a file, chunk by chunk. Nothing is released before its chunk verified.
pub struct Decryptor {
    cipher: ChaCha20Poly1305,
    layout: Layout,
    next: u64,
    hash: Sha256,
}

impl fmt::Debug for Decryptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decryptor").field("next", &self.next).finish_non_exhaustive()
    }
}

impl Decryptor {
    /// Begins a file whose plain form has `size` bytes.
    ///
    /// # Errors
    /// [`Error::Limit`] when the file is larger than attachments may be.
    pub fn new(key: &SecretKey, size: u64) -> Result<Self, Error> {
        let cipher = ChaCha20Poly1305::new(key.as_bytes().into());
        Ok(Self { cipher, layout: Layout::new(size)?, next: 0, hash: Sha256::new() })
    }

    /// How many encrypted bytes the next chunk has; `None` after the last.
    #[must_use]
    pub fn wanted(&self) -> Option<usize> {
        (self.next < self.layout.chunks)
            .then(|| self.layout.padded_bytes(self.next).saturating_add(TAG_BYTES))
    }

    /// Opens the next chunk and gives its bytes of the file, without the padding.
    ///
    /// # Errors
    /// [`Error::Chunk`] when it isn't the next chunk of this file, whole and unchanged.
    pub fn chunk(&mut self, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        if self.wanted() != Some(sealed.len()) {
            return Err(Error::Chunk);
        }
        let padded = self.layout.padded_bytes(self.next);
        let (body, tag) = sealed.split_at_checked(padded).ok_or(Error::Chunk)?;
        let mut plain = body.to_vec();
        let nonce = nonce(self.next, self.layout.is_last(self.next));
        self.cipher
            .decrypt_in_place_detached(&nonce, &[], &mut plain, Tag::from_slice(tag))
            .map_err(|_forged| Error::Chunk)?;
        let padding = plain.split_off(self.layout.file_bytes(self.next));
        if padding.iter().any(|byte| *byte != 0) {
            return Err(Error::Chunk);
        }
        self.hash.update(sealed);
        self.next = self.next.saturating_add(1);
        Ok(plain)
    }

    /// Checks that the file was complete and is the one that the message named.
    ///
    /// # Errors
    /// [`Error::Chunk`] when chunks are missing or the hash is another.
    pub fn finish(self, content_hash: &[u8; 32]) -> Result<(), Error> {
        let is_complete = self.wanted().is_none();
        let hash: [u8; 32] = self.hash.finalize().into();
        if is_complete && &hash == content_hash { Ok(()) } else { Err(Error::Chunk) }
    }
}
