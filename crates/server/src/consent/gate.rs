//! The sender's admission: what the server knows when a business's message comes in, and the decision
//! when it is the message's turn in the store's queue (PROTOCOL 5.2, crate `admission`).
//!
//! ```text
//! load    consent, block and approval, from memory or the control store; before the queue
//! admit   with the conversation's clock and counts at the moment of acceptance; in the writer
//! ```

use std::sync::Arc;

use bytes::Bytes;
use jiff::tz::TimeZone;
use prost::Message as _;
use tresen_admission::{Attempt, History, Refusal, Standing as Facts, Window, admit};
use tresen_billing::{Charged, Country, Purse, Rated, Terms};
use tresen_proto::{Refused, aad::AuthenticatedData};
use tresen_statement::{Approval, ApprovalProfile, Date, LocalTime, Unverified};
use tresen_store::delivery::{Charge, Gate, Passed, SharedGate, Standing};
use tresen_types::{AccountId, Categories, MessageClass, Timestamp, limits::DAY_MS};

use super::check::Permission;
use crate::{
    ServerError, account,
    app::App,
    billing::{note::ChargeNote, terms},
};

/// One business's message on its way.
#[derive(Debug)]
struct Admission {
    attempt: Attempt,
    permission: Permission,
    approval: Option<Arc<Approval>>,
    suspended: Categories,
    /// The zone in which the customer's quiet hours are meant.
    zone: Option<TimeZone>,
    /// What its price depends on; none for what never costs anything.
    priced: Option<Priced>,
}

/// What the price of a message depends on.
#[derive(Debug)]
struct Priced {
    business: AccountId,
    customer: AccountId,
    country: Country,
    terms: Arc<Terms>,
}

/// Gathers what decides about a message.
pub(crate) async fn load(
    app: &App,
    permission: Permission,
    data: &AuthenticatedData,
    customer: AccountId,
) -> Result<SharedGate, ServerError> {
    let approval = match data.template {
        Some(template) if data.class == MessageClass::Template => {
            approval(app, data.account, template).await?
        }
        _none => None,
    };
    let zone = permission.consent.as_ref().and_then(|consent| {
        let quiet = consent.terms.quiet.as_ref();
        let is_asked = quiet.is_some_and(|quiet| quiet.categories.contains(data.category));
        is_asked.then(|| TimeZone::get(&consent.terms.time_zone).ok()).flatten()
    });
    let priced = match data.class {
        MessageClass::Template => Some(Priced {
            business: data.account,
            customer,
            country: terms::country(&permission),
            terms: terms::load(app, data.account).await?,
        }),
        _free => None,
    };
    Ok(Arc::new(Admission {
        attempt: Attempt {
            sender: data.account.kind(),
            class: data.class,
            category: data.category,
            template: data.template,
            at: Timestamp::default(),
        },
        permission,
        approval,
        suspended: suspended(app, data.account).await?,
        zone,
        priced,
    }))
}

impl Gate for Admission {
    fn purse(&self) -> Option<AccountId> {
        self.priced.as_ref().map(|priced| priced.business)
    }

    fn admit(&self, now: Timestamp, standing: &Standing, purse: &[u8]) -> Result<Passed, Bytes> {
        let window = Window { opened_at: standing.opened_at };
        let bill = self.priced.as_ref().map(|priced| {
            let rated = Rated {
                country: priced.country,
                category: self.attempt.category,
                in_window: window.is_open_at(now),
            };
            Bill::of(priced, rated, now, standing, purse)
        });
        let facts = Facts {
            consent: self.permission.consent.as_deref(),
            is_blocked: self.permission.customer_blocks,
            window,
            approval: self.approval.as_deref(),
            history: History(standing.counted(self.attempt.category)),
            local: self.zone.as_ref().and_then(|zone| local_time(zone, now)),
            suspended: self.suspended,
            tier_full_until: bill.as_ref().and_then(|bill| bill.full_until),
            is_paid: bill.as_ref().is_none_or(|bill| bill.charged.is_some()),
        };
        let admitted = admit(&Attempt { at: now, ..self.attempt }, &facts)
            .map_err(|refusal| Bytes::from(on_the_wire(&refusal).encode_to_vec()))?;
        let is_counted = admitted.is_counted;
        let charged = self.priced.as_ref().zip(bill).and_then(|(priced, bill)| {
            let (is_contact, charged) = (bill.is_contact, bill.charged?);
            let mut purse = charged.purse;
            if is_contact {
                purse.contact(now);
            }
            let note = ChargeNote {
                business: priced.business,
                customer: priced.customer,
                country: bill.rated.country.code().to_owned(),
                category: bill.rated.category,
                template: self.attempt.template,
                in_window: bill.rated.in_window,
                price: charged.price.amount.0,
                accepted_at: now,
            };
            Some((is_contact, Charge { purse: purse.encode().into(), usage: note.encode() }))
        });
        let (is_contact, charge) = charged.map_or((false, None), |(is, charge)| (is, Some(charge)));
        Ok(Passed { is_counted, is_contact, charge })
    }
}

/// What a message costs, and whether its business begins with a customer.
#[derive(Debug)]
struct Bill {
    rated: Rated,
    /// None when it can't be paid.
    charged: Option<Charged>,
    /// Whether the business's tier counts the customer anew.
    is_contact: bool,
    full_until: Option<Timestamp>,
}

impl Bill {
    fn of(
        priced: &Priced,
        rated: Rated,
        now: Timestamp,
        standing: &Standing,
        purse: &[u8],
    ) -> Self {
        // What the customer has asked for begins nothing.
        let is_recent = |at: Timestamp| now.millis_since(at) < DAY_MS;
        let is_contact = !rated.in_window && !standing.contacted_at.is_some_and(is_recent);
        let Ok(purse) = Purse::decode(purse) else {
            tracing::error!("a purse isn't readable");
            return Self { rated, charged: None, is_contact, full_until: None };
        };
        let full_until = if is_contact { purse.full_until(&priced.terms, now) } else { None };
        let charged = purse.charge(&priced.terms, now, &rated).ok();
        Self { rated, charged, is_contact, full_until }
    }
}

fn on_the_wire(refusal: &Refusal) -> Refused {
    Refused {
        reason: refusal.reason.as_str().to_owned(),
        until_ms: refusal.until.map_or(0, Timestamp::as_millis),
        free_text: refusal.instead.free_text,
        templates: u32::from(refusal.instead.templates.bits()),
        invitation: refusal.instead.invitation,
    }
}

/// What the operator has taken from a business.
async fn suspended(app: &App, business: AccountId) -> Result<Categories, ServerError> {
    let generation = match app.suspensions.find(&business) {
        Ok(known) => return Ok(known),
        Err(generation) => generation,
    };
    let suspended = app.control.suspension(business).await?;
    app.suspensions.keep(generation, business, suspended);
    Ok(suspended)
}

/// The newest approval of a template whose signature is good.
async fn approval(
    app: &App,
    business: AccountId,
    template: [u8; 32],
) -> Result<Option<Arc<Approval>>, ServerError> {
    let key = (business, template);
    let generation = match app.approvals.find(&key) {
        Ok(known) => return Ok(known),
        Err(generation) => generation,
    };
    let approval = match app.control.approval(business, template).await? {
        Some(record) => {
            let unverified = Unverified::<Approval>::decode(&record.bytes)?;
            let signer = match unverified.claimed().profile {
                ApprovalProfile::Reviewed => Some(app.server_key()),
                ApprovalProfile::SelfSigned if app.config().templates.self_approval => {
                    Some(*account::require(app, business).await?.account_key())
                }
                ApprovalProfile::SelfSigned => None,
            };
            let verified = signer.and_then(|signer| unverified.verify(&signer).ok());
            verified.map(|approval| Arc::new(approval.into_value()))
        }
        None => None,
    };
    app.approvals.keep(generation, key, approval.clone());
    Ok(approval)
}

fn local_time(zone: &TimeZone, now: Timestamp) -> Option<LocalTime> {
    let instant = jiff::Timestamp::from_millisecond(now.as_millis()).ok()?;
    let civil = zone.to_datetime(instant);
    let date = Date::from_civil(
        u16::try_from(civil.year()).ok()?,
        u8::try_from(civil.month()).ok()?,
        u8::try_from(civil.day()).ok()?,
    )?;
    let minute = i16::from(civil.hour()) * 60 + i16::from(civil.minute());
    Some(LocalTime { date, minute: u16::try_from(minute).ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_with_summer_time_tells_the_customers_minute() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        // 1 July 2026, 10:30 UTC and 1 December 2026, 10:30 UTC.
        for (millis, minute) in [(1_782_901_800_000, 750), (1_796_121_000_000, 690)] {
            let local = local_time(&zone, Timestamp::from_millis(millis)).unwrap();
            assert_eq!(local.minute, minute);
        }
    }
}
