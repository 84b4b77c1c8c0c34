//! The stock of key packages at the server (PROTOCOL D8).

use std::rc::Rc;

use tresen_mls::{KeyPackageOptions, Suite, generate_key_packages, inspect_key_package};
use tresen_proto::{ClaimKeyPackages, ReplyBody, RequestBody, UploadKeyPackages, read_id};
use tresen_types::{
    AccountId, DeviceId, EntryId,
    limits::{KEY_PACKAGE_LIFETIME_DAYS, KEY_PACKAGES_AGENT, KEY_PACKAGES_CUSTOMER},
};

use crate::{
    client::Inner,
    error::{Error, Result},
    limits::{KEY_PACKAGES_PER_UPLOAD_MAX, LAST_RESORT_INTERVAL_MS},
};

/// Brings the stock back to its size when it fell under a quarter, and replaces the last-resort key
/// package when it is missing or old. In small batches, since each package takes a browser some ten
/// milliseconds.
pub(crate) async fn refill_key_packages(inner: &Rc<Inner>) -> Result<()> {
    let target = stock_target(inner)?;
    let stock = inner.link.session()?.key_package_stock;
    if stock >= target / 4 && !needs_last_resort(inner)? {
        return Ok(());
    }
    loop {
        let missing = target.saturating_sub(inner.link.session()?.key_package_stock);
        upload(inner, missing.min(KEY_PACKAGES_PER_UPLOAD_MAX)).await?;
        if missing <= KEY_PACKAGES_PER_UPLOAD_MAX {
            return Ok(());
        }
    }
}

/// Uploads the first few, so that the account can be reached; the rest follows beside.
pub(crate) async fn upload_first_key_packages(inner: &Rc<Inner>) -> Result<()> {
    upload(inner, KEY_PACKAGES_PER_UPLOAD_MAX).await?;
    inner.duties.all();
    Ok(())
}

fn stock_target(inner: &Inner) -> Result<u32> {
    let is_business = inner.own()?.is_business();
    let target = if is_business { KEY_PACKAGES_AGENT } else { KEY_PACKAGES_CUSTOMER };
    Ok(u32::try_from(target).unwrap_or(u32::MAX))
}

fn needs_last_resort(inner: &Inner) -> Result<bool> {
    let made_at = inner.store.read(|tx| tx.last_resort_at())?;
    let is_old = inner.now().as_millis().saturating_sub(made_at) > LAST_RESORT_INTERVAL_MS;
    Ok(is_old || !inner.link.session()?.has_last_resort)
}

async fn upload(inner: &Rc<Inner>, count: u32) -> Result<()> {
    let own = inner.own()?;
    let needs_last_resort = needs_last_resort(inner)?;
    let (key_packages, last_resort) = inner.store.write(|tx| {
        let make = |count: u32, last_resort: bool| {
            let options = options(inner, count, last_resort);
            generate_key_packages(tx, &own.keys, &own.certificate, &options)
        };
        let key_packages = make(count, false)?;
        let last_resort = if needs_last_resort {
            tx.set_last_resort_at(inner.now().as_millis())?;
            make(1, true)?.pop()
        } else {
            None
        };
        Ok((key_packages, last_resort.unwrap_or_default()))
    })?;
    let request = UploadKeyPackages { key_packages, last_resort };
    match inner.link.request(RequestBody::UploadKeyPackages(request)).await? {
        ReplyBody::Done(_) => {
            let mut session = inner.link.session()?;
            session.key_package_stock = session.key_package_stock.saturating_add(count);
            session.has_last_resort = true;
            inner.link.set_session(session);
            Ok(())
        }
        _ => Err(Error::Answer("upload of key packages")),
    }
}

fn options(inner: &Inner, count: u32, last_resort: bool) -> KeyPackageOptions {
    KeyPackageOptions {
        suite: Suite::default(),
        count: usize::try_from(count).unwrap_or(0),
        now: inner.now(),
        lifetime_days: u16::try_from(KEY_PACKAGE_LIFETIME_DAYS).unwrap_or(1),
        last_resort,
    }
}

/// Takes one key package of each device of an account, checked against its pinned devices.
pub(crate) async fn claim_key_packages(
    inner: &Rc<Inner>,
    account: AccountId,
    devices: &[DeviceId],
    entry: Option<EntryId>,
) -> Result<Vec<(DeviceId, Vec<u8>)>> {
    let request = ClaimKeyPackages {
        account: account.as_bytes().to_vec(),
        devices: devices.iter().map(|device| device.as_bytes().to_vec()).collect(),
        entry: entry.map(|entry| entry.as_bytes().to_vec()).unwrap_or_default(),
    };
    let reply = inner.link.request(RequestBody::ClaimKeyPackages(request)).await?;
    let ReplyBody::ClaimedKeyPackages(claimed) = reply else {
        return Err(Error::Answer("claim of key packages"));
    };
    let now = inner.now();
    let mut usable = Vec::new();
    for claimed in claimed.key_packages {
        // A device that has none left comes in later, by its colleagues.
        if claimed.key_package.is_empty() {
            continue;
        }
        let device: DeviceId = read_id(&claimed.device)?;
        let summary = inspect_key_package(&claimed.key_package, now)?;
        let known = inner.store.read(|tx| tx.certificate(account, device))?;
        let is_known = known.is_some_and(|known| {
            known.is_listed
                && known.certificate == summary.identity
                && known.signature_key == summary.signature_key
        });
        if !is_known {
            return Err(Error::Untrusted("a key package of an unknown device"));
        }
        usable.push((device, claimed.key_package));
    }
    Ok(usable)
}
