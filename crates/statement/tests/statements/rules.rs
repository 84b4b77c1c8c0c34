//! What is refused, kind by kind.

use tresen_statement::{
    Consent, ConsentState, DeviceCertificate, DeviceKind, DeviceList, Error, LeaveNotice,
    ListedDevice, Mark, Role, SessionProof, Signed, SigningKey, Unverified, fingerprint,
    fingerprint_of_text, fingerprint_text,
    receipt::{self, UnverifiedReceipt},
};
use tresen_types::{
    Categories, Category, DeviceId, EntryId,
    limits::{LOGO_BYTES_MAX, STATEMENT_BYTES_MAX},
};

use crate::samples;

#[test]
fn another_key_and_a_changed_body_do_not_verify() {
    let signed = samples::signed(samples::consent(), &samples::device_key());
    let decode = |bytes: &[u8]| Unverified::<Consent>::decode(bytes);
    let other = samples::account_key().public();
    assert_eq!(decode(&signed.encode()).unwrap().verify(&other), Err(Error::Signature));

    let mut bytes = signed.encode();
    let language = bytes.windows(3).position(|window| window == b"\x62de").expect("the language");
    bytes[language + 1] = b'f';
    let changed = decode(&bytes).expect("still a consent");
    assert_eq!(changed.claimed().language, "fe");
    assert_eq!(changed.verify(&samples::device_key().public()), Err(Error::Signature));
}

#[test]
fn a_signature_counts_for_its_kind_only() {
    // Block and leave notices have the same body; only the label differs.
    let block = samples::signed(samples::block(), &samples::device_key()).encode();
    let leave = Unverified::<LeaveNotice>::decode(&block).expect("the same form");
    assert_eq!(leave.verify(&samples::device_key().public()), Err(Error::Signature));
}

#[test]
fn only_the_named_account_key_signs_a_certificate() {
    let stranger = SigningKey::from_seed(&[9; 32]);
    assert_eq!(Signed::sign(samples::certificate(), &stranger), Err(Error::Signature));
    let own = DeviceCertificate { account_key: stranger.public(), ..samples::certificate() };
    let bytes = samples::signed(own, &stranger).encode();
    let foreign = Unverified::<DeviceCertificate>::decode(&bytes).unwrap();
    assert_eq!(foreign.verify(&samples::account_key().public()), Err(Error::Signature));
}

#[test]
fn certificates_fit_the_kind_of_their_account() {
    let key = samples::account_key();
    let certificate = samples::certificate();
    for wrong in [
        DeviceCertificate { account: samples::customer(), ..certificate.clone() },
        DeviceCertificate { kind: DeviceKind::Customer, ..certificate.clone() },
        DeviceCertificate { role: Role::Member, ..certificate.clone() },
        DeviceCertificate { not_after: certificate.not_before, ..certificate.clone() },
        DeviceCertificate { name: "A\u{202e}nna".to_owned(), ..certificate.clone() },
    ] {
        assert_eq!(Signed::sign(wrong, &key), Err(Error::Value));
    }
    assert!(certificate.is_valid_at(certificate.not_before));
    assert!(!certificate.is_valid_at(certificate.not_after));
}

#[test]
fn other_encodings_of_the_same_value_are_refused() {
    let bytes = samples::signed(samples::session_proof(), &samples::device_key()).encode();
    let decode = Unverified::<SessionProof>::decode;
    assert!(decode(&bytes).is_ok());
    // The outer array with a two-byte length.
    let longer = [&[0x98, 2], &bytes[1..]].concat();
    assert_eq!(decode(&longer), Err(Error::NotDeterministic));
    // The outer array with an indefinite length.
    let indefinite = [&[0x9f], &bytes[1..], &[0xff]].concat();
    assert_eq!(decode(&indefinite), Err(Error::Malformed));
    let trailing = [&bytes[..], &[0]].concat();
    assert_eq!(decode(&trailing), Err(Error::Malformed));
    assert_eq!(decode(&vec![0; STATEMENT_BYTES_MAX + 1]), Err(Error::Limit));
    // An array that promises four billion elements.
    assert_eq!(decode(&[0x9a, 0xff, 0xff, 0xff, 0xff]), Err(Error::Malformed));
}

#[test]
fn device_lists_are_sorted_limited_and_only_grow() {
    let key = samples::account_key();
    let list = samples::device_list();
    let listed = |id: u8| ListedDevice { device: DeviceId::new([id; 8]), ..list.devices[0] };
    let unsorted = DeviceList { devices: vec![listed(2), listed(1)], ..list.clone() };
    assert_eq!(Signed::sign(unsorted, &key), Err(Error::Value));
    let double = DeviceList { devices: vec![listed(1), listed(1)], ..list.clone() };
    assert_eq!(Signed::sign(double, &key), Err(Error::Value));
    let person = DeviceList {
        account: samples::customer(),
        devices: (1..=6).map(listed).collect(),
        ..list.clone()
    };
    assert_eq!(Signed::sign(person.clone(), &key), Err(Error::Limit));
    let of_business = DeviceList { account: samples::business(), ..person };
    assert!(Signed::sign(of_business.clone(), &key).is_ok());

    let next = DeviceList { sequence: list.sequence + 1, ..list.clone() };
    assert!(next.supersedes(&list));
    assert!(!list.supersedes(&next));
    assert!(!list.supersedes(&list.clone()));
    assert!(list.contains(samples::device()));
    assert!(!list.contains(DeviceId::new([9; 8])));

    let certificate = samples::signed(samples::certificate(), &key);
    assert!(list.lists(&certificate));
    let renewed = DeviceCertificate { sequence: 2, ..samples::certificate() };
    assert!(!list.lists(&samples::signed(renewed, &key)));
}

#[test]
fn a_revoked_consent_allows_nothing() {
    let given = samples::consent();
    assert!(given.allows(Category::Service));
    assert!(!given.allows(Category::Marketing));
    assert_eq!(given.monthly_max.of(Category::Service), Some(20));
    assert_eq!(given.monthly_max.of(Category::Marketing), None);
    let revoked = Consent { sequence: 2, state: ConsentState::Revoked, ..given.clone() };
    assert!(revoked.supersedes(&given));
    assert!(!revoked.allows(Category::Service));
    assert_eq!(Signed::sign(revoked.clone(), &samples::device_key()), Err(Error::Value));
    let empty = Consent { categories: Categories::NONE, ..revoked };
    assert!(Signed::sign(empty, &samples::device_key()).is_ok());
    let swapped = Consent { business: samples::customer(), ..given };
    assert_eq!(Signed::sign(swapped, &samples::device_key()), Err(Error::Value));
}

#[test]
fn an_entry_link_ends_in_three_ways() {
    let mut link = samples::entry_link();
    let now = link.issued_at;
    assert!(link.is_open_at(now, 499));
    assert!(!link.is_open_at(now, 500));
    link.expires_at = Some(now.plus_millis(1));
    assert!(link.is_open_at(now, 0));
    assert!(!link.is_open_at(now.plus_millis(1), 0));
    let mut revoked = samples::entry_link();
    revoked.is_revoked = true;
    revoked.sequence += 1;
    assert!(!revoked.is_open_at(now, 0));
    assert!(revoked.supersedes(&samples::entry_link()));
    revoked.entry = EntryId::new([1; 8]);
    assert!(!revoked.supersedes(&samples::entry_link()));
}

#[test]
fn profiles_keep_their_limits() {
    let key = samples::account_key();
    let mut profile = samples::profile();
    profile.websites = vec!["http://korn.example".to_owned()];
    assert_eq!(Signed::sign(profile, &key), Err(Error::Value));
    let mut profile = samples::profile();
    profile.name = "x".repeat(129);
    assert_eq!(Signed::sign(profile, &key), Err(Error::Limit));
    let mut profile = samples::profile();
    let mime = tresen_statement::LogoMime::Png;
    profile.mark = Mark::Logo { mime, bytes: vec![0; LOGO_BYTES_MAX] };
    assert!(Signed::sign(profile.clone(), &key).is_ok());
    profile.mark = Mark::Logo { mime, bytes: vec![0; LOGO_BYTES_MAX + 1] };
    assert_eq!(Signed::sign(profile, &key), Err(Error::Limit));
}

#[test]
fn receipts_prove_their_leaf_and_no_other() {
    let server = samples::server_key().public();
    for count in [1, 2, 3, 7, 8] {
        for (sequence, bytes) in (0..).zip(samples::receipts(count)) {
            let receipt = UnverifiedReceipt::decode(&bytes).expect("our own encoding");
            assert_eq!(receipt.claimed(), &samples::leaf(sequence));
            let receipt = receipt.verify(&server).expect("the server signed it");
            assert_eq!(receipt.encode(), bytes);
            let acceptance = receipt.acceptance();
            assert_eq!(acceptance.frank(&samples::frank_key()), receipt.leaf().frank);
        }
    }
    let none = receipt::seal(&[], samples::at(), &samples::frank_key(), &samples::server_key());
    assert_eq!(none, Err(Error::Limit));
    let bytes = samples::receipts(8).swap_remove(5);
    let foreign = UnverifiedReceipt::decode(&bytes).unwrap();
    assert_eq!(foreign.verify(&samples::account_key().public()), Err(Error::Signature));
    let nonce = bytes.windows(16).position(|window| window == [0xaa; 16]).expect("the nonce");
    let mut changed = bytes;
    changed[nonce] = 0xab;
    let changed = UnverifiedReceipt::decode(&changed).expect("still a receipt");
    assert_eq!(changed.verify(&server), Err(Error::Signature));
}

#[test]
fn fingerprints_have_a_text_form() {
    let key = samples::account_key().public();
    let text = fingerprint_text(&key);
    assert_eq!(text.len(), 26);
    assert_eq!(fingerprint_of_text(&text), Some(fingerprint(&key)));
    assert_eq!(fingerprint_of_text("short"), None);
}

#[test]
fn keys_stay_out_of_debug_output() {
    assert_eq!(format!("{:?}", samples::account_key()), "SigningKey(..)");
}
