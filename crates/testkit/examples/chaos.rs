//! Chaos: `cargo xtask chaos [SECONDS [SEED [FAULT…]]]`.
//!
//! Three nodes, a PostgreSQL primary with a synchronous standby and three NATS servers run on this
//! machine, with a load balancer before the nodes. While `tresen check load` sends and receives through
//! it, one of them after the other is killed, held up or stopped, in an order that the seed gives. In the
//! end nothing that was accepted may be lost, doubled or out of order. Prints how long clients waited for
//! an answer after each kind of fault.
#![expect(clippy::print_stdout, reason = "the table is the output")]
#![expect(clippy::disallowed_methods, reason = "this program keeps the time of other processes")]

use std::{
    collections::BTreeMap,
    error::Error,
    fmt::Write as _,
    fs::{self, File},
    io::{BufRead as _, BufReader, Read as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;
use tresen_server::SystemClock;
use tresen_store::Clock as _;
use tresen_testkit::{nats::NatsServer, ports::free_port, postgres::Postgres, proxy::Proxy};

type Outcome<T> = Result<T, Box<dyn Error>>;

const NODES: usize = 3;
const PAIRS: usize = 12;
const SECONDS: u64 = 300;
/// Between the end of one fault and the next.
const REST: Duration = Duration::from_secs(4);
/// How long something is held up or away.
const AWAY: Duration = Duration::from_secs(2);
/// How often a node is started that can't reach its database yet.
const STARTS_MAX: usize = 40;
const LIMITS: &str = include_str!("../../../fixtures/load/limits.toml");

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    NodeKilled,
    NodeStopped,
    NodeHeldUp,
    BusKilled,
    BusHeldUp,
    AllBusesKilled,
    PrimaryHeldUp,
    PrimaryKilled,
}

const FAULTS: [Fault; 8] = [
    Fault::NodeKilled,
    Fault::NodeStopped,
    Fault::NodeHeldUp,
    Fault::BusKilled,
    Fault::BusHeldUp,
    Fault::AllBusesKilled,
    Fault::PrimaryHeldUp,
    Fault::PrimaryKilled,
];

/// A process of `tresen serve`.
struct Node {
    program: PathBuf,
    config: PathBuf,
    child: Option<Child>,
}

impl Node {
    fn new(program: &Path, folder: &Path, number: usize, port: u16, common: &str) -> Outcome<Self> {
        let config = folder.join(format!("node-{number}.toml"));
        let own = format!(
            "listen = \"127.0.0.1:{port}\"\ndata_dir = {:?}\n",
            folder.join(format!("node-{number}"))
        );
        fs::write(&config, own + common)?;
        Ok(Self { program: program.to_owned(), config, child: None })
    }

    /// Starts it, again and again while its database is away, and waits until it is ready.
    fn start(&mut self) -> Outcome<()> {
        for _attempt in 0..STARTS_MAX {
            let log = File::options()
                .create(true)
                .append(true)
                .open(self.config.with_extension("log"))?;
            let mut child = Command::new(&self.program)
                .args(["--verbose", "serve", "--config"])
                .arg(&self.config)
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(log)
                .spawn()?;
            let mut line = String::new();
            BufReader::new(child.stdout.take().ok_or("no output")?).read_line(&mut line)?;
            if line.starts_with("tresen ready") {
                self.child = Some(child);
                return Ok(());
            }
            child.wait()?;
            thread::sleep(Duration::from_millis(500));
        }
        let log = fs::read_to_string(self.config.with_extension("log"))?;
        Err(format!("a node doesn't start:\n{log}").into())
    }

    fn signal(&self, signal: Signal) -> Outcome<()> {
        let child = self.child.as_ref().ok_or("the node doesn't run")?;
        let pid = Pid::from_raw(i32::try_from(child.id())?).ok_or("no process")?;
        Ok(kill_process(pid, signal)?)
    }

    fn end(&mut self, signal: Signal) -> Outcome<()> {
        self.signal(signal)?;
        if let Some(mut child) = self.child.take() {
            child.wait()?;
        }
        Ok(())
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // It may have ended by itself.
            drop(child.kill());
            drop(child.wait());
        }
    }
}

/// Everything that can be broken.
struct Town {
    nodes: Vec<Node>,
    /// The primary first.
    databases: [Postgres; 2],
    buses: Vec<NatsServer>,
}

impl Town {
    /// Breaks something, and mends it.
    fn suffer(&mut self, fault: Fault, chance: u64) -> Outcome<()> {
        let one = usize::try_from(chance)? % NODES;
        let node = self.nodes.get_mut(one).ok_or("a node")?;
        let bus = self.buses.get_mut(one).ok_or("a bus")?;
        match fault {
            Fault::NodeKilled => {
                node.end(Signal::KILL)?;
                thread::sleep(AWAY);
                node.start()
            }
            Fault::NodeStopped => {
                node.end(Signal::TERM)?;
                thread::sleep(AWAY);
                node.start()
            }
            Fault::NodeHeldUp => {
                node.signal(Signal::STOP)?;
                thread::sleep(AWAY);
                node.signal(Signal::CONT)
            }
            Fault::BusKilled => {
                bus.kill()?;
                thread::sleep(AWAY);
                Ok(bus.restart()?)
            }
            Fault::BusHeldUp => {
                bus.pause()?;
                thread::sleep(AWAY);
                Ok(bus.resume()?)
            }
            Fault::AllBusesKilled => {
                for bus in &mut self.buses {
                    bus.kill()?;
                }
                thread::sleep(AWAY);
                for bus in &mut self.buses {
                    bus.restart()?;
                }
                Ok(())
            }
            Fault::PrimaryHeldUp => {
                self.databases[0].pause()?;
                thread::sleep(AWAY);
                Ok(self.databases[0].resume()?)
            }
            Fault::PrimaryKilled => {
                self.databases[0].kill()?;
                self.databases[1].promote()?;
                self.databases.swap(0, 1);
                let [primary, standby] = &mut self.databases;
                Ok(standby.follow(primary)?)
            }
        }
    }
}

fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let seconds = arguments.next().map_or(Ok(SECONDS), |text| text.parse())?;
    let seed = match arguments.next() {
        Some(text) => text.parse()?,
        None => u64::try_from(now_ms())?,
    };
    println!("seed {seed}");
    let wanted: Vec<String> = arguments.collect();
    let kinds: Vec<Fault> = FAULTS
        .into_iter()
        .filter(|fault| wanted.is_empty() || wanted.contains(&format!("{fault:?}")))
        .collect();
    let program = PathBuf::from(std::env::var_os("CHAOS_PROGRAM").ok_or("CHAOS_PROGRAM is unset")?);
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let proxy = runtime.block_on(Proxy::start())?;
    let mut folder = tempfile::tempdir()?;
    let mut town = build(&program, &folder, &proxy)?;
    let claims = claim(&program, &town)?;
    let claims_file = folder.path().join("claims");
    fs::write(&claims_file, claims)?;
    let mut load = Command::new(&program)
        .args(["check", "load", "--server", &format!("http://{}", proxy.address()), "--claims"])
        .arg(&claims_file)
        .args(["--seconds", &seconds.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()?;
    let faults = torment(&mut town, &kinds, Duration::from_secs(seconds), seed);
    let mut output = String::new();
    load.stdout.take().ok_or("no output")?.read_to_string(&mut output)?;
    let status = load.wait()?;
    let report: Value = serde_json::from_str(output.lines().last().unwrap_or_default())?;
    println!("{}", table(&faults?, &report)?);
    for field in ["sent", "accepted", "received", "lost", "doubled", "reordered", "unanswered"] {
        println!("{field}: {}", report[field]);
    }
    if status.success() {
        return Ok(());
    }
    folder.disable_cleanup(true);
    Err(format!("the check failed; the logs of the nodes are in {}", folder.path().display())
        .into())
}

/// Starts everything.
fn build(program: &Path, folder: &TempDir, proxy: &Proxy) -> Outcome<Town> {
    let primary = Postgres::start()?;
    let mut standby = Postgres::start()?;
    primary.execute("postgres", "CREATE DATABASE tresen")?;
    standby.stop()?;
    standby.follow(&primary)?;
    let buses = NatsServer::start_cluster(NODES)?;
    let servers: Vec<String> = buses.iter().map(NatsServer::url).collect();
    let key = folder.path().join("server.key");
    let made = Command::new(program).args(["admin", "server-key"]).arg(&key).status()?;
    if !made.success() {
        return Err("no server key".into());
    }
    let common = format!(
        "origin = \"http://{}\"\nserver_key_file = {key:?}\nblobs = {:?}\n\
         [database]\nurl = \"{}\"\n[bus]\nservers = {servers:?}\n{LIMITS}",
        proxy.address(),
        folder.path().join("blobs"),
        primary.url_of_pair(&standby, "tresen"),
    );
    let mut nodes = Vec::new();
    let mut addresses = Vec::new();
    for number in 0..NODES {
        let port = free_port()?;
        addresses.push(([127, 0, 0, 1], port).into());
        let mut node = Node::new(program, folder.path(), number, port, &common)?;
        node.start()?;
        nodes.push(node);
    }
    proxy.lead_to_all(addresses);
    Ok(Town { nodes, databases: [primary, standby], buses })
}

fn claim(program: &Path, town: &Town) -> Outcome<Vec<u8>> {
    let node = town.nodes.first().ok_or("a node")?;
    let output = Command::new(program)
        .args(["admin", "claim", "--count", &PAIRS.to_string(), "--config"])
        .arg(&node.config)
        .output()?;
    if output.status.success() { Ok(output.stdout) } else { Err("no claim links".into()) }
}

/// Breaks one thing after the other until the time is over. Returns what began when, in milliseconds
/// since 1970.
fn torment(
    town: &mut Town,
    kinds: &[Fault],
    duration: Duration,
    seed: u64,
) -> Outcome<Vec<(Fault, i64)>> {
    let begin = now_ms();
    let elapsed = || Duration::from_millis(u64::try_from(now_ms() - begin).unwrap_or(0));
    let mut state = seed | 1;
    let mut faults = Vec::new();
    // The load makes its pairs first.
    thread::sleep(2 * REST);
    while elapsed() + 2 * REST < duration {
        // Xorshift.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let number = usize::try_from(state % u64::try_from(kinds.len().max(1))?)?;
        let fault = kinds.get(number).copied().ok_or("no such fault")?;
        faults.push((fault, now_ms()));
        println!("{:>6.1} s  {fault:?}", elapsed().as_secs_f64());
        town.suffer(fault, state >> 32)?;
        thread::sleep(REST);
    }
    Ok(faults)
}

fn now_ms() -> i64 {
    SystemClock.now().as_millis()
}

/// How often each fault happened, and how long clients waited for answers after it.
fn table(faults: &[(Fault, i64)], report: &Value) -> Outcome<String> {
    let mut rows: BTreeMap<Fault, (usize, Vec<u64>)> = BTreeMap::new();
    for (index, (fault, begin)) in faults.iter().enumerate() {
        let end = faults.get(index + 1).map_or(i64::MAX, |(_next, begin)| *begin);
        let longest = report["waits"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|wait| Some((wait["ended_at_ms"].as_i64()?, wait["waited_ms"].as_u64()?)))
            .filter(|(ended, _waited)| (*begin..end).contains(ended))
            .map(|(_ended, waited)| waited)
            .max();
        let row = rows.entry(*fault).or_default();
        row.0 += 1;
        row.1.push(longest.unwrap_or(0));
    }
    let mut text = String::from(
        "| fault | times | longest wait, median (s) | longest wait, worst (s) |\n|---|---|---|---|\n",
    );
    for (fault, (times, mut waits)) in rows {
        waits.sort_unstable();
        let seconds = |wait: Option<&u64>| {
            wait.map_or(0.0, |wait| Duration::from_millis(*wait).as_secs_f64())
        };
        writeln!(
            text,
            "| {fault:?} | {times} | {:.1} | {:.1} |",
            seconds(waits.get(waits.len() / 2)),
            seconds(waits.last())
        )?;
    }
    Ok(text)
}
