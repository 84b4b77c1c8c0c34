//! The browser's process: starts it, learns its address from its log, kills it.

use std::{collections::VecDeque, process::Stdio};

use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
};

use super::{Error, PATIENCE};

/// How much of the log an error shows.
const LOG_LINES: usize = 20;

/// A process that ends when this is dropped.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
}

impl Process {
    /// Starts the command and reads its log until a line holds the address after `marker`.
    pub(super) async fn start(
        command: &mut Command,
        marker: &str,
    ) -> Result<(Self, String), Error> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(Error::Start)?;
        let log = child.stderr.take().ok_or(Error::Malformed("a log"))?;
        let mut lines = BufReader::new(log).lines();
        let mut last = VecDeque::new();
        let search = async {
            while let Ok(Some(line)) = lines.next_line().await {
                if let Some((_, address)) = line.split_once(marker) {
                    return Some(address.trim().to_owned());
                }
                last.push_back(line);
                if last.len() > LOG_LINES {
                    last.pop_front();
                }
            }
            None
        };
        let found = tokio::time::timeout(PATIENCE, search).await.ok().flatten();
        let Some(address) = found else {
            return Err(Error::NoAddress(Vec::from(last).join("\n")));
        };
        // A full pipe would stop the browser.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok((Self { child }, address))
    }

    /// Sends SIGKILL and waits until the process is gone.
    pub(super) async fn kill(&mut self) -> Result<(), Error> {
        self.child.kill().await.map_err(Error::Start)
    }

    /// The number of the process, while it runs.
    pub(super) fn id(&self) -> Option<u32> {
        self.child.id()
    }
}
