//! What programs have switched on, kept over restarts.

use crate::{error::Result, store::Tx};

const KEYS: &str = "checks_keys";
const WELCOME: &str = "welcomes";
const APP_STATE: &str = "tells_app_state";
const VERTICAL: &str = "vertical";
const YES: &str = "yes";

/// What programs have switched on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Settings {
    /// Webhooks tell the hash of the customer's key.
    pub(crate) checks_keys: bool,
    /// Who comes in without a word is told of.
    pub(crate) welcomes: bool,
    /// Customers whom the app gets to know are told of.
    pub(crate) tells_app_state: bool,
    /// The line of business as programs name it; empty for none.
    pub(crate) vertical: String,
}

impl Settings {
    /// As they were kept.
    pub(crate) fn read(tx: &Tx<'_>) -> Result<Self> {
        let is_on = |name| Ok::<_, crate::Error>(tx.meta(name)?.as_deref() == Some(YES));
        Ok(Self {
            checks_keys: is_on(KEYS)?,
            welcomes: is_on(WELCOME)?,
            tells_app_state: is_on(APP_STATE)?,
            vertical: tx.meta(VERTICAL)?.unwrap_or_default(),
        })
    }

    /// Keeps them.
    pub(crate) fn write(&self, tx: &Tx<'_>) -> Result<()> {
        let word = |is_on| if is_on { YES } else { "" };
        tx.set_meta(KEYS, word(self.checks_keys))?;
        tx.set_meta(WELCOME, word(self.welcomes))?;
        tx.set_meta(APP_STATE, word(self.tells_app_state))?;
        tx.set_meta(VERTICAL, &self.vertical)
    }
}
