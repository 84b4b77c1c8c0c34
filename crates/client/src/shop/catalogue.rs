//! A business's catalogue: signed and published in pages, fetched and verified by its customers.
//!
//! A newer edition takes the place of an older one; the pages stay as they were signed, so that a
//! price that was shown can be proven.

use std::{collections::BTreeMap, rc::Rc};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest as _, Sha256};
use tresen_content::shop::Order;
use tresen_payments::csv;
use tresen_proto::{
    FetchCatalogue, FetchPictures, PublishCatalogue, ReplyBody, RequestBody, StorePicture,
};
use tresen_statement::{
    CatalogueChoice, CatalogueItem, CataloguePage, Signed, Unverified,
    limits::{CATALOGUE_ITEMS_MAX, CATALOGUE_PAGES_MAX},
};
use tresen_types::{AccountId, Currency, Timestamp, limits::DAY_MS};
use tresen_view::{
    Answer, CatalogueDraft, CatalogueView, ChoiceView, Event, ItemView, PictureView,
};

use super::catalogue_csv;
use crate::{
    client::Inner,
    connection::Phase,
    error::{Error, Result},
    limits::{CATALOGUE_PAGE_BYTES, PICTURE_BYTES_MAX, PICTURES_PAGE},
    store::{MessageRecord, Tx},
};

/// A business's catalogue, as new as the connection allows.
pub(crate) async fn catalogue(inner: &Rc<Inner>, account: Option<AccountId>) -> Result<Answer> {
    let account = match account {
        Some(account) => account,
        None => inner.own()?.account,
    };
    let pages = newest(inner, account).await?;
    Ok(Answer::Catalogue(Box::new(view(account, &pages))))
}

/// The newest edition that can be had; none when the business has none.
pub(super) async fn newest(inner: &Rc<Inner>, account: AccountId) -> Result<Vec<CataloguePage>> {
    match inner.link.reach(Phase::Authenticated).await {
        Ok(()) => refresh(inner, account).await?,
        // What is known is shown.
        Err(Error::Offline) => {}
        Err(error) => return Err(error),
    }
    inner.store.read(|tx| stored(tx, account))
}

async fn refresh(inner: &Rc<Inner>, account: AccountId) -> Result<()> {
    let (known, account_key) = inner.store.read(|tx| {
        let known = stored(tx, account)?.first().map_or(0, |page| page.sequence);
        let contact = tx.contact(account)?.ok_or(Error::NotFound("account"))?;
        Ok((known, contact.account_key))
    })?;
    let request = FetchCatalogue { account: account.as_bytes().to_vec(), known_sequence: known };
    let reply = inner.link.request(RequestBody::FetchCatalogue(request)).await?;
    let ReplyBody::Catalogue(answer) = reply else { return Err(Error::Answer("catalogue")) };
    if answer.pages.is_empty() {
        return Ok(());
    }
    let count = u32::try_from(answer.pages.len()).unwrap_or(u32::MAX);
    for (number, bytes) in (0_u32..).zip(&answer.pages) {
        let page = Unverified::<CataloguePage>::decode(bytes)?.verify(&account_key)?;
        let page = page.value();
        let is_next = page.page == number && page.pages == count;
        let is_newer = page.sequence == answer.sequence && page.sequence > known;
        if page.account != account || !is_next || !is_newer {
            return Err(Error::Untrusted("catalogue"));
        }
    }
    inner.store.write(|tx| tx.put_catalogue(account, answer.sequence, &answer.pages))
}

/// The pages on this device; they were verified before they were kept.
fn stored(tx: &Tx<'_>, account: AccountId) -> Result<Vec<CataloguePage>> {
    tx.catalogue(account)?
        .iter()
        .map(|bytes| Ok(Unverified::<CataloguePage>::decode(bytes)?.claimed().clone()))
        .collect()
}

/// Signs and publishes the next edition, with the pictures that are new.
pub(crate) async fn publish(inner: &Rc<Inner>, draft: CatalogueDraft) -> Result<Answer> {
    inner.link.reach(Phase::Authenticated).await?;
    let own = inner.own()?;
    if !own.is_business() {
        return Err(Error::Forbidden);
    }
    let account_key = own.account_key()?;
    refresh(inner, own.account).await?;
    let currency =
        Currency::parse(&draft.currency).map_err(|_unknown| Error::Invalid("a currency"))?;
    let mut items = Vec::with_capacity(draft.items.len());
    for item in draft.items {
        if items.iter().any(|known: &CatalogueItem| known.id == item.id) {
            return Err(Error::Invalid("an item's id that exists"));
        }
        items.push(item_of(inner, item).await?);
    }
    let known = inner.store.read(|tx| stored(tx, own.account))?;
    let now = inner.now();
    let lifetime_ms = i64::from(draft.days).saturating_mul(DAY_MS);
    let head = CataloguePage {
        account: own.account,
        sequence: known.first().map_or(1, |page| page.sequence.saturating_add(1)),
        page: 0,
        pages: 0,
        currency,
        issued_at: now,
        valid_until: now.plus_millis(lifetime_ms),
        items: Vec::new(),
    };
    let mut pages = Vec::new();
    for page in cut(&head, items)? {
        let signed = Signed::sign(page, account_key)
            .map_err(|_rule| Error::Invalid("a field of the catalogue"))?;
        pages.push(signed);
    }
    let encoded: Vec<Vec<u8>> = pages.iter().map(Signed::encode).collect();
    let request = PublishCatalogue { pages: encoded.clone() };
    let reply = inner.link.request(RequestBody::PublishCatalogue(request)).await?;
    let ReplyBody::Done(_) = reply else { return Err(Error::Answer("catalogue")) };
    let pages: Vec<CataloguePage> = pages.into_iter().map(|page| page.value().clone()).collect();
    let sequence = pages.first().map_or(0, |page| page.sequence);
    inner.store.write(|tx| tx.put_catalogue(own.account, sequence, &encoded))?;
    inner.emit(Event::DealsChanged);
    Ok(Answer::Catalogue(Box::new(view(own.account, &pages))))
}

/// Spreads items over pages that a statement can hold.
fn cut(head: &CataloguePage, items: Vec<CatalogueItem>) -> Result<Vec<CataloguePage>> {
    let mut pages = vec![head.clone()];
    let mut bytes = 0_usize;
    for item in items {
        let size = size_of(&item);
        let last = pages.last().map_or(0, |page| page.items.len());
        let is_full =
            bytes.saturating_add(size) > CATALOGUE_PAGE_BYTES || last >= CATALOGUE_ITEMS_MAX;
        if is_full && last > 0 {
            pages.push(head.clone());
            bytes = 0;
        }
        bytes = bytes.saturating_add(size);
        if let Some(page) = pages.last_mut() {
            page.items.push(item);
        }
    }
    let count = u32::try_from(pages.len()).unwrap_or(u32::MAX);
    if count > CATALOGUE_PAGES_MAX {
        return Err(Error::TooLarge("catalogue"));
    }
    for (number, page) in (0_u32..).zip(&mut pages) {
        page.page = number;
        page.pages = count;
    }
    Ok(pages)
}

/// What an item takes at most, in bytes.
fn size_of(item: &CatalogueItem) -> usize {
    const FIXED: usize = 128;
    const EACH: usize = 16;
    let texts = [&item.id, &item.name, &item.description, &item.collection];
    let choices = item.variants.iter().chain(&item.options).map(|choice| &choice.name);
    let facts = item.facts.iter().flat_map(|(name, fact)| [name, fact]);
    let sizes = texts.into_iter().chain(choices).chain(facts);
    sizes.fold(FIXED, |sum, text| sum.saturating_add(text.len()).saturating_add(EACH))
}

async fn item_of(inner: &Rc<Inner>, item: ItemView) -> Result<CatalogueItem> {
    let picture = match (&item.new_picture, &item.picture) {
        (Some(picture), _) => Some(store_picture(inner, picture).await?),
        (None, Some(hash)) => Some(hash_of(hash)?),
        (None, None) => None,
    };
    let choices = |choices: Vec<ChoiceView>| {
        let choice = |choice: ChoiceView| CatalogueChoice {
            name: choice.name.trim().to_owned(),
            price: choice.price,
        };
        choices.into_iter().map(choice).collect()
    };
    Ok(CatalogueItem {
        id: item.id,
        name: item.name.trim().to_owned(),
        description: item.description.trim().to_owned(),
        collection: item.collection.trim().to_owned(),
        price: item.price,
        picture,
        stock: item.stock,
        unavailable_until: item.unavailable_until,
        variants: choices(item.variants),
        options: choices(item.options),
        facts: item.facts,
    })
}

async fn store_picture(inner: &Rc<Inner>, picture: &str) -> Result<[u8; 32]> {
    let bytes = STANDARD.decode(picture).map_err(|_form| Error::Invalid("a picture"))?;
    if bytes.len() > PICTURE_BYTES_MAX {
        return Err(Error::TooLarge("picture"));
    }
    if media_type_of(&bytes).is_none() {
        return Err(Error::Invalid("a picture"));
    }
    let hash: [u8; 32] = Sha256::digest(&bytes).into();
    let request = StorePicture { bytes: bytes.clone() };
    let reply = inner.link.request(RequestBody::StorePicture(request)).await?;
    let ReplyBody::Done(_) = reply else { return Err(Error::Answer("picture")) };
    inner.store.write(|tx| tx.put_picture(hash, &bytes))?;
    Ok(hash)
}

/// Pictures of a catalogue, from this device or the server; those that can't be had are left out.
pub(crate) async fn pictures(
    inner: &Rc<Inner>,
    account: AccountId,
    hashes: &[String],
) -> Result<Answer> {
    if hashes.len() > PICTURES_PAGE {
        return Err(Error::TooLarge("pictures"));
    }
    let hashes = hashes.iter().map(|hash| hash_of(hash)).collect::<Result<Vec<_>>>()?;
    let missing = inner.store.read(|tx| {
        let mut missing = Vec::new();
        for hash in &hashes {
            if tx.picture(*hash)?.is_none() {
                missing.push(*hash);
            }
        }
        Ok(missing)
    })?;
    if !missing.is_empty() && inner.link.reach(Phase::Authenticated).await.is_ok() {
        let request = FetchPictures {
            account: account.as_bytes().to_vec(),
            hashes: missing.iter().map(|hash| hash.to_vec()).collect(),
        };
        let reply = inner.link.request(RequestBody::FetchPictures(request)).await?;
        let ReplyBody::Pictures(answer) = reply else { return Err(Error::Answer("pictures")) };
        inner.store.write(|tx| {
            for (hash, bytes) in missing.iter().zip(&answer.pictures) {
                let is_it = <[u8; 32]>::from(Sha256::digest(bytes)) == *hash;
                if is_it && bytes.len() <= PICTURE_BYTES_MAX {
                    tx.put_picture(*hash, bytes)?;
                }
            }
            Ok(())
        })?;
    }
    inner.store.read(|tx| {
        let mut views = Vec::new();
        for hash in &hashes {
            if let Some(bytes) = tx.picture(*hash)?
                && let Some(media_type) = media_type_of(&bytes)
            {
                let url = format!("data:{media_type};base64,{}", STANDARD.encode(&bytes));
                views.push(PictureView { hash: hex(hash), url });
            }
        }
        Ok(Answer::Pictures(views))
    })
}

/// The format, as the bytes say: what runs scripts is none.
fn media_type_of(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        Some("image/webp")
    } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some("image/png")
    } else {
        bytes.starts_with(b"\xff\xd8\xff").then_some("image/jpeg")
    }
}

/// Whether an order's prices are those of the edition that it names.
pub(super) fn is_as_priced(
    inner: &Inner,
    tx: &Tx<'_>,
    record: &MessageRecord,
    order: &Order,
) -> Result<Option<bool>> {
    let own = inner.own()?;
    let conversation = tx.known_conversation(record.conversation)?;
    let business = if own.is_business() { Some(own.account) } else { conversation.counterpart };
    let Some(business) = business else { return Ok(None) };
    let pages = stored(tx, business)?;
    let Some(first) = pages.first().filter(|page| page.sequence == order.edition) else {
        return Ok(None);
    };
    let is_priced = first.currency == order.total.currency
        && order.lines.iter().all(|line| {
            let item = pages.iter().flat_map(|page| &page.items).find(|item| item.id == line.item);
            item.and_then(|item| item.price_of(&line.variant, &line.options)) == Some(line.unit)
        });
    Ok(Some(is_priced))
}

/// A catalogue from a CSV file; nothing is published. An item that is known by its id keeps its picture
/// and the day until which it is away.
pub(crate) fn read_csv(inner: &Inner, bytes: &[u8], currency: &str) -> Result<Answer> {
    let account = inner.own()?.account;
    let currency = Currency::parse(currency).map_err(|_unknown| Error::Invalid("a currency"))?;
    let rows = csv::read(bytes).map_err(|_form| Error::Invalid("a CSV file"))?;
    let mut items = catalogue_csv::items(&rows, currency)?;
    let known = view(account, &inner.store.read(|tx| stored(tx, account))?).items;
    let known: BTreeMap<&str, &ItemView> =
        known.iter().map(|item| (item.id.as_str(), item)).collect();
    for item in &mut items {
        // A table has no columns for these.
        if let Some(known) = known.get(item.id.as_str()) {
            item.picture.clone_from(&known.picture);
            item.unavailable_until = known.unavailable_until;
        }
    }
    Ok(Answer::Catalogue(Box::new(CatalogueView {
        account,
        edition: 0,
        currency: currency.to_string(),
        valid_until: Timestamp::from_millis(0),
        items,
    })))
}

/// The own catalogue as a CSV file.
pub(crate) fn write_csv(inner: &Inner) -> Result<Answer> {
    let account = inner.own()?.account;
    let pages = inner.store.read(|tx| stored(tx, account))?;
    let currency = pages.first().map_or(Currency::EUR, |page| page.currency);
    let rows = catalogue_csv::rows(&view(account, &pages).items, currency);
    Ok(Answer::Text(csv::write(&rows)))
}

fn view(account: AccountId, pages: &[CataloguePage]) -> CatalogueView {
    let first = pages.first();
    let choices = |choices: &[CatalogueChoice]| {
        let choice = |choice: &CatalogueChoice| ChoiceView {
            name: choice.name.clone(),
            price: choice.price,
        };
        choices.iter().map(choice).collect()
    };
    let items = pages.iter().flat_map(|page| &page.items).map(|item| ItemView {
        id: item.id.clone(),
        name: item.name.clone(),
        description: item.description.clone(),
        collection: item.collection.clone(),
        price: item.price,
        picture: item.picture.as_ref().map(hex),
        new_picture: None,
        stock: item.stock,
        unavailable_until: item.unavailable_until,
        variants: choices(&item.variants),
        options: choices(&item.options),
        facts: item.facts.clone(),
    });
    CatalogueView {
        account,
        edition: first.map_or(0, |page| page.sequence),
        currency: first.map_or(Currency::EUR, |page| page.currency).to_string(),
        valid_until: first.map_or(Timestamp::from_millis(0), |page| page.valid_until),
        items: items.collect(),
    }
}

fn hex(hash: &[u8; 32]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn hash_of(text: &str) -> Result<[u8; 32]> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let byte = |pair: &[u8; 2]| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok();
    let bytes: Option<Vec<u8>> = pairs.iter().map(byte).collect();
    let bytes = bytes.filter(|_digits| rest.is_empty()).ok_or(Error::Invalid("a hash"))?;
    bytes.try_into().map_err(|_length| Error::Invalid("a hash"))
}
