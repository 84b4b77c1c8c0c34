//! What a node does with what it hears. Everything here is safe to happen twice, late or never.

use std::{
    cmp::Ordering,
    sync::{Arc, Weak},
};

use bytes::Bytes;
use prost::Message as _;
use tresen_proto::{ErrorCode, ServerBody, ServerFrame, Signal, encode_frame};
use tresen_types::{DeviceId, Timestamp};

use super::{
    nats::{Nats, NatsListener},
    notice::{NodeId, Notice},
};
use crate::{app::App, limits::ATTACHED_NOTICE_AGE_MS_MAX, mailbox::drain};

/// Passes what comes over the bus on to the node.
#[derive(Debug)]
pub(crate) struct Inbound(Weak<App>);

impl Inbound {
    pub(crate) fn new(app: &Arc<App>) -> Self {
        Self(Arc::downgrade(app))
    }
}

impl NatsListener for Inbound {
    fn connected(&self, _nats: &Nats) {
        let Some(app) = self.0.upgrade() else { return };
        let Some(bus) = app.cluster().and_then(|cluster| cluster.bus.as_ref()) else { return };
        bus.subscribe_common();
        app.feeds.subscribe_all();
        // Notices of others were lost while this node was away, and its own were lost to others.
        if let Some(cluster) = app.cluster() {
            cluster.repair.ask();
        }
        bus.publish(&Notice::Repair);
    }

    fn message(&self, subject: &[u8], payload: &[u8]) {
        let Some(app) = self.0.upgrade() else { return };
        let Some(cluster) = app.cluster() else { return };
        let notice = cluster.bus.as_ref().and_then(|bus| bus.open(subject, payload));
        let Some(notice) = notice else {
            app.metrics().bus_notices_refused.increment();
            return;
        };
        app.metrics().bus_notices_received.increment();
        match notice {
            Notice::Mail { device, cursor } => wake(&app, device, cursor),
            Notice::Signal { device, signal } => relay(&app, device, signal),
            Notice::Attached { device, node, at } => {
                let age_ms = app.now().millis_since(at).saturating_abs();
                if age_ms <= ATTACHED_NOTICE_AGE_MS_MAX {
                    replace(&app, device, (at, node));
                }
            }
            Notice::Removed { device } => end_sessions(&app, device),
            Notice::AccountChanged { account } => app.accounts.forget(&account),
            Notice::PermissionChanged { business, customer } => {
                app.permissions.forget(&(business, customer));
            }
            Notice::LinkWritten { mailbox } => app.links.wake(mailbox),
            Notice::Repair => cluster.repair.ask(),
        }
    }
}

fn wake(app: &Arc<App>, device: DeviceId, cursor: u64) {
    if let Some(feed) = app.feeds.of(device)
        && feed.wake(cursor)
    {
        drain::start(app, &feed);
    }
}

fn relay(app: &App, device: DeviceId, signal: Bytes) {
    let Some(connection) = app.registry().handle_of(device) else { return };
    if let Ok(signal) = Signal::decode(signal) {
        connection.send_if_idle(&encode_frame(&ServerFrame::from(ServerBody::Signal(signal))));
    }
}

/// The device has connected elsewhere: the older one of two connections ends.
///
/// A node that is the newer one says so again: the other may have subscribed after the first notice.
/// It has subscribed before its own, so that one of the two is heard.
fn replace(app: &App, device: DeviceId, other: (Timestamp, NodeId)) {
    let Some(bus) = app.cluster().and_then(|cluster| cluster.bus.as_ref()) else { return };
    let Some(feed) = app.feeds.of(device) else { return };
    match (feed.attached_at(), bus.node()).cmp(&other) {
        Ordering::Less => feed.connection().close(ErrorCode::Conflict, 0),
        Ordering::Equal => {}
        Ordering::Greater => bus.publish_attached(device, feed.attached_at()),
    }
}

/// The device was removed from its account: its sessions on this node end.
pub(crate) fn end_sessions(app: &App, device: DeviceId) {
    app.tickets.revoke(device);
    if let Some(connection) = app.registry().handle_of(device) {
        connection.close(ErrorCode::DeviceRevoked, 0);
    }
}
