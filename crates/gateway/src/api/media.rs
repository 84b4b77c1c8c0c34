//! Files over the API: put there, described, fetched, deleted.

use std::io;

use bytes::Bytes;
use http::{
    HeaderValue, Response,
    header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS},
};
use hyper::body::Incoming;
use serde_json::{Value, json};

use super::Caller;
use crate::{
    api_error::ApiError,
    gateway::Gateway,
    http::{
        answer::{Answer, success},
        body::{Body, Pieces},
        router::Call,
    },
    limits::FILE_PIECE_BYTES,
    media::{incoming::Handed, link, upload},
    secret::hex,
    store::MediaRecord,
};

/// `POST /{number}/media`.
pub(crate) async fn post(call: &Call, caller: &Caller, body: Incoming) -> Result<Value, ApiError> {
    caller.may_message()?;
    let kind = call.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let is_whatsapp = call.params.text("messaging_product").as_deref() == Some("whatsapp");
    let id = upload::take(&call.gateway, kind.unwrap_or_default(), body, is_whatsapp).await?;
    Ok(json!({ "id": id }))
}

/// `GET` and `DELETE /{media}`.
pub(crate) async fn node(call: &Call, caller: &Caller, id: &str) -> Result<Value, ApiError> {
    caller.may_message()?;
    let gateway = &call.gateway;
    let of_other =
        call.params.text("phone_number_id").is_some_and(|phone| phone != gateway.ids.phone);
    let record = gateway.store.read(|tx| tx.media(id))?.filter(|_record| !of_other);
    let record = record.ok_or_else(|| call.unknown(id))?;
    match call.method.as_str() {
        "GET" => Ok(json!({
            "messaging_product": "whatsapp",
            "url": link::url(gateway, id),
            "mime_type": record.media_type,
            "sha256": hex(&record.sha256),
            "file_size": record.size,
            "id": id,
        })),
        "DELETE" => {
            upload::delete(gateway, &record).await?;
            Ok(success())
        }
        _ => Err(call.unknown(id)),
    }
}

/// `GET /download/{media}`: the bytes, for who has the signed URL.
pub(crate) async fn download(call: &Call, id: &str) -> Result<Answer, ApiError> {
    let gateway = &call.gateway;
    let text = |name: &str| call.params.text(name).unwrap_or_default();
    if !link::is_valid(gateway, id, &text("ext"), &text("hash")) {
        return Err(call.unknown(id));
    }
    let record = gateway.store.read(|tx| tx.media(id))?.ok_or_else(|| call.unknown(id))?;
    let pieces = pieces(gateway, &record).await?;
    let mut answer = Response::new(Body::File(pieces, record.size));
    let headers = answer.headers_mut();
    let kind = HeaderValue::from_str(&record.media_type);
    let unknown = HeaderValue::from_static("application/octet-stream");
    headers.insert(CONTENT_TYPE, kind.unwrap_or(unknown));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let safe: String = record
        .name
        .chars()
        .map(|character| match character {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '-' | '_' | ' ' => character,
            _ => '_',
        })
        .collect();
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{safe}\"")) {
        headers.insert(CONTENT_DISPOSITION, value);
    }
    Ok(answer)
}

async fn pieces(gateway: &Gateway, record: &MediaRecord) -> Result<Pieces, ApiError> {
    let Some(message) = record.message else {
        let file = tokio::fs::File::open(upload::path_of(gateway, &record.id)).await;
        let file = file.map_err(|_gone| ApiError::new(131_052))?;
        return Ok(Box::pin(futures::stream::try_unfold(file, |mut file| async move {
            let piece = upload::read_piece(&mut file, FILE_PIECE_BYTES).await?;
            Ok((!piece.is_empty()).then_some((piece, file)))
        })));
    };
    let handed = Handed::open(gateway, message).await?;
    Ok(Box::pin(futures::stream::try_unfold((handed, 0_u64), |(handed, offset)| async move {
        if offset >= handed.size {
            return Ok(None);
        }
        let piece = handed
            .read(offset, FILE_PIECE_BYTES)
            .map_err(|_failure| io::Error::other("a file can't be read"))?;
        if piece.is_empty() {
            return Err(io::Error::other("a file ends too early"));
        }
        let next = offset.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
        Ok(Some((Bytes::from(piece), (handed, next))))
    })))
}
