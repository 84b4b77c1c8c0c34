//! Accounts and their devices: registration, sessions, device lists.

mod authenticate;
mod begin;
mod claim_business;
mod delete_account;
pub(crate) mod devices;
mod load;
mod publish_device_list;
mod recheck;
mod register_device;
mod register_person;

pub(crate) use authenticate::authenticate;
pub(crate) use claim_business::claim_business;
pub(crate) use delete_account::{delete_account, finish as finish_ended, last_list};
pub(crate) use load::{forget, load, load_newest, require};
pub(crate) use publish_device_list::publish_device_list;
pub(crate) use recheck::{recheck, require_listed};
pub(crate) use register_device::register_device;
pub(crate) use register_person::register_person;
