//! Waits for a step of the linking. The wait is a task of its own, so that the connection goes on.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;
use tresen_proto::{ErrorCode, FetchLink, LinkPayload, ReplyBody};
use tresen_types::AccountId;

use super::{
    mailboxes::{LinkId, Slot},
    party, post,
};
use crate::{
    ServerError,
    app::App,
    cluster::local::ConnectionHandle,
    dispatch,
    error::refused,
    limits::{LINK_WAIT_MS_MAX, Subject},
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
    loop {
        let written = match app.links.look(mailbox, account, slot, app.now())? {
            Slot::Written(payload) => return Ok(LinkPayload { payload }),
            Slot::Empty(written) => written,
        };
        let notified = written.notified();
        tokio::pin!(notified);
        notified.as_mut().enable();
        // Written between the look and the registration.
        if let Slot::Written(payload) = app.links.look(mailbox, account, slot, app.now())? {
            return Ok(LinkPayload { payload });
        }
        if tokio::time::timeout_at(end, notified).await.is_err() {
            return Err(refused(ErrorCode::NotFound, "the slot wasn't written in time"));
        }
    }
}
