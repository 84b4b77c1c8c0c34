//! Entry links: what stands behind a QR code.

use std::rc::Rc;

use tresen_proto::{EntryLinkUse, ListEntryLinks, PublishEntryLink, ReplyBody, RequestBody};
use tresen_statement::{EntryLink, Signed, Unverified, fingerprint_text};
use tresen_types::{Categories, Category, EntryId, limits::DAY_MS};
use tresen_view::{Answer, EntryLinkView};

use super::Own;
use crate::{
    client::Inner,
    connection::Phase,
    error::{Error, Result},
    runtime,
    store::EntryLinkRecord,
};

/// Makes and publishes a link.
pub(crate) async fn create_entry_link(
    inner: &Rc<Inner>,
    label: String,
    prefilled: String,
    uses_max: Option<u32>,
    days: Option<u32>,
) -> Result<Answer> {
    inner.link.reach(Phase::Authenticated).await?;
    let own = inner.own()?;
    let now = inner.now();
    let link = EntryLink {
        entry: EntryId::new(runtime::random()),
        account: own.account,
        sequence: 1,
        title: String::new(),
        greeting: String::new(),
        prefilled,
        categories: [Category::Service, Category::Utility, Category::Marketing]
            .into_iter()
            .collect::<Categories>(),
        purpose: String::new(),
        expires_at: days.map(|days| now.plus_millis(i64::from(days).saturating_mul(DAY_MS))),
        uses_max,
        is_revoked: false,
        issued_at: now,
    };
    let record = publish(inner, &own, link, label).await?;
    Ok(Answer::EntryLink(view(inner, &own, &record, 0, 0)?))
}

/// Revokes a link.
pub(crate) async fn revoke_entry_link(inner: &Rc<Inner>, entry: EntryId) -> Result<Answer> {
    inner.link.reach(Phase::Authenticated).await?;
    let own = inner.own()?;
    let record = fetch_all(inner, &own)
        .await?
        .into_iter()
        .map(|(record, _)| record)
        .find(|record| record.entry == entry)
        .ok_or(Error::NotFound("entry link"))?;
    let known = Unverified::<EntryLink>::decode(&record.link)?;
    let link = EntryLink {
        sequence: known.claimed().sequence.saturating_add(1),
        is_revoked: true,
        issued_at: inner.now(),
        ..known.claimed().clone()
    };
    publish(inner, &own, link, record.label).await?;
    Ok(Answer::Done)
}

/// All links with their counters, newest first.
pub(crate) async fn entry_links(inner: &Rc<Inner>) -> Result<Answer> {
    inner.link.reach(Phase::Authenticated).await?;
    let own = inner.own()?;
    let mut views = Vec::new();
    for (record, counted) in fetch_all(inner, &own).await? {
        views.push(view(inner, &own, &record, counted.uses, counted.visits)?);
    }
    Ok(Answer::EntryLinks(views))
}

async fn publish(
    inner: &Rc<Inner>,
    own: &Own,
    link: EntryLink,
    label: String,
) -> Result<EntryLinkRecord> {
    let signed = Signed::sign(link, own.account_key()?)
        .map_err(|_rule| Error::Invalid("a field of the link"))?;
    let request = PublishEntryLink { entry_link: signed.encode() };
    let reply = inner.link.request(RequestBody::PublishEntryLink(request)).await?;
    let ReplyBody::Done(_) = reply else { return Err(Error::Answer("entry link")) };
    let record = EntryLinkRecord {
        entry: signed.value().entry,
        label,
        link: signed.encode(),
        sequence: signed.value().sequence,
    };
    inner.store.write(|tx| tx.put_entry_link(&record))?;
    Ok(record)
}

/// The links as the server has them, verified; the private labels come from this device.
async fn fetch_all(inner: &Rc<Inner>, own: &Own) -> Result<Vec<(EntryLinkRecord, EntryLinkUse)>> {
    let reply = inner.link.request(RequestBody::ListEntryLinks(ListEntryLinks {})).await?;
    let ReplyBody::EntryLinks(links) = reply else { return Err(Error::Answer("entry links")) };
    inner.store.write(|tx| {
        let contact = tx.contact(own.account)?.ok_or(Error::Damaged("own account"))?;
        let mut records = Vec::new();
        for counted in links.entry_links {
            let link = Unverified::<EntryLink>::decode(&counted.entry_link)?
                .verify(&contact.account_key)?;
            let known = tx.entry_link(link.value().entry)?;
            let record = EntryLinkRecord {
                entry: link.value().entry,
                label: known.map(|known| known.label).unwrap_or_default(),
                link: link.encode(),
                sequence: link.value().sequence,
            };
            tx.put_entry_link(&record)?;
            records.push((record, counted));
        }
        Ok(records)
    })
}

fn view(
    inner: &Inner,
    own: &Own,
    record: &EntryLinkRecord,
    uses: u64,
    visits: u64,
) -> Result<EntryLinkView> {
    let link = Unverified::<EntryLink>::decode(&record.link)?;
    let link = link.claimed();
    let contact = inner.store.read(|tx| tx.contact(own.account))?;
    let key = contact.ok_or(Error::Damaged("own account"))?.account_key;
    Ok(EntryLinkView {
        entry: record.entry,
        url: format!("{}/e/{}#{}", inner.origin, record.entry, fingerprint_text(&key)),
        label: record.label.clone(),
        prefilled: link.prefilled.clone(),
        uses,
        uses_max: link.uses_max,
        visits,
        expires_at: link.expires_at,
        is_revoked: link.is_revoked,
    })
}
