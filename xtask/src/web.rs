//! Builds the web app: three WASM modules, the files around them, everything compressed.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Result, bail};

use crate::{
    run::{cargo, run},
    wasm::{Aim, TARGET, Toolchain},
};

/// The WASM modules, which are the programs of the package `tresen-web`.
const MODULES: [&str; 3] = ["shell", "desk", "worker"];

/// How much effort goes into the size of the files.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Quick compression.
    Development,
    /// Best compression.
    Release,
    /// Best compression, and the sizes as one line of JSON.
    Report,
    /// The same, and a failure when a first visit loads more than it may.
    Check,
}

impl Mode {
    /// The profile of the compiler: quick to build, or as small as possible.
    const fn profile(self) -> &'static str {
        match self {
            Self::Development => "web",
            Self::Release | Self::Report | Self::Check => "web-small",
        }
    }

    const fn aim(self) -> Aim {
        match self {
            Self::Development => Aim::Quick,
            Self::Release | Self::Report | Self::Check => Aim::Small,
        }
    }

    /// Reads the command line.
    pub(crate) fn parse(flags: &[&str]) -> Result<Self> {
        match flags {
            [] => Ok(Self::Development),
            ["--release"] => Ok(Self::Release),
            ["--report"] | ["--release", "--report"] => Ok(Self::Report),
            _ => bail!("unknown arguments: {}", flags.join(" ")),
        }
    }
}

/// Where the finished app lies.
pub(crate) fn dist(root: &Path) -> PathBuf {
    root.join("target/web/dist")
}

/// Builds everything.
pub(crate) fn web(root: &Path, mode: Mode) -> Result<()> {
    web_with(root, mode, &[])
}

/// Builds everything, the modules with some more arguments for cargo.
pub(crate) fn web_with(root: &Path, mode: Mode, arguments: &[&str]) -> Result<()> {
    compile(root, mode, arguments)?;
    let mut bundler = cargo(root);
    bundler.args(["run", "--quiet", "--package", "xtask-web", "--"]);
    bundle(root, &mut bundler, mode)
}

/// Compiles the modules.
pub(crate) fn modules(root: &Path, mode: Mode) -> Result<()> {
    compile(root, mode, &[])
}

fn compile(root: &Path, mode: Mode, arguments: &[&str]) -> Result<()> {
    run(Toolchain::find(root, mode.aim())?
        .build(root)
        .args(["--quiet", "--package", "tresen-web", "--profile", mode.profile()])
        .args(arguments))
}

/// Turns the compiled modules and the pages into the app; `bundler` starts `xtask-web`.
pub(crate) fn bundle(root: &Path, bundler: &mut Command, mode: Mode) -> Result<()> {
    for module in MODULES {
        let wasm = root.join("target").join(TARGET).join(mode.profile()).join(module);
        bundler.arg("--module").arg(format!("{module}={}.wasm", wasm.display()));
    }
    bundler.arg("--pages").arg(root.join("crates/web/static")).arg("--out").arg(dist(root));
    bundler.args(["--quality", if mode == Mode::Development { "5" } else { "11" }]);
    if matches!(mode, Mode::Report | Mode::Check) {
        bundler.arg("--report");
    }
    if mode == Mode::Check {
        bundler.arg("--check");
    }
    run(bundler)
}
