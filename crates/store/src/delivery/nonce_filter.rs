//! A Bloom filter of all nonces: almost every message is new, and this says so without
//! a search.
//!
//! Each key sets a few bits in one block of a cache line. The filter knows all nonces or isn't used: it
//! is filled when the store is opened, as long as they are not too many.

use std::ops::ControlFlow;

use super::engine::{Engine, Table};
use crate::{StoreError, limits::NONCES_FILTERED_MAX};

type Block = [u64; 8];

/// A filter of nonce keys.
pub(super) struct NonceFilter {
    blocks: Vec<Block>,
    count: usize,
}

const KEYS_PER_BLOCK: usize = 32;

impl NonceFilter {
    /// Reads the nonces of both generations; none when they are too many.
    pub(super) fn load<E: Engine>(engine: &E) -> Result<Option<Self>, StoreError> {
        let blocks = vec![Block::default(); NONCES_FILTERED_MAX / KEYS_PER_BLOCK];
        let mut filter = Self { blocks, count: 0 };
        for table in [Table::Nonce, Table::NonceBefore] {
            engine.scan(table, &[0; 24], &[0xff; 24], &mut |key, _value| {
                filter.insert(key);
                Ok(if filter.is_full() {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                })
            })?;
        }
        Ok((!filter.is_full()).then_some(filter))
    }

    /// Adds a key.
    pub(super) fn insert(&mut self, key: &[u8]) {
        self.count += 1;
        let (block, bits) = self.place(key);
        if let Some(block) = self.blocks.get_mut(block) {
            for (word, bits) in block.iter_mut().zip(bits) {
                *word |= bits;
            }
        }
    }

    /// Whether the key may be among those that were added; `false` is certain.
    pub(super) fn may_contain(&self, key: &[u8]) -> bool {
        let (block, bits) = self.place(key);
        self.blocks
            .get(block)
            .is_none_or(|block| block.iter().zip(bits).all(|(word, bits)| word & bits == bits))
    }

    /// Whether more keys would make the filter useless.
    pub(super) const fn is_full(&self) -> bool {
        self.count >= NONCES_FILTERED_MAX
    }

    /// The block of a key, and its bits there.
    fn place(&self, key: &[u8]) -> (usize, Block) {
        let hash = hash(key);
        let blocks = u64::try_from(self.blocks.len()).unwrap_or(u64::MAX).max(1);
        let block = usize::try_from((hash >> 36) % blocks).unwrap_or(0);
        let mut bits = Block::default();
        for probe in 0..4 {
            let nine = (hash >> (9 * probe)) & 511;
            if let Some(word) = usize::try_from(nine >> 6).ok().and_then(|at| bits.get_mut(at)) {
                *word |= 1 << (nine & 63);
            }
        }
        (block, bits)
    }
}

/// Mixes a key; it needs no secret, since who finds keys that collide only slows their own messages.
fn hash(key: &[u8]) -> u64 {
    let mut hash = 0x9e37_79b9_7f4a_7c15_u64;
    for part in key.chunks(8) {
        let mut word = [0; 8];
        word.iter_mut().zip(part).for_each(|(to, from)| *to = *from);
        hash ^= u64::from_le_bytes(word);
        hash = hash.wrapping_mul(0xff51_afd7_ed55_8ccd);
        hash ^= hash >> 32;
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::engine::MemoryEngine;

    #[test]
    fn finds_what_was_added_and_little_else() {
        let mut filter = NonceFilter::load(&MemoryEngine::default()).unwrap().unwrap();
        let key = |number: u64| [number.to_be_bytes(), [0; 8], [1; 8]].concat();
        for number in 0..50_000 {
            filter.insert(&key(number));
        }
        assert!((0..50_000).all(|number| filter.may_contain(&key(number))));
        let mistakes = (50_000..150_000).filter(|number| filter.may_contain(&key(*number))).count();
        assert!(mistakes < 100, "{mistakes} of 100,000");
    }
}
