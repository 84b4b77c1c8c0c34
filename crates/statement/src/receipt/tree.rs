//! The Merkle tree of RFC 6962, section 2.1, over leaf hashes that are made elsewhere.

use sha2::{Digest as _, Sha256};

const LEAF_PREFIX: &[u8] = &[0];
const NODE_PREFIX: &[u8] = &[1];

/// All levels of a tree, the leaves first.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    levels: Vec<Vec<[u8; 32]>>,
}

/// Builds the tree over the leaf hashes; `None` without leaves.
#[must_use]
pub(super) fn tree_of(leaf_hashes: Vec<[u8; 32]>) -> Option<Tree> {
    if leaf_hashes.is_empty() {
        return None;
    }
    let mut levels = vec![leaf_hashes];
    while let Some(level) = levels.last().filter(|level| level.len() > 1) {
        // A node without a sibling moves up unchanged, which gives the tree of RFC 6962.
        let next = level
            .chunks(2)
            .filter_map(|pair| match pair {
                [left, right] => Some(node_hash(left, right)),
                [single] => Some(*single),
                _never => None,
            })
            .collect();
        levels.push(next);
    }
    Some(Tree { levels })
}

impl Tree {
    /// The root.
    #[must_use]
    pub(super) fn root(&self) -> [u8; 32] {
        let root = self.levels.last().and_then(|level| level.first());
        *root.expect("a tree has a leaf, and therefore a root")
    }

    /// The path from a leaf to the root; `None` when there is no such leaf.
    #[must_use]
    pub(super) fn path(&self, index: u32) -> Option<Vec<[u8; 32]>> {
        let mut position = usize::try_from(index).ok()?;
        self.levels.first()?.get(position)?;
        let mut path = Vec::with_capacity(self.levels.len());
        for level in &self.levels {
            if let Some(sibling) = level.get(position ^ 1) {
                path.push(*sibling);
            }
            position >>= 1;
        }
        Some(path)
    }
}

/// The hash of a leaf's parts.
pub(super) fn leaf_hash(parts: &[&[u8]]) -> [u8; 32] {
    let start = Sha256::new().chain_update(LEAF_PREFIX);
    parts.iter().fold(start, |hash, part| hash.chain_update(part)).finalize().into()
}

/// Follows a path upwards (RFC 9162, section 2.1.3.2); `None` when it doesn't fit the tree's size.
pub(super) fn root_from_path(
    leaf: [u8; 32],
    index: u32,
    count: u32,
    path: &[[u8; 32]],
) -> Option<[u8; 32]> {
    let mut position = index;
    let mut last = count.checked_sub(1)?;
    if position > last {
        return None;
    }
    let mut hash = leaf;
    for sibling in path {
        if last == 0 {
            return None;
        }
        if position & 1 == 1 || position == last {
            hash = node_hash(sibling, &hash);
            while position & 1 == 0 && position != 0 {
                position >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        position >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(hash)
}

fn node_hash(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    Sha256::new().chain_update(NODE_PREFIX).chain_update(left).chain_update(right).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(count: u8) -> Vec<[u8; 32]> {
        (0..count).map(|byte| leaf_hash(&[&[byte]])).collect()
    }

    /// The definition of RFC 6962, word by word.
    fn defined_root(leaves: &[[u8; 32]]) -> [u8; 32] {
        match leaves {
            [single] => *single,
            _many => {
                let split = leaves.len().next_power_of_two() / 2;
                let (left, right) = leaves.split_at(split);
                node_hash(&defined_root(left), &defined_root(right))
            }
        }
    }

    #[test]
    fn all_sizes_agree_with_the_definition_and_all_paths_lead_to_the_root() {
        for count in 1..=40 {
            let leaves = leaves(count);
            let tree = tree_of(leaves.clone()).expect("there are leaves");
            assert_eq!(tree.root(), defined_root(&leaves));
            for (index, leaf) in (0..).zip(&leaves) {
                let path = tree.path(index).expect("the leaf is there");
                let count = u32::from(count);
                assert_eq!(root_from_path(*leaf, index, count, &path), Some(tree.root()));
                assert_ne!(root_from_path([9; 32], index, count, &path), Some(tree.root()));
                let mut longer = path.clone();
                longer.push([0; 32]);
                assert_eq!(root_from_path(*leaf, index, count, &longer), None);
                if let Some((_last, shorter)) = path.split_last() {
                    assert_eq!(root_from_path(*leaf, index, count, shorter), None);
                }
            }
            assert_eq!(tree.path(u32::from(count)), None);
        }
        assert!(tree_of(Vec::new()).is_none());
    }
}
