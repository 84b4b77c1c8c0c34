//! The welcomes of a bundle: exactly one for each member that comes in by it.

use std::collections::BTreeSet;

use bytes::Bytes;
use tresen_mls_public::inspect_welcome;
use tresen_proto::{ErrorCode, WelcomeFor, read_id};
use tresen_store::delivery::WelcomeBody;
use tresen_types::DeviceId;

use crate::{ServerError, error::refused, limits::WELCOMES_MAX};

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
