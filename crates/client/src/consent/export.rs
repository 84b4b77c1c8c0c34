//! The yes as a file that a third party can verify: consent, certificate of its device, words.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use tresen_statement::{Consent, ConsentProof, DeviceCertificate, Unverified};
use tresen_types::ConversationId;
use tresen_view::Answer;

use super::sides;
use crate::{
    client::Inner,
    error::{Error, Result},
};

/// The newest consent with its proof. Only the side that read the words can hand them on.
pub(crate) fn export(inner: &Inner, conversation: ConversationId) -> Result<Answer> {
    let own = inner.own()?;
    let bytes = inner.store.read(|tx| {
        let (business, customer) = sides(tx, &own, conversation)?;
        let consent = tx.consent(business, customer)?.ok_or(Error::NotFound("consent"))?;
        let consent = Unverified::<Consent>::decode(&consent)?;
        let wording = tx.wording(consent.claimed().wording_hash)?;
        let wording = wording.ok_or(Error::NotFound("the words of a consent"))?;
        let record = tx.certificate(customer, consent.claimed().device)?;
        let record = record.ok_or(Error::NotFound("the certificate of a device"))?;
        let certificate = Unverified::<DeviceCertificate>::decode(&record.certificate)?;
        let account_key = certificate.claimed().account_key;
        let proof = ConsentProof {
            consent: consent.verify(&record.signature_key)?,
            certificate: certificate.verify(&account_key)?,
            wording,
        };
        Ok(proof.encode())
    })?;
    // What a stranger would refuse isn't handed out.
    let proof = ConsentProof::verify(&bytes)?;
    Ok(Answer::ConsentFile {
        name: format!("consent-{}.tresen", proof.consent.value().sequence),
        base64: STANDARD.encode(&bytes),
    })
}
