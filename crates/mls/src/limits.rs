//! Limits and windows of the engine (PROTOCOL D4).

/// Epochs before the current one whose messages can still be decrypted. One more than the delivery
/// service accepts, since a commit may overtake a message in flight.
pub const PAST_EPOCHS_KEPT: usize = 3;
/// Secrets of an earlier epoch are deleted after this long, in seconds.
pub const PAST_EPOCH_SECONDS_MAX: u64 = 7 * 24 * 60 * 60;
/// A message may arrive this many generations after a later one of the same sender.
pub const OUT_OF_ORDER_MAX: u32 = 32;
/// A sender may be this many generations ahead: a gateway writes much to a customer who is away.
pub const FORWARD_DISTANCE_MAX: u32 = 20_000;
/// Messages are padded to a multiple of this many bytes.
pub const PADDING_BYTES: usize = 256;
/// A key package is valid from this long before its creation, in seconds, for clocks that are late.
pub const KEY_PACKAGE_BACKDATE_SECONDS: u64 = 60 * 60;
/// An exported secret, in bytes.
pub const EXPORTED_SECRET_BYTES_MAX: usize = 1 << 10;
/// A credential identity (a signed device certificate), in bytes.
pub const IDENTITY_BYTES_MAX: usize = 4 << 10;
/// The leaf of a group's creator says that it is valid for this many days; it is checked only when
/// the group is opened, and gone after the leaf's first update.
pub const CREATOR_LEAF_DAYS: u16 = 84;
