//! The bytes are what they always were, and every decoder takes any bytes.

use proptest::prelude::*;

use super::*;

fn entry() -> MailboxEntry {
    MailboxEntry {
        cursor: 9,
        kind: EntryKind::Welcome,
        conversation: Some(ConversationId::new([0xc0; 16])),
        sequence: 0x0102,
        accepted_at: Timestamp::from_millis(0x0a0b),
        time_to_live_s: 0x0c0d,
        sender: Some(Sender {
            account: AccountId::new([0xac; 16]),
            device: DeviceId::new([0xde; 8]),
        }),
        class: 7,
        category: Category::Utility,
        is_charged: false,
        body: Bytes::from_static(b"body"),
        attachment: Bytes::from_static(b"tree"),
        receipt: Bytes::from_static(b"proof"),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn golden_entry() {
    let mut bytes = Vec::new();
    encode_entry(&entry(), &mut bytes);
    assert_eq!(
        hex(&bytes),
        "01030307010201000000000000".to_owned()
            + "0b0a000000000000"
            + "0d0c0000"
            + &"c0".repeat(16)
            + &"ac".repeat(16)
            + &"de".repeat(8)
            + "0400000005000000"
            + &hex(b"treeproofbody")
    );
    let reference = encode_reference(&bytes).unwrap();
    assert_eq!(hex(&reference), "020b0a0000000000000d0c000056000000");
    assert_eq!(decode_entry(9, &bytes.into()).unwrap(), Stored::Inline(entry()));
    assert!(is_reference(&reference));
}

#[test]
fn golden_log() {
    let mut value = Vec::new();
    encode_entry(&entry(), &mut value);
    let seen = SeenNonce {
        sequence: 1,
        accepted_at: Timestamp::from_millis(2),
        cursor: 3,
        recipient: DeviceId::new([4; 8]),
    };
    let mut log = Vec::new();
    log_entry(&mut log, &entry(), &[DeviceId::new([5; 8])]);
    log_nonce(&mut log, &[6; 24], &seen);
    log_sequence(&mut log, ConversationId::new([7; 16]), 8);
    log_acknowledge(&mut log, DeviceId::new([9; 8]), 10);
    assert_eq!(
        hex(&log),
        "01".to_owned()
            + "0900000000000000"
            + "01000000"
            + &"05".repeat(8)
            + "56000000"
            + &hex(&value)
            + "02"
            + &"06".repeat(24)
            + &hex(&encode_nonce(&seen))
            + "03"
            + &"07".repeat(16)
            + "0800000000000000"
            + "04"
            + &"09".repeat(8)
            + "0a00000000000000"
    );
    let mut items = Vec::new();
    read_log(&log.into(), |item| items.push(item)).unwrap();
    assert_eq!(items.len(), 4);
    assert_eq!(
        items.first(),
        Some(&LogItem::Entry {
            cursor: 9,
            devices: vec![DeviceId::new([5; 8])],
            value: value.into()
        })
    );
    assert_eq!(items.get(1), Some(&LogItem::Nonce { key: [6; 24], seen }));
}

#[test]
fn golden_conversation() {
    let head = ConversationHead {
        kind: ConversationKind::Business,
        accounts: vec![AccountId::new([1; 16])],
        group_id: GroupId::new([2; 16]),
        epoch: 3,
        epoch_floor: 2,
        suite: 0x004d,
        members: vec![MemberRecord {
            account: AccountId::new([1; 16]),
            device: DeviceId::new([4; 8]),
            leaf_index: 5,
            joined_epoch: 1,
            has_left: true,
        }],
    };
    let bytes = encode_head(&head);
    assert_eq!(
        hex(&bytes),
        "0102".to_owned()
            + &"02".repeat(16)
            + "0300000000000000"
            + "0200000000000000"
            + "4d00"
            + "01000000"
            + &"01".repeat(16)
            + "01000000"
            + &"01".repeat(16)
            + &"04".repeat(8)
            + "05000000"
            + "0100000000000000"
            + "01"
    );
    assert_eq!(decode_head(&bytes).unwrap(), head);
}

#[test]
fn golden_nonce_and_keys() {
    let seen = SeenNonce {
        sequence: 1,
        accepted_at: Timestamp::from_millis(2),
        cursor: 3,
        recipient: DeviceId::new([4; 8]),
    };
    let bytes = encode_nonce(&seen);
    assert_eq!(
        hex(&bytes),
        "01010000000000000002000000000000000300000000000000".to_owned() + &"04".repeat(8)
    );
    assert_eq!(decode_nonce(&bytes).unwrap(), seen);
    let key = mailbox_key(DeviceId::new([1; 8]), 0x0203);
    assert_eq!(hex(&key), "01".repeat(8) + "0000000000000203");
    assert_eq!(read_mailbox_key(&key).unwrap(), (DeviceId::new([1; 8]), 0x0203));
}

proptest! {
    #[test]
    fn decoders_never_panic_and_are_strict(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let value = Bytes::from(bytes.clone());
        if let Ok(Stored::Inline(entry)) = decode_entry(1, &value) {
            let mut again = Vec::new();
            encode_entry(&entry, &mut again);
            prop_assert_eq!(again, bytes.clone());
        }
        if let Ok((epoch, parts)) = decode_parts(&value) {
            prop_assert_eq!(encode_parts(epoch, &parts), bytes.clone());
        }
        drop((peek_entry(&bytes), decode_head(&bytes), decode_nonce(&bytes)));
        drop((read_mailbox_key(&bytes), decode_number(&bytes)));
        drop(read_log(&value, drop));
    }

    #[test]
    fn entries_round_trip(
        body in proptest::collection::vec(any::<u8>(), 0..50),
        attachment in proptest::collection::vec(any::<u8>(), 0..50),
        has_sender: bool,
        has_conversation: bool,
    ) {
        let mut entry = entry();
        entry.body = body.into();
        entry.attachment = attachment.into();
        if !has_sender { entry.sender = None; }
        if !has_conversation { entry.conversation = None; }
        let mut bytes = Vec::new();
        encode_entry(&entry, &mut bytes);
        let peeked = peek_entry(&bytes).unwrap().accepted_at;
        prop_assert_eq!(peeked, entry.accepted_at);
        prop_assert_eq!(decode_entry(9, &bytes.into()).unwrap(), Stored::Inline(entry));
    }
}
