//! Who has devices of the business: who comes in and who leaves is told once.

use std::collections::BTreeMap;

use tresen_view::{Answer, Command};

use super::{News, tell};
use crate::{
    error::{Error, Result},
    gateway::Gateway,
    webhook::{fields, value},
};

/// The devices that were told last, with their names, JSON.
const TOLD: &str = "devices_told";

pub(super) async fn look(gateway: &Gateway) -> Result<()> {
    let Answer::Devices(devices) = gateway.client.call(Command::Devices).await? else {
        return Err(Error::unexpected());
    };
    let now: BTreeMap<String, String> =
        devices.into_iter().map(|one| (one.device.to_string(), one.name)).collect();
    let words = serde_json::to_string(&now).map_err(|_json| Error::Damaged("devices"))?;
    tell(gateway, |tx| {
        let told = tx.meta(TOLD)?;
        if told.as_deref() == Some(words.as_str()) {
            return Ok(Vec::new());
        }
        tx.set_meta(TOLD, &words)?;
        // Who was there before the gateway isn't news.
        let Some(before) = told else { return Ok(Vec::new()) };
        let before: BTreeMap<String, String> =
            serde_json::from_str(&before).map_err(|_json| Error::Damaged("devices"))?;
        let said = |event: &str, device: &str, name: &str| {
            (fields::SECURITY, value::security(&gateway.ids, event, device, name))
        };
        let mut news: News = Vec::new();
        for (device, name) in now.iter().filter(|(device, _)| !before.contains_key(*device)) {
            news.push(said("DEVICE_ADDED", device, name));
        }
        for (device, name) in before.iter().filter(|(device, _)| !now.contains_key(*device)) {
            news.push(said("DEVICE_REMOVED", device, name));
        }
        Ok(news)
    })
}
