//! `tresen gateway`: a business's own device that speaks the WhatsApp Cloud API.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context as _;
use rustls_pki_types::{CertificateDer, pem::PemObject as _};
use serde_json::json;
use tokio::{
    signal::unix::{SignalKind, signal},
    task::LocalSet,
};
use tresen_client::Trust;
use tresen_gateway::{
    GatewayConfig, Provider, ProviderKeys, Scopes, TlsFiles, WhenAway,
    link::{self, Folder},
    spawn, system_clock,
};
use zeroize::Zeroizing;

use crate::{
    cli::{
        GatewayCommand, GatewayLinkArgs, GatewayProvider, GatewayProviderCommand, GatewayScope,
        GatewayServeArgs, GatewayTokenCommand, GatewayWebhookArgs, GatewayWhenAway,
    },
    output,
};

/// How long the owner may take for the digits.
const LINK_TIMEOUT: Duration = Duration::from_secs(180);

/// Does what is asked.
pub(crate) fn run(command: &GatewayCommand) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, async {
        match command {
            GatewayCommand::Link(args) => link(args).await,
            GatewayCommand::Serve(args) => serve(args).await,
            GatewayCommand::Token { command } => token(command),
            GatewayCommand::Webhook(args) => webhook(args).await,
            GatewayCommand::Provider { command } => provider(command),
        }
    })
}

async fn link(args: &GatewayLinkArgs) -> anyhow::Result<()> {
    let folder = &args.folder.folder;
    let trust = trust(args.root_certificate.as_deref())?;
    let linking =
        link::begin(folder, &args.server, trust, system_clock(), &args.invitation).await?;
    let code = json!({ "business_name": linking.business_name, "code": linking.code });
    output::line(&code.to_string())?;
    tracing::info!("the owner types these digits into the app: {}", linking.code);
    let credentials = tokio::time::timeout(LINK_TIMEOUT, linking.finish())
        .await
        .context("nobody typed the digits")??;
    tracing::info!("linked; `tresen gateway serve` serves the API");
    let mut line = serde_json::to_value(&credentials)?;
    line["curl"] = credentials.curl("http://127.0.0.1:8480").into();
    output::last_line(&line)
}

async fn serve(args: &GatewayServeArgs) -> anyhow::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut config = GatewayConfig::new(&args.folder.folder, args.listen);
    config.public_url.clone_from(&args.public_url);
    config.tls = tls(args.tls_cert.as_ref(), args.tls_key.as_ref());
    config.trust = trust(args.root_certificate.as_deref())?;
    config.has_private_reach = args.private_addresses;
    config.when_away = match args.when_away {
        GatewayWhenAway::Queue => WhenAway::Queue,
        GatewayWhenAway::Refuse => WhenAway::Refuse,
    };
    config.messages_per_second = args.messages_per_second;
    config.pair_burst = args.pair_burst;
    let gateway = spawn(config).await?;
    output::line(&format!("tresen ready {}", gateway.url))?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    tracing::info!("ending");
    gateway.shutdown().await;
    Ok(())
}

/// The files of TLS; the command line takes both or none.
pub(crate) fn tls(certificate: Option<&PathBuf>, key: Option<&PathBuf>) -> Option<TlsFiles> {
    Some(TlsFiles { certificate: certificate?.clone(), key: key?.clone() })
}

fn token(command: &GatewayTokenCommand) -> anyhow::Result<()> {
    let open = |folder: &Path| Folder::open(folder, system_clock());
    match command {
        GatewayTokenCommand::Add { folder, scope, name } => {
            let scopes = Scopes {
                messaging: scope.contains(&GatewayScope::Messaging),
                management: scope.contains(&GatewayScope::Management),
            };
            let (id, token) = open(&folder.folder)?.add_token(name, scopes)?;
            output::last_line(&json!({ "id": id, "token": token }))
        }
        GatewayTokenCommand::List(folder) => {
            for token in open(&folder.folder)?.tokens()? {
                let line = json!({
                    "id": token.id,
                    "name": token.name,
                    "scopes": token.scopes.names(),
                    "created_at_ms": token.created_at.as_millis(),
                    "revoked_at_ms": token.revoked_at.map(tresen_types::Timestamp::as_millis),
                });
                output::line(&line.to_string())?;
            }
            Ok(())
        }
        GatewayTokenCommand::Revoke { folder, id } => Ok(open(&folder.folder)?.revoke_token(*id)?),
    }
}

fn provider(command: &GatewayProviderCommand) -> anyhow::Result<()> {
    let known = |provider: GatewayProvider| match provider {
        GatewayProvider::Stripe => Provider::Stripe,
        GatewayProvider::Razorpay => Provider::Razorpay,
    };
    let secret = |path: &Path| -> anyhow::Result<Zeroizing<String>> {
        let text = Zeroizing::new(std::fs::read_to_string(path).context("a secret's file")?);
        Ok(Zeroizing::new(text.trim().to_owned()))
    };
    match command {
        GatewayProviderCommand::Set { folder, provider, secret_file, webhook_secret_file, api } => {
            let provider = known(*provider);
            let keys = ProviderKeys {
                secret: secret(secret_file)?,
                webhook_secret: secret(webhook_secret_file)?,
                api: api.clone().unwrap_or_else(|| provider.api().to_owned()),
            };
            let folder = Folder::open(&folder.folder, system_clock())?;
            folder.set_provider(provider, Some(&keys))?;
            let path = format!("/providers/{}/webhook", provider.as_str());
            output::last_line(&json!({ "provider": provider.as_str(), "webhook_path": path }))
        }
        GatewayProviderCommand::Remove { folder, provider } => {
            let folder = Folder::open(&folder.folder, system_clock())?;
            Ok(folder.set_provider(known(*provider), None)?)
        }
    }
}

async fn webhook(args: &GatewayWebhookArgs) -> anyhow::Result<()> {
    let trust = trust(args.root_certificate.as_deref())?;
    let folder = Folder::open(&args.folder.folder, system_clock())?;
    folder.set_receiver(&args.url, &args.verify_token, &args.fields, &trust).await?;
    output::last_line(&json!({ "callback_url": args.url }))
}

fn trust(root_certificate: Option<&Path>) -> anyhow::Result<Trust> {
    let Some(path) = root_certificate else { return Ok(Trust::Web) };
    let root = CertificateDer::from_pem_file(path).context("the root certificate can't be read")?;
    Ok(Trust::Root(root.to_vec()))
}
