//! Several nodes on one store: which device is connected where, and how nodes hear of what another
//! one has done.
//!
//! ```text
//! accepted at node A ─▶ store ─▶ "mail at cursor 7" ─▶ bus ─▶ node B, where the device is
//!                         ▲                                      │ reads after its own cursor
//!                         └──────────────────────────────────────┘
//! lost notice: node B looks by itself, a while later, or as soon as the bus is back
//! ```
//!
//! What nodes tell each other are hints ([`notice`]); the truth is in the store. Without a shared
//! store none of this runs: entries are pushed from the batch that wrote them.

use std::sync::Arc;

use tokio::sync::Semaphore;

mod bus;
mod inbound;
pub mod local;
pub mod nats;
pub mod notice;
pub(crate) mod repair;

pub(crate) use bus::Bus;
pub(crate) use inbound::{Inbound, end_sessions};
use notice::Notice;

use crate::limits::MAILBOX_READERS_MAX;

/// What a node needs to know beside others on one store.
#[derive(Debug)]
pub(crate) struct Cluster {
    /// The way to the other nodes; none when this is the only one.
    pub(crate) bus: Option<Arc<Bus>>,
    /// Bounds how many mailboxes are read at once, whatever the bus says.
    pub(crate) readers: Semaphore,
    pub(crate) repair: repair::Demand,
}

impl Cluster {
    pub(crate) fn new(bus: Option<Arc<Bus>>) -> Self {
        Self {
            bus,
            readers: Semaphore::new(MAILBOX_READERS_MAX),
            repair: repair::Demand::default(),
        }
    }

    /// Tells the other nodes, if there are any and the bus is there.
    pub(crate) fn tell(&self, notice: &Notice) {
        if let Some(bus) = &self.bus {
            bus.publish(notice);
        }
    }

    /// Whether notices come through; true without a bus, as there is nobody to hear of.
    pub(crate) fn hears_others(&self) -> bool {
        self.bus.as_ref().is_none_or(|bus| bus.is_up())
    }
}
