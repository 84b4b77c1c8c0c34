//! The bodies of the fuzz targets: a decoder takes any bytes, and what it takes has one encoding.

use tresen_statement::{
    BlockNotice, Consent, DeviceCertificate, DeviceList, EntryLink, LeaveNotice, LinkInvitation,
    Profile, RegistrationProof, SessionProof, Statement, Unverified, receipt::UnverifiedReceipt,
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
        "consent" => decode::<Consent>(bytes),
        "session_proof" => decode::<SessionProof>(bytes),
        "registration_proof" => decode::<RegistrationProof>(bytes),
        "link_invitation" => decode::<LinkInvitation>(bytes),
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
pub(crate) const NAMES: [&str; 11] = [
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
];
