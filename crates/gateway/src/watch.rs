//! Looks now and then what was decided about the templates and how the business stands, and tells what
//! is new once.

use std::{rc::Rc, time::Duration};

use tokio::sync::watch;
use tresen_types::ConversationId;

use crate::{
    error::Result,
    gateway::Gateway,
    limits::{TEMPLATES_LOOK_MS, TEMPLATES_LOOK_SOON_MS},
    standing,
    store::NewEvent,
    templates,
    webhook::{fields, value},
};

/// The lane of what belongs to no conversation.
const ACCOUNT: ConversationId = ConversationId::new([0; 16]);

/// What is noted with the first look.
const LOOKED: &str = "templates_looked_at";

/// Looks until the gateway stops.
pub(crate) async fn run(gateway: Rc<Gateway>, mut stop: watch::Receiver<bool>) {
    loop {
        let asked = gateway.look.notified();
        if gateway.is_live()
            && let Err(error) = look(&gateway).await
        {
            tracing::debug!(%error, "the templates can't be looked at");
        }
        let pause = if gateway.is_live() { TEMPLATES_LOOK_MS } else { TEMPLATES_LOOK_SOON_MS };
        tokio::select! {
            () = asked => {}
            () = tokio::time::sleep(Duration::from_millis(pause)) => {}
            _ = stop.wait_for(|is_over| *is_over) => return,
        }
    }
}

async fn look(gateway: &Gateway) -> Result<()> {
    let known = templates::kept(gateway).await?;
    let mut lanes = Vec::new();
    gateway.store.write(|tx| {
        // Decisions from before the gateway was linked aren't told.
        let is_first = tx.meta(LOOKED)?.is_none();
        tx.set_meta(LOOKED, "yes")?;
        for template in &known {
            let status = templates::status(template.status);
            let told = tx.told_template(&template.template)?;
            if told.as_deref() == Some(status) {
                continue;
            }
            tx.put_told_template(&template.template, status)?;
            // What was made just now was answered to who made it.
            if told.is_none() && (is_first || status == "PENDING") {
                continue;
            }
            let to = fields::wanted_by(tx, fields::TEMPLATE_STATUS)?;
            let event = NewEvent {
                lane: ACCOUNT,
                field: fields::TEMPLATE_STATUS,
                value: value::template_status(template).to_string(),
                media: None,
                at: gateway.now(),
            };
            tx.add_event(&event, &to)?;
            lanes.extend(to.into_iter().map(|subscriber| (subscriber, ACCOUNT)));
        }
        Ok(())
    })?;
    gateway.deliveries.added(&lanes, gateway.now());
    look_at_standing(gateway).await
}

async fn look_at_standing(gateway: &Gateway) -> Result<()> {
    let standing = standing::ask(gateway).await?;
    *gateway.standing.borrow_mut() = Some(standing.clone());
    let mut lanes = Vec::new();
    gateway.store.write(|tx| {
        for (field, value) in standing::news(&gateway.ids, tx, &standing)? {
            let to = fields::wanted_by(tx, field)?;
            let event = NewEvent {
                lane: ACCOUNT,
                field,
                value: value.to_string(),
                media: None,
                at: gateway.now(),
            };
            tx.add_event(&event, &to)?;
            lanes.extend(to.into_iter().map(|subscriber| (subscriber, ACCOUNT)));
        }
        Ok(())
    })?;
    gateway.deliveries.added(&lanes, gateway.now());
    Ok(())
}
