//! A business limits what it spends in a month.

use tresen_proto::{Done, ErrorCode, SetSpendingCap};
use tresen_store::control::BillingAccountRecord;

use super::PlanDocument;
use crate::{ServerError, app::App, error::refused, limits::Subject, session::DeviceSession};

/// Sets the cap, or takes it away.
pub(crate) async fn set_spending_cap(
    app: &App,
    session: &DeviceSession,
    request: SetSpendingCap,
) -> Result<Done, ServerError> {
    app.rates.take(Subject::PublishDevice(session.device), app.now())?;
    session.check_business()?;
    session.check_owner()?;
    let cap = match request.monthly {
        Some(monthly) if monthly < 0 => {
            return Err(refused(ErrorCode::Malformed, "a cap isn't below zero"));
        }
        monthly => monthly,
    };
    let known = app.control.billing_account(session.account).await?;
    let record = match known {
        Some(known) => BillingAccountRecord { cap, ..known },
        None => BillingAccountRecord {
            account: session.account,
            plan: PlanDocument::default().text()?,
            is_prepaid: false,
            cap,
        },
    };
    app.control.set_billing_account(record).await?;
    app.terms.forget(&session.account);
    Ok(Done {})
}
