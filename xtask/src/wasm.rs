//! Finds a toolchain that compiles for wasm32.
//!
//! The first choice is the target that rustup installs. Without it Debian's compiler serves, which
//! comes without a standard library for wasm32: that is compiled once for each version of the
//! compiler into `target/wasm-sysroot/VERSION` and used with plain stable flags from then on.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result};

use crate::{
    packages,
    run::{cargo, output, run},
};

/// The name of the target.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

const CARGO: &str = "/usr/bin/cargo";
const CLIPPY: &str = "/usr/bin/cargo-clippy";
const RUSTC: &str = "/usr/bin/rustc";
const RUSTFLAGS: &str = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS";

/// Leptos wraps each component's view into one type: faster to compile and smaller.
const ERASE: &str = "--cfg erase_components";

/// The package whose build leaves a standard library behind.
const MANIFEST: &str = "\
[package]
name = \"sysroot\"
edition = \"2024\"

[workspace]

[profile.release]
opt-level = \"s\"
panic = \"abort\"
";

/// A compiler for wasm32.
pub(crate) enum Toolchain {
    /// The one that runs `xtask`, with the target that rustup installed.
    Rustup,
    /// Debian's, with the standard library in this folder.
    Debian { sysroot: PathBuf },
}

impl Toolchain {
    /// Picks the toolchain; installs or builds what it lacks.
    pub(crate) fn find(root: &Path) -> Result<Self> {
        let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let sysroot = output(Command::new(rustc).args(["--print", "sysroot"]).current_dir(root))?;
        if library(Path::new(sysroot.trim())).is_dir() {
            packages::install(&[packages::WASM_C])?;
            return Ok(Self::Rustup);
        }
        packages::install(&[packages::WASM, packages::WASM_C])?;
        let version = version()?;
        let sysroot = root.join("target/wasm-sysroot").join(version);
        if !library(&sysroot).is_dir() {
            build_library(&sysroot)?;
        }
        Ok(Self::Debian { sysroot })
    }

    /// A `cargo build` for the target.
    pub(crate) fn build(&self, root: &Path) -> Command {
        let mut command = match self {
            Self::Rustup => rustup(root),
            Self::Debian { sysroot } => debian(CARGO, root, sysroot),
        };
        command.arg("build");
        for_target(&mut command);
        command
    }

    /// A `cargo clippy` for the target.
    pub(crate) fn clippy(&self, root: &Path) -> Result<Command> {
        let mut command = match self {
            Self::Rustup => rustup(root),
            Self::Debian { sysroot } => {
                packages::install(&[packages::WASM_LINTS])?;
                // Started by its path, because cargo would find the one of rustup.
                debian(CLIPPY, root, sysroot)
            }
        };
        command.arg("clippy");
        for_target(&mut command);
        Ok(command)
    }
}

/// What the store doesn't need of SQLite: ciphers other than the one in use, extensions.
const SQLITE: &str = "\
    -DHAVE_CIPHER_AES_128_CBC=0 -DHAVE_CIPHER_AES_256_CBC=0 -DHAVE_CIPHER_SQLCIPHER=0 \
    -DHAVE_CIPHER_RC4=0 -DHAVE_CIPHER_ASCON128=0 -DHAVE_CIPHER_AEGIS=0 \
    -USQLITE_ENABLE_RTREE -USQLITE_ENABLE_SESSION -USQLITE_ENABLE_STMTVTAB \
    -USQLITE_ENABLE_BYTECODE_VTAB -USQLITE_ENABLE_DBPAGE_VTAB -USQLITE_ENABLE_DBSTAT_VTAB \
    -USQLITE_ENABLE_MATH_FUNCTIONS -USQLITE_ENABLE_OFFSET_SQL_FUNC -USQLITE_ENABLE_API_ARMOR \
    -USQLITE_ENABLE_UNKNOWN_SQL_FUNCTION";

/// Where C code for the target comes from, and the target.
fn for_target(command: &mut Command) {
    command
        .args(["--target", TARGET])
        .env("CC_wasm32_unknown_unknown", "clang-19")
        .env("AR_wasm32_unknown_unknown", "llvm-ar-19")
        .env("SQLITE_WASM_RS_FLAGS", SQLITE);
}

/// The cargo that runs `xtask`.
fn rustup(root: &Path) -> Command {
    let mut command = cargo(root);
    command.env(RUSTFLAGS, ERASE);
    command
}

/// A program of Debian's toolchain that compiles with the standard library in `sysroot`.
fn debian(program: &str, root: &Path, sysroot: &Path) -> Command {
    let mut command = clean(program, root);
    command.env(RUSTFLAGS, format!("--sysroot {} {ERASE}", sysroot.display()));
    command
}

/// A program of Debian's toolchain, out of reach of rustup's variables.
fn clean(program: &str, folder: &Path) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let own = text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_");
        if own || text.starts_with("RUSTUP_TOOLCHAIN") || text.starts_with("LD_LIBRARY_PATH") {
            command.env_remove(&name);
        }
    }
    command
        .current_dir(folder)
        .env("CARGO", CARGO)
        .env("RUSTC", RUSTC)
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "wasm-ld-19");
    command
}

fn library(sysroot: &Path) -> PathBuf {
    sysroot.join("lib/rustlib").join(TARGET).join("lib")
}

fn version() -> Result<String> {
    let text = output(Command::new(RUSTC).arg("--version"))?;
    let version = text.split_whitespace().nth(1).context("rustc tells its version")?;
    Ok(version.to_owned())
}

/// Compiles the standard library. It carries bitcode, so that it also serves builds with LTO.
fn build_library(sysroot: &Path) -> Result<()> {
    println!("building the standard library for {TARGET} (once, about a minute)");
    let name = sysroot.file_name().context("the folder is named by the version")?.to_string_lossy();
    let build = sysroot.with_file_name(format!("{name}-build"));
    fs::create_dir_all(build.join("src"))?;
    fs::write(build.join("Cargo.toml"), MANIFEST)?;
    fs::write(build.join("src/lib.rs"), "#![no_std]\n")?;
    run(clean(CARGO, &build)
        .args(["build", "--quiet", "--release", "--target", TARGET, "--target-dir", "target"])
        .arg("-Zbuild-std=std,panic_abort")
        .env("RUSTC_BOOTSTRAP", "1")
        .env(RUSTFLAGS, "-C embed-bitcode=yes"))?;
    // Complete or absent: the folder gets its name when everything is in it.
    let staged = sysroot.with_file_name(format!("{name}-new"));
    fs::create_dir_all(library(&staged))?;
    for entry in fs::read_dir(build.join("target").join(TARGET).join("release/deps"))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.ends_with(".rlib") && !name.starts_with("libsysroot-") {
            fs::copy(&path, library(&staged).join(name))?;
        }
    }
    fs::rename(&staged, sysroot)?;
    fs::remove_dir_all(&build)?;
    Ok(())
}
