//! The server's log: what a failed start shows, when it is ready, and when its last process ended.

use std::{
    collections::VecDeque,
    io::{self, BufRead as _, BufReader},
    process::ChildStderr,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, sync_channel},
    },
    thread::JoinHandle,
    time::Duration,
};

/// Lines that are kept.
const LINES_MAX: usize = 60;
/// What the server says when it takes connections.
const READY: &str = "database system is ready to accept";

/// The log of one run of the server.
#[derive(Debug)]
pub(super) struct Log {
    lines: Arc<Mutex<VecDeque<String>>>,
    ready: Receiver<()>,
    reader: JoinHandle<()>,
}

impl Log {
    /// Reads the log on a thread of its own, until every process has closed it.
    pub(super) fn read(stream: ChildStderr) -> io::Result<Self> {
        let lines = Arc::new(Mutex::new(VecDeque::new()));
        let kept = Arc::clone(&lines);
        let (sender, ready) = sync_channel(1);
        let reader =
            std::thread::Builder::new().name("postgres-log".to_owned()).spawn(move || {
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    if line.contains(READY) {
                        // A second time after a crash of one process: nobody waits for that.
                        sender.try_send(()).unwrap_or_default();
                    }
                    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                    kept.push_back(line);
                    if kept.len() > LINES_MAX {
                        kept.pop_front();
                    }
                }
            })?;
        Ok(Self { lines, ready, reader })
    }

    /// Whether the server is ready; false when it ended or took longer than `timeout`.
    pub(super) fn wait_until_ready(&self, timeout: Duration) -> bool {
        self.ready.recv_timeout(timeout).is_ok()
    }

    /// Waits until the last process that holds the log has ended.
    pub(super) fn wait_until_closed(self) {
        // A thread that panicked has said so already.
        drop(self.reader.join());
    }

    /// The last lines.
    pub(super) fn text(&self) -> String {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().map(String::as_str).collect::<Vec<_>>().join("\n")
    }
}
