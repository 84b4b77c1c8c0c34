//! The SDK: account, devices, sync, conversations, outbox.
