//! A load generator on the real protocol: real accounts, consents and groups, through real sockets.
//!
//! It speaks frames instead of using the SDK, so that one core can keep a server on another core
//! busy. Only the payload of its messages is random; everything that the server looks at is real.
//!
//! [`desk`] is the other kind: a gateway with everything around it, and customers with the SDK.

pub(crate) mod desk;
pub(crate) mod message;
pub(crate) mod peer;
pub(crate) mod wire;
