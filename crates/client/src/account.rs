//! The account on this device: its keys, its registration, its profile, links and key packages.

mod claim;
mod delete;
mod directory;
mod domain;
mod entry_link;
mod key_package;
mod keys;
mod policy;
mod profile;
mod register;
mod view;

pub(crate) use claim::claim_business;
pub(crate) use delete::{delete_account, forget_ended};
pub(crate) use directory::{
    PinRule, fetch_directory, has_ended, pin_device_list, pin_own_devices, pin_with_domain,
};
pub(crate) use domain::{
    claim_domain, domain, is_old, mark_of as domain_mark_of, refresh_profile, withdraw_domain,
};
pub(crate) use entry_link::{create_entry_link, entry_links, revoke_entry_link};
pub(crate) use key_package::{claim_key_packages, refill_key_packages, upload_first_key_packages};
pub(crate) use keys::{NewAccount, NewDevice, Own, certify};
pub(crate) use policy::{Policy, claimed_identity};
pub(crate) use profile::{mark_of, own_profile, profile, publish_profile};
pub(crate) use register::register_person;
pub(crate) use view::{account_view, role_view};
