//! Looks into the mailboxes of the connected devices by itself, so that a lost notice only delays.
//!
//! ```text
//! the bus is up      every device once in REPAIR_INTERVAL, spread over it
//! the bus is away    every device once in REPAIR_INTERVAL_ALONE
//! somebody asks      every device once within the next two steps, then at most that often again
//! a device connects  once more after SECOND_LOOK: its subscription may not have been known yet
//! ```

use std::{
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tresen_types::DeviceId;

use crate::{
    app::App,
    mailbox::{Feed, drain},
};

/// While the bus is up, each connected device's mailbox is looked into once in this time.
pub(crate) const REPAIR_INTERVAL: Duration = Duration::from_secs(30);
/// While the bus is away, each connected device's mailbox is looked into once in this time.
pub(crate) const REPAIR_INTERVAL_ALONE: Duration = Duration::from_secs(2);
/// How long after a device's connecting its mailbox is looked into once more.
const SECOND_LOOK: Duration = Duration::from_secs(1);
/// Time between two steps; each takes its share of the devices.
const STEP: Duration = Duration::from_millis(500);
/// Steps in which a demand is served.
const STEPS_ON_DEMAND: usize = 2;

/// Somebody's wish that all mailboxes are looked into soon.
#[derive(Debug, Default)]
pub(crate) struct Demand(AtomicBool);

impl Demand {
    /// Asks for a look at all mailboxes. Many wishes at once are one.
    pub(crate) fn ask(&self) {
        self.0.store(true, Ordering::Release);
    }

    fn take(&self) -> bool {
        self.0.swap(false, Ordering::AcqRel)
    }
}

/// Repairs until the node is gone.
pub(crate) async fn run(app: Weak<App>) {
    let mut last: Option<DeviceId> = None;
    let mut steps_left = 0;
    loop {
        // Nodes that began together don't stay together.
        tokio::time::sleep(jittered(STEP)).await;
        let Some(app) = app.upgrade() else { return };
        let Some(cluster) = app.cluster() else { return };
        if steps_left == 0 && cluster.repair.take() {
            steps_left = STEPS_ON_DEMAND;
            last = None;
        }
        let interval = if cluster.hears_others() { REPAIR_INTERVAL } else { REPAIR_INTERVAL_ALONE };
        let steps = match steps_left {
            0 => usize::try_from(interval.as_millis() / STEP.as_millis()).unwrap_or(1).max(1),
            left => left,
        };
        steps_left = steps_left.saturating_sub(1);
        let share = app.feeds.count().div_ceil(steps);
        let feeds = app.feeds.after(last, share);
        last = feeds.last().map(|feed| feed.device()).filter(|_device| feeds.len() == share);
        for feed in feeds {
            look(&app, &feed);
        }
    }
}

/// Looks once more at a device that has just connected.
pub(crate) fn look_again_later(app: &Arc<App>, feed: &Arc<Feed>) {
    let (app, feed) = (Arc::downgrade(app), Arc::downgrade(feed));
    tokio::spawn(async move {
        tokio::time::sleep(SECOND_LOOK).await;
        if let Some((app, feed)) = app.upgrade().zip(feed.upgrade()) {
            look(&app, &feed);
        }
    });
}

fn look(app: &Arc<App>, feed: &Arc<Feed>) {
    if feed.look() {
        drain::start(app, feed);
    }
}

/// A duration of three to five quarters.
pub(crate) fn jittered(duration: Duration) -> Duration {
    let mut byte = [0];
    match getrandom::fill(&mut byte) {
        Ok(()) => duration.mul_f64(0.75 + f64::from(byte[0]) / 512.0),
        // Only less even.
        Err(_unavailable) => duration,
    }
}
