//! A device has persisted its entries up to a cursor: they are deleted, and more may be sent.

use std::sync::Arc;

use tresen_store::DeliveryEvent;

use super::drain;
use crate::{app::App, session::DeviceSession};

/// Deletes the entries up to `cursor` and lets the feed go on. Nothing is answered: what is lost in a
/// crash is delivered again and acknowledged again.
pub(crate) fn acknowledge(app: &Arc<App>, session: &DeviceSession, cursor: u64) {
    let event = DeliveryEvent::Acknowledge { device: session.device, through: cursor };
    if let Err(error) = app.delivery.submit_tagged(event, super::distribute::NO_REPLY) {
        tracing::debug!(%error, "an acknowledgement wasn't taken");
    }
    if session.feed.feed().acknowledge(cursor) {
        drain::start(app, session.feed.feed());
    }
}
