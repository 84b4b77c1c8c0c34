//! `tresen demo`: a server and a town of four businesses with their customers, made by real clients
//! through the real server.
//!
//! ```text
//! DIR/origin          where the town was made: people's keys and codes are bound to it
//! DIR/server          the node's data
//! DIR/devices/NAME    one folder for each device: owners and customers
//! ```
//!
//! A town that is there is opened again, one that was interrupted is finished: every step looks
//! first whether it was done. All devices stay on line, so ticks arrive and colleagues can be let in.

mod console;
mod people;
mod qr;
mod town;

use std::{io::IsTerminal as _, path::Path, sync::Arc};

use people::{Shop, Town};
use tokio::signal::unix::{SignalKind, signal};
use tresen_client::Client;
use tresen_server::{Config, ServerHandle, SystemClock, admin, spawn};
use tresen_view::{Answer, Command, Failure, LinkStep, Role};

use crate::{
    cli::{DemoArgs, ServeArgs},
    device::unexpected,
    output, serve,
};

/// Serves the town until it is asked to end.
pub(crate) fn run(args: &DemoArgs) -> anyhow::Result<()> {
    let mut config = serve::load(&ServeArgs {
        config: args.config.clone(),
        listen: args.listen,
        data: Some(args.data.join("server")),
        ..ServeArgs::default()
    })?;
    // All its people come from this machine.
    config.rates.register_per_prefix.burst = config.rates.register_per_prefix.burst.max(100);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let outcome = tokio::task::LocalSet::new().block_on(&runtime, serve_town(config, &args.data));
    // The thread that reads standard input may stand in a read.
    runtime.shutdown_background();
    outcome
}

async fn serve_town(config: Config, data: &Path) -> anyhow::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut end = std::pin::pin!(async {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    });
    let server = spawn(config, Arc::new(SystemClock)).await?;
    keep_origin(&server.origin, &data.join("origin"))?;
    output::line(&format!("tresen ready {}", server.origin))?;
    tracing::info!("the town is being made; this takes a moment the first time");
    let devices = data.join("devices");
    let town = tokio::select! {
        town = people::settle(&server, &devices) => Some(town.map_err(explained)?),
        () = &mut end => None,
    };
    if let Some(town) = town {
        announce_town(&server, &town).await?;
        tokio::select! {
            () = console::run(&town) => {}
            () = &mut end => {}
        }
        town.close().await;
    }
    server.shutdown().await?;
    Ok(())
}

/// A town can't move: what its people signed names its origin.
fn keep_origin(origin: &str, file: &Path) -> anyhow::Result<()> {
    if !file.exists() {
        std::fs::write(file, origin)?;
        return Ok(());
    }
    let made_at = std::fs::read_to_string(file)?;
    anyhow::ensure!(
        made_at == origin,
        "this town was made at {made_at}: serve it there, or choose another folder"
    );
    Ok(())
}

/// Says where the town's doors are.
async fn announce_town(server: &ServerHandle, town: &Town) -> anyhow::Result<()> {
    for shop in &town.shops {
        announce(shop)?;
    }
    let link = admin::create_claim_link(server.app()).await?;
    output::line(&format!("\nA business of your own, once, within 24 hours:\n  {link}\n"))?;
    Ok(())
}

fn announce(shop: &Shop) -> std::io::Result<()> {
    output::line(&format!("\n{}, for customers:\n  {}", shop.business.name, shop.entry_url))?;
    if std::io::stdout().is_terminal() {
        output::line(&qr::draw(&shop.entry_url))?;
    }
    if let Some(invitation) = &shop.invitation {
        output::line(&format!("  its inbox, for one colleague:\n  {invitation}"))?;
    }
    Ok(())
}

/// A fresh invitation to a business's inbox.
async fn invite(owner: &Client, name: &str) -> Result<String, Failure> {
    let invite = Command::Invite { role: Role::Agent, name: name.to_owned() };
    match owner.call(invite).await? {
        Answer::Link(LinkStep::Invitation { url, .. }) => Ok(url),
        _ => Err(unexpected()),
    }
}

fn explained(failure: Failure) -> anyhow::Error {
    let Failure { kind, detail } = failure;
    anyhow::anyhow!("{kind:?}: {detail}")
}
