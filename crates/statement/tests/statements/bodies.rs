//! The bodies of the fuzz targets: a decoder takes any bytes, and what it takes has one encoding.

use tresen_statement::{
    Approval, BlockNotice, CataloguePage, Consent, ConsentProof, DecisionNotice, DeviceCertificate,
    DeviceList, DomainClaim, DomainRecord, EntryLink, LeaveNotice, LinkInvitation, Profile,
    QuotationAcceptance, RegistrationProof, Report, SessionProof, Statement, TemplateDoc,
    Unverified, link_hosts, receipt::UnverifiedReceipt, skeleton,
};

fn decode<T: Statement>(bytes: &[u8]) {
    if let Ok(statement) = Unverified::<T>::decode(bytes) {
        assert_eq!(statement.encode(), bytes, "one statement, one encoding");
        assert!(statement.verify(&[7; 32]).is_err(), "nobody signs with this key");
    }
}

/// Runs the decoder that the name stands for.
pub(crate) fn run(name: &str, bytes: &[u8]) {
    match name {
        "device_certificate" => decode::<DeviceCertificate>(bytes),
        "device_list" => decode::<DeviceList>(bytes),
        "profile" => decode::<Profile>(bytes),
        "entry_link" => decode::<EntryLink>(bytes),
        "catalogue" => decode::<CataloguePage>(bytes),
        "consent" | "consent_terms" => decode::<Consent>(bytes),
        "consent_proof" => {
            if let Ok(proof) = ConsentProof::verify(bytes) {
                assert_eq!(proof.encode(), bytes, "one proof, one encoding");
            }
        }
        "template" | "template_carousel" => {
            if let Ok(template) = TemplateDoc::decode(bytes) {
                assert_eq!(template.encode().as_deref(), Ok(bytes), "one template, one encoding");
                assert_eq!(template.hash(), TemplateDoc::hash_of(bytes));
                assert_eq!(template.problems(), []);
            }
        }
        "approval" => decode::<Approval>(bytes),
        "report" => decode::<Report>(bytes),
        "domain_claim" => decode::<DomainClaim>(bytes),
        "decision_notice" => decode::<DecisionNotice>(bytes),
        "domain_record" => decode::<DomainRecord>(bytes),
        "names" => {
            if let Ok(text) = str::from_utf8(bytes) {
                let _hosts = link_hosts(text);
                let once = skeleton(text);
                assert!(once.chars().all(char::is_alphanumeric), "letters and digits only");
            }
        }
        "session_proof" => decode::<SessionProof>(bytes),
        "registration_proof" => decode::<RegistrationProof>(bytes),
        "link_invitation" => decode::<LinkInvitation>(bytes),
        "quotation_acceptance" => decode::<QuotationAcceptance>(bytes),
        "block_notice" => decode::<BlockNotice>(bytes),
        "leave_notice" => decode::<LeaveNotice>(bytes),
        "receipt" => {
            if let Ok(receipt) = UnverifiedReceipt::decode(bytes) {
                assert!(receipt.verify(&[7; 32]).is_err(), "nobody signs with this key");
            }
        }
        other => panic!("no decoder is called {other}"),
    }
}

/// All names that [`run`] knows.
pub(crate) const NAMES: [&str; 23] = [
    "device_certificate",
    "device_list",
    "profile",
    "entry_link",
    "consent",
    "session_proof",
    "registration_proof",
    "link_invitation",
    "block_notice",
    "leave_notice",
    "receipt",
    "consent_terms",
    "consent_proof",
    "template",
    "template_carousel",
    "approval",
    "report",
    "domain_claim",
    "decision_notice",
    "domain_record",
    "names",
    "catalogue",
    "quotation_acceptance",
];
