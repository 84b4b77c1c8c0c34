//! The end of an account, as a hostile server may tell it.

use tresen_statement::DeviceList;

use super::*;

/// A list of the account's that names no device, signed by some key.
fn last_list(of: &Device, key: &SigningKey) -> Vec<u8> {
    let list = DeviceList {
        account: of.own().account,
        sequence: of.new.contact.device_list_sequence + 1,
        issued_at: NOW,
        devices: Vec::new(),
    };
    Signed::sign(list, key).unwrap().encode()
}

fn times_ended(device: &Device) -> usize {
    let ended =
        |body: &&MessageBody| matches!(body, MessageBody::System(SystemLine::AccountEnded { .. }));
    device.bodies().iter().filter(ended).count()
}

#[test]
fn an_account_ends_by_its_own_key_alone_and_that_is_told_once() {
    on_one_thread(|| {
        let (customer, business) = pair();
        let forged = last_list(&customer, &server_key());
        business.take(&[entry(EntryKind::DeviceList, 5, &customer, forged)]).unwrap();
        assert_eq!(times_ended(&business), 0);

        // However often, and under whatever numbers.
        let last = last_list(&customer, customer.own().account_key().unwrap());
        for cursor in 6..9 {
            let told = entry(EntryKind::DeviceList, cursor, &customer, last.clone());
            business.take(&[told]).unwrap();
        }
        assert_eq!(times_ended(&business), 1);
    });
}
