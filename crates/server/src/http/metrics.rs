//! The metrics, for those who may read them.

use std::path::Path;

use http::{HeaderMap, StatusCode, header::AUTHORIZATION};
use subtle::ConstantTimeEq as _;

use super::{
    Context,
    answer::{self, Answer},
};
use crate::{ServerError, metrics::Gauges};

/// Shortest token that is taken from a file, in bytes: 128 bits as hexadecimal digits.
const TOKEN_BYTES_MIN: usize = 32;

/// Reads the token that a reader must bring.
pub(super) fn read_token(path: &Path) -> Result<Vec<u8>, ServerError> {
    let what = "the token file of the metrics can't be read";
    let text =
        std::fs::read_to_string(path).map_err(|source| ServerError::File { what, source })?;
    let token = text.trim().as_bytes().to_vec();
    if token.len() < TOKEN_BYTES_MIN {
        let what = "the token of the metrics has fewer than 32 characters";
        return Err(ServerError::File { what, source: std::io::ErrorKind::InvalidData.into() });
    }
    Ok(token)
}

/// The numbers as text, or a refusal.
pub(super) fn answer(context: &Context, headers: &HeaderMap) -> Answer {
    if !is_allowed(context, headers) {
        return answer::empty(StatusCode::FORBIDDEN);
    }
    let (connections, devices) = context.app.registry().counts();
    let text = context.app.metrics().render(Gauges {
        connections,
        devices,
        bus: context.app.bus_gauges(),
    });
    answer::text(StatusCode::OK, text)
}

fn is_allowed(context: &Context, headers: &HeaderMap) -> bool {
    if let Some(token) = &context.site.metrics_token {
        return headers
            .get(AUTHORIZATION)
            .and_then(|value| value.as_bytes().strip_prefix(b"Bearer "))
            .is_some_and(|brought| bool::from(brought.ct_eq(token)));
    }
    // A proxy on this machine brings strangers: then the socket's address says nothing.
    let is_forwarded = headers.contains_key("x-forwarded-for") || headers.contains_key("forwarded");
    !is_forwarded && context.socket.to_canonical().is_loopback()
}
