//! The devices in the account's newest list, this one first.

use tresen_statement::{DeviceCertificate, DeviceList, Unverified};
use tresen_types::Timestamp;
use tresen_view::{Answer, DeviceView};

use crate::{
    account::role_view,
    client::Inner,
    error::{Error, Result},
};

/// Lists them.
pub(crate) fn devices(inner: &Inner) -> Result<Answer> {
    let own = inner.own()?;
    let mut views = inner.store.read(|tx| {
        let contact = tx.contact(own.account)?.ok_or(Error::Damaged("own account"))?;
        let list = Unverified::<DeviceList>::decode(&contact.device_list)?;
        let mut views = Vec::new();
        for known in tx.certificates(own.account)?.into_iter().filter(|known| known.is_listed) {
            let certificate = Unverified::<DeviceCertificate>::decode(&known.certificate)?;
            let listed = list.claimed().entry(known.device);
            views.push(DeviceView {
                device: known.device,
                name: known.name,
                role: role_view(certificate.claimed().role),
                added_at: listed.map_or(Timestamp::default(), |listed| listed.added_at),
                is_this: known.device == own.device,
            });
        }
        Ok(views)
    })?;
    views.sort_by_key(|view| (!view.is_this, view.added_at, view.device));
    Ok(Answer::Devices(views))
}
