//! `tresen sandbox`: the whole platform in one process until SIGINT or SIGTERM.

use tokio::{
    signal::unix::{SignalKind, signal},
    task::LocalSet,
};
use tresen_sandbox::{SandboxConfig, spawn};

use crate::{cli::SandboxArgs, output};

/// Runs a sandbox.
pub(crate) fn run(args: &SandboxArgs) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, async {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let mut config = SandboxConfig::new(args.listen);
        config.public_url.clone_from(&args.public_url);
        config.tls = crate::gateway::tls(args.tls_cert.as_ref(), args.tls_key.as_ref());
        if let Some(control) = args.control {
            config.control = control;
        }
        if !args.customers.is_empty() {
            config.customers.clone_from(&args.customers);
        }
        let sandbox = spawn(config).await?;
        output::last_line(&sandbox.first_line())?;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("ending");
        sandbox.shutdown().await;
        Ok(())
    })
}
