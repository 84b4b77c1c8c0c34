//! Tells tasks on this thread that something changed.

use std::{
    cell::{Cell, RefCell},
    future::poll_fn,
    task::{Poll, Waker},
};

/// A counter of changes that tasks can wait on. Nobody misses a change: a waiter compares the count
/// that it has seen.
#[derive(Default)]
pub(crate) struct Wake {
    count: Cell<u64>,
    wakers: RefCell<Vec<Waker>>,
}

impl Wake {
    /// Wakes all who wait.
    pub(crate) fn notify(&self) {
        self.count.set(self.count.get().wrapping_add(1));
        for waker in self.wakers.take() {
            waker.wake();
        }
    }

    /// The number of changes so far, to be handed to [`Self::changed_since`].
    pub(crate) fn seen(&self) -> u64 {
        self.count.get()
    }

    /// Waits until there is a change after `seen`.
    pub(crate) async fn changed_since(&self, seen: u64) {
        poll_fn(|context| {
            if self.count.get() == seen {
                self.wakers.borrow_mut().push(context.waker().clone());
                Poll::Pending
            } else {
                Poll::Ready(())
            }
        })
        .await;
    }

    /// Waits until `read` gives something; it is asked again after each change.
    pub(crate) async fn until<T>(&self, mut read: impl FnMut() -> Option<T>) -> T {
        loop {
            let seen = self.seen();
            if let Some(value) = read() {
                return value;
            }
            self.changed_since(seen).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;

    use super::*;

    #[test]
    fn nobody_misses_a_change() {
        let wake = Wake::default();
        let seen = wake.seen();
        wake.notify();
        block_on(wake.changed_since(seen));
    }
}
