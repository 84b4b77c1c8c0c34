//! A private PostgreSQL for tests.
//!
//! The flow: `initdb` makes a cluster in a temporary directory; `postgres` runs on it and counts as
//! started when its log says so; every test takes a fresh database of it. It can be stopped, killed
//! with all its processes as a machine's crash would, and started again on the same port. Dropping it
//! ends it and removes the directory, and so does the end of the test's process, however it ends: a
//! small shell waits for that.
//!
//! The programs come from `PATH` or from `/usr/lib/postgresql/*/bin`. Since PostgreSQL refuses to run as
//! root, it runs as `postgres` or `nobody` then.

use std::{
    fs,
    io::{self, Read as _},
    os::unix::{fs::PermissionsExt as _, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use rustix::process::{Pid, Signal, getuid, kill_process};

mod log;
mod user;

use log::Log;
use user::User;

use crate::ports::free_port;

/// How long the server may take to start: crash recovery takes a while on a slow disk.
const START_TIMEOUT: Duration = Duration::from_secs(120);
/// How often another port is tried when somebody takes the one that was free.
const PORT_ATTEMPTS: usize = 8;
/// The superuser of the cluster, who needs no password.
const ROLE: &str = "tresen";

/// What went wrong with the server.
#[derive(Debug, thiserror::Error)]
pub enum PostgresError {
    /// The programs of PostgreSQL aren't there.
    #[error(
        "PostgreSQL isn't installed: no initdb, postgres and psql in PATH or in /usr/lib/postgresql/*/bin"
    )]
    NotInstalled,
    /// There is no user other than root to run it.
    #[error("PostgreSQL refuses to run as root, and there is no user postgres or nobody")]
    NoUser,
    /// A program can't be started, or a file not be written.
    #[error("running PostgreSQL: {0}")]
    Io(#[from] io::Error),
    /// A program failed; the text is what it said.
    #[error("{program} failed: {said}")]
    Failed {
        /// The program.
        program: &'static str,
        /// What it said.
        said: String,
    },
    /// The server isn't running.
    #[error("the server isn't running")]
    Stopped,
}

/// How the server runs.
#[derive(Clone, Debug)]
pub struct PostgresOptions {
    /// Whether the server syncs what it commits, which is the default; without it, tests that don't
    /// kill it run faster.
    pub fsync: bool,
    /// The certificate and its private key, both in PEM, for a server that speaks TLS too.
    pub tls: Option<(String, String)>,
    /// Further settings, as they would stand in `postgresql.conf`.
    pub settings: Vec<(String, String)>,
}

impl Default for PostgresOptions {
    fn default() -> Self {
        Self { fsync: true, tls: None, settings: Vec::new() }
    }
}

/// A running server with its cluster.
#[derive(Debug)]
pub struct Postgres {
    programs: PathBuf,
    /// Who runs it, when the tests run as root.
    user: Option<User>,
    directory: PathBuf,
    port: u16,
    options: PostgresOptions,
    server: Option<Running>,
    /// Ends the server and removes the directory when its input ends.
    watchdog: Child,
    databases: AtomicU32,
}

#[derive(Debug)]
struct Running {
    child: Child,
    log: Log,
}

impl Postgres {
    /// Makes a cluster and starts the server.
    ///
    /// # Errors
    /// Fails when PostgreSQL isn't installed or doesn't start.
    pub fn start() -> Result<Self, PostgresError> {
        Self::start_with(PostgresOptions::default())
    }

    /// Makes a cluster and starts the server with options.
    ///
    /// # Errors
    /// Fails when PostgreSQL isn't installed or doesn't start.
    pub fn start_with(options: PostgresOptions) -> Result<Self, PostgresError> {
        let programs = find_programs()?;
        let user = if getuid().is_root() { Some(User::unprivileged()?) } else { None };
        let directory = tempfile::Builder::new().prefix("tresen-postgres-").tempdir()?.keep();
        if let Some(user) = &user {
            user.own(&directory)?;
        }
        let watchdog = watch(&directory)?;
        let mut postgres = Self {
            programs,
            user,
            directory,
            port: 0,
            options,
            server: None,
            watchdog,
            databases: AtomicU32::new(0),
        };
        postgres.initialize()?;
        let mut attempts = 0;
        loop {
            postgres.port = free_port()?;
            attempts += 1;
            match postgres.restart() {
                Err(_taken) if attempts < PORT_ATTEMPTS => {}
                outcome => return outcome.map(|()| postgres),
            }
        }
    }

    /// Makes this server, which was stopped or killed, a standby of `primary`: its files are those of the
    /// primary then, which waits for it with every commit as soon as it has connected.
    ///
    /// # Errors
    /// Fails when the primary doesn't run.
    pub fn follow(&mut self, primary: &Self) -> Result<(), PostgresError> {
        fs::remove_dir_all(self.data_directory())?;
        let mut command = Command::new(self.programs.join("pg_basebackup"));
        command
            .args(["--host=127.0.0.1", "--port", &primary.port.to_string(), "--username", ROLE])
            .args(["--wal-method=stream", "--checkpoint=fast", "--write-recovery-conf", "-D"])
            .arg(self.data_directory());
        self.run_as(&mut command);
        output("pg_basebackup", &mut command)?;
        self.restart()?;
        primary.wait_for_standbys("*")
    }

    /// Makes the standby a primary that waits for nobody.
    ///
    /// # Errors
    /// Fails when it doesn't run or isn't a standby.
    pub fn promote(&self) -> Result<(), PostgresError> {
        self.wait_for_standbys("")?;
        self.execute("postgres", "SELECT pg_promote(true, 60)").map(|_promoted| ())
    }

    /// Which standbys commits wait for; `*` is any, nothing is none.
    ///
    /// # Errors
    /// Fails when the server doesn't run.
    pub fn wait_for_standbys(&self, names: &str) -> Result<(), PostgresError> {
        let set = format!("ALTER SYSTEM SET synchronous_standby_names = '{names}'");
        for sql in [set.as_str(), "SELECT pg_reload_conf()"] {
            self.execute("postgres", sql)?;
        }
        Ok(())
    }

    /// Holds all of the server's processes up: connections stay, and nobody answers.
    ///
    /// # Errors
    /// `Stopped` when it isn't running.
    pub fn pause(&self) -> Result<(), PostgresError> {
        self.signal_all(Signal::STOP)
    }

    /// Lets them go on.
    ///
    /// # Errors
    /// `Stopped` when it isn't running.
    pub fn resume(&self) -> Result<(), PostgresError> {
        self.signal_all(Signal::CONT)
    }

    fn signal_all(&self, what: Signal) -> Result<(), PostgresError> {
        let server = self.server.as_ref().ok_or(PostgresError::Stopped)?;
        signal(server.child.id(), what)?;
        for process in children(server.child.id()) {
            // One that ended by itself meanwhile is fine.
            drop(signal(process, what));
        }
        Ok(())
    }

    /// The URL of a database that either of two servers has, whichever is the primary.
    #[must_use]
    pub fn url_of_pair(&self, other: &Self, database: &str) -> String {
        let (own, other) = (self.port, other.port);
        format!("postgres://{ROLE}@127.0.0.1:{own},127.0.0.1:{other}/{database}")
    }

    /// Makes an empty database and returns its URL.
    ///
    /// # Errors
    /// Fails when the server isn't running.
    pub fn fresh_database(&self) -> Result<String, PostgresError> {
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{number}");
        self.execute("postgres", &format!("CREATE DATABASE {name}"))?;
        Ok(self.url(&name))
    }

    /// The URL of a database.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{ROLE}@127.0.0.1:{}/{database}", self.port)
    }

    /// The port on 127.0.0.1 on which the server listens, also after a restart.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The directory of the cluster's files.
    #[must_use]
    pub fn data_directory(&self) -> PathBuf {
        self.directory.join("data")
    }

    /// The last lines of the server's log.
    #[must_use]
    pub fn log(&self) -> String {
        self.server.as_ref().map(|server| server.log.text()).unwrap_or_default()
    }

    /// Runs SQL in a database and returns the rows, one a line, columns separated by `|`.
    ///
    /// # Errors
    /// Fails when the server isn't running or refuses.
    pub fn execute(&self, database: &str, sql: &str) -> Result<String, PostgresError> {
        let port = self.port.to_string();
        let mut command = Command::new(self.programs.join("psql"));
        command
            .args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align"])
            .args(["--set=ON_ERROR_STOP=1", "--host=127.0.0.1", "--port", &port])
            .args(["--username", ROLE, "--dbname", database, "--command", sql])
            .current_dir(&self.directory);
        output("psql", &mut command)
    }

    /// Shuts the server down in an orderly way; connections are cut off.
    ///
    /// # Errors
    /// `Stopped` when it isn't running.
    pub fn stop(&mut self) -> Result<(), PostgresError> {
        self.end(|server| signal(server.child.id(), Signal::INT))
    }

    /// Kills the server and all its processes at once, as a crash does. What it has synced stays.
    ///
    /// # Errors
    /// `Stopped` when it isn't running.
    pub fn kill(&mut self) -> Result<(), PostgresError> {
        self.end(|server| {
            // Stopped first, so that it starts nothing more while its processes are listed.
            let postmaster = server.child.id();
            signal(postmaster, Signal::STOP)?;
            let processes = children(postmaster);
            signal(postmaster, Signal::KILL)?;
            for process in processes {
                // One that ended by itself meanwhile is fine.
                drop(signal(process, Signal::KILL));
            }
            Ok(())
        })
    }

    /// Starts the server again after [`Self::stop`] or [`Self::kill`], on the same port; returns when
    /// it takes connections.
    ///
    /// # Errors
    /// Fails when it doesn't come up; the error holds its log.
    pub fn restart(&mut self) -> Result<(), PostgresError> {
        if self.server.is_some() {
            return Ok(());
        }
        let mut command = Command::new(self.programs.join("postgres"));
        let data = self.data_directory();
        command.arg("-D").arg(data).args(["-p", &self.port.to_string()]);
        let fsync = if self.options.fsync { "on" } else { "off" };
        for setting in [
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "shared_buffers=32MB",
            "logging_collector=off",
            &format!("fsync={fsync}"),
        ] {
            command.args(["-c", setting]);
        }
        if self.options.tls.is_some() {
            command.args(["-c", "ssl=on"]);
        }
        for (name, value) in &self.options.settings {
            command.args(["-c", &format!("{name}={value}")]);
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        // A group of its own: what interrupts the tests ends the server in its order.
        command.process_group(0);
        self.run_as(&mut command);
        let mut child = command.spawn()?;
        let log = Log::read(child.stderr.take().ok_or(PostgresError::Stopped)?)?;
        if log.wait_until_ready(START_TIMEOUT) {
            self.server = Some(Running { child, log });
            return Ok(());
        }
        child.kill()?;
        child.wait()?;
        Err(PostgresError::Failed { program: "postgres", said: log.text() })
    }

    fn initialize(&self) -> Result<(), PostgresError> {
        let mut command = Command::new(self.programs.join("initdb"));
        command
            .arg("-D")
            .arg(self.data_directory())
            .args(["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"])
            .arg(format!("--username={ROLE}"));
        self.run_as(&mut command);
        output("initdb", &mut command)?;
        if let Some((certificate, key)) = &self.options.tls {
            for (name, text) in [("server.crt", certificate), ("server.key", key)] {
                let file = self.data_directory().join(name);
                fs::write(&file, text)?;
                // The server refuses a key that others may read.
                fs::set_permissions(&file, fs::Permissions::from_mode(0o600))?;
                if let Some(user) = &self.user {
                    user.own(&file)?;
                }
            }
        }
        Ok(())
    }

    fn run_as(&self, command: &mut Command) {
        // Where the tests run, another user may not be allowed to look.
        command.current_dir(&self.directory).env("LC_ALL", "C");
        if let Some(user) = &self.user {
            command.uid(user.uid).gid(user.gid);
        }
    }

    /// Ends the server with `how` and waits until its last process is gone: each holds the log open.
    fn end(
        &mut self,
        how: impl FnOnce(&Running) -> Result<(), PostgresError>,
    ) -> Result<(), PostgresError> {
        let mut server = self.server.take().ok_or(PostgresError::Stopped)?;
        how(&server)?;
        server.child.wait()?;
        server.log.wait_until_closed();
        Ok(())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // Nobody reads what goes wrong here.
        drop(self.kill());
        drop(self.watchdog.stdin.take());
        drop(self.watchdog.wait());
    }
}

/// The directory with the newest PostgreSQL's programs.
fn find_programs() -> Result<PathBuf, PostgresError> {
    let is_there = |directory: &PathBuf| {
        ["initdb", "postgres", "psql"].iter().all(|program| directory.join(program).is_file())
    };
    let path = std::env::var_os("PATH").unwrap_or_default();
    if let Some(found) = std::env::split_paths(&path).find(is_there) {
        return Ok(found);
    }
    let versions =
        fs::read_dir("/usr/lib/postgresql").map_err(|_none| PostgresError::NotInstalled)?;
    versions
        .filter_map(Result::ok)
        .filter_map(|entry| {
            let version: u32 = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .filter(|(_version, directory)| is_there(directory))
        .max()
        .map(|(_version, directory)| directory)
        .ok_or(PostgresError::NotInstalled)
}

/// Starts the shell that cleans up when this process ends.
fn watch(directory: &Path) -> io::Result<Child> {
    const SCRIPT: &str = "cat; \
        if pid=$(head -n 1 \"$1/data/postmaster.pid\" 2>/dev/null); then \
          kill -QUIT \"$pid\" 2>/dev/null; \
          while kill -0 \"$pid\" 2>/dev/null; do sleep 0.1; done; \
        fi; \
        rm -rf \"$1\"";
    Command::new("/bin/sh")
        .args(["-c", SCRIPT, "sh"])
        .arg(directory)
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
}

fn output(program: &'static str, command: &mut Command) -> Result<String, PostgresError> {
    let output = command.stdin(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim_end().to_owned();
    Err(PostgresError::Failed { program, said })
}

fn signal(process: u32, signal: Signal) -> Result<(), PostgresError> {
    let pid = i32::try_from(process).ok().and_then(Pid::from_raw).ok_or(PostgresError::Stopped)?;
    kill_process(pid, signal).map_err(|error| PostgresError::Io(error.into()))
}

/// The processes that a process has started. Where the kernel doesn't tell, they are left to notice
/// by themselves that the server is gone.
fn children(process: u32) -> Vec<u32> {
    let mut text = String::new();
    let read = fs::File::open(format!("/proc/{process}/task/{process}/children"))
        .and_then(|mut file| file.read_to_string(&mut text));
    match read {
        Ok(_length) => text.split_whitespace().filter_map(|pid| pid.parse().ok()).collect(),
        Err(_unknown) => Vec::new(),
    }
}
