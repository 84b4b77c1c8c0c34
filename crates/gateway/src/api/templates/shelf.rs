//! Templates that are put away and taken out again, let on again after a pause, and compared.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use tresen_types::Timestamp;
use tresen_view::{Command, TemplateStatus, TemplateView};

use super::super::Caller;
use crate::{
    api_error::ApiError,
    http::router::Call,
    ids,
    limits::ARCHIVE_MAX,
    templates::{all, kept},
    watch,
    webhook::{fields, value},
};

/// A day, in seconds.
const DAY_S: i64 = 24 * 60 * 60;
/// The longest time that templates are compared over, in days.
const COMPARED_DAYS_MAX: i64 = 90;

/// `POST /{business}/message_templates/archive` and `…/unarchive`: what is put away isn't sent by this
/// gateway, and is listed as such.
pub(crate) async fn archive(
    call: &Call,
    caller: &Caller,
    puts_away: bool,
) -> Result<Value, ApiError> {
    let gateway = &call.gateway;
    caller.may_manage(gateway)?;
    let named = call.params.names("hsm_ids").unwrap_or_default();
    if named.is_empty() || named.len() > ARCHIVE_MAX {
        let words = format!("Param hsm_ids must have between 1 and {ARCHIVE_MAX} entries.");
        return Err(ApiError::parameter(words));
    }
    let known = all(gateway).await?;
    let (archived, now) = (gateway.store.read(|tx| tx.archived_templates())?, gateway.now());
    let (mut done, mut failed) = (Vec::new(), Map::new());
    for id in named {
        let found = known.iter().find(|one| ids::template_id(&one.template) == id);
        let found = found.filter(|one| archived.contains(&one.template) != puts_away);
        match found {
            Some(found) => done.push((id, found)),
            None => drop(failed.insert(id, "there is no such template to do that with".into())),
        }
    }
    let event = if puts_away { "ARCHIVED" } else { "UNARCHIVED" };
    watch::tell(gateway, |tx| {
        let mut news = Vec::new();
        for (_, template) in &done {
            if puts_away {
                tx.archive_template(&template.template, &template.name, now)?;
            } else {
                tx.unarchive_template(&template.template)?;
            }
            news.push((fields::TEMPLATE_STATUS, value::template_status(template, event)));
        }
        Ok(news)
    })?;
    gateway.templates.forget();
    let done: Vec<String> = done.into_iter().map(|(id, _)| id).collect();
    let name = if puts_away { "archived_templates" } else { "unarchived_templates" };
    Ok(json!({ name: done, "failed_templates": failed }))
}

/// The templates that are put away, for those who list them.
pub(super) async fn archived(call: &Call) -> Result<Vec<TemplateView>, ApiError> {
    let archived: BTreeSet<String> = call.gateway.store.read(|tx| tx.archived_templates())?;
    if archived.is_empty() {
        return Ok(Vec::new());
    }
    let mut known = all(&call.gateway).await?;
    known.retain(|one| archived.contains(&one.template));
    Ok(known)
}

async fn template(call: &Call, id: &str) -> Result<TemplateView, ApiError> {
    let known = kept(&call.gateway).await?;
    let found = known.into_iter().find(|one| ids::template_id(&one.template) == id);
    found.ok_or_else(|| call.unknown(id))
}

/// `POST /{template}/unpause`: where the server lets the business decide about the template, it decides.
pub(crate) async fn unpause(call: &Call, caller: &Caller, id: &str) -> Result<Value, ApiError> {
    let gateway = &call.gateway;
    caller.may_manage(gateway)?;
    let found = template(call, id).await?;
    let refused = |reason: &str| Ok(json!({ "success": false, "reason": reason }));
    if found.status != TemplateStatus::Paused {
        return refused("the template isn't paused");
    }
    if !found.counts_self_approval || !gateway.is_owner() {
        return refused("the operator has paused the template and decides when it goes on");
    }
    gateway.client.call(Command::ApproveTemplate { template: found.template }).await?;
    gateway.templates.forget();
    gateway.look.notify_waiters();
    Ok(json!({ "success": true }))
}

/// `GET /{template}/compare`: how often this template and others were sent and read in some days.
pub(crate) async fn compare(call: &Call, caller: &Caller, id: &str) -> Result<Value, ApiError> {
    let gateway = &call.gateway;
    caller.may_read(gateway)?;
    let time = |name: &str| {
        let seconds: Option<i64> = call.params.required(name)?.parse().ok();
        seconds.ok_or_else(|| ApiError::parameter(format!("Param {name} is a time in seconds.")))
    };
    let (start, end) = (time("start")?, time("end")?);
    let days = end.saturating_sub(start) / DAY_S;
    if end <= start || start < 0 || days > COMPARED_DAYS_MAX {
        return Err(ApiError::parameter("Params start and end are up to 90 days apart."));
    }
    let others = call.params.names("template_ids").unwrap_or_default();
    if others.is_empty() || others.len() > ARCHIVE_MAX {
        return Err(ApiError::parameter("The parameter template_ids is required."));
    }
    let span = |seconds: i64| Timestamp::from_millis(seconds.saturating_mul(1_000));
    let (mut sends, mut reads) = (Vec::new(), Vec::new());
    for id in std::iter::once(id.to_owned()).chain(others) {
        template(call, &id).await?;
        let slot = end.saturating_sub(start);
        let counted =
            gateway.store.read(|tx| tx.count_sent(span(start), span(end), slot, Some(&id)))?;
        let sum = |of: fn(&crate::store::Counted) -> i64| counted.iter().map(of).sum::<i64>();
        sends.push(json!({ "key": id, "value": sum(|one| one.sent) }));
        reads.push(json!({ "key": id, "value": sum(|one| one.read) }));
    }
    Ok(json!({ "data": [
        { "metric": "MESSAGE_SENDS", "type": "NUMBER_VALUES", "number_values": sends },
        { "metric": "MESSAGE_READS", "type": "NUMBER_VALUES", "number_values": reads },
    ]}))
}
