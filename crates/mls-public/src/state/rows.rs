//! The public storage provider of OpenMLS over a few values in memory.

use std::{cell::RefCell, collections::BTreeMap};

use openmls_traits::{
    public_storage::PublicStorageProvider,
    storage::{CURRENT_VERSION, traits},
};
use serde::{Serialize, de::DeserializeOwned};

const V: u16 = CURRENT_VERSION;

const TREE: u8 = 1;
const INTERIM_TRANSCRIPT_HASH: u8 = 2;
const CONTEXT: u8 = 3;
const CONFIRMATION_TAG: u8 = 4;

/// A pending proposal: its reference and itself.
type Proposal = (Vec<u8>, Vec<u8>);

/// The values of one group, each as CBOR.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Values {
    once: BTreeMap<u8, Vec<u8>>,
    proposals: Vec<Proposal>,
}

/// The values while OpenMLS works on them: its provider is a shared reference.
#[derive(Default)]
pub(crate) struct Rows(RefCell<Values>);

/// A value couldn't be written or read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a stored value is damaged")]
pub(crate) struct Damaged;

type Answer<T> = Result<T, Damaged>;

impl Values {
    pub(super) const fn proposals(&self) -> usize {
        self.proposals.len()
    }

    pub(super) fn write(&self, bytes: &mut Vec<u8>) {
        bytes.push(u8::try_from(self.once.len()).expect("there are four kinds of values"));
        for (kind, value) in &self.once {
            bytes.push(*kind);
            write_bytes(bytes, value);
        }
        for (reference, proposal) in &self.proposals {
            write_bytes(bytes, reference);
            write_bytes(bytes, proposal);
        }
    }

    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let (count, mut bytes) = bytes.split_first()?;
        let mut values = Self::default();
        for _ in 0..*count {
            let (kind, rest) = bytes.split_first()?;
            let (value, rest) = read_bytes(rest)?;
            if !(TREE..=CONFIRMATION_TAG).contains(kind)
                || values.once.insert(*kind, value.to_vec()).is_some()
            {
                return None;
            }
            bytes = rest;
        }
        while !bytes.is_empty() {
            let (reference, rest) = read_bytes(bytes)?;
            let (proposal, rest) = read_bytes(rest)?;
            values.proposals.push((reference.to_vec(), proposal.to_vec()));
            bytes = rest;
        }
        Some(values)
    }
}

impl Rows {
    pub(super) const fn new(values: Values) -> Self {
        Self(RefCell::new(values))
    }

    pub(crate) fn into_values(self) -> Values {
        self.0.into_inner()
    }

    fn put(&self, kind: u8, value: &impl Serialize) -> Answer<()> {
        let value = encode(value)?;
        self.0.borrow_mut().once.insert(kind, value);
        Ok(())
    }

    fn get<T: DeserializeOwned>(&self, kind: u8) -> Answer<Option<T>> {
        self.0.borrow().once.get(&kind).map(|bytes| decode(bytes)).transpose()
    }

    fn delete(&self, kind: u8) {
        self.0.borrow_mut().once.remove(&kind);
    }
}

/// The write, read and delete methods of a value.
macro_rules! value {
    ($kind:ident, $bound:ident, $write:ident, $read:ident, $delete:ident) => {
        fn $write<G: traits::GroupId<V>, T: traits::$bound<V>>(
            &self,
            _group: &G,
            value: &T,
        ) -> Answer<()> {
            self.put($kind, value)
        }

        fn $read<G: traits::GroupId<V>, T: traits::$bound<V>>(
            &self,
            _group: &G,
        ) -> Answer<Option<T>> {
            self.get($kind)
        }

        fn $delete<G: traits::GroupId<V>>(&self, _group: &G) -> Answer<()> {
            self.delete($kind);
            Ok(())
        }
    };
}

impl PublicStorageProvider<V> for Rows {
    type PublicError = Damaged;

    value!(TREE, TreeSync, write_tree, tree, delete_tree);
    value!(
        INTERIM_TRANSCRIPT_HASH,
        InterimTranscriptHash,
        write_interim_transcript_hash,
        interim_transcript_hash,
        delete_interim_transcript_hash
    );
    value!(CONTEXT, GroupContext, write_context, group_context, delete_context);
    value!(
        CONFIRMATION_TAG,
        ConfirmationTag,
        write_confirmation_tag,
        confirmation_tag,
        delete_confirmation_tag
    );

    fn queue_proposal<
        G: traits::GroupId<V>,
        R: traits::ProposalRef<V>,
        P: traits::QueuedProposal<V>,
    >(
        &self,
        _group: &G,
        reference: &R,
        proposal: &P,
    ) -> Answer<()> {
        let reference = encode(reference)?;
        let proposal = encode(proposal)?;
        let proposals = &mut self.0.borrow_mut().proposals;
        proposals.retain(|(known, _)| *known != reference);
        proposals.push((reference, proposal));
        Ok(())
    }

    fn queued_proposals<
        G: traits::GroupId<V>,
        R: traits::ProposalRef<V>,
        P: traits::QueuedProposal<V>,
    >(
        &self,
        _group: &G,
    ) -> Answer<Vec<(R, P)>> {
        let values = self.0.borrow();
        values
            .proposals
            .iter()
            .map(|(reference, proposal)| Ok((decode(reference)?, decode(proposal)?)))
            .collect()
    }

    fn remove_proposal<G: traits::GroupId<V>, R: traits::ProposalRef<V>>(
        &self,
        _group: &G,
        reference: &R,
    ) -> Answer<()> {
        let reference = encode(reference)?;
        self.0.borrow_mut().proposals.retain(|(known, _)| *known != reference);
        Ok(())
    }

    fn clear_proposal_queue<G: traits::GroupId<V>, R: traits::ProposalRef<V>>(
        &self,
        _group: &G,
    ) -> Answer<()> {
        self.0.borrow_mut().proposals.clear();
        Ok(())
    }
}

fn encode(value: &impl Serialize) -> Answer<Vec<u8>> {
    let mut bytes = Vec::new();
    match ciborium::into_writer(value, &mut bytes) {
        Ok(()) => Ok(bytes),
        Err(_unserialisable) => Err(Damaged),
    }
}

fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Answer<T> {
    ciborium::from_reader(bytes).map_err(|_malformed| Damaged)
}

pub(super) fn write_bytes(to: &mut Vec<u8>, bytes: &[u8]) {
    let length = u32::try_from(bytes.len()).expect("a state is far below 4 GiB");
    to.extend_from_slice(&length.to_be_bytes());
    to.extend_from_slice(bytes);
}

pub(super) fn read_bytes(from: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = from.split_first_chunk::<4>()?;
    rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)
}
