//! The storage provider of OpenMLS, one line per method.

use openmls_traits::storage::{CURRENT_VERSION, StorageProvider, traits};

use super::{Failed, Kind, Overlay};

const V: u16 = CURRENT_VERSION;
/// Stands where a row needs no group, or no key within its group.
const NONE: () = ();

type Answer<T> = Result<T, Failed>;

/// The write, read and delete methods of a value that a group has once.
macro_rules! group_value {
    ($kind:ident, $bound:ident, $write:ident, $read:ident, $delete:ident) => {
        fn $write<G: traits::GroupId<V>, T: traits::$bound<V>>(
            &self,
            group: &G,
            value: &T,
        ) -> Answer<()> {
            self.put_value(Kind::$kind, group, &NONE, value)
        }

        fn $read<G: traits::GroupId<V>, T: traits::$bound<V>>(
            &self,
            group: &G,
        ) -> Answer<Option<T>> {
            self.get_value(Kind::$kind, group, &NONE)
        }

        fn $delete<G: traits::GroupId<V>>(&self, group: &G) -> Answer<()> {
            self.delete_value(Kind::$kind, group, &NONE)
        }
    };
}

/// The write, read and delete methods of a value of the device, by key.
macro_rules! device_value {
    ($kind:ident, $write:ident<$key_bound:ident, $bound:ident>,
     $read:ident<$first:ident: $first_bound:ident, $second:ident: $second_bound:ident>,
     $delete:ident) => {
        fn $write<K: traits::$key_bound<V>, T: traits::$bound<V>>(
            &self,
            key: &K,
            value: &T,
        ) -> Answer<()> {
            self.put_value(Kind::$kind, &NONE, key, value)
        }

        fn $read<$first: traits::$first_bound<V>, $second: traits::$second_bound<V>>(
            &self,
            key: &K,
        ) -> Answer<Option<T>> {
            self.get_value(Kind::$kind, &NONE, key)
        }

        fn $delete<K: traits::$key_bound<V>>(&self, key: &K) -> Answer<()> {
            self.delete_value(Kind::$kind, &NONE, key)
        }
    };
}

impl StorageProvider<V> for Overlay<'_> {
    type Error = Failed;

    fn write_mls_join_config<G: traits::GroupId<V>, T: traits::MlsGroupJoinConfig<V>>(
        &self,
        group: &G,
        config: &T,
    ) -> Answer<()> {
        self.put_named(Kind::JoinConfig, group, config)
    }

    fn mls_group_join_config<G: traits::GroupId<V>, T: traits::MlsGroupJoinConfig<V>>(
        &self,
        group: &G,
    ) -> Answer<Option<T>> {
        self.get_named(Kind::JoinConfig, group)
    }

    fn delete_group_config<G: traits::GroupId<V>>(&self, group: &G) -> Answer<()> {
        self.delete_value(Kind::JoinConfig, group, &NONE)
    }

    group_value!(Tree, TreeSync, write_tree, tree, delete_tree);
    group_value!(
        InterimTranscriptHash,
        InterimTranscriptHash,
        write_interim_transcript_hash,
        interim_transcript_hash,
        delete_interim_transcript_hash
    );
    group_value!(Context, GroupContext, write_context, group_context, delete_context);
    group_value!(
        ConfirmationTag,
        ConfirmationTag,
        write_confirmation_tag,
        confirmation_tag,
        delete_confirmation_tag
    );
    group_value!(
        MessageSecrets,
        MessageSecrets,
        write_message_secrets,
        message_secrets,
        delete_message_secrets
    );
    group_value!(
        ResumptionPsks,
        ResumptionPskStore,
        write_resumption_psk_store,
        resumption_psk_store,
        delete_all_resumption_psk_secrets
    );
    group_value!(
        OwnLeafIndex,
        LeafNodeIndex,
        write_own_leaf_index,
        own_leaf_index,
        delete_own_leaf_index
    );
    group_value!(
        EpochSecrets,
        GroupEpochSecrets,
        write_group_epoch_secrets,
        group_epoch_secrets,
        delete_group_epoch_secrets
    );
    device_value!(
        SignatureKeyPair,
        write_signature_key_pair<SignaturePublicKey, SignatureKeyPair>,
        signature_key_pair<K: SignaturePublicKey, T: SignatureKeyPair>,
        delete_signature_key_pair
    );
    device_value!(
        EncryptionKeyPair,
        write_encryption_key_pair<EncryptionKey, HpkeKeyPair>,
        encryption_key_pair<T: HpkeKeyPair, K: EncryptionKey>,
        delete_encryption_key_pair
    );
    device_value!(
        KeyPackage,
        write_key_package<HashReference, KeyPackage>,
        key_package<K: HashReference, T: KeyPackage>,
        delete_key_package
    );
    device_value!(
        Psk,
        write_psk<PskId, PskBundle>,
        psk<T: PskBundle, K: PskId>,
        delete_psk
    );

    fn write_group_state<T: traits::GroupState<V>, G: traits::GroupId<V>>(
        &self,
        group: &G,
        state: &T,
    ) -> Answer<()> {
        self.put_value(Kind::GroupState, group, &NONE, state)
    }

    fn group_state<T: traits::GroupState<V>, G: traits::GroupId<V>>(
        &self,
        group: &G,
    ) -> Answer<Option<T>> {
        self.get_value(Kind::GroupState, group, &NONE)
    }

    fn delete_group_state<G: traits::GroupId<V>>(&self, group: &G) -> Answer<()> {
        self.delete_value(Kind::GroupState, group, &NONE)
    }

    fn append_own_leaf_node<G: traits::GroupId<V>, T: traits::LeafNode<V>>(
        &self,
        group: &G,
        leaf: &T,
    ) -> Answer<()> {
        self.append(Kind::OwnLeafNodes, group, leaf)
    }

    fn own_leaf_nodes<G: traits::GroupId<V>, T: traits::LeafNode<V>>(
        &self,
        group: &G,
    ) -> Answer<Vec<T>> {
        self.list(Kind::OwnLeafNodes, group)
    }

    fn delete_own_leaf_nodes<G: traits::GroupId<V>>(&self, group: &G) -> Answer<()> {
        self.delete_value(Kind::OwnLeafNodes, group, &NONE)
    }

    fn queue_proposal<
        G: traits::GroupId<V>,
        R: traits::ProposalRef<V>,
        P: traits::QueuedProposal<V>,
    >(
        &self,
        group: &G,
        reference: &R,
        proposal: &P,
    ) -> Answer<()> {
        self.put_value(Kind::Proposal, group, reference, proposal)?;
        // The same proposal may arrive twice; its place in the list stays one.
        self.remove_item(Kind::ProposalRefs, group, reference)?;
        self.append(Kind::ProposalRefs, group, reference)
    }

    fn queued_proposal_refs<G: traits::GroupId<V>, R: traits::ProposalRef<V>>(
        &self,
        group: &G,
    ) -> Answer<Vec<R>> {
        self.list(Kind::ProposalRefs, group)
    }

    fn queued_proposals<
        G: traits::GroupId<V>,
        R: traits::ProposalRef<V>,
        P: traits::QueuedProposal<V>,
    >(
        &self,
        group: &G,
    ) -> Answer<Vec<(R, P)>> {
        let mut proposals = Vec::new();
        for reference in self.list::<R>(Kind::ProposalRefs, group)? {
            let proposal = self
                .get_value(Kind::Proposal, group, &reference)?
                .ok_or_else(|| self.damaged(Kind::Proposal))?;
            proposals.push((reference, proposal));
        }
        Ok(proposals)
    }

    fn remove_proposal<G: traits::GroupId<V>, R: traits::ProposalRef<V>>(
        &self,
        group: &G,
        reference: &R,
    ) -> Answer<()> {
        self.delete_value(Kind::Proposal, group, reference)?;
        self.remove_item(Kind::ProposalRefs, group, reference)
    }

    fn clear_proposal_queue<G: traits::GroupId<V>, R: traits::ProposalRef<V>>(
        &self,
        group: &G,
    ) -> Answer<()> {
        for reference in self.list::<R>(Kind::ProposalRefs, group)? {
            self.delete_value(Kind::Proposal, group, &reference)?;
        }
        self.delete_value(Kind::ProposalRefs, group, &NONE)
    }

    fn write_encryption_epoch_key_pairs<
        G: traits::GroupId<V>,
        E: traits::EpochKey<V>,
        T: traits::HpkeKeyPair<V>,
    >(
        &self,
        group: &G,
        epoch: &E,
        leaf_index: u32,
        key_pairs: &[T],
    ) -> Answer<()> {
        self.put_value(Kind::EpochKeyPairs, group, &(epoch, leaf_index), &key_pairs)
    }

    fn encryption_epoch_key_pairs<
        G: traits::GroupId<V>,
        E: traits::EpochKey<V>,
        T: traits::HpkeKeyPair<V>,
    >(
        &self,
        group: &G,
        epoch: &E,
        leaf_index: u32,
    ) -> Answer<Vec<T>> {
        let key_pairs = self.get_value(Kind::EpochKeyPairs, group, &(epoch, leaf_index))?;
        Ok(key_pairs.unwrap_or_default())
    }

    fn delete_encryption_epoch_key_pairs<G: traits::GroupId<V>, E: traits::EpochKey<V>>(
        &self,
        group: &G,
        epoch: &E,
        leaf_index: u32,
    ) -> Answer<()> {
        self.delete_value(Kind::EpochKeyPairs, group, &(epoch, leaf_index))
    }
}
