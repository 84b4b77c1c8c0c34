//! A business claims a domain. The look is a task of its own, so that the connection goes on.

use std::sync::Arc;

use tresen_proto::{ClaimDomain, ErrorCode, ReplyBody};
use tresen_statement::{DomainClaim, Unverified};
use tresen_store::control::{DomainClaimRecord, DomainClaimState};
use tresen_types::Timestamp;

use super::{check, fetch};
use crate::{
    ServerError, account,
    app::App,
    cluster::local::ConnectionHandle,
    dispatch,
    error::refused,
    limits::Subject,
    session::{DeviceSession, check_clock},
};

/// Stores the claim, and replies when it was looked for.
pub(crate) async fn claim(
    app: &Arc<App>,
    connection: &ConnectionHandle,
    session: &DeviceSession,
    request_id: u64,
    request: ClaimDomain,
) -> Result<(), ServerError> {
    let now = app.now();
    session.check_business()?;
    session.check_owner()?;
    app.rates.take(Subject::DomainAccount(session.account), now)?;
    let devices = account::require(app, session.account).await?;
    let claim = Unverified::<DomainClaim>::decode(&request.claim)?
        .verify(devices.account_key())?
        .into_value();
    if claim.account != session.account {
        return Err(refused(ErrorCode::Forbidden, "the claim is another account's"));
    }
    check_clock(claim.at, now)?;
    let record = DomainClaimRecord {
        account: claim.account,
        domain: claim.domain,
        method: claim.method.as_byte(),
        claim: request.claim,
        claimed_at: now,
        state: DomainClaimState::Waiting,
        sequence: 0,
        since: Timestamp::default(),
        found_at: Timestamp::default(),
        checked_at: Timestamp::default(),
        next_at: now,
        trouble: String::new(),
        record: Vec::new(),
    };
    app.control.put_domain_claim(record).await?;
    let (app, connection, account) = (Arc::clone(app), connection.clone(), session.account);
    tokio::spawn(async move {
        let looked = async {
            // When all hands are full, it is looked for later: the claim is stored.
            if let Ok(_permit) = app.domain_checks.try_acquire() {
                check::check_now(&app, account).await?;
            }
            fetch::describe(&app, account).await
        };
        let reply = match looked.await {
            Ok(domain) => ReplyBody::Domain(domain),
            Err(error) => dispatch::refusal(app.metrics(), "ClaimDomain", &error),
        };
        connection.reply(request_id, reply);
    });
    Ok(())
}
