//! Published clients of the Cloud API, installed from their registries at fixed versions and unmodified,
//! each with a conversation against the sandbox: text, pictures both ways, a template, buttons and a
//! list, reactions, reading, statuses and a refusal.

mod install;

use std::path::{Path, PathBuf};

use tresen_sandbox::{SandboxConfig, spawn};
use tresen_testkit::world::run;

/// Runs a client's program with the sandbox's first line; it prints `ok` when all was as expected.
fn converses(program: &Path, script: &Path) {
    run(async {
        let config = SandboxConfig::new("127.0.0.1:0".parse().expect("an address"));
        let sandbox = spawn(config).await.expect("a sandbox");
        let line = sandbox.first_line().to_string();
        let (program, script) = (program.to_owned(), script.to_owned());
        let ended = tokio::task::spawn_blocking(move || {
            install::output(std::process::Command::new(program).arg(script).arg(line))
        });
        let said = ended.await.expect("the program runs");
        assert!(said.trim_end().ends_with("ok"), "{said}");
    });
}

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients")
}

#[test]
fn pywa_converses() {
    converses(&install::python("pywa==4.5.0"), &scripts().join("pywa_client.py"));
}

#[test]
fn kapso_converses() {
    let folder = install::node(&["@kapso/whatsapp-cloud-api@0.3.0"]);
    converses(Path::new("node"), &install::beside(&folder, &scripts(), "kapso_client.mjs"));
}

#[test]
fn chat_sdk_converses() {
    let folder = install::node(&[
        "chat@4.41.1",
        "@chat-adapter/whatsapp@4.41.1",
        "@chat-adapter/state-memory@4.41.0",
    ]);
    converses(Path::new("node"), &install::beside(&folder, &scripts(), "chat_client.mjs"));
}
