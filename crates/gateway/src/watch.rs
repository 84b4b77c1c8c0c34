//! Looks now and then what was decided about the templates, how the business stands, what it is called and
//! who has devices of it, and tells what is new once.

mod devices;
mod templates;

use std::{rc::Rc, time::Duration};

use serde_json::Value;
use tokio::sync::watch;
use tresen_types::ConversationId;
use tresen_view::{Answer, Command, ProfileDraft};

use crate::{
    error::{Error, Result},
    gateway::Gateway,
    limits::{TEMPLATES_LOOK_MS, TEMPLATES_LOOK_SOON_MS},
    standing,
    store::{Lane, NewEvent, Tx},
    webhook::{fields, value},
};

/// The lane of what belongs to no conversation.
pub(crate) const ACCOUNT: ConversationId = ConversationId::new([0; 16]);

/// The name that was told last.
const NAME: &str = "name_told";

/// Looks until the gateway stops.
pub(crate) async fn run(gateway: Rc<Gateway>, mut stop: watch::Receiver<bool>) {
    loop {
        let asked = gateway.look.notified();
        if gateway.is_live()
            && let Err(error) = look(&gateway).await
        {
            tracing::debug!(%error, "the account can't be looked at");
        }
        let pause = if gateway.is_live() { TEMPLATES_LOOK_MS } else { TEMPLATES_LOOK_SOON_MS };
        tokio::select! {
            () = asked => {}
            () = tokio::time::sleep(Duration::from_millis(pause)) => {}
            _ = stop.wait_for(|is_over| *is_over) => return,
        }
    }
}

/// Looks at everything, once.
pub(crate) async fn look(gateway: &Gateway) -> Result<()> {
    templates::look(gateway).await?;
    devices::look(gateway).await?;
    look_at_profile(gateway).await?;
    look_at_standing(gateway).await
}

/// What is told of the account, each with its field.
type News = Vec<(&'static str, Value)>;

/// Notes what is new and lets it be brought, in one transaction with what `find` notes.
pub(crate) fn tell(gateway: &Gateway, find: impl FnOnce(&Tx<'_>) -> Result<News>) -> Result<()> {
    let mut lanes: Vec<Lane> = Vec::new();
    gateway.store.write(|tx| {
        for (field, value) in find(tx)? {
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

async fn look_at_profile(gateway: &Gateway) -> Result<()> {
    match gateway.client.call(Command::OwnProfile).await? {
        Answer::Profile(known) => see_profile(gateway, known.profile),
        _ => Err(Error::unexpected()),
    }
}

/// Remembers the profile; another name is told once.
pub(crate) fn see_profile(gateway: &Gateway, profile: ProfileDraft) -> Result<()> {
    tell(gateway, |tx| {
        let told = tx.meta(NAME)?;
        if told.as_deref() == Some(profile.name.as_str()) {
            return Ok(Vec::new());
        }
        tx.set_meta(NAME, &profile.name)?;
        // What held before the gateway was there isn't news.
        let is_news = told.is_some();
        let value = value::name(&gateway.ids, &profile.name);
        Ok(is_news.then_some((fields::NAME, value)).into_iter().collect())
    })?;
    *gateway.profile.borrow_mut() = profile;
    Ok(())
}

async fn look_at_standing(gateway: &Gateway) -> Result<()> {
    let standing = standing::ask(gateway).await?;
    *gateway.standing.borrow_mut() = Some(standing.clone());
    tell(gateway, |tx| standing::news(&gateway.ids, tx, &standing))
}
