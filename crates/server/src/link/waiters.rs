//! Who waits for a step of a linking on this node. The steps themselves are in the control store, so
//! that the two devices may be connected to different nodes.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use tokio::sync::Notify;

/// Name of a link mailbox.
pub(crate) type LinkId = [u8; 16];

/// Wakes those who wait.
#[derive(Debug, Default)]
pub(crate) struct LinkWaiters(Mutex<BTreeMap<LinkId, Weak<Notify>>>);

impl LinkWaiters {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<LinkId, Weak<Notify>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What tells that a step was written into the mailbox.
    pub(crate) fn written(&self, mailbox: LinkId) -> Arc<Notify> {
        let mut waiters = self.lock();
        if let Some(known) = waiters.get(&mailbox).and_then(Weak::upgrade) {
            return known;
        }
        let new = Arc::new(Notify::new());
        waiters.insert(mailbox, Arc::downgrade(&new));
        new
    }

    /// Wakes those who wait for a step of the mailbox.
    pub(crate) fn wake(&self, mailbox: LinkId) {
        if let Some(written) = self.lock().get(&mailbox).and_then(Weak::upgrade) {
            written.notify_waiters();
        }
    }

    /// Forgets the mailboxes for which nobody waits any more.
    pub(crate) fn sweep(&self) {
        self.lock().retain(|_mailbox, written| written.strong_count() > 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mailbox_is_forgotten_when_nobody_waits() {
        let waiters = LinkWaiters::default();
        let (first, second) = (waiters.written([1; 16]), waiters.written([1; 16]));
        assert!(Arc::ptr_eq(&first, &second));
        waiters.sweep();
        assert_eq!(waiters.lock().len(), 1);
        drop((first, second));
        waiters.wake([1; 16]);
        waiters.sweep();
        assert!(waiters.lock().is_empty());
    }
}
