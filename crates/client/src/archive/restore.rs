//! Takes in the segments that this device doesn't know, newest first: so the last messages are there
//! first, and newer segments bring the keys of older ones.

use std::rc::Rc;

use prost::Message as _;
use tresen_content::SecretKey;
use tresen_proto::{ArchiveSegment, FetchArchive, ReplyBody, RequestBody, read_id};
use tresen_types::BlobId;
use zeroize::Zeroizing;

use super::{
    segment::{self, Batch},
    take_in,
};
use crate::{
    attachment::blob,
    client::Inner,
    error::{Error, Result},
};

/// The position up to which this device has looked at the list of segments.
const LOOKED_AT: &str = "archive_position";

/// Takes in what is new; `progress` gets the number of messages of each segment.
pub(super) async fn take_in_segments(
    inner: &Rc<Inner>,
    mut progress: impl FnMut(u64),
) -> Result<()> {
    let looked_at = position(inner)?;
    let listed = list(inner, looked_at).await?;
    let Some(newest) = listed.last().map(|segment| segment.position) else { return Ok(()) };
    let mut are_all_read = true;
    for listed in listed.iter().rev() {
        let blob: BlobId = read_id(&listed.blob)?;
        if inner.store.read(|tx| tx.knows_segment(blob))? {
            continue;
        }
        let key_id = segment::key_id_of(&listed.header)?;
        let ring = inner.store.read(|tx| tx.archive_keys())?;
        let Some(key) = ring.into_iter().find(|key| key.id == key_id) else {
            // Its key is on its way in the own group, or isn't for this device.
            are_all_read = false;
            continue;
        };
        match fetch(inner, listed, blob, &key.key).await {
            Ok(batch) => progress(take_in::take_in(inner, &batch, blob, listed.position)?),
            Err(error @ (Error::Untrusted(_) | Error::TooLarge(_))) => {
                tracing::warn!(%error, "a segment of the archive is damaged");
                inner.store.write(|tx| tx.note_segment(blob, listed.position))?;
            }
            Err(error) => return Err(error),
        }
    }
    if are_all_read {
        inner.store.write(|tx| tx.set_text(LOOKED_AT, &newest.to_string()))?;
    }
    Ok(())
}

fn position(inner: &Inner) -> Result<u64> {
    let text = inner.store.read(|tx| tx.text(LOOKED_AT))?;
    Ok(text.and_then(|text| text.parse().ok()).unwrap_or(0))
}

async fn list(inner: &Inner, mut after: u64) -> Result<Vec<ArchiveSegment>> {
    let mut all = Vec::new();
    loop {
        let request = RequestBody::FetchArchive(FetchArchive { after });
        let ReplyBody::ArchiveSegments(page) = inner.link.request(request).await? else {
            return Err(Error::Answer("archive"));
        };
        let Some(last) = page.segments.last().map(|segment| segment.position) else {
            return Ok(all);
        };
        if last <= after {
            return Err(Error::Answer("positions of the archive"));
        }
        after = last;
        all.extend(page.segments);
        if page.is_complete {
            return Ok(all);
        }
    }
}

async fn fetch(
    inner: &Inner,
    listed: &ArchiveSegment,
    blob: BlobId,
    key: &SecretKey,
) -> Result<Batch> {
    let forged = Error::Untrusted("a segment of the archive");
    let segment: [u8; 16] = listed.segment.as_slice().try_into().map_err(|_length| forged)?;
    let header = segment::open_header(key, &segment, &listed.header)?;
    let blob_key = segment::blob_key(key, &segment)?;
    let mut plain = Zeroizing::new(Vec::new());
    blob::download(inner, blob, &blob_key, header.size, &header.content_hash, |_number, chunks| {
        chunks.iter().for_each(|chunk| plain.extend_from_slice(chunk));
        Ok(())
    })
    .await?;
    Batch::decode(&plain[..]).map_err(|_malformed| Error::Untrusted("a segment of the archive"))
}
