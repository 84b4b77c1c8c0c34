//! The connection to the server: kept up, authenticated, with requests and their answers on it.
//!
//! ```text
//! run         connects again and again, with growing pauses, while an account or a command wants it
//! session     one connection: hello, authenticate, then crate::sync takes the mailbox in
//! Link        what others see of it: phase, requests, frames
//! ```

mod link;
mod session;

use std::rc::Rc;

use futures::future::{Either, select};
pub(crate) use link::{Link, Phase};
pub(crate) use session::{Incoming, authenticate};
use tresen_view::Connection;

use crate::{
    account,
    client::Inner,
    limits::{RECONNECT_MS_MAX, RECONNECT_MS_MIN},
    runtime,
};

/// Why a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// It broke, or never came up.
    Broken,
    /// The server restarts and names a time.
    ComeBackAfter(u64),
    /// This device was removed from its account.
    Revoked,
    /// The device connected a second time.
    Replaced,
}

/// Keeps a connection up for as long as the client lives.
#[expect(clippy::infinite_loop, reason = "the task is dropped with the client")]
pub(crate) async fn run(inner: Rc<Inner>) {
    let mut pause_ms = RECONNECT_MS_MIN;
    loop {
        inner.link.wait_until_wanted(&inner).await;
        if inner.own_or_none().is_some() {
            inner.set_connection(Connection::Syncing);
        }
        let end = session::run(&inner).await;
        let was_live = inner.link.phase() == Phase::Live;
        inner.link.take_down();
        let hurry = inner.link.hurry_count();
        if was_live {
            pause_ms = RECONNECT_MS_MIN;
        }
        match end {
            // The account has ended, and this device knows it.
            End::Revoked if inner.own_or_none().is_none() || has_ended(&inner) => {}
            End::Revoked => {
                inner.set_connection(Connection::Revoked);
                mark_revoked(&inner);
                inner.link.wait_for_hurry(hurry).await;
                continue;
            }
            End::Replaced => {
                inner.set_connection(Connection::Replaced);
                inner.link.wait_for_hurry(hurry).await;
                continue;
            }
            End::ComeBackAfter(_) | End::Broken => {}
        }
        inner.set_connection(Connection::Offline);
        let pause = runtime::sleep(match end {
            // The server has spread its clients already: only a little is added.
            End::ComeBackAfter(after_ms) if pause_ms <= RECONNECT_MS_MIN => {
                after_ms.min(RECONNECT_MS_MAX).saturating_add(runtime::jitter_ms(RECONNECT_MS_MIN))
            }
            _ => pause_ms.saturating_add(runtime::jitter_ms(pause_ms)),
        });
        let hurried = inner.link.wait_for_hurry(hurry);
        match select(std::pin::pin!(pause), std::pin::pin!(hurried)).await {
            Either::Left(_) => pause_ms = pause_ms.saturating_mul(2).min(RECONNECT_MS_MAX),
            Either::Right(_) => pause_ms = RECONNECT_MS_MIN,
        }
    }
}

/// Whether the account was to end and the server's answer was lost: then the store is empty now.
fn has_ended(inner: &Inner) -> bool {
    account::forget_ended(inner).unwrap_or_else(|error| {
        tracing::error!(%error, "an account that has ended can't be forgotten");
        false
    })
}

fn mark_revoked(inner: &Inner) {
    let marked = inner.store.write(|tx| {
        let Some(mut record) = tx.account()? else { return Ok(()) };
        record.is_revoked = true;
        tx.put_account(&record)
    });
    if let Err(error) = marked.and_then(|()| inner.reload_own()) {
        tracing::error!(%error, "the revocation of this device can't be noted");
    }
}
