//! Uploads in parts: `POST /{app}/uploads`, then `POST /upload:…` with `file_offset`, until there is a
//! handle. What is uploaded so is an example for those who review templates.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;

use super::Caller;
use crate::{
    api_error::ApiError,
    error::Error,
    http::router::Call,
    limits::{DOCUMENT_BYTES_MAX, UPLOAD_MS_MAX, UPLOAD_SESSIONS_MAX},
    media::{kind, upload::path_of},
    secret::random,
    store::UploadRecord,
};

const PREFIX: &str = "upload:";

/// `POST /{app}/uploads`.
pub(crate) fn begin(call: &Call, caller: &Caller) -> Result<Value, ApiError> {
    caller.may_manage(&call.gateway)?;
    let gateway = &call.gateway;
    let size: Option<u64> = call.params.required("file_length")?.parse().ok();
    let size = size.filter(|size| (1..=DOCUMENT_BYTES_MAX).contains(size));
    let size = size.ok_or_else(|| ApiError::parameter("Param file_length is out of range."))?;
    let media_type = kind::plain(&call.params.required("file_type")?);
    if kind::kind_of(&media_type).is_none() {
        return Err(ApiError::parameter("Param file_type is not a supported type."));
    }
    if gateway.store.read(|tx| tx.upload_sessions())? >= UPLOAD_SESSIONS_MAX {
        return Err(ApiError::new(4));
    }
    let name = random::<18>().map_err(ApiError::from)?;
    let record = UploadRecord {
        id: URL_SAFE_NO_PAD.encode(name),
        name: kind::short_name(&call.params.text("file_name").unwrap_or_default()),
        media_type,
        size,
        at: gateway.now(),
    };
    gateway.store.write(|tx| tx.put_upload(&record))?;
    Ok(json!({ "id": format!("{PREFIX}{}", record.id) }))
}

fn known(call: &Call, id: &str) -> Result<UploadRecord, ApiError> {
    let name = id.strip_prefix(PREFIX).unwrap_or_default();
    call.gateway.store.read(|tx| tx.upload(name))?.ok_or_else(|| call.unknown(id))
}

/// How much of an upload is here.
async fn offset_of(call: &Call, record: &UploadRecord) -> u64 {
    let there = tokio::fs::metadata(path_of(&call.gateway, &record.id)).await;
    there.map_or(0, |there| there.len())
}

/// `GET /upload:…`.
pub(crate) async fn show(call: &Call, caller: &Caller, id: &str) -> Result<Value, ApiError> {
    caller.may_manage(&call.gateway)?;
    let record = known(call, id)?;
    Ok(json!({ "id": id, "file_offset": offset_of(call, &record).await }))
}

/// `POST /upload:…`: the bytes from `file_offset` on.
pub(crate) async fn go_on(
    call: &Call,
    caller: &Caller,
    id: &str,
    body: Incoming,
) -> Result<Value, ApiError> {
    caller.may_manage(&call.gateway)?;
    let record = known(call, id)?;
    let has = offset_of(call, &record).await;
    let header = call.headers.get("file_offset").and_then(|value| value.to_str().ok());
    let offset: Option<u64> = header.map_or(Some(0), |text| text.trim().parse().ok());
    if offset != Some(has) {
        return Err(ApiError::parameter(format!("The header file_offset must be {has}.")));
    }
    let left = usize::try_from(record.size.saturating_sub(has)).unwrap_or(0);
    let read = Limited::new(body, left).collect();
    let bytes = match tokio::time::timeout(Duration::from_millis(UPLOAD_MS_MAX), read).await {
        Ok(Ok(whole)) => whole.to_bytes(),
        Ok(Err(_)) | Err(_) => {
            return Err(ApiError::with(131_053, "the part is broken off, too long or too slow"));
        }
    };
    append(call, &record, &bytes).await.map_err(|source| {
        ApiError::from(Error::File { what: "an upload can't be kept", source })
    })?;
    if bytes.len() < left {
        let offset = has.saturating_add(u64::try_from(bytes.len()).unwrap_or(0));
        return Ok(json!({ "id": id, "file_offset": offset }));
    }
    let media_type = URL_SAFE_NO_PAD.encode(&record.media_type);
    Ok(json!({ "h": format!("4::{media_type}:{}", record.id) }))
}

async fn append(call: &Call, record: &UploadRecord, bytes: &[u8]) -> std::io::Result<()> {
    let path = path_of(&call.gateway, &record.id);
    if let Some(folder) = path.parent() {
        tokio::fs::create_dir_all(folder).await?;
    }
    let mut file = tokio::fs::OpenOptions::new().create(true).append(true).open(path).await?;
    file.write_all(bytes).await?;
    file.sync_all().await
}

/// The bytes and the type of an upload that a handle names.
pub(super) async fn finished(
    call: &Call,
    handle: &str,
    bytes_max: usize,
) -> Result<(Vec<u8>, String), ApiError> {
    let unknown = || ApiError::parameter("The handle is not one of an upload of this app.");
    let name =
        handle.strip_prefix("4::").and_then(|rest| rest.rsplit_once(':')).ok_or_else(unknown)?.1;
    let record = call.gateway.store.read(|tx| tx.upload(name))?.ok_or_else(unknown)?;
    if usize::try_from(record.size).map_or(true, |size| size > bytes_max) {
        return Err(ApiError::parameter(format!("The file is larger than {bytes_max} bytes.")));
    }
    if offset_of(call, &record).await != record.size {
        return Err(unknown());
    }
    let read = tokio::fs::read(path_of(&call.gateway, &record.id)).await;
    let bytes = read.map_err(|source| Error::File { what: "an upload can't be read", source })?;
    Ok((bytes, record.media_type))
}
