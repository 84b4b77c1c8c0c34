//! Runs the binary: servers that are ended with their test, and devices on the command line.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Output, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

/// The binary.
pub(crate) const TRESEN: &str = env!("CARGO_BIN_EXE_tresen");

/// A server with a folder of its own.
pub(crate) struct Server {
    child: Child,
    folder: TempDir,
    /// The origin that its configuration names; `None` for the address it listens on.
    fixed_origin: Option<String>,
    /// Its origin.
    pub(crate) origin: String,
    /// Where it listens.
    pub(crate) address: String,
    /// All that it printed before it was ready.
    pub(crate) first_line: String,
    output: Option<BufReader<ChildStdout>>,
}

impl Server {
    /// Starts a server on a free port.
    pub(crate) fn start() -> Self {
        Self::start_with(None, "")
    }

    /// Starts a server with an origin of its own and more configuration.
    pub(crate) fn start_with(origin: Option<&str>, config: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let fixed_origin = origin.map(ToOwned::to_owned);
        let listen = "127.0.0.1:0";
        let (child, output, first_line) = spawn(folder.path(), listen, origin, config);
        let origin = first_line.trim_end().rsplit(' ').next().unwrap().to_owned();
        let address = log_address(&folder.path().join("server.log"));
        let output = Some(output);
        Self { child, folder, fixed_origin, origin, address, first_line, output }
    }

    /// Starts it again on the same data and address, with more configuration.
    pub(crate) fn restart_with(&mut self, config: &str) {
        let origin = self.fixed_origin.as_deref();
        let (child, output, first_line) = spawn(self.folder.path(), &self.address, origin, config);
        (self.child, self.output, self.first_line) = (child, Some(output), first_line);
    }

    /// Asks it to end, waits for it, and gives what it printed after its first line.
    pub(crate) fn stop(&mut self) -> String {
        terminate(&self.child);
        assert!(self.child.wait().unwrap().success());
        let mut rest = String::new();
        self.output.take().unwrap().read_to_string(&mut rest).unwrap();
        rest
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Where everything is stored.
    pub(crate) fn data_dir(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Its log.
    pub(crate) fn log(&self) -> Vec<u8> {
        fs::read(self.folder.path().join("server.log")).unwrap()
    }

    /// A one-time claim link.
    pub(crate) fn claim_link(&self) -> String {
        let output = Command::new(TRESEN)
            .args(["admin", "claim", "--config"])
            .arg(self.folder.path().join("tresen.toml"))
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    /// The body of a page, past any proxy.
    pub(crate) fn get(&self, path: &str) -> Vec<u8> {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let head = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        answer
    }

    /// A new device of this server, without an account.
    pub(crate) fn device(&self, name: &str) -> Device {
        let store = self.folder.path().join("devices").join(name);
        Device { origin: self.origin.clone(), store }
    }

    /// A business with its entry link.
    pub(crate) fn business(&self, name: &str) -> (Device, String) {
        let device = self.device(name);
        let link = self.claim_link();
        let agent = ["--agent-name", "Anna", "--business-name", name];
        device.lines(&[&["claim", link.as_str()][..], &agent].concat());
        let entry = device.lines(&["entry-link", "--label", "poster"]);
        (device, entry[0]["value"]["url"].as_str().unwrap().to_owned())
    }

    /// A customer who has said yes.
    pub(crate) fn customer(&self, entry: &str, name: &str) -> Device {
        let device = self.device(&format!("customer-{name}"));
        device.lines(&["open", entry, "--name", name]);
        device
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have been stopped before.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Asks a process to end, as an operator's supervisor does.
pub(crate) fn terminate(child: &Child) {
    let status = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

fn spawn(
    folder: &Path,
    listen: &str,
    origin: Option<&str>,
    config: &str,
) -> (Child, BufReader<ChildStdout>, String) {
    let mut text = format!("listen = {listen:?}\ndata_dir = {:?}\n", folder.join("data"));
    if let Some(origin) = origin {
        text.push_str(&format!("origin = {origin:?}\n"));
    }
    text.push_str(config);
    let path = folder.join("tresen.toml");
    fs::write(&path, text).unwrap();
    let log =
        fs::OpenOptions::new().create(true).append(true).open(folder.join("server.log")).unwrap();
    let mut child = Command::new(TRESEN)
        .args(["--verbose", "serve", "--config"])
        .arg(&path)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(log)
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    (child, output, line)
}

/// The address in the log line that tells it.
fn log_address(log: &Path) -> String {
    let log = fs::read_to_string(log).unwrap();
    let start = log.find("127.0.0.1:").expect("the log names the address");
    let is_address = |character: &char| character.is_ascii_digit() || ".:".contains(*character);
    log.chars()
        .skip(log.chars().count() - log.split_at(start).1.chars().count())
        .take_while(is_address)
        .collect()
}

/// A device on the command line.
pub(crate) struct Device {
    origin: String,
    /// The folder of its account.
    pub(crate) store: PathBuf,
}

impl Device {
    /// The program, ready to be started.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(TRESEN);
        command.args(["chat", "--server", &self.origin, "--store"]).arg(&self.store);
        if !arguments.contains(&"--patience") {
            command.args(["--patience", "60"]);
        }
        command.args(arguments);
        command
    }

    /// Runs a command, which must succeed, and gives the JSON lines that it prints.
    pub(crate) fn lines(&self, arguments: &[&str]) -> Vec<Value> {
        let output = self.command(arguments).stdin(Stdio::null()).output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {errors}");
        json_lines(&output)
    }

    /// Runs a command, which must fail; gives the exit code and the failure.
    pub(crate) fn failure(&self, arguments: &[&str]) -> (i32, Value) {
        let output = self.command(arguments).stdin(Stdio::null()).output().unwrap();
        assert!(output.stdout.is_empty(), "{output:?}");
        let failure = serde_json::from_slice(&output.stderr).unwrap();
        (output.status.code().unwrap(), failure)
    }

    /// Hands calls in and gives the outputs, when all are done.
    pub(crate) fn calls(&self, calls: &[Value]) -> Vec<Value> {
        let mut child = self
            .command(&[])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        for call in calls {
            writeln!(input, "{call}").unwrap();
        }
        drop(input);
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        json_lines(&output)
    }

    /// What one call answers.
    pub(crate) fn call(&self, mut call: Value) -> Value {
        call["id"] = 1.into();
        let outputs = self.calls(&[call]);
        let answer = outputs.iter().find(|output| output["answer"]["id"] == 1).unwrap();
        answer["answer"]["result"]["Ok"]["value"].clone()
    }

    /// The texts of its only conversation, oldest first.
    pub(crate) fn texts(&self) -> Vec<String> {
        let conversations = self.lines(&["conversations"]);
        let conversation = &conversations[0]["value"][0]["conversation"];
        let page = self.call(serde_json::json!({"command": {
            "do": "messages", "conversation": conversation, "before": null, "limit": 200,
        }}));
        let messages = page["messages"].as_array().unwrap();
        let text = |message: &Value| Some(message["body"]["text"].as_str()?.to_owned());
        messages.iter().filter_map(text).collect()
    }
}

/// The JSON objects that a program printed, one a line.
pub(crate) fn json_lines(output: &Output) -> Vec<Value> {
    let text = std::str::from_utf8(&output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
