//! Waits for a step of the linking. The wait is a task of its own, so that the connection goes on.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;
use tresen_proto::{ErrorCode, FetchLink, LinkPayload, ReplyBody};
use tresen_types::AccountId;

use super::{party, post, waiters::LinkId};
use crate::{
    ServerError,
    app::App,
    cluster::local::ConnectionHandle,
    dispatch,
    error::refused,
    limits::{LINK_LOOK_INTERVAL, LINK_WAIT_MS_MAX, Subject},
    session::SessionState,
};

/// Replies through `connection`, at once or when the slot is written.
pub(crate) fn fetch(
    app: &Arc<App>,
    connection: &ConnectionHandle,
    state: &SessionState,
    request_id: u64,
    request: &FetchLink,
) -> Result<(), ServerError> {
    app.rates.take(Subject::LinkPrefix(connection.remote_prefix()), app.now())?;
    let account = party::account_of(state)?;
    let mailbox = post::id(&request.mailbox)?;
    post::check_slot(request.slot)?;
    let wait = Duration::from_millis(u64::from(request.wait_ms.min(LINK_WAIT_MS_MAX)));
    let (app, connection, slot) = (Arc::clone(app), connection.clone(), request.slot);
    tokio::spawn(async move {
        let reply = match wait_for(&app, mailbox, account, slot, wait).await {
            Ok(payload) => ReplyBody::LinkPayload(payload),
            Err(error) => dispatch::refusal(app.metrics(), "FetchLink", &error),
        };
        connection.reply(request_id, reply);
    });
    Ok(())
}

async fn wait_for(
    app: &App,
    mailbox: LinkId,
    account: AccountId,
    slot: u32,
    wait: Duration,
) -> Result<LinkPayload, ServerError> {
    let end = Instant::now() + wait;
    let written = app.links.written(mailbox);
    loop {
        // Registered before the look, so that nothing is missed in between.
        let notified = written.notified();
        tokio::pin!(notified);
        notified.as_mut().enable();
        let step = app.control.link_step(mailbox, account, slot, app.now()).await;
        if let Some(payload) = step.map_err(post::unavailable)? {
            return Ok(LinkPayload { payload: payload.into() });
        }
        if Instant::now() >= end {
            return Err(refused(ErrorCode::NotFound, "the slot wasn't written in time"));
        }
        // Another node's word may be lost: then the store is asked again.
        let next_look = match app.cluster() {
            Some(_others) => end.min(Instant::now() + LINK_LOOK_INTERVAL),
            None => end,
        };
        drop(tokio::time::timeout_at(next_look, notified).await);
    }
}
