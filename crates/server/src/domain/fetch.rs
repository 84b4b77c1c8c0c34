//! How a claim stands, for the business; and the record that customers see.

use tresen_proto::Domain;
use tresen_store::control::DomainClaimState;
use tresen_types::{AccountId, AccountKind, Timestamp};

use crate::{ServerError, app::App, limits::Subject, session::DeviceSession};

/// Answers the business's claim.
pub(crate) async fn fetch(app: &App, session: &DeviceSession) -> Result<Domain, ServerError> {
    app.rates.take(Subject::QueryDevice(session.device), app.now())?;
    session.check_business()?;
    describe(app, session.account).await
}

/// The claim as it travels.
pub(super) async fn describe(app: &App, account: AccountId) -> Result<Domain, ServerError> {
    let claim = app.control.domain_claim(account).await?;
    Ok(claim.map_or_else(Domain::default, |claim| Domain {
        claim: claim.claim,
        record: claim.record,
        trouble: claim.trouble,
        checked_at: claim.checked_at.as_millis(),
    }))
}

/// The record that is shown beside a business's name; empty when there is none.
pub(crate) async fn shown(app: &App, account: AccountId) -> Result<Vec<u8>, ServerError> {
    if account.kind() != AccountKind::Business {
        return Ok(Vec::new());
    }
    let claim = app.control.domain_claim(account).await?;
    let is_shown = |state| state == DomainClaimState::Confirmed;
    Ok(claim.filter(|claim| is_shown(claim.state)).map(|claim| claim.record).unwrap_or_default())
}

/// The time of a claim that nobody looks for any more.
pub(super) const NEVER: Timestamp = Timestamp::from_millis(i64::MAX);
