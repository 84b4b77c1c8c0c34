//! `tresen serve`: a node until SIGINT or SIGTERM. Prints exactly one line when it is ready.

use std::sync::Arc;

use tokio::signal::unix::{SignalKind, signal};
use tresen_server::{
    Config, ServerHandle, SystemClock, admin,
    config::{BusConfig, DatabaseConfig},
    spawn,
};

use crate::{cli::ServeArgs, output};

/// Runs a node.
pub(crate) fn run(args: &ServeArgs) -> anyhow::Result<()> {
    let config = load(args)?;
    use_small_pages();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let server = spawn(config, Arc::new(SystemClock)).await?;
        announce_claim_link(&server).await?;
        output::line(&format!("tresen ready {}", server.origin))?;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("ending");
        server.shutdown().await?;
        Ok(())
    })
}

/// Buffers come and go all the time: with huge pages the kernel cleared two megabytes for each that began
/// a new one, a sixth of the CPU of a busy node.
fn use_small_pages() {
    if let Err(error) = rustix::thread::disable_transparent_huge_pages(true) {
        tracing::debug!(%error, "huge pages stay");
    }
}

/// The configuration, with what the command line overrides.
pub(crate) fn load(args: &ServeArgs) -> anyhow::Result<Config> {
    let mut config = Config::load(args.config.as_deref())?;
    if let Some(listen) = args.listen {
        config.listen = listen;
    }
    if let Some(data) = &args.data {
        config.data_dir.clone_from(data);
    }
    if let Some(url) = &args.database {
        config.database = Some(DatabaseConfig { url: url.clone() });
    }
    if !args.bus.is_empty() {
        let bus = config.bus.take();
        let (credentials_file, root_file) =
            bus.map(|bus| (bus.credentials_file, bus.root_file)).unwrap_or_default();
        config.bus = Some(BusConfig { servers: args.bus.clone(), credentials_file, root_file });
    }
    if args.blobs.is_some() {
        config.blobs.clone_from(&args.blobs);
    }
    if args.server_key.is_some() {
        config.server_key_file.clone_from(&args.server_key);
    }
    config.check()?;
    Ok(config)
}

/// At the first start, and until somebody claims: one link, on standard error.
async fn announce_claim_link(server: &ServerHandle) -> anyhow::Result<()> {
    if admin::is_unclaimed(server.app()).await? {
        let link = admin::create_claim_link(server.app()).await?;
        tracing::info!("the first business is claimed here, once, within 24 hours: {link}");
    }
    Ok(())
}
