//! What waits for a writer, how it becomes a batch, and how it is answered: the same for every back end.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::oneshot;
use tresen_types::DeviceId;

use super::{
    BatchListener, ChargeId, CommittedBatch, Delivered,
    event::{DeliveryEvent, Outcome},
};
use crate::{
    ErrorKind, StoreError,
    limits::{BATCH_BYTES_MAX, BATCH_EVENTS_MAX, QUEUE_BYTES_MAX},
};

/// What waits for the writer.
pub(super) enum Job {
    /// An event.
    Event { event: DeliveryEvent, size: usize, reply: Reply },
    /// The end: nothing after it is taken.
    Shutdown(oneshot::Sender<()>),
}

/// Where an outcome goes.
pub(super) enum Reply {
    /// To the one who waits for it.
    Waiting(oneshot::Sender<Result<Outcome, StoreError>>),
    /// To the listener, under a tag.
    Tagged(u64),
}

/// What an event wants, and who waits for the answer.
pub(super) type Asked = (DeliveryEvent, Reply);

pub(super) const OVERLOADED: StoreError =
    StoreError::new(ErrorKind::Overloaded, "too much waits for the mailboxes");
pub(super) const DISK_FULL: StoreError = StoreError::new(ErrorKind::Full, "the disk is full");

/// Counts an event into the bytes that wait; refuses it when they are too many.
pub(super) fn count_in(
    queued_bytes: &AtomicUsize,
    event: &DeliveryEvent,
) -> Result<usize, StoreError> {
    let size = event_size(event);
    if queued_bytes.fetch_add(size, Ordering::Relaxed) > QUEUE_BYTES_MAX {
        queued_bytes.fetch_sub(size, Ordering::Relaxed);
        return Err(OVERLOADED);
    }
    Ok(size)
}

/// Makes a batch of a first job and of what else waits. The second part is a job that doesn't fit.
pub(super) fn gather(
    first: Job,
    mut waiting: impl FnMut() -> Option<Job>,
    queued_bytes: &AtomicUsize,
) -> (Vec<Asked>, Option<Job>) {
    let mut batch = Vec::with_capacity(BATCH_EVENTS_MAX);
    let mut bytes = 0;
    let mut next = Some(first);
    while let Some(job) = next.take() {
        let (event, size, reply) = match job {
            Job::Event { event, size, reply } => (event, size, reply),
            Job::Shutdown(_) => return (batch, Some(job)),
        };
        let is_alone = needs_own_batch(&event);
        if is_alone && !batch.is_empty() {
            return (batch, Some(Job::Event { event, size, reply }));
        }
        queued_bytes.fetch_sub(size, Ordering::Relaxed);
        bytes += size;
        batch.push((event, reply));
        if !is_alone && batch.len() < BATCH_EVENTS_MAX && bytes < BATCH_BYTES_MAX {
            next = waiting();
        }
    }
    (batch, None)
}

/// Tells everybody what became of a batch.
pub(super) fn answer(
    listener: &dyn BatchListener,
    replies: Vec<Reply>,
    outcomes: Vec<Result<Outcome, StoreError>>,
    delivered: Vec<Delivered>,
    dropped: Vec<DeviceId>,
    has_recovered: bool,
) {
    let mut batch = CommittedBatch { answers: Vec::new(), delivered, dropped, has_recovered };
    let mut waiting = Vec::with_capacity(replies.len());
    for (reply, outcome) in replies.into_iter().zip(outcomes) {
        match reply {
            Reply::Waiting(sender) => waiting.push((sender, outcome)),
            Reply::Tagged(tag) => batch.answers.push((tag, outcome)),
        }
    }
    // The listener first, so that who has the answer can rely on it that the listener knows.
    if !batch.is_empty() {
        listener.committed(batch);
    }
    for (sender, outcome) in waiting {
        // The caller may have gone; what it asked for is done all the same.
        drop(sender.send(outcome));
    }
}

/// Whether an event removes what others may remove too.
pub(super) const fn needs_own_batch(event: &DeliveryEvent) -> bool {
    matches!(event, DeliveryEvent::DropDevice { .. } | DeliveryEvent::Expire { .. })
}

/// The device that an event drops.
pub(super) const fn dropped_device(event: &DeliveryEvent) -> Option<DeviceId> {
    match event {
        DeliveryEvent::DropDevice { device } => Some(*device),
        _ => None,
    }
}

/// Whether an event adds to what is stored.
pub(super) const fn takes_space(event: &DeliveryEvent) -> bool {
    !matches!(
        event,
        DeliveryEvent::Acknowledge { .. }
            | DeliveryEvent::DropDevice { .. }
            | DeliveryEvent::Expire { .. }
            | DeliveryEvent::Booked { .. }
            | DeliveryEvent::Leave { .. }
    )
}

/// What an event weighs in the queue, in bytes.
fn event_size(event: &DeliveryEvent) -> usize {
    const OVERHEAD: usize = 256;
    OVERHEAD
        + match event {
            DeliveryEvent::Message(message) => message.message.body.len(),
            DeliveryEvent::CreateConversation(create) => {
                let welcomes: usize = create.welcomes.iter().map(|one| one.body.len()).sum();
                let messages: usize = create.messages.iter().map(|one| one.body.len()).sum();
                create.conversation.ratchet_tree.len() + welcomes + messages
            }
            DeliveryEvent::Commit(commit) => {
                let welcomes: usize = commit.welcomes.iter().map(|one| one.body.len()).sum();
                commit.ratchet_tree.len() + commit.body.len() + welcomes
            }
            DeliveryEvent::Proposal { body, .. } => body.len(),
            DeliveryEvent::Enqueue(notice) => notice.body.len(),
            DeliveryEvent::Leave { .. }
            | DeliveryEvent::Acknowledge { .. }
            | DeliveryEvent::DropDevice { .. }
            | DeliveryEvent::Expire { .. } => 0,
            DeliveryEvent::Booked { charges } => {
                charges.len().saturating_mul(size_of::<ChargeId>())
            }
        }
}
