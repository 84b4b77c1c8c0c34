//! The three requests to S3 that blobs need: put, get a range, delete. Each can be repeated, and is,
//! a few times, when the connection breaks or the store is busy.

use std::{fmt, fs, path::Path, time::Duration};

use bytes::Bytes;
use hyper::{
    Method, StatusCode,
    header::{HeaderName, HeaderValue, RANGE},
};
use rusty_s3::{Bucket, Credentials, S3Action as _, UrlStyle};
use zeroize::Zeroizing;

use super::{
    http::{Http, Reply},
    location::Location,
};
use crate::{ErrorKind, SharedClock, StoreError, limits};

/// How long a signature holds: the longest that a request waits, and clocks that differ.
const SIGNATURE_TIME: Duration = Duration::from_secs(15 * 60);

/// A bucket.
pub(super) struct S3 {
    bucket: Bucket,
    credentials: Option<Credentials>,
    http: Http,
    clock: SharedClock,
}

impl fmt::Debug for S3 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("S3").field("bucket", &self.bucket.name()).finish_non_exhaustive()
    }
}

impl S3 {
    /// A bucket; without credentials the requests aren't signed.
    pub(super) fn new(
        location: &Location,
        credentials: Option<&Path>,
        clock: SharedClock,
    ) -> Result<Self, StoreError> {
        let unusable = StoreError::new(ErrorKind::Io, "the object store's endpoint can't be used");
        let endpoint = location.endpoint.parse().map_err(|_unusable| unusable.clone())?;
        let style = if location.is_host_style { UrlStyle::VirtualHost } else { UrlStyle::Path };
        let bucket = Bucket::new(endpoint, style, location.bucket.clone(), location.region.clone())
            .map_err(|_unusable| unusable)?;
        let http = Http::new(bucket.base_url(), location.authorities.as_deref())?;
        let credentials = credentials.map(read_credentials).transpose()?;
        Ok(Self { bucket, credentials, http, clock })
    }

    /// Makes an object.
    pub(super) async fn put(&self, key: &str, bytes: Bytes) -> Result<(), StoreError> {
        let action = self.bucket.put_object(self.credentials.as_ref(), key);
        let url = action.sign_with_time(SIGNATURE_TIME, &self.now()?);
        self.request(&Method::PUT, url.as_str(), None, bytes, &[StatusCode::OK]).await.map(drop)
    }

    /// Reads a part of an object.
    pub(super) async fn get(
        &self,
        key: &str,
        start: u64,
        length: u64,
    ) -> Result<Bytes, StoreError> {
        let action = self.bucket.get_object(self.credentials.as_ref(), key);
        let url = action.sign_with_time(SIGNATURE_TIME, &self.now()?);
        let last = start.saturating_add(length).saturating_sub(1);
        let range = HeaderValue::from_str(&format!("bytes={start}-{last}"))
            .map_err(|_never| StoreError::new(ErrorKind::Io, "a range isn't a header value"))?;
        // A store that ignores the range and sends all would send the wrong bytes.
        let wanted = &[StatusCode::PARTIAL_CONTENT];
        self.request(&Method::GET, url.as_str(), Some((RANGE, range)), Bytes::new(), wanted).await
    }

    /// Deletes an object; one that isn't there is fine.
    pub(super) async fn delete(&self, key: &str) -> Result<(), StoreError> {
        let action = self.bucket.delete_object(self.credentials.as_ref(), key);
        let url = action.sign_with_time(SIGNATURE_TIME, &self.now()?);
        let wanted = &[StatusCode::NO_CONTENT, StatusCode::OK, StatusCode::NOT_FOUND];
        self.request(&Method::DELETE, url.as_str(), None, Bytes::new(), wanted).await.map(drop)
    }

    fn now(&self) -> Result<jiff::Timestamp, StoreError> {
        jiff::Timestamp::from_millisecond(self.clock.now().as_millis())
            .map_err(|_unknown| StoreError::new(ErrorKind::Io, "the clock is out of range"))
    }

    async fn request(
        &self,
        method: &Method,
        url: &str,
        header: Option<(HeaderName, HeaderValue)>,
        body: Bytes,
        wanted: &[StatusCode],
    ) -> Result<Bytes, StoreError> {
        let mut attempt = 0;
        loop {
            let sent = self.http.send(method, url, header.as_ref(), body.clone());
            let outcome = match tokio::time::timeout(limits::S3_REQUEST_WAIT, sent).await {
                Ok(outcome) => outcome,
                Err(_elapsed) => Err(unavailable()),
            };
            let error = match outcome {
                Ok(reply) if wanted.contains(&reply.status) => return Ok(reply.body),
                Ok(reply) => refusal(&reply)?,
                Err(error) => error,
            };
            attempt += 1;
            if attempt >= limits::S3_ATTEMPTS_MAX {
                return Err(error);
            }
            tokio::time::sleep(limits::S3_RETRY_WAIT.saturating_mul(1 << attempt)).await;
        }
    }
}

/// The error when the store is busy, to be tried again; `Err` for what stays as it is.
fn refusal(reply: &Reply) -> Result<StoreError, StoreError> {
    let status = reply.status;
    if status == StatusCode::NOT_FOUND {
        return Err(StoreError::new(ErrorKind::NotFound, "no such object"));
    }
    if status == StatusCode::INSUFFICIENT_STORAGE {
        return Err(StoreError::new(ErrorKind::Full, "the object store is full"));
    }
    tracing::warn!(status = status.as_u16(), "the object store refused");
    let is_passing = status.is_server_error()
        || status == StatusCode::TOO_MANY_REQUESTS
        || status == StatusCode::REQUEST_TIMEOUT;
    if is_passing {
        Ok(unavailable())
    } else {
        Err(StoreError::new(ErrorKind::Io, "the object store refuses this server"))
    }
}

/// The store can't be reached, or doesn't answer.
pub(super) const fn unavailable() -> StoreError {
    StoreError::new(ErrorKind::Unavailable, "the object store can't be reached")
}

fn read_credentials(file: &Path) -> Result<Credentials, StoreError> {
    let text = Zeroizing::new(fs::read_to_string(file)?);
    let find = |name: &str| {
        text.lines().find_map(|line| {
            let (key, value) = line.split_once('=')?;
            (key.trim() == name).then(|| value.trim().trim_matches('"').to_owned())
        })
    };
    let missing = StoreError::new(ErrorKind::Io, "the object store's credentials are incomplete");
    let (Some(key), Some(secret)) = (find("aws_access_key_id"), find("aws_secret_access_key"))
    else {
        return Err(missing);
    };
    Ok(match find("aws_session_token") {
        Some(token) => Credentials::new_with_token(key, secret, token),
        None => Credentials::new(key, secret),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_come_from_a_file_as_aws_writes_it() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let text = "[default]\naws_access_key_id = id\naws_secret_access_key=\"s=cret\"\n";
        fs::write(file.path(), text).unwrap();
        let credentials = read_credentials(file.path()).unwrap();
        assert_eq!((credentials.key(), credentials.secret()), ("id", "s=cret"));
        assert_eq!(credentials.token(), None);
        fs::write(file.path(), "aws_access_key_id = id\n").unwrap();
        assert_eq!(read_credentials(file.path()).unwrap_err().kind(), ErrorKind::Io);
    }
}
