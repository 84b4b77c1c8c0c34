//! The receipts of one group commit (PROTOCOL D12): a leaf for each accepted message, one Merkle tree,
//! one signature. Runs on the store's writer thread, between applying a batch and writing it.

use std::sync::Arc;

use bytes::Bytes;
use tresen_statement::{
    SigningKey,
    receipt::{self, Acceptance, FrankKey},
};
use tresen_store::delivery::{AcceptedMessage, BatchSealer};

use crate::app::keys::ServerKeys;

/// Makes receipts with the server's keys.
#[derive(Debug)]
pub(crate) struct ReceiptSealer {
    keys: Arc<ServerKeys>,
}

impl ReceiptSealer {
    pub(crate) const fn new(keys: Arc<ServerKeys>) -> Self {
        Self { keys }
    }
}

impl BatchSealer for ReceiptSealer {
    fn seal(&self, accepted: &[AcceptedMessage]) -> Vec<Bytes> {
        // An empty receipt is one that the client refuses: better than no delivery at all.
        seal(accepted, self.keys.signing(), self.keys.frank())
            .unwrap_or_else(|| vec![Bytes::new(); accepted.len()])
    }
}

fn seal(
    accepted: &[AcceptedMessage],
    signing: &SigningKey,
    frank: &FrankKey,
) -> Option<Vec<Bytes>> {
    let at = accepted.last()?.accepted_at;
    let acceptances: Vec<_> = accepted.iter().map(acceptance).collect::<Option<_>>()?;
    let receipts = receipt::seal(&acceptances, at, frank, signing).ok()?;
    Some(receipts.into_iter().map(Bytes::from).collect())
}

fn acceptance(accepted: &AcceptedMessage) -> Option<Acceptance> {
    Some(Acceptance {
        franking_tag: accepted.message.franking_tag.as_ref().try_into().ok()?,
        conversation: accepted.conversation,
        sequence: accepted.sequence,
        sender_account: accepted.sender.account,
        sender_device: accepted.sender.device,
        accepted_at: accepted.accepted_at,
        class: accepted.message.class,
        category: accepted.message.category,
        template_hash: accepted.message.template,
        nonce: accepted.message.nonce,
    })
}

#[cfg(test)]
mod tests {
    use tresen_statement::receipt::UnverifiedReceipt;
    use tresen_store::delivery::{NewMessage, Sender};
    use tresen_types::{AccountId, Category, ConversationId, DeviceId, Nonce, Timestamp};

    use super::*;

    fn message(sequence: u64) -> AcceptedMessage {
        AcceptedMessage {
            conversation: ConversationId::new([1; 16]),
            counterpart: None,
            sender: Sender { account: AccountId::new([2; 16]), device: DeviceId::new([3; 8]) },
            sequence,
            accepted_at: Timestamp::from_millis(1_000),
            message: NewMessage {
                nonce: Nonce::new([4; 16]),
                class: 0,
                category: Category::Service,
                time_to_live_s: 0,
                template: None,
                opens_window: false,
                gate: None,
                body: Bytes::new(),
                franking_tag: Bytes::from_static(&[5; 32]),
            },
        }
    }

    #[test]
    fn every_message_of_a_batch_gets_a_receipt_that_verifies() {
        let signing = SigningKey::from_seed(&[7; 32]);
        for count in [1, 2, 3, 256] {
            let batch: Vec<_> = (1..=count).map(message).collect();
            let frank = FrankKey::new(&[8; 32]);
            let receipts = seal(&batch, &signing, &frank).unwrap();
            assert_eq!(receipts.len(), batch.len());
            for (receipt, message) in receipts.iter().zip(&batch) {
                let receipt = UnverifiedReceipt::decode(receipt).unwrap();
                assert!(receipt.clone().verify(&[0; 32]).is_err());
                let receipt = receipt.verify(&signing.public()).unwrap();
                assert_eq!(receipt.acceptance().sequence, message.sequence);
                assert_eq!(receipt.leaf().frank, receipt.acceptance().frank(&frank));
            }
        }
    }
}
