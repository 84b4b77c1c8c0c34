//! The welcomes of a bundle: exactly one for each member that comes in by it.

use std::collections::BTreeSet;

use bytes::Bytes;
use tresen_mls_public::inspect_welcome;
use tresen_proto::{ErrorCode, WelcomeFor, read_id};
use tresen_store::delivery::WelcomeBody;
use tresen_types::DeviceId;

use crate::{
    ServerError,
    error::refused,
    limits::{PIECE_BYTES_MAX, WELCOMES_MAX},
};

/// Refuses two parts that couldn't travel to a client in one frame.
pub(super) fn check_one_piece(part: &[u8], ratchet_tree: &[u8]) -> Result<(), ServerError> {
    if part.len().saturating_add(ratchet_tree.len()) > PIECE_BYTES_MAX {
        return Err(refused(ErrorCode::LimitExceeded, "the group is too large"));
    }
    Ok(())
}

/// Checks the welcomes against the devices that come in.
pub(super) fn check(
    welcomes: &[WelcomeFor],
    newcomers: &BTreeSet<DeviceId>,
    ratchet_tree: &Bytes,
) -> Result<Vec<WelcomeBody>, ServerError> {
    if welcomes.len() > WELCOMES_MAX {
        return Err(refused(ErrorCode::LimitExceeded, "too many welcomes"));
    }
    let mut missing = newcomers.clone();
    let mut bodies = Vec::with_capacity(newcomers.len());
    for welcome in welcomes {
        check_one_piece(&welcome.welcome, ratchet_tree)?;
        if inspect_welcome(&welcome.welcome)?.len() != welcome.devices.len() {
            return Err(refused(ErrorCode::InvalidGroup, "a welcome is for other devices"));
        }
        for device in &welcome.devices {
            let device: DeviceId = read_id(device)?;
            if !missing.remove(&device) {
                return Err(refused(ErrorCode::InvalidGroup, "a welcome for no newcomer"));
            }
            bodies.push(WelcomeBody {
                device,
                body: welcome.welcome.clone(),
                ratchet_tree: ratchet_tree.clone(),
            });
        }
    }
    if missing.is_empty() {
        Ok(bodies)
    } else {
        Err(refused(ErrorCode::InvalidGroup, "a newcomer has no welcome"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Found in review: such an entry went into the mailbox, and its reader, whose frames are
    /// limited, could never take it, nor anything after it.
    #[test]
    fn a_welcome_that_no_frame_can_carry_is_refused() {
        let device = DeviceId::new([1; 8]);
        let half = Bytes::from(vec![0; PIECE_BYTES_MAX / 2 + 1]);
        let welcome =
            WelcomeFor { devices: vec![device.as_bytes().to_vec()], welcome: half.clone() };
        let refusal = check(&[welcome], &BTreeSet::from([device]), &half);
        let code = ErrorCode::LimitExceeded;
        assert!(matches!(refusal, Err(ServerError::Refused { code: of, .. }) if of == code));
    }
}
