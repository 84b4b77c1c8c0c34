//! Installs the Debian packages that building and testing need.

use std::{path::Path, process::Command};

use anyhow::{Result, bail};

use crate::run::{exists, output, run};

/// A file that shows that a package is there, and the package.
pub(crate) type Need = (&'static str, &'static str);

/// The WASM toolchain from Debian, for machines where rustup has no such target.
pub(crate) const WASM: &[Need] = &[
    ("/usr/bin/rustc", "rustc-web"),
    ("/usr/bin/cargo", "cargo-web"),
    ("/usr/lib/rustlib/src/rust/library/std/Cargo.toml", "rust-web-src"),
    ("/usr/bin/wasm-ld-19", "lld-19"),
];

/// The lints of that toolchain.
pub(crate) const WASM_LINTS: &[Need] = &[("/usr/bin/cargo-clippy", "rust-web-clippy")];

/// The C compiler for the store in the browser.
pub(crate) const WASM_C: &[Need] =
    &[("/usr/bin/clang-19", "clang-19"), ("/usr/bin/llvm-ar-19", "llvm-19")];

/// The browsers that the tests drive.
pub(crate) const BROWSERS: &[Need] = &[
    ("/usr/bin/chromium", "chromium"),
    ("/usr/bin/firefox-esr", "firefox-esr"),
    ("/usr/share/fonts/truetype/noto/NotoSansDevanagari-Regular.ttf", "fonts-noto-core"),
];

/// The database that the tests of the cluster store run.
pub(crate) const DATABASES: &[Need] = &[
    ("/usr/lib/postgresql/15/bin/postgres", "postgresql"),
    ("/usr/bin/psql", "postgresql-client"),
];

/// The program that adds our books up again.
pub(crate) const LEDGER: &[Need] = &[("/usr/bin/hledger", "hledger")];

/// What the published clients of the Cloud API are installed, compiled and run with.
pub(crate) const CLIENTS: &[Need] = &[
    ("/usr/bin/curl", "curl"),
    ("/usr/include/openssl/ssl.h", "libssl-dev"),
    ("/usr/bin/pkg-config", "pkg-config"),
    ("/usr/share/doc/python3-venv", "python3-venv"),
    ("/usr/bin/node", "nodejs"),
    ("/usr/bin/npm", "npm"),
];

/// What nodes hear of each other by, for the tests of several nodes.
pub(crate) const BUS: &[Need] =
    &[("/usr/sbin/nats-server", "nats-server"), ("/usr/bin/setpriv", "util-linux")];

/// Installs what is missing where that is allowed, else says which one command does it.
pub(crate) fn install(needs: &[&[Need]]) -> Result<()> {
    let missing = needs
        .iter()
        .flat_map(|needs| needs.iter())
        .filter(|(file, _)| !Path::new(file).exists())
        .map(|(_, package)| *package)
        .collect::<Vec<_>>();
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.join(" ");
    if !exists("apt-get") {
        bail!("these programs are missing (named as Debian packages): {names}");
    }
    if output(Command::new("id").arg("-u"))?.trim() != "0" {
        bail!(
            "packages are missing; install them with\n\n    sudo apt-get install --no-install-recommends {names}\n"
        );
    }
    println!("installing {names}");
    run(Command::new("apt-get").args(["-qq", "update"]))?;
    run(Command::new("apt-get")
        .args(["-qq", "-y", "install", "--no-install-recommends"])
        .args(missing)
        .env("DEBIAN_FRONTEND", "noninteractive"))
}
