//! A server process of our own: a temporary data directory, TLS with a certificate made for the
//! occasion, CPU 0, rates out of the way.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
};

use anyhow::{Context as _, bail, ensure};
use rustls::RootCertStore;
use rustls_pki_types::CertificateDer;
use tempfile::TempDir;

use super::lossy_disk::LossyDisk;
use crate::load::{peer::random, wire::Target};

/// Rates and limits out of the way.
const LIMITS: &str = include_str!("../../../../fixtures/load/limits.toml");
/// The line that `tresen serve` prints when it is ready.
const READY: &str = "tresen ready ";

/// How the server is started.
#[derive(Debug)]
pub(crate) struct ServerOptions {
    /// Claim links to make.
    pub(crate) claims: usize,
    /// Pins the server to CPU 0.
    pub(crate) is_pinned: bool,
    /// Speaks TLS.
    pub(crate) tls: bool,
    /// The test-only hook that makes the kill test fail.
    pub(crate) acknowledge_before_write: bool,
    /// Lets businesses approve their templates by themselves.
    pub(crate) has_self_approval: bool,
    /// A disk that loses what wasn't synced, at every kill.
    pub(crate) disk: Option<LossyDisk>,
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self {
            claims: 0,
            is_pinned: true,
            tls: true,
            acknowledge_before_write: false,
            has_self_approval: false,
            disk: None,
        }
    }
}

/// A running server with its data.
pub(crate) struct ServerProcess {
    child: Child,
    is_pinned: bool,
    disk: Option<LossyDisk>,
    folder: TempDir,
    address: SocketAddr,
    origin: String,
    tls: Option<Arc<rustls::ClientConfig>>,
    claims: Vec<String>,
}

impl ServerProcess {
    /// Makes the data directory and the claim links, and starts the server.
    pub(crate) fn start(options: &ServerOptions) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let address = free_address()?;
        let scheme = if options.tls { "https" } else { "http" };
        let origin = format!("{scheme}://localhost:{}", address.port());
        let mut config = config(folder.path(), address, &origin, options.acknowledge_before_write);
        if options.has_self_approval {
            config.push_str("[templates]\nself_approval = true\n");
        }
        let mut client_tls = None;
        if options.tls {
            let (section, client) = make_tls(folder.path())?;
            config.push_str(&section);
            client_tls = Some(client);
        }
        fs::write(folder.path().join("tresen.toml"), config)?;
        let claims = make_claims(folder.path(), options.claims)?;
        let (is_pinned, disk) = (options.is_pinned, options.disk.clone());
        if disk.is_some() {
            LossyDisk::begin(folder.path())?;
        }
        let child = spawn(folder.path(), is_pinned, disk.as_ref())?;
        let mut server =
            Self { child, is_pinned, disk, folder, address, origin, tls: client_tls, claims };
        server.wait_ready()?;
        Ok(server)
    }

    fn wait_ready(&mut self) -> anyhow::Result<()> {
        let output = self.child.stdout.take().context("the server's output")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        ensure!(line.starts_with(READY), "the server said {line:?} instead of being ready");
        Ok(())
    }

    /// Where it listens.
    pub(crate) fn target(&self) -> Target {
        Target { address: self.address, tls: self.tls.clone(), origin: self.origin.clone() }
    }

    /// The secrets of the claim links, once.
    pub(crate) fn take_claims(&mut self) -> Vec<String> {
        std::mem::take(&mut self.claims)
    }

    /// The process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Runs a command of the operator; answers what it printed.
    pub(crate) fn admin(&self, arguments: &[&str]) -> anyhow::Result<String> {
        admin(self.folder.path(), arguments)
    }

    /// Kills it: SIGKILL, and with a lossy disk all that wasn't synced is gone.
    pub(crate) fn kill(&mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        if self.disk.is_none() {
            return Ok(());
        }
        let mut state = u64::from_le_bytes(random()?) | 1;
        LossyDisk::lose(self.folder.path(), || {
            // Xorshift: which pages were written back has no pattern that the server could know.
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state & (1 << 20) != 0
        })
    }

    /// Starts it again on the same data.
    pub(crate) fn restart(&mut self) -> anyhow::Result<()> {
        self.child = spawn(self.folder.path(), self.is_pinned, self.disk.as_ref())?;
        self.wait_ready()
    }

    /// Asks it to end and waits for it.
    pub(crate) fn stop(mut self) -> anyhow::Result<()> {
        let pid = i32::try_from(self.pid()).ok().and_then(rustix::process::Pid::from_raw);
        rustix::process::kill_process(pid.context("a process id")?, rustix::process::Signal::TERM)?;
        let status = self.child.wait()?;
        ensure!(status.success(), "the server ended with {status}");
        Ok(())
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        // Whoever dropped it already has its own error to report.
        if let Err(error) = self.child.kill() {
            tracing::debug!(%error, "the server had ended");
        }
    }
}

/// Keeps this process off the server's core, when there are two.
pub(crate) fn pin_this_process(cpu: usize) -> anyhow::Result<()> {
    let mut set = rustix::thread::CpuSet::new();
    set.set(cpu);
    if rustix::thread::sched_setaffinity(None, &set).is_err() {
        tracing::warn!("can't use CPU {cpu}: generator and server share a core");
    }
    Ok(())
}

fn spawn(folder: &Path, is_pinned: bool, disk: Option<&LossyDisk>) -> anyhow::Result<Child> {
    let program = std::env::current_exe()?;
    let mut command = if is_pinned {
        let mut command = Command::new("taskset");
        command.arg("-c").arg("0").arg(program);
        command
    } else {
        Command::new(program)
    };
    command.arg("serve").arg("--config").arg(folder.join("tresen.toml"));
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    if let Some(disk) = disk {
        disk.preload(folder, &mut command);
    }
    command.stderr(fs::File::create(folder.join("server.log"))?);
    command.spawn().context("start the server")
}

fn make_claims(folder: &Path, count: usize) -> anyhow::Result<Vec<String>> {
    if count == 0 {
        return Ok(Vec::new());
    }
    let text = admin(folder, &["claim", "--count", &count.to_string()])?;
    let tokens: Vec<_> =
        text.lines().filter_map(|line| Some(line.split_once('#')?.1.to_owned())).collect();
    if tokens.len() != count {
        bail!("{} claim links instead of {count}", tokens.len());
    }
    Ok(tokens)
}

fn admin(folder: &Path, arguments: &[&str]) -> anyhow::Result<String> {
    let output = Command::new(std::env::current_exe()?)
        .arg("admin")
        .args(arguments)
        .arg("--config")
        .arg(folder.join("tresen.toml"))
        .output()?;
    ensure!(
        output.status.success(),
        "admin {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8(output.stdout)?)
}

fn free_address() -> anyhow::Result<SocketAddr> {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?)
}

fn config(
    folder: &Path,
    address: SocketAddr,
    origin: &str,
    acknowledge_before_write: bool,
) -> String {
    format!(
        "listen = \"{address}\"\norigin = \"{origin}\"\ndata_dir = {:?}\n\
         [testing]\nacknowledge_before_write = {acknowledge_before_write}\n{LIMITS}",
        data_dir(folder)
    )
}

fn data_dir(folder: &Path) -> PathBuf {
    folder.join("data")
}

/// Makes a certificate for localhost; answers the server's section and the client's configuration.
fn make_tls(folder: &Path) -> anyhow::Result<(String, Arc<rustls::ClientConfig>)> {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()])?;
    let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
    fs::write(&certificate, made.cert.pem())?;
    fs::write(&key, made.signing_key.serialize_pem())?;
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(made.cert.der().to_vec()))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let client = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let section = format!("[tls]\ncertificate_file = {certificate:?}\nkey_file = {key:?}\n");
    Ok((section, Arc::new(client)))
}
