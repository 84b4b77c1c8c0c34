//! Reads the files that the configuration of the bus refers to.

use std::{path::Path, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject as _},
};
use zeroize::Zeroizing;

use crate::{ServerError, cluster::nats::NatsOptions, config::BusConfig};

/// The bus's servers, with credentials and root certificates.
pub(super) fn load(config: &BusConfig) -> Result<NatsOptions, ServerError> {
    let credentials = config.credentials_file.as_deref().map(credentials).transpose()?;
    let tls = config.root_file.as_deref().map(tls).transpose()?;
    Ok(NatsOptions { servers: config.servers.clone(), credentials, tls })
}

fn credentials(path: &Path) -> Result<Zeroizing<String>, ServerError> {
    let what = "the credentials file of the bus can't be read";
    let text = Zeroizing::new(
        std::fs::read_to_string(path).map_err(|source| ServerError::File { what, source })?,
    );
    Ok(Zeroizing::new(text.trim().to_owned()))
}

fn tls(path: &Path) -> Result<Arc<ClientConfig>, ServerError> {
    let what = "the root certificates of the bus can't be read";
    let unusable = |error: String| ServerError::File { what, source: std::io::Error::other(error) };
    let mut roots = RootCertStore::empty();
    let certificates =
        CertificateDer::pem_file_iter(path).map_err(|error| unusable(error.to_string()))?;
    for certificate in certificates {
        let certificate = certificate.map_err(|error| unusable(error.to_string()))?;
        roots.add(certificate).map_err(|error| unusable(error.to_string()))?;
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}
