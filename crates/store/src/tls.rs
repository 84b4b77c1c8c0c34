//! TLS to the database, the object store and claimed domains by rustls: the certificate is always checked, with the
//! name of the host.

use std::{path::Path, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject as _},
};

use crate::{ErrorKind, StoreError};

/// Trusts the authorities in a file, or those that browsers trust.
///
/// # Errors
/// Fails when the file can't be read or holds no certificate.
pub fn client_config(authorities: Option<&Path>) -> Result<Arc<ClientConfig>, StoreError> {
    let mut roots = RootCertStore::empty();
    match authorities {
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(file) => {
            for certificate in CertificateDer::pem_file_iter(file).map_err(unusable)? {
                roots.add(certificate.map_err(unusable)?).map_err(unusable)?;
            }
        }
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(unusable)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

fn unusable(error: impl std::error::Error) -> StoreError {
    tracing::error!(%error, "the certificate authorities can't be used");
    StoreError::new(ErrorKind::Io, "the certificate authorities can't be used")
}
