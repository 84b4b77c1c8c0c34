//! Properties: what is signed comes back, and hostile bytes never panic.

use proptest::prelude::*;
use tresen_statement::{
    CategoryMax, Consent, ConsentState, DeviceList, EntryLink, ListedDevice, Signed, Unverified,
};
use tresen_types::{AccountId, AccountKind, Categories, DeviceId, EntryId, Timestamp};

use crate::{bodies, samples};

proptest! {
    #[test]
    fn entry_links_come_back(
        (entry, account) in any::<([u8; 8], [u8; 16])>(),
        (sequence, at) in any::<(u64, i64)>(),
        title in "[^\\p{C}\u{2028}\u{2029}]{0,20}",
        greeting in "[a-zäöü\n]{0,80}",
        bits in 0_u8..16,
        (expires_at, uses_max, is_revoked) in any::<(Option<i64>, Option<u32>, bool)>(),
    ) {
        let link = EntryLink {
            entry: EntryId::new(entry),
            account: AccountId::new(account),
            sequence,
            title,
            greeting,
            prefilled: String::new(),
            categories: Categories::from_bits(bits).expect("four categories"),
            purpose: "why".to_owned(),
            expires_at: expires_at.map(Timestamp::from_millis),
            uses_max,
            is_revoked,
            issued_at: Timestamp::from_millis(at),
        };
        let key = samples::account_key();
        let signed = Signed::sign(link, &key).expect("within all limits");
        let back = Unverified::<EntryLink>::decode(&signed.encode()).expect("our own encoding");
        prop_assert_eq!(back.verify(&key.public()), Ok(signed));
    }

    #[test]
    fn consents_come_back(
        (sequence, at) in any::<(u64, i64)>(),
        bits in 0_u8..16,
        limit in any::<u16>(),
        entry in any::<Option<[u8; 8]>>(),
    ) {
        let consent = Consent {
            sequence,
            at: Timestamp::from_millis(at),
            categories: Categories::from_bits(bits).expect("four categories"),
            monthly_max: CategoryMax::default().with(tresen_types::Category::Marketing, limit),
            entry: entry.map(EntryId::new),
            state: ConsentState::Given,
            ..samples::consent()
        };
        let key = samples::device_key();
        let signed = Signed::sign(consent, &key).expect("within all limits");
        let back = Unverified::<Consent>::decode(&signed.encode()).expect("our own encoding");
        prop_assert_eq!(back.verify(&key.public()), Ok(signed));
    }

    #[test]
    fn device_lists_come_back(ids in proptest::collection::btree_set(any::<[u8; 8]>(), 0..=32)) {
        let list = DeviceList {
            account: AccountId::from_random(AccountKind::Business, [1; 16]),
            sequence: 1,
            issued_at: Timestamp::from_millis(0),
            devices: ids
                .into_iter()
                .map(|id| ListedDevice {
                    device: DeviceId::new(id),
                    certificate_hash: [5; 32],
                    added_at: Timestamp::from_millis(-1),
                })
                .collect(),
        };
        let key = samples::account_key();
        let signed = Signed::sign(list, &key).expect("within all limits");
        let back = Unverified::<DeviceList>::decode(&signed.encode()).expect("our own encoding");
        prop_assert_eq!(back.verify(&key.public()), Ok(signed));
    }

    #[test]
    fn hostile_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        for name in bodies::NAMES {
            bodies::run(name, &bytes);
        }
    }

    #[test]
    fn damaged_samples_never_panic_and_never_verify(
        which in 0_usize..19,
        (position, byte) in any::<(prop::sample::Index, u8)>(),
        cut in any::<prop::sample::Index>(),
    ) {
        let (name, mut bytes) = samples::all().swap_remove(which);
        bodies::run(name, &bytes[..cut.index(bytes.len())]);
        let position = position.index(bytes.len());
        bytes[position] = byte;
        bodies::run(name, &bytes);
    }
}
