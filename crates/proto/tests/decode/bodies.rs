//! What must hold for any bytes from the wire; the fuzz targets' bodies.

use bytes::Bytes;
use tresen_proto::{
    ClientFrame, ServerFrame,
    aad::AuthenticatedData,
    decode_client_frame, decode_server_frame, encode_frame,
    mls_header::{self, MlsContent},
};

/// A frame that a server takes keeps its meaning when it is written again.
pub(crate) fn client_frame(bytes: &[u8]) {
    if let Ok(body) = decode_client_frame(Bytes::copy_from_slice(bytes)) {
        let again = encode_frame(&ClientFrame::from(body.clone()));
        assert_eq!(decode_client_frame(again.into()), Ok(body));
    }
}

/// A frame that a client takes keeps its meaning when it is written again.
pub(crate) fn server_frame(bytes: &[u8]) {
    if let Ok(body) = decode_server_frame(Bytes::copy_from_slice(bytes)) {
        let again = encode_frame(&ServerFrame::from(body.clone()));
        assert_eq!(decode_server_frame(again.into()), Ok(body));
    }
}

/// A message that has a header has none any more when its end is missing.
pub(crate) fn mls_header(bytes: &[u8]) {
    if let Ok(header) = mls_header::read(bytes) {
        assert!(header.authenticated_data.len() < bytes.len());
        if let (MlsContent::Application, Some((_last, shorter))) =
            (header.content, bytes.split_last())
        {
            assert!(mls_header::read(shorter).is_err());
        }
    }
}

/// Authenticated data has one encoding.
pub(crate) fn authenticated_data(bytes: &[u8]) {
    if let Ok(data) = AuthenticatedData::decode(bytes) {
        assert_eq!(data.encode(), bytes);
    }
}
