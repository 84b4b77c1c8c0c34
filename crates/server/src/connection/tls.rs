//! TLS from certificate files: version 1.3 alone, with the post-quantum key exchange preferred.

use std::{path::Path, sync::Arc};

use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    server::NoServerSessionStorage,
};

use crate::{ServerError, config::TlsConfig};

/// Reads the certificate chain and its key.
///
/// No session tickets are given out: a ticket for each login costs more than the signature that a
/// resumption saves (PERFORMANCE, lever 7), and a session that is never resumed is never linked to
/// the one before.
pub(crate) fn load(config: &TlsConfig) -> Result<Arc<ServerConfig>, ServerError> {
    let chain = read_chain(&config.certificate_file)?;
    let key = PrivateKeyDer::from_pem_file(&config.key_file)
        .map_err(|error| unreadable("the key file of TLS can't be read", error))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut server = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|error| unreadable("the certificate and key of TLS don't fit", error))?;
    server.send_tls13_tickets = 0;
    server.session_storage = Arc::new(NoServerSessionStorage {});
    server.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(server))
}

fn read_chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, ServerError> {
    let what = "the certificate file of TLS can't be read";
    CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| unreadable(what, error))
}

fn unreadable(
    what: &'static str,
    error: impl std::error::Error + Send + Sync + 'static,
) -> ServerError {
    ServerError::File { what, source: std::io::Error::other(error) }
}
