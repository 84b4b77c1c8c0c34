//! Calls everything that the gateway describes with what nobody would send, against a sandbox.
//!
//! Needs `python3`; schemathesis is installed under the target folder, in one version.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::run::{cargo, run};

/// The version that says the same tomorrow.
const SCHEMATHESIS: &str = "schemathesis==4.32.5";
/// No error of the server, and no answer that isn't described.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_schema_conformance";

/// A sandbox that ends with the command.
struct Sandbox(Child);

impl Drop for Sandbox {
    fn drop(&mut self) {
        // One that has ended already needs no end.
        let _ended = self.0.kill();
        let _status = self.0.wait();
    }
}

/// Calls for so many seconds.
pub(crate) fn contract(root: &Path, seconds: u64) -> Result<()> {
    run(cargo(root).args(["build", "--quiet", "--package", "tresen"]))?;
    let folder = root.join("target/schemathesis");
    let program = folder.join("bin/schemathesis");
    if !program.is_file() {
        run(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
        run(Command::new(folder.join("bin/pip")).args(["install", "--quiet", SCHEMATHESIS]))?;
    }
    let mut sandbox = Sandbox(
        Command::new(root.join("target/debug/tresen"))
            .args(["sandbox", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("starting the sandbox")?,
    );
    let output = sandbox.0.stdout.take().context("the sandbox's output")?;
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line)?;
    let first: Value = serde_json::from_str(&line).context("the sandbox's first line")?;
    let field = |name: &str| first[name].as_str().context("a field of the sandbox's first line");
    let (base, token) = (field("base_url")?, field("token")?);
    run(Command::new(program)
        .arg("run")
        .arg(format!("{base}/openapi.json"))
        .args(["--header", &format!("Authorization: Bearer {token}")])
        .args(["--max-time", &seconds.to_string(), "--checks", CHECKS])
        .current_dir(folder))
}
