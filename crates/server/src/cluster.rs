//! Which device is connected where. One node for now: [`local`].

pub mod local;
