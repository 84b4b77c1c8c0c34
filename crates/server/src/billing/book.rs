//! What was delivered or lost goes from the delivery store's transaction into the books, and is then
//! forgotten there. Whatever is interrupted in between comes again and is booked once; several nodes
//! may do the same at the same time.

use std::{sync::Weak, time::Duration};

use tresen_billing::Month;
use tresen_store::DeliveryEvent;

use super::note;
use crate::{ServerError, app::App};

/// How often somebody looks.
const INTERVAL: Duration = Duration::from_secs(2);
/// Charges of one step.
const STEP: usize = 500;

/// Books until the node is gone.
pub(crate) async fn run(app: Weak<App>) {
    let mut interval = tokio::time::interval(INTERVAL);
    loop {
        interval.tick().await;
        let Some(app) = app.upgrade() else { return };
        if let Err(error) = book(&app).await {
            tracing::warn!(%error, "charges can't be booked; it is tried again");
        }
    }
}

/// Books everything that is settled.
pub(crate) async fn book(app: &App) -> Result<(), ServerError> {
    loop {
        let settled = app.delivery.settled(STEP).await?;
        if settled.is_empty() {
            return Ok(());
        }
        let mut records = Vec::with_capacity(settled.len());
        let mut charges = Vec::with_capacity(settled.len());
        for one in &settled {
            charges.push(one.id);
            match note::to_record(one) {
                Ok(record) => {
                    let month = Month::of(record.accepted_at).number();
                    records.push((record, month));
                }
                // Kept, it would hold up all that follow.
                Err(error) => tracing::error!(%error, "a charge is lost"),
            }
        }
        for (record, _month) in &records {
            if !record.is_delivered {
                app.terms.forget(&record.account);
            }
        }
        app.control.book_charges(records).await?;
        app.delivery.submit(DeliveryEvent::Booked { charges }).await?;
        if settled.len() < STEP {
            return Ok(());
        }
    }
}
