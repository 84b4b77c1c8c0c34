//! The newest consents of the session's account.

use tresen_proto::{Consents, FetchConsents, read_id};
use tresen_types::{AccountId, AccountKind};

use super::check;
use crate::{
    ServerError,
    app::App,
    limits::{CONSENTS_MAX, Subject},
    session::DeviceSession,
};

/// Lists them, or the one with the named account.
pub(crate) async fn fetch(
    app: &App,
    session: &DeviceSession,
    request: FetchConsents,
) -> Result<Consents, ServerError> {
    app.rates.take(Subject::QueryDevice(session.device), app.now())?;
    let records = if request.other.is_empty() {
        all(app, session.account).await?
    } else {
        let other: AccountId = read_id(&request.other)?;
        match check::pair(session.account, other) {
            Some((business, customer)) => {
                app.control.consent(business, customer).await?.into_iter().collect()
            }
            None => Vec::new(),
        }
    };
    Ok(Consents { consents: records.into_iter().map(|record| record.bytes).collect() })
}

async fn all(
    app: &App,
    account: AccountId,
) -> Result<Vec<tresen_store::control::ConsentRecord>, ServerError> {
    match account.kind() {
        AccountKind::Person => Ok(app.control.consents_of_customer(account).await?),
        AccountKind::Business => {
            let mut records = Vec::new();
            let mut after = None;
            while records.len() < CONSENTS_MAX {
                let page = app.control.consents_of_business(account, after).await?;
                let Some(last) = page.last() else { break };
                after = Some(last.customer);
                records.extend(page);
            }
            records.truncate(CONSENTS_MAX);
            Ok(records)
        }
    }
}
