//! Serves the demonstration town on this machine.

use std::{path::Path, process::Command};

use anyhow::Result;

use crate::{
    run::{cargo, run},
    web::{self, Mode},
};

/// Builds what is missing and serves until it is interrupted.
pub(crate) fn up(root: &Path) -> Result<()> {
    println!("building the web app");
    web::web(root, Mode::Development)?;
    println!("building the server");
    run(cargo(root)
        .args(["build", "--quiet", "--package", "tresen"])
        .env("TRESEN_WEB_DIST", web::dist(root)))?;
    println!("the town opens at http://localhost:8080 (Ctrl-C closes it)");
    run(Command::new(root.join("target/debug/tresen"))
        .args(["demo", "--listen", "127.0.0.1:8080", "--data", "target/demo"])
        .current_dir(root))
}
