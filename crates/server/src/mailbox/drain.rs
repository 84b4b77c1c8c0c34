//! Reads a mailbox for its connected device, page by page, until the feed is live or its window full.

use std::{sync::Arc, time::Duration};

use tresen_proto::{Deliver, Drained, ErrorCode, ServerBody};
use tresen_store::{StoreError, delivery::MailboxEntry};

use super::{
    entry_on_the_wire,
    feed::{AfterLast, Feed, ReadTurn},
};
use crate::{
    app::App,
    cluster::repair::jittered,
    connection::limits::{PAGE_BYTES_MAX, PAGE_ENTRIES_MAX, RECONNECT_SPREAD_MS},
    limits::PIECE_BYTES_MAX,
};

/// Pause before a mailbox is read again that couldn't be read; it grows by itself with each failure.
const RETRY_PAUSE_MIN: Duration = Duration::from_millis(200);
/// How often the pause grows.
const RETRY_STEPS_MAX: u32 = 5;

/// Starts a reader of the feed.
pub(crate) fn start(app: &Arc<App>, feed: &Arc<Feed>) {
    let (app, feed) = (Arc::clone(app), Arc::clone(feed));
    tokio::spawn(async move { read(&app, &feed).await });
}

async fn read(app: &App, feed: &Feed) {
    let mut failures = 0_u32;
    while let ReadTurn::Page { sent, newest, entries_max, bytes_max } = feed.turn() {
        if feed.connection().is_closed() {
            return;
        }
        let (entries_max, bytes_max) =
            (entries_max.min(PAGE_ENTRIES_MAX), bytes_max.min(PAGE_BYTES_MAX));
        match page(app, feed, sent, entries_max, bytes_max).await {
            Ok(entries) => {
                failures = 0;
                let is_last = is_last(&entries, entries_max, bytes_max);
                send(app, feed, entries);
                if !is_last {
                    continue;
                }
                if let AfterLast::Live { tell_drained, cursor } = feed.after_last(newest) {
                    if tell_drained {
                        feed.connection().send(ServerBody::Drained(Drained { cursor }));
                    }
                    return;
                }
            }
            Err(error) if app.cluster().is_some() => {
                // The database is another machine, which comes back: the connection stays.
                tracing::warn!(%error, "a mailbox can't be read now");
                failures = failures.saturating_add(1);
                tokio::time::sleep(jittered(RETRY_PAUSE_MIN * failures.min(RETRY_STEPS_MAX))).await;
            }
            Err(error) => {
                tracing::error!(%error, "a mailbox can't be read");
                feed.connection().close(ErrorCode::Unavailable, RECONNECT_SPREAD_MS);
                return;
            }
        }
    }
}

async fn page(
    app: &App,
    feed: &Feed,
    sent: u64,
    entries_max: usize,
    bytes_max: usize,
) -> Result<Vec<MailboxEntry>, StoreError> {
    // Held for the read alone; the semaphore is never closed.
    let _permit = match app.cluster() {
        Some(cluster) => cluster.readers.acquire().await.ok(),
        None => None,
    };
    app.delivery.read_after(feed.device(), sent, entries_max, bytes_max).await
}

/// Whether nothing was left behind a page. The store counts bytes a little differently, so that only
/// a page that is far from its limits says so.
fn is_last(page: &[MailboxEntry], entries_max: usize, bytes_max: usize) -> bool {
    let bytes: usize = page.iter().map(MailboxEntry::size).sum();
    page.is_empty() || (page.len() < entries_max && bytes < bytes_max / 2)
}

/// Sends a page without what isn't worth delivering any more.
fn send(app: &App, feed: &Feed, mut entries: Vec<MailboxEntry>) {
    let Some(last) = entries.last().map(|entry| entry.cursor) else { return };
    let now = app.now();
    entries.retain(|entry| !entry.is_over(now));
    for entries in split(&entries) {
        let deliver = Deliver { entries: entries.iter().map(entry_on_the_wire).collect() };
        if !feed.connection().send(ServerBody::Deliver(deliver)) {
            return;
        }
        for entry in entries {
            feed.note_sent(entry.cursor, entry.size());
            app.metrics().entries_delivered.increment();
        }
    }
    feed.note_read(last);
}

/// Splits a page into what fits into frames: its last entry may be as large as a frame itself.
fn split(page: &[MailboxEntry]) -> impl Iterator<Item = &[MailboxEntry]> {
    let mut bytes = 0_usize;
    page.chunk_by(move |entry, next| {
        bytes = bytes.saturating_add(entry.size());
        let fits = bytes.saturating_add(next.size()) <= PIECE_BYTES_MAX;
        if !fits {
            bytes = 0;
        }
        fits
    })
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use tresen_proto::{ServerFrame, encode_frame};
    use tresen_store::delivery::EntryKind;
    use tresen_types::{Category, Timestamp, limits::FRAME_BYTES_MAX};

    use super::*;

    fn entry(cursor: u64, bytes: usize) -> MailboxEntry {
        MailboxEntry {
            cursor,
            kind: EntryKind::Welcome,
            conversation: None,
            sequence: 1,
            accepted_at: Timestamp::from_millis(1),
            time_to_live_s: 0,
            sender: None,
            class: 0,
            category: Category::Service,
            is_charged: false,
            body: Bytes::from(vec![7; bytes]),
            attachment: Bytes::new(),
            receipt: Bytes::new(),
        }
    }

    /// Found in review: a page's small entries with one large welcome behind them made a frame that
    /// no client takes, so the mailbox stood still for ever.
    #[test]
    fn no_page_makes_a_frame_that_is_too_long() {
        let small = PAGE_BYTES_MAX / 2 - 100;
        let sizes = [small, small, PIECE_BYTES_MAX - 100, 10, 10, PIECE_BYTES_MAX - 100];
        let page: Vec<_> = (1..).zip(sizes).map(|(cursor, bytes)| entry(cursor, bytes)).collect();
        let mut cursors = Vec::new();
        for entries in split(&page) {
            cursors.extend(entries.iter().map(|entry| entry.cursor));
            let deliver = Deliver { entries: entries.iter().map(entry_on_the_wire).collect() };
            let frame = encode_frame(&ServerFrame::from(ServerBody::Deliver(deliver)));
            assert!(frame.len() <= FRAME_BYTES_MAX, "{} bytes", frame.len());
        }
        assert_eq!(cursors, [1, 2, 3, 4, 5, 6]);
    }
}
