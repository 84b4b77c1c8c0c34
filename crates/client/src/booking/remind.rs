//! Reminders: a message of the business's template, once, a day before. Whose device does it the own
//! group decides; what the customer allows, the server and the customer's device.

use tresen_content::{
    Content, Message,
    booking::{BookingState, Calendar, CalendarOp},
    template::{TemplateMessage, TemplateValue},
};
use tresen_statement::{Approval, LocalTime, Parameter, ParameterKind, TemplateDoc, Unverified};
use tresen_types::{Category, ConversationId, MessageId, Timestamp};

use super::{keep::reminded_from, ledger};
use crate::{account::Own, client::Inner, error::Result, names, runtime, shop, store::Tx};

/// Says that reminders are due.
pub(super) fn due(inner: &Inner, tx: &Tx<'_>, own: &Own) -> Result<()> {
    let calendar = ledger::read(inner, tx, own)?.calendar;
    let Some(hash) = calendar.rules.as_ref().and_then(|rules| rules.reminder) else {
        return Ok(());
    };
    let now = inner.now();
    let holds = tx.template(own.account, hash)?.is_some_and(|known| {
        Unverified::<Approval>::decode(&known.approval)
            .is_ok_and(|approval| approval.claimed().allows_at(now))
    });
    if !holds {
        return Ok(());
    }
    for ((start, booking), known) in ledger::held(&calendar) {
        let is_time = reminded_from(start) <= now && now < start;
        if !is_time || known.reminded == Some(start) {
            continue;
        }
        let Ok((record, asked)) = shop::booking_of(inner, tx, booking) else { continue };
        let (progress, _counted) = shop::booking_progress(inner, tx, &record, &asked)?;
        // Who has agreed within the last day needs none.
        let agreed =
            progress.times.iter().rev().find(|(state, _at)| *state == BookingState::Confirmed);
        let is_agreed = progress.state == BookingState::Confirmed
            && agreed.is_some_and(|(_state, at)| *at < reminded_from(start));
        if is_agreed {
            ledger::say(inner, tx, own, CalendarOp::Remind { booking, start })?;
        }
    }
    Ok(())
}

/// The reminder of a booking; `None` when its template can't be filled.
pub(super) fn content(
    inner: &Inner,
    tx: &Tx<'_>,
    calendar: &Calendar,
    booking: MessageId,
    start: Timestamp,
) -> Result<Option<(ConversationId, Content, Category)>> {
    let own = inner.own()?;
    let Some(rules) = &calendar.rules else { return Ok(None) };
    let Some(hash) = rules.reminder else { return Ok(None) };
    let Some(record) = tx.template(own.account, hash)? else { return Ok(None) };
    let template = TemplateDoc::decode(&record.document)?;
    let Ok((root, asked)) = shop::booking_of(inner, tx, booking) else { return Ok(None) };
    let customer = tx.known_conversation(root.conversation)?.counterpart;
    let local = runtime::local_time(&rules.time_zone, start);
    let known = Known {
        customer: customer.map(|id| names::of_account(tx, id)).transpose()?.unwrap_or_default(),
        service: asked.service.name,
        start,
        local,
    };
    let values: Option<Vec<TemplateValue>> = template
        .parameters
        .iter()
        .zip(0_usize..)
        .map(|(parameter, place)| known.value(parameter, place))
        .collect();
    let Some(values) = values else { return Ok(None) };
    let instance =
        TemplateMessage { template: hash, version: template.version, values, campaign: None };
    if instance.check(&template).is_err() {
        tracing::warn!("the template of reminders can't be filled");
        return Ok(None);
    }
    let content = Content::new(Message::Template(Box::new(instance)));
    Ok(Some((root.conversation, content, template.category)))
}

/// What a reminder can say.
struct Known {
    customer: String,
    service: String,
    start: Timestamp,
    local: Option<LocalTime>,
}

impl Known {
    /// The value of a parameter, by its name; where parameters have numbers, these are customer,
    /// service, day and time.
    fn value(&self, parameter: &Parameter, place: usize) -> Option<TemplateValue> {
        if parameter.kind == ParameterKind::Date {
            return Some(TemplateValue::Date(self.start));
        }
        if parameter.kind != ParameterKind::Text {
            return None;
        }
        let text = match (parameter.name.as_str(), place) {
            ("name" | "customer", _) | ("", 0) => self.customer.clone(),
            ("service", _) | ("", 1) => self.service.clone(),
            ("date" | "day", _) | ("", 2) => self.day()?,
            ("time", _) | ("", 3) => self.time()?,
            _unknown => return None,
        };
        Some(TemplateValue::Text(text))
    }

    fn day(&self) -> Option<String> {
        let (year, month, day) = self.local?.date.civil();
        Some(format!("{year:04}-{month:02}-{day:02}"))
    }

    fn time(&self) -> Option<String> {
        let minute = self.local?.minute;
        Some(format!("{:02}:{:02}", minute / 60, minute % 60))
    }
}
