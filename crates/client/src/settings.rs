//! What a person can switch.

use tresen_view::Settings;

use crate::{
    client::Inner,
    error::{Error, Result},
    store::Tx,
};

/// The settings.
pub(crate) fn settings(inner: &Inner) -> Result<Settings> {
    inner.store.read(read)
}

/// Changes the settings.
pub(crate) fn set_settings(inner: &Inner, settings: Settings) -> Result<Settings> {
    let json = serde_json::to_string(&settings).map_err(|_never| Error::Internal("settings"))?;
    inner.store.write(|tx| tx.set_settings(&json))?;
    Ok(settings)
}

/// Reads the settings inside a transaction.
pub(crate) fn read(tx: &Tx<'_>) -> Result<Settings> {
    match tx.settings()? {
        None => Ok(Settings::default()),
        Some(json) => serde_json::from_str(&json).map_err(|_malformed| Error::Damaged("settings")),
    }
}
