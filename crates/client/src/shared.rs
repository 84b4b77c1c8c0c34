//! Settings that all devices of a business share: told in its own group, the newest time wins.

use std::rc::Rc;

use tresen_content::message::Private;
use tresen_types::Timestamp;
use tresen_view::Event;

use crate::{
    account::Own,
    client::Inner,
    error::{Error, Result},
    limits::SHARED_SETTING_BYTES_MAX,
    private,
    store::Tx,
};

/// A setting that devices share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SharedSetting {
    /// The ways to pay.
    Rails,
}

const ALL: [SharedSetting; 1] = [SharedSetting::Rails];

impl SharedSetting {
    const fn name(self) -> &'static str {
        match self {
            Self::Rails => "tresen/rails",
        }
    }

    const fn time_name(self) -> &'static str {
        match self {
            Self::Rails => "tresen/rails/at",
        }
    }

    /// The setting of this name, if it is one.
    pub(crate) fn named(name: &str) -> Option<Self> {
        ALL.into_iter().find(|setting| setting.name() == name)
    }
}

/// The value; `None` when it was never set.
pub(crate) fn get(tx: &Tx<'_>, setting: SharedSetting) -> Result<Option<String>> {
    tx.text(setting.name())
}

/// Sets a value and tells the other devices.
pub(crate) fn set(inner: &Rc<Inner>, setting: SharedSetting, value: String) -> Result<()> {
    let own = inner.own()?;
    if !own.is_business() {
        return Err(Error::Forbidden);
    }
    if value.len() > SHARED_SETTING_BYTES_MAX {
        return Err(Error::TooLarge("setting"));
    }
    let at = inner.now();
    inner.store.write(|tx| {
        put(tx, setting, &value, at)?;
        let name = setting.name().to_owned();
        private::tell(inner, tx, &own, Private::Setting { name, value, at }).map(drop)
    })?;
    inner.outbox_wake.notify();
    Ok(())
}

/// Takes in what another device has set.
pub(crate) fn take_in(
    tx: &Tx<'_>,
    setting: SharedSetting,
    value: &str,
    at: Timestamp,
) -> Result<Vec<Event>> {
    let known = tx.text(setting.time_name())?.and_then(|at| at.parse::<i64>().ok());
    let is_newer = known.is_none_or(|known| at.as_millis() > known);
    if is_newer {
        put(tx, setting, value, at)?;
    }
    Ok(if is_newer { vec![Event::AccountChanged] } else { Vec::new() })
}

/// Tells a device that has come in what was set before.
pub(crate) fn tell_all(inner: &Inner, tx: &Tx<'_>, own: &Own) -> Result<()> {
    for setting in ALL {
        let known = tx.text(setting.time_name())?.and_then(|at| at.parse::<i64>().ok());
        if let (Some(value), Some(at)) = (get(tx, setting)?, known) {
            let (name, at) = (setting.name().to_owned(), Timestamp::from_millis(at));
            private::tell(inner, tx, own, Private::Setting { name, value, at })?;
        }
    }
    Ok(())
}

fn put(tx: &Tx<'_>, setting: SharedSetting, value: &str, at: Timestamp) -> Result<()> {
    tx.set_text(setting.name(), value)?;
    tx.set_text(setting.time_name(), &at.as_millis().to_string())
}
