//! This node's place on the bus.

use tresen_types::{DeviceId, Timestamp};

use super::{
    nats::Nats,
    notice::{NodeId, Notice, NoticeSeal},
};

/// Publishes notices and subscribes to those of connected devices.
#[derive(Debug)]
pub(crate) struct Bus {
    node: NodeId,
    seal: NoticeSeal,
    nats: Nats,
}

impl Bus {
    pub(crate) const fn new(node: NodeId, seal: NoticeSeal, nats: Nats) -> Self {
        Self { node, seal, nats }
    }

    pub(crate) const fn node(&self) -> NodeId {
        self.node
    }

    pub(crate) fn is_up(&self) -> bool {
        self.nats.is_up()
    }

    pub(crate) const fn nats(&self) -> &Nats {
        &self.nats
    }

    /// Publishes a notice, or loses it.
    pub(crate) fn publish(&self, notice: &Notice) {
        let (subject, payload) = self.seal.seal(notice);
        self.nats.publish(&subject, &payload);
    }

    /// Tells that a device is here now.
    pub(crate) fn publish_attached(&self, device: DeviceId, at: Timestamp) {
        self.publish(&Notice::Attached { device, node: self.node, at });
    }

    /// Reads what came; none when it isn't a notice of this installation.
    pub(crate) fn open(&self, subject: &[u8], payload: &[u8]) -> Option<Notice> {
        self.seal.open(subject, payload)
    }

    /// Subscribes to what concerns every node.
    pub(crate) fn subscribe_common(&self) {
        self.nats.subscribe(&self.seal.common_subject());
    }

    /// Subscribes to what concerns a device.
    pub(crate) fn subscribe(&self, device: DeviceId) {
        self.nats.subscribe(&self.seal.device_subject(device));
    }

    /// The device isn't here any more.
    pub(crate) fn unsubscribe(&self, device: DeviceId) {
        self.nats.unsubscribe(&self.seal.device_subject(device));
    }
}
