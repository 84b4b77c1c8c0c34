//! The cases of the control store, each on fresh storage.
#![expect(clippy::unwrap_used, reason = "a store that doesn't conform makes its suite panic")]

use std::sync::{Arc, Barrier};

use tresen_types::{AccountId, AccountKind, DeviceId, EntryId, Timestamp};

use crate::{
    ControlStore,
    control::{DeviceListRecord, KeyPackageRecord, NewDevice, Registration},
};

mod accounts;
mod billing;
mod key_packages;
mod links;
mod nodes;
mod records;
mod reports;
mod templates;

/// Opens a store on its storage, again and again: one after the other for restarts, or several at
/// once for the nodes of a cluster.
pub type ControlOpener = Box<dyn FnMut() -> Arc<ControlStore>>;

/// A case with its name.
type Case = (&'static str, fn(ControlOpener));

/// Runs all cases, each on fresh storage.
pub fn control(new_storage: &mut dyn FnMut() -> ControlOpener) {
    let cases: [Case; 31] = [
        (
            "accounts::are_registered_as_a_whole_and_once",
            accounts::are_registered_as_a_whole_and_once,
        ),
        (
            "accounts::publish_lists_one_after_the_other",
            accounts::publish_lists_one_after_the_other,
        ),
        ("accounts::end_with_everything_they_have", accounts::end_with_everything_they_have),
        ("billing::book_charges_once", billing::book_charges_once),
        ("billing::count_what_customers_do", billing::count_what_customers_do),
        ("billing::keep_prices_and_payments", billing::keep_prices_and_payments),
        ("key_packages::are_handed_out_once", key_packages::are_handed_out_once),
        ("key_packages::go_oldest_first", key_packages::go_oldest_first),
        ("links::end_by_use_by_time_and_by_will", links::end_by_use_by_time_and_by_will),
        ("links::work_one_time", links::work_one_time),
        (
            "links::hold_a_step_of_a_linking_once_and_for_its_account",
            links::hold_a_step_of_a_linking_once_and_for_its_account,
        ),
        ("links::bound_the_linkings_of_an_account", links::bound_the_linkings_of_an_account),
        ("records::keep_the_highest_sequence", records::keep_the_highest_sequence),
        ("records::count_recoveries", records::count_recoveries),
        (
            "records::hold_archive_segments_passkeys_and_blocks",
            records::hold_archive_segments_passkeys_and_blocks,
        ),
        ("records::keep_blobs_within_the_quota", records::keep_blobs_within_the_quota),
        ("templates::keep_every_version_as_it_was", templates::keep_every_version_as_it_was),
        ("templates::keep_the_newest_approval", templates::keep_the_newest_approval),
        ("records::give_a_domain_to_one_business", records::give_a_domain_to_one_business),
        ("records::wake_a_device_at_one_place", records::wake_a_device_at_one_place),
        ("reports::wait_for_one_decision", reports::wait_for_one_decision),
        (
            "reports::are_told_objected_to_and_answered_once",
            reports::are_told_objected_to_and_answered_once,
        ),
        ("reports::are_bounded_for_one_reporter", reports::are_bounded_for_one_reporter),
        ("nodes::register_an_account_once", nodes::register_an_account_once),
        ("nodes::give_a_business_one_owner", nodes::give_a_business_one_owner),
        ("nodes::hand_out_a_key_package_once", nodes::hand_out_a_key_package_once),
        ("nodes::never_fork_a_device_list", nodes::never_fork_a_device_list),
        ("nodes::keep_the_newest_consent", nodes::keep_the_newest_consent),
        ("nodes::count_every_use_of_an_entry_link", nodes::count_every_use_of_an_entry_link),
        ("nodes::share_one_quota", nodes::share_one_quota),
        ("nodes::refuse_another_key_or_origin", nodes::refuse_another_key_or_origin),
    ];
    for (name, case) in cases {
        tracing::info!(case = name, "runs");
        case(new_storage());
    }
}

const NOW: Timestamp = Timestamp::from_millis(1_760_000_000_000);

fn person(number: u8) -> AccountId {
    AccountId::from_random(AccountKind::Person, [number; 16])
}

fn business(number: u8) -> AccountId {
    AccountId::from_random(AccountKind::Business, [number; 16])
}

fn new_device(number: u8) -> NewDevice {
    NewDevice {
        id: DeviceId::new([number; 8]),
        certificate: vec![number; 100],
        certificate_hash: vec![number; 32],
    }
}

fn list(sequence: u64) -> DeviceListRecord {
    DeviceListRecord { sequence, bytes: format!("list {sequence}").into_bytes() }
}

fn registration(account: AccountId, device: u8) -> Registration {
    Registration {
        account,
        account_key: vec![device; 32],
        entry: Some(EntryId::new([9; 8])),
        device: new_device(device),
        device_list: list(1),
        now: NOW,
    }
}

fn key_package(number: u8, is_last_resort: bool) -> KeyPackageRecord {
    KeyPackageRecord {
        hash: [number; 32],
        bytes: vec![number; 10],
        is_last_resort,
        not_after: NOW.plus_millis(1_000),
    }
}

/// Runs `work` on `count` threads that begin together.
fn at_once<T: Send>(count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let start = Barrier::new(count);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..count)
            .map(|at| {
                let (start, work) = (&start, &work);
                scope.spawn(move || {
                    start.wait();
                    work(at)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}
