//! Which bucket, and how it is reached.

use std::path::PathBuf;

use crate::{ErrorKind, StoreError};

/// What an `s3:` URL says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Location {
    pub(super) bucket: String,
    /// Empty, or ends with a slash.
    pub(super) prefix: String,
    /// Scheme, host and port.
    pub(super) endpoint: String,
    pub(super) region: String,
    /// Whether the bucket stands in front of the endpoint's name rather than in the path.
    pub(super) is_host_style: bool,
    /// The authorities to trust in place of the public ones.
    pub(super) authorities: Option<PathBuf>,
}

const UNUSABLE: StoreError = StoreError::new(
    ErrorKind::Io,
    "the blob store's URL isn't file:PATH or s3://BUCKET/PREFIX?endpoint=URL&region=NAME",
);

impl Location {
    /// Reads a URL.
    pub(super) fn parse(url: &str) -> Result<Self, StoreError> {
        let rest = url.strip_prefix("s3://").ok_or(UNUSABLE)?;
        let (place, parameters) = rest.split_once('?').unwrap_or((rest, ""));
        let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
        let prefix = prefix.trim_matches('/');
        if bucket.is_empty() || prefix.split('/').any(|part| part == "." || part == "..") {
            return Err(UNUSABLE);
        }
        let mut endpoint = None;
        let mut region = "us-east-1";
        let mut is_host_style = None;
        let mut authorities = None;
        for parameter in parameters.split('&').filter(|parameter| !parameter.is_empty()) {
            match parameter.split_once('=').ok_or(UNUSABLE)? {
                ("endpoint", value) => endpoint = Some(value.trim_end_matches('/')),
                ("region", value) => region = value,
                ("style", "host") => is_host_style = Some(true),
                ("style", "path") => is_host_style = Some(false),
                ("sslrootcert", file) => authorities = Some(PathBuf::from(file)),
                _ => return Err(UNUSABLE),
            }
        }
        Ok(Self {
            bucket: bucket.to_owned(),
            prefix: if prefix.is_empty() { String::new() } else { format!("{prefix}/") },
            // AWS wants the bucket in the name of the host, others mostly in the path.
            is_host_style: is_host_style.unwrap_or(endpoint.is_none()),
            endpoint: endpoint
                .map_or_else(|| format!("https://s3.{region}.amazonaws.com"), str::to_owned),
            region: region.to_owned(),
            authorities,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_bucket_prefix_and_endpoint() {
        let location = Location::parse("s3://shop/blobs/2026?region=eu-central-1").unwrap();
        assert_eq!((location.bucket.as_str(), location.prefix.as_str()), ("shop", "blobs/2026/"));
        assert_eq!(location.endpoint, "https://s3.eu-central-1.amazonaws.com");
        assert!(location.is_host_style);
        let location = Location::parse("s3://shop?endpoint=http://127.0.0.1:9000/").unwrap();
        assert_eq!((location.prefix.as_str(), location.is_host_style), ("", false));
        assert_eq!(location.endpoint, "http://127.0.0.1:9000");
    }

    #[test]
    fn what_is_no_bucket_is_refused() {
        for url in ["", "s3://", "s3:///prefix", "https://host", "s3://b?x=1", "s3://b/../c"] {
            assert!(Location::parse(url).is_err(), "{url}");
        }
    }
}
