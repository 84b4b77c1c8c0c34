//! The lines between devices and nodes, within this process: each device has one, and it breaks.
//!
//! Only the WebSocket goes over it: blobs are written by threads, which keep no simulated time, so an
//! HTTP request finds nobody.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, ReadHalf, WriteHalf, split},
    sync::watch,
    time::sleep,
};
use tresen_proto::SOCKET_PATH;
use tresen_server::ServerHandle;

use super::trace::Trace;
use crate::dice::Dice;

/// Bytes that are on a line in one direction.
const LINE_BYTES: usize = 64 << 10;
/// How long bytes take on a good line, in milliseconds.
const DELAY_MS: (u64, u64) = (1, 80);

/// The running nodes, by their numbers.
pub(super) type Running = Arc<Mutex<Vec<Option<ServerHandle>>>>;

/// A device's line.
pub(super) struct Line {
    name: String,
    running: Running,
    dice: Mutex<Dice>,
    trace: Arc<Trace>,
    state: watch::Sender<State>,
}

/// What a line does.
#[derive(Clone, Debug)]
struct State {
    /// Connections of an older generation are cut.
    generation: u64,
    /// The node that the newest connection leads to.
    node: Option<usize>,
    is_open: bool,
    /// Whether what the server says gets lost.
    swallows: bool,
    delay_ms: (u64, u64),
}

impl Line {
    pub(super) fn new(name: &str, running: &Running, dice: Dice, trace: &Arc<Trace>) -> Arc<Self> {
        let state =
            State { generation: 0, node: None, is_open: true, swallows: false, delay_ms: DELAY_MS };
        Arc::new(Self {
            name: name.to_owned(),
            running: Arc::clone(running),
            dice: Mutex::new(dice),
            trace: Arc::clone(trace),
            state: watch::Sender::new(state),
        })
    }

    /// Connects to one of the running nodes.
    pub(super) fn dial(self: &Arc<Self>) -> io::Result<DuplexStream> {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let nodes: Vec<_> = running
            .iter()
            .enumerate()
            .filter_map(|(at, node)| Some((at, node.as_ref()?)))
            .collect();
        let state = self.state.borrow().clone();
        let chosen = self.dice().choose(&nodes).filter(|_node| state.is_open);
        let (node, handle) = chosen.ok_or(io::ErrorKind::ConnectionRefused)?;
        self.state.send_modify(|state| state.node = Some(node));
        self.trace.note(format_args!("{} connects to node {node}", self.name));
        let (device, near) = tokio::io::duplex(LINE_BYTES);
        let (near_in, near_out) = split(near);
        let (far_in, far_out) = split(handle.connect());
        let generation = state.generation;
        tokio::spawn(Arc::clone(self).carry(near_in, far_out, generation, false));
        tokio::spawn(Arc::clone(self).carry(far_in, near_out, generation, true));
        Ok(device)
    }

    /// Cuts the connection; a new one works as on the first day.
    pub(super) fn mend(&self) {
        self.state.send_modify(|state| {
            state.generation += 1;
            state.is_open = true;
            state.swallows = false;
            state.delay_ms = DELAY_MS;
        });
    }

    /// Cuts the connection; everything else stays as it is.
    pub(super) fn cut(&self) {
        self.state.send_modify(|state| state.generation += 1);
    }

    /// Cuts the connection if it leads to a node.
    pub(super) fn cut_from(&self, node: usize) {
        self.state.send_if_modified(|state| {
            let is_there = state.node == Some(node);
            state.generation += u64::from(is_there);
            is_there
        });
    }

    /// Cuts the connection, and lets none come up until [`Self::mend`].
    pub(super) fn unplug(&self) {
        self.state.send_modify(|state| {
            state.generation += 1;
            state.is_open = false;
        });
    }

    /// Loses what the server says from now on, until [`Self::mend`].
    pub(super) fn swallow(&self) {
        self.state.send_modify(|state| state.swallows = true);
    }

    /// Lets bytes take so long, until [`Self::mend`].
    pub(super) fn delay(&self, delay_ms: (u64, u64)) {
        self.state.send_modify(|state| state.delay_ms = delay_ms);
    }

    fn dice(&self) -> std::sync::MutexGuard<'_, Dice> {
        self.dice.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn carry(
        self: Arc<Self>,
        from: ReadHalf<DuplexStream>,
        to: WriteHalf<DuplexStream>,
        generation: u64,
        is_answer: bool,
    ) {
        let mut state = self.state.subscribe();
        tokio::select! {
            biased;
            cut = state.wait_for(|state| state.generation != generation) => drop(cut),
            () = self.pass_on(from, to, is_answer) => {}
        }
    }

    /// Passes bytes on until one of the ends is gone.
    async fn pass_on(
        &self,
        mut from: ReadHalf<DuplexStream>,
        mut to: WriteHalf<DuplexStream>,
        is_answer: bool,
    ) {
        let wanted = format!("GET {SOCKET_PATH}");
        let mut is_first = !is_answer;
        let mut buffer = vec![0; LINE_BYTES];
        loop {
            let Ok(count) = from.read(&mut buffer).await else { return };
            let Some(bytes) = buffer.get(..count).filter(|bytes| !bytes.is_empty()) else { return };
            if std::mem::take(&mut is_first) && !bytes.starts_with(wanted.as_bytes()) {
                return;
            }
            let delay_ms = self.state.borrow().delay_ms;
            let delay_ms = self.dice().within(delay_ms);
            sleep(Duration::from_millis(delay_ms)).await;
            if is_answer && self.state.borrow().swallows {
                self.trace.note(format_args!("{count} bytes to {} are lost", self.name));
                continue;
            }
            if to.write_all(bytes).await.is_err() {
                return;
            }
        }
    }
}
