//! Files of customers: fetched and described before their webhook goes out.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tresen_client::Client;
use tresen_types::MessageId;
use tresen_view::{Answer, Command, Failure, FailureKind, FileRef};

use super::kind::{kind_of_any, plain};
use crate::{
    api_error::ApiError,
    error::{Error, Result},
    gateway::Gateway,
    ids,
    limits::FILE_PIECE_BYTES,
    store::MediaRecord,
};

/// A file that the SDK has handed over; let go when dropped.
pub(crate) struct Handed {
    client: Client,
    file: FileRef,
    pub(crate) size: u64,
    pub(crate) name: String,
    pub(crate) media_type: String,
}

impl Drop for Handed {
    fn drop(&mut self) {
        self.client.release_file(self.file);
    }
}

impl Handed {
    /// Fetches the file of a message, if it isn't here yet.
    pub(crate) async fn open(gateway: &Gateway, message: MessageId) -> Result<Self, Failure> {
        let client = gateway.client.clone();
        let answer = client.call(Command::OpenAttachment { message }).await?;
        let Answer::File { file, name, media_type } = answer else {
            let detail = "an answer to something else".to_owned();
            return Err(Failure { kind: FailureKind::Internal, detail });
        };
        let size = client.file_size(file).unwrap_or(0);
        Ok(Self { client, file, size, name, media_type: plain(&media_type) })
    }

    /// A piece of it.
    pub(crate) fn read(&self, offset: u64, length: usize) -> Result<Vec<u8>, Failure> {
        self.client.read_file(self.file, offset, length)
    }
}

/// Puts what a file is into the webhook of its message. `None`: it can't be fetched now.
pub(crate) async fn complete(
    gateway: &Gateway,
    value: &str,
    message: MessageId,
) -> Result<Option<String>> {
    let mut value: Value =
        serde_json::from_str(value).map_err(|_json| Error::Damaged("webhook"))?;
    let described = match describe(gateway, message).await {
        Ok(record) => Ok(record),
        Err(Error::Sdk(failure)) => match failure.kind {
            FailureKind::Offline | FailureKind::Busy | FailureKind::StorageFull => return Ok(None),
            _ => Err(failure),
        },
        Err(error) => return Err(error),
    };
    let list = ["messages", "message_echoes"].into_iter().find(|name| value.get(name).is_some());
    let told = list.and_then(|list| value.get_mut(list)?.get_mut(0)?.as_object_mut());
    let told = told.ok_or(Error::Damaged("webhook"))?;
    let Some(Value::Object(mut file)) = told.remove("file") else {
        return Err(Error::Damaged("webhook"));
    };
    let shown = file.remove("shown_as");
    let shown = shown.as_ref().and_then(Value::as_str).unwrap_or_default();
    match described {
        Ok(record) => {
            let kind = kind_of_any(&record.media_type, shown).name();
            if kind != "document" {
                file.remove("filename");
            }
            if kind == "sticker" {
                file.insert("animated".to_owned(), false.into());
            }
            file.insert("id".to_owned(), record.id.into());
            file.insert("mime_type".to_owned(), record.media_type.into());
            file.insert("sha256".to_owned(), STANDARD.encode(record.sha256).into());
            told.insert("type".to_owned(), kind.into());
            told.insert(kind.to_owned(), Value::Object(file));
        }
        Err(_failure) => {
            let error = ApiError::with(131_052, "the file isn't there, or isn't what it claims");
            told.insert("type".to_owned(), "unsupported".into());
            told.insert("unsupported".to_owned(), json!({ "type": "unknown" }));
            told.insert("errors".to_owned(), json!([error.in_webhook()]));
        }
    }
    Ok(Some(value.to_string()))
}

/// The file of a message, with an id of its own from now on.
async fn describe(gateway: &Gateway, message: MessageId) -> Result<MediaRecord> {
    if let Some(known) = gateway.store.read(|tx| tx.media_of(message))? {
        return Ok(known);
    }
    let handed = Handed::open(gateway, message).await?;
    let (mut offset, mut hash) = (0_u64, Sha256::new());
    while offset < handed.size {
        let piece = handed.read(offset, FILE_PIECE_BYTES)?;
        if piece.is_empty() {
            return Err(Error::unexpected());
        }
        hash.update(&piece);
        offset = offset.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
        // Others have their turn while a long file is read.
        tokio::task::yield_now().await;
    }
    let record = MediaRecord {
        id: ids::media_id()?,
        message: Some(message),
        media_type: handed.media_type.clone(),
        sha256: hash.finalize().into(),
        size: handed.size,
        name: handed.name.clone(),
        at: gateway.now(),
    };
    gateway.store.write(|tx| tx.put_media(&record))?;
    Ok(record)
}
