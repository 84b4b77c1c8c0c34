//! The gateway's own TLS, from certificate files: for programs on other machines, also for those that
//! believe to speak with somebody else.

use std::{path::Path, sync::Arc};

use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use tokio_rustls::TlsAcceptor;

use crate::{
    config::TlsFiles,
    error::{Error, Result},
};

/// Reads the certificate chain and its key. Older programs speak TLS 1.2.
pub(crate) fn acceptor(files: &TlsFiles) -> Result<TlsAcceptor> {
    let chain = chain(&files.certificate)?;
    let key = PrivateKeyDer::from_pem_file(&files.key)
        .map_err(|error| unreadable("the key file of TLS can't be read", error))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|error| unreadable("the certificate and key of TLS don't fit", error))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn chain(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let what = "the certificate file of TLS can't be read";
    CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<std::result::Result<Vec<_>, _>>)
        .map_err(|error| unreadable(what, error))
}

fn unreadable(what: &'static str, error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::File { what, source: std::io::Error::other(error) }
}
