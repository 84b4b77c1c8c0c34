//! Private NATS servers for tests: one, or a cluster; started, killed, held up and started again.
//!
//! A server counts as started when its log says that it is ready, and, in a cluster, that it has its
//! routes. Dropping it ends it, and so does the end of the thread that started it, however it ends.

use std::{
    io::{self, BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};

use crate::ports::free_port;

/// How long a server may take to start.
const START_TIMEOUT: Duration = Duration::from_secs(20);

/// How a server runs.
#[derive(Clone, Debug, Default)]
pub struct NatsServerOptions {
    /// User and password that clients need.
    pub credentials: Option<(String, String)>,
}

/// A running server.
#[derive(Debug)]
pub struct NatsServer {
    port: u16,
    /// Port of the cluster, and those of the others.
    cluster: Option<(u16, Vec<u16>)>,
    options: NatsServerOptions,
    child: Option<Child>,
}

impl NatsServer {
    /// Starts one server.
    ///
    /// # Errors
    /// When nats-server isn't installed or doesn't start.
    pub fn start() -> io::Result<Self> {
        Self::start_with(NatsServerOptions::default())
    }

    /// Starts one server with options.
    ///
    /// # Errors
    /// When nats-server isn't installed or doesn't start.
    pub fn start_with(options: NatsServerOptions) -> io::Result<Self> {
        let mut server = Self { port: free_port()?, cluster: None, options, child: None };
        server.restart()?;
        Ok(server)
    }

    /// Starts several servers that are one bus.
    ///
    /// # Errors
    /// When nats-server isn't installed or one doesn't start.
    pub fn start_cluster(count: usize) -> io::Result<Vec<Self>> {
        let ports = (0..count).map(|_one| free_port()).collect::<io::Result<Vec<u16>>>()?;
        let mut servers = Vec::with_capacity(count);
        for own in &ports {
            let others = ports.iter().copied().filter(|port| port != own).collect();
            let cluster = Some((*own, others));
            let options = NatsServerOptions::default();
            let mut server = Self { port: free_port()?, cluster, options, child: None };
            // The last one to come has a route to each that is there.
            server.launch(servers.len())?;
            servers.push(server);
        }
        Ok(servers)
    }

    /// Where it listens, as the configuration of a node has it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Whether it runs.
    #[must_use]
    pub const fn is_running(&self) -> bool {
        self.child.is_some()
    }

    /// Kills it.
    ///
    /// # Errors
    /// When it doesn't run.
    pub fn kill(&mut self) -> io::Result<()> {
        let mut child = self.child.take().ok_or(io::ErrorKind::NotConnected)?;
        child.kill()?;
        child.wait().map(|_status| ())
    }

    /// Holds it up: its connections stay, and it says nothing.
    ///
    /// # Errors
    /// When it doesn't run.
    pub fn pause(&self) -> io::Result<()> {
        self.signal(Signal::STOP)
    }

    /// Lets it go on.
    ///
    /// # Errors
    /// When it doesn't run.
    pub fn resume(&self) -> io::Result<()> {
        self.signal(Signal::CONT)
    }

    /// Starts it again on the same port; does nothing when it runs.
    ///
    /// # Errors
    /// When it doesn't start.
    pub fn restart(&mut self) -> io::Result<()> {
        self.launch(0)
    }

    fn signal(&self, signal: Signal) -> io::Result<()> {
        let child = self.child.as_ref().ok_or(io::ErrorKind::NotConnected)?;
        let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        kill_process(pid.ok_or(io::ErrorKind::NotFound)?, signal).map_err(Into::into)
    }

    /// Starts it and waits until it is ready and has that many routes.
    fn launch(&mut self, routes: usize) -> io::Result<()> {
        if self.child.is_some() {
            return Ok(());
        }
        // The kernel kills it when the thread that started it ends.
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "nats-server", "--addr", "127.0.0.1", "--port"]);
        command.arg(self.port.to_string());
        if let Some((user, password)) = &self.options.credentials {
            command.args(["--user", user, "--pass", password]);
        }
        if let Some((own, others)) = &self.cluster {
            let others: Vec<_> =
                others.iter().map(|port| format!("nats://127.0.0.1:{port}")).collect();
            command.args(["--cluster_name", "tresen", "--cluster"]);
            command.arg(format!("nats://127.0.0.1:{own}"));
            command.arg("--routes").arg(others.join(","));
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let log = child.stderr.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let lines = follow(log)?;
        if let Err(error) = wait_until_ready(&lines, routes) {
            child.kill()?;
            child.wait()?;
            return Err(error);
        }
        self.child = Some(child);
        Ok(())
    }
}

impl Drop for NatsServer {
    fn drop(&mut self) {
        // One that doesn't run is fine.
        drop(self.kill());
    }
}

/// Reads the log until its end on a thread of its own, so that the server never waits for a reader.
fn follow(log: std::process::ChildStderr) -> io::Result<Receiver<String>> {
    let (sender, lines) = channel();
    std::thread::Builder::new().name("nats-log".to_owned()).spawn(move || {
        for line in BufReader::new(log).lines().map_while(Result::ok) {
            // Nobody listens any more once it is ready.
            sender.send(line).unwrap_or_default();
        }
    })?;
    Ok(lines)
}

fn wait_until_ready(lines: &Receiver<String>, routes: usize) -> io::Result<()> {
    let (mut is_ready, mut routes_left, mut said) = (false, routes, String::new());
    while !is_ready || routes_left > 0 {
        let line = lines.recv_timeout(START_TIMEOUT).map_err(|_ended| {
            io::Error::other(format!("nats-server didn't start; it said:\n{said}"))
        })?;
        is_ready |= line.contains("Server is ready");
        if line.contains("Route connection created") {
            routes_left = routes_left.saturating_sub(1);
        }
        said.push_str(&line);
        said.push('\n');
    }
    Ok(())
}
