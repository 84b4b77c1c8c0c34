//! Reads a mailbox for its connected device, page by page, until the feed is live or its window full.

use std::sync::Arc;

use tresen_proto::{Deliver, Drained, ErrorCode, ServerBody};
use tresen_store::delivery::MailboxEntry;

use super::{
    entry_on_the_wire,
    feed::{AfterLast, Feed, ReadTurn},
};
use crate::{
    app::App,
    connection::limits::{PAGE_BYTES_MAX, PAGE_ENTRIES_MAX, RECONNECT_SPREAD_MS},
};

/// Starts a reader of the feed.
pub(crate) fn start(app: &Arc<App>, feed: &Arc<Feed>) {
    let (app, feed) = (Arc::clone(app), Arc::clone(feed));
    tokio::spawn(async move { read(&app, &feed).await });
}

async fn read(app: &App, feed: &Feed) {
    while let ReadTurn::Page { sent, newest, entries_max, bytes_max } = feed.turn() {
        if feed.connection().is_closed() {
            return;
        }
        let page = app
            .delivery
            .read_after(
                feed.device(),
                sent,
                entries_max.min(PAGE_ENTRIES_MAX),
                bytes_max.min(PAGE_BYTES_MAX),
            )
            .await;
        match page {
            Ok(entries) if entries.is_empty() => match feed.after_last(newest) {
                AfterLast::ReadOn => {}
                AfterLast::Live { tell_drained, cursor } => {
                    if tell_drained {
                        feed.connection().send(ServerBody::Drained(Drained { cursor }));
                    }
                    return;
                }
            },
            Ok(entries) => send(app, feed, &entries),
            Err(error) => {
                tracing::error!(%error, "a mailbox can't be read");
                feed.connection().close(ErrorCode::Unavailable, RECONNECT_SPREAD_MS);
                return;
            }
        }
    }
}

fn send(app: &App, feed: &Feed, entries: &[MailboxEntry]) {
    let deliver = Deliver { entries: entries.iter().map(entry_on_the_wire).collect() };
    if feed.connection().send(ServerBody::Deliver(deliver)) {
        for entry in entries {
            feed.note_sent(entry.cursor, entry.size());
            app.metrics().entries_delivered.increment();
        }
    }
}
