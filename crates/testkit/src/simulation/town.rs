//! The nodes of a simulation, on one disk and one control store.

use std::{
    cell::RefCell,
    path::Path,
    sync::{
        Arc, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
};

use futures::executor::block_on;
use tempfile::TempDir;
use tresen_server::{
    Config, PlanDocument, ServerError, ServerHandle, Stores, SystemClock,
    admin::{self, add_rate_card, set_plan},
    app::App,
    spawn_on,
};
use tresen_store::{BlobStore, Clock as _, ControlStore, DeliveryOptions, SharedClock};
use tresen_types::AccountId;

use super::{
    Defect, ORIGIN,
    disk::{Disk, Life},
    line::{Line, Running},
    trace::Trace,
    witness::Witness,
};
use crate::dice::Dice;

/// For how long a node of several may go by a consent that another one has replaced, in milliseconds: the
/// age of its caches, and a little.
const SHARED_SLACK_MS: u64 = 6_000;
/// Where the files of a simulation lie, where there is such a folder: nothing of it must last.
const MEMORY: &str = "/dev/shm";

/// What messages cost.
const RATE_CARD: &str = r#"
currency = "EUR"
valid_from = "2020-01-01"

[default]
service = "0"
utility = "0.08"
marketing = "0.1"
authentication = "0.05"
"#;

/// The nodes.
pub(super) struct Town {
    pub(super) folder: TempDir,
    pub(super) disk: Arc<Disk>,
    pub(super) witness: Arc<Witness>,
    pub(super) running: Running,
    lives: Vec<Option<Arc<Life>>>,
    starts: u32,
    config: Config,
    ahead_ms: Arc<AtomicI64>,
    trace: Arc<Trace>,
}

impl Town {
    /// Starts so many nodes.
    pub(super) async fn start(
        nodes: usize,
        defect: Option<Defect>,
        dice: Dice,
        trace: &Arc<Trace>,
    ) -> Result<Self, ServerError> {
        let folder = tempfile::Builder::new()
            .prefix("simulation-")
            .tempdir_in(if Path::new(MEMORY).is_dir() {
                MEMORY.into()
            } else {
                std::env::temp_dir()
            })
            .expect("a temporary folder");
        let shared = folder.path().join("shared");
        std::fs::create_dir(&shared).expect("a folder");
        let mut config = Config::default();
        config.data_dir = shared;
        config.listen.set_port(0);
        config.origin = Some(ORIGIN.to_owned());
        config.blobs = Some(folder.path().join("blobs").display().to_string());
        let server_key_file = folder.path().join("server.key");
        admin::create_server_key(&server_key_file)?;
        config.server_key_file = Some(server_key_file);
        config.templates.self_approval = true;
        config.retention.disk_reserve_bytes = 0;
        let slack_ms = if nodes > 1 { SHARED_SLACK_MS } else { 0 };
        let control = open_control(&config)?;
        let witness = Arc::new(Witness::new(control, slack_ms, Arc::clone(trace)));
        let mut town = Self {
            disk: Disk::new(defect, dice, trace, &witness),
            witness,
            running: Arc::default(),
            lives: Vec::new(),
            starts: 0,
            config,
            ahead_ms: Arc::default(),
            trace: Arc::clone(trace),
            folder,
        };
        town.lives.resize(nodes, None);
        for node in 0..nodes {
            town.start_node(node).await?;
        }
        Ok(town)
    }

    /// How many nodes there are, running or not.
    pub(super) const fn count(&self) -> usize {
        self.lives.len()
    }

    /// Starts a node, if it doesn't run.
    pub(super) async fn start_node(&mut self, node: usize) -> Result<(), ServerError> {
        if self.lives.get(node).is_some_and(Option::is_some) {
            return Ok(());
        }
        self.starts += 1;
        self.trace.note(format_args!("node {node} starts"));
        let place = format!("node-{node}-{}", self.starts);
        let mut config = self.config.clone();
        config.data_dir = self.folder.path().join(place);
        let life = RefCell::new(None);
        let stores =
            async |_own: &Config, options: DeliveryOptions| -> Result<Stores, ServerError> {
                let (delivery, begun) = self.disk.open(options)?;
                *life.borrow_mut() = Some(begun);
                Ok(Stores {
                    control: open_control(&self.config)?,
                    delivery: Arc::new(delivery),
                    blobs: BlobStore::open(&self.folder.path().join("blobs"))?,
                    is_shared: self.lives.len() > 1,
                })
            };
        let handle = spawn_on(config, self.clock(), stores).await?;
        if let Some(place) = self.lives.get_mut(node) {
            *place = life.take();
        }
        self.set_running(node, Some(handle));
        Ok(())
    }

    /// Kills a node. Of one node alone the machine loses its power.
    pub(super) fn crash_node<'a>(
        &mut self,
        node: usize,
        lines: impl Iterator<Item = &'a Arc<Line>>,
    ) {
        let Some(life) = self.lives.get_mut(node).and_then(Option::take) else { return };
        self.trace.note(format_args!("node {node} crashes"));
        life.end();
        lines.for_each(|line| line.cut_from(node));
        if self.count() == 1 {
            self.disk.lose_power();
        }
        if let Some(handle) = self.set_running(node, None) {
            // What is left of it is cleared away; nothing of that reaches anybody.
            tokio::task::spawn_local(async move { drop(handle.shutdown().await) });
        }
    }

    /// Stops a node in order.
    pub(super) async fn stop_node(&mut self, node: usize) {
        let Some(_life) = self.lives.get_mut(node).and_then(Option::take) else { return };
        self.trace.note(format_args!("node {node} stops"));
        if let Some(handle) = self.set_running(node, None)
            && let Err(error) = handle.shutdown().await
        {
            self.trace.note(format_args!("node {node} didn't stop in order: {error}"));
        }
        if self.lives.iter().all(Option::is_none) {
            self.disk.close();
        }
    }

    /// Moves the clock of the servers.
    pub(super) fn jump(&self, millis: i64) {
        self.ahead_ms.fetch_add(millis, Ordering::Relaxed);
    }

    /// One of the running nodes.
    pub(super) fn app(&self) -> Option<Arc<App>> {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.iter().flatten().next().map(|handle| Arc::clone(handle.app()))
    }

    /// Has a business pay for every message, later.
    pub(super) fn charge(&self, business: AccountId) -> Result<(), ServerError> {
        let plan = PlanDocument { per_message: true, ..PlanDocument::default() };
        // The operator's program has threads: they are waited for, so that no time passes.
        block_on(async {
            add_rate_card(&self.config, &self.clock(), RATE_CARD).await?;
            set_plan(&self.config, business, &plan, false).await
        })
    }

    fn clock(&self) -> SharedClock {
        let ahead_ms = Arc::clone(&self.ahead_ms);
        Arc::new(move || SystemClock.now().plus_millis(ahead_ms.load(Ordering::Relaxed)))
    }

    fn set_running(&self, node: usize, handle: Option<ServerHandle>) -> Option<ServerHandle> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if running.len() <= node {
            running.resize_with(node + 1, || None);
        }
        running.get_mut(node).and_then(|place| std::mem::replace(place, handle))
    }
}

fn open_control(config: &Config) -> Result<ControlStore, ServerError> {
    Ok(ControlStore::open_here(&config.data_dir.join("control.sqlite"))?)
}
